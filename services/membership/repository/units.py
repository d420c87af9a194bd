"""The copy of units that this service keeps from the organization service's events."""

from collections.abc import Iterable
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Reader, Record, UnitOfWork
from chassis.statements import query
from membership.domain.units import Unit

_KEPT = "unit_id, kind, form, established_on, dissolved_on, frozen_by, name"
# A reorganisation holds many units by one event of its own; what units announce says nothing of it.
_COLUMNS = _KEPT.replace("frozen_by", "coalesce(frozen_by, reorganized_by) AS frozen_by")
_FIND = query(sa.text(f"SELECT {_COLUMNS} FROM unit WHERE unit_id = ANY (CAST(:unit_ids AS uuid[]))"))
# Whoever joins or leaves a unit holds it until the commit: what freezes or dissolves it is kept only afterwards, and
# whoever asks after that is told of the newcomer.
_HOLD = query(
    sa.text(
        f"""SELECT {_COLUMNS} FROM unit WHERE unit_id = ANY (CAST(:unit_ids AS uuid[]))
             ORDER BY unit_id FOR SHARE"""
    )
)
_NAMED = query(sa.text(f"SELECT {_COLUMNS} FROM unit WHERE name = ANY (CAST(:names AS text[]))"))
_PUT = query(
    sa.text(
        f"""INSERT INTO unit ({_KEPT}, version)
            VALUES (:unit_id, :kind, :form, :established_on, :dissolved_on, :frozen_by, :name, :version)
            ON CONFLICT (unit_id) DO UPDATE
               SET kind = excluded.kind, form = excluded.form, established_on = excluded.established_on,
                   dissolved_on = excluded.dissolved_on, frozen_by = excluded.frozen_by, name = excluded.name,
                   version = excluded.version
             WHERE unit.version < excluded.version"""
    )
)
_REORGANIZE = query(
    sa.text(
        """UPDATE unit SET reorganized_by = :process_id
            WHERE unit_id IN (SELECT unit_id FROM unit WHERE unit_id = ANY (CAST(:unit_ids AS uuid[]))
                               ORDER BY unit_id FOR UPDATE)"""
    )
)
_FREE = query(sa.text("UPDATE unit SET reorganized_by = NULL WHERE reorganized_by = :process_id"))
_FORGET = query(sa.text("DELETE FROM unit"))


def _unit(row: Record) -> Unit:
    return Unit(**dict(row))


async def find_all(reader: Reader, unit_ids: Iterable[UUID]) -> dict[UUID, Unit]:
    """The units of these ids that are known here; inside a unit of work they stay as they are until its end."""
    statement = _HOLD if isinstance(reader, UnitOfWork) else _FIND
    rows = await reader.fetch(statement, unit_ids=list(unit_ids))
    return {row["unit_id"]: _unit(row) for row in rows}


async def find(reader: Reader, unit_id: UUID) -> Unit | None:
    """The unit, None where it is not known here."""
    return (await find_all(reader, [unit_id])).get(unit_id)


async def named(reader: Reader, names: Iterable[str]) -> list[Unit]:
    """The units that bear one of these names; several may bear the same."""
    return [_unit(row) for row in await reader.fetch(_NAMED, names=list(names))]


async def put(work: UnitOfWork, unit: Unit, *, version: int) -> None:
    """Keep a unit as it stands now; an older version than ours changes nothing."""
    await work.execute(
        _PUT,
        unit_id=unit.unit_id,
        kind=unit.kind,
        form=unit.form,
        established_on=unit.established_on,
        dissolved_on=unit.dissolved_on,
        frozen_by=unit.frozen_by,
        name=unit.name,
        version=version,
    )


async def hold(work: UnitOfWork, unit_ids: Iterable[UUID], process_id: UUID) -> None:
    """Let a reorganisation hold these units, after whoever is joining or leaving one of them."""
    await work.execute(_REORGANIZE, unit_ids=list(unit_ids), process_id=process_id)


async def free(work: UnitOfWork, process_id: UUID) -> None:
    """Let go of the units that a reorganisation holds."""
    await work.execute(_FREE, process_id=process_id)


async def forget(work: UnitOfWork) -> None:
    """Empty the copy."""
    await work.execute(_FORGET)
