"""Units: what they are, which shape a new one must have, and where one stands on a day."""

from collections.abc import Container
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NoReturn
from uuid import UUID

from chassis.errors import InvalidArgumentError
from chassis.intervals import Interval
from chassis.violations import Violation


class Kind(StrEnum):
    """What sort of unit it is."""

    UNIVERSITY = "university"
    UNIVERSITY_COMMITTEE = "university_committee"
    STANDING_COMMITTEE = "standing_committee"
    PRESIDENT_MEETING = "president_meeting"
    DEPARTMENT = "department"
    LEADING_GROUP = "leading_group"
    SCHOOL = "school"
    ACADEMY = "academy"
    COMMUNITY_COMMITTEE = "community_committee"
    PRIMARY_COMMITTEE = "primary_committee"
    STAFF_COMMITTEE = "staff_committee"
    RETIREES_COMMITTEE = "retirees_committee"
    ACADEMY_GENERAL_BRANCH = "academy_general_branch"
    GENERAL_BRANCH = "general_branch"
    BRANCH = "branch"
    PARTY_GROUP = "party_group"
    STUDENT_ORGANIZATION = "student_organization"
    CLUB = "club"
    TASK_TEAM = "task_team"
    CLASS = "class"


class Form(StrEnum):
    """How a branch is composed."""

    COHORT = "cohort"
    MAJOR = "major"
    JOINT_TEACHER_STUDENT = "joint_teacher_student"
    JOINT_SMALL_UNITS = "joint_small_units"
    FUNCTIONAL = "functional"
    TEMPORARY = "temporary"
    STAFF = "staff"
    RETIREES = "retirees"


class Purpose(StrEnum):
    """What a functional or temporary branch is for."""

    CULTIVATION_CONTINUITY = "cultivation_continuity"
    MAJOR_EVENT = "major_event"
    CLUB_GUIDANCE = "club_guidance"


class Function(StrEnum):
    """What a department does."""

    ORGANIZATION = "organization"
    PUBLICITY = "publicity"
    UNITED_FRONT = "united_front"
    STUDENT_AFFAIRS = "student_affairs"
    ACADEMIC_AFFAIRS = "academic_affairs"
    CAREER_CENTER = "career_center"
    LEAGUE_COMMITTEE = "league_committee"
    PARTY_SCHOOL = "party_school"
    OTHER = "other"


class State(StrEnum):
    """Where a unit stands on a day."""

    PLANNED = "planned"
    ACTIVE = "active"
    DISSOLVED = "dissolved"


class Part(StrEnum):
    """In what part a unit sponsors another."""

    SPONSOR = "sponsor"
    LEAD = "lead"
    PARTICIPANT = "participant"


# Branches whose members keep their organisation relationship elsewhere.
SECONDARY_FORMS = frozenset({Form.FUNCTIONAL, Form.TEMPORARY})


@dataclass(frozen=True, slots=True)
class Parentage:
    """One stretch of time below one parent."""

    parent_id: UUID
    days: Interval


@dataclass(frozen=True, slots=True)
class Sponsorship:
    """One stretch of time of one sponsor."""

    sponsor_id: UUID
    part: Part
    days: Interval


