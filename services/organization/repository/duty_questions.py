"""SQL that asks of all duties at once: where nobody or too many answer, and who answers for something."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.access import within
from chassis.bitemporal import Interval, interval_of
from chassis.database import Reader, Record
from chassis.statements import Query, query
from organization.domain.duties import Answerable, Finding, FindingKind, Leader, Part
from organization.domain.posts import PostKind
from organization.repository.beliefs import as_now, as_then

# Set arithmetic on days, in one pass over the parts: what is covered, what is covered once more, and what the duty
# asks for beyond that. One unit's own parts never overlap. A unit answers for nothing while it does not exist.
_FOUND = """
    (WITH held AS (
        SELECT q.duty_id, q.title, q.joint, q.days AS asked, t.unit_id, q.days * t.days AS days,
               range_agg(q.days * t.days) OVER (PARTITION BY q.duty_id ORDER BY t.unit_id, lower(t.days)
                    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS seen
          FROM asked_duty q LEFT JOIN
               (SELECT t.duty_id, t.unit_id, t.valid * daterange(u.established_on, u.dissolved_on) AS days
                  FROM duty_term t JOIN unit u USING (unit_id)
                 WHERE t.part = 'accountable' AND {believed:t}) t USING (duty_id)
     ), summed AS (
        SELECT duty_id, title, joint, asked, array_agg(unit_id) AS units, array_agg(days) AS spans,
               COALESCE(range_agg(days), datemultirange()) AS covered,
               COALESCE(range_agg(datemultirange(days) * seen), datemultirange()) AS doubled
          FROM held GROUP BY duty_id, title, joint, asked
     ), found AS (
        SELECT s.*, 'gap' AS kind, unnest(datemultirange(asked) - covered) AS days FROM summed s
        UNION ALL
        SELECT s.*, 'overlap', unnest(doubled) FROM summed s WHERE NOT joint
        UNION ALL
        SELECT s.*, 'one_sided', unnest(covered - doubled) FROM summed s WHERE joint
     ), page AS MATERIALIZED (
        SELECT * FROM found f
         WHERE (CAST(:kind AS text) IS NULL OR f.kind = :kind)
           AND (CAST(:after_id AS uuid) IS NULL OR (f.duty_id, f.kind, lower(f.days))
                > (CAST(:after_id AS uuid), CAST(:after_kind AS text), CAST(:after_day AS date)))
         ORDER BY f.duty_id, f.kind, lower(f.days) LIMIT CAST(:most AS integer)
     )
     SELECT p.duty_id, p.title, p.kind, p.days,
            ARRAY(SELECT DISTINCT h.unit_id FROM unnest(p.units, p.spans) h (unit_id, days)
                   WHERE h.days && p.days ORDER BY h.unit_id) AS unit_ids
       FROM page p) f
"""


def _findings(found: str) -> Query:
    # The duties before the page are done with.
    asked = (
        sa.select(
            sa.text(
                "d.duty_id, d.title, d.joint, daterange(d.valid_from, d.valid_until)"
                " * daterange(CAST(:first AS date), CAST(:until AS date)) AS days"
            )
        )
        .select_from(sa.text("duty d"))
        .where(
            sa.text(
                """daterange(d.valid_from, d.valid_until) && daterange(CAST(:first AS date), CAST(:until AS date))
                   AND (CAST(:unit_id AS uuid) IS NULL OR d.unit_id = :unit_id)
                   AND (CAST(:after_id AS uuid) IS NULL OR d.duty_id >= CAST(:after_id AS uuid))"""
            ),
            within(sa.literal_column("d.unit_id", sa.Uuid)),
        )
        .cte("asked_duty")
    )
    return query(
        sa.select(sa.text("f.duty_id, f.title, f.kind, f.days, f.unit_ids"))
        .select_from(sa.text(found))
        .order_by(sa.text("f.duty_id, f.kind, lower(f.days)"))
        .add_cte(asked),
        planned_anew=True,
    )


_FINDINGS_NOW, _FINDINGS_THEN = _findings(as_now(_FOUND)), _findings(as_then(_FOUND))
_LEADERS = """
    h.duty_id, h.title, h.unit_id, h.part, h.share,
    ARRAY(SELECT jsonb_build_array(p.post_id, p.kind, a.person_id)
            FROM post p JOIN appointment a ON a.post_id = COALESCE(p.bound_post_id, p.post_id)
                 JOIN appointment_term x ON x.appointment_id = a.appointment_id AND {believed:x}
           WHERE p.unit_id = h.unit_id AND p.kind = ANY ('{head,secretary,chair}')
             AND daterange(p.valid_from, p.valid_until) @> CAST(:day AS date) AND x.valid @> CAST(:day AS date)
           ORDER BY p.kind, p.post_id, a.person_id) AS leaders
"""
_PARTS = (
    "duty d JOIN duty_term t ON t.duty_id = d.duty_id AND {believed:t} JOIN unit u ON u.unit_id = t.unit_id"
)


def _answerable(leaders: str, parts: str) -> Query:
    # Leaders are looked up for the page only.
    hit = (
        sa.select(sa.text("d.duty_id, d.title, t.unit_id, t.part, t.share"))
        .select_from(sa.text(parts))
        .where(
            sa.text(
                """strpos(lower(d.title || ' ' || d.description), lower(CAST(:text AS text))) > 0
                   AND t.part = ANY ('{accountable,responsible}')
                   AND daterange(d.valid_from, d.valid_until) @> CAST(:day AS date)
                   AND t.valid @> CAST(:day AS date)
                   AND daterange(u.established_on, u.dissolved_on) @> CAST(:day AS date)
                   AND (CAST(:after_id AS uuid) IS NULL OR (d.duty_id, t.part, t.unit_id)
                        > (CAST(:after_id AS uuid), CAST(:after_part AS text), CAST(:after_unit AS uuid)))"""
            ),
            sa.or_(
                within(sa.literal_column("d.unit_id", sa.Uuid)),
                within(sa.literal_column("t.unit_id", sa.Uuid)),
            ),
        )
        .order_by(sa.text("d.duty_id, t.part, t.unit_id"))
        .limit(sa.bindparam("most", type_=sa.Integer))
        .cte("hit")
    )
    return query(
        sa.select(sa.text(leaders))
        .select_from(sa.text("hit h"))
        .order_by(sa.text("h.duty_id, h.part, h.unit_id"))
        .add_cte(hit),
        planned_anew=True,
    )


_ANSWERABLE_NOW = _answerable(as_now(_LEADERS), as_now(_PARTS))
_ANSWERABLE_THEN = _answerable(as_then(_LEADERS), as_then(_PARTS))


async def findings(
    reader: Reader,
    scope: dict[str, Any],
    *,
    unit_id: UUID | None,
    kind: FindingKind | None,
    days: Interval,
    known_at: datetime | None,
    after: tuple[UUID, str, date] | None,
    most: int,
) -> list[Finding]:
    """What is wrong on some of the days with who answers for duties that the caller may see."""
    after_id, after_kind, after_day = after or (None, None, None)
    rows = await reader.fetch(
        _FINDINGS_NOW if known_at is None else _FINDINGS_THEN,
        unit_id=unit_id,
        kind=kind,
        first=days.start,
        until=days.end,
        after_id=after_id,
        after_kind=after_kind,
        after_day=after_day,
        most=most,
        **({} if known_at is None else {"known_at": known_at}),
        **scope,
    )
    return [_finding(row) for row in rows]


def _finding(row: Record) -> Finding:
    return Finding(
        duty_id=row["duty_id"],
        title=row["title"],
        kind=FindingKind(row["kind"]),
        days=interval_of(row["days"]),
        unit_ids=tuple(row["unit_ids"]),
    )


async def answerable(
    reader: Reader,
    scope: dict[str, Any],
    *,
    text: str,
    day: date,
    known_at: datetime | None,
    after: tuple[UUID, str, UUID] | None,
    most: int,
) -> list[Answerable]:
    """The units that answer on a day for what holds the text, and who leads them."""
    after_id, after_part, after_unit = after or (None, None, None)
    rows = await reader.fetch(
        _ANSWERABLE_NOW if known_at is None else _ANSWERABLE_THEN,
        text=text,
        day=day,
        after_id=after_id,
        after_part=after_part,
        after_unit=after_unit,
        most=most,
        **({} if known_at is None else {"known_at": known_at}),
        **scope,
    )
    return [
        Answerable(
            duty_id=row["duty_id"],
            title=row["title"],
            unit_id=row["unit_id"],
            part=Part(row["part"]),
            share=row["share"],
            leaders=tuple(
                Leader(UUID(post_id), PostKind(post_kind), UUID(person_id))
                for post_id, post_kind, person_id in row["leaders"]
            ),
        )
        for row in rows
    ]
