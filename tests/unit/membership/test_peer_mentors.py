"""Whom a peer mentor guides on which days, and what the rules of the university say to it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.intervals import Interval
from membership.domain.members import MembershipStatus
from membership.domain.peer_mentors import Entry, Ground, Mentee, PeerMentor, Rating
from membership.errors import (
    DayOutOfOrderError,
)
from membership.errors.commitments import (
    PeerMenteeNotThereError,
    PeerMentorEndedError,
    PeerMentorForbiddenError,
)
from rulebook import RuleBook

NOW = datetime(2024, 10, 8, tzinfo=UTC)
FIRST = date(2024, 10, 8)
RULES = RuleBook.shipped().in_force(FIRST)
SOME = [uuid4() for _ in range(11)]
DAY = timedelta(days=1)


def mentor(end: date | None = None) -> PeerMentor:
    grounds = (Ground.BRANCH_RECOMMENDATION, Ground.SCHOLARSHIP)
    days = Interval(FIRST, end)
    return PeerMentor(uuid4(), uuid4(), uuid4(), 2022, grounds, days, RULES.digest, NOW, NOW)


def assign(
    found: PeerMentor,
    people: Sequence[UUID],
    day: date = FIRST,
    *,
    year: int = 2023,
    statuses: Mapping[UUID, MembershipStatus] | None = None,
) -> PeerMentor:
    new = [Mentee(person, year, Interval(day)) for person in people]
    given_statuses = statuses or dict.fromkeys(people, MembershipStatus.PROBATIONARY)
    return found.assigned(new, RULES, given_statuses, at=NOW)


def broken(error: PeerMentorForbiddenError) -> list[str]:
    return [verdict.rule_id for verdict in error.verdicts if verdict.forbids]


def test_ten_are_guided_and_no_eleventh() -> None:
    full = assign(assign(mentor(), SOME[:4]), SOME[4:10])
    assert len(full.guided_on(FIRST)) == 10
    with pytest.raises(PeerMentorForbiddenError) as caught:
        assign(full, SOME[10:])
    assert broken(caught.value) == ["PEER-02"]


@pytest.mark.parametrize(
    ("year", "status"), [(2022, MembershipStatus.FULL), (2023, MembershipStatus.SUSPENDED)]
)
def test_only_members_of_lower_years_are_guided(year: int, status: MembershipStatus) -> None:
    with pytest.raises(PeerMentorForbiddenError) as caught:
        assign(mentor(), SOME[:1], year=year, statuses={SOME[0]: status})
    assert broken(caught.value) == ["PEER-02.lower_year"]


def test_assigning_again_changes_nothing_and_a_released_place_is_free() -> None:
    full = assign(mentor(), SOME[:10])
    assert assign(full, SOME[:3], FIRST + 5 * DAY) is full
    with pytest.raises(DayOutOfOrderError):
        full.released(SOME[0], on=FIRST, at=NOW)
    fewer = full.released(SOME[0], on=FIRST + DAY, at=NOW)
    assert (SOME[0] in fewer.guided_on(FIRST), SOME[0] in fewer.guided_on(FIRST + DAY)) == (True, False)
    with pytest.raises(PeerMentorForbiddenError):
        assign(fewer, SOME[10:], FIRST)
    assert SOME[10] in assign(fewer, SOME[10:], FIRST + DAY).guided_on(FIRST + DAY)
    with pytest.raises(PeerMenteeNotThereError):
        fewer.released(SOME[0], on=FIRST + DAY, at=NOW)


def test_nobody_is_assigned_outside_the_days_of_the_mentor() -> None:
    ending = mentor(FIRST + 10 * DAY)
    assert assign(ending, SOME[:1], FIRST + 9 * DAY).mentees[0].days == Interval(
        FIRST + 9 * DAY, FIRST + 10 * DAY
    )
    with pytest.raises(PeerMentorEndedError):
        assign(ending, SOME[:1], FIRST + 10 * DAY)
    with pytest.raises(DayOutOfOrderError):
        assign(ending, SOME[:1], FIRST - DAY)


def test_work_is_logged_with_those_who_were_guided_on_its_day() -> None:
    found = assign(mentor(), SOME[:1], FIRST + DAY)
    entry = Entry(FIRST + DAY, "共学", NOW, None, mentee_ids=(SOME[0],))
    assert found.logged(entry, today=FIRST + DAY).entries == (entry,)
    with pytest.raises(PeerMenteeNotThereError):
        found.logged(Entry(FIRST, "共学", NOW, None, mentee_ids=(SOME[0],)), today=FIRST + DAY)
    with pytest.raises(DayOutOfOrderError):
        found.logged(entry, today=FIRST)


def test_a_rating_says_whether_the_last_work_lies_too_far_back() -> None:
    found = assign(mentor(), SOME[:1])
    due = date(2024, 11, 8)
    for day, in_time in ((due - DAY, True), (due, True), (due + DAY, False)):
        rated = found.assessed(Entry(day, "认真", NOW, None, rating=Rating.QUALIFIED), RULES, today=day)
        (judgement,) = rated.entries[-1].judgements
        assert (judgement.rule_id, judgement.satisfied) == ("PEER-03", in_time)
        assert rated.rating is Rating.QUALIFIED


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 8), st.integers(1, 5)), max_size=6))
def test_an_end_leaves_nobody_guided_and_takes_no_day_back(steps: list[tuple[int, int, int]]) -> None:
    found = mentor()
    for who, start, length in steps:
        before = found
        found = assign(found, [SOME[who]], FIRST + start * DAY)
        if found is not before:
            found = found.released(SOME[who], on=FIRST + (start + length) * DAY, at=NOW)
    end = FIRST + 9 * DAY
    ended = found.ended(on=end, reason="毕业", at=NOW)
    for day in range(20):
        expected = found.guided_on(FIRST + day * DAY) if FIRST + day * DAY < end else frozenset()
        assert ended.guided_on(FIRST + day * DAY) == expected


@pytest.mark.parametrize("days", [-1, 0, 1, 5])
def test_who_leaves_guides_and_is_guided_until_then_and_no_recorded_day_is_taken_back(days: int) -> None:
    found, day = assign(mentor(), SOME[:2]), FIRST + days * DAY
    end = max(day, FIRST + DAY)
    one = found.left_by(SOME[0], day, at=NOW)
    assert [each.days.end for each in one.mentees] == [end, None]
    left = found.left(day, reason="组织关系已转出", at=NOW)
    assert (left.days.end, {each.days.end for each in left.mentees}) == (end, {end})
