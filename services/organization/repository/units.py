"""SQL that reads units: one, a page, the tree of a day, descent and history."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.access import Scope, within_text
from chassis.bitemporal import Interval, interval_of
from chassis.database import Reader, Record
from chassis.statements import Query, query
from chassis.text_keys import folded, grams
from organization.domain.structure import Forest
from organization.domain.units import (
    Aspect,
    Description,
    Form,
    Function,
    Kind,
    Lineage,
    LineageKind,
    Outline,
    Part,
    Purpose,
    State,
    Unit,
    UnitFact,
)
from organization.repository import unit_shape
from organization.repository.beliefs import as_now, as_then

_ONE = unit_shape.whole(
    f"SELECT 1 AS place, {unit_shape.COLUMNS} FROM {unit_shape.FROM} WHERE u.unit_id = CAST(:unit_id AS uuid)"
)
_GET_NOW, _GET_THEN = query(sa.text(unit_shape.now(_ONE))), query(sa.text(unit_shape.then(_ONE)))
_GET_MANY = query(
    sa.text(
        unit_shape.now(
            unit_shape.whole(
                f"""SELECT 1 AS place, {unit_shape.COLUMNS} FROM {unit_shape.FROM}
                     WHERE u.unit_id = ANY (CAST(:unit_ids AS uuid[]))"""
            )
        )
    )
)
_LOCK = query(sa.text("SELECT 1 FROM unit WHERE unit_id = :unit_id FOR UPDATE"))
_ROOT = query(sa.text("SELECT unit_id FROM unit WHERE kind = 'university'"))
_OUTLINES = query(
    sa.text(
        """SELECT unit_id, kind, form, function, established_on, dissolved_on
             FROM unit WHERE unit_id = ANY (CAST(:unit_ids AS uuid[]))"""
    )
)


async def find(reader: Reader, unit_id: UUID, *, day: date, known_at: datetime | None = None) -> Unit | None:
    """The unit as it stood on a day, as believed at an instant; None when it was not known then."""
    if known_at is None:
        rows = await reader.fetch(_GET_NOW, unit_id=unit_id, day=day)
    else:
        rows = await reader.fetch(_GET_THEN, unit_id=unit_id, day=day, known_at=known_at)
    return next(iter(unit_shape.read(rows, day)), None)


async def find_many(reader: Reader, unit_ids: Iterable[UUID], *, day: date) -> dict[UUID, Unit]:
    """These units as they stand on a day, as believed now; unknown ones are missing."""
    rows = await reader.fetch(_GET_MANY, unit_ids=list(unit_ids), day=day)
    return {unit.unit_id: unit for unit in unit_shape.read(rows, day)}


async def lock(reader: Reader, unit_id: UUID) -> None:
    """Let nobody else change the unit until the end of the unit of work."""
    await reader.fetch_value(_LOCK, unit_id=unit_id)


async def root_id(reader: Reader) -> UUID | None:
    """The university."""
    found: UUID | None = await reader.fetch_value(_ROOT)
    return found


async def outlines(reader: Reader, unit_ids: Iterable[UUID]) -> dict[UUID, Outline]:
    """What relations need to know of these units; unknown ones are missing."""
    rows = await reader.fetch(_OUTLINES, unit_ids=list(unit_ids))
    return {row["unit_id"]: outline(row) for row in rows}


def outline(row: Record) -> Outline:
    """What others need to know of a unit, from a row of the table."""
    return Outline(
        unit_id=row["unit_id"],
        kind=Kind(row["kind"]),
        form=Form(row["form"]) if row["form"] else None,
        life=Interval(row["established_on"], row["dissolved_on"]),
        function=Function(row["function"]) if row["function"] else None,
    )


@dataclass(frozen=True, slots=True)
class Filter:
    """What a page of units is asked for; None asks for any."""

    kind: Kind | None = None
    form: Form | None = None
    parent_id: UUID | None = None
    below_id: UUID | None = None
    sponsor_id: UUID | None = None
    campus_id: UUID | None = None
    state: State | None = None
    purpose: Purpose | None = None
    name: str | None = None


_BELOW = """
    WITH RECURSIVE below (unit_id, depth) AS (
        SELECT p.unit_id, 1 FROM unit_parent p
         WHERE p.parent_id = CAST(:below_id AS uuid) AND p.valid @> CAST(:day AS date) AND {believed:p}
        UNION ALL
        SELECT p.unit_id, b.depth + 1 FROM unit_parent p JOIN below b ON p.parent_id = b.unit_id
         WHERE p.valid @> CAST(:day AS date) AND {believed:p} AND b.depth < 64)
    SELECT b.unit_id FROM below b
