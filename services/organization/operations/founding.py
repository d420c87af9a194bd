"""Steps that several operations on units share: found one, dissolve one, announce what changed."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from chassis import access
from chassis.database import Lock, Reader, UnitOfWork
from chassis.errors import InvalidArgumentError, Violation
from chassis.events import Event
from chassis.intervals import Interval
from chassis.process import ensure_free, freeze_lock, refuse_held
from organization.domain.access import parent_edges, sponsor_edges, successor_edges
from organization.domain.rules import founding_verdicts, refuse_if_blocked
from organization.domain.units import Form, NewUnit, Unit, founded
from organization.errors import (
    UnitHasChildrenError,
    UnitInUseError,
    UnitNameTakenError,
    UnitNotFoundError,
)
from organization.events import facts
from organization.repository import campuses, temporary_branches, unit_changes, unit_ties, units
from organization.repository.unit_ties import Surroundings

# Whoever moves or dissolves units waits for whoever changes the tree at the moment: a circle, or a parent that
# is being dissolved, shows only when both are seen. Those who only add leaves share it.
STRUCTURE = "organization.structure"


async def present(reader: Reader, unit_id: UUID, day: date) -> Unit:
    """The unit as it stands on a day, as believed now."""
    unit = await units.find(reader, unit_id, day=day)
    if unit is None:
        raise UnitNotFoundError(unit_id=unit_id)
    return unit


async def take(work: UnitOfWork, unit_id: UUID, *others: UUID) -> Unit:
    """The unit, for whoever changes its place in the tree: nobody else does, and no process holds it or the others.

    Refuses when the caller read another version.
    """
    await work.lock(STRUCTURE)
    await units.lock(work, unit_id)
    await ensure_free(work, unit_id, *others)
    unit = await present(work, unit_id, work.today)
    work.call.check_etag(unit.version)
    return unit


async def check_campus(reader: Reader, campus_id: UUID | None, *, path: str) -> None:
    """Refuse a campus that nobody has added."""
    if campus_id is not None and await campuses.find(reader, campus_id) is None:
        raise InvalidArgumentError([Violation(path, "没有此校区。", "There is no such campus.")])


async def check_campuses(reader: Reader, wanted: Iterable[tuple[str, UUID | None]]) -> None:
    """The same for many fields with a campus each."""
    named = [(path, campus_id) for path, campus_id in wanted if campus_id is not None]
    known = await campuses.known(reader, {campus_id for _, campus_id in named}) if named else set()
    missing = [path for path, campus_id in named if campus_id not in known]
    if missing:
        raise InvalidArgumentError(
            [Violation(path, "没有此校区。", "There is no such campus.") for path in missing]
        )


async def check_unused(reader: Reader, unit_ids: Sequence[UUID], on: date) -> None:
    """Refuse to dissolve a unit that has others below it, or that sponsors or hosts one."""
    for unit_id, count in (await unit_ties.children(reader, unit_ids, since=on)).items():
        raise UnitHasChildrenError(unit_id=unit_id, count=count, dissolved_on=on)
    for unit_id, count in (await unit_ties.dependants(reader, unit_ids, since=on)).items():
        raise UnitInUseError(unit_id=unit_id, count=count, dissolved_on=on)


async def check_name(work: UnitOfWork, *, parent_id: UUID, name: str, days: Interval, unit_id: UUID) -> None:
    """Refuse a name that another unit below the parent has on some of the days."""
    # Two siblings given one name at once would not see each other.
    await work.lock(name_lock(parent_id, name))
    namesake = await unit_ties.namesake(work, parent_id=parent_id, name=name, days=days, unit_id=unit_id)
    if namesake is not None:
        raise UnitNameTakenError(name=name, unit_id=namesake)


def name_lock(parent_id: UUID, name: str) -> str:
    """The name of the lock of whoever gives a unit a name below a parent."""
    return f"sibling|{parent_id}|{name}"


async def reserve(
    work: UnitOfWork, parent_id: UUID, name: str, related: Iterable[UUID], *, on: date
) -> Surroundings:
    """Make sure that nothing gets in the way of a new unit: all its locks at once, and no process on the parent."""
    await work.lock_in_turn(
        Lock(STRUCTURE, is_shared=True),
        Lock(freeze_lock(parent_id), is_shared=True),
        # Two siblings founded at once would not see each other.
        Lock(name_lock(parent_id, name)),
        Lock(access.CLOSURE, is_shared=True),
    )
    site = await unit_ties.surroundings(work, related, parent_id=parent_id, name=name, days=Interval(on))
    if site.holder is not None:
        refuse_held(**site.holder)
    return site


async def found(
    work: UnitOfWork, unit_id: UUID, parent_id: UUID, new: NewUnit, *, on: date, site: Surroundings, path: str
) -> Unit:
    """Establish a unit whose shape and relations have been judged; the rules are asked here."""
    await check_campus(work, new.campus_id, path=f"{path}.campus_id")
    if site.namesake is not None:
        raise UnitNameTakenError(name=new.name, unit_id=site.namesake)
    sponsors = [site.known[sponsor.sponsor_id] for sponsor in new.sponsors]
    refuse_if_blocked(founding_verdicts(new.form, sponsors, on))
    return await begin(work, unit_id, parent_id, new, on=on)


async def begin(work: UnitOfWork, unit_id: UUID, parent_id: UUID | None, new: NewUnit, *, on: date) -> Unit:
    """Keep and announce a unit that nothing speaks against; only the university has no parent."""
    await unit_changes.add(work, unit_id, parent_id, new, established_on=on)
    if new.form is Form.TEMPORARY:
        await temporary_branches.add(work, unit_id, template_id=None)
    unit = founded(unit_id, parent_id, new, on=on, at=work.now, day=work.today)
    await access.add_unit(work, unit_id, parent_edges(unit), sponsor_edges(unit))
    work.emit(facts.unit_established(unit))
    work.audit_change("unit", unit_id, None, kept(unit))
    return unit


async def announce(work: UnitOfWork, unit_id: UUID, event: Callable[[Unit], Event], *, before: Unit) -> Unit:
    """Bring the permissions up to date with a changed unit, and say what happened to it."""
    await unit_changes.touch(work, unit_id)
    unit = await present(work, unit_id, work.today)
    await access.replace_edges(work, unit_id, parent_edges(unit), sponsor_edges(unit), successor_edges(unit))
    work.emit(event(unit))
    work.audit_change("unit", unit_id, kept(before), kept(unit))
    return unit


def kept(unit: Unit) -> dict[str, Any]:
    """What the audit keeps of a unit."""
    return {
        "name": unit.name,
        "campus_id": unit.campus_id,
        "parents": [[each.parent_id, each.days.start, each.days.end] for each in unit.parents],
        "sponsors": [[each.sponsor_id, each.days.start, each.days.end] for each in unit.sponsors],
        "life": [unit.life.start, unit.life.end],
        "successors": unit.successor_ids,
        "frozen_by": unit.frozen_by,
    }


async def announce_end(
    work: UnitOfWork, unit_id: UUID, on: date, *, because: str, reorganization_id: UUID | None
) -> Unit:
    """Say that a unit was dissolved, after what follows it is kept."""
    return await announce(
        work,
        unit_id,
        lambda after: facts.unit_dissolved(after, on, reason=because, reorganization_id=reorganization_id),
        before=await present(work, unit_id, work.today),
    )
