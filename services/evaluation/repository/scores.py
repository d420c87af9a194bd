"""SQL about who judges what, and the scores they give."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Reader, Record, UnitOfWork
from chassis.statements import query
from chassis.table_statements import adding, changing, names, reading
from evaluation import tables
from evaluation.domain.nominations import JudgeScore, Panel

_DROP_PANEL = query(sa.text("DELETE FROM judge_assignment WHERE edition_id = :edition_id"))
_ADD_JUDGE = adding(tables.judge_assignment)
_PANEL = query(
    sa.text(
        """SELECT nomination_id, array_agg(person_id ORDER BY person_id) AS judges FROM judge_assignment
            WHERE edition_id = :edition_id GROUP BY nomination_id ORDER BY nomination_id"""
    )
)
_JUDGES = query(
    sa.text(
        """SELECT EXISTS (SELECT FROM judge_assignment
            WHERE nomination_id = :nomination_id AND person_id = :person_id)"""
    )
)
_ADD, _CHANGE = adding(tables.judge_score), changing(tables.judge_score)
_COLUMNS = ", ".join(names(tables.judge_score))
_FIND = reading(tables.judge_score, "score_id")
_OF_EDITION = query(
    sa.text(f"SELECT {_COLUMNS} FROM judge_score WHERE edition_id = :edition_id ORDER BY score_id")
)
_OF_NOMINATION = query(
    sa.text(
        f"""SELECT {_COLUMNS} FROM judge_score
             WHERE nomination_id = :nomination_id
               AND (CAST(:judge_id AS uuid) IS NULL OR judge_id = CAST(:judge_id AS uuid))
             ORDER BY criterion, judge_id"""
    )
)


def _read(row: Record) -> JudgeScore:
    return JudgeScore(**dict(row))


def _row(score: JudgeScore) -> dict[str, Any]:
    return {name: getattr(score, name) for name in names(tables.judge_score)}


async def set_panel(work: UnitOfWork, edition_id: UUID, panel: Panel) -> None:
    """Keep who judges what, in place of what was kept before."""
    await work.execute(_DROP_PANEL, edition_id=edition_id)
    await work.execute_many(
        _ADD_JUDGE,
        [
            {"nomination_id": nomination, "person_id": judge, "edition_id": edition_id}
            for nomination, judges in sorted(panel.items())
            for judge in sorted(judges)
        ],
    )


async def panel(reader: Reader, edition_id: UUID) -> dict[UUID, frozenset[UUID]]:
    """Who judges what."""
    rows = await reader.fetch(_PANEL, edition_id=edition_id)
    return {row["nomination_id"]: frozenset(row["judges"]) for row in rows}


async def judges(reader: Reader, nomination_id: UUID, person_id: UUID | None) -> bool:
    """Whether the person judges the nomination."""
    if person_id is None:
        return False
    return bool(await reader.fetch_value(_JUDGES, nomination_id=nomination_id, person_id=person_id))


async def find(reader: Reader, score_id: UUID) -> JudgeScore | None:
    """A score, None where there is none."""
    row = await reader.fetch_one(_FIND, score_id=score_id)
    return None if row is None else _read(row)


async def of_edition(reader: Reader, edition_id: UUID) -> list[JudgeScore]:
    """Every score given in an edition."""
    return [_read(row) for row in await reader.fetch(_OF_EDITION, edition_id=edition_id)]


async def of_nomination(
    reader: Reader, nomination_id: UUID, *, judge_id: UUID | None = None
) -> list[JudgeScore]:
    """The scores of a nomination by criterion, of one judge or of all."""
    rows = await reader.fetch(_OF_NOMINATION, nomination_id=nomination_id, judge_id=judge_id)
    return [_read(row) for row in rows]


async def add(work: UnitOfWork, score: JudgeScore) -> None:
    """Keep a new score."""
    await work.execute(_ADD, **_row(score))


async def change(work: UnitOfWork, score: JudgeScore) -> None:
    """Keep the next state of a score."""
    await work.execute(_CHANGE, **_row(score))


def given_by(scores: Iterable[JudgeScore]) -> set[tuple[UUID, UUID]]:
    """Who has scored what: (nomination, judge)."""
    return {(score.nomination_id, score.judge_id) for score in scores}
