"""Pacts of co-building: on which days they stand, and who may answer, leave and end them when."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import InvalidArgumentError
from chassis.intervals import Interval
from organization.domain.pacts import (
    Answer,
    Pact,
    PactState,
    Partner,
    answered,
    check_proposal,
    ended,
    left,
)
from organization.domain.units import Form, Kind, Outline
from organization.errors import (
    PactAnsweredError,
    PactNotJoinedError,
    PactNotPartnerError,
    PactOverError,
)

DAY = date(2024, 9, 1)
EVE, NEXT = DAY - timedelta(days=1), DAY + timedelta(days=1)
NOW = datetime(2024, 9, 1, tzinfo=UTC)
LEAD, ONE, TWO = UUID(int=1), UUID(int=2), UUID(int=3)


def pact(*partners: Partner, least: int = 1, on: date = DAY, days: Interval | None = None) -> Pact:
    return Pact(
        LEAD, LEAD, "共建", "", least, partners, DAY, days or Interval(DAY), None, "", NOW, NOW, 1, on
    )


def consenting(unit_id: UUID = ONE, on: date = DAY, left_on: date | None = None) -> Partner:
    return Partner(unit_id, Answer.CONSENTED, on, left_on)


@pytest.mark.parametrize(
    ("on", "state"), [(EVE, PactState.PROPOSED), (DAY, PactState.STANDING), (NEXT, PactState.STANDING)]
)
def test_a_pact_stands_from_the_day_on_which_enough_consent(on: date, state: PactState) -> None:
    assert pact(consenting(), on=on, days=Interval(EVE)).state is state


@pytest.mark.parametrize(("on", "state"), [(EVE, PactState.AGREED), (DAY, PactState.STANDING)])
def test_consent_given_ahead_waits_for_the_first_day(on: date, state: PactState) -> None:
    assert pact(consenting(on=EVE), on=on).state is state


@pytest.mark.parametrize(("on", "state"), [(DAY, PactState.STANDING), (NEXT, PactState.LAPSED)])
def test_it_no_longer_stands_when_too_few_are_left(on: date, state: PactState) -> None:
    assert pact(consenting(left_on=NEXT), consenting(TWO), least=2, on=on).state is state
    dissolved = replace(consenting(), dissolved_on=NEXT)
    assert pact(dissolved, consenting(TWO), least=2, on=on).state is state


@pytest.mark.parametrize(("on", "state"), [(DAY, PactState.STANDING), (NEXT, PactState.ENDED)])
def test_it_is_over_from_its_end_on(on: date, state: PactState) -> None:
    standing = pact(consenting(), on=on)

    assert replace(standing, days=Interval(DAY, NEXT)).state is state
    assert replace(standing, ended_on=NEXT).state is state
    assert replace(standing, unit_dissolved_on=NEXT).state is state


def test_a_refusal_lapses_a_pact_only_when_the_others_are_too_few() -> None:
    refused = Partner(ONE, Answer.REFUSED, DAY)

    assert pact(refused, Partner(TWO)).state is PactState.PROPOSED
    assert pact(refused, Partner(TWO), least=2).state is PactState.LAPSED


def test_each_partner_answers_once_and_only_what_was_asked() -> None:
    asked = pact(Partner(ONE), Partner(TWO))
    done = answered(asked, ONE, Answer.CONSENTED, on=DAY, at=NOW)

    assert (done.state, done.version) == (PactState.STANDING, 2)
    with pytest.raises(PactAnsweredError):
        answered(done, ONE, Answer.REFUSED, on=DAY, at=NOW)
    with pytest.raises(PactNotPartnerError):
        answered(asked, UUID(int=9), Answer.CONSENTED, on=DAY, at=NOW)
    with pytest.raises(PactOverError):
        answered(replace(asked, ended_on=DAY), ONE, Answer.CONSENTED, on=DAY, at=NOW)
    with pytest.raises(InvalidArgumentError):
        answered(pact(Partner(ONE, dissolved_on=DAY), Partner(TWO)), ONE, Answer.CONSENTED, on=DAY, at=NOW)


def test_a_partner_leaves_after_the_day_of_its_consent_and_once() -> None:
    joined = pact(consenting(), Partner(TWO))

    gone = left(joined, ONE, on=NEXT, at=NOW, reason="调整")
    assert gone.partner(ONE).left_on == NEXT
    with pytest.raises(InvalidArgumentError):
        left(joined, ONE, on=DAY, at=NOW, reason="调整")
    for pact_, unit_id in ((gone, ONE), (joined, TWO)):
        with pytest.raises(PactNotJoinedError):
            left(pact_, unit_id, on=NEXT, at=NOW, reason="调整")


def test_a_pact_ends_on_the_day_of_its_proposal_at_the_earliest_and_once() -> None:
    assert ended(pact(Partner(ONE)), on=DAY, at=NOW, reason="收回").ended_on == DAY
    with pytest.raises(InvalidArgumentError):
        ended(pact(Partner(ONE)), on=EVE, at=NOW, reason="收回")
    with pytest.raises(PactOverError):
        ended(replace(pact(Partner(ONE)), ended_on=DAY), on=DAY, at=NOW, reason="收回")


def _outline(unit_id: UUID, kind: Kind = Kind.BRANCH, life: Interval | None = None) -> Outline:
    return Outline(unit_id, kind, Form.STAFF if kind is Kind.BRANCH else None, life or Interval(EVE))


@pytest.mark.parametrize(
    ("partners", "least", "known", "field"),
    [
        ([LEAD], 1, [], "partner_unit_ids[0]"),
        ([ONE, ONE], 1, [_outline(ONE)], "partner_unit_ids[1]"),
        ([ONE], 1, [_outline(ONE, Kind.CLUB)], "partner_unit_ids[0]"),
        ([ONE], 1, [_outline(ONE, Kind.RETIREES_COMMITTEE, Interval(NEXT))], "partner_unit_ids[0]"),
        ([ONE], 2, [_outline(ONE, Kind.STAFF_COMMITTEE)], "least_partners"),
    ],
)
def test_who_cannot_be_asked_is_named(
    partners: list[UUID], least: int, known: list[Outline], field: str
) -> None:
    units = {each.unit_id: each for each in [_outline(LEAD), *known]}

    with pytest.raises(InvalidArgumentError) as refused:
        check_proposal(LEAD, partners, least, units, Interval(DAY))

    assert [each.field for each in refused.value.violations] == [field]


_days = st.integers(0, 6).map(lambda days: DAY + timedelta(days=days))


@st.composite
def _partners(draw: st.DrawFn) -> Partner:
    answer = draw(st.sampled_from(Answer))
    on = None if answer is Answer.OPEN else draw(_days)
    out = draw(st.none() | _days) if answer is Answer.CONSENTED else None
    return Partner(ONE, answer, on, out, "", draw(st.none() | _days))


@given(st.lists(_partners(), min_size=1, max_size=4), st.integers(1, 4), _days)
def test_it_stands_exactly_on_the_days_on_which_enough_take_part(
    partners: list[Partner], least: int, on: date
) -> None:
    def in_it(each: Partner) -> bool:
        if each.answer is not Answer.CONSENTED or each.answered_on is None:
            return False
        ends = min(each.left_on or date.max, each.dissolved_on or date.max)
        return each.answered_on <= on < ends

    stands = pact(*partners, least=least, on=on).state is PactState.STANDING

    assert stands == (sum(map(in_it, partners)) >= least)