@dataclass(frozen=True, slots=True)
class Outline:
    """What others need to know of a unit in order to be related to it."""

    unit_id: UUID
    kind: Kind
    form: Form | None
    life: Interval
    function: Function | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as it stood on `day`, as believed at an instant; name and campus are those of the day."""

    unit_id: UUID
    kind: Kind
    form: Form | None
    name: str
    short_name: str
    function: Function | None
    campus_id: UUID | None
    life: Interval
    parents: tuple[Parentage, ...]
    sponsors: tuple[Sponsorship, ...]
    successor_ids: tuple[UUID, ...]
    cohort_year: int | None
    major_code: str | None
    purpose: Purpose | None
    host_id: UUID | None
    task: str | None
    planned_end_on: date | None
    created_at: datetime
    updated_at: datetime
    version: int
    day: date
    # The process that dissolves it at the moment.
    frozen_by: UUID | None = None

    def __hash__(self) -> int:
        # Of what tells units apart; comparing looks at every field.
        return hash((self.unit_id, self.version, self.day))

    @property
    def state(self) -> State:
        """Where it stands on its day."""
        if self.day < self.life.start:
            return State.PLANNED
        return State.ACTIVE if self.day in self.life else State.DISSOLVED

    @property
    def parent_id(self) -> UUID | None:
        """The parent on its day."""
        for parentage in self.parents:
            if self.day in parentage.days:
                return parentage.parent_id
        return None

    @property
    def outline(self) -> Outline:
        """The unit as its relations see it."""
        return Outline(self.unit_id, self.kind, self.form, self.life, self.function)

    def leads_on(self, day: date) -> list[UUID]:
        """The units that lead its work on a day."""
        return [each.sponsor_id for each in self.sponsors if each.part is Part.LEAD and day in each.days]

    def sponsors_on(self, day: date) -> list[UUID]:
        """The units that sponsor it on a day."""
        return [sponsorship.sponsor_id for sponsorship in self.sponsors if day in sponsorship.days]


@dataclass(frozen=True, slots=True)
class NewSponsor:
    """A sponsor named when a unit is established."""

    sponsor_id: UUID
    part: Part = Part.SPONSOR


@dataclass(frozen=True, slots=True)
class NewUnit:
    """What a unit is established with."""

    kind: Kind
    name: str
    form: Form | None = None
    short_name: str = ""
    function: Function | None = None
    campus_id: UUID | None = None
    sponsors: tuple[NewSponsor, ...] = ()
    cohort_year: int | None = None
    major_code: str | None = None
    purpose: Purpose | None = None
    host_id: UUID | None = None
    task: str | None = None
    planned_end_on: date | None = None


def founded(
    unit_id: UUID, parent_id: UUID | None, new: NewUnit, *, on: date, at: datetime, day: date
) -> Unit:
    """The unit that comes of what is asked for, as it stands on `day`."""
    life = Interval(on)
    return Unit(
        unit_id=unit_id,
        kind=new.kind,
        form=new.form,
        name=new.name,
        short_name=new.short_name,
        function=new.function,
        campus_id=new.campus_id,
        life=life,
        parents=() if parent_id is None else (Parentage(parent_id, life),),
        sponsors=tuple(
            Sponsorship(each.sponsor_id, each.part, life)
            for each in sorted(new.sponsors, key=lambda each: each.sponsor_id)
        ),
        successor_ids=(),
        cohort_year=new.cohort_year,
        major_code=new.major_code,
        purpose=new.purpose,
        host_id=new.host_id,
        task=new.task,
        planned_end_on=new.planned_end_on,
        created_at=at,
        updated_at=at,
        version=1,
        day=day,
    )


@dataclass(frozen=True, slots=True)
class DescriptionChange:
    """What is to change about name, short name and campus; None leaves as it is."""

    name: str | None = None
    short_name: str | None = None
    campus_id: UUID | None = None
    leaves_campus: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing would change."""
        return (self.name, self.short_name, self.campus_id) == (None, None, None) and not self.leaves_campus


@dataclass(frozen=True, slots=True)
class Description:
    """Name and campus of a unit over some days."""

    name: str
    short_name: str
    campus_id: UUID | None

    def changed(self, change: DescriptionChange) -> "Description":
        """The description after a change."""
        return Description(
            name=self.name if change.name is None else change.name,
            short_name=self.short_name if change.short_name is None else change.short_name,
            campus_id=None if change.leaves_campus else change.campus_id or self.campus_id,
        )


@dataclass(frozen=True, slots=True)
class Campus:
    """A campus of the university."""

    campus_id: UUID
    code: str
    name: str
    version: int


@dataclass(frozen=True, slots=True)
class TreeNode:
    """A unit in the tree of a day."""

    unit_id: UUID
    parent_id: UUID | None
    kind: Kind
    form: Form | None
    name: str
    campus_id: UUID | None
    sponsor_ids: tuple[UUID, ...]
    depth: int


class LineageKind(StrEnum):
    """How one unit followed from another."""

    SUCCESSION = "succession"
    MERGE = "merge"
    SPLIT = "split"
    ADJUSTMENT = "adjustment"


