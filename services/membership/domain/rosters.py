"""Rosters in files: which columns they have, and what each row says or what is wrong with it.

Pure: what the register knows of numbers, names and units is looked up before and handed in.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from membership.domain.units import Unit

MOST_ROWS = 65_000
# Of case histories, whose rows are judged by every rule of their day.
MOST_STEPS = 20_000
# More are entered in the background.
MOST_AT_ONCE = 1_000
MOST_PROBLEMS_KEPT = 5_000


class RosterKind(StrEnum):
    """What the rows of a roster are."""

    PERSONS = "persons"
    MEMBERS = "members"
    CASES = "cases"


class RosterPolicy(StrEnum):
    """What is done with good rows when others are not."""

    ALL_OR_NOTHING = "all_or_nothing"
    ACCEPT_GOOD = "accept_good"


class Column(NamedTuple):
    """One column of a roster, by its official header and the others it goes by."""

    header: str
    aliases: tuple[str, ...] = ()
    is_required: bool = False


# The ties of a person, each with the column of its unit; its first day stands in "<header>起始日期".
TIES = {"school": "学院", "academy": "书院", "class": "班级", "department": "部门"}
SINCE = "起始日期"

NAME = Column("姓名", ("name",), True)
NUMBER = Column("学工号", ("学号", "工号", "campusNumber"))
PERSON_KIND = Column("人员类别", ("kind",), True)
CATEGORY = Column("人员身份", ("category",))
BIRTH = Column("出生日期", ("出生年月日", "birthDate"))
BRANCH = Column("党支部", ("所在党支部", "unit"), True)
RELATED_FROM = Column("组织关系起始日期", ("进入支部日期", "relationshipFrom"), True)
STATUS = Column("党员类别", ("status",), True)
PROBATION = Column("入党日期", ("预备期起算日", "probationFrom"))
STANDING = Column("转正日期", ("党龄起算日", "standingFrom"))

# Of a step in a case history.
STEP = Column("步骤", ("step",), True)
DAY = Column("日期", ("办理日期", "occurredOn"), True)
PEOPLE = Column("有关人员学工号", ("personNumbers",))
ORGAN = Column("有关组织", ("organization",))
PAPERS = Column("材料", ("documents",))
NOTICED = Column("公示日期", ("noticedFrom",))
TRAINED = Column("培训天数", ("days",))
HOURS = Column("学时", ("classHours",))
CONCLUSION = Column("政审结论", ("conclusion",))
RESULT = Column("预审结果", ("result",))
ARCHIVE = Column("档案编号", ("archiveReference",))
FORM = Column("志愿书编号", ("formNumber",))
GROUP = Column("党小组", ("groupName",))
METHOD = Column("表决方式", ("method",))
SHOULD = Column("应到人数", ("shouldAttend",))
PRESENT = Column("实到人数", ("present",))
YES = Column("赞成票", ("yesVotes",))
NO = Column("反对票", ("noVotes",))
ABSTAINED = Column("弃权票", ("abstentions",))
WRITTEN_YES = Column("书面赞成", ("writtenYesVotes",))
WRITTEN_NO = Column("书面反对", ("writtenNoVotes",))
SEPARATELY = Column("逐人表决", ("votedSeparately",))
PERFORMANCE = Column("写明主要表现", ("performanceRecorded",))
SIGNED = Column("书记签字", ("secretarySigned",))
OUTCOME = Column("转正决定", ("conversionOutcome",))
EXTENSION = Column("延长期限", ("extension",))
BEGUN = Column("预备期起算日", ("probationFrom",))
FULL = Column("转正日期", ("fullMemberFrom",))


COLUMNS: Mapping[RosterKind, tuple[Column, ...]] = {
    RosterKind.PERSONS: (
        NAME,
        NUMBER,
        PERSON_KIND,
        CATEGORY,
        BIRTH,
        *(Column(header) for tie in TIES.values() for header in (tie, tie + SINCE)),
    ),
    RosterKind.MEMBERS: (
        NAME,
        NUMBER._replace(is_required=True),
        BRANCH,
        RELATED_FROM,
        STATUS,
        PROBATION,
        STANDING,
    ),
    RosterKind.CASES: (
        NAME,
        NUMBER._replace(is_required=True),
        BRANCH,
        *(
            STEP,
            DAY,
            PEOPLE,
            ORGAN,
            PAPERS,
            NOTICED,
            TRAINED,
            HOURS,
            CONCLUSION,
            RESULT,
            ARCHIVE,
            FORM,
            GROUP,
        ),
        *(
            METHOD,
            SHOULD,
            PRESENT,
            YES,
            NO,
            ABSTAINED,
            WRITTEN_YES,
            WRITTEN_NO,
            SEPARATELY,
            PERFORMANCE,
            SIGNED,
        ),
        *(OUTCOME, EXTENSION, BEGUN, FULL),
    ),
}

_DAY = re.compile(r"(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})日?|(\d{4})(\d\d)(\d\d)")
_CAMPUS_NUMBER = re.compile(r"[0-9A-Za-z-]{1,32}")
_MOST_NAME = 100


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a cell, or with a row as a whole (no column); it never quotes the cell."""

    row: int
    column: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each column of a kind stands in a file, and what the file lacks or has too much of."""

    places: Mapping[str, int]
    missing: tuple[str, ...]
    repeated: tuple[str, ...]
    ignored: tuple[str, ...]


def layout(kind: RosterKind, headers: Sequence[str]) -> Layout:
    """Find the columns of a kind among the headers of a file."""
    names = {name: column.header for column in COLUMNS[kind] for name in (column.header, *column.aliases)}
    places: dict[str, int] = {}
    ignored: list[str] = []
    repeated: list[str] = []
    for place, text in enumerate(headers):
        header = names.get(text.rstrip("*＊").strip())
        if header is None:
            ignored += [text] if text else []
        elif header in places:
            repeated.append(header)
        else:
            places[header] = place
    missing = [
        column.header for column in COLUMNS[kind] if column.is_required and column.header not in places
    ]
    return Layout(places, tuple(missing), tuple(repeated), tuple(ignored))


@dataclass(slots=True)
class Row:
    """One row on its way: its cells by header, and what was found wrong."""

    number: int
    cells: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, column: str, zh: str, en: str) -> None:
        """Note what is wrong with a cell."""
        self.problems.append(Problem(self.number, column, zh, en))

    def text(self, column: Column) -> str:
        """The text of a cell; a required one may not be empty."""
        text = self.cells.get(column.header, "")
        if not text and column.is_required:
            self.wrong(column.header, "必须填写", "is required")
        return text

    def day(self, column: Column) -> date | None:
        """The day in a cell."""
        text = self.text(column)
        day = parsed_day(text) if text else None
        if text and day is None:
            self.wrong(column.header, "不是有效的日期", "is not a calendar day")
        return day

    def word(self, column: Column, words: Mapping[str, str]) -> str | None:
        """What a word of a closed list stands for."""
        text = self.text(column)
        if not text:
            return None
        value = words.get(text)
        if value is None:
            listed = "、".join(words)
            self.wrong(column.header, f"应为以下之一：{listed}", f"must be one of {listed}")
        return value


# The days of tens of thousands of rows are few.
@lru_cache(maxsize=10_000)
def parsed_day(text: str) -> date | None:
    """The day as people write it; None for what is no day."""
    match = _DAY.fullmatch(text)
    if match is None:
        return None
    year, month, day = (int(part) for part in match.groups() if part is not None)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def day_text(day: date | None) -> str:
    """A day as a roster has it."""
    return "" if day is None else day.isoformat()


def rows_of(found: Layout, rows: Iterable[tuple[int, tuple[str, ...]]]) -> list[Row]:
    """The rows of a file by their headers."""
    return [
        Row(number, {header: cells[place] for header, place in found.places.items()})
        for number, cells in rows
    ]


def campus_number(row: Row, column: Column) -> str | None:
    """The campus number of a row, None where there is none."""
    text = row.text(column)
    if text and _CAMPUS_NUMBER.fullmatch(text) is None:
        row.wrong(
            column.header,
            "应为字母、数字或连字符，最多 32 位",
            "must be at most 32 letters, digits or hyphens",
        )
        return None
    return text or None


def person_name(row: Row) -> str:
    """The name of a row."""
    name = row.text(NAME)
    if len(name) > _MOST_NAME:
        row.wrong(NAME.header, f"最多 {_MOST_NAME} 个字符", f"must have at most {_MOST_NAME} characters")
    return name


def check_once_each(rows: Sequence[Row]) -> None:
    """Note campus numbers that a file names twice."""
    counts = Counter(row.cells.get(NUMBER.header, "") for row in rows)
    for row in rows:
        number = row.cells.get(NUMBER.header, "")
        if number and counts[number] > 1:
            row.wrong(NUMBER.header, "在名册中重复", "stands in more than one row")


class Names:
    """Units by what a roster calls them: their name, or their id."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self._named: dict[str, list[Unit]] = {}
        self._by_id: dict[str, Unit] = {}
        for unit in units:
            self._named.setdefault(unit.name, []).append(unit)
            self._by_id[str(unit.unit_id)] = unit

    def find(self, row: Row, header: str, kinds: Iterable[str]) -> Unit | None:
        """The unit in a cell among those of some kinds; notes a name that nobody or more than one bears."""
        text = row.cells.get(header, "")
        if not text:
            return None
        by_id = self._by_id.get(text)
        found = [by_id] if by_id is not None else self._named.get(text, [])
        suitable = [unit for unit in found if unit.kind in kinds]
        lasting = [unit for unit in suitable if unit.dissolved_on is None] or suitable
        if len(lasting) == 1:
            return lasting[0]
        if lasting:
            row.wrong(header, "有多个单位同名，请填写单位编号", "is the name of several units; give the id")
        else:
            row.wrong(header, "没有这样的单位", "is no such unit")
        return None


def unit_words(rows: Iterable[Row], headers: Iterable[str]) -> tuple[set[str], set[UUID]]:
    """What the cells of these columns call units: names, and ids."""
    words = {row.cells.get(header, "") for header in headers for row in rows} - {""}
    ids = {UUID(word) for word in words if re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", word)}
    return words, ids
