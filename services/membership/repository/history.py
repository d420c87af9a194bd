"""The four histories of this service, and how twice-dated rows are asked for in SQL text."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from chassis.bitemporal import History
from membership import tables

AFFILIATIONS = History(tables.affiliation, ["person_id", "kind"], ["unit_id"])
RELATIONSHIPS = History(tables.relationship, ["person_id"], ["unit_id"])
STATUSES = History(tables.membership_status, ["person_id"], ["status"])
PARTICIPATIONS = History(tables.participation, ["person_id", "unit_id"], ["kind"])


def believed(alias: str) -> str:
    """The condition that a row was believed at :known_at (NULL: is believed now)."""
    return f"""(CASE WHEN CAST(:known_at AS timestamptz) IS NULL THEN {alias}.recorded_until IS NULL
                ELSE {alias}.recorded_from <= CAST(:known_at AS timestamptz)
                 AND ({alias}.recorded_until IS NULL OR {alias}.recorded_until > CAST(:known_at AS timestamptz))
                END)"""


def holding(alias: str) -> str:
    """The condition that a row holds on :as_of (NULL: on any day)."""
    return f"(CAST(:as_of AS date) IS NULL OR {alias}.valid @> CAST(:as_of AS date))"


def periods(table: str, columns: Sequence[str], where: str) -> str:
    """A subselect that gives a subject's rows as one JSON array, the oldest first."""
    pairs = ", ".join(f"'{column}', h.{column}" for column in columns)
    return f"""(SELECT coalesce(jsonb_agg(jsonb_build_object({pairs},
                       'valid_from', lower(h.valid), 'valid_until', upper(h.valid))
                       ORDER BY lower(h.valid), h.recorded_from), CAST('[]' AS jsonb))
                  FROM {table} h WHERE {where})"""


def span(row: Mapping[str, Any]) -> tuple[date, date | None]:
    """The half-open period of a JSON row."""
    until = row["valid_until"]
    return date.fromisoformat(row["valid_from"]), None if until is None else date.fromisoformat(until)
