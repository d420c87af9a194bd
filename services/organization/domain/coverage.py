"""Coverage of Party work: what a building, a class or a club is to have, and why it lacks it on a day.

What counts on a day is decided by `Evidence.obstacle`; the repository's statement for lists says the same in SQL.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from chassis.intervals import Interval

# So many lines of evidence explain one aspect; people are counted in one line.
MOST_EVIDENCE = 20


class SubjectKind(StrEnum):
    """What Party work is to reach."""

    BUILDING = "building"
    CLASS = "class"
    CLUB = "club"


class CoverageAspect(StrEnum):
    """What a subject is to have."""

    BRANCH = "branch"
    ZONE = "zone"
    MEMBER = "member"
    TEACHER = "teacher"


class Source(StrEnum):
    """Where evidence is recorded."""

    ZONE = "zone"
    CLASS_LINK = "class_link"
    HOSTED_BRANCH = "hosted_branch"
    PLAQUE = "plaque"
    AFFILIATION = "affiliation"
    PARTICIPATION = "participation"
    APPOINTMENT = "appointment"


class Obstacle(StrEnum):
    """What keeps something recorded from counting."""

    NEVER = "never"
    NOT_BEGUN = "not_begun"
    ENDED = "ended"
    BRANCH_GONE = "branch_gone"
    NO_MEMBER = "no_member"
    NO_STAFF = "no_staff"


# A zone lies over a place or a class, never over a club; nobody is the teacher of a building.
APPLIES: Mapping[SubjectKind, tuple[CoverageAspect, ...]] = {
    SubjectKind.BUILDING: (CoverageAspect.BRANCH, CoverageAspect.ZONE, CoverageAspect.MEMBER),
    SubjectKind.CLASS: tuple(CoverageAspect),
    SubjectKind.CLUB: (CoverageAspect.BRANCH, CoverageAspect.MEMBER, CoverageAspect.TEACHER),
}


@dataclass(frozen=True, slots=True)
class Gap:
    """A subject, and everything that it lacks."""

    subject_id: UUID
    kind: SubjectKind
    name: str
    campus_id: UUID | None
    unit_id: UUID
    lacks: tuple[CoverageAspect, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """How many subjects of a kind there are on a campus, and how many lack what."""

    campus_id: UUID | None
    kind: SubjectKind
    subjects: int
    covered: int
    without: Mapping[CoverageAspect, int]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something recorded towards an aspect; what is None does not matter to it."""

    aspect: CoverageAspect
    source: Source
    resource_id: UUID | None
    unit_id: UUID | None
    days: Interval
    branch_stands: bool | None = None
    is_member: bool | None = None
    is_staff: bool | None = None

    def obstacle(self, day: date) -> Obstacle | None:
        """What keeps it from counting on the day; None when it counts. The three answers are those of the day."""
        if day < self.days.start:
            return Obstacle.NOT_BEGUN
        if day not in self.days:
            return Obstacle.ENDED
        if self.branch_stands is False:
            return Obstacle.BRANCH_GONE
        if self.is_member is False:
            return Obstacle.NO_MEMBER
        return Obstacle.NO_STAFF if self.is_staff is False else None


@dataclass(frozen=True, slots=True)
class Line:
    """Evidence of the same sort, counted: each record of organization alone, people together."""

    source: Source
    resource_id: UUID | None
    unit_id: UUID | None
    days: Interval
    count: int
    obstacle: Obstacle | None


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether a subject has an aspect, and why not."""

    aspect: CoverageAspect
    reason: Obstacle | None
    lines: tuple[Line, ...]

    @property
    def is_covered(self) -> bool:
        """Whether something counts."""
        return self.reason is None


@dataclass(frozen=True, slots=True)
class Explanation:
    """A subject on a day, aspect by aspect."""

    subject: Gap
    day: date
    findings: tuple[Finding, ...]


def findings(kind: SubjectKind, evidence: Iterable[Evidence], day: date) -> tuple[Finding, ...]:
    """Every aspect that applies to the kind, explained by what is recorded."""
    by_aspect: dict[CoverageAspect, list[Evidence]] = defaultdict(list)
    for each in evidence:
        by_aspect[each.aspect].append(each)
    return tuple(_finding(aspect, by_aspect[aspect], day) for aspect in APPLIES[kind])


def _finding(aspect: CoverageAspect, evidence: list[Evidence], day: date) -> Finding:
    lines = sorted(_lines(evidence, day), key=lambda line: _nearness(line, day))
    reason = lines[0].obstacle if lines else Obstacle.NEVER
    return Finding(aspect, reason, tuple(lines[:MOST_EVIDENCE]))


def _lines(evidence: list[Evidence], day: date) -> list[Line]:
    grouped: dict[tuple[object, ...], list[Evidence]] = defaultdict(list)
    for each in evidence:
        grouped[(each.source, each.resource_id, each.unit_id, each.obstacle(day))].append(each)
    return [
        Line(
            source=group[0].source,
            resource_id=group[0].resource_id,
            unit_id=group[0].unit_id,
            days=_span([each.days for each in group]),
            count=len(group),
            obstacle=group[0].obstacle(day),
        )
        for group in grouped.values()
    ]


def _span(days: list[Interval]) -> Interval:
    ends = [each.end for each in days]
    end = None if None in ends else max(each for each in ends if each is not None)
    return Interval(min(each.start for each in days), end)


def _nearness(line: Line, day: date) -> tuple[int, int, str]:
    """What counts, then what holds on the day, then what ended last, then what begins first."""
    if line.obstacle is None:
        group, distance = 0, 0
    elif line.obstacle is Obstacle.ENDED:
        assert line.days.end is not None, "what ended has an end"
        group, distance = 2, (day - line.days.end).days
    elif line.obstacle is Obstacle.NOT_BEGUN:
        group, distance = 3, (line.days.start - day).days
    else:
        group, distance = 1, 0
    return group, distance, f"{line.source} {line.resource_id} {line.unit_id}"
