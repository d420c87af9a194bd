"""InboxService over gRPC."""

from datetime import date
from typing import Any
from uuid import UUID

from chassis.calls import current
from chassis.paging import decode_token, page_size
from membership.convert import inbox as convert
from membership.operations import inbox
from membership.operations.means import Means
from shuyuan.membership.v1 import inbox_service_pb2 as pb
from shuyuan.membership.v1 import inbox_service_pb2_grpc


class InboxServicer(inbox_service_pb2_grpc.InboxServiceServicer):
    """Shows what is waited for."""

    def __init__(self, means: Means) -> None:
        self._means = means

    async def ListInboxItems(
        self, request: pb.ListInboxItemsRequest, context: Any
    ) -> pb.ListInboxItemsResponse:
        call, size = current(), page_size(request.page_size)
        today = call.clock.today()
        day, item_id = decode_token(request.page_token, date, UUID) or (None, None)
        rows = await inbox.page(
            call,
            self._means,
            convert.wanted(request, today=today),
            after=None if day is None or item_id is None else (day, item_id),
            size=size,
        )
        return convert.page(rows, size, call.language, today=today)
