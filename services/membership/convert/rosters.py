"""Requests and answers about rosters in files."""

from collections.abc import Sequence

from chassis import sheets
from chassis.paging import encode_token
from membership.convert.values import needed_name, optional_id, page_of
from membership.domain.roster_imports import RosterImport
from membership.domain.rosters import Problem, RosterKind, RosterPolicy
from membership.events import rosters as shapes
from membership.operations.roster_exports import Export
from membership.operations.roster_returns import EnteredRow
from membership.operations.rosters import Upload
from shuyuan.membership.v1 import roster_import_pb2, roster_service_pb2


def sent(request: roster_service_pb2.UploadRosterRequest) -> Upload:
    """What was sent."""
    kind = needed_name(roster_import_pb2.RosterKind, "ROSTER_KIND", request.kind, "kind")
    return Upload(
        kind=RosterKind(kind),
        media_type=request.file.content_type,
        data=request.file.data,
        source_reference=request.source_reference,
    )


def wanted(request: roster_service_pb2.ExportRosterRequest) -> Export:
    """Which roster is wanted."""
    kind = needed_name(roster_import_pb2.RosterKind, "ROSTER_KIND", request.kind, "kind")
    is_csv = request.format == roster_service_pb2.ROSTER_FORMAT_CSV
    return Export(
        kind=RosterKind(kind),
        media_type=sheets.CSV if is_csv else sheets.XLSX,
        purpose=request.purpose,
        unit_id=optional_id(request, "unit_id"),
    )


def policy(number: int) -> RosterPolicy:
    """What is done with good rows."""
    return RosterPolicy(needed_name(roster_import_pb2.RosterPolicy, "ROSTER_POLICY", number, "policy"))


def page(rows: Sequence[RosterImport], size: int) -> roster_service_pb2.ListRosterImportsResponse:
    """A page of imports."""
    shown, token = page_of(rows, size, "import_id")
    return roster_service_pb2.ListRosterImportsResponse(
        roster_imports=[shapes.shape(found) for found in shown], next_page_token=token
    )


def problems(
    found: Sequence[tuple[int, Problem]], size: int, language: str
) -> roster_service_pb2.ListRosterProblemsResponse:
    """A page of problems in a language."""
    return roster_service_pb2.ListRosterProblemsResponse(
        problems=[
            roster_import_pb2.RosterProblem(
                row=item.row, column=item.column, message=item.en if language == "en" else item.zh
            )
            for _, item in found[:size]
        ],
        next_page_token=encode_token(found[size - 1][0]) if len(found) > size else "",
    )


def rows(found: Sequence[EnteredRow], size: int) -> roster_service_pb2.ListRosterRowsResponse:
    """A page of rows."""
    shown, token = page_of(found, size, "row")
    return roster_service_pb2.ListRosterRowsResponse(
        rows=[
            roster_import_pb2.RosterRow(
                row=item.row, person_id=str(item.person_id), later_facts=item.later_facts
            )
            for item in shown
        ],
        next_page_token=token,
    )
