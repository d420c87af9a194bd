"""The rows of authorization: edges between units, their closure, grants and accounts; all SQL about them.

The closure is recomputed for the changed unit's subtree in one recursive statement: a path is valid on the
days on which each of its edges is, and reads only if one of its edges only lets read.
"""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from chassis.statements import Write, query

if TYPE_CHECKING:
    from chassis.database import UnitOfWork

Edge = tuple[UUID, date, date | None]
# A unit with the edges to its parents, its sponsors, and those who took over from it.
UnitEdges = tuple[UUID, Iterable[Edge], Iterable[Edge], Iterable[Edge]]

# The lock on the edges as a whole: alone for whoever changes what others are computed from.
CLOSURE = "access.closure"

PERSON_OF = query(
    sa.text(
        "SELECT person_id FROM access_account WHERE issuer = :issuer AND number_key = :number_key AND active"
    )
)

_GRANTED = """
    SELECT FROM access_grant g
     WHERE g.person_id = :person_id AND NOT g.revoked
       AND g.role = ANY (CAST(:roles AS text[])) AND g.valid @> CAST(:day AS date)
"""
# Ids carry their time, so the oldest unit without a parent is the university even if a defect made another.
_ROOT = """
    SELECT c.descendant_id FROM access_closure c
     WHERE c.ancestor_id = c.descendant_id
       AND NOT EXISTS (SELECT FROM access_edge e WHERE e.child_id = c.descendant_id AND e.kind = 'parent')
     ORDER BY c.descendant_id LIMIT 1
"""
ROOT = query(sa.text(_ROOT))
HOLDS_AT_ROOT = query(sa.text(f"SELECT EXISTS ({_GRANTED} AND g.unit_id = ({_ROOT}))"))
HOLDS = query(
    sa.text(
        f"""SELECT EXISTS ({_GRANTED}
              AND (g.unit_id = CAST(:unit_id AS uuid) OR EXISTS (
                   SELECT FROM access_closure c
                    WHERE c.ancestor_id = g.unit_id AND c.descendant_id = CAST(:unit_id AS uuid)
                      AND c.valid @> CAST(:day AS date)
                      AND (CAST(:reading AS boolean) OR NOT c.reading_only))))"""
    )
)
UNITS_HELD = query(
    sa.text(
        f"""SELECT unit_id, unit_id = ({_ROOT}) AS is_root
              FROM ({_GRANTED.replace("SELECT FROM", "SELECT DISTINCT g.unit_id FROM")}) held"""
    )
)

