"""The ledger of the admission forms: a row for each booklet, and one for each unit and year that has a ledger."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Reader, Record, UnitOfWork
from chassis.statements import query
from membership.domain.forms import Form, FormState, Ledger

_NAMES = (
    "form_id",
    "form_number",
    "unit_id",
    "year",
    "state",
    "drawn_on",
    "accounted_on",
    "case_id",
    "reason",
    "version",
    "updated_at",
)
_COLUMNS = ", ".join(f"f.{name}" for name in _NAMES)
_FIND = query(sa.text(f"SELECT {_COLUMNS} FROM admission_form f WHERE f.form_id = :form_id"))
_LOCK = query(sa.text(f"SELECT {_COLUMNS} FROM admission_form f WHERE f.form_id = :form_id FOR UPDATE"))
# The form of a number and the one that a case has now, held until the end of the unit of work.
_FOR_USE = query(
    sa.text(
        f"""SELECT {_COLUMNS} FROM admission_form f
             WHERE f.form_number = :form_number OR (f.case_id = :case_id AND f.state = 'used')
             ORDER BY f.form_id FOR UPDATE"""
    )
)
_TAKEN = query(
    sa.text("SELECT form_number FROM admission_form WHERE form_number = ANY (CAST(:numbers AS text[]))")
)
_COUNTS = query(
    sa.text(
        """SELECT state, count(*) AS forms FROM admission_form
            WHERE unit_id = :unit_id AND year = :year GROUP BY state"""
    )
)
_YEAR = query(sa.text("SELECT closed_on, version FROM form_year WHERE unit_id = :unit_id AND year = :year"))
# Which ledgers of a year stand over a branch: its own unit's and those of the units above it.
_OVER = query(
    sa.text(
        """SELECT y.unit_id, y.closed_on FROM form_year y
             JOIN access_closure b ON b.ancestor_id = y.unit_id AND b.descendant_id = :unit_id
                                  AND b.valid @> CAST(:day AS date) AND NOT b.reading_only
            WHERE y.year = :year"""
    )
)
_PUT_YEAR = query(
    sa.text(
        """INSERT INTO form_year (ledger_id, unit_id, year, closed_on, version)
           VALUES (:ledger_id, :unit_id, :year, :closed_on, 1)
           ON CONFLICT (unit_id, year) DO UPDATE
              SET closed_on = excluded.closed_on, version = form_year.version + 1
           RETURNING ledger_id, version"""
    )
)
_PUT = query(
    sa.text(
        f"""INSERT INTO admission_form ({", ".join(_NAMES)})
            VALUES ({", ".join(f":{name}" for name in _NAMES)})
            ON CONFLICT (form_id) DO UPDATE
               SET state = excluded.state, accounted_on = excluded.accounted_on, case_id = excluded.case_id,
                   reason = excluded.reason, version = excluded.version, updated_at = excluded.updated_at"""
    )
)
_LIST = query(
    sa.text(
        f"""SELECT {_COLUMNS} FROM admission_form f
             WHERE f.unit_id = :unit_id
               AND (CAST(:after AS uuid) IS NULL OR f.form_id > CAST(:after AS uuid))
               AND (CAST(:year AS integer) IS NULL OR f.year = CAST(:year AS integer))
               AND (CAST(:state AS text) IS NULL OR f.state = CAST(:state AS text))
             ORDER BY f.form_id LIMIT :size"""
    )
)


def _form(row: Record) -> Form:
    values = dict(row)
    return Form(state=FormState(values.pop("state")), **values)


def _values(form: Form) -> dict[str, Any]:
    return {name: getattr(form, name) for name in _NAMES} | {"state": form.state.value}


async def find(reader: Reader, form_id: UUID) -> Form | None:
    """The form, None where there is none."""
    row = await reader.fetch_one(_FIND, form_id=form_id)
    return None if row is None else _form(row)


async def lock(work: UnitOfWork, form_id: UUID) -> Form | None:
    """The form, held until the end of the unit of work."""
    row = await work.fetch_one(_LOCK, form_id=form_id)
    return None if row is None else _form(row)


async def for_use(work: UnitOfWork, form_number: str, case_id: UUID) -> tuple[Form | None, Form | None]:
    """The form of the number, and another one that the case has now; both held."""
    found = [_form(row) for row in await work.fetch(_FOR_USE, form_number=form_number, case_id=case_id)]
    named = next((form for form in found if form.form_number == form_number), None)
    return named, next((form for form in found if form is not named), None)


async def taken(reader: Reader, numbers: Sequence[str]) -> list[str]:
    """Those of the numbers that are in a ledger already."""
    return sorted(row["form_number"] for row in await reader.fetch(_TAKEN, numbers=list(numbers)))


async def ledger(reader: Reader, unit_id: UUID, year: int) -> Ledger:
    """The forms of a unit and a year, counted; nothing drawn is a ledger too."""
    counts = {
        FormState(row["state"]): row["forms"]
        for row in await reader.fetch(_COUNTS, unit_id=unit_id, year=year)
    }
    row = await reader.fetch_one(_YEAR, unit_id=unit_id, year=year)
    return Ledger(unit_id, year, counts, None if row is None else row["closed_on"])


async def ledgers_over(reader: Reader, unit_id: UUID, year: int, *, day: date) -> dict[UUID, bool]:
    """The units at or above a branch that keep a ledger of the year, and whether it is open."""
    rows = await reader.fetch(_OVER, unit_id=unit_id, year=year, day=day)
    return {row["unit_id"]: row["closed_on"] is None for row in rows}


async def put_year(
    work: UnitOfWork, ledger_id: UUID, unit_id: UUID, year: int, closed_on: date | None
) -> tuple[UUID, int]:
    """Open or close the ledger of a unit and a year; answers its id and its version."""
    row = await work.fetch_one(
        _PUT_YEAR, ledger_id=ledger_id, unit_id=unit_id, year=year, closed_on=closed_on
    )
    assert row is not None
    return row["ledger_id"], row["version"]


async def save(work: UnitOfWork, forms: Sequence[Form]) -> None:
    """Write forms, new ones and changed ones."""
    await work.execute_many(_PUT, [_values(form) for form in forms])


async def page(
    reader: Reader, unit_id: UUID, *, year: int | None, state: str | None, after: UUID | None, size: int
) -> list[Form]:
    """Forms of a unit, in the order of their ids."""
    rows = await reader.fetch(_LIST, unit_id=unit_id, year=year, state=state, after=after, size=size)
    return [_form(row) for row in rows]
