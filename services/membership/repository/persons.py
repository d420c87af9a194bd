"""Persons, their accounts and affiliations."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.bitemporal import Row
from chassis.database import Reader, Record, UnitOfWork
from chassis.field_cipher import FieldCipher
from chassis.intervals import Interval
from chassis.statements import query
from membership import tables
from membership.domain.people import (
    Account,
    Affiliation,
    AffiliationKind,
    Label,
    NewPerson,
    Person,
    PersonCategory,
    PersonKind,
    PoliticalStatus,
)
from membership.repository.history import AFFILIATIONS, believed, holding, periods, span

NUMBER_CONTEXT = "person.campus_number"

_AFFILIATIONS = periods(
    "affiliation", ["kind", "unit_id"], "h.person_id = p.person_id AND h.recorded_until IS NULL"
)
_COLUMNS = f"""
    p.person_id, p.name, p.number_sealed, p.kind, p.category, p.born_on, p.version, p.created_at, p.updated_at,
    p.merged_into,
    {_AFFILIATIONS} AS affiliations,
    (SELECT s.status FROM membership_status s
      WHERE s.person_id = p.person_id AND s.recorded_until IS NULL AND s.valid @> CAST(:today AS date)) AS status,
    (SELECT c.stage FROM admission_case c WHERE c.person_id = p.person_id AND c.state = 'open') AS stage
"""
# Of whom everything was erased only the id is left; for whoever asks there is no such person.
_THERE = "p.erased_at IS NULL"
# Nobody writes of whoever is one person with somebody else, lists them, or names them.
_ALONE = f"{_THERE} AND p.merged_into IS NULL"
_FIND = query(sa.text(f"SELECT {_COLUMNS} FROM person p WHERE p.person_id = :person_id AND {_THERE}"))
_FIND_MANY = query(
    sa.text(
        f"""SELECT {_COLUMNS} FROM person p
             WHERE p.person_id = ANY (CAST(:person_ids AS uuid[])) AND {_THERE}
             ORDER BY p.person_id"""
    )
)
_LOCK = query(sa.text(f"SELECT version FROM person p WHERE person_id = :person_id AND {_ALONE} FOR UPDATE"))
# Where a person belongs today: what decides who may read the file.
_UNITS = """
    SELECT a.unit_id FROM affiliation a
     WHERE a.person_id = p.person_id AND a.recorded_until IS NULL AND a.valid @> CAST(:today AS date)
    UNION ALL
    SELECT r.unit_id FROM relationship r
     WHERE r.person_id = p.person_id AND r.recorded_until IS NULL AND r.valid @> CAST(:today AS date)
    UNION ALL
    SELECT k.unit_id FROM admission_case k WHERE k.person_id = p.person_id AND k.state = 'open'
"""
_UNITS_OF = query(
    sa.text(f"SELECT u.unit_id FROM person p, LATERAL ({_UNITS}) u WHERE p.person_id = :person_id")
)
_IN_SCOPE = f"""
    (CAST(:everyone AS boolean) OR EXISTS (
        SELECT FROM ({_UNITS}) u JOIN access_closure c ON c.descendant_id = u.unit_id
         WHERE c.ancestor_id = ANY (CAST(:access_units AS uuid[])) AND c.valid @> CAST(:access_day AS date)
           AND (CAST(:access_reading AS boolean) OR NOT c.reading_only)))