"""
# What is active on a day, as believed now, lies below exactly what the closure says; the past of belief is walked.
_IN_CLOSURE_NOW = """u.unit_id IN (
    SELECT c.descendant_id FROM access_closure c
     WHERE c.ancestor_id = CAST(:below_id AS uuid) AND c.descendant_id <> CAST(:below_id AS uuid)
       AND c.valid @> CAST(:day AS date) AND NOT c.reading_only)
"""
# A unit is active exactly while it is described, so that its description of the day is all there is to find.
_FROM_ACTIVE = """
    unit_description d
    JOIN unit u ON u.unit_id = d.unit_id AND {believed:d} AND d.valid @> CAST(:day AS date)
    JOIN LATERAL ({life}) life ON life.starts_on IS NOT NULL
"""
_STATES = {
    State.PLANNED: "life.starts_on > CAST(:day AS date)",
    State.ACTIVE: "true",
    State.DISSOLVED: "life.ends_on <= CAST(:day AS date)",
}
# The names that contain the text, or whose pinyin initials do; the grams say where to look.
_NAMED = """
    SELECT n.name FROM unit_name n
     WHERE n.grams @> CAST(:name_grams AS text[])
       AND (strpos(n.folded, CAST(:name AS text)) > 0 OR strpos(n.initials, CAST(:name AS text)) > 0)
"""
# What each filter that is given adds. A statement that holds them all, each behind "is it given?", is planned badly.
_FILTERS = {
    "kind": "u.kind = :kind",
    "form": "u.form = :form",
    "purpose": "u.purpose = :purpose",
    "campus_id": "d.campus_id = :campus_id",
    "name": f"(d.name IN ({_NAMED}) OR d.short_name IN ({_NAMED}))",
    "parent_id": """EXISTS (
         SELECT FROM unit_parent q WHERE q.unit_id = u.unit_id AND q.parent_id = :parent_id
            AND q.valid @> CAST(:day AS date) AND {believed:q})""",
    "sponsor_id": """EXISTS (
         SELECT FROM unit_sponsor q WHERE q.unit_id = u.unit_id AND q.sponsor_id = :sponsor_id
            AND q.valid @> CAST(:day AS date) AND {believed:q})""",
    "below_id": f"u.unit_id IN ({_BELOW})",
}
# By each order: what follows the row of the page token, and the order itself.
_ORDERS = {
    "name": ("(d.name, u.unit_id) > (CAST(:after AS text), CAST(:after_id AS uuid))", "d.name, u.unit_id"),
    "name desc": (
        "(d.name, u.unit_id) < (CAST(:after AS text), CAST(:after_id AS uuid))",
        "d.name DESC, u.unit_id DESC",
    ),
    "established_on": (
        "(life.starts_on, u.unit_id) > (CAST(:after AS date), CAST(:after_id AS uuid))",
        "life.starts_on, u.unit_id",
    ),
    "established_on desc": (
        "(life.starts_on, u.unit_id) < (CAST(:after AS date), CAST(:after_id AS uuid))",
        "life.starts_on DESC, u.unit_id DESC",
    ),
}
ORDERS = tuple(_ORDERS)


# The place before the columns is by the order itself, so that it costs no sort of its own.
_CHOSEN = """
    SELECT row_number() OVER (ORDER BY {by}) AS place, {columns}
      FROM {found} WHERE {conditions} ORDER BY {by} LIMIT CAST(:most AS int)
