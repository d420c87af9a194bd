"""Judging an operation: every rule answers, nothing absent passes, and the earliest day is the right one."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from rulebook import (
    NO_END,
    FactType,
    NoRulesInForceError,
    RuleBook,
    RuleSet,
    UnknownDigestError,
    UnknownOperationError,
    UnknownRuleError,
    Verdict,
    blocking,
    earliest_clear,
    evaluate,
    facts_needed,
)
from tests.unit.rulebook.pack_texts import book, rule

DAY = date(2024, 9, 1)
SHIPPED = RuleBook.shipped()
RULES = SHIPPED.in_force(DAY)


def judge(rules: RuleSet, on: date = DAY, **facts: Any) -> list[Verdict]:
    return evaluate(rules, operation="case.act", facts=facts, on=on)


class TestEvaluate:
    def test_every_rule_of_the_operation_answers(self) -> None:
        verdicts = evaluate(RULES, operation="admission.prospect", facts={}, on=DAY)

        assert [(verdict.layer.value, verdict.rule_id) for verdict in verdicts] == [
            ("nation", "DEV-06"),
            ("nation", "DEV-09"),
            ("nation", "DEV-09.opinions"),
            ("province", "LOC-01"),
            ("province", "LOC-06.activist"),
            ("university", "LOC-01.calendar"),
            ("university", "LOC-01.objections"),
        ]

    @pytest.mark.parametrize("operation", RULES.operation_names)
    def test_missing_facts_never_pass_and_never_crash(self, operation: str) -> None:
        for verdict in evaluate(RULES, operation=operation, facts={}, on=DAY):
            required = {need.fact for need in verdict.rule.needs if not need.optional}
            assert not verdict.satisfied
            assert set(verdict.missing) == required != set()

    def test_fact_stated_as_none_is_missing(self) -> None:
        (verdict,) = judge(book().in_force(DAY), begun_on=None)

        assert verdict.missing == ("begun_on",)

    @pytest.mark.parametrize("value", ["2024-01-01", datetime(2024, 1, 1), 20240101, True])  # noqa: DTZ001
    def test_instant_or_text_is_no_day(self, value: object) -> None:
        (verdict,) = judge(book().in_force(DAY), begun_on=value)

        assert not verdict.satisfied
        assert verdict.unusable == ("begun_on",)

    @pytest.mark.parametrize("value", [2.5, True, -1, Decimal("NaN"), "3"])
    def test_float_flag_or_negative_is_no_number(self, value: object) -> None:
        counted = rule(kind="count", facts="{value: hours}", parameters="{min: 1}")
        (verdict,) = judge(book(nation=counted).in_force(DAY), hours=value)

        assert verdict.unusable == ("hours",)

    @pytest.mark.parametrize("value", ["a", [1], {"a"}])
    def test_text_is_no_list_of_names(self, value: object) -> None:
        listed = rule(kind="documents", facts="{documents: papers}", parameters="{required: [a]}")
        (verdict,) = judge(book(nation=listed).in_force(DAY), papers=value)

        assert verdict.unusable == ("papers",)

    @pytest.mark.parametrize(
        ("facts", "unusable"),
        [
            ({"present_voters": 17}, ("present_voters", "should_attend_voters")),
            ({"yes_votes": 13}, ("yes_votes", "present_voters")),
            ({"written_yes_votes": 5}, ("written_yes_votes", "should_attend_voters")),
        ],
    )
    def test_votes_that_cannot_be_are_named(self, facts: dict[str, int], unusable: tuple[str, ...]) -> None:
        votes = {"yes_votes": 12, "present_voters": 12, "should_attend_voters": 16, **facts}
        verdicts = evaluate(RULES, operation="admission.branch_vote", facts=votes, on=DAY)

        (majority,) = [verdict for verdict in verdicts if verdict.rule_id == "DEV-18"]
        assert (majority.satisfied, majority.unusable) == (False, unusable)

    def test_undeclared_operation_is_an_error_and_no_pass(self) -> None:
        with pytest.raises(UnknownOperationError):
            evaluate(RULES, operation="admission.prospcet", facts={}, on=DAY)

    @pytest.mark.covers("DEV-16")
    def test_known_absence_of_an_end_is_enough_time(self) -> None:
        verdicts = evaluate(RULES, operation="admission.pre_review", facts={"leaves_unit_on": NO_END}, on=DAY)

        (leaving,) = [verdict for verdict in verdicts if verdict.rule_id == "DEV-16"]
        assert (leaving.satisfied, leaving.holds_until) == (True, None)


class TestBlocking:
    def test_warning_does_not_block(self) -> None:
        lighter = book(nation=rule(severity="warn")).in_force(DAY)
        verdicts = judge(lighter, begun_on=DAY)

        assert not verdicts[0].satisfied
        assert blocking(verdicts) == []
        assert earliest_clear(verdicts) == DAY

    def test_unsatisfied_block_rule_blocks(self) -> None:
        verdicts = judge(book().in_force(DAY), begun_on=DAY)

        assert blocking(verdicts) == verdicts


class TestOnlyFor:
    """A rule may ask only some: those for whom a fact is one of its names."""

    RULES = book(nation=rule(more="only_for: {fact: route, one_of: [mobile]}")).in_force(DAY)

    def test_who_is_meant_is_asked(self) -> None:
        (verdict,) = judge(self.RULES, begun_on=DAY, route="mobile")
        assert (verdict.satisfied, verdict.clears_on) == (False, date(2024, 12, 1))

    def test_nobody_else_is_asked_or_needs_the_facts(self) -> None:
        (verdict,) = judge(self.RULES, route="unit")
        assert (verdict.satisfied, verdict.seen, verdict.missing) == (True, "unit", ())

    def test_who_has_said_nothing_is_asked(self) -> None:
        (verdict,) = judge(self.RULES, begun_on=DAY)
        assert (verdict.satisfied, verdict.missing) == (False, ())

    def test_a_fact_that_is_no_name_is_unusable(self) -> None:
        (verdict,) = judge(self.RULES, begun_on=DAY, route=7)
        assert (verdict.satisfied, verdict.unusable) == (False, ("route",))

    def test_the_fact_is_among_those_to_gather(self) -> None:
        needed = {fact.name: fact.optional for fact in facts_needed(self.RULES, operation="case.act")}
        assert needed == {"begun_on": False, "route": True}

    def test_it_is_kept_with_the_rule_set(self) -> None:
        assert RuleSet.from_json(self.RULES.to_json()).digest == self.RULES.digest


class TestEarliestClear:
    @pytest.mark.covers("LOC-01")
    def test_later_day_of_two_conditions_decides(self) -> None:
        posted = date(2024, 9, 27)
        facts = {"notice_posted_on": posted}
        verdicts = evaluate(RULES, operation="admission.activist", facts=facts, on=posted)
        notices = [verdict for verdict in verdicts if verdict.kind == "publicity"]

        assert [verdict.clears_on for verdict in notices] == [date(2024, 10, 11), date(2024, 10, 5)]
        assert earliest_clear(notices) == date(2024, 10, 11)

    def test_missing_fact_is_not_waited_for(self) -> None:
        assert earliest_clear(judge(book().in_force(DAY))) is None

    def test_no_verdicts_have_no_day(self) -> None:
        assert earliest_clear([]) is None

    def test_deadline_that_ends_first_cannot_be_waited_for(self) -> None:
        deadline = rule("TST-02", kind="not_after", facts="{since: begun_on}", parameters="{within: P1M}")
        verdicts = judge(book(nation=rule() + deadline).in_force(DAY), begun_on=DAY)

        assert [verdict.is_blocking for verdict in verdicts] == [True, False]
        assert earliest_clear(verdicts) is None


class TestFactsNeeded:
    def test_names_types_and_readers_are_listed(self) -> None:
        needed = {fact.name: fact for fact in facts_needed(RULES, operation="admission.branch_vote")}

        assert needed["yes_votes"].type is FactType.WHOLE
        assert needed["should_attend_voters"].rules == ("DEV-17", "DEV-18")
        assert (needed["written_yes_votes"].optional, needed["ballot"].optional) == (True, False)

    def test_one_name_means_one_type_everywhere(self) -> None:
        # Days and texts must never share a name; numbers may be read exactly or as whole ones.
        types: dict[str, set[str]] = {}
        for operation in RULES.operation_names:
            for fact in facts_needed(RULES, operation=operation):
                types.setdefault(fact.name, set()).add("number" if "int" in fact.type else fact.type.value)

        assert {name: found for name, found in types.items() if len(found) > 1} == {}


class TestRuleSet:
    def test_digest_is_stable_over_storing_and_loading(self) -> None:
        stored = RuleSet.from_json(RULES.to_json())

        assert stored == RULES
        assert stored.digest == RULES.digest

    def test_digest_does_not_depend_on_the_order_of_files(self) -> None:
        reversed_book = RuleBook(SHIPPED.packs[::-1])

        assert reversed_book.in_force(DAY).digest == RULES.digest

    def test_one_number_changes_the_digest(self) -> None:
        stricter = book(nation=rule(parameters="{interval: P6M}"))

        assert stricter.in_force(DAY).digest != book().in_force(DAY).digest

    def test_book_keeps_what_it_selected(self) -> None:
        assert SHIPPED.by_digest(RULES.digest) is RULES

    def test_stored_set_is_kept_for_cases_begun_under_it(self) -> None:
        fresh = book(nation=rule(parameters="{interval: P1Y}"))
        digest = fresh.keep(RuleSet.from_json(book().in_force(DAY).to_json()))

        assert fresh.by_digest(digest).rules_named("TST-01")[0].content["parameters"] == {"interval": "P3M"}

    def test_unknown_digest_rule_and_day_are_errors(self) -> None:
        with pytest.raises(UnknownDigestError):
            SHIPPED.by_digest("0" * 64)
        with pytest.raises(UnknownRuleError):
            RULES.rules_named("DEV-99")
        with pytest.raises(NoRulesInForceError):
            SHIPPED.in_force(date(2014, 5, 27))

    @pytest.mark.covers("HE-04")
    def test_rule_begins_on_its_own_day(self) -> None:
        def ids(day: date) -> set[str]:
            return {one.id for one in SHIPPED.in_force(day).rules}

        assert "HE-04" not in ids(date(2021, 4, 15))
        assert "HE-04" in ids(date(2021, 4, 16))
