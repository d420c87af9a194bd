"""Resources and to whom they are shared."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import sqlalchemy as sa

from activity import tables
from activity.domain.bookings import Share
from activity.domain.resources import Origin, Resource, ResourceKind, ResourceState, ShareGrant, ShareScope
from chassis.access import within_text
from chassis.database import Reader, Record, UnitOfWork
from chassis.intervals import Interval
from chassis.statements import query
from chassis.table_statements import adding, changing, names, reading

_COLUMNS = ", ".join(f"r.{name}" for name in names(tables.resource))
_ADD, _CHANGE = adding(tables.resource), changing(tables.resource)
_FIND = reading(tables.resource, "resource_id")
_LOCK = reading(tables.resource, "resource_id", locked=True)
_NAMESAKE = query(
    sa.text(
        """SELECT resource_id FROM resource
            WHERE unit_id = :unit_id AND name = :name AND state <> 'retired'"""
    )
)
_REACHES = """EXISTS (
    SELECT FROM access_closure reached
     WHERE reached.ancestor_id = g.grantee_unit_id AND reached.descendant_id = ANY (CAST(:access_units AS uuid[]))
       AND reached.valid @> CAST(:access_day AS date) AND NOT reached.reading_only)"""
# Its owner's, what everybody may ask for, and what is shared with the caller's units or units above or below them.
_VISIBLE = f"""({within_text("r.unit_id")}
    OR (r.state = 'offered' AND cardinality(CAST(:access_units AS uuid[])) > 0)
    OR EXISTS (SELECT FROM share_grant g
                WHERE g.resource_id = r.resource_id AND g.valid @> CAST(:access_day AS date)
                  AND ({within_text("g.grantee_unit_id")} OR {_REACHES})))"""
_IS_VISIBLE = query(
    sa.text(f"SELECT EXISTS (SELECT FROM resource r WHERE r.resource_id = :resource_id AND {_VISIBLE})")
)
_PAGE = query(
    sa.text(
        f"""SELECT {_COLUMNS} FROM resource r
             WHERE (CAST(:unit_id AS uuid) IS NULL OR r.unit_id = :unit_id)
               AND (CAST(:kind AS text) IS NULL OR r.kind = :kind)
               AND (CAST(:origin AS text) IS NULL OR r.origin = :origin)
               AND (CAST(:include_retired AS boolean) OR r.state <> 'retired')
               AND (CAST(:after AS uuid) IS NULL OR r.resource_id > CAST(:after AS uuid))
               AND {_VISIBLE}
             ORDER BY r.resource_id LIMIT :most"""
    ),
    planned_anew=True,
)
_ADD_SHARE, _CHANGE_SHARE = adding(tables.share_grant), changing(tables.share_grant)
_FIND_SHARE = reading(tables.share_grant, "share_grant_id")
_LOCK_SHARE = reading(tables.share_grant, "share_grant_id", locked=True)
_OVERLAPPING = query(
    sa.text(
        """SELECT share_grant_id FROM share_grant
            WHERE resource_id = :resource_id AND grantee_unit_id = :grantee_unit_id AND valid && :valid LIMIT 1"""
    )
)
_SHARE_PAGE = query(
    sa.text(
        f"""SELECT g.* FROM share_grant g
             WHERE (CAST(:resource_id AS uuid) IS NULL OR g.resource_id = :resource_id)
               AND (CAST(:unit_id AS uuid) IS NULL OR g.unit_id = :unit_id)
               AND (CAST(:grantee_unit_id AS uuid) IS NULL OR g.grantee_unit_id = :grantee_unit_id)
               AND (CAST(:day AS date) IS NULL OR g.valid @> CAST(:day AS date))
               AND (CAST(:after AS uuid) IS NULL OR g.share_grant_id > CAST(:after AS uuid))
               AND ({within_text("g.unit_id")} OR {within_text("g.grantee_unit_id")})
             ORDER BY g.share_grant_id LIMIT :most"""
    ),
    planned_anew=True,
)
# A grant that needs no asking goes before one that does.
_SHARE_FOR = query(
    sa.text(
        """SELECT g.share_grant_id, g.scope FROM share_grant g
             JOIN access_closure c ON c.ancestor_id = g.grantee_unit_id
            WHERE g.resource_id = :resource_id AND c.descendant_id = :unit_id
              AND c.valid @> CAST(:first AS date) AND NOT c.reading_only
              AND g.valid @> daterange(CAST(:first AS date), CAST(:last AS date), '[]')
            ORDER BY g.scope <> 'direct', g.share_grant_id LIMIT 1"""
    )
)


@dataclass(frozen=True, slots=True)
class ResourceFilter:
    """What a list of resources is narrowed to; None is no condition."""

    unit_id: UUID | None = None
    kind: ResourceKind | None = None
    origin: Origin | None = None
    include_retired: bool = False


@dataclass(frozen=True, slots=True)
class ShareFilter:
    """What a list of grants is narrowed to; None is no condition."""

    resource_id: UUID | None = None
    unit_id: UUID | None = None
    grantee_unit_id: UUID | None = None
    as_of: date | None = None


def _read(row: Record) -> Resource:
    values = dict(row)
    return Resource(
        kind=ResourceKind(values.pop("kind")),
        origin=Origin(values.pop("origin")),
        state=ResourceState(values.pop("state")),
        **values,
    )


def _row(resource: Resource) -> dict[str, Any]:
    return {name: getattr(resource, name) for name in names(tables.resource)}


async def add(work: UnitOfWork, resource: Resource) -> None:
    """Keep a new resource."""
    await work.execute(_ADD, **_row(resource))


async def save(work: UnitOfWork, resource: Resource) -> None:
    """Keep a resource as it stands now."""
    await work.execute(_CHANGE, **_row(resource))


async def find(reader: Reader, resource_id: UUID) -> Resource | None:
    """The resource, None where there is none."""
    row = await reader.fetch_one(_FIND, resource_id=resource_id)
    return None if row is None else _read(row)


async def lock(work: UnitOfWork, resource_id: UUID) -> Resource | None:
    """The resource, its row held until the end of the unit of work."""
    row = await work.fetch_one(_LOCK, resource_id=resource_id)
    return None if row is None else _read(row)


async def namesake(reader: Reader, unit_id: UUID, name: str) -> UUID | None:
    """The resource of that name that the unit has in use."""
    found: UUID | None = await reader.fetch_value(_NAMESAKE, unit_id=unit_id, name=name)
    return found


async def is_visible(reader: Reader, resource_id: UUID, scope: dict[str, Any]) -> bool:
    """Whether the caller sees the resource."""
    return bool(await reader.fetch_value(_IS_VISIBLE, resource_id=resource_id, **scope))


async def page(
    reader: Reader, scope: dict[str, Any], wanted: ResourceFilter, *, after: UUID | None, most: int
) -> list[Resource]:
    """Resources that the caller sees, by id."""
    rows = await reader.fetch(
        _PAGE,
        unit_id=wanted.unit_id,
        kind=wanted.kind.value if wanted.kind else None,
        origin=wanted.origin.value if wanted.origin else None,
        include_retired=wanted.include_retired,
        after=after,
        most=most,
        **scope,
    )
    return [_read(row) for row in rows]


def _range(days: Interval) -> "asyncpg.Range[date]":
    return asyncpg.Range(days.start, days.end)


def _read_share(row: Record) -> ShareGrant:
    values = dict(row)
    valid = values.pop("valid")
    return ShareGrant(
        scope=ShareScope(values.pop("scope")), days=Interval(valid.lower, valid.upper), **values
    )


def _share_row(grant: ShareGrant) -> dict[str, Any]:
    columns = [name for name in names(tables.share_grant) if name != "valid"]
    return {name: getattr(grant, name) for name in columns} | {"valid": _range(grant.days)}


async def add_share(work: UnitOfWork, grant: ShareGrant) -> None:
    """Keep a new grant."""
    await work.execute(_ADD_SHARE, **_share_row(grant))


async def save_share(work: UnitOfWork, grant: ShareGrant) -> None:
    """Keep a grant as it stands now."""
    await work.execute(_CHANGE_SHARE, **_share_row(grant))


async def find_share(reader: Reader, share_grant_id: UUID) -> ShareGrant | None:
    """The grant, None where there is none."""
    row = await reader.fetch_one(_FIND_SHARE, share_grant_id=share_grant_id)
    return None if row is None else _read_share(row)


async def lock_share(work: UnitOfWork, share_grant_id: UUID) -> ShareGrant | None:
    """The grant, its row held until the end of the unit of work."""
    row = await work.fetch_one(_LOCK_SHARE, share_grant_id=share_grant_id)
    return None if row is None else _read_share(row)


async def overlapping_share(reader: Reader, grant: ShareGrant) -> UUID | None:
    """A grant of the resource to the same unit for some of the days."""
    found: UUID | None = await reader.fetch_value(
        _OVERLAPPING,
        resource_id=grant.resource_id,
        grantee_unit_id=grant.grantee_unit_id,
        valid=_range(grant.days),
    )
    return found


async def share_page(
    reader: Reader, scope: dict[str, Any], wanted: ShareFilter, *, after: UUID | None, most: int
) -> list[ShareGrant]:
    """Grants of which a unit on either side is in scope, by id."""
    rows = await reader.fetch(
        _SHARE_PAGE,
        resource_id=wanted.resource_id,
        unit_id=wanted.unit_id,
        grantee_unit_id=wanted.grantee_unit_id,
        day=wanted.as_of,
        after=after,
        most=most,
        **scope,
    )
    return [_read_share(row) for row in rows]


async def share_for(
    reader: Reader, resource_id: UUID, unit_id: UUID, *, first: date, last: date
) -> Share | None:
    """The grant that lets a unit use a resource on all of these days."""
    row = await reader.fetch_one(_SHARE_FOR, resource_id=resource_id, unit_id=unit_id, first=first, last=last)
    return None if row is None else Share(row["share_grant_id"], ShareScope(row["scope"]))
