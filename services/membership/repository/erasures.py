"""Erasures and legal holds, and the statements that leave of a person nothing but the id."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa

from chassis.database import Reader, Record, UnitOfWork
from chassis.erasing import Terms
from chassis.field_cipher import FieldCipher
from chassis.statements import insert, query
from membership import tables
from membership.domain.erasures import Erasure, ErasureState, LegalHold, Traces

TERMS_CONTEXT = "person_erasure.terms"

_HOLD_NAMES = tuple(column.name for column in tables.legal_hold.c)
_HOLD = ", ".join(_HOLD_NAMES)
_NAMES = tuple(column.name for column in tables.person_erasure.c if column.name != "terms_sealed")
_COLUMNS = ", ".join(_NAMES)
_ADD_HOLD = query(insert(tables.legal_hold, *_HOLD_NAMES))
_LIFT = query(
    sa.text(
        """UPDATE legal_hold SET lifted_on = :lifted_on, lifted_by = :lifted_by, lift_reason = :lift_reason,
                  version = :version WHERE hold_id = :hold_id"""
    )
)
_LOCK_HOLD = query(sa.text(f"SELECT {_HOLD} FROM legal_hold WHERE hold_id = :hold_id FOR UPDATE"))
_HOLDS = query(
    sa.text(
        f"""SELECT {_HOLD} FROM legal_hold
             WHERE (CAST(:person_id AS uuid) IS NULL OR person_id = CAST(:person_id AS uuid))
               AND (NOT CAST(:standing AS boolean) OR lifted_on IS NULL)
               AND (CAST(:before AS uuid) IS NULL OR hold_id < CAST(:before AS uuid))
             ORDER BY hold_id DESC LIMIT CAST(:size AS int)"""
    )
)
_STANDING = query(
    sa.text(
        f"SELECT {_HOLD} FROM legal_hold WHERE person_id = :person_id AND lifted_on IS NULL ORDER BY hold_id"
    )
)
# What a person is still needed for here.
_TRACES = query(
    sa.text(
        """SELECT (SELECT max(greatest(k.applied_on, (SELECT max(s.occurred_on) FROM case_step s
                                                       WHERE s.case_id = k.case_id)))
                     FROM admission_case k WHERE k.person_id = :person_id AND k.state <> 'open')
                      AS case_closed_on,
                  (SELECT max(letter_issued_on) FROM transfer WHERE person_id = :person_id)
                      AS letter_issued_on,
                  (SELECT max(paid_on) FROM dues_payment WHERE person_id = :person_id) AS dues_paid_on"""
    )
)
_FIND = query(sa.text(f"SELECT {_COLUMNS} FROM person_erasure WHERE erasure_id = :erasure_id"))
_PAGE = query(
    sa.text(
        f"""SELECT {_COLUMNS} FROM person_erasure
             WHERE (CAST(:before AS uuid) IS NULL OR erasure_id < CAST(:before AS uuid))
             ORDER BY erasure_id DESC LIMIT CAST(:size AS int)"""
    )
)
_ADD = query(insert(tables.person_erasure, *_NAMES, "terms_sealed"))
_NOTE = query(
    sa.text("UPDATE person_erasure SET places = :places WHERE erasure_id = :erasure_id").bindparams(
        sa.bindparam("places", type_=tables.person_erasure.c.places.type)
    )
)
_COMPLETE = query(
    sa.text(
        """UPDATE person_erasure SET state = 'completed', places = '{}', terms_sealed = NULL,
                  completed_at = :completed_at, version = :version WHERE erasure_id = :erasure_id"""
    )
)
_TERMS = query(sa.text("SELECT terms_sealed FROM person_erasure WHERE erasure_id = :erasure_id"))
_SOURCES = query(
    sa.text("SELECT external_id FROM person_source WHERE person_id = :person_id ORDER BY source, external_id")
)
_EMPTY = query(
    sa.text(
        """UPDATE person SET name = '', pinyin = '', number_sealed = NULL, born_on = NULL, erased_at = :now,
                  updated_at = :now, version = version + 1 WHERE person_id = :person_id RETURNING version"""
    )
)
_CLOSE_ACCOUNTS = query(
    sa.text(
        "DELETE FROM account WHERE person_id = :person_id RETURNING account_id, issuer, number_key, version"
    )
)


def _hold(row: Record) -> LegalHold:
    return LegalHold(**dict(row))


def _erasure(row: Record) -> Erasure:
    values = dict(row)
    state = ErasureState(values["state"])
    return Erasure(**values | {"state": state, "places": tuple(values["places"])})


async def add_hold(work: UnitOfWork, hold: LegalHold) -> None:
    """Keep a new hold."""
    await work.execute(_ADD_HOLD, **asdict(hold))


async def lift(work: UnitOfWork, hold: LegalHold) -> None:
    """Write that a hold was lifted."""
    await work.execute(
        _LIFT,
        hold_id=hold.hold_id,
        lifted_on=hold.lifted_on,
        lifted_by=hold.lifted_by,
        lift_reason=hold.lift_reason,
        version=hold.version,
    )


async def lock_hold(work: UnitOfWork, hold_id: UUID) -> LegalHold | None:
    """A hold, held until the commit."""
    row = await work.fetch_one(_LOCK_HOLD, hold_id=hold_id)
    return None if row is None else _hold(row)


async def holds(
    reader: Reader, *, person_id: UUID | None, standing_only: bool, before: UUID | None, size: int
) -> list[LegalHold]:
    """A page of holds, the newest first."""
    rows = await reader.fetch(_HOLDS, person_id=person_id, standing=standing_only, before=before, size=size)
    return [_hold(row) for row in rows]


async def standing_holds(reader: Reader, person_id: UUID) -> list[LegalHold]:
    """The holds on a person that stand, the oldest first."""
    return [_hold(row) for row in await reader.fetch(_STANDING, person_id=person_id)]


async def traces(reader: Reader, person_id: UUID) -> Traces:
    """The days from which retention periods of a person run."""
    row = await reader.fetch_one(_TRACES, person_id=person_id)
    assert row is not None
    return Traces(**dict(row))


async def find(reader: Reader, erasure_id: UUID) -> Erasure | None:
    """An erasure."""
    row = await reader.fetch_one(_FIND, erasure_id=erasure_id)
    return None if row is None else _erasure(row)


async def page(reader: Reader, *, before: UUID | None, size: int) -> list[Erasure]:
    """A page of erasures, the newest first."""
    return [_erasure(row) for row in await reader.fetch(_PAGE, before=before, size=size)]


async def add(work: UnitOfWork, cipher: FieldCipher, made: Erasure, terms: Terms) -> None:
    """Keep a new erasure with what will be searched for, sealed."""
    values: dict[str, Any] = asdict(made) | {"state": made.state.value, "places": list(made.places)}
    text = orjson.dumps([terms.names, terms.numbers]).decode()
    await work.execute(_ADD, **values, terms_sealed=cipher.seal(text, context=TERMS_CONTEXT))


async def terms(reader: Reader, cipher: FieldCipher, erasure_id: UUID) -> Terms:
    """What is searched for."""
    sealed = await reader.fetch_value(_TERMS, erasure_id=erasure_id)
    if sealed is None:
        return Terms()
    names, numbers = orjson.loads(cipher.open(sealed, context=TERMS_CONTEXT))
    return Terms(tuple(names), tuple(numbers))


async def note_places(work: UnitOfWork, erasure_id: UUID, places: Sequence[str]) -> None:
    """Keep where something was found."""
    await work.execute(_NOTE, erasure_id=erasure_id, places=list(places))


async def complete(work: UnitOfWork, done: Erasure) -> None:
    """Write that nothing is left, and forget what was searched for."""
    await work.execute(
        _COMPLETE, erasure_id=done.erasure_id, completed_at=done.completed_at, version=done.version
    )


async def empty_person(work: UnitOfWork, person_id: UUID) -> int:
    """Leave of a person the id and the kind; answers the version."""
    version: int = await work.fetch_value(_EMPTY, person_id=person_id, now=work.now)
    return version


async def drop_accounts(work: UnitOfWork, person_id: UUID) -> list[Record]:
    """Remove the logins of a person; answers what they were."""
    return await work.fetch(_CLOSE_ACCOUNTS, person_id=person_id)


async def external_ids(reader: Reader, person_id: UUID) -> list[str]:
    """By which keys campus systems know a person."""
    return [row["external_id"] for row in await reader.fetch(_SOURCES, person_id=person_id)]
