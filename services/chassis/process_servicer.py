"""Serves the processes of a service to people who run it; the interceptor has checked who asks."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from chassis import paging, process
from chassis.calls import Call, answer, current, parse_uuid
from chassis.message_values import maybe_stamp, stamp
from chassis.process import Process
from shuyuan.processes.v1 import process_service_pb2 as pb
from shuyuan.processes.v1 import process_service_pb2_grpc as grpc_stubs

if TYPE_CHECKING:
    from grpc.aio import ServicerContext

_STATES = {
    "running": pb.Process.STATE_RUNNING,
    "waiting": pb.Process.STATE_WAITING,
    "stuck": pb.Process.STATE_STUCK,
    "done": pb.Process.STATE_DONE,
}
_STATUSES = {state: status for status, state in _STATES.items()}
_MOST_FROZEN_SHOWN = 200


def to_message(found: Process, frozen: list[UUID]) -> pb.Process:
    """The process as the contract shows it; its inner state stays inside."""
    return pb.Process(
        process_id=str(found.process_id),
        kind=found.kind,
        state=_STATES[found.status],
        step=found.step,
        attempts=found.attempts,
        last_error=found.last_error or "",
        begin_time=stamp(found.begun_at),
        begun_by_person_id=str(found.begun_by) if found.begun_by is not None else None,
        deadline_time=maybe_stamp(found.deadline_at),
        end_time=maybe_stamp(found.ended_at),
        frozen_resource_ids=[str(resource_id) for resource_id in frozen[:_MOST_FROZEN_SHOWN]],
        version=found.version,
    )


class ProcessServicer(grpc_stubs.ProcessServiceServicer):
    """Lists, shows and resumes."""

    async def ListProcesses(
        self, request: pb.ListProcessesRequest, context: "ServicerContext[Any, Any]"
    ) -> pb.ListProcessesResponse:
        """A page, the newest first."""
        database = current().database
        size = paging.page_size(request.page_size)
        before = paging.decode_token(request.page_token, UUID)
        found = await process.list_processes(
            database,
            most=size + 1,
            before=before[0] if before else None,
            status=_STATUSES.get(request.state),
            kind=request.kind or None,
        )
        page = found[:size]
        frozen = await process.frozen_by(database, *(one.process_id for one in page))
        more = len(found) > size
        return pb.ListProcessesResponse(
            processes=[to_message(one, frozen[one.process_id]) for one in page],
            next_page_token=paging.encode_token(page[-1].process_id) if more else "",
        )

    async def GetProcess(
        self, request: pb.GetProcessRequest, context: "ServicerContext[Any, Any]"
    ) -> pb.GetProcessResponse:
        """One process."""
        database = current().database
        found = await process.get(database, parse_uuid(request.process_id, field_name="process_id"))
        frozen = await process.frozen_by(database, found.process_id)
        return pb.GetProcessResponse(process=to_message(found, frozen[found.process_id]))

    async def ResumeProcess(
        self, request: pb.ResumeProcessRequest, context: "ServicerContext[Any, Any]"
    ) -> pb.ResumeProcessResponse:
        """Set a stuck one going."""
        call = current()
        process_id = parse_uuid(request.process_id, field_name="process_id")
        return await answer(
            call,
            _resume(call, process_id),
            lambda found: pb.ResumeProcessResponse(process=to_message(*found)),
        )


async def _resume(call: Call, process_id: UUID) -> tuple[Process, list[UUID]]:
    async with call.transaction() as work:
        resumed = await process.resume(work, process_id)
        frozen = await process.frozen_by(work, process_id)
        return work.answer((resumed, frozen[process_id]))
