"""Erasing persons: asking what stands against it, erasing here at once and elsewhere by a process, and searching.

What stands against it is asked of the other services before anything is changed; the holds and periods are asked
again in the unit of work that erases. From there on there is no way back, only on.
"""

from collections.abc import Sequence
from uuid import UUID

from chassis import process
from chassis.access import drop_account
from chassis.calls import Call
from chassis.database import UnitOfWork
from chassis.erasing import Eraser, Finding, Terms, is_left, places
from chassis.ids import new_id
from chassis.process import DONE, Outcome, Process, ProcessKind
from membership.clients import OTHERS, Subjects
from membership.domain.erasures import (
    Erasure,
    ErasureState,
    LegalHold,
    Outlook,
    Tie,
    outlook,
)
from membership.domain.people import Account, Person
from membership.errors import PersonNotFoundError
from membership.errors.erasures import (
    ErasureIncompleteError,
    LegalHoldNotFoundError,
    PersonErasureNotFoundError,
)
from membership.events import erasures as events
from membership.operations.means import Means
from membership.repository import erasures, person_files, persons
from membership.repository.holdings import HOLDINGS
from rulebook import RuleBook

KIND = "person_erasure"
OTHERS_ERASE, SEARCH = "others_erase", "search"
OWN = "membership"
ERASER = Eraser(HOLDINGS)
_SENSITIVE = ("name", "birth_date", "campus_number")


class Archivist:
    """What erasing works with: the other services, the periods, and the kind of process."""

    def __init__(self, means: Means, subjects: Subjects, periods: RuleBook) -> None:
        self.means = means
        self.subjects = subjects
        self.periods = periods
        steps = {OTHERS_ERASE: self._others_erase, SEARCH: self._search}
        self.process = ProcessKind(name=KIND, first=OTHERS_ERASE, steps=steps)

    async def _others_erase(self, call: Call, current: Process) -> Outcome:
        """Let every other service erase its part; they may be asked again."""
        found = await _found(call, UUID(current.state["erasure_id"]))
        terms = await erasures.terms(call.database, self.means.cipher, found.erasure_id)
        for service in OTHERS:
            await self.subjects.erase(service, found.person_id, terms)
        return SEARCH

    async def _search(self, call: Call, current: Process) -> Outcome:
        """Search everywhere; copies that still wait for our event make the step come again."""
        found = await _found(call, UUID(current.state["erasure_id"]))
        terms = await erasures.terms(call.database, self.means.cipher, found.erasure_id)
        traces = await search(call, self, found.person_id, terms)
        left = places(traces)
        async with call.transaction() as work:
            if any(is_left(findings) for findings in traces.values()):
                await erasures.note_places(work, found.erasure_id, left)
            elif await process.advance(work, current.process_id, DONE, expected=SEARCH):
                done = found.completed(work.now)
                await erasures.complete(work, done)
                work.emit(events.completed(done))
                work.audit_change(
                    "person_erasure", found.erasure_id, {"state": found.state}, {"state": done.state}
                )
        if left:
            raise ErasureIncompleteError(erasure_id=found.erasure_id, places=", ".join(left))
        return DONE


async def _ties(call: Call, archivist: Archivist, person_id: UUID) -> list[Tie]:
    own = await ERASER.ties(call.database, person_id, today=call.clock.today())
    found = [Tie(OWN, noun, resource_id) for noun, resource_id in own]
    for service in OTHERS:
        found += await archivist.subjects.ties(service, person_id)
    return found


async def check(call: Call, archivist: Archivist, person_id: UUID) -> Outlook:
    """What stands against erasing a person today."""
    if not await persons.known(call.database, [person_id]):
        raise PersonNotFoundError(person_id=person_id)
    today = call.clock.today()
    return outlook(
        person_id,
        holds=await erasures.standing_holds(call.database, person_id),
        ties=await _ties(call, archivist, person_id),
        traces=await erasures.traces(call.database, person_id),
        rules=archivist.periods.in_force(today),
        today=today,
    )


async def erase(call: Call, archivist: Archivist, person_id: UUID, *, reason: str) -> Erasure:
    """Erase a person for good."""
    seen = await check(call, archivist, person_id)
    seen.check()
    means = archivist.means
    async with call.transaction() as work:
        version = await persons.lock(work, person_id)
        if version is None:
            raise PersonNotFoundError(person_id=person_id)
        call.check_etag(version)
        await _check_again(work, archivist, seen)
        person = await persons.find(work, means.cipher, person_id, today=work.today)
        assert person is not None
        made = Erasure(
            erasure_id=new_id(),
            person_id=person_id,
            state=ErasureState.ERASING,
            requested_by=call.caller.person_id,
            reason=reason.strip(),
            begun_on=work.today,
            created_at=work.now,
        )
        terms = await _terms(work, means, person)
        await erasures.add(work, means.cipher, made, terms)
        await _erase_own(work, person, made, terms)
        await process.begin(work, archivist.process, state={"erasure_id": str(made.erasure_id)})
        work.emit(events.begun(made))
        return work.answer(made)


