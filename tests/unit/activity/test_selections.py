"""Selection groups: the rules, the lot, the seats, and how long a consent holds."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activity.domain.selections import (
    Consent,
    Entry,
    Known,
    Quota,
    SeatOutcome,
    Selector,
    check_quotas,
    check_statement,
    consent_end,
    drawn,
    excluded,
    fill,
)
from activity.errors import SelectionConsentWithdrawnError, SelectionPersonNotOnRosterError
from chassis.errors import InvalidArgumentError

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
DAY = timedelta(days=1)
ROSTER = UUID(int=99)
BACKBONE, MINORITY, SCHOLARSHIP = Selector


def person(number: int) -> UUID:
    return UUID(int=number)


def consent(number: int, selector: Selector | None = BACKBONE, unit: int = 1) -> Consent:
    id_ = UUID(int=1000 + 10 * number + unit)
    return Consent(id_, person(number), UUID(int=unit), selector, TODAY, TODAY + DAY, None, "", NOW, NOW, 1)


def known(*numbers: int) -> Known:
    """People of whom every rule holds."""
    everybody = {person(number) for number in numbers}
    return Known(everybody, everybody, everybody, everybody)


@pytest.mark.covers("S70")
def test_each_group_has_its_rule() -> None:
    someone = person(1)
    nobody = Known(set(), set(), set(), set())
    student = replace(nobody, students={someone})
    member = replace(student, undergraduates={someone}, members_with_duty={someone})

    assert not any(nobody.meets(selector, someone) for selector in Selector)
    assert [student.meets(selector, someone) for selector in Selector] == [False, True, False]
    assert member.meets(BACKBONE, someone)
    assert not replace(member, undergraduates=set()).meets(BACKBONE, someone)
    assert not replace(member, members_with_duty=set()).meets(BACKBONE, someone)
    assert replace(student, scholars={someone}).meets(SCHOLARSHIP, someone)


@pytest.mark.covers("S70")
def test_only_those_who_agreed_are_drawn_and_each_once() -> None:
    consents = [
        consent(1),
        consent(2),
        consent(2, unit=2),
        consent(3, None),
        consent(4, MINORITY),
        consent(5),
    ]

    entries = drawn(ROSTER, [Quota(BACKBONE, 2)], consents, known(1, 2, 3, 4, 6))

    assert sorted(entry.person_id for entry in entries) == [person(1), person(2)]
    assert [entry.place for entry in entries] == [1, 2]


def test_a_lot_drawn_again_is_the_same_and_another_lists_is_not() -> None:
    consents = [consent(number) for number in range(1, 20)]
    quotas = [Quota(BACKBONE, 5)]

    first = drawn(ROSTER, quotas, consents, known(*range(1, 20)))
    again = drawn(ROSTER, quotas, list(reversed(consents)), known(*range(1, 20)))
    other = drawn(UUID(int=98), quotas, consents, known(*range(1, 20)))

    order = [entry.person_id for entry in first]
    assert order == [entry.person_id for entry in again]
    assert order != [entry.person_id for entry in other]


_GROUPS = st.lists(
    st.tuples(st.sampled_from(list(Selector)), st.integers(1, 5)), unique_by=lambda q: q[0], min_size=1
)


@pytest.mark.covers("S70")
@given(
    _GROUPS,
    st.lists(st.tuples(st.integers(1, 12), st.sampled_from(list(Selector))), max_size=30),
    st.sets(st.integers(1, 12)),
)
def test_seats_are_kept_by_quota_and_never_free_in_vain(
    groups: list[tuple[Selector, int]], agreed: list[tuple[int, Selector]], out: set[int]
) -> None:
    quotas = [Quota(selector, seats) for selector, seats in groups]
    consents = [consent(number, selector) for number, selector in agreed]
    entries = drawn(ROSTER, quotas, consents, known(*range(1, 13)))
    for number in out & {entry.person_id.int for entry in entries}:
        entries = excluded(entries, person(number), "回避")

    counted, seated = fill(quotas, entries)

    chosen = [entry for entry in seated if entry.outcome is SeatOutcome.CHOSEN]
    assert len({entry.person_id for entry in chosen}) == len(chosen)
    assert not {entry.person_id.int for entry in chosen} & out
    for quota in counted:
        group = [entry for entry in seated if entry.selector is quota.selector]
        have = sum(entry.outcome is SeatOutcome.CHOSEN for entry in group)
        waiting = [entry for entry in group if entry.outcome is SeatOutcome.WAITING]
        assert have == quota.chosen <= quota.seats
        assert have == quota.seats or not waiting
        assert quota.candidates == sum(entry.outcome is not SeatOutcome.EXCLUDED for entry in group)
    assert fill(counted, seated) == (counted, seated)


def entry(position: int, number: int, selector: Selector = BACKBONE) -> Entry:
    return Entry(position, position, person(number), selector, UUID(int=1), SeatOutcome.WAITING, "")


def test_the_next_moves_up_when_somebody_is_excluded() -> None:
    quotas = (Quota(BACKBONE, 1), Quota(MINORITY, 1))
    entries = [entry(1, 1), entry(2, 2), entry(3, 2, MINORITY), entry(4, 3, MINORITY)]

    _, before = fill(quotas, entries)
    _, after = fill(quotas, excluded(before, person(1), "挂职"))

    outcomes = [each.outcome for each in after]
    assert [each.outcome.value for each in before] == ["chosen", "waiting", "chosen", "waiting"]
    assert [outcome.value for outcome in outcomes] == ["excluded", "chosen", "elsewhere", "chosen"]
    with pytest.raises(SelectionPersonNotOnRosterError):
        excluded(entries, person(9), "误")


def test_a_consent_holds_a_year_unless_said_and_two_at_most() -> None:
    assert consent_end(None, TODAY) == date(2027, 11, 24)
    for end in (TODAY + DAY, date(2028, 11, 24)):
        assert consent_end(end, TODAY) == end
    for wrong in (TODAY, date(2028, 11, 25)):
        with pytest.raises(InvalidArgumentError):
            consent_end(wrong, TODAY)


def test_what_was_withdrawn_says_nothing_more() -> None:
    withdrawn = consent(1, MINORITY).withdrawn(TODAY, NOW)

    assert (withdrawn.selector, withdrawn.withdrawn_on) == (None, TODAY)
    with pytest.raises(SelectionConsentWithdrawnError):
        withdrawn.withdrawn(TODAY, NOW)


def test_anothers_consent_was_signed_and_a_group_is_named_once() -> None:
    check_statement("", own=True)
    check_statement("同意书 7 号", own=False)
    with pytest.raises(InvalidArgumentError):
        check_statement(" ", own=False)
    check_quotas([Quota(BACKBONE, 1), Quota(MINORITY, 1)])
    with pytest.raises(InvalidArgumentError):
        check_quotas([Quota(BACKBONE, 1), Quota(BACKBONE, 2)])
