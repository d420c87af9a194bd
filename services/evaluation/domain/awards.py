"""Awards and their catalogue of criteria: dimensions, exact weights, scoring tables."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from chassis.errors import InvalidArgumentError, Violation

MOST_SCORE = Decimal(100)


class Level(StrEnum):
    """Who confers an award or an honour."""

    NATIONAL = "national"
    PROVINCIAL = "provincial"
    UNIVERSITY = "university"
    SCHOOL = "school"


class Source(StrEnum):
    """Where the score of a criterion comes from."""

    FACT = "fact"
    JUDGES = "judges"


class FactKey(StrEnum):
    """A fact that another service recorded about a unit."""

    MEETINGS_HELD = "meetings_held"
    BRANCH_GENERAL_MEETINGS = "branch_general_meetings"
    BRANCH_COMMITTEE_MEETINGS = "branch_committee_meetings"
    PARTY_GROUP_MEETINGS = "party_group_meetings"
    PARTY_LECTURES = "party_lectures"
    THEME_DAYS = "theme_days"
    ORG_LIFE_MEETINGS = "org_life_meetings"
    FIRST_ITEM_STUDY_RATE = "first_item_study_rate"
    ATTENDANCE_RATE = "attendance_rate"
    TEACHER_ATTENDANCES = "teacher_attendances"
    CLASS_HOURS = "class_hours"
    SWORN = "sworn"
    TALKS_RECORDED = "talks_recorded"
    MEMBERS = "members"
    FULL_MEMBERS = "full_members"
    PROBATIONARY_MEMBERS = "probationary_members"
    STAFF_MEMBERS = "staff_members"
    STUDENT_MEMBERS = "student_members"


class MissingScorePolicy(StrEnum):
    """What is done where an expected score or fact is missing; the contract says what each means."""

    DROP = "drop"
    ZERO = "zero"
    MEAN_OF_OTHERS = "mean_of_others"


class TieRule(StrEnum):
    """How equal totals are placed."""

    SHARED_PLACE = "shared_place"
    CRITERIA_ORDER = "criteria_order"


@dataclass(frozen=True, slots=True)
class Dimension:
    """A side of the work that criteria belong to."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Band:
    """A line of a scoring table."""

    at_least: Decimal
    score: Decimal


@dataclass(frozen=True, slots=True)
class Criterion:
    """What is scored, with which weight, from which source."""

    key: str
    dimension: str
    name: str
    weight: Decimal
    source: Source
    fact: FactKey | None = None
    bands: tuple[Band, ...] = ()

    def band_for(self, value: Decimal) -> Band | None:
        """The highest line of the table that the value reaches."""
        reached = [band for band in self.bands if value >= band.at_least]
        return max(reached, key=lambda band: band.at_least, default=None)

    def to_record(self) -> dict[str, Any]:
        """The criterion as JSON, exact."""
        return {
            "key": self.key,
            "dimension": self.dimension,
            "name": self.name,
            "weight": f"{self.weight:f}",
            "source": self.source.value,
            "fact": self.fact.value if self.fact else None,
            "bands": [[f"{band.at_least:f}", f"{band.score:f}"] for band in self.bands],
        }

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Self:
        """The criterion again."""
        return cls(
            key=record["key"],
            dimension=record["dimension"],
            name=record["name"],
            weight=Decimal(record["weight"]),
            source=Source(record["source"]),
            fact=FactKey(record["fact"]) if record["fact"] else None,
            bands=tuple(Band(Decimal(at_least), Decimal(score)) for at_least, score in record["bands"]),
        )


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The dimensions and criteria of an award; sound, or not made at all."""

    dimensions: tuple[Dimension, ...]
    criteria: tuple[Criterion, ...]

    def __post_init__(self) -> None:
        violations = [*self._of_keys(), *self._of_weights()]
        for index, criterion in enumerate(self.criteria):
            violations += _of_source(criterion, f"criteria[{index}]")
        if violations:
            raise InvalidArgumentError(violations)

    def _of_keys(self) -> list[Violation]:
        found = []
        known = [dimension.key for dimension in self.dimensions]
        for name, keys in (("dimensions", known), ("criteria", [each.key for each in self.criteria])):
            for index, key in enumerate(keys):
                if key in keys[:index]:
                    found.append(Violation(f"{name}[{index}].key", "代码重复", "is used twice"))
        for index, criterion in enumerate(self.criteria):
            if criterion.dimension not in known:
                field = f"criteria[{index}].dimension_key"
                found.append(Violation(field, "没有此维度", "names no dimension"))
        return found

    def _of_weights(self) -> list[Violation]:
        found = [
            Violation(f"criteria[{index}].weight", "权重须大于 0", "must be more than 0")
            for index, criterion in enumerate(self.criteria)
            if criterion.weight <= 0
        ]
        if self.criteria and sum(criterion.weight for criterion in self.criteria) != 1:
            found.append(Violation("criteria", "权重之和须等于 1", "weights must add up to 1"))
        return found


def _of_source(criterion: Criterion, field: str) -> list[Violation]:
    if criterion.source is Source.JUDGES:
        if criterion.fact is not None or criterion.bands:
            text = "评委打分的标准没有事实和评分表", "a judged criterion has neither fact nor table"
            return [Violation(field, *text)]
        return []
    if criterion.fact is None or not criterion.bands:
        return [Violation(field, "须给出事实和评分表", "needs a fact and its table")]
    found = []
    limits = [band.at_least for band in criterion.bands]
    if len(set(limits)) < len(limits):
        found.append(Violation(f"{field}.bands", "评分表的下限重复", "has a line twice"))
    for index, band in enumerate(criterion.bands):
        found += out_of_range(band.score, f"{field}.bands[{index}].score")
    return found


def out_of_range(score: Decimal, field: str) -> list[Violation]:
    """What is wrong with a score that lies outside 0 to 100."""
    if 0 <= score <= MOST_SCORE:
        return []
    return [Violation(field, "得分应在 0 到 100 之间", "must lie between 0 and 100")]


@dataclass(frozen=True, slots=True)
class Award:
    """An award that units below its holder can win."""

    award_id: UUID
    unit_id: UUID
    name: str
    level: Level
    eligible_kinds: tuple[str, ...]
    first_year: int
    catalogue: Catalogue
    criteria_version: int
    created_at: datetime
    updated_at: datetime
    version: int

    def with_criteria(self, catalogue: Catalogue, now: datetime) -> "Award":
        """The award with a new catalogue; editions that are open keep theirs."""
        return replace(
            self,
            catalogue=catalogue,
            criteria_version=self.criteria_version + 1,
            updated_at=now,
            version=self.version + 1,
        )


def records(criteria: Sequence[Criterion]) -> list[dict[str, Any]]:
    """Criteria as JSON."""
    return [criterion.to_record() for criterion in criteria]


def criteria_of(stored: Sequence[dict[str, Any]]) -> tuple[Criterion, ...]:
    """The criteria again."""
    return tuple(Criterion.from_record(record) for record in stored)
