"""Findings between the contract and the domain."""

from chassis.calls import current
from chassis.paging import Page
from chassis.verdicts import to_message
from organization.convert.values import optional_id
from organization.domain.findings import Finding, Recorded
from organization.domain.units import refuse
from organization.events.findings import recorded_message
from organization.operations.findings import Scanned, Wanted
from rulebook import Severity
from shuyuan.organization.v1 import finding_pb2, finding_service_pb2
from shuyuan.rules.v1 import verdict_pb2


def wanted(request: finding_service_pb2.ListFindingsRequest) -> Wanted:
    """Which findings are asked for."""
    return Wanted(
        unit_id=optional_id(request.unit_id, "unit_id"),
        below_id=optional_id(request.below_unit_id, "below_unit_id"),
        campus_id=optional_id(request.campus_id, "campus_id"),
        rule_id=request.rule_id or None,
        severity=_severity(request.severity),
    )


def _severity(number: int) -> Severity | None:
    if not number:
        return None
    if number not in verdict_pb2.Severity.values():
        refuse("severity", "没有此选项。", "There is no such value.")
    name = verdict_pb2.Severity.Name(verdict_pb2.Severity.ValueType(number))
    return Severity(name.removeprefix("SEVERITY_").lower())


def page(found: Page[Finding]) -> finding_service_pb2.ListFindingsResponse:
    """A page of findings, the verdicts in the caller's language."""
    language = current().language
    return finding_service_pb2.ListFindingsResponse(
        findings=[
            finding_pb2.Finding(
                unit_id=str(each.unit_id),
                unit_name=each.unit_name,
                verdict=to_message(each.verdict, language),
                since=each.since.isoformat(),
            )
            for each in found.items
        ],
        next_page_token=found.next_token,
    )


def recorded_page(found: Page[Recorded]) -> finding_service_pb2.ListFindingsResponse:
    """A page of what was on record."""
    language = current().language
    return finding_service_pb2.ListFindingsResponse(
        findings=[recorded_message(each, language) for each in found.items],
        next_page_token=found.next_token,
    )


def scanned(done: Scanned) -> finding_service_pb2.ScanFindingsResponse:
    """What a scan changed."""
    return finding_service_pb2.ScanFindingsResponse(appeared=done.appeared, cleared=done.cleared)
