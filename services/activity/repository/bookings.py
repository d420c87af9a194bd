"""Bookings of resources, and how resources were used."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg
import sqlalchemy as sa

from activity import tables
from activity.domain.bookings import Basis, Booking, BookingState, Span, Usage
from chassis.access import within_text
from chassis.database import Reader, Record, UnitOfWork
from chassis.statements import query
from chassis.table_statements import adding, changing, names, reading

_ADD, _CHANGE = adding(tables.resource_booking), changing(tables.resource_booking)
_FIND = reading(tables.resource_booking, "booking_id")
_LOCK = reading(tables.resource_booking, "booking_id", locked=True)
_TAKEN = query(
    sa.text(
        """SELECT booking_id FROM resource_booking
            WHERE resource_id = :resource_id AND state = 'approved' AND during && :during
              AND booking_id <> :booking_id LIMIT 1"""
    )
)
_PAGE = query(
    sa.text(
        f"""SELECT b.* FROM resource_booking b
             WHERE (CAST(:resource_id AS uuid) IS NULL OR b.resource_id = :resource_id)
               AND (CAST(:unit_id AS uuid) IS NULL OR b.unit_id = :unit_id)
               AND (CAST(:user_unit_id AS uuid) IS NULL OR b.user_unit_id = :user_unit_id)
               AND (CAST(:state AS text) IS NULL OR b.state = :state)
               AND (CAST(:since AS timestamptz) IS NULL OR upper(b.during) > CAST(:since AS timestamptz))
               AND (CAST(:until AS timestamptz) IS NULL OR lower(b.during) < CAST(:until AS timestamptz))
               AND (CAST(:after_start AS timestamptz) IS NULL
                    OR (lower(b.during), b.booking_id) > (CAST(:after_start AS timestamptz), CAST(:after_id AS uuid)))
               AND ({within_text("b.unit_id")} OR {within_text("b.user_unit_id")})
             ORDER BY lower(b.during), b.booking_id LIMIT :most"""
    ),
    planned_anew=True,
)
# Minutes within the period; a booking that touches it counts.
_MINUTES = """(extract(epoch FROM least(upper(b.during), CAST(:until AS timestamptz))
    - greatest(lower(b.during), CAST(:since AS timestamptz))) / 60)"""
_USAGE = query(
    sa.text(
        f"""SELECT r.resource_id, count(b.booking_id)::int AS bookings,
                  coalesce(sum({_MINUTES}) FILTER (WHERE b.booking_id IS NOT NULL), 0)::int AS minutes, coalesce(sum(b.attendees), 0)::int AS attendees,
                  (count(b.booking_id) FILTER (WHERE b.basis <> 'own'))::int AS shared_bookings,
                  coalesce(sum({_MINUTES}) FILTER (WHERE b.basis <> 'own'), 0)::int AS shared_minutes,
                  count(DISTINCT b.user_unit_id)::int AS units
             FROM (SELECT DISTINCT o.resource_id FROM access_closure c
                     JOIN resource o ON o.unit_id = c.descendant_id
                    WHERE c.ancestor_id = :unit_id AND c.valid @> CAST(:day AS date) AND NOT c.reading_only
                      AND (CAST(:after AS uuid) IS NULL OR o.resource_id > CAST(:after AS uuid))
                    ORDER BY o.resource_id LIMIT :most) r
             LEFT JOIN resource_booking b ON b.resource_id = r.resource_id AND b.state = 'approved'
                   AND b.during && tstzrange(CAST(:since AS timestamptz), CAST(:until AS timestamptz))
            GROUP BY r.resource_id ORDER BY r.resource_id"""
    )
)


@dataclass(frozen=True, slots=True)
class BookingFilter:
    """What a list of bookings is narrowed to; None is no condition."""

    resource_id: UUID | None = None
    unit_id: UUID | None = None
    user_unit_id: UUID | None = None
    state: BookingState | None = None
    since: datetime | None = None
    until: datetime | None = None


def _read(row: Record) -> Booking:
    values = dict(row)
    during = values.pop("during")
    return Booking(
        basis=Basis(values.pop("basis")),
        state=BookingState(values.pop("state")),
        span=Span(during.lower, during.upper),
        **values,
    )


def _range(span: Span) -> "asyncpg.Range[datetime]":
    return asyncpg.Range(span.start, span.end)


def _row(booking: Booking) -> dict[str, Any]:
    columns = [name for name in names(tables.resource_booking) if name != "during"]
    return {name: getattr(booking, name) for name in columns} | {"during": _range(booking.span)}


async def add(work: UnitOfWork, booking: Booking) -> None:
    """Keep a new booking."""
    await work.execute(_ADD, **_row(booking))


async def save(work: UnitOfWork, booking: Booking) -> None:
    """Keep a booking as it stands now."""
    await work.execute(_CHANGE, **_row(booking))


async def find(reader: Reader, booking_id: UUID) -> Booking | None:
    """The booking, None where there is none."""
    row = await reader.fetch_one(_FIND, booking_id=booking_id)
    return None if row is None else _read(row)


async def lock(work: UnitOfWork, booking_id: UUID) -> Booking | None:
    """The booking, its row held until the end of the unit of work."""
    row = await work.fetch_one(_LOCK, booking_id=booking_id)
    return None if row is None else _read(row)


async def taken_by(reader: Reader, booking: Booking) -> UUID | None:
    """Another booking that has some of the time."""
    found: UUID | None = await reader.fetch_value(
        _TAKEN,
        resource_id=booking.resource_id,
        during=_range(booking.span),
        booking_id=booking.booking_id,
    )
    return found


async def page(
    reader: Reader,
    scope: dict[str, Any],
    wanted: BookingFilter,
    *,
    after: tuple[datetime, UUID] | None,
    most: int,
) -> list[Booking]:
    """Bookings of which a unit on either side is in scope, by their beginning."""
    rows = await reader.fetch(
        _PAGE,
        resource_id=wanted.resource_id,
        unit_id=wanted.unit_id,
        user_unit_id=wanted.user_unit_id,
        state=wanted.state.value if wanted.state else None,
        since=wanted.since,
        until=wanted.until,
        after_start=after[0] if after else None,
        after_id=after[1] if after else None,
        most=most,
        **scope,
    )
    return [_read(row) for row in rows]


async def usage_page(
    reader: Reader, unit_id: UUID, span: Span, *, day: date, after: UUID | None, most: int
) -> list[Usage]:
    """How the resources of a unit and those below it were used in a period, by id."""
    rows = await reader.fetch(
        _USAGE, unit_id=unit_id, since=span.start, until=span.end, day=day, after=after, most=most
    )
    return [Usage(**dict(row)) for row in rows]
