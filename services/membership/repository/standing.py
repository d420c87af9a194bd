"""Standing cases: one row each with the days that follow from its acts, and the acts, which are only ever added."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Reader, Record, UnitOfWork
from chassis.statements import insert, query
from membership import tables
from membership.domain.standing import Act, Entry, Ground, Kind, StandingCase, State
from membership.domain.verdicts import from_records, to_records
from rulebook import RuleSet

_NAMES = (
    "standing_case_id",
    "person_id",
    "kind",
    "ground",
    "since",
    "state",
    "kept_through",
    "contact_due_on",
    "next_decision",
    "decision_from",
    "suspended_on",
    "rectify_until",
    "version",
    "created_at",
    "updated_at",
)
_CHANGING = _NAMES[4:13] + _NAMES[14:]
_ENTRY = (
    "act",
    "occurred_on",
    "recorded_at",
    "recorded_by",
    "reason",
    "reached",
    "until",
    "resolved_on",
    "approver_unit_id",
    "document_reference",
    "pack_digest",
    "revision",
    "correction_reason",
)
# The branch of the person, also after the relationship has ended: the last one answers for what was done.
_SELECT = f"""SELECT {", ".join(f"k.{name}" for name in _NAMES)}, b.unit_id
               FROM standing_case k CROSS JOIN LATERAL (
                    SELECT r.unit_id FROM relationship r
                     WHERE r.person_id = k.person_id AND r.recorded_until IS NULL
                     ORDER BY lower(r.valid) DESC LIMIT 1) b"""
_FIND = query(sa.text(f"{_SELECT} WHERE k.standing_case_id = :standing_case_id"))
_LOCK = query(sa.text(f"{_SELECT} WHERE k.standing_case_id = :standing_case_id FOR UPDATE OF k"))
_OPEN_OF = query(
    sa.text(f"{_SELECT} WHERE k.person_id = :person_id AND k.state = 'open' ORDER BY k.standing_case_id")
)
_ENTRIES = query(
    sa.text(
        f"""SELECT {", ".join(_ENTRY)}, verdicts FROM standing_entry
             WHERE standing_case_id = :standing_case_id
               AND CASE WHEN CAST(:known_at AS timestamptz) IS NULL THEN superseded_at IS NULL
                   ELSE recorded_at <= CAST(:known_at AS timestamptz)
                    AND (superseded_at IS NULL OR superseded_at > CAST(:known_at AS timestamptz)) END
             ORDER BY sequence"""
    )
)
_WITHOUT_ITEMS = query(
    sa.text(
        f"""{_SELECT}
             WHERE k.state = 'open' AND k.standing_case_id > :after
               AND num_nonnulls(k.kept_through, k.contact_due_on, k.decision_from) > 0
               AND NOT EXISTS (SELECT FROM inbox_item i WHERE i.subject_id = k.standing_case_id)
             ORDER BY k.standing_case_id LIMIT :size"""
    )
)
_PUT = query(
    sa.text(
        f"""INSERT INTO standing_case ({", ".join(_NAMES)}) VALUES ({", ".join(f":{n}" for n in _NAMES)})
            ON CONFLICT (standing_case_id) DO UPDATE
               SET {", ".join(f"{name} = excluded.{name}" for name in _CHANGING)}"""
    )
)
_ADD_ENTRY = query(insert(tables.standing_entry, "standing_case_id", "sequence", *_ENTRY, "verdicts"))
_SUPERSEDE = query(
    sa.text(
        """UPDATE standing_entry SET superseded_at = :now
            WHERE standing_case_id = :standing_case_id AND sequence = :sequence AND superseded_at IS NULL"""
    )
)
_WITHIN = """EXISTS (SELECT FROM access_closure c WHERE c.ancestor_id = ANY (CAST(:access_units AS uuid[]))
                       AND c.descendant_id = b.unit_id AND c.valid @> CAST(:access_day AS date)
                       AND (CAST(:access_reading AS boolean) OR NOT c.reading_only))"""
_LIST = query(
    sa.text(
        f"""{_SELECT}
             WHERE (CAST(:after AS uuid) IS NULL OR k.standing_case_id > CAST(:after AS uuid))
               AND (CAST(:person_id AS uuid) IS NULL OR k.person_id = CAST(:person_id AS uuid))
               AND (CAST(:kind AS text) IS NULL OR k.kind = CAST(:kind AS text))
               AND (CAST(:state AS text) IS NULL OR k.state = CAST(:state AS text))
               AND (NOT CAST(:overdue AS boolean) OR (k.state = 'open' AND
                    least(k.kept_through, k.contact_due_on) < CAST(:access_day AS date)))
               AND (NOT CAST(:decision_due AS boolean) OR (k.state = 'open' AND
                    k.decision_from <= CAST(:access_day AS date)))
               AND (CAST(:unit_id AS uuid) IS NULL OR EXISTS (
                    SELECT FROM access_closure u WHERE u.ancestor_id = CAST(:unit_id AS uuid)
                       AND u.descendant_id = b.unit_id AND u.valid @> CAST(:access_day AS date)
                       AND NOT u.reading_only))
               AND (k.person_id = CAST(:self AS uuid) OR {_WITHIN})
             ORDER BY k.standing_case_id LIMIT :size"""
    )
)


@dataclass(frozen=True, slots=True)
class StandingFilter:
    """Which cases a list shows."""

    unit_id: UUID | None = None
    person_id: UUID | None = None
    kind: str | None = None
    state: str | None = None
    overdue: bool = False
    decision_due: bool = False


def _case(row: Record) -> StandingCase:
    values = dict(row)
    ground, following = values.pop("ground"), values.pop("next_decision")
    return StandingCase(
        **values
        | {
            "kind": Kind(values["kind"]),
            "ground": None if ground is None else Ground(ground),
            "state": State(values["state"]),
            "next_decision": None if following is None else Act(following),
        }
    )


async def find(reader: Reader, standing_case_id: UUID) -> StandingCase | None:
    """The case without its acts."""
    row = await reader.fetch_one(_FIND, standing_case_id=standing_case_id)
    return None if row is None else _case(row)


async def lock(work: UnitOfWork, standing_case_id: UUID) -> StandingCase | None:
    """The case without its acts, held until the end of the unit of work."""
    row = await work.fetch_one(_LOCK, standing_case_id=standing_case_id)
    return None if row is None else _case(row)


async def open_of(reader: Reader, person_id: UUID) -> list[StandingCase]:
    """The open cases of a person, without their acts."""
    return [_case(row) for row in await reader.fetch(_OPEN_OF, person_id=person_id)]


async def without_items(reader: Reader, *, after: UUID, size: int) -> list[StandingCase]:
    """Open cases that wait for a day and stand in no inbox, without their acts, in the order of their ids."""
    return [_case(row) for row in await reader.fetch(_WITHOUT_ITEMS, after=after, size=size)]


async def whole(
    reader: Reader, found: StandingCase, rules_of: Callable[[Reader, str], Awaitable[RuleSet]]
) -> StandingCase:
    """The case with its acts, in the words of the rule sets that judged them."""
    entries = await known_entries(reader, found.standing_case_id, rules_of)
    return replace(found, entries=entries)


async def known_entries(
    reader: Reader,
    standing_case_id: UUID,
    rules_of: Callable[[Reader, str], Awaitable[RuleSet]],
    *,
    known_at: datetime | None = None,
) -> tuple[Entry, ...]:
    """The acts as they were known at an instant (None: now)."""
    rows = await reader.fetch(_ENTRIES, standing_case_id=standing_case_id, known_at=known_at)
    digests = {row["pack_digest"] for row in rows} - {None}
    rules = {digest: await rules_of(reader, digest) for digest in digests}
    return tuple(_entry(row, rules) for row in rows)


def _entry(row: Record, rules: Mapping[str, RuleSet]) -> Entry:
    values = dict(row)
    records, digest = values.pop("verdicts"), values["pack_digest"]
    judged = () if digest is None else from_records(rules[digest], records)
    return Entry(**values | {"act": Act(values["act"])}, judgements=judged)


async def save(work: UnitOfWork, case: StandingCase, *, kept_entries: int) -> None:
    """Write a case, and the acts that came after those that are kept."""
    await work.execute(_PUT, **{name: getattr(case, name) for name in _NAMES})
    every = enumerate(case.entries, start=1)
    rows = [_values(case, sequence, entry) for sequence, entry in every if sequence > kept_entries]
    await work.execute_many(_ADD_ENTRY, rows)


async def save_corrected(work: UnitOfWork, case: StandingCase, sequence: int) -> None:
    """Write a case of which one act was corrected; what was believed of the act is kept."""
    await work.execute(_PUT, **{name: getattr(case, name) for name in _NAMES})
    entry = case.entries[sequence - 1]
    await work.execute(
        _SUPERSEDE, standing_case_id=case.standing_case_id, sequence=sequence, now=entry.recorded_at
    )
    await work.execute_many(_ADD_ENTRY, [_values(case, sequence, entry)])


def _values(case: StandingCase, sequence: int, entry: Entry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in _ENTRY} | {
        "standing_case_id": case.standing_case_id,
        "sequence": sequence,
        "verdicts": to_records(entry.judgements),
    }


async def page(
    reader: Reader,
    *,
    scope: Mapping[str, Any],
    wanted: StandingFilter,
    self_id: UUID | None,
    after: UUID | None,
    size: int,
) -> list[StandingCase]:
    """Cases of the caller's scope and the caller's own, in the order of their ids."""
    rows = await reader.fetch(_LIST, after=after, size=size, self=self_id, **asdict(wanted), **scope)
    return [_case(row) for row in rows]
