"""Judging the rows of a roster: each becomes a person to register or a member to enter, or tells what is wrong."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from chassis.errors import InvalidArgumentError, ServiceError
from membership.domain import members, people
from membership.domain.admission import AdmissionCase
from membership.domain.imports import Known
from membership.domain.members import MembershipStatus, NewMember
from membership.domain.people import Affiliation, AffiliationKind, NewPerson, PersonCategory, PersonKind
from membership.domain.rosters import (
    BIRTH,
    BRANCH,
    CATEGORY,
    NAME,
    NUMBER,
    PERSON_KIND,
    PROBATION,
    RELATED_FROM,
    SINCE,
    STANDING,
    STATUS,
    TIES,
    Column,
    Names,
    Problem,
    Row,
    campus_number,
    check_once_each,
    person_name,
)
from membership.domain.units import BRANCHES, Unit, Use
from rulebook import RuleSet

KINDS = {"学生": "student", "教职工": "staff"}
CATEGORIES = {
    "本科生": "undergraduate",
    "硕士研究生": "master",
    "博士研究生": "doctoral",
    "专任教师": "teacher",
    "辅导员": "counsellor",
    "管理人员": "administrator",
    "离退休人员": "retired",
}
_BEGINNINGS = {word: Column(header + SINCE) for word, header in TIES.items()}
_TIE_HEADERS = [*TIES.values(), *(column.header for column in _BEGINNINGS.values())]
STATUSES = {"正式党员": "full", "预备党员": "probationary"}

# What stands against a row by the reason of an error, for people.
_TOLD = {
    "UNIT_NOT_IN_FORCE": ("单位当日尚未成立或已经撤销", "does not exist on the day"),
    "UNIT_KIND_NOT_ALLOWED": ("该类单位不能办理此事项", "is a unit of a kind that cannot take this"),
    "UNIT_FROZEN": ("单位正在办理其他事项", "is held by a process"),
    "DAY_OUT_OF_ORDER": ("日期在将来", "lies in the future"),
}


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a campus number already."""

    person_id: UUID
    name: str
    is_member: bool


@dataclass(frozen=True, slots=True)
class Register:
    """What the register knows that rows are judged by."""

    today: date
    names: Names
    # By campus number as it stands in the file.
    holders: Mapping[str, Holder]
    # Units of persons may be of every kind that the tie allows.
    department_kinds: frozenset[str]


@dataclass(frozen=True, slots=True)
class BroughtCase:
    """A case that may be entered, with the rows that told it."""

    rows: tuple[int, ...]
    case: AdmissionCase
    rules: RuleSet


@dataclass(slots=True)
class Judged:
    """The good rows with their numbers, and what is wrong with the others."""

    persons: list[tuple[int, NewPerson]] = field(default_factory=list)
    members: list[tuple[int, NewMember]] = field(default_factory=list)
    cases: list[BroughtCase] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    # What the cases were judged by, for whoever enters them.
    known: Known | None = None

    @property
    def good(self) -> int:
        """How many rows are right."""
        return len(self.persons) + len(self.members) + sum(len(item.rows) for item in self.cases)


def judge_persons(rows: Sequence[Row], known: Register, new_id: Callable[[], UUID]) -> Judged:
    """The rows of a roster of persons."""
    judged, ties = Judged(), _Ties(known)
    check_once_each(rows)
    for row in rows:
        person = _person(row, known, ties, new_id)
        if person is not None and not row.problems:
            judged.persons.append((row.number, person))
        judged.problems += row.problems
    return judged


def _person(row: Row, known: Register, ties: "_Ties", new_id: Callable[[], UUID]) -> NewPerson | None:
    name = person_name(row)
    number = campus_number(row, NUMBER)
    kind = row.word(PERSON_KIND, KINDS)
    category = row.word(CATEGORY, CATEGORIES)
    born = row.day(BIRTH)
    noting(row, BIRTH.header, lambda: people.check_birth_date(born, today=known.today))
    if number is not None and number in known.holders:
        row.wrong(NUMBER.header, "已登记在他人名下", "belongs to a registered person already")
    affiliations = ties.of(row)
    if row.problems or kind is None:
        return None
    return NewPerson(
        person_id=new_id(),
        name=name,
        kind=PersonKind(kind),
        category=None if category is None else PersonCategory(category),
        campus_number=number,
        birth_date=born,
        affiliations=affiliations,
    )


