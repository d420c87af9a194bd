"""What is waited for: rows written again whenever their matter changes, and read a page at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import replace as dataclass_replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Reader, Record, UnitOfWork
from chassis.statements import Query, query
from membership.domain.duties import SOON, Duty, DutyKind, InboxItem, Subject, SubjectKind, Urgency
from membership.domain.verdicts import from_records, to_records
from rulebook import RuleSet

_NAMES = (
    "item_id",
    "case_id",
    "transfer_id",
    "subject_kind",
    "subject_id",
    "person_id",
    "unit_id",
    "step",
    "zh",
    "actor",
    "kind",
    "due_on",
    "pack_digest",
    "verdict",
)
_COLUMNS = ", ".join(f"i.{name}" for name in _NAMES)
_VALUES = ", ".join("CAST(:verdict AS jsonb)" if name == "verdict" else f":{name}" for name in _NAMES)
_DROP = query(
    sa.text(
        """DELETE FROM inbox_item WHERE case_id = ANY (CAST(:subjects AS uuid[]))
                                      OR transfer_id = ANY (CAST(:subjects AS uuid[]))"""
    )
)
# The kind is asked for too: the id of a branch or of a member may stand for more than one matter of theirs.
_DROP_OTHERS = query(
    sa.text(
        """DELETE FROM inbox_item
            WHERE subject_kind = :kind AND subject_id = ANY (CAST(:subjects AS uuid[]))"""
    )
)
_ADD = query(sa.text(f"INSERT INTO inbox_item ({', '.join(_NAMES)}) VALUES ({_VALUES})"))
_SETTLE_UNITS = query(
    sa.text(
        """UPDATE inbox_item i SET unit_id = b.unit_id
             FROM (SELECT DISTINCT ON (r.person_id) r.person_id, r.unit_id FROM relationship r
                    WHERE r.recorded_until IS NULL AND r.person_id IN (
                          SELECT k.person_id FROM standing_case k WHERE k.state = 'open'
                             AND (CAST(:person_ids AS uuid[]) IS NULL
                                  OR k.person_id = ANY (CAST(:person_ids AS uuid[]))))
                    ORDER BY r.person_id, lower(r.valid) DESC) b
            WHERE i.subject_kind = 'standing_case' AND i.person_id = b.person_id AND i.unit_id <> b.unit_id"""
    )
)
_MOVE = query(sa.text("UPDATE inbox_item SET unit_id = :unit_id WHERE case_id = :case_id"))
_MOVE_MANY = query(
    sa.text(
        """UPDATE inbox_item i SET unit_id = m.unit_id
             FROM unnest(CAST(:case_ids AS uuid[]), CAST(:unit_ids AS uuid[])) m (case_id, unit_id)
            WHERE i.case_id = m.case_id"""
    )
)
# The same as `urgency_of`.
_URGENCY = """CASE WHEN i.due_on < CAST(:today AS date) AND i.kind <> 'opening' THEN 'overdue'
                   WHEN i.due_on <= CAST(:soon AS date) THEN 'due' ELSE 'upcoming' END"""


def _scope(units: str) -> str:
    return f"""EXISTS (SELECT FROM access_closure c
                        WHERE c.descendant_id = i.unit_id AND c.valid @> CAST(:today AS date)
                          AND c.ancestor_id = ANY (CAST(:{units} AS uuid[])))"""


# Matters that are neither an admission case nor a transfer; those two have columns and indexes of their own.
OTHERS = tuple(kind for kind in SubjectKind if kind not in (SubjectKind.ADMISSION_CASE, SubjectKind.TRANSFER))
# Each way of seeing an item is a walk along an index of its own and ends with the page.
_WAYS = (
    f"i.case_id IS NOT NULL AND {_scope('case_units')}",
    f"i.transfer_id IS NOT NULL AND {_scope('transfer_units')}",
    *(f"i.subject_kind = '{kind}' AND {_scope(f'{kind}_units')}" for kind in OTHERS),
    "i.person_id = CAST(:self AS uuid)",
    """i.case_id IN (SELECT n.case_id FROM case_companion n WHERE n.person_id = CAST(:self AS uuid)
                        AND (n.valid_until IS NULL OR n.valid_until > CAST(:today AS date)))""",
)
# Of an urgency the days are bounded already; what is left to ask is the kind.
_WANTED = """i.due_on BETWEEN CAST(:since AS date) AND CAST(:until AS date)
    AND (CAST(:after_day AS date) IS NULL
         OR (i.due_on, i.item_id) > (CAST(:after_day AS date), CAST(:after_id AS uuid)))
    AND (CAST(:urgency AS text) IS NULL OR CAST(:urgency AS text) = 'upcoming'
         OR (CAST(:urgency AS text) = 'overdue' AND i.kind <> 'opening')
         OR (CAST(:urgency AS text) = 'due' AND (i.kind = 'opening' OR i.due_on >= CAST(:today AS date))))
    AND (CAST(:person_id AS uuid) IS NULL OR i.person_id = CAST(:person_id AS uuid)
         OR i.case_id IN (SELECT m.case_id FROM case_companion m WHERE m.person_id = CAST(:person_id AS uuid)
                             AND (m.valid_until IS NULL OR m.valid_until > CAST(:today AS date))))"""
_OF_UNIT = """ AND EXISTS (
    SELECT FROM access_closure b WHERE b.ancestor_id = CAST(:unit_id AS uuid)
       AND b.descendant_id = i.unit_id AND b.valid @> CAST(:today AS date) AND NOT b.reading_only)"""


def _page(and_of: str) -> Query:
    walks = " UNION ".join(
        f"""(SELECT i.item_id FROM inbox_item i WHERE {_WANTED} AND {way}{and_of}
              ORDER BY i.due_on, i.item_id LIMIT CAST(:size AS integer))"""
        for way in _WAYS
    )
    page = f"""SELECT {_COLUMNS} FROM inbox_item i JOIN ({walks}) AS seen USING (item_id)
                ORDER BY i.due_on, i.item_id LIMIT CAST(:size AS integer)"""
    return query(sa.text(page), planned_anew=True)


# Two statements, as a condition beside an OR could not choose the index.
_PAGE, _PAGE_OF_UNIT = _page(""), _page(_OF_UNIT)
_TO_REMIND = query(
    sa.text(
        f"""SELECT {_COLUMNS} FROM inbox_item i
             WHERE i.verdict IS NOT NULL AND i.due_on <= CAST(:soon AS date)
               AND NOT EXISTS (SELECT FROM reminder r WHERE r.item_id = i.item_id AND r.due_on = i.due_on
                                  AND r.urgency = {_URGENCY})
             ORDER BY i.due_on, i.item_id LIMIT CAST(:size AS integer)"""
    )
)
_REMIND = query(
    sa.text(
        """INSERT INTO reminder (item_id, due_on, urgency, reminder_id, issued_at)
           VALUES (:item_id, :due_on, :urgency, :reminder_id, :now)"""
    )
)


@dataclass(frozen=True, slots=True)
class InboxFilter:
    """Which items a page shows."""

    until: date
    unit_id: UUID | None = None
    person_id: UUID | None = None
    urgency: str | None = None

    def days(self, today: date) -> tuple[date, date]:
        """The first and the last day that an item may have: an urgency narrows what is walked along."""
        match self.urgency:
            case Urgency.OVERDUE:
                return date.min, min(self.until, today - timedelta(days=1))
            case Urgency.DUE:
                return date.min, min(self.until, today + SOON)
            case Urgency.UPCOMING:
                return today + SOON + timedelta(days=1), self.until
        return date.min, self.until


@dataclass(frozen=True, slots=True)
class Waiting:
    """An item as it is kept; its rule's words lie in the rule set of the digest."""

    item_id: UUID
    item: InboxItem
    record: Mapping[str, Any] | None

    def explained(self, rules: RuleSet) -> InboxItem:
        """The item with what its rule says."""
        judgements = () if self.record is None else from_records(rules, [self.record])
        duty = self.item.duty
        explained = Duty(duty.step, duty.zh, duty.actor, duty.kind, duty.due_on, *judgements)
        return dataclass_replace(self.item, duty=explained)


