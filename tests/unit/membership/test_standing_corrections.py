"""A standing case with an act of another day, and what the roll says then."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest

from chassis.intervals import Interval
from membership.domain.members import Member, MembershipStatus, Relationship, StatusPeriod
from membership.domain.people import PersonKind
from membership.domain.standing import Act, Entry, Ground, Kind, StandingCase
from membership.domain.standing_corrections import check_kind, corrected, effect, known, shifted, undone
from membership.errors import DayOutOfOrderError, FieldsContradictError, StepForbiddenError
from tests.unit.membership.test_standing import APPROVER, NOW, RULES, SINCE, TODAY, case, decide, search

SUSPENDED_ON = date(2024, 9, 1)
DAY = timedelta(days=1)


def lost() -> StandingCase:
    found = search(case(Kind.LOST_CONTACT), date(2024, 5, 1))
    return decide(found, Act.SUSPENSION, SUSPENDED_ON)


def again(found: StandingCase, position: int, right: Entry) -> StandingCase:
    entries = list(found.entries)
    entries[position] = right
    rules = {entry.occurred_on: RULES for entry in entries} | {TODAY: RULES}
    return corrected(found, entries, position, rules, {APPROVER: "party_committee"}, today=TODAY)


@pytest.mark.parametrize(("days", "allowed"), [(-1, False), (0, True), (1, True)])
def test_a_corrected_day_is_judged_as_the_act_would_have_been(days: int, allowed: bool) -> None:
    found, day = lost(), date(2024, 8, 29) + days * DAY
    right = replace(found.entries[2], occurred_on=day, resolved_on=day)
    if not allowed:
        with pytest.raises(StepForbiddenError):
            again(found, 2, right)
        return
    after = again(found, 2, right)
    assert (after.suspended_on, after.decision_from) == (day, day.replace(year=2026))


def test_what_came_after_must_still_have_been_allowed_and_keeps_its_verdicts() -> None:
    found = decide(lost(), Act.REMOVAL, date(2026, 9, 1))
    later = date(2024, 9, 2)
    with pytest.raises(StepForbiddenError):
        again(found, 2, replace(found.entries[2], occurred_on=later, resolved_on=later))
    earlier = date(2024, 8, 30)
    after = again(found, 2, replace(found.entries[2], occurred_on=earlier, resolved_on=earlier))
    assert after.entries[3] is found.entries[3]
    assert (after.state, after.suspended_on) == (found.state, earlier)


def test_the_opening_moves_every_day_and_a_case_is_known_as_it_was() -> None:
    found = case(Kind.ABROAD, Ground.STUDY_ABROAD)
    moved = again(found, 0, replace(found.entries[0], occurred_on=SINCE + DAY))
    assert (moved.since, moved.contact_due_on) == (SINCE + DAY, date(2024, 9, 1))
    then = known(moved, found.entries, RULES)
    assert (then.since, then.contact_due_on, then.decision_from) == (
        found.since,
        found.contact_due_on,
        found.decision_from,
    )


class TestShift:
    def member(self, *statuses: StatusPeriod) -> Member:
        return Member(
            person_id=uuid4(),
            name="党员",
            kind=PersonKind.STUDENT,
            relationships=(Relationship(uuid4(), date(2020, 1, 1)),),
            statuses=statuses,
            participations=(),
            standing_from=date(2020, 1, 1),
            version=1,
            updated_at=NOW,
        )

    def test_a_period_that_begins_on_another_day_stays_one(self) -> None:
        full = StatusPeriod(MembershipStatus.FULL, date(2020, 1, 1), SUSPENDED_ON)
        member = self.member(full, StatusPeriod(MembershipStatus.SUSPENDED, SUSPENDED_ON))
        later = shifted(member, Act.SUSPENSION, SUSPENDED_ON, SUSPENDED_ON + DAY)
        assert (later.days.start, later.days.end, later.status) == (
            full.valid_from,
            SUSPENDED_ON + DAY,
            MembershipStatus.FULL,
        )
        earlier = shifted(member, Act.SUSPENSION, SUSPENDED_ON, SUSPENDED_ON - DAY)
        assert (earlier.days.start, earlier.days.end, earlier.status) == (
            SUSPENDED_ON - DAY,
            None,
            MembershipStatus.SUSPENDED,
        )

    def test_nothing_recorded_beside_it_is_passed_over(self) -> None:
        restored = SUSPENDED_ON + 10 * DAY
        member = self.member(
            StatusPeriod(MembershipStatus.FULL, date(2024, 8, 1), SUSPENDED_ON),
            StatusPeriod(MembershipStatus.SUSPENDED, SUSPENDED_ON, restored),
            StatusPeriod(MembershipStatus.FULL, restored),
        )
        for day in (date(2024, 8, 1), restored):
            with pytest.raises(DayOutOfOrderError):
                shifted(member, Act.SUSPENSION, SUSPENDED_ON, day)
        shifted(member, Act.SUSPENSION, SUSPENDED_ON, restored - DAY)

    def test_what_was_none_is_undone_up_to_what_came_after(self) -> None:
        restored = SUSPENDED_ON + 10 * DAY
        full = StatusPeriod(MembershipStatus.FULL, date(2020, 1, 1), SUSPENDED_ON)
        member = self.member(full, StatusPeriod(MembershipStatus.SUSPENDED, SUSPENDED_ON, restored))
        shift = undone(member, Act.SUSPENSION, SUSPENDED_ON)
        assert (shift.days, shift.status) == (Interval(full.valid_from, restored), MembershipStatus.FULL)
        for day in (SUSPENDED_ON - DAY, SUSPENDED_ON + DAY):
            with pytest.raises(DayOutOfOrderError):
                undone(member, Act.SUSPENSION, day)

    def test_who_was_not_removed_is_in_the_branch_again_unless_they_came_back_since(self) -> None:
        full = StatusPeriod(MembershipStatus.FULL, date(2020, 1, 1), SUSPENDED_ON)
        shift = undone(self.member(full), Act.REMOVAL, SUSPENDED_ON)
        assert (shift.days, shift.status, shift.unit_days.end) == (
            Interval(full.valid_from),
            MembershipStatus.FULL,
            None,
        )
        assert shift.unit_id is not None
        back = StatusPeriod(MembershipStatus.FULL, SUSPENDED_ON + DAY)
        with pytest.raises(DayOutOfOrderError):
            undone(self.member(full, back), Act.REMOVAL, SUSPENDED_ON)


def test_both_ways_of_leaving_are_one_and_most_acts_change_nothing() -> None:
    assert effect(Act.WITHDRAWAL) is effect(Act.REMOVAL)
    assert {act for act in Act if effect(act) is None} == {
        Act.OPENING,
        Act.CONTACT,
        Act.EXTENSION,
        Act.RECTIFICATION_ORDER,
        Act.URGED_WITHDRAWAL,
        Act.END,
    }


def test_an_opening_stays_one_and_only_an_order_has_a_limit() -> None:
    entry = lost().entries[1]
    check_kind(Act.SUSPENSION, entry)
    order = replace(entry, act=Act.RECTIFICATION_ORDER, until=TODAY)
    check_kind(Act.CONTACT, order)
    wrong = [
        (Act.OPENING, entry),
        (Act.CONTACT, replace(entry, act=Act.OPENING)),
        (Act.CONTACT, replace(entry, until=TODAY)),
        (Act.CONTACT, replace(order, until=None)),
    ]
    for written, right in wrong:
        with pytest.raises(FieldsContradictError):
            check_kind(written, right)
