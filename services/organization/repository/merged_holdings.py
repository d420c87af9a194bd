"""What follows a person who was merged into another, and goes back with them: posts, roles, places in groups and teams.

Where both have something that one has only once on a day, `merged_terms` says what the survivor has afterwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from chassis.database import UnitOfWork
from chassis.statements import query
from organization.domain.merging import ONE_PERSON


@dataclass(frozen=True, slots=True)
class _Table:
    name: str
    key: str
    column: str = "person_id"
    # What else changes with it, forth and back.
    forth: str = ""
    back: str = ""
    # What must not be so for a row to follow; the row's alias is t.
    unless: str = "false"


_BOTH_HANG = """t.withdrawn_on IS NULL AND EXISTS (
    SELECT FROM plaque o WHERE o.person_id = :person_id AND o.withdrawn_on IS NULL)"""
# On the day on campus, and on no day before it hung.
_WITHDRAWN_ON = (
    "greatest(CAST(CAST(:now AS timestamptz) AT TIME ZONE 'Asia/Shanghai' AS date), t.issued_on + 1)"
)
_TABLES = {
    "appointment": _Table("appointment", "appointment_id"),
    "grant": _Table("role_grant", "grant_id"),
    "pairing": _Table("pairing", "pairing_id"),
    "emergency": _Table("emergency", "emergency_id"),
    "class_link": _Table("class_link", "link_id", column="contact_person_id"),
    # A member has one plaque at most: the survivor's hangs, the other is withdrawn, and says why.
    "plaque": _Table(
        "plaque",
        "plaque_id",
        forth=f""", withdrawn_on = CASE WHEN {_BOTH_HANG} THEN {_WITHDRAWN_ON} ELSE t.withdrawn_on END,
                  reason = CASE WHEN {_BOTH_HANG} THEN '{ONE_PERSON}' ELSE t.reason END""",
        back=f""", withdrawn_on = CASE WHEN t.reason = '{ONE_PERSON}' THEN NULL ELSE t.withdrawn_on END,
                 reason = CASE WHEN t.reason = '{ONE_PERSON}' THEN '' ELSE t.reason END""",
    ),
    "party_group_member": _Table(
        "party_group_member",
        "member_id",
        unless="""EXISTS (SELECT FROM party_group_member o
                    WHERE o.person_id = :person_id AND o.branch_id = t.branch_id)""",
    ),
}
_KEEP = "INSERT INTO merged_holding (merge_id, noun, resource_id) SELECT :merge_id, '{noun}', id FROM {moved}"
_FORTH = {
    noun: query(
        sa.text(
            f"""WITH moved AS (
                    UPDATE {table.name} t
                       SET {table.column} = :person_id, version = t.version + 1, updated_at = :now{table.forth}
                     WHERE t.{table.column} = :merged_person_id AND NOT ({table.unless}) RETURNING t.{table.key} AS id
                ), kept AS ({_KEEP.format(noun=noun, moved="moved")} ON CONFLICT DO NOTHING)
                SELECT id FROM moved ORDER BY 1"""
        )
    )
    for noun, table in _TABLES.items()
}
_BACK = {
    noun: query(
        sa.text(
            f"""UPDATE {table.name} t
                   SET {table.column} = :merged_person_id, version = t.version + 1, updated_at = :now{table.back}
                  FROM merged_holding h
                 WHERE h.merge_id = :merge_id AND h.noun = '{noun}' AND h.resource_id = t.{table.key}
                   AND t.{table.column} = :person_id
                RETURNING t.{table.key} AS id"""
        )
    )
    for noun, table in _TABLES.items()
}
# A place in a team has no id of its own: all days of one person in a team follow, or none.
_TEAMS_FORTH = query(
    sa.text(
        f"""WITH moved AS (
                UPDATE vanguard_team_member m SET person_id = :person_id
                 WHERE m.person_id = :merged_person_id AND NOT EXISTS (
                       SELECT FROM vanguard_team_member o
                        WHERE o.team_id = m.team_id AND o.person_id = :person_id)
                RETURNING m.team_id AS id
            ), team AS (
                UPDATE vanguard_team v SET version = v.version + 1, updated_at = :now
                 WHERE v.team_id IN (SELECT id FROM moved) RETURNING v.team_id AS id
            ), kept AS ({_KEEP.format(noun="vanguard_team", moved="team")} ON CONFLICT DO NOTHING)
            SELECT id FROM team ORDER BY 1"""
    )
)
_TEAMS_BACK = query(
    sa.text(
        """WITH moved AS (
               UPDATE vanguard_team_member m SET person_id = :merged_person_id
                 FROM merged_holding h
                WHERE h.merge_id = :merge_id AND h.noun = 'vanguard_team' AND h.resource_id = m.team_id
                  AND m.person_id = :person_id
               RETURNING m.team_id AS id)
           UPDATE vanguard_team v SET version = v.version + 1, updated_at = :now
            WHERE v.team_id IN (SELECT id FROM moved) RETURNING v.team_id AS id"""
    )
)


async def forth(work: UnitOfWork, noun: str, merge_id: UUID, *, kept: UUID, merged: UUID) -> Sequence[UUID]:
    """Give everything of a noun that one person has to the other; answers which."""
    statement = _TEAMS_FORTH if noun == "vanguard_team" else _FORTH[noun]
    rows = await work.fetch(
        statement, merge_id=merge_id, person_id=kept, merged_person_id=merged, now=work.now
    )
    return [row["id"] for row in rows]


async def back(work: UnitOfWork, noun: str, merge_id: UUID, *, kept: UUID, merged: UUID) -> Sequence[UUID]:
    """Give back what a merge gave to the one who remained, where they still have it; answers which."""
    statement = _TEAMS_BACK if noun == "vanguard_team" else _BACK[noun]
    rows = await work.fetch(
        statement, merge_id=merge_id, person_id=kept, merged_person_id=merged, now=work.now
    )
    return [row["id"] for row in rows]
