"""What a verdict tells: facts, threshold, source, and a message in the reader's language."""

from datetime import date
from typing import Any

import pytest

from rulebook import NoticeWindow, Period, RuleBook, Verdict, evaluate
from rulebook.verdicts import describe

RULES = RuleBook.shipped().in_force(date(2024, 9, 1))


def verdict_of(rule_id: str, operation: str, on: date, **facts: Any) -> Verdict:
    (found,) = [
        verdict
        for verdict in evaluate(RULES, operation=operation, facts=facts, on=on)
        if verdict.rule_id == rule_id
    ]
    return found


@pytest.fixture
def early() -> Verdict:
    return verdict_of(
        "DEV-09",
        "admission.prospect",
        date(2025, 2, 27),
        activist_on=date(2024, 2, 29),
        cultivation_paused_days=0,
    )


@pytest.mark.covers("DEV-09")
class TestVerdict:
    def test_says_what_was_read_and_what_was_needed(self, early: Verdict) -> None:
        assert early.facts == {"activist_on": "2024-02-29", "cultivation_paused_days": "0"}
        assert (early.seen, early.needed) == ("2025-02-27", "≥ 2025-02-28")
        assert early.threshold == {"interval": "P1Y"}

    def test_names_its_rule_source_and_digest(self, early: Verdict) -> None:
        assert (early.layer, early.pack, early.rule.row) == ("nation", "nation", "DEV-09")
        assert (early.source.doc, early.source.article) == ("中国共产党发展党员工作细则", "13")
        assert early.pack_digest == RULES.digest

    def test_message_is_chinese_for_chinese_readers(self, early: Verdict) -> None:
        assert early.message("zh-CN") == (
            "入党积极分子须经过1年以上培养教育和考察才能列为发展对象（需要：≥ 2025-02-28；实际：2025-02-27）。"
            "最早可于2025-02-28满足。"
        )

    @pytest.mark.parametrize("language", ["en", "en-GB", "fr"])
    def test_message_is_english_for_everybody_else(self, early: Verdict, language: str) -> None:
        assert early.message(language) == (
            "An activist is cultivated for at least 1 year before becoming a prospective member "
            "(needed ≥ 2025-02-28; seen 2025-02-27). Clears on 2025-02-28 at the earliest."
        )

    def test_message_names_missing_facts(self) -> None:
        missing = verdict_of("DEV-09", "admission.prospect", date(2025, 3, 1))

        assert "缺少事实：activist_on、cultivation_paused_days。" in missing.message("zh")
        assert "Missing facts: activist_on, cultivation_paused_days." in missing.message("en")


class TestRemarks:
    def test_provisional_day_is_said_to_be_one(self) -> None:
        posted = verdict_of(
            "LOC-01", "admission.activist", date(2099, 1, 5), notice_posted_on=date(2099, 1, 1)
        )

        assert posted.provisional
        assert "放假安排尚未公布" in posted.message("zh-CN")
        assert "Monday to Friday is assumed" in posted.message("en")

    def test_contradicting_facts_are_named(self) -> None:
        counted = verdict_of(
            "DEV-17", "admission.branch_vote", date(2026, 5, 20), present_voters=17, should_attend_voters=16
        )

        assert "相互矛盾：present_voters、should_attend_voters。" in counted.message("zh")
        assert "contradictory facts: present_voters, should_attend_voters." in counted.message("en")

    def test_satisfied_verdict_has_no_remark(self) -> None:
        talked = verdict_of("DEV-03", "admission.talk", date(2024, 9, 2), application_on=date(2024, 9, 1))

        assert talked.message("en") == (
            "The organization talks with the applicant within 1 month of the application "
            "(due ≤ 2024-10-01; talk 2024-09-02)."
        )


class TestMessages:
    @pytest.mark.parametrize("operation", RULES.operation_names)
    def test_every_rule_speaks_both_languages_without_facts(self, operation: str) -> None:
        for verdict in evaluate(RULES, operation=operation, facts={}, on=date(2024, 9, 1)):
            for language in ("zh-CN", "en"):
                assert "{" not in verdict.message(language)


class TestDescribe:
    @pytest.mark.parametrize(
        ("value", "zh", "en"),
        [
            (Period.parse("P1Y6M"), "1年6个月", "1 year 6 months"),
            (Period.parse("P10D"), "10天", "10 days"),
            (Period(), "0天", "0 days"),
            (NoticeWindow.parse("5WD"), "5个工作日", "5 working days"),
            (NoticeWindow.parse("P7D"), "7天", "7 days"),
            (("a", "b"), "a, b", "a, b"),
        ],
    )
    def test_value_is_put_in_words(self, value: object, zh: str, en: str) -> None:
        assert (describe(value, "zh"), describe(value, "en")) == (zh, en)