"""
_LIST = query(
    sa.text(
        f"""SELECT {_COLUMNS} FROM person p
             WHERE {_ALONE}
               AND (CAST(:after AS uuid) IS NULL OR p.person_id > CAST(:after AS uuid))
               AND (CAST(:kind AS text) IS NULL OR p.kind = CAST(:kind AS text))
               AND (CAST(:name AS text) IS NULL OR strpos(p.name, CAST(:name AS text)) > 0
                    OR strpos(p.initials, lower(CAST(:name AS text))) > 0)
               AND (CAST(:number_key AS text) IS NULL OR p.person_id IN (
                    SELECT n.person_id FROM account n
                     WHERE n.issuer = :issuer AND n.number_key = CAST(:number_key AS text)))
               AND (CAST(:unit_id AS uuid) IS NULL OR EXISTS (
                    SELECT FROM ({_UNITS}) u JOIN access_closure b ON b.descendant_id = u.unit_id
                     WHERE b.ancestor_id = CAST(:unit_id AS uuid) AND b.valid @> CAST(:today AS date)
                       AND NOT b.reading_only))
               AND {_IN_SCOPE}
             ORDER BY p.person_id LIMIT :size"""
    )
)
_ROSTER = query(
    sa.text(
        f"""SELECT {_COLUMNS} FROM person p
             WHERE {_ALONE} AND (CAST(:unit_id AS uuid) IS NULL OR EXISTS (
                    SELECT FROM ({_UNITS}) u JOIN access_closure b ON b.descendant_id = u.unit_id
                     WHERE b.ancestor_id = CAST(:unit_id AS uuid) AND b.valid @> CAST(:today AS date)
                       AND NOT b.reading_only))
               AND {_IN_SCOPE}
             ORDER BY p.pinyin, p.person_id LIMIT :size"""
    )
)
_NUMBERS = query(
    sa.text(
        """SELECT person_id, number_sealed FROM person
            WHERE person_id = ANY (CAST(:person_ids AS uuid[])) AND number_sealed IS NOT NULL"""
    )
)
_VISIBLE = query(
    sa.text(f"SELECT EXISTS (SELECT FROM person p WHERE p.person_id = :person_id AND {_IN_SCOPE})")
)
_LABELS = query(
    sa.text(
        f"""SELECT person_id, name, pinyin, kind, category, version, merged_into FROM person p
             WHERE person_id = ANY (CAST(:person_ids AS uuid[])) AND {_THERE}"""
    )
)
_KNOWN = query(
    sa.text(
        f"""SELECT person_id, kind, born_on FROM person p
             WHERE person_id = ANY (CAST(:person_ids AS uuid[])) AND {_ALONE}"""
    )
)
_HISTORY = query(
    sa.text(
        f"""SELECT h.kind, h.unit_id, lower(h.valid) AS valid_from, upper(h.valid) AS valid_until
              FROM affiliation h WHERE h.person_id = :person_id AND {believed("h")} AND {holding("h")}
             ORDER BY lower(h.valid), h.kind"""
    )
)
_NEW_PERSON = (
    *("person_id", "name", "pinyin", "number_sealed", "kind", "category", "born_on"),
    *("version", "created_at", "updated_at"),
)
_UPDATE = query(
    sa.text(
        """UPDATE person SET name = :name, pinyin = :pinyin, category = :category, born_on = :born_on,
                  version = version + 1, updated_at = :now WHERE person_id = :person_id"""
    )
)
_TOUCH = query(
    sa.text("UPDATE person SET version = version + 1, updated_at = :now WHERE person_id = :person_id")
)
_ACCOUNT_COLUMNS = ("account_id", "person_id", "issuer", "number_key", "active", "version")
_ACCOUNT = ", ".join(_ACCOUNT_COLUMNS)
_ACCOUNTS_OF = query(
    sa.text(f"SELECT {_ACCOUNT} FROM account WHERE person_id = :person_id ORDER BY account_id")
)
_ACCOUNTS_OF_MANY = query(
    sa.text(
        f"""SELECT {_ACCOUNT} FROM account WHERE person_id = ANY (CAST(:person_ids AS uuid[]))
             ORDER BY account_id"""
    )
)
_LOCK_ACCOUNT = query(sa.text(f"SELECT {_ACCOUNT} FROM account WHERE account_id = :account_id FOR UPDATE"))
_SET_ACTIVE = query(
    sa.text(
        f"""UPDATE account SET active = :active, version = version + 1 WHERE account_id = :account_id
            RETURNING {_ACCOUNT}"""
    )
)
_TAKEN_NUMBERS = query(
    sa.text(
        """SELECT number_key, person_id FROM account
            WHERE issuer = :issuer AND number_key = ANY (CAST(:number_keys AS text[]))"""
    )
)

_STATUS_NAMES = {
    "full": PoliticalStatus.FULL_MEMBER,
    "suspended": PoliticalStatus.FULL_MEMBER,
    "party_probation_sanction": PoliticalStatus.FULL_MEMBER,
    "probationary": PoliticalStatus.PROBATIONARY_MEMBER,
}
_STAGE_NAMES = {
    1: PoliticalStatus.APPLICANT,
    2: PoliticalStatus.ACTIVIST,
    3: PoliticalStatus.PROSPECT,
    4: PoliticalStatus.PROSPECT,
}


def _political_status(status: str | None, stage: int | None) -> PoliticalStatus | None:
    if status is not None:
        return _STATUS_NAMES[status]
    return None if stage is None else _STAGE_NAMES.get(stage)


def _affiliation(row: Mapping[str, Any]) -> Affiliation:
    start, end = span(row)
    return Affiliation(AffiliationKind(row["kind"]), UUID(row["unit_id"]), start, end)


def _person(row: Record, cipher: FieldCipher) -> Person:
    sealed = row["number_sealed"]
    return Person(
        person_id=row["person_id"],
        name=row["name"],
        kind=PersonKind(row["kind"]),
        category=None if row["category"] is None else PersonCategory(row["category"]),
        campus_number=None if sealed is None else cipher.open(sealed, context=NUMBER_CONTEXT),
        birth_date=row["born_on"],
        political_status=_political_status(row["status"], row["stage"]),
        affiliations=tuple(_affiliation(item) for item in row["affiliations"]),
        version=row["version"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        merged_into=row["merged_into"],
    )


async def find(reader: Reader, cipher: FieldCipher, person_id: UUID, *, today: date) -> Person | None:
    """A person with the ties believed now."""
    row = await reader.fetch_one(_FIND, person_id=person_id, today=today)
    return None if row is None else _person(row, cipher)


async def find_many(
    reader: Reader, cipher: FieldCipher, person_ids: Sequence[UUID], *, today: date
) -> list[Person]:
    """Those of these persons who are registered."""
    rows = await reader.fetch(_FIND_MANY, person_ids=list(person_ids), today=today)
    return [_person(row, cipher) for row in rows]


async def lock(work: UnitOfWork, person_id: UUID) -> int | None:
    """Make other writers of the person wait; the version, None where there is no such person."""
    version: int | None = await work.fetch_value(_LOCK, person_id=person_id)
    return version


async def units_of(reader: Reader, person_id: UUID, *, today: date) -> list[UUID]:
    """The units the person belongs to today, by whatever tie."""
    return [row["unit_id"] for row in await reader.fetch(_UNITS_OF, person_id=person_id, today=today)]


async def is_visible(reader: Reader, person_id: UUID, *, today: date, scope: Mapping[str, Any]) -> bool:
    """Whether the person belongs where the caller may look."""
    return bool(await reader.fetch_value(_VISIBLE, person_id=person_id, today=today, **scope))


async def page(
    reader: Reader,
    cipher: FieldCipher,
    *,
    today: date,
    scope: Mapping[str, Any],
    filters: Mapping[str, Any],
    after: UUID | None,
    size: int,
) -> list[Person]:
    """Persons of the caller's scope in the order of their ids."""
    rows = await reader.fetch(_LIST, today=today, after=after, size=size, **scope, **filters)
    return [_person(row, cipher) for row in rows]


