"""Link branches with classes, end and read the links."""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from chassis.bitemporal import period
from chassis.calls import Call
from chassis.ids import new_id
from chassis.intervals import Interval
from chassis.paging import Page, decode_token, page_of, page_size
from chassis.process import ensure_free
from organization.domain.class_links import ClassLink, check_end
from organization.domain.zones import check_branch, check_class
from organization.errors import ClassLinkNotFoundError, ClassLinkOverlapsError
from organization.events import links as facts
from organization.repository import class_links, units

READ = "organization.class_link.read"


async def link_class(
    call: Call,
    unit_id: UUID,
    class_id: UUID,
    *,
    contact_person_id: UUID,
    valid_from: date | None,
    valid_until: date | None,
) -> ClassLink:
    """Make a branch look after a class on some days."""
    async with call.transaction() as work:
        link = ClassLink(
            link_id=new_id(),
            unit_id=unit_id,
            class_id=class_id,
            contact_person_id=contact_person_id,
            days=period(valid_from or work.today, valid_until),
            created_at=work.now,
            updated_at=work.now,
            version=1,
        )
        # The lock also keeps two links of the same branch from not seeing each other.
        await units.lock(work, unit_id)
        await ensure_free(work, unit_id)
        known = await units.outlines(work, [unit_id, class_id])
        check_branch(known.get(unit_id), link.days)
        check_class(known.get(class_id), link.days)
        twin = await class_links.overlapping(work, link)
        if twin is not None:
            raise ClassLinkOverlapsError(link_id=twin)
        await class_links.add(work, link)
        work.emit(facts.class_link_made(link))
        work.audit_change("class_link", link.link_id, None, _kept(link))
        return work.answer(link)


def _kept(link: ClassLink) -> dict[str, object]:
    return {
        "unit_id": link.unit_id,
        "class_id": link.class_id,
        "contact_person_id": link.contact_person_id,
        "days": [link.days.start, link.days.end],
    }


async def end_class_link(call: Call, link_id: UUID, *, ends_on: date | None) -> ClassLink:
    """End a link from a day on."""
    seen = await _present(call, link_id)
    await call.access.require("organization.class_link.end", unit=seen.unit_id)
    async with call.transaction() as work:
        await ensure_free(work, seen.unit_id)
        before = await class_links.lock(work, link_id)
        assert before is not None, "a link is never deleted"
        call.check_etag(before.version)
        on = ends_on or work.today
        check_end(before, on)
        after = replace(
            before, days=Interval(before.days.start, on), updated_at=work.now, version=before.version + 1
        )
        await class_links.end(work, after, Interval(on, before.days.end))
        work.emit(facts.class_link_ended(after, on))
        work.audit_change("class_link", link_id, _kept(before), _kept(after))
        return work.answer(after)


async def _present(call: Call, link_id: UUID) -> ClassLink:
    link = await class_links.find(call.database, link_id)
    if link is None:
        await call.access.require(READ, unit=None)
        raise ClassLinkNotFoundError(link_id=link_id)
    return link


async def get_class_link(call: Call, link_id: UUID) -> ClassLink:
    """Read a link."""
    link = await _present(call, link_id)
    await call.access.require(READ, unit=link.unit_id)
    return link


async def list_class_links(
    call: Call,
    *,
    unit_id: UUID | None,
    class_id: UUID | None,
    contact_id: UUID | None,
    campus_id: UUID | None,
    as_of: date | None,
    known_at: datetime | None,
    size: int,
    token: str,
) -> Page[ClassLink]:
    """List links of branches on which the caller may read them."""
    after = decode_token(token, UUID)
    most = page_size(size)
    found = await class_links.page(
        call.database,
        await call.access.filters(READ),
        unit_id=unit_id,
        class_id=class_id,
        contact_id=contact_id,
        campus_id=campus_id,
        on=as_of,
        today=call.clock.today(),
        known_at=known_at,
        after_id=after[0] if after else None,
        most=most + 1,
    )
    return page_of(found, most, lambda link: (link.link_id,))
