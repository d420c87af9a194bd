"""Registering persons, correcting them, and stating where they belong."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from chassis.access import put_account, put_accounts
from chassis.calls import Call
from chassis.database import Reader, UnitOfWork
from chassis.days import campus_day
from chassis.events import Rendered, rendered
from chassis.ids import new_id, number_key
from membership.domain import people as domain
from membership.domain.people import (
    Account,
    Affiliation,
    AffiliationKind,
    Label,
    NewPerson,
    Person,
    PersonCategory,
)
from membership.domain.sync_rows import Stay
from membership.errors import (
    AccountNotFoundError,
    CampusNumberTakenError,
    FieldsContradictError,
    PersonNotFoundError,
    UnitKindNotAllowedError,
    UnitUnknownError,
)
from membership.events import people as events
from membership.operations.means import Means, person_scope, require_on_person
from membership.repository import persons, sync_people, units

READ, REGISTER, UPDATE = (f"membership.person.{verb}" for verb in ("read", "register", "update"))
AFFILIATE, READ_AFFILIATIONS = "membership.affiliation.set", "membership.affiliation.read"
READ_ACCOUNTS, SET_ACCOUNT = "membership.account.read", "membership.account.set"

# Personal fields are kept in the audit as digests only.
SENSITIVE = ("name", "birth_date", "campus_number")


@dataclass(frozen=True, slots=True)
class PersonChange:
    """What is to be corrected; None keeps what is written."""

    name: str | None = None
    category: PersonCategory | None = None
    birth_date: date | None = None


async def register_person(call: Call, means: Means, new: NewPerson) -> Person:
    """Register one person."""
    async with call.transaction() as work:
        (person,) = await register_all(work, means, [new])
        return work.answer(person)


async def register_people(call: Call, means: Means, people: Sequence[NewPerson]) -> list[UUID]:
    """Register many persons: all of them or none."""
    async with call.transaction() as work:
        await register_all(work, means, people)
        return work.answer([new.person_id for new in people])


@dataclass(frozen=True, slots=True)
class Registration:
    """New persons with what is to be written and told of them, made ready without the database."""

    rows: persons.NewRows
    # Each once, of however many persons.
    ties: Sequence[Affiliation]
    accounts: Sequence[Account]
    registered: Sequence[Person]
    events: Sequence[Rendered]


def registration(means: Means, people: Sequence[NewPerson], *, now: datetime) -> Registration:
    """Make ready what `register_ready` writes; tens of thousands are made ready in a thread, part by part."""
    for new in people:
        domain.check_new_person(new, today=campus_day(now))
    accounts = _new_accounts(means, people)
    registered = [_registered(new, now) for new in people]
    pinyin = {new.person_id: domain.pinyin_of(new.name) for new in people}
    return Registration(
        rows=persons.new_rows(means.cipher, people, pinyin, now=now),
        ties=list(dict.fromkeys(tie for new in people for tie in new.affiliations)),
        accounts=accounts,
        registered=registered,
        events=[*events.persons_registered(registered), *map(rendered, map(events.account_opened, accounts))],
    )


async def register_all(work: UnitOfWork, means: Means, people: Sequence[NewPerson]) -> Sequence[Person]:
    """Register persons with their logins in a unit of work of whoever brings them."""
    ready = registration(means, people, now=work.now)
    await register_ready(work, means, ready)
    return ready.registered


async def register_ready(work: UnitOfWork, means: Means, ready: Registration) -> None:
    """Check persons who are made ready against the register, and write them."""
    # One registration at a time: two that bring the same number must not both find it free.
    await work.lock("membership.register")
    await _check_new_ids(work, [person.person_id for person in ready.registered])
    await check_affiliation_units(work, ready.ties)
    await _check_numbers(work, means, ready.accounts)
    await persons.add(work, ready.rows)
    await persons.add_accounts(work, ready.accounts)
    await put_accounts(
        work, [(one.issuer, one.number_key, one.person_id, one.active) for one in ready.accounts]
    )
    for event in ready.events:
        work.emit(event)


def _registered(new: NewPerson, now: datetime) -> Person:
    return Person(
        person_id=new.person_id,
        name=new.name,
        kind=new.kind,
        category=new.category,
        campus_number=new.campus_number,
        birth_date=new.birth_date,
        political_status=None,
        affiliations=tuple(sorted(new.affiliations, key=lambda tie: tie.valid_from)),
        version=1,
        created_at=now,
        updated_at=now,
    )


async def _check_new_ids(work: UnitOfWork, ids: Sequence[UUID]) -> None:
    if len(set(ids)) < len(ids) or await persons.known(work, ids):
        raise FieldsContradictError.of(
            "person_id", "人员编号重复或已登记。", "A person id is repeated or registered already."
        )


def _new_accounts(means: Means, people: Sequence[NewPerson]) -> list[Account]:
    return [
        Account(
            new_id(),
            new.person_id,
            means.issuer,
            number_key(means.identity_key, means.issuer, new.campus_number),
            active=True,
            version=1,
        )
        for new in people
        if new.campus_number is not None
    ]


async def _check_numbers(work: UnitOfWork, means: Means, accounts: Sequence[Account]) -> None:
    counts = Counter(account.number_key for account in accounts)
    repeated = next((account for account in accounts if counts[account.number_key] > 1), None)
    if repeated is not None:
        raise CampusNumberTakenError(person_id=repeated.person_id)
    taken = await persons.taken_numbers(work, means.issuer, list(counts))
    if taken:
        raise CampusNumberTakenError(person_id=min(taken.values()))


async def check_affiliation_units(reader: Reader, ties: Sequence[Affiliation]) -> None:
    """Refuse ties to units that are unknown, of the wrong kind, or not there on the first day."""
    known = await units.find_all(reader, {tie.unit_id for tie in ties})
    for tie in ties:
        unit = known.get(tie.unit_id)
        if unit is None:
            raise UnitUnknownError(unit_id=tie.unit_id)
        if not _suits(tie.kind, unit.kind):
            raise UnitKindNotAllowedError(unit_id=tie.unit_id, kind=unit.kind, form=unit.form)
        unit.check_in_force(tie.valid_from)
        if tie.valid_until is None:
            unit.check_lasts()
        unit.check_free()


def _suits(kind: AffiliationKind, unit_kind: str) -> bool:
    # Staff work in departments, committees and bodies of every kind; the other ties are what they say.
    return kind is AffiliationKind.DEPARTMENT or kind.value == unit_kind


async def get_person(call: Call, means: Means, person_id: UUID) -> Person:
    """Read a person."""
    await require_on_person(call, READ, person_id, own=True)
    return await _found(call.database, means, person_id, today=call.clock.today())


async def _found(reader: Reader, means: Means, person_id: UUID, *, today: date) -> Person:
    person = await persons.find(reader, means.cipher, person_id, today=today)
    if person is None:
        raise PersonNotFoundError(person_id=person_id)
    return person


@dataclass(frozen=True, slots=True)
class PersonFilter:
    """Which persons a list shows."""

    unit_id: UUID | None = None
    kind: str | None = None
    name: str | None = None
    campus_number: str | None = None


async def list_persons(
    call: Call, means: Means, wanted: PersonFilter, *, after: UUID | None, size: int
) -> list[Person]:
    """A page of persons of the caller's units; one more than the size says that another page follows."""
    number = wanted.campus_number
    filters = {
        "unit_id": wanted.unit_id,
        "kind": wanted.kind,
        "name": wanted.name,
        "issuer": means.issuer,
        "number_key": None if number is None else number_key(means.identity_key, means.issuer, number),
    }
    return await persons.page(
        call.database,
        means.cipher,
        today=call.clock.today(),
        scope=await person_scope(call, READ),
        filters=filters,
        after=after,
        size=size + 1,
    )


