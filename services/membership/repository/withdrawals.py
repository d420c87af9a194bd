"""What stands on imported rows, and taking them back."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Reader, UnitOfWork
from chassis.statements import Query, query
from membership import tables
from membership.domain.rosters import RosterKind
from membership.repository.history import AFFILIATIONS, RELATIONSHIPS, STATUSES

# What an import of persons writes itself; everything else that names a person stands on it. A table that is added
# later is in the question by itself.
_OF_PERSONS = frozenset({"person", "account", "affiliation", "roster_row", "unit", "disclosure"})
# A member may have had these as a person before.
_OF_MEMBERS = _OF_PERSONS | {
    "member", "relationship", "membership_status", "admission_case", "case_step", "case_ballot", "roster_import",
}  # fmt: skip


def _naming(own: Collection[str]) -> list[str]:
    """A select for each column that names a person."""
    found = []
    for table in tables.metadata.sorted_tables:
        for column in table.c:
            names_somebody = column.name.endswith(("person_id", "_by")) and isinstance(column.type, sa.Uuid)
            if table.name in own or not names_somebody:
                continue
            since = " AND t.created_at >= :since" if "created_at" in table.c else ""
            found.append(
                f"""SELECT t.{column.name} AS person_id, '{table.name}' AS noun FROM {table.name} t
                     WHERE t.{column.name} = ANY (CAST(:person_ids AS uuid[])){since}"""
            )
    return found


# Steps name people in their details: the talker, the reviewer.
_IN_STEPS = """SELECT CAST(m[1] AS uuid), 'case_step' FROM case_step t,
        regexp_matches(CAST(t.detail AS text), '([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})', 'g') m
     WHERE t.recorded_at >= :since AND CAST(m[1] AS uuid) = ANY (CAST(:person_ids AS uuid[]))"""


def _standing(parts: Sequence[str]) -> Query:
    return query(
        sa.text(
            f"""SELECT f.person_id, array_agg(DISTINCT f.noun ORDER BY f.noun) AS nouns
                  FROM ({" UNION ALL ".join(parts)}) f GROUP BY f.person_id"""
        )
    )


def _changed(table: str) -> str:
    return f"""SELECT t.person_id, '{table}' FROM {table} t
                WHERE t.person_id = ANY (CAST(:person_ids AS uuid[])) AND t.version > 1"""


_GRANTS = """SELECT t.person_id, 'grant' FROM access_grant t
              WHERE t.person_id = ANY (CAST(:person_ids AS uuid[])) AND NOT t.revoked"""
_STANDING = {
    RosterKind.PERSONS: _standing(
        [*_naming(_OF_PERSONS), _changed("person"), _changed("account"), _GRANTS, _IN_STEPS]
    ),
    RosterKind.MEMBERS: _standing([*_naming(_OF_MEMBERS), _changed("member"), _IN_STEPS]),
}
# What an import of case histories may not have: a later step, a form, and whatever was recorded of the person since.
_INSTANTS = ("created_at", "recorded_from", "recorded_at")
_NOT_OF_CASES = frozenset({"person", "admission_case", "sync_difference", "affiliation", "residence"})


def _recorded_since() -> list[str]:
    """A select for each table that dates what it records of a person."""
    found = []
    for table in tables.metadata.sorted_tables:
        instant = next((name for name in _INSTANTS if name in table.c), None)
        if table.name not in _NOT_OF_CASES and instant is not None and "person_id" in table.c:
            found.append(
                f"""SELECT t.person_id, '{table.name}' AS noun FROM {table.name} t
                     WHERE t.person_id = ANY (CAST(:person_ids AS uuid[])) AND t.{instant} > :since"""
            )
    return found


_CASE_TABLES = ("inbox_item", "case_ballot", "case_step", "case_companion", "admission_case")


def _on_cases() -> list[str]:
    """A select for each table that hangs something on a case: a form, a paper, whatever is added later."""
    return [
        f"""SELECT k.person_id, '{table.name}' AS noun FROM {table.name} t JOIN admission_case k USING (case_id)
             WHERE k.person_id = ANY (CAST(:person_ids AS uuid[])) AND k.created_at = :since"""
        for table in tables.metadata.sorted_tables
        if "case_id" in table.c and table.name not in _CASE_TABLES
    ]


_OF_CASES = [
    """SELECT t.person_id, 'admission_case' AS noun FROM admission_case t
        WHERE t.person_id = ANY (CAST(:person_ids AS uuid[])) AND t.created_at = :since AND t.version > 1""",
    # Whoever had been a member before and came back by the case cannot be as they were.
    """SELECT t.person_id, 'member' FROM member t
        WHERE t.person_id = ANY (CAST(:person_ids AS uuid[]))
          AND (t.updated_at > :since OR (t.updated_at = :since AND t.version > 1))""",
]
_STANDING[RosterKind.CASES] = _standing([*_OF_CASES, *_on_cases(), *_recorded_since()])
_CASES_OF = query(
    sa.text(
        """SELECT case_id FROM admission_case
            WHERE person_id = ANY (CAST(:person_ids AS uuid[])) AND created_at = :since
            ORDER BY case_id FOR UPDATE"""
    )
)
_ENTERED = query(
    sa.text(
        """SELECT person_id FROM member
            WHERE person_id = ANY (CAST(:person_ids AS uuid[])) AND version = 1 AND updated_at = :since"""
    )
)
_DROP_CASES = [
    query(sa.text(f"DELETE FROM {table} WHERE case_id = ANY (CAST(:case_ids AS uuid[]))"))
    for table in _CASE_TABLES
]
_HOLD = {
    kind: query(
        sa.text(
            f"""SELECT person_id FROM {table} WHERE person_id = ANY (CAST(:person_ids AS uuid[]))
                 ORDER BY person_id FOR UPDATE"""
        )
    )
    for kind, table in (
        (RosterKind.PERSONS, "person"),
        (RosterKind.MEMBERS, "member"),
        (RosterKind.CASES, "person"),
    )
}
_CLOSE = {
    history.table.name: query(
        sa.text(
            f"""UPDATE {history.table.name}
                   SET recorded_until = greatest(CAST(:now AS timestamptz), recorded_from + interval '1 microsecond')
                 WHERE person_id = ANY (CAST(:person_ids AS uuid[])) AND recorded_until IS NULL"""
        )
    )
    for history in (AFFILIATIONS, RELATIONSHIPS, STATUSES)
}
_DELETE = {
    name: query(sa.text(f"DELETE FROM {name} WHERE person_id = ANY (CAST(:person_ids AS uuid[]))"))
    for name in ("account", "person", "member")
}
_CLOSE_LOGINS = query(
    sa.text("UPDATE access_account SET active = false WHERE person_id = ANY (CAST(:person_ids AS uuid[]))")
)


async def hold(work: UnitOfWork, kind: RosterKind, person_ids: Sequence[UUID]) -> None:
    """Keep others from changing these persons or members until the end of the unit of work."""
    await work.fetch(_HOLD[kind], person_ids=list(person_ids))


async def standing(
    reader: Reader, kind: RosterKind, person_ids: Sequence[UUID], *, since: datetime
) -> dict[UUID, tuple[str, ...]]:
    """What stands on these people since they were imported, by the nouns."""
    rows = await reader.fetch(_STANDING[kind], person_ids=list(person_ids), since=since)
    return {row["person_id"]: tuple(row["nouns"]) for row in rows}


async def withdraw_persons(work: UnitOfWork, person_ids: Sequence[UUID]) -> None:
    """Take persons off the register with their logins; where they belonged is no longer believed."""
    await work.execute(_CLOSE["affiliation"], person_ids=list(person_ids), now=work.now)
    await work.execute(_CLOSE_LOGINS, person_ids=list(person_ids))
    await work.execute(_DELETE["account"], person_ids=list(person_ids))
    await work.execute(_DELETE["person"], person_ids=list(person_ids))
    work.after_commit(work.call.access.control.forget)


async def withdraw_members(work: UnitOfWork, person_ids: Sequence[UUID]) -> None:
    """Take members off the roll; their relationship and status are no longer believed."""
    for name in ("relationship", "membership_status"):
        await work.execute(_CLOSE[name], person_ids=list(person_ids), now=work.now)
    await work.execute(_DELETE["member"], person_ids=list(person_ids))


async def entered_cases(work: UnitOfWork, person_ids: Sequence[UUID], *, since: datetime) -> list[UUID]:
    """The cases that an import made at an instant, held until the end of the unit of work."""
    rows = await work.fetch(_CASES_OF, person_ids=list(person_ids), since=since)
    return [row["case_id"] for row in rows]


async def entered_members(reader: Reader, person_ids: Sequence[UUID], *, since: datetime) -> list[UUID]:
    """Who came onto a roll by an import at an instant."""
    rows = await reader.fetch(_ENTERED, person_ids=list(person_ids), since=since)
    return [row["person_id"] for row in rows]


async def withdraw_cases(work: UnitOfWork, case_ids: Sequence[UUID]) -> None:
    """Take cases away with everything that belongs to them."""
    for statement in _DROP_CASES:
        await work.execute(statement, case_ids=list(case_ids))
