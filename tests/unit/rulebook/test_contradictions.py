"""The known contradictions between the texts (rules, 2.9): each side stands, and the layers settle it."""

from datetime import date

import pytest

from rulebook import Facts, PackError, RuleBook, RuleSet, Step, Verdict, earliest_clear, evaluate, read_pack
from tests.unit.rulebook.pack_texts import NATION, UNIVERSITY, book, rule

DAY = date(2024, 9, 1)
RULES = RuleBook.shipped().in_force(DAY)
PROVINCE_ONLY = RuleBook.shipped("nation", "steps", "guizhou").in_force(DAY)


def verdicts_of(operation: str, facts: Facts, on: date = DAY) -> dict[str, Verdict]:
    return {one.rule_id: one for one in evaluate(RULES, operation=operation, facts=facts, on=on)}


@pytest.mark.covers("BR-13", "DEV-17")
def test_eight_of_sixteen_are_enough_for_an_ordinary_vote_and_not_for_admission() -> None:
    facts: Facts = {"present_voters": 8, "should_attend_voters": 16}

    assert verdicts_of("meeting.general", facts)["BR-13.quorum"].satisfied
    assert not verdicts_of("admission.branch_vote", facts)["DEV-17"].satisfied


@pytest.mark.covers("LOC-01")
def test_five_working_days_and_seven_days_are_both_judged_and_the_later_decides() -> None:
    # In an ordinary week seven calendar days end later than five working days; before a holiday, earlier.
    ordinary, holiday = date(2024, 9, 2), date(2024, 9, 27)

    def days(posted: date) -> tuple[date | None, date | None, date | None]:
        verdicts = verdicts_of("admission.activist", {"notice_posted_on": posted}, posted)
        both = [verdicts["LOC-01"], verdicts["LOC-01.calendar"]]
        return both[0].clears_on, both[1].clears_on, earliest_clear(both)

    assert days(ordinary) == (date(2024, 9, 10), date(2024, 9, 10), date(2024, 9, 10))
    assert days(holiday) == (date(2024, 10, 11), date(2024, 10, 5), date(2024, 10, 11))


@pytest.mark.covers("LOC-02")
def test_months_before_activist_are_the_layers_business() -> None:
    def first_days(rules: RuleSet) -> list[date | None]:
        facts = {"application_on": DAY}
        verdicts = evaluate(rules, operation="admission.activist", facts=facts, on=DAY)
        return [verdict.clears_on for verdict in verdicts if verdict.rule_id == "LOC-02"]

    assert first_days(PROVINCE_ONLY) == [date(2024, 12, 1)]
    assert first_days(RULES) == [date(2025, 3, 1)]


@pytest.mark.covers("LOC-02")
def test_fifteen_days_cannot_replace_three_months() -> None:
    interval = rule(parameters="{interval: P15D}", more="replaces: TST-01")

    with pytest.raises(PackError, match=r"university\.yaml:\d+: .*P15D is looser than P3M"):
        book(university=interval)


@pytest.mark.covers("LOC-11")
def test_conversion_is_requested_a_week_or_a_month_before_the_end() -> None:
    def last_days(rules: RuleSet) -> list[date | None]:
        facts = {"probation_ends_on": date(2026, 3, 31)}
        verdicts = evaluate(rules, operation="admission.conversion_request", facts=facts, on=DAY)
        return [verdict.holds_until for verdict in verdicts if verdict.rule_id == "LOC-11"]

    assert last_days(PROVINCE_ONLY) == [date(2026, 3, 24)]
    assert last_days(RULES) == [date(2026, 2, 28)]


@pytest.mark.covers("LOC-06")
def test_activist_day_is_counted_from_decision_or_filing_as_a_second_condition() -> None:
    filing = "{since: filed_on}"

    with pytest.raises(PackError, match="it reads other facts; add it as a second condition"):
        book(province=rule(facts=filing, more="replaces: TST-01"))
    both = evaluate(
        book(province=rule(facts=filing)).in_force(DAY),
        operation="case.act",
        facts={"begun_on": date(2024, 9, 1), "filed_on": date(2024, 9, 20)},
        on=DAY,
    )
    assert earliest_clear(both) == date(2024, 12, 20)


