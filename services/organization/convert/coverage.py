"""Coverage between the contract and the domain. It is read only, so no event carries its shapes."""

from collections.abc import Sequence

from chassis.paging import Page
from organization.domain.coverage import Count, CoverageAspect, Explanation, Finding, Gap, Line
from organization.events.shapes import day, number, text
from shuyuan.organization.v1 import coverage_pb2, coverage_service_pb2

_KIND = coverage_pb2.CoverageSubjectKind.DESCRIPTOR
_ASPECT = coverage_pb2.CoverageAspect.DESCRIPTOR
_SOURCE = coverage_pb2.CoverageEvidence.Source.DESCRIPTOR
_OBSTACLE = coverage_pb2.CoverageEvidence.Obstacle.DESCRIPTOR


def gaps_page(page: Page[Gap]) -> coverage_service_pb2.ListCoverageGapsResponse:
    """A page of gaps."""
    return coverage_service_pb2.ListCoverageGapsResponse(
        gaps=[_gap(gap) for gap in page.items], next_page_token=page.next_token
    )


def _gap(gap: Gap) -> coverage_pb2.CoverageGap:
    return coverage_pb2.CoverageGap(
        subject_id=str(gap.subject_id),
        kind=number(_KIND, gap.kind),
        name=gap.name,
        campus_id=text(gap.campus_id),
        unit_id=str(gap.unit_id),
        lacks=[number(_ASPECT, aspect) for aspect in gap.lacks],
    )


def explanation(found: Explanation) -> coverage_service_pb2.GetCoverageResponse:
    """A subject, aspect by aspect."""
    return coverage_service_pb2.GetCoverageResponse(
        explanation=coverage_pb2.CoverageExplanation(
            subject=_gap(found.subject),
            as_of=found.day.isoformat(),
            findings=[_finding(each) for each in found.findings],
        )
    )


def _finding(finding: Finding) -> coverage_pb2.CoverageFinding:
    return coverage_pb2.CoverageFinding(
        aspect=number(_ASPECT, finding.aspect),
        covered=finding.is_covered,
        reason=number(_OBSTACLE, finding.reason),
        evidence=[_line(line) for line in finding.lines],
    )


def _line(line: Line) -> coverage_pb2.CoverageEvidence:
    return coverage_pb2.CoverageEvidence(
        source=number(_SOURCE, line.source),
        resource_id=text(line.resource_id),
        unit_id=text(line.unit_id),
        valid_from=line.days.start.isoformat(),
        valid_until=day(line.days.end),
        count=line.count,
        obstacle=number(_OBSTACLE, line.obstacle),
    )


def counts(found: Sequence[Count]) -> coverage_service_pb2.CountCoverageResponse:
    """The counts by campus and kind."""
    return coverage_service_pb2.CountCoverageResponse(counts=[_count(each) for each in found])


def _count(each: Count) -> coverage_pb2.CoverageCount:
    return coverage_pb2.CoverageCount(
        campus_id=text(each.campus_id),
        kind=number(_KIND, each.kind),
        subjects=each.subjects,
        covered=each.covered,
        without_branch=each.without[CoverageAspect.BRANCH],
        without_zone=each.without[CoverageAspect.ZONE],
        without_member=each.without[CoverageAspect.MEMBER],
        without_teacher=each.without[CoverageAspect.TEACHER],
    )
