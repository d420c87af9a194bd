"""PersonErasureService over gRPC."""

from typing import Any
from uuid import UUID

from chassis.calls import answer, current, parse_uuid
from chassis.erasing import Terms
from chassis.paging import decode_token, page_size
from chassis.verdicts import to_message
from membership.convert.values import optional_id, page_of
from membership.domain.erasures import Erasure, LegalHold, Outlook
from membership.events.erasures import hold_shape, shape
from membership.operations import erasures
from membership.operations.erasures import Archivist
from shuyuan.membership.v1 import person_erasure_pb2, person_erasure_service_pb2_grpc
from shuyuan.membership.v1 import person_erasure_service_pb2 as pb


def _person(request: Any) -> UUID:
    return parse_uuid(request.person_id, field_name="person_id")


def _hold(found: LegalHold) -> pb.PlaceLegalHoldResponse:
    return pb.PlaceLegalHoldResponse(legal_hold=hold_shape(found))


def _lifted(found: LegalHold) -> pb.LiftLegalHoldResponse:
    return pb.LiftLegalHoldResponse(legal_hold=hold_shape(found))


def _outlook(found: Outlook, language: str) -> person_erasure_pb2.ErasureOutlook:
    return person_erasure_pb2.ErasureOutlook(
        allowed=found.allowed,
        legal_holds=[hold_shape(hold) for hold in found.holds],
        ties=[
            person_erasure_pb2.PersonTie(service=tie.service, noun=tie.noun, resource_id=str(tie.resource_id))
            for tie in found.ties
        ],
        verdicts=[to_message(judgement, language) for judgement in found.judgements],
    )


class PersonErasureServicer(person_erasure_service_pb2_grpc.PersonErasureServiceServicer):
    """Erases persons, and keeps the holds that stand against it."""

    def __init__(self, archivist: Archivist) -> None:
        self._archivist = archivist

    async def CheckPersonErasure(
        self, request: pb.CheckPersonErasureRequest, context: Any
    ) -> pb.CheckPersonErasureResponse:
        call = current()
        found = await erasures.check(call, self._archivist, _person(request))
        return pb.CheckPersonErasureResponse(erasure_outlook=_outlook(found, call.language))

    async def ErasePerson(self, request: pb.ErasePersonRequest, context: Any) -> pb.ErasePersonResponse:
        call = current()

        def rendered(found: Erasure) -> pb.ErasePersonResponse:
            return pb.ErasePersonResponse(person_erasure=shape(found))

        work = erasures.erase(call, self._archivist, _person(request), reason=request.reason)
        return await answer(call, work, rendered)

    async def GetPersonErasure(
        self, request: pb.GetPersonErasureRequest, context: Any
    ) -> pb.GetPersonErasureResponse:
        erasure_id = parse_uuid(request.erasure_id, field_name="erasure_id")
        return pb.GetPersonErasureResponse(person_erasure=shape(await erasures.get(current(), erasure_id)))

    async def ListPersonErasures(
        self, request: pb.ListPersonErasuresRequest, context: Any
    ) -> pb.ListPersonErasuresResponse:
        size = page_size(request.page_size)
        (before,) = decode_token(request.page_token, UUID) or (None,)
        found = await erasures.page(current(), before=before, size=size)
        shown, token = page_of(found, size, "erasure_id")
        return pb.ListPersonErasuresResponse(
            person_erasures=[shape(item) for item in shown], next_page_token=token
        )

    async def FindPersonTraces(
        self, request: pb.FindPersonTracesRequest, context: Any
    ) -> pb.FindPersonTracesResponse:
        terms = Terms(tuple(request.names), tuple(request.numbers))
        found = await erasures.search(current(), self._archivist, _person(request), terms)
        return pb.FindPersonTracesResponse(
            traces=[
                person_erasure_pb2.PersonTrace(
                    service=service,
                    table=finding.table,
                    rows=finding.rows,
                    kind=person_erasure_pb2.PersonTrace.Kind.Value(f"KIND_{finding.kind.upper()}"),
                )
                for service, findings in found.items()
                for finding in findings
            ]
        )

    async def PlaceLegalHold(
        self, request: pb.PlaceLegalHoldRequest, context: Any
    ) -> pb.PlaceLegalHoldResponse:
        call, asked = current(), request.legal_hold
        work = erasures.place_hold(
            call, _person(asked), title=asked.title, document_reference=asked.document_reference
        )
        return await answer(call, work, _hold)

    async def LiftLegalHold(self, request: pb.LiftLegalHoldRequest, context: Any) -> pb.LiftLegalHoldResponse:
        call = current()
        hold_id = parse_uuid(request.hold_id, field_name="hold_id")
        return await answer(call, erasures.lift_hold(call, hold_id, reason=request.reason), _lifted)

    async def ListLegalHolds(
        self, request: pb.ListLegalHoldsRequest, context: Any
    ) -> pb.ListLegalHoldsResponse:
        size = page_size(request.page_size)
        (before,) = decode_token(request.page_token, UUID) or (None,)
        found = await erasures.holds(
            current(),
            person_id=optional_id(request, "person_id"),
            standing_only=request.standing_only,
            before=before,
            size=size,
        )
        shown, token = page_of(found, size, "hold_id")
        return pb.ListLegalHoldsResponse(
            legal_holds=[hold_shape(item) for item in shown], next_page_token=token
        )
