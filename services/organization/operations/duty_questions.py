"""Ask of all duties: where nobody or too many answer, and who answers for something. Changes nothing."""

from datetime import date, datetime, timedelta
from uuid import UUID

from chassis.bitemporal import period
from chassis.calls import Call
from chassis.paging import Page, decode_token, page_of, page_size
from organization.domain.duties import Answerable, Finding, FindingKind
from organization.operations.duties import READ
from organization.repository import duty_questions


async def list_findings(
    call: Call,
    *,
    unit_id: UUID | None,
    kind: FindingKind | None,
    valid_from: date | None,
    valid_until: date | None,
    known_at: datetime | None,
    size: int,
    token: str,
) -> Page[Finding]:
    """List what is wrong on some days with who answers for duties that the caller may read."""
    after = decode_token(token, UUID, str, date)
    most = page_size(size)
    first = valid_from or call.clock.today()
    found = await duty_questions.findings(
        call.database,
        await call.access.filters(READ),
        unit_id=unit_id,
        kind=kind,
        days=period(first, valid_until or first + timedelta(days=1)),
        known_at=known_at,
        after=(after[0], after[1], after[2]) if after else None,
        most=most + 1,
    )
    return page_of(found, most, lambda each: (each.duty_id, str(each.kind), each.days.start))


async def list_answerable(
    call: Call, *, text: str, as_of: date | None, known_at: datetime | None, size: int, token: str
) -> Page[Answerable]:
    """List the units that answer for something on a day, and who leads them."""
    after = decode_token(token, UUID, str, UUID)
    most = page_size(size)
    found = await duty_questions.answerable(
        call.database,
        await call.access.filters(READ),
        text=text,
        day=as_of or call.clock.today(),
        known_at=known_at,
        after=(after[0], after[1], after[2]) if after else None,
        most=most + 1,
    )
    return page_of(found, most, lambda each: (each.duty_id, str(each.part), each.unit_id))
