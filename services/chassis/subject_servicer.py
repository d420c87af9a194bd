"""Serves what a service holds on a subject to the service that owns subjects; the interceptor has checked who asks."""

from typing import TYPE_CHECKING, Any

from chassis import paging
from chassis.calls import current, parse_uuid
from chassis.holdings import Holdings
from shuyuan.subjects.v1 import subject_service_pb2 as pb
from shuyuan.subjects.v1 import subject_service_pb2_grpc as grpc_stubs

if TYPE_CHECKING:
    from grpc.aio import ServicerContext


class SubjectServicer(grpc_stubs.SubjectServiceServicer):
    """Reads out."""

    def __init__(self, holdings: Holdings) -> None:
        self._holdings = holdings

    async def ListSubjectRecords(
        self, request: pb.ListSubjectRecordsRequest, context: "ServicerContext[Any, Any]"
    ) -> pb.ListSubjectRecordsResponse:
        """A page of rows; the first also says where else the subject is named, and what is left out."""
        subject_id = parse_uuid(request.subject_id, field_name="subject_id")
        begin = paging.decode_token(request.page_token, int, str) or (0, "")
        database = current().database
        page = await self._holdings.page(
            database, subject_id, for_subject=request.for_subject, begin=(begin[0], begin[1])
        )
        answer = pb.ListSubjectRecordsResponse(
            records=[pb.SubjectRecord(table=table, row=row) for table, row in page.rows],
            next_page_token="" if page.then is None else paging.encode_token(*page.then),
        )
        if not request.page_token:
            answer.withheld.extend(self._holdings.withheld(for_subject=request.for_subject))
            for column, rows in (await self._holdings.mentions(database, subject_id)).items():
                answer.mentions.add(column=column, rows=rows)
        return answer