async def replace(work: UnitOfWork, subjects: Sequence[UUID], items: Sequence[InboxItem]) -> None:
    """Write what these cases or transfers wait for now, in the place of what they waited for."""
    await work.execute(_DROP, subjects=list(subjects))
    await work.execute_many(_ADD, [_row(item) for item in items])


async def replace_others(
    work: UnitOfWork, kind: SubjectKind, subjects: Sequence[UUID], items: Sequence[InboxItem]
) -> None:
    """The same for matters that are neither a case nor a transfer."""
    await work.execute(_DROP_OTHERS, kind=kind.value, subjects=list(subjects))
    await work.execute_many(_ADD, [_row(item) for item in items])


async def settle_units(work: UnitOfWork, person_ids: Sequence[UUID] | None = None) -> None:
    """Let the branch that the members (None: all) belong to now find what their standing cases wait for."""
    await work.execute(_SETTLE_UNITS, person_ids=None if person_ids is None else list(person_ids))


async def move(work: UnitOfWork, case_id: UUID, unit_id: UUID) -> None:
    """Let another branch find what a case waits for; the days stay."""
    await work.execute(_MOVE, case_id=case_id, unit_id=unit_id)


async def move_many(work: UnitOfWork, targets: Mapping[UUID, UUID]) -> None:
    """The same for many cases with a branch each."""
    await work.execute(_MOVE_MANY, case_ids=list(targets), unit_ids=list(targets.values()))


