"""How a unit is read whole: its row, its name of the day, and everything it was ever related to.

One statement in one snapshot answers the chosen units first and then, a row each, what they are related to:
gathering the relations into arrays cost the database four times as much. Nothing here speaks to a database.
"""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from chassis.bitemporal import Interval
from chassis.database import Record
from organization.domain.units import (
    Form,
    Function,
    Kind,
    Parentage,
    Part,
    Purpose,
    Sponsorship,
    Unit,
)
from organization.repository.beliefs import as_now, as_then

# What is chosen: `unit` under the alias u, its description d, its life. In the order in which they are unpacked.
COLUMNS = """
    u.unit_id, u.kind, u.form, u.function, u.cohort_year, u.major_code, u.purpose, u.host_id, u.task,
    u.planned_end_on, u.created_at, u.updated_at, u.version, u.frozen_by, d.name, d.short_name, d.campus_id,
    life.starts_on, life.ends_on
"""
# Outside the unit's life its nearest name is shown: the first of a planned unit, the last of a dissolved one.
FROM = """
    unit u
    JOIN LATERAL ({life}) life ON life.starts_on IS NOT NULL
    JOIN LATERAL (
        SELECT t.name, t.short_name, t.campus_id FROM unit_description t
         WHERE t.unit_id = u.unit_id AND {believed:t}
         ORDER BY (t.valid @> CAST(:day AS date)) DESC,
                  CASE WHEN lower(t.valid) <= CAST(:day AS date) THEN lower(t.valid) END DESC NULLS LAST,
                  lower(t.valid)
         LIMIT 1) d ON true
"""
_LIFE_NOW = "SELECT u.established_on AS starts_on, u.dissolved_on AS ends_on"
# What was believed of a unit's life then: its description covers exactly its life.
_LIFE_THEN = """
    SELECT min(lower(x.valid)) AS starts_on,
           CASE WHEN bool_or(upper_inf(x.valid)) THEN NULL ELSE max(upper(x.valid)) END AS ends_on
      FROM unit_description x WHERE x.unit_id = u.unit_id AND {believed:x}
"""
_UNIT, _PARENT, _SPONSOR, _SUCCESSOR = range(4)
_NONE = ", NULL" * 18
_CHOSEN = "ANY (ARRAY(SELECT c.unit_id FROM chosen c))"
_WHOLE = f"""
    WITH chosen AS MATERIALIZED ({{chosen}})
    SELECT {_UNIT} AS part, chosen.*, CAST(NULL AS uuid) AS other, CAST(NULL AS text) AS role,
           CAST(NULL AS date) AS valid_from, CAST(NULL AS date) AS valid_until FROM chosen
    UNION ALL
    SELECT {_PARENT}, NULL, p.unit_id{_NONE}, p.parent_id, NULL, lower(p.valid), upper(p.valid)
      FROM unit_parent p WHERE p.unit_id = {_CHOSEN} AND {{believed:p}}
    UNION ALL
    SELECT {_SPONSOR}, NULL, s.unit_id{_NONE}, s.sponsor_id, s.part, lower(s.valid), upper(s.valid)
      FROM unit_sponsor s WHERE s.unit_id = {_CHOSEN} AND {{believed:s}}
    UNION ALL
    SELECT {_SUCCESSOR}, NULL, l.from_unit_id{_NONE}, l.to_unit_id, NULL, NULL, NULL
      FROM unit_lineage l WHERE l.from_unit_id = {_CHOSEN} AND {{lineage_known}}
    ORDER BY 1, 2, valid_from, other
"""

# Looked up rather than called: a page reads many.
_KINDS = {kind.value: kind for kind in Kind}
_FORMS: dict[str | None, Form | None] = {None: None, **{form.value: form for form in Form}}
_FUNCTIONS: dict[str | None, Function | None] = {None: None, **{each.value: each for each in Function}}
_PURPOSES: dict[str | None, Purpose | None] = {None: None, **{each.value: each for each in Purpose}}


def now(template: str) -> str:
    """The template for what is believed now."""
    return as_now(template.replace("{life}", _LIFE_NOW).replace("{lineage_known}", "true"))


def then(template: str) -> str:
    """The template for what was believed at the parameter `known_at`."""
    known = "l.recorded_at <= CAST(:known_at AS timestamptz)"
    return as_then(template.replace("{life}", _LIFE_THEN).replace("{lineage_known}", known))


def whole(chosen: str) -> str:
    """The template that reads units whole; `chosen` selects their place among each other and COLUMNS."""
    return _WHOLE.replace("{chosen}", chosen)


# Units share their days: most were established, moved and dissolved with others.
_interval = lru_cache(maxsize=4096)(Interval)


def read(rows: Iterable[Record], day: date) -> list[Unit]:
    """The units of a statement made by `whole`, in their order."""
    chosen: list[Record] = []
    related: dict[UUID, tuple[Record, ...]] = {}
    for row in rows:
        if row[0] == _UNIT:
            chosen.append(row)
        else:
            unit_id = row[2]
            before = related.get(unit_id)
            related[unit_id] = (row,) if before is None else (*before, row)
    return [_unit(row[2:21], related.get(row[2], ()), day) for row in chosen]


# The same rows make the same unit: what many read again and again is built once, and cannot be out of date.
@lru_cache(maxsize=4096)
def _unit(row: tuple[Any, ...], related: tuple[Record, ...], day: date) -> Unit:
    unit_id, kind, form, function, cohort, major, purpose, host_id, task, planned_end_on = row[:10]
    created_at, updated_at, version, frozen_by, name, short_name, campus_id, starts_on, ends_on = row[10:]
    parents: list[Parentage] = []
    sponsors: list[Sponsorship] = []
    successor_ids: list[UUID] = []
    for relation in related:
        other, role, since, until = relation[21:]
        if relation[0] == _PARENT:
            parents.append(Parentage(other, _interval(since, until)))
        elif relation[0] == _SPONSOR:
            sponsors.append(Sponsorship(other, Part(role), _interval(since, until)))
        else:
            successor_ids.append(other)
    # By position, which halves the cost; the names above are the fields' own.
    return Unit(
        unit_id,
        _KINDS[kind],
        _FORMS[form],
        name,
        short_name,
        _FUNCTIONS[function],
        campus_id,
        _interval(starts_on, ends_on),
        tuple(parents),
        tuple(sponsors),
        tuple(successor_ids),
        cohort,
        major,
        _PURPOSES[purpose],
        host_id,
        task,
        planned_end_on,
        created_at,
        updated_at,
        version,
        day,
        frozen_by,
    )
