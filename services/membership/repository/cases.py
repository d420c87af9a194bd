"""Admission cases with their steps, companions and ballots; a whole case is four queries, whatever its length."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Reader, Record, UnitOfWork
from chassis.statements import query
from membership.domain.admission import AdmissionCase, CaseHead, CaseState, Companion, TakenStep
from membership.domain.ballots import (
    Ballot,
    BallotPurpose,
    BallotState,
    ConversionOutcome,
    Exclusion,
    Totals,
)
from membership.domain.verdicts import from_records, to_records
from membership.repository import reorganizing
from rulebook import RuleSet

_HEAD_COLUMNS = (
    "case_id",
    "person_id",
    "unit_id",
    "applied_on",
    "pack_digest",
    "state",
    "stage",
    "step",
    "version",
    "created_at",
    "updated_at",
    "approver_unit_id",
    "probation_from",
    "probation_until",
    "oath_on",
    "ceremony_id",
    "conversion_outcome",
    "extension",
    "full_member_from",
    "source_reference",
)
_HEAD = ", ".join(f"k.{column}" for column in _HEAD_COLUMNS)
_SHOWN = f"{_HEAD}, {reorganizing.of_case('k.unit_id')}"
_FIND = query(sa.text(f"SELECT {_HEAD} FROM admission_case k WHERE k.case_id = :case_id"))
_SHOW = query(sa.text(f"SELECT {_SHOWN} FROM admission_case k WHERE k.case_id = :case_id"))
_LOCK = query(sa.text(f"SELECT {_HEAD} FROM admission_case k WHERE k.case_id = :case_id FOR UPDATE"))
_LOCK_MANY = query(
    sa.text(
        f"""SELECT {_HEAD} FROM admission_case k WHERE k.case_id = ANY (CAST(:case_ids AS uuid[]))
             ORDER BY k.case_id FOR UPDATE"""
    )
)
_OPEN_OF = query(
    sa.text(
        f"""SELECT {_HEAD} FROM admission_case k
             WHERE k.person_id = ANY (CAST(:person_ids AS uuid[])) AND k.state = 'open' ORDER BY k.case_id"""
    )
)
# A case that was withdrawn or revoked leaves room for another one.
_LIVING_OF = query(
    sa.text(
        """SELECT person_id, case_id FROM admission_case
            WHERE person_id = ANY (CAST(:person_ids AS uuid[])) AND state NOT IN ('withdrawn', 'revoked')"""
    )
)
_LIST = query(
    sa.text(
        f"""SELECT {_SHOWN} FROM admission_case k
             WHERE (CAST(:after AS uuid) IS NULL OR k.case_id > CAST(:after AS uuid))
               AND (CAST(:person_id AS uuid) IS NULL OR k.person_id = CAST(:person_id AS uuid))
               AND (CAST(:state AS text) IS NULL OR k.state = CAST(:state AS text))
               AND (CAST(:stage AS smallint) IS NULL OR k.stage = CAST(:stage AS smallint))
               AND (NOT CAST(:awaiting_oath AS boolean)
                    OR (k.state = 'open' AND k.probation_from IS NOT NULL AND k.oath_on IS NULL))
               AND (CAST(:unit_id AS uuid) IS NULL OR EXISTS (
                    SELECT FROM access_closure b WHERE b.ancestor_id = CAST(:unit_id AS uuid)
                       AND b.descendant_id = k.unit_id AND b.valid @> CAST(:access_day AS date)
                       AND NOT b.reading_only))
               AND (k.person_id = CAST(:self AS uuid)
                    OR EXISTS (SELECT FROM case_companion n WHERE n.case_id = k.case_id
                                  AND n.person_id = CAST(:self AS uuid)
                                  AND (n.valid_until IS NULL OR n.valid_until > CAST(:access_day AS date)))
                    OR EXISTS (
                    SELECT FROM access_closure c WHERE c.ancestor_id = ANY (CAST(:access_units AS uuid[]))
                       AND c.descendant_id = k.unit_id AND c.valid @> CAST(:access_day AS date)
                       AND (CAST(:access_reading AS boolean) OR NOT c.reading_only)))
             ORDER BY k.case_id LIMIT :size"""
    )
)
# Cases of the caller's scope as a table has them: branch by branch.
_ROSTER = query(
    sa.text(
        f"""SELECT {_SHOWN} FROM admission_case k
             WHERE (CAST(:unit_id AS uuid) IS NULL OR EXISTS (
                    SELECT FROM access_closure b WHERE b.ancestor_id = CAST(:unit_id AS uuid)
                       AND b.descendant_id = k.unit_id AND b.valid @> CAST(:access_day AS date)
                       AND NOT b.reading_only))
               AND EXISTS (
                    SELECT FROM access_closure c WHERE c.ancestor_id = ANY (CAST(:access_units AS uuid[]))
                       AND c.descendant_id = k.unit_id AND c.valid @> CAST(:access_day AS date)
                       AND (CAST(:access_reading AS boolean) OR NOT c.reading_only))
             ORDER BY k.unit_id, k.case_id LIMIT :size"""
    )
)
# The cases of a unit and everything below it; no scope of the caller's, who holds the permission on the unit.
_BELOW = query(
    sa.text(
        f"""SELECT {_HEAD} FROM admission_case k
             WHERE (CAST(:after AS uuid) IS NULL OR k.case_id > CAST(:after AS uuid))
               AND (NOT CAST(:under_way AS boolean) OR k.state = 'open')
               AND EXISTS (SELECT FROM access_closure b WHERE b.ancestor_id = :unit_id
                              AND b.descendant_id = k.unit_id AND b.valid @> CAST(:day AS date)
                              AND NOT b.reading_only)
             ORDER BY k.case_id LIMIT :size"""
    )
)
_STEPS, _STEPS_AGAINST = [
    query(
        sa.text(
            f"""SELECT case_id, sequence, step, number, stage, occurred_on, recorded_at, recorded_by, detail,
                       {verdicts} AS verdicts, superseded
                  FROM case_step WHERE case_id = ANY (CAST(:case_ids AS uuid[])) ORDER BY case_id, sequence"""
        )
    )
    # Nearly all verdicts were satisfied: the database leaves them out for a tenth of what it costs to read them.
    for verdicts in ("verdicts", "jsonb_path_query_array(verdicts, '$[*] ? (@.satisfied == false)')")
]
_COMPANIONS = query(
    sa.text(
        """SELECT case_id, person_id, part, valid_from, valid_until
             FROM case_companion WHERE case_id = ANY (CAST(:case_ids AS uuid[]))
            ORDER BY case_id, part, valid_from, person_id"""
    )
)
_BALLOTS = query(
    sa.text(
        """SELECT case_id, number, purpose, state, totals, should_attend, entered_by, confirmed_by, verdicts
             FROM case_ballot WHERE case_id = ANY (CAST(:case_ids AS uuid[])) ORDER BY case_id, number"""
    )
)
# Cases from before there was an inbox; every case that is not over waits for something.
_WITHOUT_ITEMS = query(
    sa.text(
        f"""SELECT {_HEAD} FROM admission_case k
             WHERE k.state IN ('open', 'converted') AND k.case_id > :after
               AND NOT EXISTS (SELECT FROM inbox_item i WHERE i.case_id = k.case_id)
             ORDER BY k.case_id LIMIT :size FOR UPDATE"""
    )
)
# Of a person as a contact: open cases before admission, without the case that is asked about.
_LOADS = query(
    sa.text(
        """SELECT n.person_id, count(*) AS load FROM case_companion n JOIN admission_case k USING (case_id)
            WHERE n.person_id = ANY (CAST(:person_ids AS uuid[])) AND n.part = 'contact'
              AND n.valid_until IS NULL AND k.state = 'open' AND k.probation_from IS NULL
              AND k.case_id <> :case_id
            GROUP BY n.person_id"""
    )
)
_PUT_HEAD = query(
    sa.text(
        f"""INSERT INTO admission_case ({", ".join(_HEAD_COLUMNS)})
            VALUES ({", ".join(f":{column}" for column in _HEAD_COLUMNS)})
            ON CONFLICT (case_id) DO UPDATE
               SET {", ".join(f"{c} = excluded.{c}" for c in _HEAD_COLUMNS if c != "case_id")}"""
    )
)
_PUT_STEP = query(
    sa.text(
        """INSERT INTO case_step (case_id, sequence, step, number, stage, occurred_on, recorded_at, recorded_by,
                                  detail, verdicts, superseded)
           VALUES (:case_id, :sequence, :step, :number, :stage, :occurred_on, :recorded_at, :recorded_by,
                   CAST(:detail AS jsonb), CAST(:verdicts AS jsonb), :superseded)
           ON CONFLICT (case_id, sequence) DO UPDATE SET superseded = excluded.superseded"""
    )
)
_DROP_COMPANIONS = query(sa.text("DELETE FROM case_companion WHERE case_id = :case_id"))
_ADD_COMPANION = query(
    sa.text(
        """INSERT INTO case_companion (case_id, part, person_id, valid_from, valid_until)
           VALUES (:case_id, :part, :person_id, :valid_from, :valid_until)"""
    )
)
_PUT_BALLOT = query(
    sa.text(
        """INSERT INTO case_ballot (case_id, number, purpose, state, totals, should_attend, entered_by,
                                    confirmed_by, verdicts)
           VALUES (:case_id, :number, :purpose, :state, CAST(:totals AS jsonb), :should_attend, :entered_by,
                   :confirmed_by, CAST(:verdicts AS jsonb))
           ON CONFLICT (case_id, number) DO UPDATE
              SET state = excluded.state, confirmed_by = excluded.confirmed_by, verdicts = excluded.verdicts"""
    )
)
_MOVE = query(
    sa.text(
        """UPDATE admission_case SET unit_id = :unit_id, version = version + 1, updated_at = :now
            WHERE case_id = :case_id"""
    )
)
_MOVE_MANY = query(
    sa.text(
        f"""UPDATE admission_case k SET unit_id = m.unit_id, version = k.version + 1, updated_at = :now
              FROM unnest(CAST(:case_ids AS uuid[]), CAST(:unit_ids AS uuid[])) m (case_id, unit_id)
             WHERE k.case_id = m.case_id RETURNING {_HEAD}"""
    )
)
_RULE_SET = query(sa.text("SELECT content FROM rule_set WHERE digest = :digest"))
_IS_KEPT = query(sa.text("SELECT EXISTS (SELECT FROM rule_set WHERE digest = :digest)"))
_KEEP_RULE_SET = query(
    sa.text(
        """INSERT INTO rule_set (digest, content, kept_at) VALUES (:digest, :content, :now)
           ON CONFLICT (digest) DO NOTHING"""
    )
)


def _head(row: Record) -> CaseHead:
    values = dict(row)
    values.pop("withheld", None)
    outcome = values.pop("conversion_outcome")
    state = CaseState(values.pop("state"))
    return CaseHead(
        **values, state=state, conversion_outcome=None if outcome is None else ConversionOutcome(outcome)
    )


def _head_values(head: CaseHead) -> dict[str, Any]:
    values = {column: getattr(head, column) for column in _HEAD_COLUMNS}
    values["state"] = head.state.value
    values["conversion_outcome"] = None if head.conversion_outcome is None else head.conversion_outcome.value
    return values


def _step(row: Record, rules: RuleSet, only_against: bool) -> TakenStep:
    # The columns stand in the order of the fields: dozens of steps for each of thousands of cases are made here.
    values = [*row][1:]
    values[-2] = from_records(rules, values[-2], only_against=only_against)
    return TakenStep(*values)


def _companion(row: Record) -> Companion:
    return Companion(row["person_id"], row["part"], row["valid_from"], row["valid_until"])


def _ballot(row: Record, rules: RuleSet, only_against: bool) -> Ballot:
    return Ballot(
        number=row["number"],
        purpose=BallotPurpose(row["purpose"]),
        state=BallotState(row["state"]),
        totals=_totals(row["totals"]),
        should_attend=row["should_attend"],
        entered_by=row["entered_by"],
        confirmed_by=row["confirmed_by"],
        judgements=from_records(rules, row["verdicts"], only_against=only_against),
    )


def _totals(record: Mapping[str, Any]) -> Totals:
    values = dict(record)
    posted, outcome = values.pop("notice_posted_on"), values.pop("outcome")
    exclusions = tuple(
        Exclusion(UUID(item["person_id"]), item["reason"], item["consent_reference"])
        for item in values.pop("exclusions")
    )
    return Totals(
        held_on=date.fromisoformat(values.pop("held_on")),
        exclusions=exclusions,
        notice_posted_on=None if posted is None else date.fromisoformat(posted),
        outcome=None if outcome is None else ConversionOutcome(outcome),
        **values,
    )


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases a list shows."""

    unit_id: UUID | None = None
    person_id: UUID | None = None
    stage: int | None = None
    state: str | None = None
    awaiting_oath: bool = False


