"""Indicators: declared shares of people, counted from honours and memberships, with everybody counted kept.

Pure: who is a member on which day comes in as a roll; the same rolls and honours give the same digest.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from chassis.errors import InvalidArgumentError, Violation
from evaluation.domain.honours import HonourKind
from evaluation.domain.recorded import RollMember, Status
from evaluation.domain.values import digest_of, percentage

Roll = Mapping[UUID, RollMember]


class Population(StrEnum):
    """Who is counted."""

    HONOURED_PERSONS = "honoured_persons"
    MEMBERS = "members"


class Basis(StrEnum):
    """On which day membership is read."""

    NAMED_DAY = "named_day"
    AWARD_DATE = "award_date"


@dataclass(frozen=True, slots=True)
class Definition:
    """How an indicator is counted."""

    denominator: Population
    honour_kinds: frozenset[HonourKind]
    statuses: frozenset[Status]
    categories: frozenset[str]
    basis: Basis

    def __post_init__(self) -> None:
        if self.denominator is Population.MEMBERS and self.basis is Basis.AWARD_DATE:
            text = "党员作分母时须指定日期", "a population of members is read on a named day"
            raise InvalidArgumentError([Violation("definition.as_of_basis", *text)])

    def check_day(self, as_of: date | None, today: date) -> None:
        """Refuse a missing day, a day where none is read, and one that lies ahead."""
        if (as_of is None) is (self.basis is Basis.NAMED_DAY):
            text = "口径要求或不允许指定日期", "is given exactly where the definition reads a named day"
            raise InvalidArgumentError([Violation("as_of", *text)])
        if as_of is not None and as_of > today:
            raise InvalidArgumentError([Violation("as_of", "日期尚未到来", "lies ahead")])

    def to_record(self) -> dict[str, Any]:
        """The definition as JSON, sorted."""
        return {
            "denominator": self.denominator.value,
            "honour_kinds": sorted(self.honour_kinds),
            "statuses": sorted(self.statuses),
            "categories": sorted(self.categories),
            "basis": self.basis.value,
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """The definition again."""
        return cls(
            denominator=Population(record["denominator"]),
            honour_kinds=frozenset(HonourKind(each) for each in record["honour_kinds"]),
            statuses=frozenset(Status(each) for each in record["statuses"]),
            categories=frozenset(record["categories"]),
            basis=Basis(record["basis"]),
        )


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator and its present definition."""

    indicator_id: UUID
    unit_id: UUID
    code: str
    name: str
    definition: Definition
    created_at: datetime
    updated_at: datetime
    version: int

    def revised(self, name: str, definition: Definition, now: datetime) -> "Indicator":
        """Counted in another way from now on."""
        return replace(self, name=name, definition=definition, updated_at=now, version=self.version + 1)


@dataclass(frozen=True, slots=True)
class Counted:
    """One person counted, and why."""

    person_id: UUID
    in_numerator: bool
    honour_ids: tuple[UUID, ...]
    as_of: date
    status: Status | None
    branch_id: UUID | None


@dataclass(frozen=True, slots=True)
class IndicatorValue:
    """What an indicator came to."""

    value_id: UUID
    indicator_id: UUID
    definition_version: int
    definition: Definition
    year: int
    as_of: date | None
    known_at: datetime
    numerator: int
    denominator: int
    computed_at: datetime
    digest: str

    @property
    def share(self) -> Decimal | None:
        """In percent, half up to a tenth; None of nobody."""
        return percentage(self.numerator, self.denominator)


@dataclass(frozen=True, slots=True)
class PersonHonours:
    """The honours of one person that count, with the first day on which one of them was conferred."""

    person_id: UUID
    honour_ids: tuple[UUID, ...]
    first_awarded_on: date


def by_person(rows: Iterable[tuple[UUID, UUID, date]]) -> list[PersonHonours]:
    """Rows of (person, honour, day) gathered by person, in the order of their ids."""
    found: dict[UUID, list[tuple[date, UUID]]] = {}
    for person, honour, day in rows:
        found.setdefault(person, []).append((day, honour))
    return [
        PersonHonours(person, tuple(sorted(honour for _, honour in rows)), min(rows)[0])
        for person, rows in sorted(found.items())
    ]


def days_read(definition: Definition, honoured: Iterable[PersonHonours], as_of: date | None) -> set[date]:
    """The days whose rolls are needed."""
    if as_of is not None:
        return {as_of}
    return {each.first_awarded_on for each in honoured} if definition.basis is Basis.AWARD_DATE else set()


def count(
    definition: Definition,
    honoured: Collection[PersonHonours],
    rolls: Mapping[date, Roll],
    *,
    as_of: date | None,
    category_of: Mapping[UUID, str | None],
) -> tuple[Counted, ...]:
    """Everybody in the denominator, in the order of their ids, marked where they are in the numerator too."""
    if definition.denominator is Population.HONOURED_PERSONS:
        counted = _honoured(definition, honoured, rolls, as_of)
    else:
        assert as_of is not None, "the definition reads members on a named day"
        counted = _members(definition, honoured, rolls[as_of], as_of)
    wanted = definition.categories
    chosen = [each for each in counted if not wanted or category_of.get(each.person_id) in wanted]
    return tuple(sorted(chosen, key=lambda each: each.person_id))


def _honoured(
    definition: Definition, honoured: Iterable[PersonHonours], rolls: Mapping[date, Roll], as_of: date | None
) -> Iterable[Counted]:
    for each in honoured:
        day = as_of or each.first_awarded_on
        member = rolls[day].get(each.person_id)
        yield Counted(
            person_id=each.person_id,
            in_numerator=member is not None and member.status in definition.statuses,
            honour_ids=each.honour_ids,
            as_of=day,
            status=None if member is None else member.status,
            branch_id=None if member is None else member.branch_id,
        )


def _members(
    definition: Definition, honoured: Iterable[PersonHonours], roll: Roll, as_of: date
) -> Iterable[Counted]:
    honours = {each.person_id: each.honour_ids for each in honoured}
    for member in roll.values():
        if member.status in definition.statuses:
            ids = honours.get(member.person_id, ())
            yield Counted(member.person_id, bool(ids), ids, as_of, member.status, member.branch_id)


def digest(definition: Definition, year: int, as_of: date | None, counted: Iterable[Counted]) -> str:
    """SHA-256 of how it was counted and of everybody counted; when it was computed does not matter."""
    people = [
        [each.person_id, each.in_numerator, list(each.honour_ids), each.as_of, each.status, each.branch_id]
        for each in counted
    ]
    return digest_of({"definition": definition.to_record(), "year": year, "as_of": as_of, "people": people})
