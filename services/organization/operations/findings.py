"""Find which units do not stand as the rules want them to, and record when that begins and ends."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from chassis.calls import Call
from chassis.database import UnitOfWork
from chassis.ids import new_id
from chassis.paging import Page, decode_token, encode_token, page_of, page_size
from chassis.schedule import Slot
from organization.clients import Membership
from organization.domain.findings import Examined, Finding, Recorded, findings_of, turned
from organization.domain.units import refuse
from organization.domain.verdicts import kept
from organization.events import findings as facts
from organization.facts import complete
from organization.repository import findings, recorded_findings
from rulebook import Severity

READ = "organization.finding.read"
SCAN = "organization.finding.scan"
_SCANS = "findings"
# Units examined at once, and in one call: what a page may cost where few units have findings.
_AT_ONCE, _MOST_UNITS = 100, 500


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scan changed."""

    appeared: int = 0
    cleared: int = 0

    def __add__(self, other: "Scanned") -> "Scanned":
        return Scanned(self.appeared + other.appeared, self.cleared + other.cleared)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which findings are asked for; None asks for any."""

    unit_id: UUID | None = None
    below_id: UUID | None = None
    campus_id: UUID | None = None
    rule_id: str | None = None
    severity: Severity | None = None

    @property
    def given(self) -> dict[str, object]:
        """The filters that are given, by name."""
        asked = {
            "unit_id": self.unit_id,
            "below_id": self.below_id,
            "campus_id": self.campus_id,
            "rule_id": self.rule_id,
        }
        return {name: value for name, value in asked.items() if value is not None}

    def takes(self, finding: Finding) -> bool:
        """Whether the finding is asked for; a rule is asked for with its parts."""
        found = finding.verdict.rule_id
        if self.rule_id is not None and found != self.rule_id and not found.startswith(f"{self.rule_id}."):
            return False
        return self.severity in (None, finding.verdict.severity)


async def list_findings(
    call: Call, membership: Membership, wanted: Wanted, *, as_of: date | None, size: int, token: str
) -> Page[Finding]:
    """List what the rules find on the Party organisations and projects of a day that the caller may read."""
    _check(wanted)
    after = decode_token(token, UUID, str)
    most = page_size(size)
    day = as_of or call.clock.today()
    scope = await call.access.filters(READ)
    from_id: UUID | None = after[0] if after else None
    found: list[Finding] = []
    for _ in range(_MOST_UNITS // _AT_ONCE):
        units = await findings.page(
            call.database,
            scope,
            day=day,
            unit_id=wanted.unit_id,
            below_id=wanted.below_id,
            campus_id=wanted.campus_id,
            from_id=from_id,
            most=_AT_ONCE + 1,
        )
        examined = await complete(call.database, membership, units[:_AT_ONCE], until=day)
        found += [each for unit in examined for each in findings_of(unit, day) if wanted.takes(each)]
        if after:
            found = [each for each in found if (each.unit_id, each.verdict.rule_id) > after]
        if len(found) > most:
            last = found[most - 1]
            return Page(found[:most], encode_token(last.unit_id, last.verdict.rule_id))
        if len(units) <= _AT_ONCE:
            return Page(found, "")
        from_id = units[_AT_ONCE].unit_id
    # Everything before this unit has been looked at.
    return Page(found, encode_token(from_id, ""))


def _check(wanted: Wanted) -> None:
    if wanted.unit_id is not None and wanted.below_id is not None:
        refuse("below_unit_id", "不能与 unit_id 同时填写。", "It is not given together with unit_id.")


async def list_recorded(
    call: Call, wanted: Wanted, *, as_of: date | None, known_at: datetime, size: int, token: str
) -> Page[Recorded]:
    """List what scans had found by an instant and not found cleared, of units that the caller may read."""
    _check(wanted)
    if as_of is not None:
        refuse("as_of", "不能与 known_at 同时填写。", "It is not given together with known_at.")
    after = decode_token(token, UUID, str)
    most = page_size(size)
    found = await recorded_findings.page(
        call.database,
        await call.access.filters(READ),
        wanted=wanted.given,
        severity=wanted.severity.value if wanted.severity else None,
        day=call.clock.today(),
        known_at=known_at,
        after=(after[0], after[1]) if after else None,
        most=most + 1,
    )
    return page_of(found, most, lambda each: (each.unit_id, each.verdict.rule_id))


async def scan_unit(call: Call, membership: Membership, unit_id: UUID) -> Scanned:
    """Scan a unit and those below it now."""
    scope = await call.access.filters(SCAN)
    day = call.clock.today()
    units = await findings.page(
        call.database,
        scope,
        day=day,
        unit_id=None,
        below_id=unit_id,
        campus_id=None,
        from_id=None,
        most=_MOST_UNITS + 1,
    )
    if len(units) > _MOST_UNITS:
        refuse("unit_id", f"下属组织超过 {_MOST_UNITS} 个。", f"It is above more than {_MOST_UNITS} units.")
    examined = await complete(call.database, membership, units, until=day)
    async with call.transaction() as work:
        return work.answer(await _record(work, examined, day))


async def scan_all(call: Call, membership: Membership, slot: Slot) -> int:
    """
    Scan every unit: the night's work.

    Each batch is recorded and announced by itself, so that a scan that is begun again finds it done.
    """
    scope = await call.access.filters(READ)
    done = Scanned()
    from_id: UUID | None = None
    while True:
        units = await findings.page(
            call.database,
            scope,
            day=slot.day,
            unit_id=None,
            below_id=None,
            campus_id=None,
            from_id=from_id,
            most=_AT_ONCE + 1,
        )
        examined = await complete(call.database, membership, units[:_AT_ONCE], until=slot.day)
        async with call.transaction() as work:
            done += await _record(work, examined, slot.day)
        if len(units) <= _AT_ONCE:
            break
        from_id = units[_AT_ONCE].unit_id
    async with call.transaction() as work:
        if not await slot.finish(work):
            return 0
        await work.lock(_SCANS)
        # Units that are no more are found nothing on.
        done += await _keep(work, [], await recorded_findings.of_gone(work, slot.day))
        return work.answer(done.appeared + done.cleared)


async def _record(work: UnitOfWork, units: Sequence[Examined], day: date) -> Scanned:
    # Two scans at once would each find that something appeared.
    await work.lock(_SCANS)
    present = [each for unit in units for each in findings_of(unit, day)]
    before = await recorded_findings.of_units(work, [unit.unit_id for unit in units])
    appeared, cleared = turned(before, present)
    return await _keep(work, appeared, cleared)


async def _keep(work: UnitOfWork, appeared: Sequence[Finding], cleared: Sequence[Recorded]) -> Scanned:
    new = [
        Recorded(new_id(), each.unit_id, each.unit_name, each.since, kept([each.verdict])[0], work.now)
        for each in appeared
    ]
    gone = [replace(each, cleared_at=work.now) for each in cleared]
    await recorded_findings.add(work, new)
    await recorded_findings.clear(work, gone)
    for each in new:
        work.emit(facts.appeared(each))
    for each in gone:
        work.emit(facts.cleared(each))
    return Scanned(len(new), len(gone))