"""


@cache
def _page_query(
    order: str, state: State, given: tuple[str, ...], *, follows: bool, then: bool, everywhere: bool
) -> Query:
    after, by = _ORDERS[order]
    walks = then or state is not State.ACTIVE
    filters = _FILTERS if walks else _FILTERS | {"below_id": _IN_CLOSURE_NOW}
    chosen = _CHOSEN.format(
        by=by,
        columns=unit_shape.COLUMNS,
        found=_FROM_ACTIVE if state is State.ACTIVE else unit_shape.FROM,
        conditions=" AND ".join(
            [
                _STATES[state],
                *(filters[name] for name in given),
                *([after] if follows else ()),
                *([] if everywhere else [within_text("u.unit_id")]),
            ]
        ),
    )
    fill = unit_shape.then if then else unit_shape.now
    # Without a filter and a limit to what the caller may see, one plan is the best for all.
    return query(sa.text(fill(unit_shape.whole(chosen))), planned_anew=bool(given) or not everywhere)


async def page(
    reader: Reader,
    wanted: Filter,
    scope: Scope,
    *,
    day: date,
    known_at: datetime | None,
    order: str,
    after: tuple[Any, UUID] | None,
    most: int,
) -> list[Unit]:
    """Units on a day that the caller may see; `scope` comes from `access.filters`."""
    state = wanted.state or State.ACTIVE
    given = {name: value for name in _FILTERS if (value := getattr(wanted, name)) is not None}
    named = tuple(given)
    if "name" in given:
        text = folded(given["name"])
        given |= {"name": text, "name_grams": grams(text)}
    statement = _page_query(
        order,
        state,
        named,
        follows=after is not None,
        then=known_at is not None,
        everywhere=scope.is_everywhere,
    )
    belief = {} if known_at is None else {"known_at": known_at}
    place = {} if after is None else {"after": after[0], "after_id": after[1]}
    limits = {} if scope.is_everywhere else scope
    rows = await reader.fetch(statement, day=day, most=most, **given, **place, **belief, **limits)
    return unit_shape.read(rows, day)


# Four plain scans in one snapshot, put together here: a join of histories is planned badly while a table has
# no statistics yet, and then takes seconds. What is below the unit today or ever is in the closure; what was
# believed then may be elsewhere in it, so then everything is read.
_TREE_ROWS = """
    SELECT 1 AS part, p.unit_id, p.parent_id AS other_id, NULL AS kind, NULL AS form, NULL AS name
      FROM unit_parent p WHERE p.valid @> CAST(:day AS date) AND {believed:p} AND {below:p}
    UNION ALL
    SELECT 2, s.unit_id, s.sponsor_id, NULL, NULL, NULL
      FROM unit_sponsor s WHERE s.valid @> CAST(:day AS date) AND {believed:s} AND {below:s}
    UNION ALL
    SELECT 3, d.unit_id, d.campus_id, NULL, NULL, d.name
      FROM unit_description d WHERE d.valid @> CAST(:day AS date) AND {believed:d} AND {below:d}
    UNION ALL
    SELECT 4, u.unit_id, NULL, u.kind, u.form, NULL FROM unit u WHERE {below:u}
