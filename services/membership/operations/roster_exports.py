"""Rosters as files, in the shape in which they are taken: whoever exports is kept with the purpose."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from chassis import sheets
from chassis.calls import Call
from chassis.database import Reader, UnitOfWork
from chassis.ids import new_id
from membership.domain.history_cells import cells_of, people_of, unit_of
from membership.domain.members import Member, MembershipStatus
from membership.domain.people import Person
from membership.domain.roster_rows import CATEGORIES, KINDS
from membership.domain.rosters import (
    BRANCH,
    COLUMNS,
    MOST_ROWS,
    MOST_STEPS,
    NAME,
    NUMBER,
    TIES,
    RosterKind,
    day_text,
)
from membership.domain.steps import Catalogue
from membership.domain.units import Unit
from membership.errors import RosterTooLargeError
from membership.operations.means import Means, person_scope, scope_of
from membership.repository import cases, members, persons, units

EXPORT = "membership.roster.export"
_SERIAL = "序号"
_TITLES = {
    RosterKind.PERSONS: "人员名册",
    RosterKind.MEMBERS: "党员名册",
    RosterKind.CASES: "发展党员台账",
}
_KIND_WORDS = {value: word for word, value in KINDS.items()}
_CATEGORY_WORDS = {value: word for word, value in CATEGORIES.items()}
STATUS_WORDS = {
    MembershipStatus.FULL: "正式党员",
    MembershipStatus.PROBATIONARY: "预备党员",
    MembershipStatus.SUSPENDED: "停止党籍",
    MembershipStatus.PARTY_PROBATION_SANCTION: "留党察看",
}


@dataclass(frozen=True, slots=True)
class Export:
    """Which roster is wanted, and what for."""

    kind: RosterKind
    media_type: str
    purpose: str
    unit_id: UUID | None = None


async def export(call: Call, means: Means, wanted: Export) -> bytes:
    """The file; that it was made stands in the audit."""
    rows = await _ROWS[wanted.kind](call, means, wanted)
    headers = [_SERIAL, *(column.header for column in COLUMNS[wanted.kind])]
    numbered = [[str(number), *row] for number, row in enumerate(rows, 1)]
    data = await asyncio.to_thread(
        sheets.write, headers, numbered, wanted.media_type, title=_TITLES[wanted.kind]
    )
    async with call.transaction() as work:
        _note(work, wanted, len(rows), data)
    return data


def _note(work: UnitOfWork, wanted: Export, rows: int, data: bytes) -> None:
    kept = {
        "kind": wanted.kind,
        "unit_id": wanted.unit_id,
        "purpose": wanted.purpose,
        "rows": rows,
        "file_digest": hashlib.sha256(data).hexdigest(),
    }
    work.audit_change("roster_export", new_id(), None, kept)


async def _persons(call: Call, means: Means, wanted: Export) -> list[list[str]]:
    today = call.clock.today()
    found = await persons.roster(
        call.database,
        means.cipher,
        today=today,
        scope=await person_scope(call, EXPORT),
        unit_id=wanted.unit_id,
        size=MOST_ROWS + 1,
    )
    _check_size(found, MOST_ROWS)
    names = await unit_names(call.database, {tie.unit_id for person in found for tie in person.affiliations})
    return [_person_row(person, names, today) for person in found]


def _person_row(person: Person, names: Mapping[UUID, str], today: date) -> list[str]:
    row = [
        person.name,
        person.campus_number or "",
        _KIND_WORDS[person.kind],
        "" if person.category is None else _CATEGORY_WORDS[person.category],
        day_text(person.birth_date),
    ]
    for word in TIES:
        tie = next(
            (
                tie
                for tie in person.affiliations
                if tie.kind == word
                and tie.valid_from <= today
                and (tie.valid_until is None or today < tie.valid_until)
            ),
            None,
        )
        row += ["", ""] if tie is None else [names[tie.unit_id], day_text(tie.valid_from)]
    return row


async def _members(call: Call, means: Means, wanted: Export) -> list[list[str]]:
    found = await members.roster(
        call.database, scope=await scope_of(call, EXPORT), unit_id=wanted.unit_id, size=MOST_ROWS + 1
    )
    _check_size(found, MOST_ROWS)
    numbers = await persons.numbers(call.database, means.cipher, [member.person_id for member in found])
    names = await unit_names(call.database, {item.unit_id for one in found for item in one.relationships})
    today = call.clock.today()
    return [_member_row(member, numbers, names, today) for member in found]


def _member_row(
    member: Member, numbers: Mapping[UUID, str], names: Mapping[UUID, str], today: date
) -> list[str]:
    relationship = next(item for item in member.relationships if item.unit_id == member.unit_on(today))
    status = member.status_on(today)
    probation = next(
        (item.valid_from for item in member.statuses if item.status is MembershipStatus.PROBATIONARY), None
    )
    return [
        member.name,
        numbers.get(member.person_id, ""),
        names[relationship.unit_id],
        day_text(relationship.valid_from),
        "" if status is None else STATUS_WORDS[status.status],
        day_text(probation),
        day_text(member.standing_from),
    ]


async def _cases(call: Call, means: Means, wanted: Export) -> list[list[str]]:
    scope = await scope_of(call, EXPORT)
    heads = await cases.roster(call.database, scope=scope, unit_id=wanted.unit_id, size=MOST_STEPS + 1)
    rules = [await means.rules.of(call.database, head.pack_digest) for head in heads]
    # Each case has a row at least, so that more of them than rows are never read whole.
    _check_size(heads, MOST_STEPS)
    found = await cases.whole_many(call.database, list(zip(heads, rules, strict=True)))
    steps = [(case, step, rule) for case, rule in zip(found, rules, strict=True) for step in case.steps]
    _check_size(steps, MOST_STEPS)
    people = {head.person_id for head in heads} | {one for _, step, _ in steps for one in people_of(step)}
    numbers = await persons.numbers(call.database, means.cipher, list(people))
    called = {label.person_id: label.name for label in await persons.labels(call.database, list(people))}
    named = {unit_of(step) for _, step, _ in steps} | {head.unit_id for head in heads}
    names = await unit_names(call.database, {unit_id for unit_id in named if unit_id is not None})
    rows = []
    for case, step, rule in steps:
        head = case.head
        cells = cells_of(case, step, Catalogue.of(rule).zh(step.step), numbers, names)
        cells |= {
            NAME.header: called.get(head.person_id, ""),
            NUMBER.header: numbers.get(head.person_id, ""),
            BRANCH.header: names.get(head.unit_id, str(head.unit_id)),
        }
        rows.append([cells.get(column.header, "") for column in COLUMNS[RosterKind.CASES]])
    return rows


def _check_size(found: Sequence[object], most: int) -> None:
    if len(found) > most:
        raise RosterTooLargeError(most=most)


async def unit_names(reader: Reader, unit_ids: Iterable[UUID]) -> dict[UUID, str]:
    """What a roster calls these units: the name, or the id where another unit bears the name."""
    found = await units.find_all(reader, unit_ids)
    namesakes = Counter(
        unit.name
        for unit in await units.named(reader, {unit.name for unit in found.values()})
        if unit.dissolved_on is None
    )
    return {unit_id: _called(unit, namesakes) for unit_id, unit in found.items()}


def _called(unit: Unit, namesakes: Mapping[str, int]) -> str:
    is_plain = unit.name and unit.dissolved_on is None and namesakes[unit.name] == 1
    return unit.name if is_plain else str(unit.unit_id)


_ROWS = {RosterKind.PERSONS: _persons, RosterKind.MEMBERS: _members, RosterKind.CASES: _cases}
