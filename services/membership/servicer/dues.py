"""DuesService over gRPC."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from uuid import UUID

from google.protobuf.message import Message

from chassis.calls import answer, current, parse_uuid
from chassis.paging import decode_token, page_size
from membership.convert import dues as convert
from membership.convert.values import day, instant, optional_id
from membership.domain.dues import Account, Publication
from membership.domain.verdicts import Judgement
from membership.events import dues as shapes
from membership.operations import dues, dues_corrections
from membership.operations.means import Means
from shuyuan.membership.v1 import dues_pb2, dues_service_pb2_grpc
from shuyuan.membership.v1 import dues_service_pb2 as pb

M = TypeVar("M", bound=Message)


class DuesServicer(dues_service_pb2_grpc.DuesServiceServicer):
    """Keeps the dues of members."""

    def __init__(self, means: Means) -> None:
        self._means = means

    async def OpenDuesLedger(
        self, request: pb.OpenDuesLedgerRequest, context: Any
    ) -> pb.OpenDuesLedgerResponse:
        call = current()
        unit_id = parse_uuid(request.unit_id, field_name="unit_id")
        from_month = convert.month(request.from_month, "from_month")
        work = dues.open_ledger(call, self._means, unit_id, from_month)
        return await answer(
            call, work, lambda made: pb.OpenDuesLedgerResponse(dues_ledger=shapes.ledger(made))
        )

    async def GetDuesAccount(
        self, request: pb.GetDuesAccountRequest, context: Any
    ) -> pb.GetDuesAccountResponse:
        found = await dues.get(
            current(),
            self._means,
            _id(request),
            first=convert.optional_month(request, "from_month"),
            last=convert.optional_month(request, "through_month"),
            known_at=instant(request, "known_at"),
        )
        return pb.GetDuesAccountResponse(dues_account=_shape(found))

    async def DeclareDuesBase(
        self, request: pb.DeclareDuesBaseRequest, context: Any
    ) -> pb.DeclareDuesBaseResponse:
        work = dues.declare(current(), self._means, _id(request), convert.base(request))
        return await _answer(pb.DeclareDuesBaseResponse, work)

    async def ReduceDues(self, request: pb.ReduceDuesRequest, context: Any) -> pb.ReduceDuesResponse:
        work = dues.reduce(current(), self._means, _id(request), convert.waiver(request))
        return await _answer(pb.ReduceDuesResponse, work)

    async def PayDues(self, request: pb.PayDuesRequest, context: Any) -> pb.PayDuesResponse:
        work = dues.pay(current(), self._means, _id(request), convert.payment(request))
        return await _answer(pb.PayDuesResponse, work)

    async def GiveDues(self, request: pb.GiveDuesRequest, context: Any) -> pb.GiveDuesResponse:
        work = dues.give(
            current(),
            self._means,
            _id(request),
            amount=convert.money(request.amount, "amount"),
            given_on=day(request.given_on, "given_on"),
        )
        return await _answer(pb.GiveDuesResponse, work)

    async def CorrectDuesPayment(
        self, request: pb.CorrectDuesPaymentRequest, context: Any
    ) -> pb.CorrectDuesPaymentResponse:
        work = dues_corrections.correct(
            current(),
            self._means,
            _id(request),
            parse_uuid(request.payment_id, field_name="payment_id"),
            convert.replacement(request),
            reason=request.reason,
        )
        return await _answer(pb.CorrectDuesPaymentResponse, work)

    async def ListDuesPayments(
        self, request: pb.ListDuesPaymentsRequest, context: Any
    ) -> pb.ListDuesPaymentsResponse:
        size = page_size(request.page_size)
        (after,) = decode_token(request.page_token, UUID) or (None,)
        rows = await dues_corrections.page(current(), _id(request), after=after, size=size)
        return convert.payments(rows, size)

    async def ListDuesArrears(
        self, request: pb.ListDuesArrearsRequest, context: Any
    ) -> pb.ListDuesArrearsResponse:
        size = page_size(request.page_size)
        (after,) = decode_token(request.page_token, UUID) or (None,)
        rows = await dues.arrears(
            current(),
            self._means,
            unit_id=optional_id(request, "unit_id"),
            findings_only=request.findings_only,
            after=after,
            size=size,
        )
        return convert.arrears(rows, size)

    async def PublishDues(self, request: pb.PublishDuesRequest, context: Any) -> pb.PublishDuesResponse:
        call = current()

        def rendered(made: tuple[Publication, tuple[Judgement, ...]]) -> pb.PublishDuesResponse:
            return pb.PublishDuesResponse(dues_publication=shapes.publication(*made, call.language))

        work = dues.publish(
            call,
            self._means,
            parse_uuid(request.unit_id, field_name="unit_id"),
            year=request.year,
            published_on=day(request.published_on, "published_on"),
        )
        return await answer(call, work, rendered)

    async def ListDuesPublications(
        self, request: pb.ListDuesPublicationsRequest, context: Any
    ) -> pb.ListDuesPublicationsResponse:
        call, size = current(), page_size(request.page_size)
        (after,) = decode_token(request.page_token, UUID) or (None,)
        rows = await dues.publications(
            call,
            unit_id=optional_id(request, "unit_id"),
            year=request.year if request.HasField("year") else None,
            after=after,
            size=size,
        )
        return convert.publications(rows, size, call.language)


def _id(request: Any) -> UUID:
    return parse_uuid(request.person_id, field_name="person_id")


def _shape(found: Account) -> dues_pb2.DuesAccount:
    call = current()
    return shapes.account(found, call.language, today=call.clock.today())


async def _answer(kind: Callable[..., M], work: Awaitable[Account]) -> M:
    return await answer(current(), work, lambda found: kind(dues_account=_shape(found)))
