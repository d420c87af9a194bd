"""A university's own numbers are a file: no line of code changes, and the step is judged by them."""

from datetime import date
from pathlib import Path

import pytest

from membership.errors import StepForbiddenError
from membership.facts import Rules
from membership.operations.means import Means
from membership.servicer.admission import AdmissionServicer
from rulebook import PackError, RuleBook
from rulebook.packs import PACKS_DIRECTORY
from shuyuan.membership.v1 import admission_case_pb2 as pb
from tests.integration.membership.campus import Campus, refused_rules

SHIPPED = ("nation", "steps", "branches", "standing", "guizhou", "university")
OURS = "parameters: {interval: P6M}"
TALK, DAY = "2024-10-20", "2025-04-15"


def book(folder: Path, interval: str) -> RuleBook:
    """The shipped packs, the university's with another interval before an applicant becomes an activist."""
    text = (PACKS_DIRECTORY / "university.yaml").read_text()
    before, rule, after = text.partition("  - id: LOC-02\n")
    assert rule, "the pack has the rule"
    assert OURS in after.partition("  - id: ")[0], "the rule has the interval"
    ours = folder / "university.yaml"
    ours.write_text(before + rule + after.replace(OURS, f"parameters: {{interval: {interval}}}", 1))
    return RuleBook.load(*(PACKS_DIRECTORY / f"{name}.yaml" for name in SHIPPED[:-1]), ours)


def under(campus: Campus, rules: RuleBook) -> None:
    """Let the office work by these packs from now on."""
    old = campus.office.means
    means = Means(old.cipher, old.identity_key, old.issuer, Rules(rules))
    campus.office.means = means
    campus.office.servicers = {**campus.office.servicers, "AdmissionService": AdmissionServicer(means)}


async def determine(campus: Campus, case: pb.AdmissionCase, day: str) -> pb.AdmissionCase:
    found: pb.AdmissionCase = await campus.on(
        day,
        case,
        "DetermineActivist",
        recommended_by_league=True,
        decided_by=pb.DECISION_BODY_BRANCH_COMMITTEE,
        noticed_from="2025-04-01",
    )
    return found


@pytest.mark.covers("F26", "F27")
async def test_a_stricter_file_refuses_what_the_shipped_one_allows_and_spares_cases_in_flight(
    campus: Campus, tmp_path: Path
) -> None:
    begun = await campus.apply()
    begun = await campus.on(TALK, begun, "RecordTalk", talker_person_id=str(campus.officer))
    under(campus, book(tmp_path, "P9M"))
    other = await campus.office.person("另一名申请人")
    campus.office.clock.go_to(date(2024, 10, 8))
    application = campus.application(person_id=str(other))
    opened = await campus.office.ask("AdmissionService/OpenAdmissionCase", application, by=campus.secretary)
    late = opened.admission_case
    late = await campus.on(TALK, late, "RecordTalk", talker_person_id=str(campus.officer))

    assert late.pack_digest != begun.pack_digest
    begun = await determine(campus, begun, DAY)
    assert begun.step == "activist"
    with pytest.raises(StepForbiddenError) as refused:
        await determine(campus, late, "2025-07-07")
    assert refused_rules(refused.value) == ["LOC-02"]
    assert (await determine(campus, late, "2025-07-08")).step == "activist"


@pytest.mark.covers("F28", "F26")
async def test_a_looser_file_is_refused_before_the_service_starts_with_file_and_line(tmp_path: Path) -> None:
    with pytest.raises(PackError) as refused:
        book(tmp_path, "P2M")

    assert "university.yaml:" in str(refused.value)
    assert "P2M is looser than P3M" in str(refused.value)
