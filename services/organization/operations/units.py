"""Establish and change units."""

from datetime import date
from uuid import UUID

from chassis.calls import Call
from chassis.database import UnitOfWork
from chassis.errors import InvalidArgumentError, Violation
from chassis.ids import new_id
from chassis.intervals import Interval
from chassis.process import ensure_free
from organization.clients import Membership
from organization.domain.rules import refuse_if_newly_blocked, sponsoring_verdicts
from organization.domain.structure import (
    check_move,
    check_relations,
    check_sponsor,
    days_from,
    overlapping,
    related_ids,
)
from organization.domain.units import (
    DescriptionChange,
    Findings,
    Form,
    NewUnit,
    Part,
    Unit,
    check_life,
    check_name,
    check_shape,
)
from organization.errors import (
    SponsorshipNotFoundError,
    SponsorshipOverlapsError,
)
from organization.events import facts
from organization.facts import appointees
from organization.operations import appointments, founding
from organization.repository import unit_changes, units


async def establish_unit(
    call: Call,
    membership: Membership,
    *,
    parent_id: UUID,
    new: NewUnit,
    established_on: date | None,
    secretary: appointments.NewSecretary | None = None,
) -> Unit:
    """Establish a unit below a parent, a temporary branch together with its appointed secretary."""
    findings = Findings()
    check_shape(new, path="unit", findings=findings)
    if secretary is not None and new.form is not Form.TEMPORARY:
        findings.add(
            "secretary", "只有临时党支部成立时直接指定书记。", "Only a temporary branch is founded with one."
        )
    findings.refuse_if_any()
    officers = [] if secretary is None else [secretary.person_id]
    people = await appointees(call.database, membership, officers, secretaries=officers) if officers else {}
    async with call.transaction() as work:
        on = established_on or work.today
        site = await founding.reserve(work, parent_id, new.name, related_ids(new, parent_id), on=on)
        check_life(new, established_on=on, path="unit", findings=findings)
        check_relations(
            new,
            parent_id,
            site.known,
            days=Interval(on),
            path="unit",
            parent_path="parent_unit_id",
            findings=findings,
        )
        findings.refuse_if_any()
        unit = await founding.found(work, new_id(), parent_id, new, on=on, site=site, path="unit")
        if secretary is not None:
            await appointments.seat_secretary(work, unit, secretary, on=on, people=people)
        return work.answer(unit)


async def update_unit(
    call: Call,
    unit_id: UUID,
    *,
    change: DescriptionChange,
    effective_on: date | None,
    effective_until: date | None,
) -> Unit:
    """Change name, short name or campus on some days; days in the past correct the history."""
    findings = Findings()
    if change.is_empty:
        findings.add("name", "没有要更改的内容。", "Nothing is to be changed.")
    if change.leaves_campus and change.campus_id is not None:
        findings.add("leaves_campus", "不能同时填写校区。", "It is not given together with a campus.")
    if change.name is not None:
        check_name(change.name, path="name", findings=findings)
    findings.refuse_if_any()
    async with call.transaction() as work:
        await units.lock(work, unit_id)
        await ensure_free(work, unit_id)
        unit = await founding.present(work, unit_id, work.today)
        call.check_etag(unit.version)
        days = _change_days(unit, effective_on or work.today, effective_until)
        await founding.check_campus(work, change.campus_id, path="campus_id")
        if change.name is not None:
            await _check_name_everywhere(work, unit, change.name, days)
        # Each stretch of the days keeps what the change does not mention.
        for stretch, description in await unit_changes.descriptions(work, unit_id, days):
            await unit_changes.describe(work, unit_id, stretch, description.changed(change))
        after = await founding.announce(
            work, unit_id, lambda changed: facts.unit_updated(changed, days), before=unit
        )
        return work.answer(after)


def _change_days(unit: Unit, on: date, until: date | None) -> Interval:
    findings = Findings()
    days = days_from(unit, on, path="effective_on", findings=findings)
    findings.refuse_if_any()
    if until is None:
        return days
    chosen = Interval.of(on, until)
    if chosen is None or not days.covers(chosen):
        text = Violation(
            "effective_until",
            "失效日期须晚于生效日期且在组织存续期内。",
            "It lies after the first day and in the unit's life.",
        )
        raise InvalidArgumentError([text])
    return chosen


