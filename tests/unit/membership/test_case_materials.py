"""Which papers the steps ask for, and how one is reviewed."""

import json
from datetime import date
from uuid import UUID, uuid4

import pytest

from membership.domain.case_materials import CaseMaterial, State, check_file, check_listed, checklist
from membership.errors import (
    FieldsContradictError,
)
from membership.errors.papers import (
    MaterialFileRefusedError,
    MaterialNotListedError,
    MaterialOwnReviewError,
    MaterialReviewedError,
)
from rulebook import RuleBook, RuleSet
from tests.unit.membership.cases import NOW, RULES, case_after

SENDER, REVIEWER = uuid4(), uuid4()


def paper(
    step: str = "application", name: str = "membership_application", by: UUID | None = SENDER
) -> CaseMaterial:
    return CaseMaterial(uuid4(), uuid4(), step, name, "application/pdf", 9, "ab", by, NOW, NOW)


def test_every_step_is_listed_and_the_newest_paper_of_a_name_counts() -> None:
    old, new = paper(), paper()
    steps = checklist(case_after("application"), RULES, [old, new])
    assert [each.step.number for each in steps] == list(range(1, 26))
    (asked,) = steps[0].materials
    assert (asked.sent, asked.required) == (new, True)
    (untaken,) = steps[1].materials
    assert (steps[1].occurred_on, untaken.sent, untaken.required) == (None, None, False)


def test_what_a_rule_forbids_a_step_without_is_required() -> None:
    required = {
        item.asked.id
        for each in checklist(case_after(), RULES, [])
        for item in each.materials
        if item.required
    }
    assert {"membership_application", "political_review_conclusion", "admission_form"} <= required
    assert "first_talk_record" not in required


def test_a_paper_is_reviewed_once_by_somebody_else_and_a_return_says_why() -> None:
    sent = paper()
    accepted = sent.reviewed(accepted=True, note="", by=REVIEWER, at=NOW)
    assert (accepted.state, accepted.reviewed_by, accepted.version) == (State.ACCEPTED, REVIEWER, 2)
    assert sent.reviewed(accepted=False, note="缺签名", by=REVIEWER, at=NOW).state is State.RETURNED
    for given, note in ((True, "多余"), (False, " ")):
        with pytest.raises(FieldsContradictError):
            sent.reviewed(accepted=given, note=note, by=REVIEWER, at=NOW)
    with pytest.raises(MaterialOwnReviewError):
        sent.reviewed(accepted=True, note="", by=SENDER, at=NOW)
    with pytest.raises(MaterialReviewedError):
        accepted.reviewed(accepted=False, note="改判", by=REVIEWER, at=NOW)


def test_only_what_the_step_asks_for_is_taken_and_only_as_what_it_is() -> None:
    check_listed(RULES, "application", "membership_application")
    for step, name in (("talk", "membership_application"), ("no_step", "membership_application")):
        with pytest.raises(MaterialNotListedError):
            check_listed(RULES, step, name)
    assert len(check_file("image/png", b"\x89PNG\r\n\x1a\n..")) == 64
    for media_type, data in (
        ("image/png", b"%PDF-1.7"),
        ("application/pdf", b"%PDF"),
        ("text/plain", b"%PDF-"),
    ):
        with pytest.raises(MaterialFileRefusedError):
            check_file(media_type, data)


def test_a_rule_set_keeps_its_materials_and_one_from_before_keeps_its_digest() -> None:
    rules = RuleBook.shipped().in_force(date(2024, 10, 8))
    again = RuleSet.from_json(rules.to_json())
    assert (again.digest, again.steps) == (rules.digest, rules.steps)
    content = json.loads(rules.to_json())
    for step in content["steps"]:
        step.pop("materials", None)
    before = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert RuleSet.from_json(before).to_json() == before