async def _check_again(work: UnitOfWork, archivist: Archivist, seen: Outlook) -> None:
    """The same questions, under the lock on the person, of what this service knows by itself."""
    own = await ERASER.ties(work, seen.person_id, today=work.today)
    outlook(
        seen.person_id,
        holds=await erasures.standing_holds(work, seen.person_id),
        ties=[Tie(OWN, noun, resource_id) for noun, resource_id in own],
        traces=await erasures.traces(work, seen.person_id),
        rules=archivist.periods.in_force(work.today),
        today=work.today,
    ).check()


async def _terms(work: UnitOfWork, means: Means, person: Person) -> Terms:
    identity = await person_files.identity(work, means.cipher, person.person_id)
    keys = await erasures.external_ids(work, person.person_id)
    # What is short is found in every second text.
    numbers = tuple(
        {number: None for number in (person.campus_number, identity, *keys) if number and len(number) > 3}
    )
    return Terms((person.name,) if len(person.name) > 1 else (), numbers)


async def _erase_own(work: UnitOfWork, person: Person, made: Erasure, terms: Terms) -> None:
    for row in await erasures.drop_accounts(work, person.person_id):
        await drop_account(work, row["issuer"], row["number_key"])
        account = Account(
            account_id=row["account_id"],
            person_id=person.person_id,
            issuer=row["issuer"],
            number_key=row["number_key"],
            active=False,
            version=row["version"] + 1,
        )
        work.emit(events.account_erased(account))
    await ERASER.erase(work, person.person_id, terms)
    version = await erasures.empty_person(work, person.person_id)
    work.emit(events.person_erased(person, version, made))
    work.audit_change("person", person.person_id, _audited(person), None, sensitive=_SENSITIVE)


def _audited(person: Person) -> dict[str, object]:
    return {
        "name": person.name,
        "kind": person.kind,
        "category": person.category,
        "campus_number": person.campus_number,
        "birth_date": person.birth_date,
    }


async def search(
    call: Call, archivist: Archivist, person_id: UUID, terms: Terms
) -> dict[str, Sequence[Finding]]:
    """What is left of a person, by service."""
    traces: dict[str, Sequence[Finding]] = {OWN: await ERASER.search(call.database, person_id, terms)}
    for service in OTHERS:
        traces[service] = await archivist.subjects.search(service, person_id, terms)
    return traces


async def get(call: Call, erasure_id: UUID) -> Erasure:
    """How an erasure stands."""
    return await _found(call, erasure_id)


async def page(call: Call, *, before: UUID | None, size: int) -> list[Erasure]:
    """A page of erasures; one more than the size says that another page follows."""
    return await erasures.page(call.database, before=before, size=size + 1)


async def holds(
    call: Call, *, person_id: UUID | None, standing_only: bool, before: UUID | None, size: int
) -> list[LegalHold]:
    """A page of holds, likewise."""
    return await erasures.holds(
        call.database, person_id=person_id, standing_only=standing_only, before=before, size=size + 1
    )


async def _found(call: Call, erasure_id: UUID) -> Erasure:
    found = await erasures.find(call.database, erasure_id)
    if found is None:
        raise PersonErasureNotFoundError(erasure_id=erasure_id)
    return found


async def place_hold(call: Call, person_id: UUID, *, title: str, document_reference: str) -> LegalHold:
    """Place a hold on what is held on a person."""
    async with call.transaction() as work:
        # Whoever erases the person holds the same lock.
        if await persons.lock(work, person_id) is None:
            raise PersonNotFoundError(person_id=person_id)
        hold = LegalHold(
            hold_id=new_id(),
            person_id=person_id,
            title=title.strip(),
            document_reference=document_reference.strip(),
            placed_on=work.today,
            placed_by=call.caller.person_id,
            created_at=work.now,
        )
        await erasures.add_hold(work, hold)
        work.emit(events.hold_placed(hold))
        work.audit_change("legal_hold", hold.hold_id, None, _hold_audited(hold))
        return work.answer(hold)


async def lift_hold(call: Call, hold_id: UUID, *, reason: str) -> LegalHold:
    """Lift a hold."""
    async with call.transaction() as work:
        before = await erasures.lock_hold(work, hold_id)
        if before is None:
            raise LegalHoldNotFoundError(hold_id=hold_id)
        call.check_etag(before.version)
        after = before.lifted(on=work.today, by=call.caller.person_id, reason=reason.strip())
        await erasures.lift(work, after)
        work.emit(events.hold_lifted(after))
        work.audit_change("legal_hold", hold_id, _hold_audited(before), _hold_audited(after))
        return work.answer(after)


def _hold_audited(hold: LegalHold) -> dict[str, object]:
    return {
        "person_id": hold.person_id,
        "title": hold.title,
        "document_reference": hold.document_reference,
        "lifted_on": hold.lifted_on,
        "lift_reason": hold.lift_reason,
    }
