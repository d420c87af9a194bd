"""Who is whose among the persons of campus systems, the rooms they live in, and corrections of many at once."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa

from chassis.bitemporal import History
from chassis.database import Reader, UnitOfWork
from chassis.field_cipher import FieldCipher
from chassis.intervals import Interval
from chassis.statements import query
from membership import tables
from membership.domain.people import Account, pinyin_of
from membership.domain.sync_rows import Planned, Stay
from membership.repository.history import AFFILIATIONS, believed, holding
from membership.repository.persons import NUMBER_CONTEXT

RESIDENCES = History(tables.residence, ["person_id"], ["room"])

_LINKED = query(
    sa.text(
        """SELECT external_id, person_id FROM person_source
            WHERE source = :source AND external_id = ANY (CAST(:external_ids AS text[]))"""
    )
)
_HOLD = query(
    sa.text(
        """SELECT person_id FROM person WHERE person_id = ANY (CAST(:person_ids AS uuid[]))
            ORDER BY person_id FOR UPDATE"""
    )
)
_STAYS = query(
    sa.text(
        """SELECT person_id, room, lower(valid) AS valid_from, upper(valid) AS valid_until FROM residence
            WHERE person_id = ANY (CAST(:person_ids AS uuid[])) AND recorded_until IS NULL
            ORDER BY lower(valid)"""
    )
)
_HISTORY = query(
    sa.text(
        f"""SELECT h.room, lower(h.valid) AS valid_from, upper(h.valid) AS valid_until
              FROM residence h WHERE h.person_id = :person_id AND {believed("h")} AND {holding("h")}
             ORDER BY lower(h.valid)"""
    )
)
# Whoever is named under another key of the system is not absent.
_ABSENT = query(
    sa.text(
        """SELECT DISTINCT ON (s.person_id) s.external_id, s.person_id FROM person_source s
            WHERE s.source = :source AND s.departure_id IS NULL
              AND s.external_id <> ALL (CAST(:external_ids AS text[]))
              AND s.person_id <> ALL (CAST(:person_ids AS uuid[]))
            ORDER BY s.person_id, s.external_id"""
    )
)
_LINK = query(
    sa.text(
        """INSERT INTO person_source (source, external_id, person_id, seen_at)
           SELECT :source, w.external_id, w.person_id, :now
             FROM unnest(CAST(:external_ids AS text[]), CAST(:person_ids AS uuid[])) AS w (external_id, person_id)
           ON CONFLICT (source, external_id) DO UPDATE
              SET person_id = excluded.person_id, departure_id = NULL, seen_at = excluded.seen_at"""
    )
)
_CORRECT = query(
    sa.text(
        """UPDATE person p
              SET name = w.name, pinyin = w.pinyin, kind = w.kind, category = w.category, born_on = w.born_on,
                  number_sealed = coalesce(w.number_sealed, p.number_sealed), version = p.version + 1,
                  updated_at = :now
             FROM unnest(CAST(:person_ids AS uuid[]), CAST(:names AS text[]), CAST(:pinyin AS text[]),
                         CAST(:kinds AS text[]), CAST(:categories AS text[]), CAST(:born_on AS date[]),
                         CAST(:numbers AS bytea[]))
                  AS w (person_id, name, pinyin, kind, category, born_on, number_sealed)
            WHERE p.person_id = w.person_id"""
    )
)
_CLOSE_ACCOUNTS = query(
    sa.text(
        """UPDATE account SET active = false, version = version + 1
            WHERE person_id = ANY (CAST(:person_ids AS uuid[])) AND issuer = :issuer AND active
        RETURNING account_id, person_id, issuer, number_key, active, version"""
    )
)


async def linked(reader: Reader, source: str, external_ids: Iterable[str]) -> dict[str, UUID]:
    """The persons behind these keys of a system."""
    rows = await reader.fetch(_LINKED, source=source, external_ids=list(external_ids))
    return {row["external_id"]: row["person_id"] for row in rows}


async def hold(work: UnitOfWork, person_ids: Iterable[UUID]) -> None:
    """Keep others from changing these persons until the end of the unit of work."""
    await work.fetch(_HOLD, person_ids=list(person_ids))


async def stays(reader: Reader, person_ids: Iterable[UUID]) -> dict[UUID, tuple[Stay, ...]]:
    """The rooms of these persons as believed now."""
    found: dict[UUID, tuple[Stay, ...]] = {}
    for row in await reader.fetch(_STAYS, person_ids=list(person_ids)):
        stay = Stay(row["room"], row["valid_from"], row["valid_until"])
        found[row["person_id"]] = (*found.get(row["person_id"], ()), stay)
    return found


async def residences(
    reader: Reader, person_id: UUID, *, as_of: date | None, known_at: datetime | None
) -> list[Stay]:
    """The rooms of a person, of a day and as believed at an instant."""
    rows = await reader.fetch(_HISTORY, person_id=person_id, as_of=as_of, known_at=known_at)
    return [Stay(row["room"], row["valid_from"], row["valid_until"]) for row in rows]


async def absent(
    reader: Reader, source: str, *, external_ids: Sequence[str], person_ids: Sequence[UUID]
) -> list[tuple[str, UUID]]:
    """The persons of a system, with a key each, who are not among these and were not found absent before."""
    rows = await reader.fetch(
        _ABSENT, source=source, external_ids=list(external_ids), person_ids=list(person_ids)
    )
    return [(row["external_id"], row["person_id"]) for row in rows]


async def link(work: UnitOfWork, source: str, planned: Sequence[Planned]) -> None:
    """Keep that the system names these persons by their keys."""
    await work.execute(
        _LINK,
        source=source,
        external_ids=[item.external_id for item in planned],
        person_ids=[item.person_id for item in planned],
        now=work.now,
    )


async def correct(work: UnitOfWork, cipher: FieldCipher, planned: Sequence[Planned]) -> None:
    """Write what rows say of persons who are registered, each a version further."""
    await work.execute(
        _CORRECT,
        person_ids=[item.person_id for item in planned],
        names=[item.name for item in planned],
        pinyin=[pinyin_of(item.name) for item in planned],
        kinds=[item.person_kind.value for item in planned],
        categories=[None if item.category is None else item.category.value for item in planned],
        born_on=[item.birth_date for item in planned],
        numbers=[
            None if item.campus_number is None else cipher.seal(item.campus_number, context=NUMBER_CONTEXT)
            for item in planned
        ],
        now=work.now,
    )


async def place(work: UnitOfWork, planned: Sequence[Planned]) -> None:
    """Believe where rows say that persons belong and live; the caller holds the persons."""
    await AFFILIATIONS.record_many(
        work,
        [
            (
                {"person_id": item.person_id, "kind": tie.kind.value},
                Interval(tie.valid_from, tie.valid_until),
                {"unit_id": tie.unit_id},
            )
            for item in planned
            for tie in item.ties
        ],
    )
    await AFFILIATIONS.record_many(
        work,
        [
            ({"person_id": item.person_id, "kind": kind.value}, days, None)
            for item in planned
            for kind, days in item.ends
        ],
    )
    await RESIDENCES.record_many(
        work,
        [
            (
                {"person_id": item.person_id},
                Interval(item.stay.valid_from, item.stay.valid_until),
                {"room": item.stay.room},
            )
            for item in planned
            if item.stay is not None
        ],
    )


async def leave(work: UnitOfWork, person_id: UUID, kinds: Iterable[str], left_on: date) -> None:
    """Believe that a person belongs to no unit of these kinds, and lives in no room, from a day on."""
    days = Interval(left_on)
    await AFFILIATIONS.record_many(
        work, [({"person_id": person_id, "kind": str(kind)}, days, None) for kind in kinds]
    )
    await RESIDENCES.record_many(work, [({"person_id": person_id}, days, None)])


async def close_accounts(work: UnitOfWork, issuer: str, person_ids: Sequence[UUID]) -> list[Account]:
    """Close the open logins of these persons; answers those that were open."""
    rows = await work.fetch(_CLOSE_ACCOUNTS, issuer=issuer, person_ids=list(person_ids))
    return [Account(**dict(row)) for row in rows]