async def update_person(call: Call, means: Means, person_id: UUID, change: PersonChange) -> Person:
    """Correct what is written of a person."""
    await require_on_person(call, UPDATE, person_id)
    async with call.transaction() as work:
        before = await _locked(work, means, person_id)
        domain.check_birth_date(change.birth_date, today=work.today)
        name = change.name or before.name
        await persons.update(
            work,
            person_id,
            name=name,
            pinyin=domain.pinyin_of(name),
            category=change.category or before.category,
            born_on=change.birth_date or before.birth_date,
        )
        after = await _found(work, means, person_id, today=work.today)
        work.emit(events.person_updated(after))
        work.audit_change("person", person_id, _audited(before), _audited(after), sensitive=SENSITIVE)
        return work.answer(after)


async def _locked(work: UnitOfWork, means: Means, person_id: UUID) -> Person:
    version = await persons.lock(work, person_id)
    if version is None:
        raise PersonNotFoundError(person_id=person_id)
    work.call.check_etag(version)
    return await _found(work, means, person_id, today=work.today)


def _audited(person: Person) -> dict[str, object]:
    return {
        "name": person.name,
        "category": person.category,
        "birth_date": person.birth_date,
        "affiliations": [
            {"kind": tie.kind, "unit_id": tie.unit_id, "from": tie.valid_from, "until": tie.valid_until}
            for tie in person.affiliations
        ],
        "version": person.version,
    }


