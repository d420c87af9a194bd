"""Disclosing a person's file and numbers: whoever reads of somebody else says what for, and that is kept."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson

from chassis.calls import Call
from chassis.database import UnitOfWork
from chassis.ids import new_id, number_key
from membership.domain.identity import (
    Disclosure,
    DisclosureKind,
    check_purpose,
    checked_number,
    masked_identity,
)
from membership.domain.people import Person, masked_number
from membership.errors import IdentityNumberTakenError, IdentityNumberUnknownError, PersonNotFoundError
from membership.events import people as events
from membership.operations.means import Means, require_on_person
from membership.repository import person_files, persons

EXPORT, REVEAL, IDENTIFY = (f"membership.person.{verb}" for verb in ("export", "reveal", "identify"))
READ_DISCLOSURES = "membership.disclosure.read"
# The keyed hash of an identity number is no hash of a campus number.
_IDENTITY_NUMBERS = "resident-identity"


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of a person in full."""

    campus_number: str | None = field(repr=False)
    identity_number: str | None = field(repr=False)


async def export_file(call: Call, means: Means, person_id: UUID, *, purpose: str) -> bytes:
    """Everything held on a person as a JSON document."""
    await require_on_person(call, EXPORT, person_id, own=True)
    is_own = call.caller.person_id == person_id
    check_purpose(purpose, is_own=is_own)
    async with call.transaction() as work:
        person = await _found(work, means, person_id)
        if not is_own:
            await disclose(work, person_id, DisclosureKind.FILE, purpose)
        numbers = await _numbers(work, means, person)
        document: dict[str, Any] = {
            "personId": person_id,
            "exportedAt": work.now,
            "numbers": {
                "campusNumber": numbers.campus_number if is_own else masked_number(numbers.campus_number),
                "identityNumber": numbers.identity_number
                if is_own
                else masked_identity(numbers.identity_number),
            },
            "records": await person_files.everything(work, person_id),
            "withheld": [f"case_step.detail: {step}" for step in person_files.WITHHELD_STEPS],
        }
        return orjson.dumps(document, option=orjson.OPT_INDENT_2)


async def _found(work: UnitOfWork, means: Means, person_id: UUID) -> Person:
    person = await persons.find(work, means.cipher, person_id, today=work.today)
    if person is None:
        raise PersonNotFoundError(person_id=person_id)
    return person


async def _numbers(work: UnitOfWork, means: Means, person: Person) -> Numbers:
    identity = await person_files.identity(work, means.cipher, person.person_id)
    return Numbers(person.campus_number, identity)


async def whole_numbers(work: UnitOfWork, means: Means, person_id: UUID, *, masked: bool) -> dict[str, Any]:
    """What a document says of the person beside the rows: the name and the numbers, masked or not."""
    person = await _found(work, means, person_id)
    numbers = await _numbers(work, means, person)
    return {
        "personId": person_id,
        "name": person.name,
        "campusNumber": masked_number(numbers.campus_number) if masked else numbers.campus_number,
        "identityNumber": masked_identity(numbers.identity_number) if masked else numbers.identity_number,
    }


async def disclose(work: UnitOfWork, person_id: UUID, kind: DisclosureKind, purpose: str) -> None:
    """Keep that somebody read, and what for."""
    made = Disclosure(new_id(), person_id, kind, work.call.caller.person_id, purpose.strip(), work.now)
    await person_files.add_disclosures(work, [made])
    work.audit_change(
        "disclosure", made.disclosure_id, None, {"person_id": person_id, "kind": kind, "purpose": purpose}
    )


async def reveal_numbers(call: Call, means: Means, person_id: UUID, *, purpose: str) -> Numbers:
    """The numbers of a person in full."""
    await require_on_person(call, REVEAL, person_id, own=True)
    is_own = call.caller.person_id == person_id
    check_purpose(purpose, is_own=is_own)
    async with call.transaction() as work:
        person = await _found(work, means, person_id)
        if not is_own:
            await disclose(work, person_id, DisclosureKind.NUMBERS, purpose)
        return await _numbers(work, means, person)


def _key(means: Means, number: str) -> str:
    return number_key(means.identity_key, _IDENTITY_NUMBERS, number.upper())


async def set_identity_number(call: Call, means: Means, person_id: UUID, number: str) -> Person:
    """Record the identity number of a person. Repeating it changes nothing."""
    await require_on_person(call, IDENTIFY, person_id)
    async with call.transaction() as work:
        version = await persons.lock(work, person_id)
        if version is None:
            raise PersonNotFoundError(person_id=person_id)
        call.check_etag(version)
        before = await _found(work, means, person_id)
        checked = checked_number(number, before.birth_date, today=work.today)
        key = _key(means, checked)
        await work.lock(f"membership.identity|{key}")
        holder = await person_files.holder(work, key)
        if holder == person_id:
            return work.answer(before)
        if holder is not None:
            raise IdentityNumberTakenError(person_id=holder)
        earlier = await person_files.identity(work, means.cipher, person_id)
        await person_files.put_identity(work, means.cipher, person_id, checked, key)
        await persons.touch(work, person_id)
        after = await _found(work, means, person_id)
        work.emit(events.identity_recorded(after))
        work.audit_change(
            "person",
            person_id,
            {"identity_number": earlier},
            {"identity_number": checked},
            sensitive=["identity_number"],
        )
        return work.answer(after)


async def find_by_identity_number(call: Call, means: Means, number: str, *, purpose: str) -> UUID:
    """Who is registered under an identity number."""
    async with call.transaction() as work:
        holder = await person_files.holder(work, _key(means, number))
        if holder is None:
            raise IdentityNumberUnknownError()
        await disclose(work, holder, DisclosureKind.LOOKUP, purpose)
        return work.answer(holder)


async def disclosures(call: Call, person_id: UUID, *, before: UUID | None, size: int) -> Sequence[Disclosure]:
    """A page of disclosures; one more than the size says that another page follows."""
    await require_on_person(call, READ_DISCLOSURES, person_id, own=True)
    if not await persons.known(call.database, [person_id]):
        raise PersonNotFoundError(person_id=person_id)
    return await person_files.disclosures(call.database, person_id, before=before, size=size + 1)
