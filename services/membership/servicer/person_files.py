"""PersonFileService over gRPC."""

from typing import Any
from uuid import UUID

from google.api import httpbody_pb2

from chassis.calls import answer, current, parse_uuid
from chassis.paging import decode_token, page_size
from membership.convert.values import page_of
from membership.domain.identity import Disclosure
from membership.domain.people import Person
from membership.events import shapes
from membership.operations import person_files
from membership.operations.means import Means
from shuyuan.membership.v1 import person_file_pb2, person_file_service_pb2_grpc
from shuyuan.membership.v1 import person_file_service_pb2 as pb


def _id(request: Any) -> UUID:
    return parse_uuid(request.person_id, field_name="person_id")


class PersonFileServicer(person_file_service_pb2_grpc.PersonFileServiceServicer):
    """Discloses a person's file."""

    def __init__(self, means: Means) -> None:
        self._means = means

    async def ExportPersonFile(
        self, request: pb.ExportPersonFileRequest, context: Any
    ) -> pb.ExportPersonFileResponse:
        data = await person_files.export_file(current(), self._means, _id(request), purpose=request.purpose)
        return pb.ExportPersonFileResponse(
            file=httpbody_pb2.HttpBody(content_type="application/json", data=data)
        )

    async def RevealPersonNumbers(
        self, request: pb.RevealPersonNumbersRequest, context: Any
    ) -> pb.RevealPersonNumbersResponse:
        found = await person_files.reveal_numbers(
            current(), self._means, _id(request), purpose=request.purpose
        )
        numbers = person_file_pb2.PersonNumbers(
            campus_number=found.campus_number or "", identity_number=found.identity_number or ""
        )
        return pb.RevealPersonNumbersResponse(numbers=numbers)

    async def SetIdentityNumber(
        self, request: pb.SetIdentityNumberRequest, context: Any
    ) -> pb.SetIdentityNumberResponse:
        call = current()

        def rendered(person: Person) -> pb.SetIdentityNumberResponse:
            return pb.SetIdentityNumberResponse(person=shapes.person(person))

        work = person_files.set_identity_number(call, self._means, _id(request), request.identity_number)
        return await answer(call, work, rendered)

    async def FindPersonByIdentityNumber(
        self, request: pb.FindPersonByIdentityNumberRequest, context: Any
    ) -> pb.FindPersonByIdentityNumberResponse:
        call = current()

        def rendered(person_id: UUID) -> pb.FindPersonByIdentityNumberResponse:
            return pb.FindPersonByIdentityNumberResponse(person_id=str(person_id))

        work = person_files.find_by_identity_number(
            call, self._means, request.identity_number, purpose=request.purpose
        )
        return await answer(call, work, rendered)

    async def ListDisclosures(
        self, request: pb.ListDisclosuresRequest, context: Any
    ) -> pb.ListDisclosuresResponse:
        size = page_size(request.page_size)
        (before,) = decode_token(request.page_token, UUID) or (None,)
        found = await person_files.disclosures(current(), _id(request), before=before, size=size)
        shown, token = page_of(found, size, "disclosure_id")
        return pb.ListDisclosuresResponse(
            disclosures=[_disclosure(item) for item in shown], next_page_token=token
        )


def _disclosure(item: Disclosure) -> person_file_pb2.Disclosure:
    return person_file_pb2.Disclosure(
        disclosure_id=str(item.disclosure_id),
        kind=shapes.enum_number(person_file_pb2.DisclosureKind, "DISCLOSURE_KIND", item.kind),
        read_by=shapes.id_text(item.read_by),
        purpose=item.purpose,
        read_time=shapes.stamp(item.read_at),
    )
