"""SQL about Party groups, beside that about the units and posts they are made of."""

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.access import within
from chassis.database import Reader
from chassis.statements import query
from organization.domain.party_groups import PartyGroup, leader_on
from organization.repository import posts

_LEADER = "p.kind = 'party_group_leader'"
_PAGE = query(
    sa.select(
        sa.text(
            f"""u.unit_id, d.name, u.established_on, b.parent_id,
                ARRAY(SELECT p.post_id FROM post p WHERE p.unit_id = u.unit_id AND {_LEADER}) AS post_ids"""
        )
    )
    .select_from(
        sa.text(
            """unit u
               JOIN unit_description d ON d.unit_id = u.unit_id AND d.recorded_until IS NULL
                AND d.valid @> CAST(:day AS date)
               JOIN unit_parent b ON b.unit_id = u.unit_id AND b.recorded_until IS NULL
                AND b.valid @> CAST(:day AS date)"""
        )
    )
    .where(
        sa.text(
            f"""u.kind = 'party_group'
                AND (CAST(:branch_id AS uuid) IS NULL OR b.parent_id = CAST(:branch_id AS uuid))
                AND (CAST(:leader_id AS uuid) IS NULL OR EXISTS (
                     SELECT FROM post p JOIN appointment a USING (post_id)
                       JOIN appointment_term t ON t.appointment_id = a.appointment_id AND t.recorded_until IS NULL
                      WHERE p.unit_id = u.unit_id AND {_LEADER}
                        AND a.person_id = CAST(:leader_id AS uuid) AND t.valid @> CAST(:day AS date)))
                AND (CAST(:after_id AS uuid) IS NULL OR u.unit_id > CAST(:after_id AS uuid))"""
        ),
        within(sa.literal_column("u.unit_id", sa.Uuid)),
    )
    .order_by(sa.text("u.unit_id"))
    .limit(sa.bindparam("most", type_=sa.Integer))
)


async def page(
    reader: Reader,
    scope: dict[str, Any],
    *,
    branch_id: UUID | None,
    leader_id: UUID | None,
    after_id: UUID | None,
    most: int,
    day: date,
) -> list[PartyGroup]:
    """Groups of a day that the caller may see, with their leaders, by id: two statements."""
    rows = await reader.fetch(
        _PAGE, branch_id=branch_id, leader_id=leader_id, after_id=after_id, most=most, day=day, **scope
    )
    held = await posts.held(reader, [post for row in rows for post in row["post_ids"]], on=day, day=day)
    return [
        PartyGroup(
            unit_id=row["unit_id"],
            branch_id=row["parent_id"],
            name=row["name"],
            established_on=row["established_on"],
            leader=leader_on([each for each in held if each.unit_id == row["unit_id"]], day),
        )
        for row in rows
    ]
