"""A ledger of forms adds up, and a form is used once, by its unit and in its year."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from membership.domain.forms import Form, FormState, Ledger, numbers, use_facts
from membership.domain.verdicts import judge
from membership.errors import (
    DayOutOfOrderError,
    FieldsContradictError,
    FormNotInHandError,
    FormYearClosedError,
)
from rulebook import RuleBook

NOW = datetime(2026, 5, 30, tzinfo=UTC)
DRAWN, TODAY = date(2026, 3, 1), date(2026, 12, 31)
RULES = RuleBook.shipped().in_force(DRAWN)
UNIT, CASE = uuid4(), uuid4()


def form(state: FormState = FormState.IN_HAND, **fields: object) -> Form:
    values: dict[str, object] = {
        "form_id": uuid4(),
        "form_number": "2026-000123",
        "unit_id": UNIT,
        "year": 2026,
        "state": state,
        "drawn_on": DRAWN,
        "version": 1,
        "updated_at": NOW,
    }
    return Form(**(values | fields))  # type: ignore[arg-type]


def refused(found: Form | None, day: date = date(2026, 5, 30), **said: bool) -> set[str]:
    """The rules against using a form for the case on a day."""
    place = {"of_unit": True, "year_is_open": True} | said
    facts = use_facts(found, case_id=CASE, issued_on=day, **place)
    return {one.rule_id for one in judge(RULES, ["form.use"], facts, on=day) if one.forbids}


class TestUse:
    @pytest.mark.parametrize(
        ("day", "rules"),
        [
            (date(2026, 12, 31), set()),
            (date(2027, 1, 1), {"LOC-13.series"}),
            (date(2026, 3, 1), set()),
            (date(2026, 2, 28), {"LOC-13.series"}),
        ],
    )
    def test_it_is_used_from_the_day_it_was_drawn_to_the_end_of_its_year(
        self, day: date, rules: set[str]
    ) -> None:
        assert refused(form(), day) == rules

    def test_another_unit_s_form_and_one_of_no_ledger_are_refused(self) -> None:
        assert refused(form(), of_unit=False) == {"LOC-13.series"}
        assert refused(form(), year_is_open=False) == {"LOC-13.series"}
        assert refused(None) == {"LOC-13.series"}

    def test_one_person_has_one_booklet(self) -> None:
        assert refused(form(FormState.USED, case_id=uuid4())) == {"LOC-13.person", "LOC-13.series"}
        assert refused(form(FormState.LOST)) == {"LOC-13.series"}

    def test_it_is_kept_with_its_case(self) -> None:
        used = form().used(CASE, date(2026, 5, 30), now=NOW)
        assert (used.state, used.case_id, used.version) == (FormState.USED, CASE, 2)
        assert used.replaced(date(2027, 1, 5), "2027-000001", now=NOW).state is FormState.VOID


class TestAccount:
    @pytest.mark.parametrize("state", [FormState.LOST, FormState.VOID, FormState.RETURNED])
    def test_a_form_in_hand_becomes_one_of_three(self, state: FormState) -> None:
        after = form().accounted(state, date(2026, 6, 1), "污损", today=TODAY, now=NOW)
        assert (after.state, after.reason, after.version) == (state, "污损", 2)
        with pytest.raises(FormNotInHandError):
            after.accounted(FormState.RETURNED, date(2026, 6, 2), "再退", today=TODAY, now=NOW)

    def test_a_used_one_may_be_spoilt_and_not_returned(self) -> None:
        used = form().used(CASE, date(2026, 5, 30), now=NOW)
        assert used.accounted(FormState.VOID, date(2026, 5, 30), "填错", today=TODAY, now=NOW).case_id == CASE
        with pytest.raises(FormNotInHandError):
            used.accounted(FormState.RETURNED, date(2026, 6, 1), "退", today=TODAY, now=NOW)

    @pytest.mark.parametrize("state", [FormState.USED, FormState.IN_HAND])
    def test_nobody_uses_a_form_here(self, state: FormState) -> None:
        with pytest.raises(FieldsContradictError):
            form().accounted(state, date(2026, 6, 1), "x", today=TODAY, now=NOW)

    @pytest.mark.parametrize("day", [date(2026, 2, 28), date(2027, 1, 1)])
    def test_the_day_lies_between_the_drawing_and_today(self, day: date) -> None:
        with pytest.raises(DayOutOfOrderError):
            form().accounted(FormState.LOST, day, "x", today=TODAY, now=NOW)


class TestLedger:
    @given(st.dictionaries(st.sampled_from(list(FormState)), st.integers(0, 500)))
    def test_it_balances_exactly_when_nothing_is_in_hand(self, counts: dict[FormState, int]) -> None:
        ledger = Ledger(UNIT, 2026, counts)
        verdicts = judge(RULES, ["form.close_year"], ledger.facts(), on=TODAY)
        assert ledger.is_balanced is (counts.get(FormState.IN_HAND, 0) == 0)
        assert all(one.satisfied for one in verdicts) is ledger.is_balanced

    def test_a_closed_year_stays_closed(self) -> None:
        with pytest.raises(FormYearClosedError):
            Ledger(UNIT, 2026, {}, closed_on=TODAY).check_open()


def test_numbers_follow_each_other_with_six_digits() -> None:
    assert numbers("2026-", 9, 3) == ["2026-000009", "2026-000010", "2026-000011"]
