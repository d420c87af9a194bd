"""SQL that reads what the rules find on: Party organisations and projects, and who holds their posts."""

from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.access import within
from chassis.bitemporal import Interval, interval_of
from chassis.database import Reader, Record
from chassis.statements import Query, query
from organization.domain.findings import Examined, Seated
from organization.domain.posts import PostKind
from organization.domain.terms import ELECTIONS
from organization.domain.units import Form, Kind

_COLUMNS = """
    u.unit_id, d.name, u.kind, u.form, u.established_on, u.dissolved_on, u.planned_end_on,
    (SELECT array_agg(ROW(k.kind, lower(s.valid), upper(s.valid)) ORDER BY lower(s.valid), s.sponsor_id)
       FROM unit_sponsor s JOIN unit k ON k.unit_id = s.sponsor_id
      WHERE s.unit_id = u.unit_id AND s.recorded_until IS NULL) AS sponsors,
    (SELECT array_agg(ROW(h.established_on, h.dissolved_on) ORDER BY h.unit_id)
       FROM unit h WHERE h.host_id = u.unit_id AND h.kind = 'branch') AS hosted,
    (SELECT array_agg(ROW(s.established_on, s.dissolved_on) ORDER BY s.unit_id)
       FROM unit s WHERE u.kind = 'university' AND s.function = 'party_school') AS schools
"""
# Whatever the rules ask something of as it stands.
_KINDS = ", ".join(
    f"'{kind.value}'" for kind in (*ELECTIONS, Kind.PARTY_GROUP, Kind.TASK_TEAM, Kind.UNIVERSITY)
)
_FROM = """
    unit_description d
    JOIN unit u ON u.unit_id = d.unit_id AND d.recorded_until IS NULL AND d.valid @> CAST(:day AS date)
"""
_FILTERS = {
    "unit_id": "u.unit_id = CAST(:unit_id AS uuid)",
    "below_id": """u.unit_id IN (
         SELECT c.descendant_id FROM access_closure c
          WHERE c.ancestor_id = CAST(:below_id AS uuid) AND NOT c.reading_only AND c.valid @> CAST(:day AS date))""",
    "campus_id": "d.campus_id = CAST(:campus_id AS uuid)",
    "from_id": "u.unit_id >= CAST(:from_id AS uuid)",
}
_SEATED = query(
    sa.text(
        """SELECT p.unit_id, p.kind, a.person_id, t.valid
             FROM post p JOIN appointment a USING (post_id)
             JOIN appointment_term t ON t.appointment_id = a.appointment_id AND t.recorded_until IS NULL
            WHERE p.unit_id = ANY (CAST(:unit_ids AS uuid[]))
            ORDER BY p.unit_id, lower(t.valid), a.appointment_id"""
    )
)


@cache
def _page_query(given: tuple[str, ...]) -> Query:
    # Each filter only where it is given: a statement that holds them all is planned badly.
    return query(
        sa.select(sa.text(_COLUMNS))
        .select_from(sa.text(_FROM))
        .where(
            sa.text(f"u.kind IN ({_KINDS})"),
            *(sa.text(_FILTERS[name]) for name in given),
            within(sa.literal_column("u.unit_id", sa.Uuid)),
        )
        .order_by(sa.text("u.unit_id"))
        .limit(sa.bindparam("most", type_=sa.Integer)),
        planned_anew=True,
    )


async def page(
    reader: Reader,
    scope: dict[str, Any],
    *,
    day: date,
    unit_id: UUID | None,
    below_id: UUID | None,
    campus_id: UUID | None,
    from_id: UUID | None,
    most: int,
) -> list[Examined]:
    """Party organisations and projects of a day that the caller may read, by id; without rolls and posts."""
    asked = {"unit_id": unit_id, "below_id": below_id, "campus_id": campus_id, "from_id": from_id}
    given = {name: value for name, value in asked.items() if value is not None}
    rows = await reader.fetch(_page_query(tuple(given)), day=day, most=most, **given, **scope)
    return [_read(row) for row in rows]


def _read(row: Record) -> Examined:
    return Examined(
        unit_id=row["unit_id"],
        name=row["name"],
        kind=Kind(row["kind"]),
        form=Form(row["form"]) if row["form"] else None,
        life=Interval(row["established_on"], row["dissolved_on"]),
        sponsors=tuple((Kind(kind), Interval(start, end)) for kind, start, end in row["sponsors"] or ()),
        hosted=tuple(Interval(start, end) for start, end in row["hosted"] or ()),
        planned_end_on=row["planned_end_on"],
        schools=tuple(Interval(start, end) for start, end in row["schools"] or ()),
    )


async def seated(reader: Reader, unit_ids: Iterable[UUID]) -> dict[UUID, tuple[Seated, ...]]:
    """Who held and holds posts of these units."""
    found: dict[UUID, list[Seated]] = {}
    for row in await reader.fetch(_SEATED, unit_ids=list(unit_ids)):
        seat = Seated(PostKind(row["kind"]), row["person_id"], interval_of(row["valid"]))
        found.setdefault(row["unit_id"], []).append(seat)
    return {unit_id: tuple(seats) for unit_id, seats in found.items()}