async def head(reader: Reader, case_id: UUID) -> CaseHead | None:
    """The head of a case, None where there is no such case."""
    row = await reader.fetch_one(_FIND, case_id=case_id)
    return None if row is None else _head(row)


async def show_head(reader: Reader, case_id: UUID) -> CaseHead | None:
    """The same for whoever asks from outside: refused while a reorganisation moves the case."""
    row = await reader.fetch_one(_SHOW, case_id=case_id)
    if row is None:
        return None
    reorganizing.refuse([row])
    return _head(row)


async def lock(work: UnitOfWork, case_id: UUID) -> CaseHead | None:
    """The head of a case, held until the end of the unit of work."""
    row = await work.fetch_one(_LOCK, case_id=case_id)
    return None if row is None else _head(row)


async def lock_many(work: UnitOfWork, case_ids: Sequence[UUID]) -> list[CaseHead]:
    """The heads of cases, held until the end of the unit of work."""
    return [_head(row) for row in await work.fetch(_LOCK_MANY, case_ids=list(case_ids))]


async def open_of(reader: Reader, person_ids: Iterable[UUID]) -> list[CaseHead]:
    """The open cases of these persons."""
    return [_head(row) for row in await reader.fetch(_OPEN_OF, person_ids=list(person_ids))]


async def living_of(reader: Reader, person_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """A case of each of these persons that is under way or led to membership."""
    rows = await reader.fetch(_LIVING_OF, person_ids=list(person_ids))
    return {row["person_id"]: row["case_id"] for row in rows}


async def page(
    reader: Reader,
    *,
    scope: Mapping[str, Any],
    wanted: CaseFilter,
    self_id: UUID | None,
    after: UUID | None,
    size: int,
) -> list[CaseHead]:
    """Cases of the caller's scope, and those the caller has a part in, in the order of their ids."""
    rows = await reader.fetch(_LIST, after=after, size=size, self=self_id, **asdict(wanted), **scope)
    reorganizing.refuse(rows)
    return [_head(row) for row in rows]


async def roster(
    reader: Reader, *, scope: Mapping[str, Any], unit_id: UUID | None, size: int
) -> list[CaseHead]:
    """Cases of the caller's scope, branch by branch."""
    rows = await reader.fetch(_ROSTER, unit_id=unit_id, size=size, **scope)
    reorganizing.refuse(rows)
    return [_head(row) for row in rows]


async def below(
    reader: Reader, unit_id: UUID, *, day: date, after: UUID | None, size: int, under_way: bool = False
) -> list[CaseHead]:
    """The cases that a unit and the units below it lead on a day, in the order of their ids; all or the open ones."""
    rows = await reader.fetch(_BELOW, unit_id=unit_id, day=day, after=after, size=size, under_way=under_way)
    return [_head(row) for row in rows]


async def whole(reader: Reader, head: CaseHead, rules: RuleSet) -> AdmissionCase:
    """Everything that belongs to a case."""
    (found,) = await whole_many(reader, [(head, rules)])
    return found


async def whole_many(
    reader: Reader, wanted: Sequence[tuple[CaseHead, RuleSet]], *, only_against: bool = False
) -> list[AdmissionCase]:
    """
    Everything that belongs to these cases, each with its rules; one statement for each kind of thing.

    Args:
        only_against: leave out the verdicts that were satisfied, of which there are many.
    """
    case_ids = [head.case_id for head, _ in wanted]
    steps, companions, ballots = [
        _by_case(await reader.fetch(statement, case_ids=case_ids))
        for statement in (_STEPS_AGAINST if only_against else _STEPS, _COMPANIONS, _BALLOTS)
    ]
    return [
        AdmissionCase(
            head=head,
            steps=tuple(_step(row, rules, only_against) for row in steps.get(head.case_id, ())),
            companions=tuple(_companion(row) for row in companions.get(head.case_id, ())),
            ballots=tuple(_ballot(row, rules, only_against) for row in ballots.get(head.case_id, ())),
        )
        for head, rules in wanted
    ]


def _by_case(rows: Iterable[Record]) -> dict[UUID, list[Record]]:
    found: dict[UUID, list[Record]] = {}
    for row in rows:
        found.setdefault(row["case_id"], []).append(row)
    return found


async def without_items(work: UnitOfWork, *, after: UUID, size: int) -> list[CaseHead]:
    """Cases that wait for something of which nothing is written yet, held until the end of the unit of work."""
    return [_head(row) for row in await work.fetch(_WITHOUT_ITEMS, after=after, size=size)]


async def contact_loads(reader: Reader, person_ids: Sequence[UUID], *, without: UUID) -> dict[UUID, int]:
    """How many other applicants each person accompanies."""
    rows = await reader.fetch(_LOADS, person_ids=list(person_ids), case_id=without)
    return {row["person_id"]: row["load"] for row in rows}


async def save(work: UnitOfWork, case: AdmissionCase, *, before: AdmissionCase | None) -> None:
    """Write what has changed of a case."""
    case_id = case.head.case_id
    await work.execute(_PUT_HEAD, **_head_values(case.head))
    known = () if before is None else before.steps
    for step in case.steps:
        if step not in known:
            await work.execute(_PUT_STEP, **_step_values(case_id, step))
    if before is None or case.companions != before.companions:
        await work.execute(_DROP_COMPANIONS, case_id=case_id)
        await work.execute_many(_ADD_COMPANION, _companion_rows(case))
    for ballot in case.ballots:
        if before is None or ballot not in before.ballots:
            await work.execute(_PUT_BALLOT, **_ballot_values(case_id, ballot))


async def add_many(work: UnitOfWork, cases: Sequence[AdmissionCase]) -> None:
    """Write new cases with everything that belongs to them."""
    await work.execute_many(_PUT_HEAD, [_head_values(case.head) for case in cases])
    await work.execute_many(
        _PUT_STEP, [_step_values(case.head.case_id, step) for case in cases for step in case.steps]
    )
    await work.execute_many(_ADD_COMPANION, [row for case in cases for row in _companion_rows(case)])
    await work.execute_many(
        _PUT_BALLOT, [_ballot_values(case.head.case_id, ballot) for case in cases for ballot in case.ballots]
    )


def _step_values(case_id: UUID, step: TakenStep) -> dict[str, Any]:
    return {
        "case_id": case_id,
        "sequence": step.sequence,
        "step": step.step,
        "number": step.number,
        "stage": step.stage,
        "occurred_on": step.occurred_on,
        "recorded_at": step.recorded_at,
        "recorded_by": step.recorded_by,
        "detail": dict(step.detail),
        "verdicts": to_records(step.judgements),
        "superseded": step.superseded,
    }


def _companion_rows(case: AdmissionCase) -> list[dict[str, Any]]:
    return [{"case_id": case.head.case_id, **asdict(item)} for item in case.companions]


def _ballot_values(case_id: UUID, ballot: Ballot) -> dict[str, Any]:
    return {
        "case_id": case_id,
        "number": ballot.number,
        "purpose": ballot.purpose.value,
        "state": ballot.state.value,
        "totals": asdict(ballot.totals),
        "should_attend": ballot.should_attend,
        "entered_by": ballot.entered_by,
        "confirmed_by": ballot.confirmed_by,
        "verdicts": to_records(ballot.judgements),
    }


async def move(work: UnitOfWork, case_id: UUID, unit_id: UUID) -> None:
    """Let another branch lead a case; one version on."""
    await work.execute(_MOVE, case_id=case_id, unit_id=unit_id, now=work.now)


async def move_many(work: UnitOfWork, targets: Mapping[UUID, UUID]) -> list[CaseHead]:
    """Let other branches lead these cases; answers the heads as they are then."""
    rows = await work.fetch(_MOVE_MANY, case_ids=list(targets), unit_ids=list(targets.values()), now=work.now)
    return [_head(row) for row in rows]


async def rule_set(reader: Reader, digest: str) -> str | None:
    """The canonical content of a kept rule set."""
    content: str | None = await reader.fetch_value(_RULE_SET, digest=digest)
    return content


async def is_kept(reader: Reader, digest: str) -> bool:
    """Whether a rule set was written down already."""
    return bool(await reader.fetch_value(_IS_KEPT, digest=digest))


async def keep_rule_set(work: UnitOfWork, digest: str, content: str) -> None:
    """Keep a rule set for ever; keeping it again changes nothing."""
    await work.execute(_KEEP_RULE_SET, digest=digest, content=content, now=work.now)
