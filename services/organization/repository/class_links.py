"""SQL about links between branches and classes."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import DATERANGE

from chassis.access import within
from chassis.bitemporal import History, Interval, interval_of, range_of
from chassis.database import Reader, Record, UnitOfWork
from chassis.statements import insert, query
from organization import tables
from organization.domain.class_links import ClassLink
from organization.repository.beliefs import as_now, as_then
from organization.repository.slices import on_campus

_TERM = History(tables.class_link_term, ["class_id", "unit_id"], ["link_id"])
_LINK = (
    "l.link_id, l.unit_id, l.class_id, l.contact_person_id, t.valid, l.created_at, l.updated_at, l.version"
)
_OF = "class_link l JOIN class_link_term t ON t.link_id = l.link_id AND {believed:t}"
_GET = query(sa.text(as_now(f"SELECT {_LINK} FROM {_OF} WHERE l.link_id = :link_id")))
_LOCK = query(sa.text(as_now(f"SELECT {_LINK} FROM {_OF} WHERE l.link_id = :link_id FOR UPDATE OF l")))


def _page(source: str) -> Any:
    return query(
        sa.select(sa.text(_LINK))
        .select_from(sa.text(source))
        .where(
            sa.text(
                f"""(CAST(:unit_id AS uuid) IS NULL OR l.unit_id = :unit_id)
                   AND (CAST(:class_id AS uuid) IS NULL OR l.class_id = :class_id)
                   AND (CAST(:contact_id AS uuid) IS NULL OR l.contact_person_id = :contact_id)
                   AND {on_campus("l.class_id")}
                   AND (CAST(:day AS date) IS NULL OR t.valid @> CAST(:day AS date))
                   AND (CAST(:after_id AS uuid) IS NULL OR l.link_id > :after_id)"""
            ),
            within(sa.literal_column("l.unit_id", sa.Uuid)),
        )
        .order_by(sa.text("l.link_id"))
        .limit(sa.bindparam("most", type_=sa.Integer))
    )


_PAGE_NOW, _PAGE_THEN = _page(as_now(_OF)), _page(as_then(_OF))
_term = tables.class_link_term
_TWIN = query(
    sa.select(_term.c.link_id)
    .where(
        _term.c.class_id == sa.bindparam("class_id", type_=sa.Uuid),
        _term.c.unit_id == sa.bindparam("unit_id", type_=sa.Uuid),
        _term.c.recorded_until.is_(None),
        _term.c.valid.op("&&")(sa.bindparam("asked", type_=DATERANGE)),
    )
    .limit(1)
)
_ADD = query(
    insert(
        tables.class_link,
        "link_id",
        "unit_id",
        "class_id",
        "contact_person_id",
        "created_at",
        "updated_at",
        "version",
    )
)
_CHANGE = query(
    sa.text("UPDATE class_link SET updated_at = :now, version = :version WHERE link_id = :link_id")
)


def _read(row: Record) -> ClassLink:
    return ClassLink(
        link_id=row["link_id"],
        unit_id=row["unit_id"],
        class_id=row["class_id"],
        contact_person_id=row["contact_person_id"],
        days=interval_of(row["valid"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        version=row["version"],
    )


async def find(reader: Reader, link_id: UUID) -> ClassLink | None:
    """The link, if there is one."""
    row = await reader.fetch_one(_GET, link_id=link_id)
    return None if row is None else _read(row)


async def lock(work: UnitOfWork, link_id: UUID) -> ClassLink | None:
    """The link; nobody else changes it until the end of the unit of work."""
    row = await work.fetch_one(_LOCK, link_id=link_id)
    return None if row is None else _read(row)


async def page(
    reader: Reader,
    scope: dict[str, Any],
    *,
    unit_id: UUID | None,
    class_id: UUID | None,
    contact_id: UUID | None,
    campus_id: UUID | None,
    on: date | None,
    today: date,
    known_at: datetime | None,
    after_id: UUID | None,
    most: int,
) -> list[ClassLink]:
    """Links of branches that the caller may see, by id."""
    rows = await reader.fetch(
        _PAGE_NOW if known_at is None else _PAGE_THEN,
        unit_id=unit_id,
        class_id=class_id,
        contact_id=contact_id,
        campus_id=campus_id,
        day=on,
        today=today,
        after_id=after_id,
        most=most,
        **({} if known_at is None else {"known_at": known_at}),
        **scope,
    )
    return [_read(row) for row in rows]


async def overlapping(reader: Reader, link: ClassLink) -> UUID | None:
    """A link of the same two on some of the days."""
    found: UUID | None = await reader.fetch_value(
        _TWIN, class_id=link.class_id, unit_id=link.unit_id, asked=range_of(link.days)
    )
    return found


async def add(work: UnitOfWork, link: ClassLink) -> None:
    """Keep a new link."""
    await work.execute(
        _ADD,
        link_id=link.link_id,
        unit_id=link.unit_id,
        class_id=link.class_id,
        contact_person_id=link.contact_person_id,
        created_at=link.created_at,
        updated_at=link.updated_at,
        version=link.version,
    )
    await _TERM.record(work, _subject(link), link.days, {"link_id": link.link_id})


async def end(work: UnitOfWork, link: ClassLink, over: Interval) -> None:
    """Keep the next version of a link that no longer holds on the days `over`."""
    await _TERM.record(work, _subject(link), over, None)
    await work.execute(_CHANGE, link_id=link.link_id, now=link.updated_at, version=link.version)


def _subject(link: ClassLink) -> dict[str, UUID]:
    return {"class_id": link.class_id, "unit_id": link.unit_id}
