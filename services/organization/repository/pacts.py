"""SQL about pacts of co-building."""

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.access import within
from chassis.database import Reader, Record, UnitOfWork
from chassis.intervals import Interval
from chassis.statements import insert, query
from organization import tables
from organization.domain.pacts import Answer, Pact, Partner
from organization.repository.slices import on_campus

_COLUMNS = """
    k.*, u.dissolved_on AS unit_dissolved_on,
    (SELECT array_agg(ROW(p.unit_id, p.answer, p.answered_on, p.left_on, p.reason, q.dissolved_on) ORDER BY p.unit_id)
       FROM pact_partner p JOIN unit q ON q.unit_id = p.unit_id WHERE p.pact_id = k.pact_id) AS partners
"""
_FROM = "pact k JOIN unit u ON u.unit_id = k.unit_id"
_GET = query(sa.text(f"SELECT {_COLUMNS} FROM {_FROM} WHERE k.pact_id = :pact_id"))
_LOCK = query(sa.text("SELECT 1 FROM pact WHERE pact_id = :pact_id FOR UPDATE"))
# The same days as `Pact.state` counts by; `least` passes over what is null.
_STANDS = """
    k.valid_from <= CAST(:day AS date)
    AND coalesce(least(k.valid_until, k.ended_on, u.dissolved_on), 'infinity') > CAST(:day AS date)
    AND k.least_partners <= (
        SELECT count(*) FROM pact_partner p JOIN unit q ON q.unit_id = p.unit_id
         WHERE p.pact_id = k.pact_id AND p.answer = 'consented' AND p.answered_on <= CAST(:day AS date)
           AND coalesce(least(p.left_on, q.dissolved_on), 'infinity') > CAST(:day AS date))
"""
_partner = tables.pact_partner
_PAGE = query(
    sa.select(sa.text(_COLUMNS))
    .select_from(sa.text(_FROM))
    .where(
        sa.text(
            f"""(CAST(:unit_id AS uuid) IS NULL OR k.unit_id = :unit_id)
               AND (CAST(:partner_id AS uuid) IS NULL OR EXISTS (
                    SELECT FROM pact_partner p WHERE p.pact_id = k.pact_id AND p.unit_id = :partner_id))
               AND {on_campus("k.unit_id")}
               AND (CAST(:day AS date) IS NULL OR ({_STANDS}))
               AND (CAST(:after_id AS uuid) IS NULL OR k.pact_id > :after_id)"""
        ),
        # Whoever is asked sees what is asked.
        sa.or_(
            within(sa.literal_column("k.unit_id", sa.Uuid)),
            sa.exists().where(
                _partner.c.pact_id == sa.literal_column("k.pact_id", sa.Uuid), within(_partner.c.unit_id)
            ),
        ),
    )
    .order_by(sa.text("k.pact_id"))
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_ADD = query(
    insert(
        tables.pact,
        "pact_id",
        "unit_id",
        "title",
        "plan",
        "least_partners",
        "proposed_on",
        "valid_from",
        "valid_until",
        "reason",
        "created_at",
        "updated_at",
        "version",
    )
)
_ADD_PARTNER = query(insert(tables.pact_partner, "pact_id", "unit_id", "answer", "reason"))
_CHANGE = query(
    sa.text(
        """UPDATE pact SET ended_on = CAST(:ended_on AS date), reason = :reason, updated_at = :now,
                  version = :version
            WHERE pact_id = :pact_id"""
    )
)
_CHANGE_PARTNER = query(
    sa.text(
        """UPDATE pact_partner SET answer = :answer, answered_on = CAST(:answered_on AS date),
                  left_on = CAST(:left_on AS date), reason = :reason
            WHERE pact_id = :pact_id AND unit_id = :unit_id"""
    )
)


def _read(row: Record, day: date) -> Pact:
    return Pact(
        pact_id=row["pact_id"],
        unit_id=row["unit_id"],
        title=row["title"],
        plan=row["plan"],
        least_partners=row["least_partners"],
        partners=tuple(
            Partner(unit_id, Answer(answer), answered_on, left_on, reason, dissolved_on)
            for unit_id, answer, answered_on, left_on, reason, dissolved_on in row["partners"]
        ),
        proposed_on=row["proposed_on"],
        days=Interval(row["valid_from"], row["valid_until"]),
        ended_on=row["ended_on"],
        reason=row["reason"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        version=row["version"],
        day=day,
        unit_dissolved_on=row["unit_dissolved_on"],
    )


async def find(reader: Reader, pact_id: UUID, *, day: date) -> Pact | None:
    """The pact as it stands on the day, if there is one."""
    row = await reader.fetch_one(_GET, pact_id=pact_id)
    return None if row is None else _read(row, day)


async def lock(work: UnitOfWork, pact_id: UUID) -> None:
    """Let nobody else change the pact until the end of the unit of work."""
    await work.fetch_value(_LOCK, pact_id=pact_id)


async def page(
    reader: Reader,
    scope: dict[str, Any],
    *,
    unit_id: UUID | None,
    partner_id: UUID | None,
    campus_id: UUID | None,
    on: date | None,
    today: date,
    after_id: UUID | None,
    most: int,
) -> list[Pact]:
    """Pacts whose branch or one of whose partners the caller may see, by id."""
    rows = await reader.fetch(
        _PAGE,
        unit_id=unit_id,
        partner_id=partner_id,
        campus_id=campus_id,
        day=on,
        today=today,
        after_id=after_id,
        most=most,
        **scope,
    )
    return [_read(row, on or today) for row in rows]


async def add(work: UnitOfWork, pact: Pact) -> None:
    """Keep a new pact with those who were asked."""
    await work.execute(
        _ADD,
        pact_id=pact.pact_id,
        unit_id=pact.unit_id,
        title=pact.title,
        plan=pact.plan,
        least_partners=pact.least_partners,
        proposed_on=pact.proposed_on,
        valid_from=pact.days.start,
        valid_until=pact.days.end,
        reason=pact.reason,
        created_at=pact.created_at,
        updated_at=pact.updated_at,
        version=pact.version,
    )
    asked = [
        {"pact_id": pact.pact_id, "unit_id": each.unit_id, "answer": each.answer.value, "reason": ""}
        for each in pact.partners
    ]
    await work.execute_many(_ADD_PARTNER, asked)


async def change(work: UnitOfWork, pact: Pact) -> None:
    """Keep the next version of a pact; its partners are kept apart."""
    await work.execute(
        _CHANGE,
        pact_id=pact.pact_id,
        ended_on=pact.ended_on,
        reason=pact.reason,
        now=pact.updated_at,
        version=pact.version,
    )


async def change_partner(work: UnitOfWork, pact_id: UUID, partner: Partner) -> None:
    """Keep what a partner has answered."""
    await work.execute(
        _CHANGE_PARTNER,
        pact_id=pact_id,
        unit_id=partner.unit_id,
        answer=partner.answer.value,
        answered_on=partner.answered_on,
        left_on=partner.left_on,
        reason=partner.reason,
    )
