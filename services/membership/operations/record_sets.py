"""Entries of record sets: what of the national system's sets nothing else of this system fills."""

from collections.abc import Sequence
from uuid import UUID

from chassis.calls import Call
from membership.domain.record_sets import RecordEntry
from membership.errors import PersonNotFoundError
from membership.errors.record_sets import RecordEntryNotFoundError
from membership.events import record_sets as events
from membership.facts import check_people_known
from membership.operations.means import require_on_person
from membership.repository import persons, record_sets

WRITE, READ = "membership.record_entry.write", "membership.record_entry.read"


async def add(call: Call, made: RecordEntry) -> RecordEntry:
    """Enter a hardship or a member of the family."""
    await require_on_person(call, WRITE, made.person_id, own=True)
    made.check()
    async with call.transaction() as work:
        if await persons.lock(work, made.person_id) is None:
            raise PersonNotFoundError(person_id=made.person_id)
        if made.relative_person_id is not None:
            await check_people_known(work, [made.relative_person_id])
        await record_sets.add_entry(work, made)
        work.emit(events.entry_added(made))
        work.audit_change("record_entry", made.entry_id, None, _audited(made), sensitive=_SENSITIVE)
        return work.answer(made)


async def remove(call: Call, entry_id: UUID) -> RecordEntry:
    """Remove an entry that is wrong."""
    found = await record_sets.find_entry(call.database, entry_id)
    if found is None:
        # Who may not write anywhere learns nothing about which exist.
        await call.access.require(WRITE, unit=None)
        raise RecordEntryNotFoundError(entry_id=entry_id)
    await require_on_person(call, WRITE, found.person_id, own=True)
    async with call.transaction() as work:
        call.check_etag(found.version)
        if not await record_sets.remove_entry(work, found):
            raise RecordEntryNotFoundError(entry_id=entry_id)
        work.emit(events.entry_removed(found))
        work.audit_change("record_entry", entry_id, _audited(found), None, sensitive=_SENSITIVE)
        return work.answer(found)


async def page(call: Call, person_id: UUID, *, after: UUID | None, size: int) -> Sequence[RecordEntry]:
    """A page of a person's entries; one more than the size says that another page follows."""
    await require_on_person(call, READ, person_id, own=True)
    if not await persons.known(call.database, [person_id]):
        raise PersonNotFoundError(person_id=person_id)
    return await record_sets.entries(call.database, person_id, after=after, size=size + 1)


_SENSITIVE = ("word", "description")


def _audited(found: RecordEntry) -> dict[str, object]:
    return {
        "person_id": found.person_id,
        "record_set": found.record_set,
        "word": found.word,
        "description": found.description,
        "relative_person_id": found.relative_person_id,
        "direct": found.direct,
    }