_EDGES_OF = query(
    sa.text(
        """SELECT parent_id, kind, lower(valid) AS valid_from, upper(valid) AS valid_until
             FROM access_edge WHERE child_id = :unit_id"""
    )
)
_KNOWN = query(
    sa.text(
        "SELECT EXISTS (SELECT FROM access_closure WHERE ancestor_id = :unit_id AND descendant_id = :unit_id)"
    )
)
_DROP_EDGES = query(sa.text("DELETE FROM access_edge WHERE child_id = ANY (CAST(:unit_ids AS uuid[]))"))
_ADD_EDGE = query(
    sa.text(
        """INSERT INTO access_edge (parent_id, child_id, kind, valid)
           VALUES (:parent_id, :unit_id, :kind, daterange(CAST(:valid_from AS date), CAST(:valid_until AS date)))"""
    )
)
_SUBTREE = """
    affected (unit_id) AS (
        SELECT unnest(CAST(:unit_ids AS uuid[]))
        UNION
        SELECT e.child_id FROM access_edge e JOIN affected a ON e.parent_id = a.unit_id)
"""
_DROP_CLOSURE = query(
    sa.text(
        f"""WITH RECURSIVE {_SUBTREE}
            DELETE FROM access_closure c USING affected a WHERE c.descendant_id = a.unit_id"""
    )
)
# UNION drops what was reached before, and days only shrink along a path, so that a circle comes to an end.
_ADD_CLOSURE = query(
    sa.text(
        f"""WITH RECURSIVE {_SUBTREE},
            path (descendant_id, ancestor_id, valid, reading_only) AS (
                SELECT unit_id, unit_id, daterange(NULL, NULL), false FROM affected
                UNION
                SELECT p.descendant_id, e.parent_id, p.valid * e.valid, p.reading_only OR e.kind = 'sponsor'
                  FROM path p JOIN access_edge e ON e.child_id = p.ancestor_id
                 WHERE p.valid && e.valid)
            INSERT INTO access_closure (descendant_id, ancestor_id, valid, reading_only)
            SELECT descendant_id, ancestor_id, unnest(range_agg(valid)), reading_only
              FROM path GROUP BY descendant_id, ancestor_id, reading_only"""
    )
)
# Nothing lies below a unit that nobody knew, so that its closure is that of its parents, one step on.
_IS_NEW = query(
    sa.text(
        """SELECT NOT EXISTS (SELECT FROM access_closure WHERE descendant_id = :unit_id)
              AND NOT EXISTS (SELECT FROM access_edge WHERE parent_id = :unit_id)"""
    )
)
_ADD_UNIT = Write(
    """edge AS (
               SELECT e.parent_id, e.kind, daterange(e.valid_from, e.valid_until) AS valid
                 FROM unnest(CAST(:parent_ids AS uuid[]), CAST(:kinds AS text[]),
                             CAST(:valid_from AS date[]), CAST(:valid_until AS date[]))
                      AS e (parent_id, kind, valid_from, valid_until)
           ), edged AS (
               INSERT INTO access_edge (parent_id, child_id, kind, valid)
               SELECT parent_id, CAST(:unit_id AS uuid), kind, valid FROM edge
           ), path (ancestor_id, valid, reading_only) AS (
               SELECT CAST(:unit_id AS uuid), daterange(NULL, NULL), false
               UNION ALL
               SELECT parent_id, valid, kind = 'sponsor' FROM edge
               UNION ALL
               SELECT c.ancestor_id, c.valid * e.valid, c.reading_only OR e.kind = 'sponsor'
                 FROM edge e JOIN access_closure c ON c.descendant_id = e.parent_id
                WHERE c.valid && e.valid
           ), reached AS (
               INSERT INTO access_closure (descendant_id, ancestor_id, valid, reading_only)
               SELECT CAST(:unit_id AS uuid), ancestor_id, unnest(range_agg(valid)), reading_only
                 FROM path GROUP BY ancestor_id, reading_only)"""
)
_PUT_GRANT = query(
    sa.text(
        """INSERT INTO access_grant (grant_id, person_id, role, unit_id, valid, revoked)
           VALUES (:grant_id, :person_id, :role, :unit_id,
                   daterange(CAST(:valid_from AS date), CAST(:valid_until AS date)), :revoked)
           ON CONFLICT (grant_id) DO UPDATE
              SET person_id = excluded.person_id, role = excluded.role, unit_id = excluded.unit_id,
                  valid = excluded.valid, revoked = excluded.revoked"""
    )
)
_PUT_ACCOUNT = query(
    sa.text(
        """INSERT INTO access_account (issuer, number_key, person_id, active)
           VALUES (:issuer, :number_key, :person_id, :active)
           ON CONFLICT (issuer, number_key) DO UPDATE
              SET person_id = excluded.person_id, active = excluded.active"""
    )
)
_PUT_ACCOUNTS = query(
    sa.text(
        """INSERT INTO access_account (issuer, number_key, person_id, active)
           SELECT * FROM unnest(CAST(:issuers AS text[]), CAST(:number_keys AS text[]),
                                CAST(:person_ids AS uuid[]), CAST(:active AS boolean[]))
           ON CONFLICT (issuer, number_key) DO UPDATE
              SET person_id = excluded.person_id, active = excluded.active"""
    )
)


def _rows(unit_id: UUID, kind: str, edges: Iterable[Edge]) -> list[dict[str, Any]]:
    # A period that ended on the day it began never held.
    return [
        {"unit_id": unit_id, "parent_id": other, "kind": kind, "valid_from": start, "valid_until": end}
        for other, start, end in edges
        if end is None or start < end
    ]


