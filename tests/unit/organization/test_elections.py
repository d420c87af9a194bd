"""Elections: what may be planned, who may stand, and when a term election is in time."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from chassis.errors import InvalidArgumentError
from chassis.intervals import Interval
from organization.domain import election_rules as rules
from organization.domain.elections import (
    Candidate,
    Election,
    ElectionKind,
    ElectionSeat,
    ElectionState,
    Elector,
    NewSeat,
    NominationSource,
    check_plan,
    last_term_start,
    nominated,
    on_roll,
    removed,
)
from organization.domain.posts import Appointment, Method, Post, PostKind
from organization.domain.units import Form, Kind, Unit
from organization.errors import CandidateNotOnRollError, ElectionStateError
from rulebook import Verdict, blocking

UNIT, OTHER, POST = UUID(int=1), UUID(int=2), UUID(int=3)
NOW = datetime(2024, 9, 1, tzinfo=UTC)
DAY = date(2024, 9, 1)
TERM = Interval(DAY, date(2027, 9, 1))
ONE = timedelta(days=1)


def unit(kind: Kind = Kind.BRANCH, form: Form | None = Form.COHORT) -> Unit:
    return Unit(
        unit_id=UNIT,
        kind=kind,
        form=form,
        name="支部",
        short_name="",
        function=None,
        campus_id=None,
        life=Interval(date(2020, 1, 1)),
        parents=(),
        sponsors=(),
        successor_ids=(),
        cohort_year=2021,
        major_code=None,
        purpose=None,
        host_id=None,
        task=None,
        planned_end_on=None,
        created_at=NOW,
        updated_at=NOW,
        version=1,
        day=DAY,
    )


def post(kind: PostKind = PostKind.SECRETARY, **changes: object) -> Post:
    made = Post(POST, UNIT, kind, "", 3, None, None, None, Interval(date(2020, 1, 1)), 1)
    return replace(made, **changes)  # type: ignore[arg-type] # checked by `replace` itself


def candidate(number: int) -> Candidate:
    return Candidate(UUID(int=number), NominationSource.MEMBERS, None)


def election(*numbers: int, state: ElectionState = ElectionState.PLANNED) -> Election:
    return Election(
        election_id=UUID(int=9),
        unit_id=UNIT,
        kind=ElectionKind.TERM,
        state=state,
        held_on=DAY,
        seats=(ElectionSeat(POST, PostKind.COMMITTEE_MEMBER, 3),),
        term=TERM,
        shift_reason="",
        candidates=tuple(candidate(each) for each in numbers),
        steps=(),
        created_at=NOW,
        updated_at=NOW,
        version=1,
    )


def served(start: date, end: date | None, method: Method = Method.ELECTED) -> Appointment:
    return Appointment(
        appointment_id=UUID(int=7),
        post_id=POST,
        unit_id=UNIT,
        post_kind=PostKind.SECRETARY,
        person_id=UUID(int=8),
        method=method,
        term=Interval(start, end),
        basis_post_id=None,
        document_number="",
        reason="",
        updated_at=NOW,
        version=1,
        day=DAY,
    )


def broken(verdicts: list[Verdict]) -> set[str]:
    return {verdict.rule_id for verdict in blocking(verdicts)}


class TestPlan:
    @staticmethod
    def _refused(
        seat: NewSeat, found: Post | None, of: Unit | None = None, term: Interval = TERM
    ) -> set[str]:
        posts = {} if found is None else {POST: found}
        with pytest.raises(InvalidArgumentError) as refused:
            check_plan(of or unit(), [seat], posts, held_on=DAY, term=term)
        return {violation.field for violation in refused.value.violations}

    def test_seats_of_its_own_elected_posts_are_filled(self) -> None:
        (seat,) = check_plan(unit(), [NewSeat(POST, 3)], {POST: post()}, held_on=DAY, term=TERM)

        assert seat == ElectionSeat(POST, PostKind.SECRETARY, 3)

    def test_what_does_not_fit_is_named(self) -> None:
        assert self._refused(NewSeat(POST, 1), None) == {"seats[0].post_id"}
        assert self._refused(NewSeat(POST, 1), post(unit_id=OTHER)) == {"seats[0].post_id"}
        assert self._refused(NewSeat(POST, 1), post(PostKind.ORGANIZER)) == {"seats[0].post_id"}
        assert self._refused(NewSeat(POST, 1), post(bound_post_id=OTHER)) == {"seats[0].post_id"}
        assert self._refused(NewSeat(POST, 1), post(days=Interval(DAY + ONE))) == {"seats[0].post_id"}
        assert self._refused(NewSeat(POST, 4), post()) == {"seats[0].seats"}
        assert self._refused(NewSeat(POST, 1), post(), unit(Kind.PARTY_GROUP, None)) == {"unit_id"}
        early = Interval(DAY - ONE, date(2027, 9, 1))
        assert self._refused(NewSeat(POST, 1), post(), term=early) == {"term_from"}

    def test_a_post_is_listed_once(self) -> None:
        with pytest.raises(InvalidArgumentError):
            check_plan(unit(), [NewSeat(POST, 1)] * 2, {POST: post()}, held_on=DAY, term=TERM)


class TestTiming:
    def _broken(self, on: date, reason: str = "") -> set[str]:
        plan = rules.plan_verdicts(
            unit(), ElectionKind.TERM, since=date(2021, 9, 1), on=on, shift_reason=reason
        )
        return broken(plan)

    def test_three_years_are_a_term_and_a_reason_gives_one_more(self) -> None:
        assert self._broken(date(2024, 9, 1)) == set()
        assert self._broken(date(2024, 9, 2)) == {"BR-23", "HE-04.term", "ELE-01"}
        assert self._broken(date(2025, 9, 1), "防疫") == set()
        assert self._broken(date(2025, 9, 2), "防疫") == {"BR-23", "HE-04.term", "ELE-01"}

    def test_an_election_is_a_year_early_at_most(self) -> None:
        assert self._broken(date(2023, 9, 1)) == set()
        assert self._broken(date(2023, 8, 31)) == {"ELE-02"}

    def test_a_by_election_and_a_first_election_have_no_day_to_keep(self) -> None:
        late = date(2030, 1, 1)
        by = rules.plan_verdicts(
            unit(), ElectionKind.BY_ELECTION, since=date(2021, 9, 1), on=late, shift_reason=""
        )
        first = rules.plan_verdicts(unit(), ElectionKind.TERM, since=None, on=late, shift_reason="")

        assert broken(by) == broken(first) == set()

    @pytest.mark.parametrize(("form", "rule"), [(Form.TEMPORARY, "BR-09"), (Form.FUNCTIONAL, "BR-29")])
    def test_a_branch_without_the_power_elects_nobody(self, form: Form, rule: str) -> None:
        found = rules.plan_verdicts(
            unit(form=form), ElectionKind.BY_ELECTION, since=None, on=DAY, shift_reason=""
        )

        assert broken(found) == {rule}

    def test_the_term_that_ends_is_that_of_those_who_were_elected_last(self) -> None:
        first, second, third = date(2018, 9, 1), date(2021, 9, 1), date(2022, 3, 1)
        past = [served(first, second), served(second, None), served(third, None)]

        assert last_term_start(past, DAY) == second
        assert last_term_start([served(first, second), served(second, date(2024, 3, 1))], DAY) == second
        assert last_term_start([served(second, None, Method.APPOINTED)], DAY) is None
        assert last_term_start([served(DAY, None)], DAY) is None


class TestCandidates:
    def test_nobody_stands_twice(self) -> None:
        one = nominated(election(), candidate(5), at=NOW)

        assert [each.person_id for each in one.candidates] == [UUID(int=5)]
        assert one.version == 2
        with pytest.raises(InvalidArgumentError):
            nominated(one, candidate(5), at=NOW)

    def test_only_who_stands_is_taken_off(self) -> None:
        assert removed(election(5, 6), UUID(int=5), at=NOW).candidates == (candidate(6),)
        with pytest.raises(InvalidArgumentError):
            removed(election(5), UUID(int=6), at=NOW)

    def test_nominations_are_closed_once_the_superior_has_them(self) -> None:
        with pytest.raises(ElectionStateError):
            nominated(election(state=ElectionState.SUBMITTED), candidate(5), at=NOW)
        with pytest.raises(ElectionStateError):
            removed(election(5, state=ElectionState.APPROVED), UUID(int=5), at=NOW)

    @pytest.mark.parametrize(("candidates", "enough"), [(3, False), (4, True), (5, True)])
    def test_a_fifth_more_stand_than_are_elected(self, candidates: int, enough: bool) -> None:
        found = rules.nomination_verdicts(candidates=candidates, seats=3, on=DAY)

        assert (broken(found) == set()) is enough

    @pytest.mark.parametrize(
        ("status", "against"),
        [
            ("full", set()),
            ("probationary", {"DEV-37"}),
            ("suspended", {"DEV-37"}),
            ("party_probation_sanction", {"ELE-03"}),
        ],
    )
    def test_only_full_members_with_their_rights_stand(self, status: str, against: set[str]) -> None:
        roll = [Elector(UUID(int=5), status, None)]

        assert broken(rules.standing_verdicts(on_roll([candidate(5)], roll, DAY), DAY)) == against

    def test_a_stranger_does_not_stand(self) -> None:
        with pytest.raises(CandidateNotOnRollError):
            on_roll([candidate(6)], [Elector(UUID(int=5), "full", None)], DAY)