"""
_IN_CLOSURE = (
    r"\1.unit_id = ANY (ARRAY(SELECT c.descendant_id FROM access_closure c"
    r" WHERE c.ancestor_id = CAST(:unit_id AS uuid)))"
)
_TREE_NOW = query(sa.text(re.sub(r"\{below:(\w)\}", _IN_CLOSURE, as_now(_TREE_ROWS))))
_TREE_THEN = query(sa.text(re.sub(r"\{below:\w\}", "true", as_then(_TREE_ROWS))))


async def tree(reader: Reader, unit_id: UUID, *, day: date, known_at: datetime | None) -> Forest:
    """What stood where on a day, at least everything below one unit."""
    if known_at is None:
        rows = await reader.fetch(_TREE_NOW, unit_id=unit_id, day=day)
    else:
        rows = await reader.fetch(_TREE_THEN, day=day, known_at=known_at)
    forest = Forest()
    for part, unit, other, kind, form, name in rows:
        if part == 1:
            forest.parents[unit] = other
        elif part == 2:
            forest.sponsors.setdefault(unit, []).append(other)
        elif part == 3:
            forest.described[unit] = (name, other)
        else:
            forest.kinds[unit] = (Kind(kind), Form(form) if form else None)
    return forest


_SUBTREE = query(
    sa.text(
        """
        WITH RECURSIVE below (unit_id, valid) AS (
            SELECT p.unit_id, p.valid * daterange(CAST(:day AS date), NULL) FROM unit_parent p
             WHERE p.parent_id = CAST(:unit_id AS uuid) AND p.recorded_until IS NULL
               AND p.valid && daterange(CAST(:day AS date), NULL)
            UNION
            SELECT p.unit_id, p.valid * b.valid FROM unit_parent p JOIN below b ON p.parent_id = b.unit_id
             WHERE p.recorded_until IS NULL AND p.valid && b.valid)
        SELECT unit_id, valid FROM below
        """
    )
)


async def below(reader: Reader, unit_id: UUID, *, since: date) -> list[tuple[UUID, Interval]]:
    """The units below one on some day from `since`, each with days on which it is."""
    rows = await reader.fetch(_SUBTREE, unit_id=unit_id, day=since)
    return [(row["unit_id"], interval_of(row["valid"])) for row in rows]


_LINEAGE = query(
    sa.text(
        """
        WITH RECURSIVE after (from_unit_id, to_unit_id) AS (
            SELECT from_unit_id, to_unit_id FROM unit_lineage WHERE from_unit_id = CAST(:unit_id AS uuid)
            UNION
            SELECT l.from_unit_id, l.to_unit_id FROM unit_lineage l JOIN after a ON l.from_unit_id = a.to_unit_id
        ), before (from_unit_id, to_unit_id) AS (
            SELECT from_unit_id, to_unit_id FROM unit_lineage WHERE to_unit_id = CAST(:unit_id AS uuid)
            UNION
            SELECT l.from_unit_id, l.to_unit_id FROM unit_lineage l JOIN before b ON l.to_unit_id = b.from_unit_id)
        SELECT l.* FROM unit_lineage l
          JOIN (SELECT * FROM after UNION SELECT * FROM before) steps USING (from_unit_id, to_unit_id)
         ORDER BY l.effective_on, l.from_unit_id, l.to_unit_id
         LIMIT 1000
        """
    )
)


async def lineage(reader: Reader, unit_id: UUID) -> list[Lineage]:
    """Everything the unit descends from and everything that descends from it."""
    return [
        Lineage(
            from_unit_id=row["from_unit_id"],
            to_unit_id=row["to_unit_id"],
            kind=LineageKind(row["kind"]),
            effective_on=row["effective_on"],
            reorganization_id=row["reorganization_id"],
        )
        for row in await reader.fetch(_LINEAGE, unit_id=unit_id)
    ]


_FACTS = query(
    sa.text(
        """
        SELECT * FROM (
            SELECT row_id, 'description' AS aspect, valid, recorded_from, recorded_until,
                   name, short_name, campus_id, CAST(NULL AS uuid) AS other_id, CAST(NULL AS text) AS part
              FROM unit_description WHERE unit_id = CAST(:unit_id AS uuid)
            UNION ALL
            SELECT row_id, 'parent', valid, recorded_from, recorded_until, NULL, NULL, NULL, parent_id, NULL
              FROM unit_parent WHERE unit_id = CAST(:unit_id AS uuid)
            UNION ALL
            SELECT row_id, 'sponsor', valid, recorded_from, recorded_until, NULL, NULL, NULL, sponsor_id, part
              FROM unit_sponsor WHERE unit_id = CAST(:unit_id AS uuid)) facts
         WHERE CAST(:after_at AS timestamptz) IS NULL
            OR (recorded_from, aspect, row_id)
               > (CAST(:after_at AS timestamptz), CAST(:after_aspect AS text), CAST(:after_row AS bigint))
         ORDER BY recorded_from, aspect, row_id
         LIMIT CAST(:most AS int)
        """
    )
)


async def facts(
    reader: Reader, unit_id: UUID, *, after: tuple[datetime, str, int] | None, most: int
) -> list[UnitFact]:
    """What was ever recorded about the unit, by the time of recording."""
    at, aspect, row_id = after or (None, None, None)
    rows = await reader.fetch(
        _FACTS, unit_id=unit_id, after_at=at, after_aspect=aspect, after_row=row_id, most=most
    )
    return [_fact(row) for row in rows]


def _fact(row: Record) -> UnitFact:
    described = row["aspect"] == Aspect.DESCRIPTION
    return UnitFact(
        row_id=row["row_id"],
        aspect=Aspect(row["aspect"]),
        days=interval_of(row["valid"]),
        recorded_at=row["recorded_from"],
        replaced_at=row["recorded_until"],
        description=Description(row["name"], row["short_name"], row["campus_id"]) if described else None,
        other_id=row["other_id"],
        part=Part(row["part"]) if row["part"] else None,
    )
