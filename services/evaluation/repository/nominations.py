"""SQL about nominations, and about what is captured of them."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.access import within
from chassis.database import Reader, Record, UnitOfWork
from chassis.statements import query
from chassis.table_statements import adding, changing, names, reading
from evaluation import tables
from evaluation.domain.awards import FactKey
from evaluation.domain.nominations import Nomination, NominationState
from evaluation.domain.recorded import CapturedFact

_COLUMNS = ", ".join(f"n.{name}" for name in names(tables.nomination))
_ADD, _CHANGE = adding(tables.nomination), changing(tables.nomination)
_FIND = reading(tables.nomination, "nomination_id")
_LOCK = reading(tables.nomination, "nomination_id", locked=True)
_TAKEN = query(
    sa.text(
        """SELECT EXISTS (SELECT FROM nomination
            WHERE edition_id = :edition_id AND unit_id = :unit_id AND state = 'submitted')"""
    )
)
_SUBMITTED = query(
    sa.text(
        f"""SELECT {_COLUMNS} FROM nomination n
             WHERE n.edition_id = :edition_id AND n.state = 'submitted' ORDER BY n.nomination_id"""
    )
)
_JUDGED = """EXISTS (SELECT FROM judge_assignment j
                      WHERE j.nomination_id = n.nomination_id AND j.person_id = CAST(:judge_id AS uuid))"""
_FILTERS = """
    (CAST(:edition_id AS uuid) IS NULL OR n.edition_id = :edition_id)
    AND (CAST(:unit_id AS uuid) IS NULL OR n.unit_id = :unit_id)
    AND (CAST(:state AS text) IS NULL OR n.state = :state)
    AND (CAST(:after AS uuid) IS NULL OR n.nomination_id > CAST(:after AS uuid))
"""


def _page(*conditions: "sa.ColumnElement[bool] | sa.TextClause") -> Any:
    return query(
        sa.select(sa.text(_COLUMNS))
        .select_from(sa.text("nomination n"))
        .where(sa.text(_FILTERS), *conditions)
        .order_by(sa.text("n.nomination_id"))
        .limit(sa.bindparam("most", type_=sa.Integer))
    )


_PAGE = _page(sa.or_(sa.text(_JUDGED), within(sa.literal_column("n.unit_id", sa.Uuid))))
_PAGE_JUDGED = _page(sa.text(_JUDGED))
_DROP_FACTS = query(sa.text("DELETE FROM captured_fact WHERE edition_id = :edition_id"))
_ADD_FACT = adding(tables.captured_fact)
_FACTS = reading(tables.captured_fact, "edition_id")


def _read(row: Record) -> Nomination:
    values = dict(row)
    return Nomination(state=NominationState(values.pop("state")), **values)


def _row(nomination: Nomination) -> dict[str, Any]:
    return {name: getattr(nomination, name) for name in names(tables.nomination)}


async def find(reader: Reader, nomination_id: UUID) -> Nomination | None:
    """The nomination, if there is one."""
    row = await reader.fetch_one(_FIND, nomination_id=nomination_id)
    return None if row is None else _read(row)


async def lock(work: UnitOfWork, nomination_id: UUID) -> Nomination | None:
    """The nomination; nobody else changes it until the end of the unit of work."""
    row = await work.fetch_one(_LOCK, nomination_id=nomination_id)
    return None if row is None else _read(row)


async def is_nominated(reader: Reader, edition_id: UUID, unit_id: UUID) -> bool:
    """Whether the unit takes part in the edition."""
    return bool(await reader.fetch_value(_TAKEN, edition_id=edition_id, unit_id=unit_id))


async def submitted(reader: Reader, edition_id: UUID) -> list[Nomination]:
    """The nominations that stand in the edition."""
    return [_read(row) for row in await reader.fetch(_SUBMITTED, edition_id=edition_id)]


async def page(
    reader: Reader,
    scope: dict[str, Any],
    *,
    judge_id: UUID | None,
    judged_only: bool,
    edition_id: UUID | None,
    unit_id: UUID | None,
    state: NominationState | None,
    after: UUID | None,
    most: int,
) -> Sequence[Nomination]:
    """Nominations that the caller may see or judges, by id."""
    rows = await reader.fetch(
        _PAGE_JUDGED if judged_only else _PAGE,
        judge_id=judge_id,
        edition_id=edition_id,
        unit_id=unit_id,
        state=state,
        after=after,
        most=most,
        **({} if judged_only else scope),
    )
    return [_read(row) for row in rows]


async def add(work: UnitOfWork, nomination: Nomination) -> None:
    """Keep a new nomination."""
    await work.execute(_ADD, **_row(nomination))


async def change(work: UnitOfWork, nomination: Nomination) -> None:
    """Keep the next state of a nomination."""
    await work.execute(_CHANGE, **_row(nomination))


async def replace_facts(work: UnitOfWork, edition_id: UUID, facts: Iterable[CapturedFact]) -> None:
    """Keep what was captured now in place of what was captured before."""
    await work.execute(_DROP_FACTS, edition_id=edition_id)
    await work.execute_many(
        _ADD_FACT,
        [
            {
                "nomination_id": fact.nomination_id,
                "fact": fact.fact,
                "edition_id": edition_id,
                "service": fact.service,
                "method": fact.method,
                "period_from": fact.period_from,
                "period_until": fact.period_until,
                "value": fact.value,
                "evidence_noun": fact.evidence_noun,
                "evidence_ids": list(fact.evidence_ids),
                "captured_at": fact.captured_at,
            }
            for fact in facts
        ],
    )


async def facts(reader: Reader, edition_id: UUID) -> tuple[CapturedFact, ...]:
    """What was captured for an edition."""
    found = []
    for row in await reader.fetch(_FACTS, edition_id=edition_id):
        values = dict(row)
        del values["edition_id"]
        fact, ids = FactKey(values.pop("fact")), tuple(values.pop("evidence_ids"))
        found.append(CapturedFact(fact=fact, evidence_ids=ids, **values))
    return tuple(found)
