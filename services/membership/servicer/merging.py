"""PersonMergeService over gRPC."""

from typing import Any
from uuid import UUID

from chassis.calls import answer, current, parse_uuid
from chassis.paging import decode_token, encode_token, page_size
from membership.convert.values import page_of
from membership.domain.merging import PersonMerge, likeness
from membership.events import shapes
from membership.events.merging import shape
from membership.operations import merging
from membership.operations.means import Means
from shuyuan.membership.v1 import person_merge_pb2, person_merge_service_pb2_grpc
from shuyuan.membership.v1 import person_merge_service_pb2 as pb


def _pair(request: Any) -> tuple[UUID, UUID]:
    return (
        parse_uuid(request.person_id, field_name="person_id"),
        parse_uuid(request.merged_person_id, field_name="merged_person_id"),
    )


class PersonMergeServicer(person_merge_service_pb2_grpc.PersonMergeServiceServicer):
    """Makes two entries of one person one."""

    def __init__(self, means: Means) -> None:
        self._means = means

    async def ListPersonDuplicates(
        self, request: pb.ListPersonDuplicatesRequest, context: Any
    ) -> pb.ListPersonDuplicatesResponse:
        size = page_size(request.page_size)
        after = decode_token(request.page_token, UUID, UUID) or None
        found = await merging.duplicates(
            current(), self._means, after=None if after is None else (after[0], after[1]), size=size
        )
        shown = found[:size]
        last = [person.person_id for person in shown[-1]] if len(found) > size else []
        return pb.ListPersonDuplicatesResponse(
            duplicates=[
                person_merge_pb2.PersonDuplicate(
                    person=shapes.person(one),
                    other=shapes.person(other),
                    likeness=shapes.enum_number(
                        person_merge_pb2.NameLikeness, "NAME_LIKENESS", likeness(one, other)
                    ),
                )
                for one, other in shown
            ],
            next_page_token=encode_token(*last) if last else "",
        )

    async def ReviewPersonMerge(
        self, request: pb.ReviewPersonMergeRequest, context: Any
    ) -> pb.ReviewPersonMergeResponse:
        obstacles, moved = await merging.review(current(), *_pair(request))
        return pb.ReviewPersonMergeResponse(
            obstacles=[
                shapes.enum_number(person_merge_pb2.MergeObstacle, "MERGE_OBSTACLE", item)
                for item in obstacles
            ],
            moved=[person_merge_pb2.MergeCount(noun=noun, rows=rows) for noun, rows in moved],
        )

    async def MergePersons(self, request: pb.MergePersonsRequest, context: Any) -> pb.MergePersonsResponse:
        call = current()

        def rendered(found: PersonMerge) -> pb.MergePersonsResponse:
            return pb.MergePersonsResponse(person_merge=shape(found))

        merged = merging.merge(call, self._means, *_pair(request), reason=request.reason)
        return await answer(call, merged, rendered)

    async def GetPersonMerge(
        self, request: pb.GetPersonMergeRequest, context: Any
    ) -> pb.GetPersonMergeResponse:
        found = await merging.get(current(), parse_uuid(request.merge_id, field_name="merge_id"))
        return pb.GetPersonMergeResponse(person_merge=shape(found))

    async def ListPersonMerges(
        self, request: pb.ListPersonMergesRequest, context: Any
    ) -> pb.ListPersonMergesResponse:
        size = page_size(request.page_size)
        (before,) = decode_token(request.page_token, UUID) or (None,)
        shown, token = page_of(await merging.page(current(), before=before, size=size), size, "merge_id")
        return pb.ListPersonMergesResponse(
            person_merges=[shape(found) for found in shown], next_page_token=token
        )

    async def ReversePersonMerge(
        self, request: pb.ReversePersonMergeRequest, context: Any
    ) -> pb.ReversePersonMergeResponse:
        call = current()

        def rendered(found: PersonMerge) -> pb.ReversePersonMergeResponse:
            return pb.ReversePersonMergeResponse(person_merge=shape(found))

        merge_id = parse_uuid(request.merge_id, field_name="merge_id")
        return await answer(
            call, merging.reverse(call, self._means, merge_id, reason=request.reason), rendered
        )