def _lasting(parents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first parent reaches a unit that is only planned, and the last one what a dissolved unit left."""
    ordered = sorted(parents, key=lambda row: row["valid_from"])
    if ordered:
        ordered[0] = {**ordered[0], "valid_from": None}
        ordered[-1] = {**ordered[-1], "valid_until": None}
    return ordered


def _key(row: Any) -> tuple[Any, ...]:
    return (row["parent_id"], row["kind"], row["valid_from"], row["valid_until"])


async def replace_edges(
    work: "UnitOfWork",
    unit_id: UUID,
    parents: Iterable[Edge],
    sponsors: Iterable[Edge] = (),
    successors: Iterable[Edge] = (),
) -> None:
    """Make these the edges that lead up from the unit, and recompute the closure of what lies below it.

    `successors` are the units that took over from this one, from the day of its dissolution.
    """
    wanted = _edges(unit_id, parents, sponsors, successors)
    # Two subtrees moved at once would each compute with the other's old edges.
    await work.lock(CLOSURE)
    present = await work.fetch(_EDGES_OF, unit_id=unit_id)
    if {_key(row) for row in present} == {_key(row) for row in wanted} and await work.fetch_value(
        _KNOWN, unit_id=unit_id
    ):
        return
    if not present and await work.fetch_value(_IS_NEW, unit_id=unit_id):
        await _add(work, unit_id, wanted)
        return
    await _replace(work, [unit_id], wanted)


async def replace_edges_many(work: "UnitOfWork", units: Iterable[UnitEdges]) -> None:
    """The same for many units that are known already, in as many statements as for one."""
    wanted: list[dict[str, Any]] = []
    unit_ids = []
    for unit_id, parents, sponsors, successors in units:
        unit_ids.append(unit_id)
        wanted += _edges(unit_id, parents, sponsors, successors)
    await work.lock(CLOSURE)
    await _replace(work, unit_ids, wanted)


async def _replace(work: "UnitOfWork", unit_ids: list[UUID], wanted: list[dict[str, Any]]) -> None:
    await work.execute(_DROP_CLOSURE, unit_ids=unit_ids)
    await work.execute(_DROP_EDGES, unit_ids=unit_ids)
    if wanted:
        await work.execute_many(_ADD_EDGE, wanted)
    await work.execute(_ADD_CLOSURE, unit_ids=unit_ids)
    work.after_commit(work.call.access.control.forget)


async def add_unit(
    work: "UnitOfWork", unit_id: UUID, parents: Iterable[Edge], sponsors: Iterable[Edge] = ()
) -> None:
    """The same for a unit with a fresh id, of which nobody can know yet: no other addition waits for it."""
    await work.share(CLOSURE)
    await _add(work, unit_id, _edges(unit_id, parents, sponsors, ()))


async def add_units(work: "UnitOfWork", units: Iterable[UnitEdges]) -> None:
    """The same for many units, none of them below another; pipelined."""
    await work.share(CLOSURE)
    await work.execute_many(
        _ADD_UNIT.alone, [_addition(unit_id, _edges(unit_id, *edges)) for unit_id, *edges in units]
    )


async def _add(work: "UnitOfWork", unit_id: UUID, edges: list[dict[str, Any]]) -> None:
    # What is remembered are allowances, and a new unit takes none away: nothing is forgotten.
    await work.write_later(_ADD_UNIT, **_addition(unit_id, edges))


def _addition(unit_id: UUID, edges: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "unit_id": unit_id,
        "parent_ids": [edge["parent_id"] for edge in edges],
        "kinds": [edge["kind"] for edge in edges],
        "valid_from": [edge["valid_from"] for edge in edges],
        "valid_until": [edge["valid_until"] for edge in edges],
    }


def _edges(
    unit_id: UUID, parents: Iterable[Edge], sponsors: Iterable[Edge], successors: Iterable[Edge]
) -> list[dict[str, Any]]:
    return [
        *_lasting(_rows(unit_id, "parent", parents)),
        *_rows(unit_id, "sponsor", sponsors),
        *_rows(unit_id, "successor", successors),
    ]


async def put_grant(
    work: "UnitOfWork",
    grant_id: UUID,
    person_id: UUID,
    role: str,
    unit_id: UUID,
    valid_from: date,
    valid_until: date | None,
    revoked: bool,
) -> None:
    """Keep a grant as it stands now; `role` is the full name of the enum value."""
    # An empty period cannot be written as a range that contains a day: such a grant never held.
    never = valid_until is not None and valid_until <= valid_from
    await work.execute(
        _PUT_GRANT,
        grant_id=grant_id,
        person_id=person_id,
        role=role,
        unit_id=unit_id,
        valid_from=valid_from,
        valid_until=None if never else valid_until,
        revoked=revoked or never,
    )
    work.after_commit(work.call.access.control.forget)


async def put_account(
    work: "UnitOfWork", issuer: str, number_key: str, person_id: UUID, active: bool
) -> None:
    """Keep which person a campus number of an issuer belongs to."""
    await work.execute(_PUT_ACCOUNT, issuer=issuer, number_key=number_key, person_id=person_id, active=active)
    work.after_commit(work.call.access.control.forget)


async def put_accounts(work: "UnitOfWork", accounts: Iterable[tuple[str, str, UUID, bool]]) -> None:
    """The same for many (issuer, number key, person, active) in one statement; of one number the last is kept."""
    last = {account[:2]: account for account in accounts}
    if last:
        issuers, number_keys, person_ids, active = zip(*last.values(), strict=True)
        await work.execute(
            _PUT_ACCOUNTS, issuers=issuers, number_keys=number_keys, person_ids=person_ids, active=active
        )
    work.after_commit(work.call.access.control.forget)


_DROP_ACCOUNT = query(
    sa.text("DELETE FROM access_account WHERE issuer = :issuer AND number_key = :number_key")
)


async def drop_account(work: "UnitOfWork", issuer: str, number_key: str) -> None:
    """Keep no longer whose a campus number was."""
    await work.execute(_DROP_ACCOUNT, issuer=issuer, number_key=number_key)
    work.after_commit(work.call.access.control.forget)


_FORGET_UNITS = [query(sa.text(f"DELETE FROM {table}")) for table in ("access_edge", "access_closure")]
_FORGET_GRANTS = query(sa.text("DELETE FROM access_grant"))
_FORGET_ACCOUNTS = query(sa.text("DELETE FROM access_account"))


async def forget_units(work: "UnitOfWork") -> None:
    """Empty the edges and the closure, before the source's whole log is applied again."""
    for statement in _FORGET_UNITS:
        await work.execute(statement)
    work.after_commit(work.call.access.control.forget)


async def forget_grants(work: "UnitOfWork") -> None:
    """Empty the grants, likewise."""
    await work.execute(_FORGET_GRANTS)
    work.after_commit(work.call.access.control.forget)


async def forget_accounts(work: "UnitOfWork") -> None:
    """Empty the accounts, likewise."""
    await work.execute(_FORGET_ACCOUNTS)
    work.after_commit(work.call.access.control.forget)