class _Ties:
    """The ties of rows: many rows have the same cells, which are judged once."""

    def __init__(self, known: Register) -> None:
        self._known = known
        self._judged: dict[tuple[str, ...], tuple[tuple[Affiliation, ...], list[Problem]]] = {}

    def of(self, row: Row) -> tuple[Affiliation, ...]:
        """The ties of a row; notes what is wrong with them."""
        cells = tuple([row.cells.get(header, "") for header in _TIE_HEADERS])
        found = self._judged.get(cells)
        if found is None:
            alone = Row(row.number, row.cells)
            ties = tuple(tie for word in TIES if (tie := _tie(alone, word, self._known)) is not None)
            found = self._judged[cells] = ties, alone.problems
        row.problems += [replace(problem, row=row.number) for problem in found[1]]
        return found[0]


def _tie(row: Row, word: str, known: Register) -> Affiliation | None:
    header, beginning = TIES[word], _BEGINNINGS[word]
    has_unit, has_day = bool(row.cells.get(header)), bool(row.cells.get(beginning.header))
    if not has_unit and not has_day:
        return None
    kinds = known.department_kinds if word == "department" else {word}
    unit = known.names.find(row, header, kinds)
    since = row.day(beginning)
    if has_unit and not has_day:
        row.wrong(beginning.header, "填写了单位时必须填写", "is required beside the unit")
    if not has_unit and since is not None:
        row.wrong(header, "填写了日期时必须填写", "is required beside the day")
    if unit is None or since is None:
        return None
    check_unit(row, header, unit, since)
    return Affiliation(AffiliationKind(word), unit.unit_id, since)


def check_unit(row: Row, header: str, unit: Unit, since: date, use: Use | None = None) -> None:
    def check() -> None:
        unit.check_in_force(since)
        unit.check_lasts()
        if use is not None:
            unit.check_use(use)
        unit.check_free()

    noting(row, header, check)


def noting(row: Row, header: str, check: Callable[[], None]) -> None:
    """Note what a rule of the domain refuses."""
    try:
        check()
    except InvalidArgumentError as error:
        for violation in error.violations:
            row.wrong(header, violation.zh, violation.en)
    except ServiceError as error:
        row.wrong(header, *_TOLD[error.reason])


def judge_members(rows: Sequence[Row], known: Register) -> Judged:
    """The rows of a roster of members."""
    judged = Judged()
    check_once_each(rows)
    for row in rows:
        member = _member(row, known)
        if member is not None and not row.problems:
            judged.members.append((row.number, member))
        judged.problems += row.problems
    return judged


def _member(row: Row, known: Register) -> NewMember | None:
    name = person_name(row)
    holder = _holder(row, name, known)
    unit = known.names.find(row, BRANCH.header, BRANCHES)
    row.text(BRANCH)
    since = row.day(RELATED_FROM)
    status = row.word(STATUS, STATUSES)
    probation, standing = row.day(PROBATION), row.day(STANDING)
    if unit is not None and since is not None:
        check_unit(row, BRANCH.header, unit, since, Use.FORMAL_RELATIONSHIP)
    if row.problems or holder is None or unit is None or since is None or status is None:
        return None
    new = NewMember(
        person_id=holder.person_id,
        unit_id=unit.unit_id,
        relationship_from=since,
        status=MembershipStatus(status),
        probation_from=probation,
        standing_from=standing,
    )
    if status == "full" and standing is None:
        row.wrong(STANDING.header, "正式党员必须填写", "is required of a full member")
    else:
        noting(row, "", lambda: members.check_new_member(new, today=known.today))
    return new


def _holder(row: Row, name: str, known: Register) -> Holder | None:
    number = campus_number(row, NUMBER)
    if number is None:
        return None
    holder = known.holders.get(number)
    if holder is None:
        row.wrong(NUMBER.header, "没有登记", "belongs to nobody in the register")
    elif name and holder.name != name:
        row.wrong(NAME.header, "与登记的姓名不符", "differs from the registered name")
    elif holder.is_member:
        row.wrong("", "该人员的组织关系已经建立", "The person is in a roll already")
    return holder
