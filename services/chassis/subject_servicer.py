"""Serves what a service holds on a subject to the service that owns subjects; the interceptor has checked who asks."""

from datetime import date
from typing import TYPE_CHECKING, Any

from chassis import paging
from chassis.calls import answer, current, parse_uuid
from chassis.erasing import Eraser, Terms
from chassis.holdings import Holdings
from shuyuan.subjects.v1 import subject_service_pb2 as pb
from shuyuan.subjects.v1 import subject_service_pb2_grpc as grpc_stubs

if TYPE_CHECKING:
    from uuid import UUID

    from grpc.aio import ServicerContext

    from chassis.calls import Call


class SubjectServicer(grpc_stubs.SubjectServiceServicer):
    """Reads out, empties and searches."""

    def __init__(self, holdings: Holdings) -> None:
        self._holdings = holdings
        self._eraser = Eraser(holdings)

    async def ListSubjectRecords(
        self, request: pb.ListSubjectRecordsRequest, context: "ServicerContext[Any, Any]"
    ) -> pb.ListSubjectRecordsResponse:
        """A page of rows; the first also says where else the subject is named, and what is left out."""
        subject_id = _id(request)
        begin = paging.decode_token(request.page_token, int, str) or (0, "")
        database = current().database
        page = await self._holdings.page(
            database, subject_id, for_subject=request.for_subject, begin=(begin[0], begin[1])
        )
        found = pb.ListSubjectRecordsResponse(
            records=[pb.SubjectRecord(table=table, row=row) for table, row in page.rows],
            next_page_token="" if page.then is None else paging.encode_token(*page.then),
        )
        if not request.page_token:
            found.withheld.extend(self._holdings.withheld(for_subject=request.for_subject))
            for column, rows in (await self._holdings.mentions(database, subject_id)).items():
                found.mentions.add(column=column, rows=rows)
        return found

    async def ListSubjectRecordSet(
        self, request: pb.ListSubjectRecordSetRequest, context: "ServicerContext[Any, Any]"
    ) -> pb.ListSubjectRecordSetResponse:
        """What this service contributes to one set."""
        found = await self._holdings.record_set(
            current().database,
            request.record_set,
            [parse_uuid(each, field_name="subject_ids") for each in request.subject_ids],
            since=date.fromisoformat(request.since),
        )
        return pb.ListSubjectRecordSetResponse(
            rows=[pb.SubjectSetRow(subject_id=str(subject_id), cells=cells) for subject_id, cells in found]
        )

    async def ListHeldSubjects(
        self, request: pb.ListHeldSubjectsRequest, context: "ServicerContext[Any, Any]"
    ) -> pb.ListHeldSubjectsResponse:
        """On whom something is held."""
        ids = [parse_uuid(each, field_name="subject_ids") for each in request.subject_ids]
        found = await self._holdings.held(current().database, ids)
        held = [pb.HeldSubject(subject_id=str(each), tables=tables) for each, tables in sorted(found.items())]
        return pb.ListHeldSubjectsResponse(subjects=held)

    async def ListSubjectTies(
        self, request: pb.ListSubjectTiesRequest, context: "ServicerContext[Any, Any]"
    ) -> pb.ListSubjectTiesResponse:
        """What the subject is still needed for."""
        call = current()
        found = await self._eraser.ties(call.database, _id(request), today=call.clock.today())
        return pb.ListSubjectTiesResponse(
            ties=[pb.SubjectTie(noun=noun, resource_id=str(each)) for noun, each in found]
        )

    async def EraseSubject(
        self, request: pb.EraseSubjectRequest, context: "ServicerContext[Any, Any]"
    ) -> pb.EraseSubjectResponse:
        """Empty and remove."""
        call = current()

        def rendered(changed: dict[str, int]) -> pb.EraseSubjectResponse:
            changes = [pb.SubjectChange(table=table, rows=rows) for table, rows in sorted(changed.items())]
            return pb.EraseSubjectResponse(changes=changes)

        return await answer(call, self._erase(call, _id(request), _terms(request)), rendered)

    async def _erase(self, call: "Call", subject_id: "UUID", terms: Terms) -> dict[str, int]:
        async with call.transaction() as work:
            return work.answer(await self._eraser.erase(work, subject_id, terms))

    async def SearchSubject(
        self, request: pb.SearchSubjectRequest, context: "ServicerContext[Any, Any]"
    ) -> pb.SearchSubjectResponse:
        """What is left."""
        found = await self._eraser.search(current().database, _id(request), _terms(request))
        return pb.SearchSubjectResponse(
            findings=[
                pb.SubjectFinding(
                    table=finding.table,
                    rows=finding.rows,
                    kind=pb.SubjectFinding.Kind.Value(f"KIND_{finding.kind.upper()}"),
                )
                for finding in found
            ]
        )


def _id(request: Any) -> "UUID":
    return parse_uuid(request.subject_id, field_name="subject_id")


def _terms(request: Any) -> Terms:
    return Terms(tuple(request.terms.names), tuple(request.terms.numbers))
