"""SQL about emergencies, what was set up in them, and who is in it."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.access import within
from chassis.database import Reader, Record, UnitOfWork
from chassis.intervals import Interval
from chassis.statements import insert, query
from organization import tables
from organization.domain.emergencies import Emergency, EmergencyPart, EmergencyPerson, Formation
from organization.domain.formation_templates import TemplateKind

_COLUMNS = """
    e.*, ARRAY(SELECT jsonb_build_array(f.formation_id, f.kind, f.template_id, f.set_up_on)
                 FROM emergency_formation f WHERE f.emergency_id = e.emergency_id
                ORDER BY f.place) AS formations
"""
_GET = query(sa.text(f"SELECT {_COLUMNS} FROM emergency e WHERE e.emergency_id = :emergency_id"))
_LOCK = query(
    sa.text(f"SELECT {_COLUMNS} FROM emergency e WHERE e.emergency_id = :emergency_id FOR UPDATE OF e")
)
_PAGE = query(
    sa.select(sa.text(_COLUMNS))
    .select_from(sa.text("emergency e"))
    .where(
        sa.text(
            """(CAST(:unit_id AS uuid) IS NULL OR e.unit_id = CAST(:unit_id AS uuid))
               AND (CAST(:day AS date) IS NULL OR (e.started_on <= CAST(:day AS date)
                    AND (e.ended_on IS NULL OR e.ended_on > CAST(:day AS date))))
               AND (CAST(:after_id AS uuid) IS NULL OR e.emergency_id > CAST(:after_id AS uuid))"""
        ),
        within(sa.literal_column("e.unit_id", sa.Uuid)),
    )
    .order_by(sa.text("e.emergency_id"))
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_ADD = query(
    insert(
        tables.emergency,
        "emergency_id",
        "unit_id",
        "name",
        "person_id",
        "document_number",
        "started_on",
        "reason",
        "created_at",
        "updated_at",
        "version",
    )
)
_CHANGE = query(
    sa.text(
        """UPDATE emergency SET ended_on = CAST(:ended_on AS date), reason = :reason, updated_at = :updated_at,
                  version = :version
            WHERE emergency_id = :emergency_id"""
    )
)
_ADD_FORMATION = query(
    insert(
        tables.emergency_formation,
        "formation_id",
        "emergency_id",
        "kind",
        "template_id",
        "set_up_on",
        "place",
    )
)
# Participations are a copy of membership's; the others are ours.
_PEOPLE = query(
    sa.text(
        """
        WITH formed AS (SELECT formation_id FROM emergency_formation WHERE emergency_id = CAST(:emergency_id AS uuid))
        SELECT * FROM (
            SELECT a.person_id, 'officer' AS part, p.unit_id AS formation_id, t.valid
              FROM formed f JOIN post p ON p.unit_id = f.formation_id JOIN appointment a USING (post_id)
              JOIN appointment_term t ON t.appointment_id = a.appointment_id AND t.recorded_until IS NULL
            UNION ALL
            SELECT m.person_id, 'participant', m.unit_id, m.valid
              FROM formed f JOIN member_participation m ON m.unit_id = f.formation_id
            UNION ALL
            SELECT v.person_id, CASE WHEN v.leads THEN 'team_leader' ELSE 'team_member' END, v.team_id, v.valid
              FROM formed f JOIN vanguard_team_member v ON v.team_id = f.formation_id) x
         WHERE x.valid @> CAST(:day AS date)
           AND (CAST(:after_person AS uuid) IS NULL OR (x.person_id, x.formation_id, x.part)
                > (CAST(:after_person AS uuid), CAST(:after_formation AS uuid), CAST(:after_part AS text)))
         ORDER BY x.person_id, x.formation_id, x.part, x.valid
         LIMIT CAST(:most AS int)
        """
    )
)


def _read(row: Record) -> Emergency:
    return Emergency(
        emergency_id=row["emergency_id"],
        unit_id=row["unit_id"],
        name=row["name"],
        approver_id=row["person_id"],
        document_number=row["document_number"],
        life=Interval(row["started_on"], row["ended_on"]),
        reason=row["reason"],
        formations=tuple(
            Formation(UUID(formation), TemplateKind(kind), UUID(template), date.fromisoformat(on))
            for formation, kind, template, on in row["formations"]
        ),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        version=row["version"],
    )


async def find(reader: Reader, emergency_id: UUID) -> Emergency | None:
    """The emergency, if there is one."""
    row = await reader.fetch_one(_GET, emergency_id=emergency_id)
    return None if row is None else _read(row)


async def lock(work: UnitOfWork, emergency_id: UUID) -> Emergency | None:
    """The emergency; nobody else changes it until the end of the unit of work."""
    row = await work.fetch_one(_LOCK, emergency_id=emergency_id)
    return None if row is None else _read(row)


async def page(
    reader: Reader,
    scope: dict[str, Any],
    *,
    unit_id: UUID | None,
    on: date | None,
    after_id: UUID | None,
    most: int,
) -> list[Emergency]:
    """Emergencies of units that the caller may see, by id."""
    rows = await reader.fetch(_PAGE, unit_id=unit_id, day=on, after_id=after_id, most=most, **scope)
    return [_read(row) for row in rows]


async def add(work: UnitOfWork, emergency: Emergency) -> None:
    """Keep a new emergency."""
    await work.execute(
        _ADD,
        emergency_id=emergency.emergency_id,
        unit_id=emergency.unit_id,
        name=emergency.name,
        person_id=emergency.approver_id,
        document_number=emergency.document_number,
        started_on=emergency.life.start,
        reason=emergency.reason,
        created_at=emergency.created_at,
        updated_at=emergency.updated_at,
        version=emergency.version,
    )


async def change(work: UnitOfWork, emergency: Emergency) -> None:
    """Keep the next version of an emergency."""
    await work.execute(
        _CHANGE,
        emergency_id=emergency.emergency_id,
        ended_on=emergency.life.end,
        reason=emergency.reason,
        updated_at=emergency.updated_at,
        version=emergency.version,
    )


async def add_formations(
    work: UnitOfWork, emergency_id: UUID, formations: Sequence[Formation], *, place: int
) -> None:
    """Keep what was set up, after the first `place` ones."""
    rows = [
        {
            "formation_id": each.formation_id,
            "emergency_id": emergency_id,
            "kind": each.kind,
            "template_id": each.template_id,
            "set_up_on": each.set_up_on,
            "place": place + number,
        }
        for number, each in enumerate(formations)
    ]
    await work.execute_many(_ADD_FORMATION, rows)


async def people(
    reader: Reader, emergency_id: UUID, *, on: date, after: tuple[UUID, UUID, str] | None, most: int
) -> list[EmergencyPerson]:
    """Who is in an emergency on a day, by person."""
    person, formation, part = after or (None, None, None)
    rows = await reader.fetch(
        _PEOPLE,
        emergency_id=emergency_id,
        day=on,
        after_person=person,
        after_formation=formation,
        after_part=part,
        most=most,
    )
    return [
        EmergencyPerson(
            person_id=row["person_id"],
            part=EmergencyPart(row["part"]),
            formation_id=row["formation_id"],
            days=Interval(row["valid"].lower, row["valid"].upper),
        )
        for row in rows
    ]
