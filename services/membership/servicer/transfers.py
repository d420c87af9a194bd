"""TransferService over gRPC."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from uuid import UUID

from google.protobuf.message import Message

from chassis.calls import answer, current, parse_uuid
from chassis.paging import decode_token, page_size
from membership.convert import transfers as convert
from membership.convert.values import day, ids, optional_day
from membership.domain.transfers import Transfer
from membership.events import transfers as shapes
from membership.operations import transfers
from membership.operations.means import Means
from shuyuan.membership.v1 import transfer_pb2, transfer_service_pb2_grpc
from shuyuan.membership.v1 import transfer_service_pb2 as pb

M = TypeVar("M", bound=Message)


class TransferServicer(transfer_service_pb2_grpc.TransferServiceServicer):
    """Sends and receives people."""

    def __init__(self, means: Means) -> None:
        self._means = means

    async def StartTransfer(self, request: pb.StartTransferRequest, context: Any) -> pb.StartTransferResponse:
        call = current()

        def rendered(made: list[Transfer]) -> pb.StartTransferResponse:
            return pb.StartTransferResponse(transfer=_shape(made[0]))

        work = transfers.start(call, self._means, [convert.sending(request)], convert.terms(request))
        return await answer(call, work, rendered)

    async def BatchStartTransfers(
        self, request: pb.BatchStartTransfersRequest, context: Any
    ) -> pb.BatchStartTransfersResponse:
        call = current()

        def rendered(made: list[Transfer]) -> pb.BatchStartTransfersResponse:
            return pb.BatchStartTransfersResponse(transfer_ids=[str(item.transfer_id) for item in made])

        sendings = [convert.sending(item) for item in request.transfers]
        return await answer(
            call, transfers.start(call, self._means, sendings, convert.terms(request)), rendered
        )

    async def GetTransfer(self, request: pb.GetTransferRequest, context: Any) -> pb.GetTransferResponse:
        found = await transfers.get(current(), self._means, _id(request))
        return pb.GetTransferResponse(transfer=_shape(found))

    async def ListTransfers(self, request: pb.ListTransfersRequest, context: Any) -> pb.ListTransfersResponse:
        call, size = current(), page_size(request.page_size)
        (after,) = decode_token(request.page_token, UUID) or (None,)
        rows = await transfers.page(call, convert.wanted(request), after=after, size=size)
        return convert.page(rows, size, call.language, today=call.clock.today())

    async def AcceptTransfer(
        self, request: pb.AcceptTransferRequest, context: Any
    ) -> pb.AcceptTransferResponse:
        work = transfers.accept(
            current(),
            self._means,
            _id(request),
            accepted_on=day(request.accepted_on, "accepted_on"),
            checked=tuple(request.checked_materials),
        )
        return await _answer(pb.AcceptTransferResponse, work)

    async def BatchAcceptTransfers(
        self, request: pb.BatchAcceptTransfersRequest, context: Any
    ) -> pb.BatchAcceptTransfersResponse:
        call = current()

        def rendered(count: int) -> pb.BatchAcceptTransfersResponse:
            return pb.BatchAcceptTransfersResponse(accepted=count)

        work = transfers.accept_many(
            call,
            self._means,
            parse_uuid(request.unit_id, field_name="unit_id"),
            ids(request.transfer_ids, "transfer_ids"),
            accepted_on=day(request.accepted_on, "accepted_on"),
        )
        return await answer(call, work, rendered)

    async def RejectTransfer(
        self, request: pb.RejectTransferRequest, context: Any
    ) -> pb.RejectTransferResponse:
        refusal = convert.refusal(request)
        work = transfers.reject(current(), self._means, _id(request), refusal=refusal, reason=request.reason)
        return await _answer(pb.RejectTransferResponse, work)

    async def CancelTransfer(
        self, request: pb.CancelTransferRequest, context: Any
    ) -> pb.CancelTransferResponse:
        work = transfers.cancel(current(), self._means, _id(request), reason=request.reason)
        return await _answer(pb.CancelTransferResponse, work)

    async def ReturnTransferReceipt(
        self, request: pb.ReturnTransferReceiptRequest, context: Any
    ) -> pb.ReturnTransferReceiptResponse:
        returned_on = day(request.returned_on, "returned_on")
        work = transfers.return_receipt(current(), self._means, _id(request), returned_on=returned_on)
        return await _answer(pb.ReturnTransferReceiptResponse, work)

    async def ReissueTransferLetter(
        self, request: pb.ReissueTransferLetterRequest, context: Any
    ) -> pb.ReissueTransferLetterResponse:
        work = transfers.reissue(
            current(),
            self._means,
            _id(request),
            number=request.letter_number,
            issued_on=day(request.letter_issued_on, "letter_issued_on"),
            valid_through=optional_day(request, "letter_valid_through"),
            cause=request.cause,
        )
        return await _answer(pb.ReissueTransferLetterResponse, work)


def _id(request: Any) -> UUID:
    return parse_uuid(request.transfer_id, field_name="transfer_id")


def _shape(found: Transfer) -> transfer_pb2.Transfer:
    call = current()
    return shapes.transfer(found, call.language, today=call.clock.today())


async def _answer(kind: Callable[..., M], work: Awaitable[Transfer]) -> M:
    return await answer(current(), work, lambda found: kind(transfer=_shape(found)))
