"""What may be done next in a standing case, from which day, and what the rules say a day too early."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from membership.domain.members import Member, MembershipStatus, Relationship, StatusPeriod
from membership.domain.people import PersonKind
from membership.domain.standing import (
    Act,
    Decision,
    Entry,
    Ground,
    Kind,
    StandingCase,
    State,
    opened,
    status_after,
)
from membership.errors import (
    DayOutOfOrderError,
    FieldsContradictError,
    StandingActNotDueError,
    StandingCaseOverError,
    StepForbiddenError,
)
from rulebook import RuleBook

RULES = RuleBook.shipped().in_force(date(2026, 6, 20))
NOW = datetime(2026, 6, 20, tzinfo=UTC)
TODAY = date(2033, 1, 1)
SINCE = date(2024, 2, 29)
UNIT, APPROVER = uuid4(), uuid4()


def entry(act: Act, day: date, **fields: object) -> Entry:
    return replace(Entry(act, day, NOW, None, "理由"), **fields)  # type: ignore[arg-type] # fields of the test's choice


def case(
    kind: Kind, ground: Ground | None = None, *, since: date = SINCE, today: date = TODAY
) -> StandingCase:
    bare = StandingCase(uuid4(), uuid4(), UNIT, kind, ground, since, NOW, NOW)
    return opened(bare, entry(Act.OPENING, since), RULES, today=today)


def decide(found: StandingCase, act: Act, day: date, **fields: object) -> StandingCase:
    stated = {"approver_unit_id": APPROVER, "resolved_on": day, **fields}
    approver = str(stated.pop("approver", "party_committee"))
    return found.decided(entry(act, day, **stated), RULES, approver_type=approver, today=TODAY)


def search(found: StandingCase, day: date, *, reached: bool = False) -> StandingCase:
    return found.contacted(entry(Act.CONTACT, day, reached=reached), RULES, today=TODAY)


def refused(found: StandingCase, act: Act, day: date, **fields: object) -> list[str]:
    with pytest.raises(StepForbiddenError) as caught:
        decide(found, act, day, **fields)
    return [verdict.rule_id for verdict in caught.value.verdicts if verdict.forbids]


class TestAbroad:
    def test_is_contacted_every_half_year_from_the_last_contact(self) -> None:
        found = case(Kind.ABROAD, Ground.STUDY_ABROAD)
        assert found.contact_due_on == date(2024, 8, 29)
        assert not found.is_overdue(date(2024, 8, 29))
        assert found.is_overdue(date(2024, 8, 30))
        # A search in vain is no contact.
        assert search(found, date(2024, 5, 1)).contact_due_on == date(2024, 8, 29)
        later = search(found, date(2024, 9, 10), reached=True)
        assert later.contact_due_on == date(2025, 3, 10)
        (verdict,) = later.entries[-1].judgements
        assert (verdict.rule_id, verdict.satisfied) == ("MGT-08.abroad", False)

    def test_more_than_five_years_suspend_and_a_return_restores(self) -> None:
        found = case(Kind.ABROAD, Ground.STUDY_ABROAD)
        assert (found.next_decision, found.decision_from) == (Act.SUSPENSION, date(2029, 3, 1))
        assert refused(found, Act.SUSPENSION, date(2029, 2, 28)) == ["MGT-04"]
        suspended = decide(found, Act.SUSPENSION, date(2029, 3, 1))
        assert (suspended.suspended_on, suspended.contact_due_on) == (date(2029, 3, 1), None)
        with pytest.raises(StandingActNotDueError):
            decide(suspended, Act.SUSPENSION, date(2029, 4, 1))
        assert decide(suspended, Act.RESTORATION, date(2030, 1, 1)).state is State.ENDED

    def test_who_has_settled_abroad_need_not_be_awaited(self) -> None:
        found = case(Kind.ABROAD, Ground.SETTLED_ABROAD)
        assert found.decision_from == SINCE
        assert decide(found, Act.SUSPENSION, SINCE).suspended_on == SINCE


class TestLost:
    def test_suspended_after_half_a_year_and_a_search_and_removed_after_two_more(self) -> None:
        found = case(Kind.LOST_CONTACT)
        assert found.decision_from == date(2024, 8, 29)
        assert refused(found, Act.SUSPENSION, date(2024, 8, 29)) == ["MGT-05.search"]
        found = search(found, date(2024, 6, 1))
        assert refused(found, Act.SUSPENSION, date(2024, 8, 28)) == ["MGT-05"]
        suspended = decide(found, Act.SUSPENSION, date(2024, 8, 29))
        assert (suspended.next_decision, suspended.decision_from) == (Act.REMOVAL, date(2026, 8, 29))
        assert refused(suspended, Act.REMOVAL, date(2026, 8, 28)) == ["MGT-05.removal"]
        assert decide(suspended, Act.REMOVAL, date(2026, 8, 29)).state is State.REMOVED

    def test_whoever_was_reached_meanwhile_is_lost_from_that_day_on(self) -> None:
        found = search(search(case(Kind.LOST_CONTACT), date(2024, 4, 1)), date(2024, 7, 1), reached=True)
        assert found.decision_from == date(2025, 1, 1)
        assert refused(found, Act.SUSPENSION, date(2024, 12, 31)) == ["MGT-05"]

    @given(st.dates(date(2019, 6, 1), date(2028, 1, 1)), st.integers(0, 400))
    def test_the_day_shown_is_the_first_that_is_not_refused(self, since: date, days: int) -> None:
        found = search(case(Kind.LOST_CONTACT, since=since), since)
        assert found.decision_from is not None
        day = since + timedelta(days=days)
        if day < found.decision_from:
            assert refused(found, Act.SUSPENSION, day) == ["MGT-05"]
        else:
            assert decide(found, Act.SUSPENSION, day).suspended_on == day


class TestSelfWithdrawal:
    def test_the_branch_decides_and_a_committee_approves(self) -> None:
        found = case(Kind.SELF_WITHDRAWAL, Ground.NO_DUES)
        assert (found.next_decision, found.decision_from) == (Act.REMOVAL, date(2024, 8, 29))
        day = date(2024, 8, 29)
        assert refused(found, Act.REMOVAL, day, resolved_on=None) == ["MGT-06.authority"]
        assert refused(found, Act.REMOVAL, day, approver="general_branch") == ["MGT-06.authority"]
        assert refused(found, Act.REMOVAL, date(2024, 8, 28)) == ["MGT-06"]
        removed = decide(found, Act.REMOVAL, day)
        with pytest.raises(StandingCaseOverError):
            decide(removed, Act.REMOVAL, day)

    def test_a_silent_graduate_is_judged_by_the_rule_of_graduates(self) -> None:
        found = case(Kind.SELF_WITHDRAWAL, Ground.GRADUATE_SILENT)
        assert found.decision_from == date(2024, 8, 30)
        assert refused(found, Act.REMOVAL, date(2024, 8, 29)) == ["MGT-11"]

    @pytest.mark.parametrize(
        ("kind", "ground"),
        [(Kind.SELF_WITHDRAWAL, None), (Kind.ABROAD, Ground.NO_DUES), (Kind.DISPOSAL, Ground.NO_WORK)],
    )
    def test_a_ground_of_another_kind_is_refused(self, kind: Kind, ground: Ground | None) -> None:
        with pytest.raises(FieldsContradictError):
            case(kind, ground)


class TestDisposal:
    def test_rectify_then_urge_then_remove(self) -> None:
        found = case(Kind.DISPOSAL)
        with pytest.raises(StandingActNotDueError):
            decide(found, Act.REMOVAL, SINCE)
        day, last = date(2024, 3, 10), date(2025, 3, 10)
        too_long = last + timedelta(days=1)
        assert refused(found, Act.RECTIFICATION_ORDER, day, until=too_long) == ["MGT-07"]
        ordered = decide(found, Act.RECTIFICATION_ORDER, day, until=last)
        assert (ordered.next_decision, ordered.decision_from) == (Act.URGED_WITHDRAWAL, too_long)
        assert refused(ordered, Act.URGED_WITHDRAWAL, last) == ["MGT-07.urge"]
        urged = decide(ordered, Act.URGED_WITHDRAWAL, too_long)
        assert (urged.next_decision, urged.decision_from) == (Act.REMOVAL, too_long)
        assert decide(urged, Act.WITHDRAWAL, too_long).state is State.REMOVED
        assert decide(urged, Act.REMOVAL, too_long).state is State.REMOVED

    def test_who_has_rectified_is_left_alone(self) -> None:
        ordered = decide(
            case(Kind.DISPOSAL), Act.RECTIFICATION_ORDER, date(2024, 3, 10), until=date(2024, 9, 1)
        )
        done = ordered.ended(entry(Act.END, date(2024, 8, 1)), today=TODAY)
        assert (done.state, done.decision_from) == (State.ENDED, None)

    @pytest.mark.parametrize(
        ("act", "until"), [(Act.RECTIFICATION_ORDER, None), (Act.REMOVAL, date(2025, 1, 1)), (Act.END, None)]
    )
    def test_a_decision_states_a_limit_only_where_it_sets_one(self, act: Act, until: date | None) -> None:
        with pytest.raises(FieldsContradictError):
            Decision(act, SINCE, APPROVER, "理由", until=until)


class TestGraduates:
    def test_are_kept_for_two_years_and_a_third_with_a_reason(self) -> None:
        found = case(Kind.GRADUATE_KEPT, today=date(2026, 2, 28))
        assert found.kept_through == date(2026, 2, 28)
        assert found.is_overdue(date(2026, 3, 1))
        longer = decide(found, Act.EXTENSION, date(2026, 3, 10), resolved_on=None)
        assert longer.kept_through == date(2027, 2, 28)
        assert refused(longer, Act.EXTENSION, date(2027, 3, 1), resolved_on=None) == ["MGT-08"]

    def test_nobody_begins_to_be_kept_after_that(self) -> None:
        with pytest.raises(StepForbiddenError):
            case(Kind.GRADUATE_KEPT, today=date(2026, 3, 1))


class TestStatus:
    def member(self, *statuses: StatusPeriod) -> Member:
        return Member(
            uuid4(), "", PersonKind.STUDENT, (Relationship(UNIT, SINCE),), statuses, (), SINCE, 1, NOW
        )

    def test_restored_to_what_the_member_was(self) -> None:
        since, again = date(2024, 9, 1), date(2025, 1, 1)
        sanction = MembershipStatus.PARTY_PROBATION_SANCTION
        member = self.member(
            StatusPeriod(sanction, SINCE, since), StatusPeriod(MembershipStatus.SUSPENDED, since)
        )
        found = replace(case(Kind.LOST_CONTACT), suspended_on=since)
        assert status_after(found, member, Act.RESTORATION, again) is sanction
        assert status_after(found, member, Act.REMOVAL, again) is None
        with pytest.raises(StandingActNotDueError):
            status_after(found, member, Act.SUSPENSION, again)

    def test_nothing_is_decided_before_what_is_recorded_already(self) -> None:
        member = self.member(
            StatusPeriod(MembershipStatus.PROBATIONARY, SINCE, date(2025, 3, 1)),
            StatusPeriod(MembershipStatus.FULL, date(2025, 3, 1)),
        )
        with pytest.raises(DayOutOfOrderError):
            status_after(case(Kind.LOST_CONTACT), member, Act.SUSPENSION, date(2025, 2, 28))
        assert (
            status_after(case(Kind.LOST_CONTACT), member, Act.SUSPENSION, date(2025, 3, 1))
            is MembershipStatus.SUSPENDED
        )
