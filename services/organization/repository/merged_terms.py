"""What two entries of one person have in campaigns, projects, Party groups and teams on their days, and what a merge made of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol
from uuid import UUID

import sqlalchemy as sa

from chassis.bitemporal import History, interval_of, range_of
from chassis.database import UnitOfWork
from chassis.intervals import Interval
from chassis.statements import insert, query
from organization import tables
from organization.domain.merging import Piece, Pieces
from organization.repository import party_group_members

_KEEP = query(
    sa.text(
        """INSERT INTO merged_term (merge_id, noun, resource_id, survivor_before, survivor_after, other)
           VALUES (:merge_id, :noun, :resource_id, :survivor_before, :survivor_after, :other)
           ON CONFLICT DO NOTHING"""
    )
)
_TAKE = query(
    sa.text(
        """DELETE FROM merged_term WHERE merge_id = :merge_id AND noun = :noun
           RETURNING resource_id, survivor_before, survivor_after, other"""
    )
)


class Terms(Protocol):
    """Where a person has something on some days."""

    async def read(self, work: UnitOfWork, person_id: UUID) -> dict[UUID, list[Piece]]:
        """What somebody has, by resource."""
        ...

    async def write(
        self, work: UnitOfWork, resource_id: UUID, person_id: UUID, now: Pieces, then: Pieces
    ) -> None:
        """Have somebody have something else of a resource."""
        ...


class Histories:
    """A table with history, of a resource and a person."""

    def __init__(self, table: sa.Table, resource: str, values: Sequence[str]) -> None:
        self._resource, self._values = resource, tuple(values)
        self._history = History(table, [resource, "person_id"], values)
        self._read = query(
            sa.text(
                f"""SELECT {resource} AS resource_id, valid, {", ".join(values)} FROM {table.name}
                     WHERE person_id = :person_id AND recorded_until IS NULL ORDER BY {resource}, lower(valid)"""
            )
        )

    async def read(self, work: UnitOfWork, person_id: UUID) -> dict[UUID, list[Piece]]:
        found: dict[UUID, list[Piece]] = {}
        for row in await work.fetch(self._read, person_id=person_id):
            values = {name: row[name] for name in self._values}
            found.setdefault(row["resource_id"], []).append((interval_of(row["valid"]), values))
        return found

    async def write(
        self, work: UnitOfWork, resource_id: UUID, person_id: UUID, now: Pieces, then: Pieces
    ) -> None:
        subject = {self._resource: resource_id, "person_id": person_id}
        for days, values in _changes(now, then):
            await self._history.record(work, subject, days, values)


class Groups:
    """The Party groups of a branch."""

    async def read(self, work: UnitOfWork, person_id: UUID) -> dict[UUID, list[Piece]]:
        members = await party_group_members.of_person(work, person_id)
        return {
            member.branch_id: [(stay.days, {"unit_id": stay.unit_id}) for stay in member.stays]
            for member in members
            if member.stays
        }

    async def write(
        self, work: UnitOfWork, resource_id: UUID, person_id: UUID, now: Pieces, then: Pieces
    ) -> None:
        member = await party_group_members.of_branch(work, resource_id, person_id)
        assert member is not None, "who had a place in a branch is never deleted"
        for days, values in _changes(now, then):
            await party_group_members.put(work, member, days, None if values is None else values["unit_id"])


class Teams:
    """Vanguard teams, which say in place who belonged to them when."""

    _READ = query(
        sa.text(
            """SELECT team_id, leads, valid FROM vanguard_team_member
                WHERE person_id = :person_id ORDER BY team_id, lower(valid)"""
        )
    )
    _DROP = query(
        sa.text("DELETE FROM vanguard_team_member WHERE team_id = :team_id AND person_id = :person_id")
    )
    _ADD = query(insert(tables.vanguard_team_member, "team_id", "person_id", "leads", "valid"))

    async def read(self, work: UnitOfWork, person_id: UUID) -> dict[UUID, list[Piece]]:
        found: dict[UUID, list[Piece]] = {}
        for row in await work.fetch(self._READ, person_id=person_id):
            piece = (interval_of(row["valid"]), {"leads": row["leads"]})
            found.setdefault(row["team_id"], []).append(piece)
        return found

    async def write(
        self, work: UnitOfWork, resource_id: UUID, person_id: UUID, now: Pieces, then: Pieces
    ) -> None:
        await work.execute(self._DROP, team_id=resource_id, person_id=person_id)
        await work.execute_many(
            self._ADD,
            [
                {
                    "team_id": resource_id,
                    "person_id": person_id,
                    "leads": values["leads"],
                    "valid": range_of(days),
                }
                for days, values in then
            ],
        )


CAMPAIGNS: Terms = Histories(tables.campaign_term, "programme_id", ["unit_id", "topic"])
PROJECTS: Terms = Histories(tables.project_member_term, "unit_id", ["task"])
GROUPS: Terms = Groups()
TEAMS: Terms = Teams()


def _changes(now: Pieces, then: Pieces) -> list[tuple[Interval, Mapping[str, Any] | None]]:
    """What to believe from now on, the days on which there is nothing first."""
    gone = [days for days, _ in (piece for piece in now if piece not in then)]
    return [*((days, None) for days in gone), *(piece for piece in then if piece not in now)]


@dataclass(frozen=True, slots=True)
class Handed:
    """What a merge made of what two entries had of one resource."""

    resource_id: UUID
    before: tuple[Piece, ...]
    after: tuple[Piece, ...]
    other: tuple[Piece, ...]


async def keep(work: UnitOfWork, merge_id: UUID, noun: str, handed: Handed) -> None:
    """Keep what a merge made, so that exactly that goes back."""
    await work.execute(
        _KEEP,
        merge_id=merge_id,
        noun=noun,
        resource_id=handed.resource_id,
        survivor_before=_written(handed.before),
        survivor_after=_written(handed.after),
        other=_written(handed.other),
    )


async def take(work: UnitOfWork, merge_id: UUID, noun: str) -> list[Handed]:
    """What a merge made, which is given back now."""
    rows = await work.fetch(_TAKE, merge_id=merge_id, noun=noun)
    return [
        Handed(
            row["resource_id"],
            _read(row["survivor_before"]),
            _read(row["survivor_after"]),
            _read(row["other"]),
        )
        for row in rows
    ]


def _written(pieces: Pieces) -> list[dict[str, Any]]:
    return [
        {
            "from": days.start.isoformat(),
            "until": None if days.end is None else days.end.isoformat(),
            "values": {
                name: str(value) if isinstance(value, UUID) else value for name, value in values.items()
            },
        }
        for days, values in pieces
    ]


def _read(rows: Sequence[Mapping[str, Any]]) -> tuple[Piece, ...]:
    return tuple(
        (
            Interval(
                date.fromisoformat(row["from"]), date.fromisoformat(row["until"]) if row["until"] else None
            ),
            {name: UUID(value) if name.endswith("_id") else value for name, value in row["values"].items()},
        )
        for row in rows
    )
