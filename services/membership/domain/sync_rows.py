"""Judging the rows of a campus system: what each would change in the register, or what is wrong with it.

Pure: who is whose, who holds which number, and what is believed of them is looked up before and handed in.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from chassis.intervals import Interval
from membership.domain import people
from membership.domain.people import (
    Affiliation,
    AffiliationKind,
    Person,
    PersonCategory,
    PersonKind,
    masked_number,
)
from membership.domain.roster_rows import check_unit, noting
from membership.domain.rosters import Column, Names, Problem, Row, campus_number
from membership.domain.sync_batches import DifferenceKind

EXTERNAL_ID = Column("externalId", is_required=True)
NAME = Column("name", is_required=True)
NUMBER = Column("campusNumber")
KIND = Column("kind", is_required=True)
CATEGORY = Column("category")
BIRTH = Column("birthDate")
ROOM = Column("room")
ROOM_FROM = Column("roomFrom")
MOST_TIES = 4
_MOST_NAME, _MOST_ROOM = 100, 60
# A day has a day before it.
_EARLIEST_END = date(2, 1, 1)
_KEY = re.compile(r"[0-9A-Za-z._:-]{1,64}")
_KINDS = {kind.value: kind.value for kind in PersonKind}
_CATEGORIES = {category.value: category.value for category in PersonCategory}
_TIES = {kind.value: kind.value for kind in AffiliationKind}


def tie_field(place: int, name: str) -> str:
    """The field of a tie as a row has it."""
    return f"affiliations[{place}].{name}"


@dataclass(frozen=True, slots=True)
class Stay:
    """A room over a half-open period of days."""

    room: str
    valid_from: date
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What the register knows that rows are judged by."""

    today: date
    as_of: date
    names: Names
    department_kinds: frozenset[str]
    # By the keys of the source, and by campus number as it stands in the rows.
    linked: Mapping[str, UUID]
    holders: Mapping[str, UUID]
    persons: Mapping[UUID, Person]
    stays: Mapping[UUID, tuple[Stay, ...]]