@pytest.mark.covers("LOC-06")
def test_activist_begins_with_the_discussion_and_prospect_with_the_consent() -> None:
    late = {"activist_decided_on": date(2025, 4, 15), "activist_on": date(2025, 4, 20)}
    consent: Facts = {"prospect_consented_on": date(2026, 4, 25)}

    assert not verdicts_of("admission.prospect", {**late})["LOC-06.activist"].satisfied
    review = verdicts_of("admission.committee_review", consent, date(2026, 4, 20))["LOC-06"]
    assert (review.satisfied, review.clears_on) == (False, date(2026, 4, 25))


@pytest.mark.covers("LOC-18", "LOC-19")
def test_one_university_s_own_intervals_are_a_pack_that_is_loaded_where_it_is_named() -> None:
    own = RuleBook.shipped("nation", "steps", "branches", "standing", "intervals").in_force(DAY)

    assert not {"LOC-18", "LOC-19"} & {one.row for one in RULES.rules}
    assert {"LOC-18", "LOC-19"} <= {one.row for one in own.rules}


@pytest.mark.covers("HE-04", "ELE-01")
def test_texts_that_agree_on_a_term_both_show_their_source() -> None:
    verdicts = verdicts_of("branch.term_election", {"term_started_on": date(2021, 9, 1)}, date(2024, 9, 2))

    late = {name: verdict.source.doc for name, verdict in verdicts.items() if not verdict.satisfied}
    assert late == {
        "BR-23": "中国共产党支部工作条例（试行）",
        "HE-04.term": "中国共产党普通高等学校基层组织工作条例",
        "ELE-01": "关于党的基层组织任期的意见",
    }


@pytest.mark.covers("HE-03", "ELE-01")
def test_term_of_a_school_level_general_branch_is_the_special_texts() -> None:
    facts: Facts = {"term_started_on": date(2020, 9, 1)}

    assert not verdicts_of("general_branch.term_election", facts, DAY)["ELE-01"].satisfied
    special = verdicts_of("school_org.term_election", facts, DAY)["HE-03"]
    assert (special.satisfied, special.source.doc) == (True, "中国共产党普通高等学校基层组织工作条例")


@pytest.mark.covers("TRF-01")
def test_letter_of_six_months_cannot_replace_one_of_three() -> None:
    facts, kind = "{issued: letter_issued_on}", "validity"
    nation = rule(kind=kind, facts=facts, parameters="{valid_for: P3M}")

    with pytest.raises(PackError, match="valid_for P6M is looser than P3M"):
        book(
            nation=nation,
            province=rule(kind=kind, facts=facts, parameters="{valid_for: P6M}", more="replaces: TST-01"),
        )


def test_every_cadence_warns_and_never_blocks() -> None:
    """Where a text names no severity, cadences and "generally" warn and everything else blocks (C12)."""
    severities = {rule.severity.value for rule in RULES.rules if rule.kind.name == "cadence"}

    assert severities == {"warn"}


class TestStepCatalogue:
    def test_national_chart_has_five_stages_and_twenty_five_steps(self) -> None:
        by_stage = [[step.number for step in RULES.steps if step.stage == stage.id] for stage in RULES.stages]

        assert [len(steps) for steps in by_stage] == [2, 4, 5, 7, 7]
        assert [number for steps in by_stage for number in steps] == list(range(1, 26))

    def test_only_the_two_meetings_have_a_vote(self) -> None:
        assert [step.number for step in RULES.steps if step.vote_operation] == [15, 23]

    def test_chart_of_twenty_nine_links_is_a_pack_like_another(self) -> None:
        links = "".join(
            f"  - {{number: {number}, id: link_{number}, zh: 环节{number}, en: Link {number}, stage: all, "
            f"actor: branch_committee, operation: link.take_{number}}}\n"
            for number in range(1, 30)
        )
        catalogue = "stages:\n  - {number: 1, id: all, zh: 全部, en: All}\nsteps:\n" + links
        nation = read_pack(NATION + rule(), file="nation.yaml")
        university = read_pack(UNIVERSITY.replace("rules:\n", catalogue), file="university.yaml")

        steps: tuple[Step, ...] = RuleBook([nation, university]).in_force(DAY).steps
        assert len(steps) == 29
