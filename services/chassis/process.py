"""Changes of several steps: their state is recorded in the service that began them, and each step is done once.

A step asks siblings outside any transaction (`Process.key` makes that repeatable), then does its own part and
`advance`s in one unit of work. A runner that dies in between leaves the process where its last commit put
it. What a process touches is frozen meanwhile: other commands on it are refused.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NoReturn
from uuid import UUID, uuid5

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ARRAY

from chassis import tables
from chassis.database import PROCESSES, Reader, Record, UnitOfWork
from chassis.errors import NotFoundError, StateError
from chassis.ids import new_id
from chassis.statements import query

if TYPE_CHECKING:
    from chassis.calls import Call

# The step after the last.
DONE: Final = "done"


@dataclass(frozen=True, slots=True)
class Wait:
    """What a step answers when the next one begins elsewhere: by an event, or by trying again in a while."""

    again_in: timedelta | None = None


# Somebody's event will `advance` the process.
WAIT: Final = Wait()


class ResourceFrozenError(StateError):
    """A process that is not over holds the resource."""

    reason = "RESOURCE_FROZEN"


class ProcessNotFoundError(NotFoundError):
    """No such process."""

    reason = "PROCESS_NOT_FOUND"


class ProcessNotResumableError(StateError):
    """The process is not stuck."""

    reason = "PROCESS_NOT_RESUMABLE"


@dataclass(frozen=True, slots=True)
class Process:
    """A process as it is recorded; deadlines go by system time, begin and end by business time."""

    process_id: UUID
    kind: str
    status: str
    step: str
    state: dict[str, Any]
    version: int
    attempts: int
    last_error: str | None
    begun_at: datetime
    begun_by: UUID | None
    deadline_at: datetime | None
    ended_at: datetime | None

    def key(self, purpose: str = "") -> str:
        """The idempotency key of what the present step asks of a sibling: a repeated step asks the same."""
        return str(uuid5(self.process_id, f"{self.step}|{purpose}"))


Outcome = str | Wait
Step = Callable[["Call", Process], Awaitable[Outcome]]


@dataclass(frozen=True)
class ProcessKind:
    """A kind of process: its steps by name, the first one, and when it is given up.

    A step answers the next step's name, DONE or WAIT. After `most_attempts` failures the process is stuck; at
    its deadline it goes to `at_deadline`, the step that undoes, or is stuck where there is none.
    """

    name: str
    first: str
    steps: Mapping[str, Step]
    deadline: timedelta | None = None
    at_deadline: str | None = None
    most_attempts: int = 12

    def __post_init__(self) -> None:
        for step in (self.first, self.at_deadline):
            if step is not None and step not in self.steps:
                raise ValueError(f"process {self.name} has no step {step}")


_P = tables.process
_COLUMNS = [
    _P.c[name]
    for name in (
        "process_id", "kind", "status", "step", "state", "version", "attempts", "last_error", "begun_at",
        "begun_by", "deadline_at", "ended_at",
    )
]  # fmt: skip
_ID = sa.bindparam("process_id", type_=sa.Uuid)
_STEP_OF_KIND = sa.bindparam("expected", type_=sa.Text)
_NOW = sa.func.now()
_IDS = sa.bindparam("ids", type_=ARRAY(sa.Uuid))

_BEGIN = query(
    sa.insert(_P)
    .values(
        process_id=_ID,
        kind=sa.bindparam("kind"),
        status=sa.literal("running"),
        step=sa.bindparam("step"),
        state=sa.bindparam("state", type_=postgresql.JSONB),
        due_at=_NOW,
        deadline_at=_NOW + sa.bindparam("deadline", type_=sa.Interval),
        begun_at=sa.bindparam("begun_at", type_=sa.DateTime(timezone=True)),
        begun_by=sa.bindparam("begun_by", type_=sa.Uuid),
    )
    .returning(*_COLUMNS)
)
_FREEZE = query(
    sa.text(
        """INSERT INTO process_freeze (resource_id, process_id)
           SELECT r, CAST(:process_id AS uuid) FROM unnest(CAST(:ids AS uuid[])) r"""
    )
)
# The process that holds one of some resources, if any.
HOLDER = """
    SELECT p.process_id, p.kind, f.resource_id
      FROM process_freeze f JOIN process p ON p.process_id = f.process_id
     WHERE f.resource_id = ANY (CAST(:ids AS uuid[])) LIMIT 1