@dataclass(frozen=True, slots=True)
class Change:
    """One field that differs."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Planned:
    """What a good row does: a person to register, to correct, or to leave as they are."""

    row: int
    external_id: str
    person_id: UUID
    # Nothing where the register says the same.
    kind: DifferenceKind | None
    name: str
    person_kind: PersonKind
    category: PersonCategory | None
    birth_date: date | None
    # Only where it is another than the register has.
    campus_number: str | None
    # What is to be believed from now on; ties that are believed already are not in it.
    ties: tuple[Affiliation, ...]
    # What is believed no more.
    ends: tuple[tuple[AffiliationKind, Interval], ...]
    stay: Stay | None
    changes: tuple[Change, ...]


@dataclass(slots=True)
class Judged:
    """What the good rows do, and what is wrong with the others."""

    planned: list[Planned] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def of(self, *kinds: DifferenceKind) -> list[Planned]:
        """The rows that differ in one of these ways."""
        return [item for item in self.planned if item.kind in kinds]

    def counts(self, absent: int) -> dict[str, int]:
        """How many rows do what."""
        kinds = Counter(item.kind for item in self.planned)
        return {
            "new_persons": kinds[DifferenceKind.NEW],
            "linked_persons": kinds[DifferenceKind.LINKED],
            "changed_persons": kinds[DifferenceKind.CHANGED],
            "unchanged_persons": kinds[None],
            "absent_persons": absent,
            "problems": len(self.problems),
        }


def judge(rows: Sequence[Row], known: Known, new_id: Callable[[], UUID]) -> Judged:
    """The rows of a batch."""
    judged = Judged()
    _check_once_each(rows)
    seen: set[UUID] = set()
    for row in rows:
        planned = _Judge(row, known).planned(new_id)
        if planned is not None and planned.person_id in seen:
            row.wrong(NUMBER.header, "与另一行是同一人", "is the same person as another row")
        if planned is not None and not row.problems:
            seen.add(planned.person_id)
            judged.planned.append(planned)
        judged.problems += row.problems
    return judged


def _check_once_each(rows: Sequence[Row]) -> None:
    for column in (EXTERNAL_ID, NUMBER):
        counts = Counter(row.cells.get(column.header, "") for row in rows)
        for row in rows:
            value = row.cells.get(column.header, "")
            if value and counts[value] > 1:
                row.wrong(column.header, "在批次中重复", "stands in more than one row")


def unit_words(rows: Iterable[Row]) -> set[str]:
    """What the rows call units."""
    return {row.cells.get(tie_field(place, "unit"), "") for row in rows for place in range(MOST_TIES)} - {""}


class _Judge:
    """One row against the register."""

    def __init__(self, row: Row, known: Known) -> None:
        self.row, self.known = row, known
        self.changes: list[Change] = []
        self.ends: list[tuple[AffiliationKind, Interval]] = []

    def planned(self, new_id: Callable[[], UUID]) -> Planned | None:
        """What the row does; None where it is wrong."""
        row, known = self.row, self.known
        key = row.text(EXTERNAL_ID)
        if key and _KEY.fullmatch(key) is None:
            row.wrong(
                EXTERNAL_ID.header,
                "应为最多 64 位字母、数字或 . _ : -",
                "has other characters or is too long",
            )
        name = self._limited(NAME, _MOST_NAME)
        number = campus_number(row, NUMBER)
        kind = row.word(KIND, _KINDS)
        category = row.word(CATEGORY, _CATEGORIES)
        born = row.day(BIRTH)
        noting(row, BIRTH.header, lambda: people.check_birth_date(born, today=known.today))
        person = self._person(key, number, name)
        ties = self._ties(person)
        stay = self._stay(person)
        if row.problems or kind is None:
            return None
        chosen = None if category is None else PersonCategory(category)
        if person is not None:
            chosen, born = chosen or person.category, born or person.birth_date
        another = (
            number if number is not None and (person is None or person.campus_number != number) else None
        )
        if person is not None:
            self._compare(person, name, kind, chosen, born, another)
        return Planned(
            row=row.number,
            external_id=key,
            person_id=new_id() if person is None else person.person_id,
            kind=self._kind(key, person),
            name=name,
            person_kind=PersonKind(kind),
            category=chosen,
            birth_date=born,
            campus_number=another,
            ties=ties,
            ends=tuple(self.ends),
            stay=stay,
            changes=tuple(self.changes),
        )

    def _kind(self, key: str, person: Person | None) -> DifferenceKind | None:
        if person is None:
            return DifferenceKind.NEW
        if key not in self.known.linked:
            return DifferenceKind.LINKED
        return DifferenceKind.CHANGED if self.changes else None

    def _limited(self, column: Column, most: int) -> str:
        text = self.row.text(column)
        if len(text) > most:
            self.row.wrong(column.header, f"最多 {most} 个字符", f"must have at most {most} characters")
        return text

    def _person(self, key: str, number: str | None, name: str) -> Person | None:
        known, row = self.known, self.row
        holder = None if number is None else known.holders.get(number)
        linked = known.linked.get(key)
        if linked is None:
            found = None if holder is None else known.persons[holder]
            if found is not None and name and found.name != name:
                row.wrong(NAME.header, "与登记的姓名不符", "differs from the registered name")
            return found
        if holder is not None and holder != linked:
            row.wrong(NUMBER.header, "已登记在他人名下", "belongs to another registered person")
        return known.persons[linked]

    def _compare(
        self,
        person: Person,
        name: str,
        kind: str,
        category: PersonCategory | None,
        born: date | None,
        number: str | None,
    ) -> None:
        for column, before, after in (
            (NAME, person.name, name),
            (KIND, person.kind, kind),
            (CATEGORY, person.category, category),
            (BIRTH, person.birth_date, born),
        ):
            if before != after:
                self.changes.append(Change(column.header, _shown(before), _shown(after)))
        if number is not None:
            before = masked_number(person.campus_number)
            self.changes.append(Change(NUMBER.header, before, masked_number(number)))

    # ── where the person belongs ────────────────────────────────────────────────────────────────────────────

    def _ties(self, person: Person | None) -> tuple[Affiliation, ...]:
        found: list[Affiliation] = []
        named: set[str] = set()
        for place in range(MOST_TIES):
            kind = self.row.word(Column(tie_field(place, "kind")), _TIES)
            if kind is None:
                continue
            if kind in named:
                self.row.wrong(tie_field(place, "kind"), "同一类型只填写一次", "is there twice")
            named.add(kind)
            tie = self._tie(place, AffiliationKind(kind), person)
            if tie is not None:
                found.append(tie)
        return tuple(found)

    def _tie(self, place: int, kind: AffiliationKind, person: Person | None) -> Affiliation | None:
        row, known, at = self.row, self.known, tie_field(place, "unit")
        kinds = known.department_kinds if kind is AffiliationKind.DEPARTMENT else {kind.value}
        row.text(Column(at, is_required=True))
        unit = known.names.find(row, at, kinds)
        believed = [tie for tie in (person.affiliations if person else ()) if tie.kind is kind]
        mine = [tie for tie in believed if unit is not None and tie.unit_id == unit.unit_id]
        days = self._period(tie_field(place, "firstDay"), tie_field(place, "endDay"), mine)
        if unit is None or days is None:
            return None
        rest = _rest(mine, days)
        wanted = Affiliation(kind, unit.unit_id, days.start, days.end)
        if (
            _says_already([(_days(tie), tie.unit_id) for tie in believed], days, unit.unit_id)
            and rest is None
        ):
            return None
        # A tie that ends may have been to a unit that is no more.
        if days.end is None:
            check_unit(row, at, unit, days.start)
        if rest is not None:
            self.ends.append((kind, rest))
        present = next((tie for tie in believed if known.as_of in _days(tie)), None)
        self._note(
            f"affiliations.{kind}", None if present is None else _tie_text(present), _tie_text(wanted), person
        )
        return wanted

    def _period(
        self, from_field: str, until_field: str, mine: Sequence[Affiliation | Stay]
    ) -> Interval | None:
        """The days a row means; `mine` are the periods in which the same is believed already."""
        wrong = len(self.row.problems)
        start, end = self.row.day(Column(from_field)), self.row.day(Column(until_field))
        if len(self.row.problems) > wrong:
            return None
        if start is None:
            day = self.known.as_of if end is None else max(end, _EARLIEST_END) - timedelta(days=1)
            same = next((period for period in mine if day in _days(period)), None)
            start = self.known.as_of if same is None else same.valid_from
            end = same.valid_until if end is None and same is not None else end
        days = Interval.of(start, end)
        if days is None:
            self.row.wrong(until_field, "须晚于起始日期", "must be later than the beginning")
        return days

    def _stay(self, person: Person | None) -> Stay | None:
        room = self._limited(ROOM, _MOST_ROOM)
        if not room:
            return None
        believed = self.known.stays.get(person.person_id, ()) if person else ()
        mine = [stay for stay in believed if stay.room == room]
        days = self._period(ROOM_FROM.header, "roomUntil", mine)
        if days is None or _says_already([(_days(stay), stay.room) for stay in believed], days, room):
            return None
        present = next((stay for stay in believed if self.known.as_of in _days(stay)), None)
        self._note(
            ROOM.header,
            None if present is None else f"{present.room} {present.valid_from}",
            f"{room} {days.start}",
            person,
        )
        return Stay(room, days.start, days.end)

    def _note(self, name: str, before: str | None, after: str, person: Person | None) -> None:
        if person is not None:
            self.changes.append(Change(name, before or "", after))


def _days(period: Affiliation | Stay) -> Interval:
    return Interval(period.valid_from, period.valid_until)


def _rest(mine: Sequence[Affiliation], days: Interval) -> Interval | None:
    """What is believed of the same unit beyond the end that a row states."""
    if days.end is None:
        return None
    beyond = next((tie for tie in mine if days.end in _days(tie)), None)
    return None if beyond is None else Interval(days.end, beyond.valid_until)


def _says_already(believed: Sequence[tuple[Interval, object]], days: Interval, value: object) -> bool:
    overlapping = [item for item in believed if item[0].overlaps(days)]
    return len(overlapping) == 1 and overlapping[0][1] == value and overlapping[0][0].covers(days)


def _tie_text(tie: Affiliation) -> str:
    return f"{tie.unit_id} {tie.valid_from} {tie.valid_until or ''}".strip()


def _shown(value: object) -> str:
    return "" if value is None else str(value)
