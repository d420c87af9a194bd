"""Model posts."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import sqlalchemy as sa

from chassis.access import within
from chassis.database import Reader, Record, UnitOfWork
from chassis.intervals import Interval
from chassis.statements import query
from chassis.table_statements import adding, changing, names, reading
from evaluation import tables
from evaluation.domain.model_posts import ModelPost, ModelPostState

_ADD, _CHANGE = adding(tables.model_post), changing(tables.model_post)
_FIND = reading(tables.model_post, "model_post_id")
_LOCK = reading(tables.model_post, "model_post_id", locked=True)
_COLUMNS = ", ".join(f"m.{name}" for name in names(tables.model_post))
# Nominated, or held on one of the days asked for.
_OTHER = query(
    sa.text(
        """SELECT model_post_id FROM model_post
            WHERE person_id = :person_id AND model_post_id <> :model_post_id
              AND (state = 'nominated' OR valid && CAST(:days AS daterange)) LIMIT 1"""
    )
)
_PAGE = query(
    sa.select(sa.text(_COLUMNS))
    .select_from(sa.text("model_post m"))
    .where(
        sa.text(
            """(CAST(:person_id AS uuid) IS NULL OR m.person_id = :person_id)
               AND (CAST(:state AS text) IS NULL OR m.state = :state)
               AND (CAST(:held_on AS date) IS NULL OR m.valid @> CAST(:held_on AS date))
               AND (NOT CAST(:displayed_only AS boolean) OR m.displayed_on IS NOT NULL)
               AND (CAST(:unit_id AS uuid) IS NULL OR EXISTS (
                    SELECT FROM access_closure b
                     WHERE b.ancestor_id = CAST(:unit_id AS uuid) AND b.descendant_id = m.unit_id
                       AND b.valid @> CAST(:day AS date) AND NOT b.reading_only))
               AND (CAST(:after AS uuid) IS NULL OR m.model_post_id > CAST(:after AS uuid))"""
        ),
        # People see their own wherever it is kept.
        sa.or_(
            within(sa.literal_column("m.unit_id", sa.Uuid)),
            sa.text("m.person_id = CAST(:own_id AS uuid)"),
        ),
    )
    .order_by(sa.text("m.model_post_id"))
    .limit(sa.bindparam("most", type_=sa.Integer)),
    planned_anew=True,
)


@dataclass(frozen=True, slots=True)
class ModelPostFilter:
    """What a list of model posts is narrowed to; None is no condition."""

    unit_id: UUID | None = None
    person_id: UUID | None = None
    state: ModelPostState | None = None
    held_on: date | None = None
    displayed_only: bool = False


def _range(days: Interval | None) -> "asyncpg.Range[date] | None":
    return None if days is None else asyncpg.Range(days.start, days.end)


def _read(row: Record) -> ModelPost:
    values = dict(row)
    valid = values.pop("valid")
    days = None if valid is None else Interval(valid.lower, valid.upper)
    return ModelPost(state=ModelPostState(values.pop("state")), days=days, **values)


def _row(post: ModelPost) -> dict[str, Any]:
    columns = [name for name in names(tables.model_post) if name != "valid"]
    return {name: getattr(post, name) for name in columns} | {"valid": _range(post.days)}


async def add(work: UnitOfWork, post: ModelPost) -> None:
    """Keep a new nomination."""
    await work.execute(_ADD, **_row(post))


async def save(work: UnitOfWork, post: ModelPost) -> None:
    """Keep a model post as it stands now."""
    await work.execute(_CHANGE, **_row(post))


async def find(reader: Reader, model_post_id: UUID) -> ModelPost | None:
    """The model post, None where there is none."""
    row = await reader.fetch_one(_FIND, model_post_id=model_post_id)
    return None if row is None else _read(row)


async def lock(work: UnitOfWork, model_post_id: UUID) -> ModelPost | None:
    """The model post, its row held until the end of the unit of work."""
    row = await work.fetch_one(_LOCK, model_post_id=model_post_id)
    return None if row is None else _read(row)


async def other(reader: Reader, post: ModelPost, days: Interval) -> UUID | None:
    """Another one for which the person is nominated, or that the person holds on one of the days."""
    found: UUID | None = await reader.fetch_value(
        _OTHER, person_id=post.person_id, model_post_id=post.model_post_id, days=_range(days)
    )
    return found


async def page(
    reader: Reader,
    scope: dict[str, Any],
    wanted: ModelPostFilter,
    *,
    own_id: UUID | None,
    today: date,
    after: UUID | None,
    most: int,
) -> list[ModelPost]:
    """Model posts that the caller may see, by id."""
    rows = await reader.fetch(
        _PAGE,
        own_id=own_id,
        unit_id=wanted.unit_id,
        person_id=wanted.person_id,
        state=wanted.state.value if wanted.state else None,
        held_on=wanted.held_on,
        displayed_only=wanted.displayed_only,
        day=today,
        after=after,
        most=most,
        **scope,
    )
    return [_read(row) for row in rows]