def _row(item: InboxItem) -> dict[str, Any]:
    duty, subject = item.duty, item.subject
    other = subject.kind in OTHERS
    return {
        "item_id": item.item_id,
        "case_id": item.case_id,
        "transfer_id": item.transfer_id,
        "subject_kind": subject.kind.value if other else None,
        "subject_id": subject.subject_id if other else None,
        "person_id": item.person_id,
        "unit_id": item.unit_id,
        "step": duty.step,
        "zh": duty.zh,
        "actor": duty.actor,
        "kind": duty.kind.value,
        "due_on": duty.due_on,
        "pack_digest": item.pack_digest,
        "verdict": None if duty.judgement is None else to_records([duty.judgement])[0],
    }


def _waiting(row: Record) -> Waiting:
    duty = Duty(row["step"], row["zh"], row["actor"], DutyKind(row["kind"]), row["due_on"])
    item = InboxItem(_subject(row), row["person_id"], row["unit_id"], row["pack_digest"], duty)
    return Waiting(row["item_id"], item, row["verdict"])


def _subject(row: Record) -> Subject:
    if row["case_id"] is not None:
        return Subject(SubjectKind.ADMISSION_CASE, row["case_id"])
    if row["transfer_id"] is not None:
        return Subject(SubjectKind.TRANSFER, row["transfer_id"])
    return Subject(SubjectKind(row["subject_kind"]), row["subject_id"])


async def page(
    reader: Reader,
    *,
    units: Mapping[SubjectKind, Sequence[UUID]],
    self_id: UUID | None,
    wanted: InboxFilter,
    today: date,
    after: tuple[date, UUID] | None,
    size: int,
) -> list[Waiting]:
    """What the caller finds, the earliest day first."""
    after_day, after_id = after or (None, None)
    since, until = wanted.days(today)
    of_unit = {} if wanted.unit_id is None else {"unit_id": wanted.unit_id}
    rows = await reader.fetch(
        _PAGE_OF_UNIT if of_unit else _PAGE,
        case_units=list(units[SubjectKind.ADMISSION_CASE]),
        transfer_units=list(units[SubjectKind.TRANSFER]),
        **{f"{kind}_units": list(units[kind]) for kind in OTHERS},
        self=self_id,
        since=since,
        until=until,
        person_id=wanted.person_id,
        urgency=wanted.urgency,
        today=today,
        after_day=after_day,
        after_id=after_id,
        size=size,
        **of_unit,
    )
    return [_waiting(row) for row in rows]


async def to_remind(reader: Reader, *, today: date, size: int) -> list[Waiting]:
    """Items that came due or were missed, and that nobody was reminded of for that."""
    rows = await reader.fetch(_TO_REMIND, today=today, soon=today + SOON, size=size)
    return [_waiting(row) for row in rows]


async def note_reminders(
    work: UnitOfWork, given: Sequence[tuple[UUID, Waiting, Urgency]], *, now: datetime
) -> None:
    """Note that these reminders were given."""
    await work.execute_many(
        _REMIND,
        [
            {
                "item_id": waiting.item_id,
                "due_on": waiting.item.duty.due_on,
                "urgency": urgency.value,
                "reminder_id": reminder_id,
                "now": now,
            }
            for reminder_id, waiting, urgency in given
        ],
    )
