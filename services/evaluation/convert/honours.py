"""Honours."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from chassis.message_values import maybe_instant, maybe_int, maybe_uuid
from evaluation.domain.awards import Level
from evaluation.domain.honours import Honour, HonourKind, NewHonour
from evaluation.events.shapes import HONOUR_KIND, LEVEL, honour_message, name, value
from evaluation.operations.honours import HonourFilter
from shuyuan.evaluation.v1 import honour_service_pb2 as pb


def new_honours(request: pb.RecordHonoursRequest) -> list[NewHonour]:
    """What is to be recorded."""
    return [
        NewHonour(
            person_id=UUID(each.person_id),
            kind=HonourKind(name(HONOUR_KIND, each.kind)),
            title=each.title,
            issuer=each.issuer,
            level=Level(name(LEVEL, each.level)),
            year=each.year,
            awarded_on=date.fromisoformat(each.awarded_on),
            evidence=each.evidence,
        )
        for each in request.honours
    ]


def recorded_response(found: Sequence[Honour]) -> pb.RecordHonoursResponse:
    """The honours recorded."""
    return pb.RecordHonoursResponse(honours=[honour_message(each) for each in found])


def honour_filter(request: pb.ListHonoursRequest) -> HonourFilter:
    """Which honours are wanted."""
    return HonourFilter(
        person_id=maybe_uuid(request, "person_id"),
        kind=value(HONOUR_KIND, HonourKind, request.kind),
        year=maybe_int(request, "year"),
        known_at=maybe_instant(request, "known_at"),
    )


def page_response(found: tuple[Sequence[Honour], str]) -> pb.ListHonoursResponse:
    """A page of honours."""
    honours, token = found
    return pb.ListHonoursResponse(honours=[honour_message(each) for each in honours], next_page_token=token)
