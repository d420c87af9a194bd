"""Packs over packs: layers add up, and a replacement is equal or stricter or it is refused."""

from datetime import date

import pytest

from rulebook import PackError, RuleBook, RuleSet, read_pack
from tests.unit.rulebook.pack_texts import NATION, PROVINCE, UNIVERSITY, book, pack, rule

DAY = date(2024, 9, 1)
FIRST_PROVINCE_RULE = PROVINCE.count("\n") + 1
REPLACES = "replaces: TST-01"


def rules_of(selected: RuleSet) -> list[tuple[str, str]]:
    return [(one.layer.value, one.id) for one in selected.rules]


def province_refusals(nation: str, province: str) -> list[str]:
    with pytest.raises(PackError) as caught:
        book(nation=nation, province=province)
    places = {(problem.file, problem.line) for problem in caught.value.problems}
    assert places == {("province.yaml", FIRST_PROVINCE_RULE + 8)}
    return [problem.message for problem in caught.value.problems]


class TestAddingUp:
    def test_each_layers_instance_of_a_rule_stays(self) -> None:
        selected = book(province=rule(parameters="{interval: P6M}")).in_force(DAY)

        assert rules_of(selected) == [("nation", "TST-01"), ("province", "TST-01")]

    def test_looser_instance_beside_a_stricter_one_changes_nothing(self) -> None:
        selected = book(province=rule(parameters="{interval: P1M}")).in_force(DAY)

        assert ("nation", "TST-01") in rules_of(selected)

    def test_repeated_id_in_one_layer_is_refused(self) -> None:
        with pytest.raises(PackError, match=r"b\.yaml:\d+: TST-01: the id is already in force in a\.yaml"):
            RuleBook(
                [
                    pack(NATION, rule(), file="a.yaml"),
                    pack(NATION.replace("pack: nation", "pack: other"), rule(), file="b.yaml"),
                ]
            )

    def test_undeclared_operation_is_refused(self) -> None:
        with pytest.raises(PackError, match=rf"nation\.yaml:{NATION.count(chr(10)) + 4}: .*case\.acting"):
            book(nation=rule(applies_to="[case.acting]"))


