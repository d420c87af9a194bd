"""SQL about vanguard teams and who belongs to them."""

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.access import within
from chassis.bitemporal import range_of
from chassis.database import Reader, Record, UnitOfWork
from chassis.intervals import Interval
from chassis.statements import insert, query
from organization import tables
from organization.domain.vanguard_teams import Team, TeamMember
from organization.repository.slices import on_campus

# The bounds of the days, because the driver cannot read a range inside a row.
_COLUMNS = """
    v.*, (SELECT array_agg(ROW(m.person_id, m.leads, lower(m.valid), upper(m.valid)) ORDER BY lower(m.valid), NOT m.leads, m.person_id)
            FROM vanguard_team_member m WHERE m.team_id = v.team_id) AS members
"""
_GET = query(sa.text(f"SELECT {_COLUMNS} FROM vanguard_team v WHERE v.team_id = :team_id"))
_LOCK = query(sa.text("SELECT 1 FROM vanguard_team WHERE team_id = :team_id FOR UPDATE"))
_PAGE = query(
    sa.select(sa.text(_COLUMNS))
    .select_from(sa.text("vanguard_team v"))
    .where(
        sa.text(
            f"""(CAST(:unit_id AS uuid) IS NULL OR v.unit_id = :unit_id)
               AND (CAST(:person_id AS uuid) IS NULL OR EXISTS (
                    SELECT FROM vanguard_team_member m
                     WHERE m.team_id = v.team_id AND m.person_id = :person_id
                       AND (CAST(:day AS date) IS NULL OR m.valid @> CAST(:day AS date))))
               AND {on_campus("v.unit_id")}
               AND (CAST(:day AS date) IS NULL OR (v.formed_on <= CAST(:day AS date)
                    AND (v.disbanded_on IS NULL OR v.disbanded_on > CAST(:day AS date))))
               AND (CAST(:after_id AS uuid) IS NULL OR v.team_id > :after_id)"""
        ),
        within(sa.literal_column("v.unit_id", sa.Uuid)),
    )
    .order_by(sa.text("v.team_id"))
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_ADD = query(
    insert(
        tables.vanguard_team,
        "team_id",
        "unit_id",
        "name",
        "mission",
        "formed_on",
        "reason",
        "created_at",
        "updated_at",
        "version",
    )
)
_CHANGE = query(
    sa.text(
        """UPDATE vanguard_team SET disbanded_on = CAST(:disbanded_on AS date), reason = :reason,
                  updated_at = :now, version = :version
            WHERE team_id = :team_id"""
    )
)
_ADD_MEMBER = query(insert(tables.vanguard_team_member, "team_id", "person_id", "leads", "valid"))
_DROP_MEMBERS = query(sa.text("DELETE FROM vanguard_team_member WHERE team_id = :team_id"))


def _read(row: Record) -> Team:
    return Team(
        team_id=row["team_id"],
        unit_id=row["unit_id"],
        name=row["name"],
        mission=row["mission"],
        life=Interval(row["formed_on"], row["disbanded_on"]),
        reason=row["reason"],
        members=tuple(
            TeamMember(person_id, leads, Interval(start, end))
            for person_id, leads, start, end in row["members"]
        ),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        version=row["version"],
    )


async def find(reader: Reader, team_id: UUID) -> Team | None:
    """The team, if there is one."""
    row = await reader.fetch_one(_GET, team_id=team_id)
    return None if row is None else _read(row)


async def lock(work: UnitOfWork, team_id: UUID) -> None:
    """Let nobody else change the team until the end of the unit of work."""
    await work.fetch_value(_LOCK, team_id=team_id)


async def page(
    reader: Reader,
    scope: dict[str, Any],
    *,
    unit_id: UUID | None,
    person_id: UUID | None,
    campus_id: UUID | None,
    on: date | None,
    today: date,
    after_id: UUID | None,
    most: int,
) -> list[Team]:
    """Teams of units that the caller may see, by id."""
    rows = await reader.fetch(
        _PAGE,
        unit_id=unit_id,
        person_id=person_id,
        campus_id=campus_id,
        day=on,
        today=today,
        after_id=after_id,
        most=most,
        **scope,
    )
    return [_read(row) for row in rows]


async def add(work: UnitOfWork, team: Team) -> None:
    """Keep a new team with everybody in it."""
    await work.execute(
        _ADD,
        team_id=team.team_id,
        unit_id=team.unit_id,
        name=team.name,
        mission=team.mission,
        formed_on=team.life.start,
        reason=team.reason,
        created_at=team.created_at,
        updated_at=team.updated_at,
        version=team.version,
    )
    await _add_members(work, team)


async def change(work: UnitOfWork, team: Team) -> None:
    """Keep the next version of a team, and who belongs to it when."""
    await work.execute(
        _CHANGE,
        team_id=team.team_id,
        disbanded_on=team.life.end,
        reason=team.reason,
        now=team.updated_at,
        version=team.version,
    )
    await work.execute(_DROP_MEMBERS, team_id=team.team_id)
    await _add_members(work, team)


async def _add_members(work: UnitOfWork, team: Team) -> None:
    rows = [
        {
            "team_id": team.team_id,
            "person_id": each.person_id,
            "leads": each.leads,
            "valid": range_of(each.days),
        }
        for each in team.members
    ]
    await work.execute_many(_ADD_MEMBER, rows)
