"""Runs of admission as they are on paper, for tests that bring them in."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from shuyuan.membership.v1 import admission_case_pb2 as cases
from shuyuan.membership.v1 import admission_import_pb2 as pb
from tests.integration.membership.campus import Campus

# Of the run in order; every rule of the shipped packs whose facts are on paper is satisfied.
DAYS: Mapping[str, str] = {
    "talk": "2022-10-20",
    "activist": "2023-04-15",
    "activist_filing": "2023-04-20",
    "contacts": "2023-04-25",
    "cultivation_assessment": "2023-10-10",
    "prospect": "2024-04-20",
    "prospect_filing": "2024-04-25",
    "introducers": "2024-04-28",
    "political_review": "2024-05-10",
    "training": "2024-05-20",
    "committee_review": "2024-05-25",
    "pre_review": "2024-05-28",
    "admission_form": "2024-05-30",
    "branch_meeting": "2024-06-12",
    "superior_talk": "2024-06-15",
    "approval": "2024-06-20",
    "assignment": "2024-06-23",
    "probation_assessment": "2024-12-10",
    "conversion_request": "2025-05-10",
    "conversion_review": "2025-06-10",
    "conversion_meeting": "2025-06-14",
    "conversion_approval": "2025-06-25",
    "archive": "2025-07-01",
}
# Assessments are due every half year; these are the second ones, and the steps by which they were due.
AGAIN = {
    "prospect": ("cultivation_assessment", "2024-04-05"),
    "conversion_meeting": ("probation_assessment", "2025-06-05"),
}
APPLIED = "2022-10-08"


def ballot(**fields: Any) -> pb.ImportedBallot:
    values: dict[str, Any] = {
        "method": cases.VOTING_METHOD_SECRET_BALLOT,
        "should_attend": 9,
        "present": 8,
        "yes_votes": 8,
        "voted_separately": True,
        "performance_recorded": True,
        "secretary_signed": True,
    }
    return pb.ImportedBallot(**(values | fields))


def _recorded(campus: Campus) -> dict[str, dict[str, Any]]:
    full_members = [str(person) for person in campus.members[2:4]]
    committee = str(campus.committee)
    return {
        "talk": {"person_ids": [str(campus.officer)]},
        "activist": {
            "noticed_from": "2023-04-01",
            "documents": ["league_recommendation", "branch_committee_decision"],
        },
        "contacts": {"person_ids": full_members},
        "prospect": {
            "noticed_from": "2024-04-08",
            "documents": [
                "party_group_opinion",
                "contact_opinion",
                "member_and_mass_opinions",
                "prospect_committee_decision",
            ],
        },
        "introducers": {"person_ids": full_members},
        "political_review": {
            "conclusion": cases.POLITICAL_REVIEW_CONCLUSION_QUALIFIED,
            "person_ids": [str(campus.officer)],
            "archive_reference": "ZS-2024-017",
        },
        "training": {"days": 3, "class_hours": 24, "unit_id": committee},
        "pre_review": {
            "unit_id": committee,
            "result": cases.PRE_REVIEW_RESULT_PASSED,
            "documents": ["pre_review_written_result"],
        },
        "admission_form": {"form_number": "2024-000123"},
        "branch_meeting": {"noticed_from": "2024-06-01", "ballot": ballot()},
        "superior_talk": {"person_ids": [str(campus.approver)], "documents": ["superior_talk_opinion"]},
        "approval": {"unit_id": committee},
        "assignment": {"group_name": "第一党小组"},
        "conversion_review": {"documents": ["conversion_group_opinion", "conversion_mass_opinions"]},
        "conversion_meeting": {"noticed_from": "2025-06-01", "ballot": ballot()},
        "conversion_approval": {"unit_id": committee, "noticed_from": "2025-06-15"},
        "archive": {"archive_reference": "DA-2025-9"},
    }


def steps_until(campus: Campus, last: str, *, bare: bool = False, **days: str) -> list[pb.ImportedStep]:
    """The steps up to one; with other days for some, and bare of everything but the days."""
    names = list(DAYS)[: list(DAYS).index(last) + 1]
    again = [AGAIN[name] for name in names if name in AGAIN]
    recorded = {} if bare else _recorded(campus)
    return [
        pb.ImportedStep(step=name, occurred_on=day, **recorded.get(name, {}))
        for name, day in [*((name, days.get(name, DAYS[name])) for name in names), *again]
    ]


def on_paper(campus: Campus, person_id: UUID, steps: list[pb.ImportedStep], **fields: Any) -> pb.ImportedCase:
    values: dict[str, Any] = {
        "person_id": str(person_id),
        "unit_id": str(campus.branch),
        "applied_on": APPLIED,
        "route": cases.APPLICATION_ROUTE_WORK_OR_STUDY_UNIT,
        "is_chinese_citizen": True,
        "accepts_programme": True,
        "steps": steps,
    }
    return pb.ImportedCase(**(values | fields))


def register(*papers: pb.ImportedCase) -> pb.ImportAdmissionCasesRequest:
    return pb.ImportAdmissionCasesRequest(source_reference="台账 DA-2025-3", cases=papers)
