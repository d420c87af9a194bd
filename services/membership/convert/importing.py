"""Requests and answers about bringing in cases from paper."""

from collections.abc import Iterable, Sequence
from typing import Any

from google.protobuf.message import Message

from chassis.calls import parse_uuid
from membership.convert.values import day, enum_name, ids, optional_day, optional_id, optional_text
from membership.domain.admission import AdmissionCase
from membership.domain.ballots import ConversionOutcome, Totals
from membership.domain.paper import PaperCase, PaperStep
from membership.events import shapes
from shuyuan.membership.v1 import admission_case_pb2 as cases
from shuyuan.membership.v1 import admission_import_pb2 as pb
from shuyuan.rules.v1 import verdict_pb2


def papers(request: pb.ImportAdmissionCasesRequest) -> list[PaperCase]:
    """The cases as they are on paper."""
    return [
        PaperCase(
            person_id=parse_uuid(item.person_id, field_name=f"cases[{index}].person_id"),
            unit_id=parse_uuid(item.unit_id, field_name=f"cases[{index}].unit_id"),
            applied_on=day(item.applied_on, f"cases[{index}].applied_on"),
            source_reference=optional_text(item, "source_reference") or request.source_reference,
            route=enum_name(cases.ApplicationRoute, "APPLICATION_ROUTE", item.route),
            is_chinese_citizen=item.is_chinese_citizen,
            accepts_programme=item.accepts_programme,
            steps=tuple(_step(step, place) for place, step in enumerate(item.steps)),
        )
        for index, item in enumerate(request.cases)
    ]


def _step(step: pb.ImportedStep, index: int) -> PaperStep:
    outcome = enum_name(cases.ConversionOutcome, "CONVERSION_OUTCOME", step.conversion_outcome)
    occurred_on = day(step.occurred_on, "occurred_on")
    return PaperStep(
        index=index,
        step=step.step,
        occurred_on=occurred_on,
        person_ids=ids(step.person_ids, "person_ids"),
        unit_id=optional_id(step, "unit_id"),
        documents=tuple(step.documents),
        noticed_from=optional_day(step, "noticed_from"),
        days=_number(step, "days"),
        class_hours=_number(step, "class_hours"),
        conclusion=enum_name(cases.PoliticalReviewConclusion, "POLITICAL_REVIEW_CONCLUSION", step.conclusion),
        result=enum_name(cases.PreReviewResult, "PRE_REVIEW_RESULT", step.result),
        archive_reference=optional_text(step, "archive_reference"),
        form_number=optional_text(step, "form_number"),
        group_name=optional_text(step, "group_name"),
        ballot=_totals(step, occurred_on) if step.HasField("ballot") else None,
        conversion_outcome=None if outcome is None else ConversionOutcome(outcome),
        extension=optional_text(step, "extension"),
        probation_from=optional_day(step, "probation_from"),
        full_member_from=optional_day(step, "full_member_from"),
    )


def _number(step: Message, field: str) -> int | None:
    number: int | None = getattr(step, field) if step.HasField(field) else None
    return number


def _totals(step: pb.ImportedStep, held_on: Any) -> Totals:
    ballot = step.ballot
    return Totals(
        held_on=held_on,
        # Minutes that do not say how they voted state no method.
        method=enum_name(cases.VotingMethod, "VOTING_METHOD", ballot.method) or "",
        present=ballot.present,
        yes=ballot.yes_votes,
        no=ballot.no_votes,
        abstentions=ballot.abstentions,
        written_yes=ballot.written_yes_votes,
        written_no=ballot.written_no_votes,
        stated_should_attend=ballot.should_attend,
        voted_separately=ballot.voted_separately,
        performance_recorded=ballot.performance_recorded,
        secretary_signed=ballot.secretary_signed,
        notice_posted_on=optional_day(step, "noticed_from"),
    )


def imported(brought: Sequence[AdmissionCase], language: str) -> pb.ImportAdmissionCasesResponse:
    """The cases that were brought in, with what the rules found."""
    return pb.ImportAdmissionCasesResponse(
        cases=[
            pb.ImportedCaseResult(
                case_id=str(case.head.case_id),
                person_id=str(case.head.person_id),
                state=shapes.enum_number(cases.AdmissionCase.State, "STATE", case.head.state),
                stage=shapes.stage_number(case.head.stage),
                step=case.head.step,
                etag=str(case.head.version),
                findings=_findings(case, language),
            )
            for case in brought
        ]
    )


def _findings(case: AdmissionCase, language: str) -> Iterable[pb.ImportFinding]:
    for step in case.steps:
        for judgement in step.judgements:
            if not judgement.satisfied:
                yield pb.ImportFinding(
                    step=step.step,
                    rule_id=judgement.rule_id,
                    severity=shapes.enum_number(verdict_pb2.Severity, "SEVERITY", judgement.severity),
                    message=judgement.message(language),
                )
