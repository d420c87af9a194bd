"""Secondments, and in one statement what the seconded teachers do."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Reader, Record, UnitOfWork
from chassis.statements import query
from membership.domain.secondments import Purpose, Secondment, State, Workload

_NAMES = (
    "secondment_id",
    "person_id",
    "from_unit_id",
    "to_unit_id",
    "purposes",
    "qualification",
    "valid_from",
    "valid_until",
    "state",
    "nominated_by",
    "decided_by",
    "decided_on",
    "reason",
    "version",
    "created_at",
    "updated_at",
)
_CHANGING = ("valid_until", "state", "decided_by", "decided_on", "reason", "version", "updated_at")
_COLUMNS = ", ".join(f"s.{name}" for name in _NAMES)
_FIND = query(sa.text(f"SELECT {_COLUMNS} FROM secondment s WHERE s.secondment_id = :secondment_id"))
_LOCK = query(
    sa.text(f"SELECT {_COLUMNS} FROM secondment s WHERE s.secondment_id = :secondment_id FOR UPDATE")
)
_LIVING_OF = query(
    sa.text(
        f"""SELECT {_COLUMNS} FROM secondment s
             WHERE s.person_id = :person_id AND s.to_unit_id = :to_unit_id
               AND s.state IN ('nominated', 'approved')"""
    )
)
_LIVING = query(
    sa.text(
        f"""SELECT {_COLUMNS} FROM secondment s
             WHERE s.person_id = :person_id AND s.state IN ('nominated', 'approved')
             ORDER BY s.secondment_id FOR UPDATE"""
    )
)
_SPONSORS = query(
    sa.text(
        """SELECT EXISTS (SELECT FROM access_edge e
                           WHERE e.parent_id = :school_id AND e.child_id = :branch_id AND e.kind = 'sponsor'
                             AND e.valid @> CAST(:day AS date))"""
    )
)
_PUT = query(
    sa.text(
        f"""INSERT INTO secondment ({", ".join(_NAMES)}) VALUES ({", ".join(f":{name}" for name in _NAMES)})
            ON CONFLICT (secondment_id) DO UPDATE
               SET {", ".join(f"{name} = excluded.{name}" for name in _CHANGING)}"""
    )
)
# Both sides of a secondment may read it, and the teacher.
_VISIBLE = """(s.person_id = CAST(:self AS uuid) OR EXISTS (
                SELECT FROM access_closure c WHERE c.ancestor_id = ANY (CAST(:access_units AS uuid[]))
                   AND c.descendant_id IN (s.from_unit_id, s.to_unit_id)
                   AND c.valid @> CAST(:access_day AS date)
                   AND (CAST(:access_reading AS boolean) OR NOT c.reading_only)))"""
_WANTED = """(CAST(:person_id AS uuid) IS NULL OR s.person_id = CAST(:person_id AS uuid))
               AND (CAST(:from_unit_id AS uuid) IS NULL OR s.from_unit_id = CAST(:from_unit_id AS uuid))
               AND (CAST(:to_unit_id AS uuid) IS NULL OR EXISTS (
                    SELECT FROM access_closure u WHERE u.ancestor_id = CAST(:to_unit_id AS uuid)
                       AND u.descendant_id = s.to_unit_id AND u.valid @> CAST(:access_day AS date)
                       AND NOT u.reading_only))"""
_LIST = query(
    sa.text(
        f"""SELECT {_COLUMNS} FROM secondment s
             WHERE (CAST(:after AS uuid) IS NULL OR s.secondment_id > CAST(:after AS uuid))
               AND (CAST(:state AS text) IS NULL OR s.state = CAST(:state AS text))
               AND (CAST(:as_of AS date) IS NULL OR (s.valid_from <= CAST(:as_of AS date)
                    AND (s.valid_until IS NULL OR s.valid_until > CAST(:as_of AS date))))
               AND {_WANTED} AND {_VISIBLE}
             ORDER BY s.secondment_id LIMIT :size"""
    )
)
# Whoever counts as a contact here counts so for the rule on the load of a contact (LOC-03), too.
_HOLDS = """s.state IN ('approved', 'ended') AND s.valid_from <= CAST(:access_day AS date)
               AND (s.valid_until IS NULL OR s.valid_until > CAST(:access_day AS date))
               AND EXISTS (SELECT FROM unit b WHERE b.unit_id = s.to_unit_id
                              AND (b.dissolved_on IS NULL OR b.dissolved_on > CAST(:access_day AS date)))"""
_WORKLOADS = query(
    sa.text(
        f"""WITH shown AS (
               SELECT {_COLUMNS} FROM secondment s
                WHERE (CAST(:after_person AS uuid) IS NULL
                       OR (s.person_id, s.to_unit_id) > (CAST(:after_person AS uuid), CAST(:after_unit AS uuid)))
                  AND {_HOLDS} AND {_WANTED} AND {_VISIBLE}
                ORDER BY s.person_id, s.to_unit_id LIMIT :size),
            parts AS (
               SELECT n.person_id, k.unit_id,
                      count(*) FILTER (WHERE n.part = 'contact' AND k.probation_from IS NULL) AS applicants,
                      count(*) FILTER (WHERE n.part = 'introducer') AS candidates
                 FROM case_companion n JOIN admission_case k USING (case_id)
                WHERE n.person_id IN (SELECT person_id FROM shown) AND n.valid_until IS NULL
                  AND k.state = 'open'
                GROUP BY n.person_id, k.unit_id),
            held AS (
               SELECT s.person_id, count(*) AS branches FROM secondment s
                WHERE s.person_id IN (SELECT person_id FROM shown) AND {_HOLDS} GROUP BY s.person_id)
            SELECT {_COLUMNS}, coalesce(p.applicants, 0) AS applicants, coalesce(p.candidates, 0) AS candidates,
                   (SELECT coalesce(sum(a.applicants), 0)::int FROM parts a
                     WHERE a.person_id = s.person_id) AS applicants_everywhere, h.branches
              FROM shown s JOIN held h ON h.person_id = s.person_id
              LEFT JOIN parts p ON p.person_id = s.person_id AND p.unit_id = s.to_unit_id
             ORDER BY s.person_id, s.to_unit_id"""
    )
)


@dataclass(frozen=True, slots=True)
class SecondmentFilter:
    """Which secondments a list shows."""

    person_id: UUID | None = None
    from_unit_id: UUID | None = None
    to_unit_id: UUID | None = None


def _secondment(row: Record | Mapping[str, Any]) -> Secondment:
    values = {name: row[name] for name in _NAMES}
    purposes = tuple(Purpose(purpose) for purpose in values.pop("purposes"))
    return Secondment(**values | {"state": State(values["state"]), "purposes": purposes})


async def find(reader: Reader, secondment_id: UUID) -> Secondment | None:
    """The secondment, None where there is none."""
    row = await reader.fetch_one(_FIND, secondment_id=secondment_id)
    return None if row is None else _secondment(row)


async def lock(work: UnitOfWork, secondment_id: UUID) -> Secondment | None:
    """The secondment, held until the end of the unit of work."""
    row = await work.fetch_one(_LOCK, secondment_id=secondment_id)
    return None if row is None else _secondment(row)


async def living_of(reader: Reader, person_id: UUID, to_unit_id: UUID) -> list[Secondment]:
    """Nominations and approved secondments of a person to a branch."""
    rows = await reader.fetch(_LIVING_OF, person_id=person_id, to_unit_id=to_unit_id)
    return [_secondment(row) for row in rows]


async def living(work: UnitOfWork, person_id: UUID) -> list[Secondment]:
    """Every nominated or approved secondment of a person, held until the end of the unit of work."""
    return [_secondment(row) for row in await work.fetch(_LIVING, person_id=person_id)]


async def sponsors(reader: Reader, school_id: UUID, branch_id: UUID, *, day: date) -> bool:
    """Whether the school sponsors the branch on the day."""
    found: bool = await reader.fetch_value(_SPONSORS, school_id=school_id, branch_id=branch_id, day=day)
    return found


async def save(work: UnitOfWork, made: Secondment) -> None:
    """Write a secondment, a new one or a changed one."""
    values = {name: getattr(made, name) for name in _NAMES}
    await work.execute(_PUT, **values | {"purposes": [purpose.value for purpose in made.purposes]})


async def page(
    reader: Reader,
    *,
    scope: Mapping[str, Any],
    wanted: SecondmentFilter,
    state: str | None,
    as_of: date | None,
    self_id: UUID | None,
    after: UUID | None,
    size: int,
) -> list[Secondment]:
    """Secondments of the caller's scope and the caller's own, in the order of their ids."""
    rows = await reader.fetch(
        _LIST, state=state, as_of=as_of, after=after, size=size, self=self_id, **asdict(wanted), **scope
    )
    return [_secondment(row) for row in rows]


async def workloads(
    reader: Reader,
    *,
    scope: Mapping[str, Any],
    wanted: SecondmentFilter,
    self_id: UUID | None,
    after: tuple[UUID, UUID] | None,
    size: int,
) -> list[Workload]:
    """What the teachers seconded today do, teacher by teacher and branch by branch."""
    after_person, after_unit = after or (None, None)
    rows = await reader.fetch(
        _WORKLOADS,
        after_person=after_person,
        after_unit=after_unit,
        size=size,
        self=self_id,
        **asdict(wanted),
        **scope,
    )
    return [
        Workload(
            _secondment(row),
            row["applicants"],
            row["candidates"],
            row["applicants_everywhere"],
            row["branches"],
        )
        for row in rows
    ]