class TestReplacing:
    @pytest.mark.parametrize("interval", ["P3M", "P6M", "P92D", "P1Y"])
    def test_equal_or_stricter_value_replaces(self, interval: str) -> None:
        selected = book(province=rule(parameters=f"{{interval: {interval}}}", more=REPLACES)).in_force(DAY)

        assert rules_of(selected) == [("province", "TST-01")]

    @pytest.mark.parametrize("interval", ["P2M", "P89D"])
    def test_looser_value_is_refused(self, interval: str) -> None:
        (message,) = province_refusals(rule(), rule(parameters=f"{{interval: {interval}}}", more=REPLACES))

        assert message == (
            f"TST-01: cannot replace TST-01 of nation: interval {interval} is looser than P3M "
            "(higher is stricter)"
        )

    def test_period_without_an_order_is_refused(self) -> None:
        (message,) = province_refusals(rule(), rule(parameters="{interval: P90D}", more=REPLACES))

        assert message.endswith("interval P90D has no order to P3M; add it as a second condition")

    @pytest.mark.covers("LOC-01")
    def test_seven_days_do_not_replace_five_working_days(self) -> None:
        working_days = rule(kind="publicity", facts="{posted: p}", parameters="{window: 5WD}")
        calendar_days = rule(kind="publicity", facts="{posted: p}", parameters="{window: P7D}", more=REPLACES)

        (message,) = province_refusals(working_days, calendar_days)
        assert message.endswith("window P7D has no order to 5WD; add it as a second condition")

    @pytest.mark.parametrize(
        ("kind", "facts", "upper", "lower", "reason"),
        [
            ("not_after", "{since: a}", "{within: P3M}", "{within: P6M}", "looser than P3M (lower is"),
            ("size", "{size: n}", "{max: 7}", "{min: 3}", "max is dropped, which loosens the rule"),
            (
                "not_after",
                "{since: a, extension_reason: r}",
                "{within: P3M}",
                "{within: P3M, extended_within: P6M}",
                "extended_within is added, which loosens the rule",
            ),
            (
                "majority",
                "{yes: y, present: p, should_attend: s}",
                "{share: 1/2, comparison: more_than, base: should_attend}",
                "{share: 1/2, comparison: more_than, base: present}",
                "base present is looser than should_attend",
            ),
            (
                "quorum",
                "{present: p, should_attend: s}",
                "{share: 1/2, comparison: more_than}",
                "{share: 1/2, comparison: at_least}",
                "comparison at_least is looser than more_than",
            ),
            ("documents", "{documents: d}", "{required: [a, b]}", "{required: [a]}", "required a is looser"),
            ("documents", "{documents: d}", "{required: [a]}", "{required: [b]}", "has no order to a"),
            ("documents", "{documents: d}", "{any_of: [a]}", "{any_of: [a, b]}", "any_of a, b is looser"),
            ("order", "{items: i}", "{sequence: [a, b]}", "{sequence: [b, a]}", "b, a has no order to a, b"),
            (
                "table",
                "{amount: a, value: v}",
                "{brackets: [{rate: 1%}]}",
                "{brackets: [{rate: 2%}]}",
                "has no order",
            ),
        ],
    )
    def test_each_parameter_keeps_its_direction(
        self, kind: str, facts: str, upper: str, lower: str, reason: str
    ) -> None:
        (message,) = province_refusals(
            rule(kind=kind, facts=facts, parameters=upper),
            rule(kind=kind, facts=facts, parameters=lower, more=REPLACES),
        )

        assert reason in message

    def test_dropped_extension_is_stricter(self) -> None:
        facts = "{since: a, extension_reason: r}"
        selected = book(
            nation=rule(kind="not_after", facts=facts, parameters="{within: P3M, extended_within: P6M}"),
            province=rule(kind="not_after", facts=facts, parameters="{within: P3M}", more=REPLACES),
        ).in_force(DAY)

        assert rules_of(selected) == [("province", "TST-01")]

    def test_lighter_severity_fewer_operations_and_other_facts_are_refused(self) -> None:
        messages = province_refusals(
            rule(applies_to="[case.act, case.other]"),
            rule(severity="warn", facts="{since: other_on}", more=REPLACES),
        )

        reasons = [message.partition("of nation: ")[2] for message in messages]
        assert reasons == [
            "severity warn is looser than block",
            "it no longer applies to case.other",
            "it reads other facts; add it as a second condition",
        ]

    @pytest.mark.parametrize("named", ["[mobile]", "[mobile, abroad, retired]"])
    def test_rule_for_fewer_people_is_refused(self, named: str) -> None:
        everybody, some = rule(), rule(more="only_for: {fact: route, one_of: [mobile, abroad]}")
        fewer = rule().replace(
            "    source:",
            f"    only_for: {{fact: route, one_of: {named}}}\n    replaces: TST-01\n    source:",
        )
        with pytest.raises(PackError, match="it is only for mobile"):
            book(nation=everybody, province=fewer)
        if "retired" in named:
            book(nation=some, province=fewer)
        else:
            with pytest.raises(PackError, match="it is only for mobile"):
                book(nation=some, province=fewer)

    def test_other_kind_is_refused(self) -> None:
        (message,) = province_refusals(
            rule(), rule(kind="size", facts="{size: n}", parameters="{min: 3}", more=REPLACES)
        )

        assert message.endswith("kind size has no order to not_before")

    def test_rule_of_no_higher_layer_is_refused(self) -> None:
        (message,) = province_refusals(rule(), rule("TST-02", more="replaces: TST-02"))

        assert message == "TST-02: no higher layer has a rule TST-02"

    def test_replaced_rule_is_back_where_the_replacement_is_not_in_force(self) -> None:
        replacement = rule(parameters="{interval: P6M}", more=REPLACES) + "    effective_from: 2020-01-01\n"
        layered = book(province=replacement)

        assert rules_of(layered.in_force(date(2019, 12, 31))) == [("nation", "TST-01")]
        assert rules_of(layered.in_force(date(2020, 1, 1))) == [("province", "TST-01")]

    def test_university_replaces_the_provinces_replacement(self) -> None:
        selected = book(
            province=rule(parameters="{interval: P6M}", more=REPLACES),
            university=rule(parameters="{interval: P1Y}", more=REPLACES),
        ).in_force(DAY)

        assert rules_of(selected) == [("university", "TST-01")]


class TestVersions:
    def test_packs_of_one_name_follow_each_other(self) -> None:
        old = NATION.replace("operations:", "effective_to: 2020-01-01\noperations:")
        new = NATION.replace("2014-05-28", "2020-01-01")
        versions = RuleBook(
            [
                pack(new, rule(parameters="{interval: P6M}"), file="new.yaml"),
                pack(old, rule(), file="old.yaml"),
            ]
        )

        (before,) = versions.in_force(date(2019, 12, 31)).rules
        (after,) = versions.in_force(date(2020, 1, 1)).rules
        assert (before.content["parameters"], after.content["parameters"]) == (
            {"interval": "P3M"},
            {"interval": "P6M"},
        )

    def test_packs_of_one_name_in_force_together_are_refused(self) -> None:
        later = NATION.replace("2014-05-28", "2020-01-01")

        with pytest.raises(PackError, match=r"new\.yaml:1: pack nation is in force at the same time"):
            RuleBook([pack(NATION, rule(), file="old.yaml"), pack(later, rule("TST-02"), file="new.yaml")])

    def test_two_catalogues_of_steps_in_one_layer_are_refused(self) -> None:
        catalogue = (
            "stages:\n  - {number: 1, id: s, zh: 段, en: Stage}\n"
            "steps:\n  - {number: 1, id: a, zh: 甲, en: A, stage: s, actor: applicant, operation: case.act}\n"
        )
        one, other = UNIVERSITY, UNIVERSITY.replace("pack: university", "pack: other")

        with pytest.raises(PackError, match="the university layer has another catalogue of steps"):
            RuleBook([read_pack(head.replace("rules:\n", catalogue), file=head[:8]) for head in (one, other)])