async def _check_name_everywhere(work: UnitOfWork, unit: Unit, name: str, days: Interval) -> None:
    for parentage in unit.parents:
        shared = parentage.days.intersection(days)
        if shared is not None:
            await founding.check_name(
                work, parent_id=parentage.parent_id, name=name, days=shared, unit_id=unit.unit_id
            )


async def move_unit(call: Call, unit_id: UUID, *, parent_id: UUID, effective_on: date | None) -> Unit:
    """Put a unit below another parent from a day on."""
    await call.access.require("organization.unit.move", unit=parent_id)
    async with call.transaction() as work:
        unit = await founding.take(work, unit_id, parent_id)
        on = effective_on or work.today
        parent = (await units.outlines(work, [parent_id])).get(parent_id)
        below = await units.below(work, unit_id, since=on)
        days = check_move(unit, parent, on=on, below=below, path="parent_unit_id")
        for stretch, description in await unit_changes.descriptions(work, unit_id, days):
            await founding.check_name(
                work, parent_id=parent_id, name=description.name, days=stretch, unit_id=unit_id
            )
        await unit_changes.put_below(work, unit_id, days, parent_id)
        after = await founding.announce(
            work, unit_id, lambda moved: facts.unit_moved(moved, parent_id, on), before=unit
        )
        return work.answer(after)


async def add_sponsor(
    call: Call,
    unit_id: UUID,
    *,
    sponsor_id: UUID,
    part: Part,
    valid_from: date | None,
    valid_until: date | None,
) -> Unit:
    """Add a sponsor for some days."""
    async with call.transaction() as work:
        unit = await founding.take(work, unit_id)
        findings = Findings()
        on = valid_from or work.today
        rest = days_from(unit, on, path="valid_from", findings=findings)
        findings.refuse_if_any()
        days = Interval.of(on, valid_until or unit.life.end)
        if days is None or not rest.covers(days):
            findings.add(
                "valid_until",
                "须在组织存续期内且晚于起始日期。",
                "It lies in the unit's life, after the first day.",
            )
            findings.refuse_if_any()
            raise AssertionError("refused above")
        sponsor = (await units.outlines(work, [sponsor_id])).get(sponsor_id)
        check_sponsor(
            (unit.kind, unit.form), sponsor, days, part=part, path="sponsor_unit_id", findings=findings
        )
        findings.refuse_if_any()
        if overlapping(unit.sponsors, sponsor_id, days) is not None:
            raise SponsorshipOverlapsError(unit_id=unit_id, sponsor_unit_id=sponsor_id)
        await unit_changes.put_sponsor(work, unit_id, sponsor_id, days, part)
        after = await founding.announce(
            work, unit_id, lambda changed: facts.sponsor_added(changed, sponsor_id, days), before=unit
        )
        return work.answer(after)


async def end_sponsor(call: Call, unit_id: UUID, *, sponsor_id: UUID, ends_on: date | None) -> Unit:
    """End a sponsorship from a day on."""
    async with call.transaction() as work:
        unit = await founding.take(work, unit_id)
        on = ends_on or work.today
        if overlapping(unit.sponsors, sponsor_id, Interval(on)) is None:
            raise SponsorshipNotFoundError(unit_id=unit_id, sponsor_unit_id=sponsor_id, ends_on=on)
        present = unit.sponsors_on(on)
        known = await units.outlines(work, present)
        refuse_if_newly_blocked(
            sponsoring_verdicts(unit.form, [known[each] for each in present], on),
            sponsoring_verdicts(unit.form, [known[each] for each in present if each != sponsor_id], on),
        )
        await unit_changes.put_sponsor(work, unit_id, sponsor_id, Interval(on), None)
        after = await founding.announce(
            work, unit_id, lambda changed: facts.sponsor_ended(changed, sponsor_id, on), before=unit
        )
        return work.answer(after)