"""
_HOLDER = query(sa.text(HOLDER))
_FROZEN = query(
    sa.select(tables.process_freeze.c.process_id, tables.process_freeze.c.resource_id)
    .where(tables.process_freeze.c.process_id == sa.any_(_IDS))
    .order_by(tables.process_freeze.c.resource_id)
)
_UNFREEZE = query(sa.delete(tables.process_freeze).where(tables.process_freeze.c.process_id == _ID))
_UNFINISHED = sa.and_(
    _P.c.process_id == _ID,
    _P.c.status != "done",
    sa.or_(_STEP_OF_KIND.is_(None), _P.c.step == _STEP_OF_KIND),
)
_NEXT = {
    "version": _P.c.version + 1,
    "attempts": 0,
    "leased_until": None,
    "last_error": None,
    "state": sa.func.coalesce(
        sa.bindparam("new_state", type_=postgresql.JSONB(none_as_null=True)), _P.c.state
    ),
}
_ADVANCE = query(
    sa.update(_P)
    .where(_UNFINISHED)
    .values(step=sa.bindparam("to_step", type_=sa.Text), status="running", due_at=_NOW, **_NEXT)
    .returning(_P.c.version)
)
_END = query(
    sa.update(_P)
    .where(_UNFINISHED)
    .values(
        step=DONE,
        status="done",
        ended_at=sa.bindparam("at", type_=sa.DateTime(timezone=True)),
        **_NEXT,
    )
    .returning(_P.c.version)
)
_RESUME = query(
    sa.update(_P)
    .where(_P.c.process_id == _ID, _P.c.status == "stuck")
    .values(
        status="running",
        attempts=0,
        due_at=_NOW,
        deadline_at=None,
        leased_until=None,
        version=_P.c.version + 1,
    )
    .returning(*_COLUMNS)
)
_GET = query(sa.select(*_COLUMNS).where(_P.c.process_id == _ID))
_STATUS, _KIND = sa.bindparam("status", type_=sa.Text), sa.bindparam("of_kind", type_=sa.Text)
_BEFORE = sa.bindparam("before", type_=sa.Uuid)
# Ids follow the time of their making, so that the newest come first by id.
_LIST = query(
    sa.select(*_COLUMNS)
    .where(
        sa.or_(_STATUS.is_(None), _P.c.status == _STATUS),
        sa.or_(_KIND.is_(None), _P.c.kind == _KIND),
        sa.or_(_BEFORE.is_(None), _P.c.process_id < _BEFORE),
    )
    .order_by(_P.c.process_id.desc())
    .limit(sa.bindparam("most", type_=sa.Integer))
)


def from_row(row: Record) -> Process:
    """The process in a row."""
    return Process(**{column.name: row[column.name] for column in _COLUMNS})


async def begin(
    work: UnitOfWork, kind: ProcessKind, *, state: Mapping[str, Any], freezes: Sequence[UUID] = ()
) -> Process:
    """Begin a process in the unit of work of the command that asks for it; freezes what it touches."""
    ids = list(dict.fromkeys(freezes))
    if ids:
        await work.lock(*map(freeze_lock, ids))
        await _refuse_frozen(work, ids)
    row = await work.fetch_one(
        _BEGIN,
        process_id=new_id(),
        kind=kind.name,
        step=kind.first,
        state=dict(state),
        deadline=kind.deadline,
        begun_at=work.now,
        begun_by=work.call.caller.person_id,
    )
    assert row is not None
    process = from_row(row)
    if ids:
        await work.execute(_FREEZE, process_id=process.process_id, ids=ids)
    work.touch(PROCESSES)
    return process


def freeze_lock(resource_id: UUID) -> str:
    """The name of the lock that is shared by whoever changes a resource, and held alone by whoever freezes it."""
    return f"freeze|{resource_id}"


async def ensure_free(work: UnitOfWork, *resource_ids: UUID) -> None:
    """Go on only if no process holds any of these; until the commit, none can begin to."""
    ids = list(resource_ids)
    if ids:
        await work.share(*map(freeze_lock, ids))
        await _refuse_frozen(work, ids)


async def _refuse_frozen(work: UnitOfWork, ids: list[UUID]) -> None:
    holder = await work.fetch_one(_HOLDER, ids=ids)
    if holder is not None:
        refuse_held(**holder)


def refuse_held(process_id: UUID, kind: str, resource_id: UUID) -> NoReturn:
    """Refuse for a row of HOLDER, which a caller that shares the lock may have read together with others."""
    raise ResourceFrozenError(process_id=process_id, kind=kind, resource_id=resource_id)


async def advance(
    work: UnitOfWork,
    process_id: UUID,
    step: str,
    *,
    expected: str | None = None,
    state: Mapping[str, Any] | None = None,
) -> bool:
    """Take a process to its next step, in the unit of work that did the present one.

    With `expected` only from that step; answers whether it moved, so that a repeated event moves nothing.
    """
    new_state = None if state is None else dict(state)
    if step == DONE:
        version = await work.fetch_value(
            _END, process_id=process_id, expected=expected, new_state=new_state, at=work.now
        )
        if version is not None:
            await work.execute(_UNFREEZE, process_id=process_id)
    else:
        version = await work.fetch_value(
            _ADVANCE, process_id=process_id, expected=expected, new_state=new_state, to_step=step
        )
    if version is not None:
        work.touch(PROCESSES)
    return version is not None


async def get(reader: Reader, process_id: UUID) -> Process:
    """The process with this id."""
    row = await reader.fetch_one(_GET, process_id=process_id)
    if row is None:
        raise ProcessNotFoundError(process_id=process_id)
    return from_row(row)


async def list_processes(
    reader: Reader,
    *,
    most: int,
    before: UUID | None = None,
    status: str | None = None,
    kind: str | None = None,
) -> list[Process]:
    """Processes, the newest first, of one status and kind or of all."""
    rows = await reader.fetch(_LIST, most=most, before=before, status=status, of_kind=kind)
    return [from_row(row) for row in rows]


async def frozen_by(reader: Reader, *process_ids: UUID) -> dict[UUID, list[UUID]]:
    """What each of the processes has frozen."""
    frozen: dict[UUID, list[UUID]] = {process_id: [] for process_id in process_ids}
    for row in await reader.fetch(_FROZEN, ids=list(process_ids)):
        frozen[row["process_id"]].append(row["resource_id"])
    return frozen


async def resume(work: UnitOfWork, process_id: UUID) -> Process:
    """Set a stuck process going again from the step at which it stopped, without a deadline."""
    row = await work.fetch_one(_RESUME, process_id=process_id)
    if row is None:
        process = await get(work, process_id)
        raise ProcessNotResumableError(process_id=process_id, status=process.status)
    work.audit_change("process", process_id, {"status": "stuck"}, {"status": "running"})
    work.touch(PROCESSES)
    return from_row(row)
