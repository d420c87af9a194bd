"""Inspections of how members are admitted: the duty to hold them, what each found, and what is due next."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from chassis.calls import Call
from chassis.database import Reader, Record, UnitOfWork
from chassis.ids import new_id
from membership.domain.duties import SubjectKind
from membership.domain.inspections import Found, Inspection, InspectionDuty, Level, items_of_duty
from membership.domain.transfers import check_past
from membership.domain.units import COMMITTEES
from membership.errors import UnitKindNotAllowedError
from membership.errors.inspections import (
    InspectionDutyAlreadyOpenError,
    InspectionDutyNotFoundError,
    InspectionNotFoundError,
)
from membership.events import inspections as events
from membership.facts import known_unit
from membership.operations.means import Means, scope_of
from membership.repository import inbox, inspections
from membership.repository.inspections import DutyFilter

READ, MANAGE, RECORD = (f"membership.inspection.{verb}" for verb in ("read", "manage", "record"))


async def start(
    call: Call, means: Means, unit_id: UUID, *, level: Level, inspector: str, starts_on: date
) -> InspectionDuty:
    """Have a committee inspected from a level; the first period counts from the beginning."""
    async with call.transaction() as work:
        check_past(starts_on, today=work.today, since=date.min)
        unit = await known_unit(work, unit_id)
        unit.check_in_force(work.today)
        if unit.kind not in COMMITTEES:
            raise UnitKindNotAllowedError(unit_id=unit_id, kind=unit.kind, form=unit.form)
        await work.lock(f"membership.inspection_duty|{unit_id}|{level}")
        present = await inspections.open_duty(work, unit_id, level)
        if present is not None:
            raise InspectionDutyAlreadyOpenError(
                unit_id=unit_id, inspection_duty_id=present.inspection_duty_id
            )
        rules = await means.rules.begin(work, work.today)
        bare = InspectionDuty(new_id(), unit_id, level, inspector, starts_on, work.now, work.now)
        made = bare.after(None, rules)
        await _write(work, means, made)
        work.emit(events.duty_started(made, today=work.today))
        work.audit_change("inspection_duty", made.inspection_duty_id, None, _audited(made))
        return work.answer(made)


async def end(
    call: Call, means: Means, inspection_duty_id: UUID, *, ended_on: date, reason: str
) -> InspectionDuty:
    """End a duty: nothing is due any more, what was found stays."""
    await _require(call, inspection_duty_id, MANAGE)
    async with call.transaction() as work:
        before = await _held(work, inspection_duty_id)
        ended = before.ended(ended_on, reason, today=work.today)
        after = replace(ended, version=before.version + 1, updated_at=work.now)
        await _write(work, means, after)
        work.emit(events.duty_ended(after, today=work.today))
        work.audit_change("inspection_duty", inspection_duty_id, _audited(before), _audited(after))
        return work.answer(after)


async def record(call: Call, means: Means, inspection_duty_id: UUID, found: Found) -> Inspection:
    """Record an inspection; one that came late is recorded with its verdict, and the next period counts from it."""
    await _require(call, inspection_duty_id, RECORD)
    async with call.transaction() as work:
        duty = await _held(work, inspection_duty_id)
        duty.check_open()
        return await _keep(work, means, duty, found, None, None)


async def correct(call: Call, means: Means, inspection_id: UUID, found: Found, *, reason: str) -> Inspection:
    """Correct an inspection; what was written before stays readable as it was known then."""
    row = await inspections.find(call.database, inspection_id)
    await call.access.require(RECORD, unit=None if row is None else row["unit_id"])
    if row is None:
        raise InspectionNotFoundError(inspection_id=inspection_id)
    async with call.transaction() as work:
        duty = await _held(work, row["inspection_duty_id"], tagged=False)
        believed = await inspections.find(work, inspection_id)
        assert believed is not None, "a correction leaves an inspection that is believed"
        (before,) = await _whole(work, means, [believed])
        call.check_etag(before.revision)
        return await _keep(work, means, duty, found, before, reason)


async def _keep(
    work: UnitOfWork,
    means: Means,
    duty: InspectionDuty,
    found: Found,
    before: Inspection | None,
    reason: str | None,
) -> Inspection:
    check_past(found.inspected_on, today=duty.ended_on or work.today, since=duty.starts_on)
    inspection_id = new_id() if before is None else before.inspection_id
    last, earlier = await inspections.days(
        work, duty.inspection_duty_id, found.inspected_on, without=inspection_id
    )
    judging = await means.rules.begin(work, found.inspected_on)
    made = Inspection(
        inspection_id=inspection_id,
        inspection_duty_id=duty.inspection_duty_id,
        unit_id=duty.unit_id,
        found=found,
        pack_digest=judging.digest,
        judgements=duty.judged(found.inspected_on, earlier, judging),
        recorded_at=work.now,
        recorded_by=work.call.caller.person_id,
        revision=1 if before is None else before.revision + 1,
        correction_reason=reason,
    )
    await inspections.add(work, made)
    rules = await means.rules.begin(work, work.today)
    newest = max(day for day in (last, found.inspected_on) if day is not None)
    after = replace(duty.after(newest, rules), version=duty.version + 1, updated_at=work.now)
    await _write(work, means, after)
    work.emit(events.duty_counted(after, today=work.today))
    work.emit(events.recorded(made) if before is None else events.corrected(made))
    old = None if before is None else _audited_inspection(before)
    work.audit_change(
        "inspection", inspection_id, old, _audited_inspection(made), sensitive=["correction_reason"]
    )
    return work.answer(made)


async def get(
    call: Call, means: Means, inspection_id: UUID, *, known_at: datetime | None = None
) -> Inspection:
    """Read an inspection, also as it was known before it was corrected."""
    row = await inspections.find(call.database, inspection_id, known_at=known_at)
    await call.access.require(READ, unit=None if row is None else row["unit_id"])
    if row is None:
        raise InspectionNotFoundError(inspection_id=inspection_id)
    (found,) = await _whole(call.database, means, [row])
    return found


async def page(
    call: Call, means: Means, inspection_duty_id: UUID, *, after: UUID | None, size: int
) -> list[Inspection]:
    """A page of a duty's inspections; one more than the size says that another page follows."""
    await _require(call, inspection_duty_id, READ)
    rows = await inspections.page(call.database, inspection_duty_id, after=after, size=size + 1)
    return await _whole(call.database, means, rows)


