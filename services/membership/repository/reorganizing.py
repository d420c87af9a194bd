"""The units whose people a reorganisation is about to move, and how reads withhold what would be half of it.

Organization and membership commit one after the other. From the day of the plan on, and of what is believed since
its execution began, nothing is answered about these units until our own commit: the statements that read rolls and
cases carry a column `withheld`, which costs nothing while no reorganisation is executed.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Reader, Record, UnitOfWork
from chassis.statements import query
from membership.errors import UnitBeingReorganizedError
from membership.repository.history import believed, holding

_BEGIN = query(
    sa.text(
        """INSERT INTO reorganizing (unit_id, parent_id, process_id, effective_on, begun_at)
           SELECT u.unit_id, u.parent_id, CAST(:process_id AS uuid), CAST(:effective_on AS date),
                  CAST(:now AS timestamptz)
             FROM unnest(CAST(:unit_ids AS uuid[]), CAST(:parent_ids AS uuid[])) AS u (unit_id, parent_id)
           ON CONFLICT (unit_id) DO NOTHING"""
    )
)
_END = query(sa.text("DELETE FROM reorganizing WHERE process_id = :process_id"))
_FORGET = query(sa.text("DELETE FROM reorganizing"))

# Whether a day and an instant that are asked about lie where the reorganisation makes a difference.
_ASKED = """(CAST(:as_of AS date) IS NULL OR w.effective_on <= CAST(:as_of AS date))
        AND (CAST(:known_at AS timestamptz) IS NULL OR w.begun_at <= CAST(:known_at AS timestamptz))"""
# An uncorrelated question, which the database answers once for all rows.
_WHEN_ANY = "CASE WHEN EXISTS (SELECT FROM reorganizing) THEN ({found} LIMIT 1) END AS withheld"
_AMONG = query(
    sa.text(
        f"""SELECT w.unit_id AS withheld FROM reorganizing w
             WHERE w.unit_id = ANY (CAST(:unit_ids AS uuid[])) AND {_ASKED} LIMIT 1"""
    )
)
# A unit that is being established lies below its parent before we know it.
_BELOW = query(
    sa.text(
        f"""SELECT w.unit_id AS withheld FROM reorganizing w
             WHERE {_ASKED} AND (w.unit_id = :unit_id OR EXISTS (
                   SELECT FROM access_closure b WHERE b.ancestor_id = :unit_id
                      AND b.descendant_id = ANY (ARRAY[w.unit_id, w.parent_id])))
             LIMIT 1"""
    )
)


def of_unit(unit: str) -> str:
    """The column `withheld` of a row about a unit on :as_of, as believed at :known_at."""
    return _WHEN_ANY.format(
        found=f"SELECT w.unit_id FROM reorganizing w WHERE w.unit_id = {unit} AND {_ASKED}"
    )


def of_member(person: str) -> str:
    """The same of a row about a member, by the units in which the row shows them."""
    ties = " UNION ALL ".join(
        f"SELECT person_id, unit_id, valid, recorded_from, recorded_until FROM {table}"
        for table in ("relationship", "participation")
    )
    return _WHEN_ANY.format(
        found=f"""SELECT w.unit_id FROM reorganizing w JOIN ({ties}) h USING (unit_id)
                   WHERE h.person_id = {person} AND {believed("h")} AND {holding("h")} AND {_ASKED}
                     AND h.valid && daterange(w.effective_on, NULL)"""
    )


def of_case(unit: str) -> str:
    """The same of a row about a case, which is always told as of now."""
    return _WHEN_ANY.format(found=f"SELECT w.unit_id FROM reorganizing w WHERE w.unit_id = {unit}")


def refuse(rows: Iterable[Record]) -> None:
    """Refuse to answer rows of which one would be half of a reorganisation."""
    for row in rows:
        if row["withheld"] is not None:
            raise UnitBeingReorganizedError(unit_id=row["withheld"])


async def refuse_among(
    reader: Reader, unit_ids: Sequence[UUID], *, day: date | None, known_at: datetime | None = None
) -> None:
    """Refuse to answer about these units on a day as long as one of them is being reorganised."""
    refuse(await reader.fetch(_AMONG, unit_ids=list(unit_ids), as_of=day, known_at=known_at))


async def refuse_below(
    reader: Reader, unit_id: UUID, *, day: date | None, known_at: datetime | None = None
) -> None:
    """The same of a unit and those below it: asked where a list shows nothing of them."""
    refuse(await reader.fetch(_BELOW, unit_id=unit_id, as_of=day, known_at=known_at))


async def begin(
    work: UnitOfWork, unit_parents: Mapping[UUID, UUID | None], process_id: UUID, *, effective_on: date
) -> None:
    """Withhold what these units will be from a day on; those to be established come with their parents."""
    await work.execute(
        _BEGIN,
        unit_ids=list(unit_parents),
        parent_ids=list(unit_parents.values()),
        process_id=process_id,
        effective_on=effective_on,
        now=work.now,
    )


async def end(work: UnitOfWork, process_id: UUID) -> None:
    """Withhold nothing more for this process."""
    await work.execute(_END, process_id=process_id)


async def forget(work: UnitOfWork) -> None:
    """Withhold nothing, before the whole log is applied again."""
    await work.execute(_FORGET)
