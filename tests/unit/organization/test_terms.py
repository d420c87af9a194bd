"""When a term ends, when to remind of it, how far an election may be shifted; and overdue elections as findings."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from chassis.errors import InvalidArgumentError
from chassis.intervals import Interval
from organization.domain.findings import Examined, findings_of
from organization.domain.terms import (
    ELECTIONS,
    Term,
    TermState,
    check_next,
    check_shift,
    election_verdicts,
    power_verdicts,
    regular_end,
    reminder_day,
)
from organization.domain.units import Form, Kind
from organization.errors import TermEndedError, TermNotDueError
from rulebook import blocking

START, END, TODAY = date(2021, 9, 1), date(2024, 9, 1), date(2024, 6, 1)
NOW = datetime(2024, 6, 1, tzinfo=UTC)
ONE_DAY = timedelta(days=1)


def term(*, due: date = END, day: date = TODAY, reason: str = "", ended: date | None = None) -> Term:
    return Term(
        UUID(int=1),
        UUID(int=2),
        1,
        START,
        END,
        due,
        reminder_day(due, rules_of=TODAY),
        None,
        ended,
        reason,
        "",
        "",
        "",
        NOW,
        NOW,
        1,
        day,
    )


class TestCalendar:
    @pytest.mark.parametrize(
        ("kind", "years"),
        [
            (Kind.BRANCH, 3),
            (Kind.GENERAL_BRANCH, 3),
            (Kind.PRIMARY_COMMITTEE, 5),
            (Kind.ACADEMY_GENERAL_BRANCH, 5),
            (Kind.UNIVERSITY_COMMITTEE, 5),
        ],
    )
    def test_the_rules_say_how_long_a_term_is(self, kind: Kind, years: int) -> None:
        assert regular_end(kind, START, rules_of=TODAY) == START.replace(year=START.year + years)

    def test_a_term_that_began_before_the_rules_ends_by_them(self) -> None:
        assert regular_end(Kind.BRANCH, date(2010, 2, 28), rules_of=TODAY) == date(2013, 2, 28)

    @pytest.mark.parametrize(
        ("due", "reminder"), [(END, date(2024, 3, 1)), (date(2024, 8, 31), date(2024, 2, 29))]
    )
    def test_half_a_year_before_the_election_it_is_reminded(self, due: date, reminder: date) -> None:
        assert reminder_day(due, rules_of=TODAY) == reminder

    @pytest.mark.parametrize(
        ("day", "state"),
        [
            (date(2024, 2, 29), TermState.RUNNING),
            (date(2024, 3, 1), TermState.ENDING),
            (END, TermState.ENDING),
            (END + ONE_DAY, TermState.OVERDUE),
        ],
    )
    def test_it_runs_ends_and_is_overdue(self, day: date, state: TermState) -> None:
        assert term(day=day).state is state

    def test_what_has_ended_is_not_overdue(self) -> None:
        assert term(day=END + ONE_DAY, ended=END).state is TermState.ENDED


class TestElections:
    @staticmethod
    def _refused(on: date, reason: str = "", kind: Kind = Kind.BRANCH) -> set[str]:
        return {each.rule_id for each in blocking(election_verdicts(kind, since=START, reason=reason, on=on))}

    def test_the_last_day_of_the_term_is_in_time(self) -> None:
        assert self._refused(END) == set()
        assert self._refused(END + ONE_DAY) == {"BR-23", "ELE-01", "HE-04.term"}

    def test_an_approved_election_is_late_by_a_year_at_most(self) -> None:
        assert self._refused(date(2025, 9, 1), "封校") == set()
        assert self._refused(date(2025, 9, 2), "封校") == {"BR-23", "ELE-01", "HE-04.term"}

    def test_an_election_is_early_by_a_year_at_most(self) -> None:
        assert self._refused(date(2023, 9, 1)) == set()
        assert self._refused(date(2023, 8, 31)) == {"ELE-02"}

    def test_committees_are_shifted_by_a_year_of_five(self) -> None:
        committee = Kind.PRIMARY_COMMITTEE

        assert self._refused(date(2025, 9, 1), kind=committee) == set()
        assert self._refused(date(2025, 8, 31), kind=committee) == {"ELE-02.committee_early"}
        assert self._refused(date(2027, 9, 1), "换届", kind=committee) == set()
        assert self._refused(date(2027, 9, 2), "换届", kind=committee) == {"ELE-02.committee"}

    def test_a_next_term_begins_when_its_election_is_due(self) -> None:
        check_next(term(), END)
        with pytest.raises(TermNotDueError):
            check_next(term(), END - ONE_DAY)
        check_next(term(due=date(2024, 1, 1)), date(2024, 1, 1))
        with pytest.raises(TermNotDueError):
            check_next(term(due=date(2024, 1, 1)), date(2023, 12, 31))
        check_next(term(due=date(2025, 1, 1)), END)
        with pytest.raises(InvalidArgumentError):
            check_next(term(), START)

    def test_only_the_election_after_a_running_term_is_shifted(self) -> None:
        check_shift(term(), END + ONE_DAY)
        with pytest.raises(InvalidArgumentError):
            check_shift(term(), END)
        with pytest.raises(TermEndedError):
            check_shift(term(ended=END), END + ONE_DAY)

    @pytest.mark.parametrize("form", [Form.TEMPORARY, Form.FUNCTIONAL])
    def test_a_branch_of_participants_holds_no_term_election(self, form: Form) -> None:
        assert blocking(power_verdicts(form, TODAY))
        assert not blocking(power_verdicts(Form.COHORT, TODAY))


class TestOverdue:
    @staticmethod
    def _found(kept: Term, day: date, kind: Kind = Kind.GENERAL_BRANCH) -> dict[str, date]:
        unit = Examined(kept.unit_id, "党总支", kind, None, Interval(date(2015, 1, 1)), terms=(kept,))
        return {found.verdict.rule_id: found.since for found in findings_of(unit, day)}

    def test_a_term_without_an_election_is_found_from_the_day_after_its_end(self) -> None:
        assert self._found(term(), END) == {}
        assert self._found(term(), END + ONE_DAY) == {"ELE-01": END + ONE_DAY}
        assert self._found(term(), date(2025, 3, 1)) == {"ELE-01": END + ONE_DAY}

    def test_an_approved_day_postpones_the_finding(self) -> None:
        late = term(due=date(2025, 3, 1), reason="封校")

        assert self._found(late, date(2025, 3, 1)) == {}
        assert self._found(late, date(2025, 3, 2)) == {"ELE-01": date(2025, 3, 2)}

    def test_the_next_term_settles_it(self) -> None:
        assert self._found(term(ended=date(2024, 10, 1)), date(2024, 10, 1)) == {}
        assert self._found(term(ended=date(2024, 10, 1)), date(2024, 9, 30)) == {"ELE-01": END + ONE_DAY}

    def test_a_young_term_is_nothing_to_find(self) -> None:
        for kind in ELECTIONS:
            if kind is not Kind.BRANCH:
                assert self._found(replace(term(), started_on=TODAY), TODAY + ONE_DAY, kind) == {}