async def duties(call: Call, wanted: DutyFilter, *, after: UUID | None, size: int) -> list[InspectionDuty]:
    """A page of duties; one more than the size says that another page follows."""
    scope = await scope_of(call, READ)
    return await inspections.duties(call.database, scope=scope, wanted=wanted, after=after, size=size + 1)


async def _whole(reader: Reader, means: Means, rows: Sequence[Record]) -> list[Inspection]:
    rules = {digest: await means.rules.of(reader, digest) for digest in {row["pack_digest"] for row in rows}}
    return inspections.inspections_of(rows, rules)


async def _require(call: Call, inspection_duty_id: UUID, permission: str) -> None:
    found = await inspections.find_duty(call.database, inspection_duty_id)
    await call.access.require(permission, unit=None if found is None else found.unit_id)
    if found is None:
        raise InspectionDutyNotFoundError(inspection_duty_id=inspection_duty_id)


async def _held(work: UnitOfWork, inspection_duty_id: UUID, *, tagged: bool = True) -> InspectionDuty:
    found = await inspections.lock_duty(work, inspection_duty_id)
    assert found is not None, "duties are never deleted"
    if tagged:
        work.call.check_etag(found.version)
    return found


async def _write(work: UnitOfWork, means: Means, duty: InspectionDuty) -> None:
    await inspections.save_duty(work, duty)
    rules = await means.rules.begin(work, work.today)
    items = items_of_duty(duty, rules)
    await inbox.replace_others(work, SubjectKind.INSPECTION_DUTY, [duty.inspection_duty_id], items)


def _audited(duty: InspectionDuty) -> dict[str, object]:
    return {
        "unit_id": duty.unit_id,
        "level": duty.level,
        "inspector": duty.inspector,
        "starts_on": duty.starts_on,
        "last_inspected_on": duty.last_inspected_on,
        "ended_on": duty.ended_on,
        "version": duty.version,
    }


def _audited_inspection(made: Inspection) -> dict[str, object]:
    return {
        "inspection_duty_id": made.inspection_duty_id,
        "inspected_on": made.found.inspected_on,
        "basis": made.found.basis,
        "problems": len(made.found.problems),
        "correction_reason": made.correction_reason,
        "revision": made.revision,
    }
