"""Packages of everything held on a person: asking for one, gathering it from all services, taking it away."""

from collections.abc import Sequence
from uuid import UUID

from chassis import process
from chassis.calls import Call
from chassis.database import UnitOfWork
from chassis.errors import PermissionDeniedError
from chassis.ids import new_id
from chassis.process import DONE, Outcome, Process, ProcessKind
from chassis.schedule import Slot
from membership.clients import OTHERS, Subjects
from membership.domain import person_exports as domain
from membership.domain.identity import DisclosureKind, check_purpose
from membership.domain.person_exports import ExportState, Part, PersonExport
from membership.errors import PersonNotFoundError
from membership.errors.erasures import (
    PersonExportNotFoundError,
    PersonExportNotReadyError,
    PersonExportUnderwayError,
)
from membership.events import person_exports as events
from membership.operations.means import Means, require_on_person
from membership.operations.person_files import disclose, whole_numbers
from membership.repository import person_exports, persons
from membership.repository.holdings import HOLDINGS

BEGIN, READ = "membership.person_export.begin", "membership.person_export.read"
KIND, GATHER = "person_export", "gather"


def export_process(means: Means, subjects: Subjects) -> ProcessKind:
    """The kind of process: one step, which may be done again until every service has answered."""

    async def step(call: Call, current: Process) -> Outcome:
        return await gather(call, means, subjects, current)

    return ProcessKind(name=KIND, first=GATHER, steps={GATHER: step})


async def begin(call: Call, kind: ProcessKind, person_id: UUID, *, purpose: str) -> PersonExport:
    """Ask for the package of a person."""
    await require_on_person(call, BEGIN, person_id, own=True)
    check_purpose(purpose, is_own=call.caller.person_id == person_id)
    async with call.transaction() as work:
        if await persons.lock(work, person_id) is None:
            raise PersonNotFoundError(person_id=person_id)
        underway = await person_exports.gathering(work, person_id)
        if underway is not None:
            raise PersonExportUnderwayError(export_id=underway)
        made = PersonExport(
            export_id=new_id(),
            person_id=person_id,
            state=ExportState.GATHERING,
            requested_by=call.caller.person_id,
            purpose=purpose.strip(),
            created_at=work.now,
        )
        await person_exports.add(work, made)
        await process.begin(work, kind, state={"export_id": str(made.export_id)})
        work.emit(events.begun(made))
        work.audit_change("person_export", made.export_id, None, _audited(made))
        return work.answer(made)


async def gather(call: Call, means: Means, subjects: Subjects, current: Process) -> Outcome:
    """Ask every service and keep the file, sealed."""
    found = await _found(call, UUID(current.state["export_id"]))
    others = [
        await subjects.records(service, found.person_id, for_subject=found.is_own) for service in OTHERS
    ]
    own = await _own(call, found)
    async with call.transaction() as work:
        # A step that is done again after a crash finds its own commit.
        if not await process.advance(work, current.process_id, DONE, expected=GATHER):
            return DONE
        numbers = await whole_numbers(work, means, found.person_id, masked=not found.is_own)
        package = domain.package(found, numbers, [own, *others], now=work.now)
        ready = found.ready(package, today=work.today)
        await person_exports.save(work, ready)
        await person_exports.put_file(work, means.cipher, found.export_id, package.data)
        work.emit(events.completed(ready))
        work.audit_change("person_export", found.export_id, _audited(found), _audited(ready))
    return DONE


async def _own(call: Call, found: PersonExport) -> Part:
    records: dict[str, list[str]] = {}
    begin_at: tuple[int, str] | None = (0, "")
    while begin_at is not None:
        page = await HOLDINGS.page(call.database, found.person_id, for_subject=found.is_own, begin=begin_at)
        for table, row in page.rows:
            records.setdefault(table, []).append(row)
        begin_at = page.then
    mentions = await HOLDINGS.mentions(call.database, found.person_id)
    return Part("membership", records, mentions, HOLDINGS.withheld(for_subject=found.is_own))


async def get(call: Call, export_id: UUID) -> PersonExport:
    """How a package stands."""
    found = await person_exports.find(call.database, export_id)
    if found is None:
        # Who may not see packages anywhere learns nothing about which exist.
        await call.access.require(READ, unit=None)
        raise PersonExportNotFoundError(export_id=export_id)
    asked = call.caller.person_id in (found.requested_by, found.person_id)
    if asked and call.caller.person_id is not None:
        call.access.mark_checked()
    else:
        await require_on_person(call, READ, found.person_id)
    return found


async def page(call: Call, person_id: UUID, *, before: UUID | None, size: int) -> Sequence[PersonExport]:
    """A page of packages; one more than the size says that another page follows."""
    await require_on_person(call, READ, person_id, own=True)
    if not await persons.known(call.database, [person_id]):
        raise PersonNotFoundError(person_id=person_id)
    return await person_exports.page(call.database, person_id, before=before, size=size + 1)


async def download(call: Call, means: Means, export_id: UUID) -> bytes:
    """The file of a package, for whoever asked for it and may still do so."""
    found = await person_exports.find(call.database, export_id)
    if found is None:
        await call.access.require(BEGIN, unit=None)
        raise PersonExportNotFoundError(export_id=export_id)
    await require_on_person(call, BEGIN, found.person_id, own=True)
    if call.caller.person_id != found.requested_by:
        raise PermissionDeniedError(permission=BEGIN)
    found.check_downloadable(today=call.clock.today())
    async with call.transaction() as work:
        data = await person_exports.file(work, means.cipher, export_id)
        if data is None:
            raise PersonExportNotReadyError(export_id=export_id, state=ExportState.EXPIRED)
        if found.is_own:
            work.audit_change("person_export", export_id, None, {"downloaded": found.file_digest})
        else:
            await disclose(work, found.person_id, DisclosureKind.PACKAGE, found.purpose)
        return data


async def expire(call: Call, slot: Slot) -> int:
    """Drop the files whose days are over."""
    async with call.transaction() as work:
        found = await person_exports.overdue(work, today=work.today)
        for each in found:
            await _drop(work, each)
        await slot.finish(work)
        return len(found)


async def _drop(work: UnitOfWork, found: PersonExport) -> None:
    gone = found.expired()
    await person_exports.drop_file(work, found.export_id)
    await person_exports.save(work, gone)
    work.emit(events.expired(gone))
    work.audit_change("person_export", found.export_id, _audited(found), _audited(gone))


async def _found(call: Call, export_id: UUID) -> PersonExport:
    found = await person_exports.find(call.database, export_id)
    if found is None:
        raise PersonExportNotFoundError(export_id=export_id)
    return found


def _audited(found: PersonExport) -> dict[str, object]:
    return {
        "person_id": found.person_id,
        "state": found.state,
        "purpose": found.purpose,
        "file_digest": found.file_digest,
        "records": found.records,
    }
