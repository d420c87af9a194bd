"""Transfers: one row each, held while they change, and listed by their two sides."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Reader, Record, UnitOfWork
from chassis.statements import query
from membership.domain.transfers import Letter, Refusal, Transfer, TransferState
from membership.domain.verdicts import from_records, to_records
from rulebook import RuleSet

_NAMES = (
    "transfer_id",
    "person_id",
    "from_unit_id",
    "to_unit_id",
    "to_organization",
    "state",
    "letter_number",
    "letter_issued_on",
    "letter_valid_through",
    "letters_issued",
    "left_on",
    "pack_digest",
    "accepted_on",
    "receipt_due_on",
    "receipt_returned_on",
    "reason",
    "verdicts",
    "version",
    "created_at",
    "updated_at",
    "issuing_unit_id",
    "refusal",
)
_COLUMNS = ", ".join(f"t.{name}" for name in _NAMES)
_CHANGING = (
    "state",
    "letter_number",
    "letter_issued_on",
    "letter_valid_through",
    "letters_issued",
    "accepted_on",
    "receipt_due_on",
    "receipt_returned_on",
    "reason",
    "verdicts",
    "version",
    "updated_at",
    "refusal",
)
_VALUES = ", ".join("CAST(:verdicts AS jsonb)" if name == "verdicts" else f":{name}" for name in _NAMES)
_FIND = query(sa.text(f"SELECT {_COLUMNS} FROM transfer t WHERE t.transfer_id = :transfer_id"))
_LOCK = query(sa.text(f"SELECT {_COLUMNS} FROM transfer t WHERE t.transfer_id = :transfer_id FOR UPDATE"))
_OPEN_OF = query(
    sa.text(
        """SELECT person_id, transfer_id FROM transfer
            WHERE person_id = ANY (CAST(:person_ids AS uuid[])) AND state IN ('started', 'expired')
            ORDER BY person_id"""
    )
)
_RUN_OUT = query(
    sa.text(
        f"""SELECT {_COLUMNS} FROM transfer t
             WHERE t.state = 'started' AND t.letter_valid_through < CAST(:day AS date)
             ORDER BY t.transfer_id FOR UPDATE"""
    )
)
_WITHOUT_ITEMS = query(
    sa.text(
        f"""SELECT {_COLUMNS} FROM transfer t
             WHERE (t.state IN ('started', 'expired')
                    OR (t.state = 'accepted' AND t.receipt_returned_on IS NULL))
               AND t.transfer_id > :after
               AND NOT EXISTS (SELECT FROM inbox_item i WHERE i.transfer_id = t.transfer_id)
             ORDER BY t.transfer_id LIMIT :size FOR UPDATE"""
    )
)
_PUT = query(
    sa.text(
        f"""INSERT INTO transfer ({", ".join(_NAMES)}) VALUES ({_VALUES})
            ON CONFLICT (transfer_id) DO UPDATE
               SET {", ".join(f"{name} = excluded.{name}" for name in _CHANGING)}"""
    )
)


def _below(ancestors: str, column: str, reading: str) -> str:
    return f"""EXISTS (SELECT FROM access_closure c WHERE c.ancestor_id = {ancestors}
                          AND c.descendant_id = t.{column} AND c.valid @> CAST(:access_day AS date)
                          AND {reading})"""


_WITHIN = "ANY (CAST(:access_units AS uuid[]))"
_READING = "(CAST(:access_reading AS boolean) OR NOT c.reading_only)"
_LIST = query(
    sa.text(
        f"""SELECT {_COLUMNS} FROM transfer t
             WHERE (CAST(:after AS uuid) IS NULL OR t.transfer_id > CAST(:after AS uuid))
               AND (CAST(:person_id AS uuid) IS NULL OR t.person_id = CAST(:person_id AS uuid))
               AND (CAST(:state AS text) IS NULL OR t.state = CAST(:state AS text))
               AND (NOT CAST(:overdue AS boolean) OR (
                    t.state IN ('started', 'expired') AND t.letter_valid_through < CAST(:access_day AS date)))
               AND (NOT CAST(:awaiting_receipt AS boolean)
                    OR (t.state = 'accepted' AND t.receipt_returned_on IS NULL))
               AND (CAST(:from_unit_id AS uuid) IS NULL
                    OR {_below("CAST(:from_unit_id AS uuid)", "from_unit_id", "NOT c.reading_only")})
               AND (CAST(:to_unit_id AS uuid) IS NULL
                    OR {_below("CAST(:to_unit_id AS uuid)", "to_unit_id", "NOT c.reading_only")})
               AND (t.person_id = CAST(:self AS uuid)
                    OR {_below(_WITHIN, "from_unit_id", _READING)}
                    OR {_below(_WITHIN, "to_unit_id", _READING)})
             ORDER BY t.transfer_id LIMIT :size"""
    )
)


@dataclass(frozen=True, slots=True)
class TransferFilter:
    """Which transfers a list shows."""

    from_unit_id: UUID | None = None
    to_unit_id: UUID | None = None
    person_id: UUID | None = None
    state: str | None = None
    overdue: bool = False
    awaiting_receipt: bool = False


def _transfer(row: Record, rules: RuleSet | None = None) -> Transfer:
    values = dict(row)
    letter = Letter(*(values.pop(f"letter_{name}") for name in ("number", "issued_on", "valid_through")))
    records = values.pop("verdicts")
    state, refusal = TransferState(values.pop("state")), values.pop("refusal")
    values["refusal"] = None if refusal is None else Refusal(refusal)
    judgements = () if rules is None else from_records(rules, records)
    return Transfer(**values, letter=letter, state=state, judgements=judgements)


def _row(found: Transfer) -> dict[str, Any]:
    values = {name: getattr(found, name) for name in _NAMES if hasattr(found, name)}
    return values | {
        "state": found.state.value,
        "letter_number": found.letter.number,
        "letter_issued_on": found.letter.issued_on,
        "letter_valid_through": found.letter.valid_through,
        "verdicts": to_records(found.judgements),
    }


async def find(reader: Reader, transfer_id: UUID, rules: RuleSet | None = None) -> Transfer | None:
    """The transfer; with the rule set it was begun under also its verdicts."""
    row = await reader.fetch_one(_FIND, transfer_id=transfer_id)
    return None if row is None else _transfer(row, rules)


async def lock(work: UnitOfWork, transfer_id: UUID) -> Transfer | None:
    """The transfer without its verdicts, held until the end of the unit of work."""
    row = await work.fetch_one(_LOCK, transfer_id=transfer_id)
    return None if row is None else _transfer(row)


async def open_of(reader: Reader, person_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """The open transfer of each of these persons who has one."""
    rows = await reader.fetch(_OPEN_OF, person_ids=list(person_ids))
    return {row["person_id"]: row["transfer_id"] for row in rows}


async def run_out(work: UnitOfWork, *, day: date) -> list[Transfer]:
    """Started transfers whose letter ran out before the day, held until the end of the unit of work."""
    return [_transfer(row) for row in await work.fetch(_RUN_OUT, day=day)]


async def without_items(work: UnitOfWork, *, after: UUID, size: int) -> list[Transfer]:
    """Transfers that wait for something of which nothing is written yet, held until the end."""
    rows = await work.fetch(_WITHOUT_ITEMS, after=after, size=size)
    return [_transfer(row) for row in rows]


async def save(work: UnitOfWork, found: Sequence[Transfer]) -> None:
    """Write transfers, new ones and changed ones."""
    await work.execute_many(_PUT, [_row(item) for item in found])


async def page(
    reader: Reader,
    *,
    scope: Mapping[str, Any],
    wanted: TransferFilter,
    self_id: UUID | None,
    after: UUID | None,
    size: int,
) -> list[Transfer]:
    """Transfers of the caller's scope and the caller's own, in the order of their ids."""
    rows = await reader.fetch(_LIST, after=after, size=size, self=self_id, **asdict(wanted), **scope)
    return [_transfer(row) for row in rows]
