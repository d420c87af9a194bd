"""Rules with one number changed, and facts read again from what verdicts keep."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulebook import FactType, Layer, RuleBook, RuleContentError, evaluate, read_fact, with_parameter
from rulebook.facts import fact_text

DAY = date(2024, 9, 1)
RULES = RuleBook.shipped().in_force(DAY)


def intervals(rule_set: object, rule_id: str) -> list[tuple[str, str]]:
    return [
        (rule.layer.value, str(rule.parameters.values["interval"]))
        for rule in rule_set.rules_named(rule_id)  # type: ignore[attr-defined]
    ]


class TestOneParameter:
    def test_the_rule_has_the_other_value_and_nothing_else_differs(self) -> None:
        other = with_parameter(RULES, "DEV-09", "interval", "P18M")

        assert intervals(other, "DEV-09") == [("nation", "P1Y6M")]
        assert [rule.id for rule in other.rules] == [rule.id for rule in RULES.rules]
        assert sum(a != b for a, b in zip(other.rules, RULES.rules, strict=True)) == 1
        assert other.digest != RULES.digest

    def test_a_number_and_names_are_written_as_in_a_pack(self) -> None:
        (days,) = with_parameter(RULES, "DEV-14", "min", "5").rules_named("DEV-14")
        (papers,) = with_parameter(
            RULES, "DEV-34", "required", "admission_form, conversion_request"
        ).rules_named("DEV-34")
        assert days.parameters.values["min"] == 5
        assert papers.parameters.values["required"] == ("admission_form", "conversion_request")

    def test_a_rule_of_another_layer_stays(self) -> None:
        assert with_parameter(RULES, "DEV-09", "interval", "P2Y", layer=Layer.PROVINCE) is RULES

    def test_a_rule_that_is_not_there_changes_nothing(self) -> None:
        assert with_parameter(RULES, "ZZZ-99", "interval", "P2Y") is RULES

    @pytest.mark.parametrize(
        ("rule_id", "parameter", "value"),
        [
            ("DEV-09", "within", "P1Y"),
            ("DEV-09", "interval", "soon"),
            ("DEV-14", "min", "three"),
            ("DEV-34", "required", "Not A Name"),
        ],
    )
    def test_what_is_no_parameter_or_no_value_of_it_is_refused(
        self, rule_id: str, parameter: str, value: str
    ) -> None:
        with pytest.raises(RuleContentError):
            with_parameter(RULES, rule_id, parameter, value)

    def test_the_other_rules_judge(self) -> None:
        other = with_parameter(RULES, "LOC-02", "interval", "P1Y")
        facts = {"application_on": DAY}
        on = date(2025, 3, 1)

        def answer(rules: object) -> bool:
            verdicts = evaluate(rules, operation="admission.activist", facts=facts, on=on)  # type: ignore[arg-type]
            return next(verdict.satisfied for verdict in verdicts if verdict.rule_id == "LOC-02")

        assert (answer(RULES), answer(other)) == (True, False)


names = st.lists(st.from_regex(r"[a-z][a-z0-9_]{0,9}", fullmatch=True), max_size=4)
typed = st.one_of(
    st.tuples(st.just(FactType.DAY), st.dates()),
    st.tuples(st.just(FactType.WHOLE), st.integers(0, 10**9)),
    st.tuples(
        st.just(FactType.NUMBER),
        st.decimals(min_value=0, max_value=10**9, places=2).map(lambda n: int(n) if n == int(n) else n),
    ),
    st.tuples(st.just(FactType.FLAG), st.booleans()),
    st.tuples(st.just(FactType.NAMES), names),
    st.tuples(st.just(FactType.TEXT), st.text(max_size=20)),
)


@given(typed)
def test_a_fact_is_read_again_from_its_text(pair: tuple[FactType, object]) -> None:
    type_, value = pair
    assert read_fact(fact_text(value), type_) == value  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "type_"),
    [("many", FactType.WHOLE), ("-1", FactType.WHOLE), ("much", FactType.NUMBER), ("yes", FactType.FLAG)],
)
def test_a_text_that_is_none_of_its_type_is_nothing(text: str, type_: FactType) -> None:
    assert read_fact(text, type_) is None


def test_an_exact_number_stays_exact() -> None:
    assert read_fact("0.20", FactType.NUMBER) == Decimal("0.20")