@dataclass(frozen=True, slots=True)
class Lineage:
    """A step in the descent of units."""

    from_unit_id: UUID
    to_unit_id: UUID
    kind: LineageKind
    effective_on: date
    reorganization_id: UUID | None


class Aspect(StrEnum):
    """What a recorded fact about a unit is about."""

    DESCRIPTION = "description"
    PARENT = "parent"
    SPONSOR = "sponsor"


@dataclass(frozen=True, slots=True)
class UnitFact:
    """One fact about a unit, believed or formerly believed."""

    row_id: int
    aspect: Aspect
    days: Interval
    recorded_at: datetime
    replaced_at: datetime | None
    description: Description | None = None
    other_id: UUID | None = None
    part: Part | None = None


@dataclass
class Findings:
    """Collects what is wrong with a request, so that everything is said at once."""

    violations: list[Violation] = field(default_factory=list)

    def add(self, path: str, zh: str, en: str) -> None:
        """Note one broken rule of a field."""
        self.violations.append(Violation(path, zh, en))

    def check_registered(self, person_id: UUID, registered: Container[UUID], path: str) -> None:
        """Note a person whom membership does not know."""
        if person_id not in registered:
            self.add(path, "没有登记此人。", "Nobody is registered under this id.")

    def refuse_if_any(self) -> None:
        """Refuse the request when something was noted."""
        if self.violations:
            raise InvalidArgumentError(self.violations)


def refuse(path: str, zh: str, en: str) -> NoReturn:
    """Refuse a request for one broken rule of a field."""
    raise InvalidArgumentError([Violation(path, zh, en)])


def check_shape(new: NewUnit, *, path: str, findings: Findings) -> None:
    """Note which fields a unit of this kind and form lacks, and which it cannot have."""
    is_branch = new.kind is Kind.BRANCH
    _belongs(findings, f"{path}.form", new.form, wanted=is_branch, what=("党支部", "a branch"))
    _belongs(
        findings,
        f"{path}.function",
        new.function,
        wanted=new.kind is Kind.DEPARTMENT,
        what=("职能部处", "a department"),
    )
    cohort = new.form is Form.COHORT
    _belongs(
        findings,
        f"{path}.cohort_year",
        new.cohort_year,
        wanted=cohort,
        what=("年级横向党支部", "a cohort branch"),
    )
    major = new.form is Form.MAJOR
    _belongs(
        findings,
        f"{path}.major_code",
        new.major_code,
        wanted=major,
        what=("专业纵向党支部", "a major branch"),
    )
    secondary = new.form in SECONDARY_FORMS
    names = ("功能型或临时党支部", "a functional or temporary branch")
    _belongs(findings, f"{path}.purpose", new.purpose, wanted=secondary, what=names)
    _belongs(findings, f"{path}.host_unit_id", new.host_id, wanted=secondary, what=names)
    temporary = new.form is Form.TEMPORARY
    _belongs(findings, f"{path}.task", new.task, wanted=temporary, what=("临时党支部", "a temporary branch"))
    if new.planned_end_on is not None and not temporary and new.kind is not Kind.TASK_TEAM:
        findings.add(
            f"{path}.planned_end_on",
            "只有临时党支部和任务团队填写此项。",
            "Only a temporary branch or a task team has it.",
        )
    check_name(new.name, path=f"{path}.name", findings=findings)


def _belongs(findings: Findings, path: str, value: object, *, wanted: bool, what: tuple[str, str]) -> None:
    zh, en = what
    if wanted and value is None:
        findings.add(path, f"{zh}须填写此项。", f"It is required for {en}.")
    if not wanted and value is not None:
        findings.add(path, f"只有{zh}填写此项。", f"Only {en} has it.")


def check_name(name: str, *, path: str, findings: Findings) -> None:
    """Note a name that is blank or has blanks around it, which no two people would type alike."""
    if name != name.strip() or not name:
        findings.add(path, "名称前后不能有空白。", "A name has no blanks around it.")


def check_life(new: NewUnit, *, established_on: date, path: str, findings: Findings) -> None:
    """Note an expected end that lies before the beginning."""
    if new.planned_end_on is not None and new.planned_end_on <= established_on:
        findings.add(
            f"{path}.planned_end_on",
            "预计撤销日期须晚于成立日期。",
            "The expected end lies after the first day.",
        )