async def set_affiliation(call: Call, means: Means, person_id: UUID, tie: Affiliation) -> Person:
    """State where a person belongs over a period; what was believed of it gives way. Repeating changes nothing."""
    await require_on_person(call, AFFILIATE, person_id)
    domain.check_period(tie.valid_from, tie.valid_until, field_name="affiliation.valid_until")
    async with call.transaction() as work:
        before = await _locked(work, means, person_id)
        await check_affiliation_units(work, [tie])
        if not await persons.affiliate(work, person_id, tie):
            return work.answer(before)
        await persons.touch(work, person_id)
        after = await _found(work, means, person_id, today=work.today)
        work.emit(events.person_affiliated(after, tie))
        work.audit_change("person", person_id, _audited(before), _audited(after), sensitive=SENSITIVE)
        return work.answer(after)


async def list_affiliations(
    call: Call, person_id: UUID, *, as_of: date | None, known_at: datetime | None
) -> list[Affiliation]:
    """Where a person belonged, of a day and as believed at an instant."""
    await require_on_person(call, READ_AFFILIATIONS, person_id, own=True)
    if not await persons.known(call.database, [person_id]):
        raise PersonNotFoundError(person_id=person_id)
    return await persons.affiliations(call.database, person_id, as_of=as_of, known_at=known_at)


async def list_residences(
    call: Call, person_id: UUID, *, as_of: date | None, known_at: datetime | None
) -> list[Stay]:
    """Where a person lived, of a day and as believed at an instant."""
    await require_on_person(call, READ_AFFILIATIONS, person_id, own=True)
    if not await persons.known(call.database, [person_id]):
        raise PersonNotFoundError(person_id=person_id)
    return await sync_people.residences(call.database, person_id, as_of=as_of, known_at=known_at)


async def list_accounts(call: Call, person_id: UUID) -> list[Account]:
    """The logins of a person."""
    await require_on_person(call, READ_ACCOUNTS, person_id, own=True)
    if not await persons.known(call.database, [person_id]):
        raise PersonNotFoundError(person_id=person_id)
    return await persons.accounts_of(call.database, person_id)


async def set_account_active(call: Call, account_id: UUID, *, active: bool) -> Account:
    """Open or close a login. Repeating it changes nothing."""
    async with call.transaction() as work:
        before = await persons.lock_account(work, account_id)
        if before is None:
            raise AccountNotFoundError(account_id=account_id)
        call.check_etag(before.version)
        if before.active is active:
            return work.answer(before)
        after = await persons.set_active(work, account_id, active=active)
        await put_account(work, after.issuer, after.number_key, after.person_id, after.active)
        work.emit(events.account_changed(after))
        work.audit_change("account", account_id, {"active": before.active}, {"active": after.active})
        return work.answer(after)


async def labels(call: Call, person_ids: Sequence[UUID]) -> list[Label]:
    """Names of persons for a service of the house."""
    return await persons.labels(call.database, person_ids)


async def bootstrap(call: Call, means: Means, new: NewPerson) -> Person:
    """Register the first administrator; who is there already stays as they are."""
    async with call.transaction() as work:
        found = await persons.find(work, means.cipher, new.person_id, today=work.today)
        if found is not None:
            return found
        (person,) = await register_all(work, means, [new])
        return person


def new_person_id() -> UUID:
    """The id of a person whom nobody has given one."""
    return new_id()
