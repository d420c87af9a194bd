"""SQL about what stands in the way of units: a sibling of the same name, what lies below them, what needs them."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from chassis.bitemporal import Interval
from chassis.database import Reader
from chassis.process import HOLDER
from chassis.statements import query
from organization.domain.units import Outline
from organization.repository.units import outline

_SIBLING = """
          FROM unit_description d
          JOIN unit_parent p ON p.unit_id = d.unit_id AND p.recorded_until IS NULL
         WHERE d.recorded_until IS NULL AND d.name = CAST(:name AS text)
           AND p.parent_id = CAST(:parent_id AS uuid)
           AND NOT isempty(p.valid * d.valid * daterange(CAST(:starts AS date), CAST(:ends AS date)))
"""
_NAMESAKE = query(sa.text(f"SELECT d.unit_id {_SIBLING} AND d.unit_id <> CAST(:unit_id AS uuid) LIMIT 1"))
_RELATED, _NAMESAKE_OF, _HOLDER = range(3)
_SURROUNDINGS = query(
    sa.text(
        f"""SELECT {_RELATED} AS part, unit_id, kind, form, function, established_on, dissolved_on,
                   CAST(NULL AS uuid) AS process_id
              FROM unit WHERE unit_id = ANY (CAST(:unit_ids AS uuid[]))
            UNION ALL
            (SELECT {_NAMESAKE_OF}, d.unit_id, NULL, NULL, NULL, NULL, NULL, NULL {_SIBLING} LIMIT 1)
            UNION ALL
            SELECT {_HOLDER}, h.resource_id, h.kind, NULL, NULL, NULL, NULL, h.process_id FROM ({HOLDER}) h"""
    )
)


async def namesake(
    reader: Reader, *, parent_id: UUID, name: str, days: Interval, unit_id: UUID
) -> UUID | None:
    """Another unit below the parent that has the name on some of the days."""
    found: UUID | None = await reader.fetch_value(
        _NAMESAKE, parent_id=parent_id, name=name, unit_id=unit_id, starts=days.start, ends=days.end
    )
    return found


class Surroundings(NamedTuple):
    """What a new unit comes among: what it is related to, a sibling that has its name, who holds the parent."""

    known: dict[UUID, Outline]
    namesake: UUID | None
    holder: dict[str, Any] | None


async def surroundings(
    reader: Reader, unit_ids: Iterable[UUID], *, parent_id: UUID, name: str, days: Interval
) -> Surroundings:
    """What a new unit comes among, by one statement."""
    rows = await reader.fetch(
        _SURROUNDINGS,
        unit_ids=list(unit_ids),
        parent_id=parent_id,
        ids=[parent_id],
        name=name,
        starts=days.start,
        ends=days.end,
    )
    holders = [
        {"process_id": row["process_id"], "kind": row["kind"], "resource_id": row["unit_id"]}
        for row in rows
        if row["part"] == _HOLDER
    ]
    return Surroundings(
        known={row["unit_id"]: outline(row) for row in rows if row["part"] == _RELATED},
        namesake=next((row["unit_id"] for row in rows if row["part"] == _NAMESAKE_OF), None),
        holder=next(iter(holders), None),
    )


# Of many new units below their parents, from one day on.
_NAMESAKES = query(
    sa.text(
        """
        SELECT d.unit_id, d.name
          FROM unnest(CAST(:parent_ids AS uuid[]), CAST(:names AS text[])) n (parent_id, name)
          JOIN unit_description d ON d.recorded_until IS NULL AND d.name = n.name
          JOIN unit_parent p ON p.unit_id = d.unit_id AND p.recorded_until IS NULL AND p.parent_id = n.parent_id
         WHERE NOT isempty(p.valid * d.valid * daterange(CAST(:starts AS date), NULL))
         ORDER BY d.name, d.unit_id
        """
    )
)


async def namesakes(
    reader: Reader, wanted: Sequence[tuple[UUID, str]], *, since: date
) -> list[tuple[UUID, str]]:
    """Units that bear one of these names below the parent beside it on some day from `since`."""
    rows = await reader.fetch(
        _NAMESAKES,
        parent_ids=[parent_id for parent_id, _ in wanted],
        names=[name for _, name in wanted],
        starts=since,
    )
    return [(row["unit_id"], row["name"]) for row in rows]


_CHILDREN = query(
    sa.text(
        """SELECT parent_id AS unit_id, count(DISTINCT unit_id) AS number FROM unit_parent
            WHERE parent_id = ANY (CAST(:unit_ids AS uuid[])) AND recorded_until IS NULL
              AND valid && daterange(CAST(:day AS date), NULL)
            GROUP BY parent_id ORDER BY parent_id"""
    )
)
_DEPENDANTS = query(
    sa.text(
        """SELECT d.needed AS unit_id, count(*) AS number FROM (
               SELECT s.sponsor_id AS needed, s.unit_id FROM unit_sponsor s
                WHERE s.sponsor_id = ANY (CAST(:unit_ids AS uuid[])) AND s.recorded_until IS NULL
                  AND s.valid && daterange(CAST(:day AS date), NULL)
               UNION
               SELECT u.host_id, u.unit_id FROM unit u
                WHERE u.host_id = ANY (CAST(:unit_ids AS uuid[]))
                  AND (u.dissolved_on IS NULL OR u.dissolved_on > CAST(:day AS date))) d
            GROUP BY d.needed ORDER BY d.needed"""
    )
)


async def children(reader: Reader, unit_ids: Iterable[UUID], *, since: date) -> dict[UUID, int]:
    """How many units stand directly below each of these on some day from `since`; none is not said."""
    rows = await reader.fetch(_CHILDREN, unit_ids=list(unit_ids), day=since)
    return {row["unit_id"]: row["number"] for row in rows}


async def dependants(reader: Reader, unit_ids: Iterable[UUID], *, since: date) -> dict[UUID, int]:
    """How many units each of these sponsors or hosts on some day from `since`; none is not said."""
    rows = await reader.fetch(_DEPENDANTS, unit_ids=list(unit_ids), day=since)
    return {row["unit_id"]: row["number"] for row in rows}
