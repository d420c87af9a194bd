"""Found or dissolve many units at once: in as many statements as one unit takes, whatever their number.

The caller holds `founding.STRUCTURE`, and a process of the caller's holds what is dissolved.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from chassis import access
from chassis.database import UnitOfWork
from organization.domain.access import parent_edges, sponsor_edges, successor_edges
from organization.domain.reorganizations import PlannedUnit
from organization.domain.rules import founding_verdicts, refuse_if_blocked
from organization.domain.structure import Outlines
from organization.domain.units import Form, Unit, founded
from organization.errors import UnitNameTakenError
from organization.events import facts
from organization.operations.founding import kept, name_lock
from organization.repository import temporary_branches, unit_changes, unit_ties, units


async def found(work: UnitOfWork, planned: Sequence[PlannedUnit], *, on: date, known: Outlines) -> None:
    """Establish units whose shape and relations have been judged, none of them below another."""
    for plan in planned:
        sponsors = [known[sponsor.sponsor_id] for sponsor in plan.new.sponsors]
        refuse_if_blocked(founding_verdicts(plan.new.form, sponsors, on))
    names = [(plan.parent_id, plan.new.name) for plan in planned]
    await work.lock(*(name_lock(parent_id, name) for parent_id, name in names))
    for namesake, name in await unit_ties.namesakes(work, names, since=on):
        raise UnitNameTakenError(name=name, unit_id=namesake)
    new = [(plan.unit_id, plan.parent_id, plan.new) for plan in planned]
    await unit_changes.add_many(work, new, established_on=on)
    for unit_id, _, each in new:
        if each.form is Form.TEMPORARY:
            await temporary_branches.add(work, unit_id, template_id=None)
    made = [
        founded(unit_id, parent_id, each, on=on, at=work.now, day=work.today)
        for unit_id, parent_id, each in new
    ]
    await access.add_units(
        work, [(unit.unit_id, parent_edges(unit), sponsor_edges(unit), ()) for unit in made]
    )
    for unit in made:
        work.emit(facts.unit_established(unit))
        work.audit_change("unit", unit.unit_id, None, kept(unit))


async def announce_end(
    work: UnitOfWork,
    before: Mapping[UUID, Unit],
    on: date,
    *,
    because: str,
    reorganization_id: UUID | None,
) -> None:
    """Say that units were dissolved, after what follows them is kept; `before` says how they stood."""
    await unit_changes.touch_many(work, list(before))
    ended = await units.find_many(work, before, day=work.today)
    await access.replace_edges_many(
        work,
        [
            (unit_id, parent_edges(unit), sponsor_edges(unit), successor_edges(unit))
            for unit_id, unit in ended.items()
        ],
    )
    for unit_id, unit in ended.items():
        work.emit(facts.unit_dissolved(unit, on, reason=because, reorganization_id=reorganization_id))
        work.audit_change("unit", unit_id, kept(before[unit_id]), kept(unit))
