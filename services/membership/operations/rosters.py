"""Rosters in files: judging them, entering them, and giving them up. `roster_returns` takes them back."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from chassis import sheets
from chassis.calls import Call, Caller
from chassis.database import Reader, UnitOfWork
from chassis.days import campus_day
from chassis.errors import ServiceError, Violation
from chassis.ids import new_id, number_key
from chassis.schedule import Slot
from membership.domain.history_rows import numbers_of
from membership.domain.people import NewPerson
from membership.domain.roster_imports import ImportState, RosterImport
from membership.domain.roster_rows import Judged, Register, judge_members, judge_persons
from membership.domain.rosters import (
    BRANCH,
    MOST_AT_ONCE,
    MOST_PROBLEMS_KEPT,
    MOST_ROWS,
    MOST_STEPS,
    ORGAN,
    TIES,
    Layout,
    Names,
    Problem,
    RosterKind,
    RosterPolicy,
    Row,
    layout,
    rows_of,
    unit_words,
)
from membership.errors import (
    RosterAlreadyImportedError,
    RosterFileRefusedError,
    RosterHasProblemsError,
    RosterImportNotFoundError,
)
from membership.events import rosters as events
from membership.operations import case_histories
from membership.operations.means import Means
from membership.operations.people import Registration, register_ready, registration
from membership.operations.rolls import establish_all
from membership.repository import rosters, units

IMPORT = "membership.roster.import"
# What wakes the background that enters what is too large for a call.
WAITING = "membership.rosters"
# A file that nobody applies does not stay.
KEPT_UNAPPLIED = timedelta(days=30)
# What a case that was brought in says of its source where the sender named none.
_UNNAMED = "台账"
_UNIT_HEADERS = {
    RosterKind.PERSONS: list(TIES.values()),
    RosterKind.MEMBERS: [BRANCH.header],
    RosterKind.CASES: [BRANCH.header, ORGAN.header],
}
_AT_A_TIME = 1_000


@dataclass(frozen=True, slots=True)
class Upload:
    """What was sent."""

    kind: RosterKind
    media_type: str
    data: bytes
    source_reference: str


async def upload(call: Call, means: Means, sent: Upload) -> RosterImport:
    """Keep a roster and judge it; nothing is entered."""
    found, rows = await _read(sent.kind, sent.media_type, sent.data)
    judging = _Judging(means, sent.kind, sent.source_reference, call.clock.now(), call.caller.person_id)
    judged = await judging.judge(call.database, rows)
    digest = hashlib.sha256(sent.data).hexdigest()
    async with call.transaction() as work:
        same = await rosters.applied_with(work, sent.kind, digest)
        if same is not None:
            raise RosterAlreadyImportedError(import_id=same)
        made = RosterImport(
            import_id=new_id(),
            kind=sent.kind,
            state=ImportState.CHECKED,
            file_digest=digest,
            media_type=sent.media_type,
            file_bytes=len(sent.data),
            source_reference=sent.source_reference,
            rows=len(rows),
            good_rows=judged.good,
            problems=len(judged.problems),
            ignored_columns=found.ignored,
            uploaded_by=call.caller.person_id,
            created_at=work.now,
        )
        await rosters.add(work, means.cipher, made, sent.data)
        await rosters.keep_problems(work, made.import_id, judged.problems[:MOST_PROBLEMS_KEPT])
        work.emit(events.uploaded(made))
        work.audit_change("roster_import", made.import_id, None, audited(made))
        return work.answer(made)


async def _read(kind: RosterKind, media_type: str, data: bytes) -> tuple[Layout, list[Row]]:
    """The rows of a file; refuses one that is no table of this kind."""
    try:
        most = MOST_STEPS if kind is RosterKind.CASES else MOST_ROWS
        sheet = await asyncio.to_thread(sheets.read, data, media_type, most_rows=most)
    except sheets.UnreadableError as error:
        raise _refused(error.problem, error.zh, error.en) from None
    found = layout(kind, sheet.headers)
    if found.missing:
        listed = "、".join(found.missing)
        raise _refused("COLUMN_MISSING", f"缺少列：{listed}", f"Columns are missing: {listed}")
    if found.repeated:
        listed = "、".join(found.repeated)
        raise _refused("COLUMN_REPEATED", f"列重复：{listed}", f"Columns are there twice: {listed}")
    if not sheet.rows:
        raise _refused("NO_ROWS", "没有数据行。", "There are no rows below the headers.")
    return found, rows_of(found, sheet.rows)


def _refused(problem: str, zh: str, en: str) -> RosterFileRefusedError:
    return RosterFileRefusedError([Violation("file", zh, en)], problem=problem)


@dataclass(frozen=True, slots=True)
class _Judging:
    """What the rows of an import are judged by, beside the register."""

    means: Means
    kind: RosterKind
    source: str
    now: datetime
    by: UUID | None

    async def judge(self, reader: Reader, rows: Sequence[Row]) -> Judged:
        """The good rows, and what is wrong with the others."""
        known = await self._register(reader, rows)
        # Tens of thousands of rows take seconds: other calls go on beside them.
        if self.kind is RosterKind.PERSONS:
            return await asyncio.to_thread(judge_persons, rows, known, new_id)
        if self.kind is RosterKind.MEMBERS:
            return await asyncio.to_thread(judge_members, rows, known)
        return await case_histories.judge(
            reader, self.means, rows, known, source=self.source or _UNNAMED, now=self.now, by=self.by
        )

    async def _register(self, reader: Reader, rows: Sequence[Row]) -> Register:
        means = self.means
        keys = {number: number_key(means.identity_key, means.issuer, number) for number in numbers_of(rows)}
        words, ids = unit_words(rows, _UNIT_HEADERS[self.kind])
        found = {unit.unit_id: unit for unit in await units.named(reader, words)}
        found |= await units.find_all(reader, ids)
        return Register(
            today=campus_day(self.now),
            names=Names(found.values()),
            holders=await rosters.holders(reader, means.issuer, keys),
            department_kinds=frozenset(unit.kind for unit in found.values()),
        )


async def _judge(work: UnitOfWork, means: Means, found: RosterImport, rows: Sequence[Row]) -> Judged:
    return await _Judging(means, found.kind, found.source_reference, work.now, found.applied_by).judge(
        work, rows
    )


async def apply(call: Call, means: Means, import_id: UUID, policy: RosterPolicy) -> RosterImport:
    """Enter the rows of an import, or have many entered in the background."""
    async with call.transaction() as work:
        before = await held(work, import_id)
        chosen = before.waiting(policy, call.caller.person_id)
        await rosters.save(work, chosen)
        work.emit(events.changed(chosen))
        if before.rows > MOST_AT_ONCE:
            after = chosen
            work.touch(WAITING)
        else:
            after = await _enter(work, means, chosen)
        work.audit_change("roster_import", import_id, audited(before), audited(after))
        return work.answer(after)


async def held(work: UnitOfWork, import_id: UUID) -> RosterImport:
    """The import that the caller has read, held until the end of the unit of work."""
    found = await rosters.lock(work, import_id)
    if found is None:
        raise RosterImportNotFoundError(import_id=import_id)
    work.call.check_etag(found.version)
    return found


async def _enter(work: UnitOfWork, means: Means, found: RosterImport) -> RosterImport:
    data = await rosters.file_of(work, means.cipher, found.import_id)
    _, rows = await _read(found.kind, found.media_type, data)
    # Nobody registers or enters anybody between judging and writing.
    await work.lock("membership.register" if found.kind is RosterKind.PERSONS else "membership.establish")
    judged = await _judge(work, means, found, rows)
    if not judged.good or (judged.problems and found.policy is RosterPolicy.ALL_OR_NOTHING):
        raise RosterHasProblemsError(
            import_id=found.import_id, problems=len(judged.problems), good_rows=judged.good
        )
    entered = await _write(work, means, judged)
    await rosters.add_rows(work, found.import_id, entered)
    await rosters.keep_problems(work, found.import_id, judged.problems[:MOST_PROBLEMS_KEPT])
    await rosters.drop_file(work, found.import_id)
    after = found.judged(judged.good, len(judged.problems)).applied(len(entered), work.now)
    await rosters.save(work, after)
    work.emit(events.applied(after))
    return after


async def _write(work: UnitOfWork, means: Means, judged: Judged) -> list[tuple[int, UUID]]:
    await _register(work, means, [person for _, person in judged.persons])
    for first in range(0, len(judged.members), _AT_A_TIME):
        await establish_all(work, [member for _, member in judged.members[first : first + _AT_A_TIME]])
    return [
        *((row, person.person_id) for row, person in judged.persons),
        *((row, member.person_id) for row, member in judged.members),
        *await case_histories.enter(work, means, judged),
    ]


async def _register(work: UnitOfWork, means: Means, people: Sequence[NewPerson]) -> None:
    """Write person after person, part by part; a thread makes each part ready while the one before is written."""
    parts = [people[first : first + _AT_A_TIME] for first in range(0, len(people), _AT_A_TIME)]
    ready: Registration | None = None
    for part in (*parts, ()):
        making = asyncio.to_thread(registration, means, part, now=work.now)
        _, ready = await asyncio.gather(_write_ready(work, means, ready), making)


async def _write_ready(work: UnitOfWork, means: Means, ready: Registration | None) -> None:
    if ready is not None:
        await register_ready(work, means, ready)
        await work.write_events()


async def enter_waiting(call: Call, means: Means) -> int:
    """Enter the imports that wait, each in a transaction of its own; answers how many were."""
    count = 0
    while (found := await rosters.waiting(call.database)) is not None:
        await _enter_as_asked(call, means, found)
        count += 1
    return count


async def _enter_as_asked(call: Call, means: Means, found: RosterImport) -> None:
    acting = await on_behalf(call, found.applied_by, IMPORT)
    reason = "PERMISSION_DENIED"
    if acting is not None:
        try:
            async with acting.transaction() as work:
                mine = await rosters.lock(work, found.import_id)
                if mine is None or mine.version != found.version:
                    return  # another replica was faster
                after = await _enter(work, means, mine)
                work.audit_change("roster_import", found.import_id, audited(mine), audited(after))
            return
        except ServiceError as error:
            reason = error.reason
    await _give_back(call, means, found, reason)


async def on_behalf(call: Call, person_id: UUID | None, permission: str) -> Call | None:
    """A call of whoever asked, if they still may."""
    if person_id is None:
        return call
    if not await call.access.control.holds(person_id, permission, None):
        return None
    caller = Caller("person", person_id=person_id)
    access = call.access.control.access_for(caller)
    access.mark_checked()
    return replace(call, caller=caller, access=access)


async def _give_back(call: Call, means: Means, found: RosterImport, reason: str) -> None:
    async with call.transaction() as work:
        mine = await rosters.lock(work, found.import_id)
        if mine is None or mine.version != found.version:
            return
        data = await rosters.file_of(work, means.cipher, mine.import_id)
        _, rows = await _read(mine.kind, mine.media_type, data)
        judged = await _judge(work, means, mine, rows)
        await rosters.keep_problems(work, mine.import_id, judged.problems[:MOST_PROBLEMS_KEPT])
        after = mine.judged(judged.good, len(judged.problems)).given_back(reason)
        await rosters.save(work, after)
        work.emit(events.changed(after))


async def discard(call: Call, import_id: UUID, *, reason: str) -> RosterImport:
    """Give an import up; its file is destroyed."""
    async with call.transaction() as work:
        before = await held(work, import_id)
        return work.answer(await _discarded(work, before, reason))


async def _discarded(work: UnitOfWork, before: RosterImport, reason: str) -> RosterImport:
    after = before.discarded(reason)
    await rosters.save(work, after)
    await rosters.drop_file(work, before.import_id)
    work.emit(events.discarded(after))
    work.audit_change(
        "roster_import", before.import_id, audited(before), audited(after), sensitive=["reason"]
    )
    return after


async def discard_abandoned(call: Call, slot: Slot) -> int:
    """Give up what was sent a month ago and never applied."""
    async with call.transaction() as work:
        if not await slot.finish(work):
            return 0
        left = await rosters.abandoned(work, before=work.now - KEPT_UNAPPLIED)
        for before in left:
            await _discarded(work, before, "")
        return work.answer(len(left))


async def get(call: Call, import_id: UUID) -> RosterImport:
    """Read an import."""
    found = await rosters.find(call.database, import_id)
    if found is None:
        raise RosterImportNotFoundError(import_id=import_id)
    return found


async def page(call: Call, *, before: UUID | None, size: int) -> list[RosterImport]:
    """A page of imports; one more than the size says that another page follows."""
    return await rosters.page(call.database, before=before, size=size + 1)


async def problems(call: Call, import_id: UUID, *, after: int, size: int) -> list[tuple[int, Problem]]:
    """A page of problems with their positions; one more than the size says that another page follows."""
    await get(call, import_id)
    return await rosters.problems_of(call.database, import_id, after=after, size=size + 1)


def audited(found: RosterImport) -> dict[str, object]:
    """What the audit keeps of an import."""
    return {
        "kind": found.kind,
        "state": found.state,
        "policy": found.policy,
        "file_digest": found.file_digest,
        "rows": found.rows,
        "entered_rows": found.entered_rows,
        "problems": found.problems,
        "reason": found.reason,
        "left_behind": found.left_behind,
        "version": found.version,
    }