async def roster(
    reader: Reader,
    cipher: FieldCipher,
    *,
    today: date,
    scope: Mapping[str, Any],
    unit_id: UUID | None,
    size: int,
) -> list[Person]:
    """Persons of the caller's scope in the order of their names."""
    rows = await reader.fetch(_ROSTER, today=today, unit_id=unit_id, size=size, **scope)
    return [_person(row, cipher) for row in rows]


async def numbers(reader: Reader, cipher: FieldCipher, person_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The campus numbers of those of these persons who have one."""
    rows = await reader.fetch(_NUMBERS, person_ids=list(person_ids))
    return {row["person_id"]: cipher.open(row["number_sealed"], context=NUMBER_CONTEXT) for row in rows}


async def labels(reader: Reader, person_ids: Sequence[UUID]) -> list[Label]:
    """Names of the persons that are known."""
    rows = await reader.fetch(_LABELS, person_ids=list(person_ids))
    return [
        Label(
            person_id=row["person_id"],
            name=row["name"],
            pinyin=row["pinyin"],
            kind=PersonKind(row["kind"]),
            category=None if row["category"] is None else PersonCategory(row["category"]),
            version=row["version"],
            merged_into=row["merged_into"],
        )
        for row in rows
    ]


async def known(reader: Reader, person_ids: Iterable[UUID]) -> dict[UUID, tuple[PersonKind, date | None]]:
    """Kind and birth date of the persons that are registered."""
    rows = await reader.fetch(_KNOWN, person_ids=list(person_ids))
    return {row["person_id"]: (PersonKind(row["kind"]), row["born_on"]) for row in rows}


async def affiliations(
    reader: Reader, person_id: UUID, *, as_of: date | None, known_at: datetime | None
) -> list[Affiliation]:
    """The ties of a person, of a day and as believed at an instant."""
    rows = await reader.fetch(_HISTORY, person_id=person_id, as_of=as_of, known_at=known_at)
    return [
        Affiliation(AffiliationKind(row["kind"]), row["unit_id"], row["valid_from"], row["valid_until"])
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class NewRows:
    """New persons with their ties as they are written; made without the database."""

    persons: Sequence[Row]
    affiliations: Sequence[Row]


def new_rows(
    cipher: FieldCipher, people: Sequence[NewPerson], pinyin: Mapping[UUID, str], *, now: datetime
) -> NewRows:
    """The rows of new persons, for `add`."""
    return NewRows(
        [
            (
                new.person_id,
                new.name,
                pinyin[new.person_id],
                _sealed(cipher, new.campus_number),
                new.kind.value,
                None if new.category is None else new.category.value,
                new.birth_date,
                1,
                now,
                now,
            )
            for new in people
        ],
        AFFILIATIONS.rows(
            (
                {"person_id": new.person_id, "kind": tie.kind.value},
                {"unit_id": tie.unit_id},
                Interval(tie.valid_from, tie.valid_until),
                now,
            )
            for new in people
            for tie in new.affiliations
        ),
    )


async def add(work: UnitOfWork, rows: NewRows) -> None:
    """Write new persons with their ties."""
    await work.copy(tables.person, _NEW_PERSON, rows.persons)
    await AFFILIATIONS.bring_in(work, rows.affiliations)


async def affiliate(work: UnitOfWork, person_id: UUID, tie: Affiliation) -> bool:
    """Believe in a tie over its period; False when it was believed already."""
    instant = await AFFILIATIONS.record(
        work,
        {"person_id": person_id, "kind": tie.kind.value},
        Interval(tie.valid_from, tie.valid_until),
        {"unit_id": tie.unit_id},
    )
    return instant is not None


def _sealed(cipher: FieldCipher, number: str | None) -> bytes | None:
    return None if number is None else cipher.seal(number, context=NUMBER_CONTEXT)


async def update(
    work: UnitOfWork,
    person_id: UUID,
    *,
    name: str,
    pinyin: str,
    category: PersonCategory | None,
    born_on: date | None,
) -> None:
    """Correct what is written of a person."""
    await work.execute(
        _UPDATE,
        person_id=person_id,
        name=name,
        pinyin=pinyin,
        category=None if category is None else category.value,
        born_on=born_on,
        now=work.now,
    )


async def touch(work: UnitOfWork, person_id: UUID) -> None:
    """Count a change of what hangs on the person."""
    await work.execute(_TOUCH, person_id=person_id, now=work.now)


def _account(row: Record) -> Account:
    return Account(**dict(row))


async def add_accounts(work: UnitOfWork, accounts: Sequence[Account]) -> None:
    """Write new logins."""
    await work.copy(
        tables.account,
        _ACCOUNT_COLUMNS,
        map(attrgetter(*_ACCOUNT_COLUMNS), accounts),
    )


async def accounts_of(reader: Reader, person_id: UUID) -> list[Account]:
    """The logins of a person."""
    return [_account(row) for row in await reader.fetch(_ACCOUNTS_OF, person_id=person_id)]


async def accounts_of_many(reader: Reader, person_ids: Sequence[UUID]) -> list[Account]:
    """The logins of these persons."""
    rows = await reader.fetch(_ACCOUNTS_OF_MANY, person_ids=list(person_ids))
    return [_account(row) for row in rows]


async def lock_account(work: UnitOfWork, account_id: UUID) -> Account | None:
    """A login, held until the end of the unit of work."""
    row = await work.fetch_one(_LOCK_ACCOUNT, account_id=account_id)
    return None if row is None else _account(row)


async def set_active(work: UnitOfWork, account_id: UUID, *, active: bool) -> Account:
    """Open or close a login."""
    row = await work.fetch_one(_SET_ACTIVE, account_id=account_id, active=active)
    assert row is not None
    return _account(row)


async def taken_numbers(reader: Reader, issuer: str, number_keys: Sequence[str]) -> dict[str, UUID]:
    """Who has which of these numbers."""
    rows = await reader.fetch(_TAKEN_NUMBERS, issuer=issuer, number_keys=list(number_keys))
    return {row["number_key"]: row["person_id"] for row in rows}
