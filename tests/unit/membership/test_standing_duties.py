"""What standing cases and dues wait for, and from which day to which."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from membership.domain.dues_duties import Unpaid, items_of_arrears, items_of_ledger
from membership.domain.duties import InboxItem, SubjectKind, Urgency, urgency_of
from membership.domain.standing import Act, Ground, Kind, StandingCase
from membership.domain.standing_duties import items_of_standing
from tests.unit.membership.test_standing import RULES, SINCE, case, decide, search

DAY = timedelta(days=1)


def told(items: list[InboxItem]) -> list[tuple[str, str, date, str | None]]:
    return [
        (
            item.duty.step,
            item.duty.kind.value,
            item.duty.due_on,
            None if item.duty.judgement is None else item.duty.judgement.rule_id,
        )
        for item in items
    ]


def waited(found: StandingCase) -> list[tuple[str, str, date, str | None]]:
    return told(items_of_standing(found, RULES))


def test_a_member_abroad_is_contacted_each_half_year_and_may_be_suspended_after_five() -> None:
    found = case(Kind.ABROAD, Ground.STUDY_ABROAD)
    contact = ("contact", "deadline", date(2024, 8, 29), "MGT-08.abroad")
    suspension = ("suspension", "opening", date(2029, 3, 1), "MGT-04")
    assert waited(found) == [contact, suspension]
    (duty, _) = [item.duty for item in items_of_standing(found, RULES)]
    days = [date(2024, 8, 28), date(2024, 8, 29), date(2024, 8, 30)]
    assert [urgency_of(duty, day) for day in days] == [Urgency.DUE, Urgency.DUE, Urgency.OVERDUE]
    reached = search(found, date(2024, 9, 10), reached=True)
    assert waited(reached)[0] == ("contact", "deadline", date(2025, 3, 10), "MGT-08.abroad")


def test_a_lost_member_is_suspended_after_half_a_year_and_removed_after_two_more() -> None:
    found = case(Kind.LOST_CONTACT)
    assert waited(found) == [("suspension", "opening", date(2024, 8, 29), "MGT-05")]
    found = decide(search(found, date(2024, 5, 1)), Act.SUSPENSION, date(2024, 9, 1))
    assert waited(found) == [("removal", "opening", date(2026, 9, 1), "MGT-05.removal")]
    assert waited(decide(found, Act.REMOVAL, date(2026, 9, 1))) == []


def test_a_graduate_is_kept_for_two_years_and_a_third_with_a_reason() -> None:
    found = case(Kind.GRADUATE_KEPT, today=date(2025, 1, 1))
    assert waited(found) == [("keeping_end", "deadline", date(2026, 2, 28), "MGT-08")]
    longer = decide(found, Act.EXTENSION, date(2026, 2, 1))
    assert waited(longer) == [("keeping_end", "deadline", date(2027, 2, 28), "MGT-08")]


def test_what_no_rule_dates_is_waited_for_since_it_began() -> None:
    assert waited(case(Kind.DISPOSAL)) == [("rectification_order", "opening", SINCE, None)]


def test_arrears_are_paid_within_half_a_year_and_may_be_found_after_one() -> None:
    unpaid = Unpaid(uuid4(), uuid4(), date(2024, 8, 1), date(2024, 8, 1))
    items = items_of_arrears(unpaid, RULES)
    assert told(items) == [
        # A month is due until its last day; the half year counts from that.
        ("dues_arrears", "deadline", date(2025, 2, 28), "DUE-09"),
        ("dues_finding", "opening", date(2025, 2, 1), "DUE-10"),
    ]
    arrears = items[0].duty
    days = [date(2025, 2, 27), date(2025, 2, 28), date(2025, 3, 1)]
    assert [urgency_of(arrears, day) for day in days] == [Urgency.DUE, Urgency.DUE, Urgency.OVERDUE]
    assert {(item.subject.kind, item.subject.subject_id) for item in items} == {
        (SubjectKind.DUES_ACCOUNT, unpaid.person_id)
    }
    paid_since = Unpaid(unpaid.person_id, unpaid.unit_id, date(2024, 8, 1), None)
    assert [step for step, *_ in told(items_of_arrears(paid_since, RULES))] == ["dues_arrears"]


@pytest.mark.parametrize(
    ("opened", "published", "due"),
    [
        (date(2024, 1, 1), None, date(2025, 1, 1)),
        (date(2023, 1, 1), date(2024, 2, 29), date(2025, 2, 28)),
    ],
)
def test_a_branch_publishes_each_year(opened: date, published: date | None, due: date) -> None:
    (item,) = items_of_ledger(unit := uuid4(), opened, published, RULES)
    assert told([item]) == [("dues_publication", "deadline", due, "DUE-12")]
    assert (item.person_id, item.unit_id, item.subject.subject_id) == (None, unit, unit)
    urgencies = [urgency_of(item.duty, due + n * DAY) for n in (-1, 0, 1)]
    assert urgencies == [Urgency.DUE, Urgency.DUE, Urgency.OVERDUE]
