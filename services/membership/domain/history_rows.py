"""Case histories in tables: each row is a step that was taken, the application among them; the rows of one number are a
case. Pure: who bears a number and what a unit is called is looked up before and handed in.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from chassis.errors import Violation
from membership.domain import steps as names
from membership.domain.ballots import ConversionOutcome, Totals
from membership.domain.paper import PaperCase, PaperStep
from membership.domain.roster_rows import Holder, Register
from membership.domain.rosters import (
    ABSTAINED,
    ARCHIVE,
    BEGUN,
    BRANCH,
    CONCLUSION,
    DAY,
    EXTENSION,
    FORM,
    FULL,
    GROUP,
    HOURS,
    METHOD,
    NAME,
    NO,
    NOTICED,
    NUMBER,
    ORGAN,
    OUTCOME,
    PAPERS,
    PEOPLE,
    PERFORMANCE,
    PRESENT,
    RESULT,
    SEPARATELY,
    SHOULD,
    SIGNED,
    STEP,
    TRAINED,
    WRITTEN_NO,
    WRITTEN_YES,
    YES,
    Column,
    Problem,
    Row,
)
from membership.domain.units import BRANCHES

CONCLUSIONS = {"合格": "qualified", "不合格": "unqualified"}
RESULTS = {"预审合格": "passed", "预审不合格": "not_passed"}
METHODS = {"无记名投票": "secret_ballot", "举手表决": "show_of_hands"}
OUTCOMES = {"按期转正": "convert", "延长预备期": "extend", "取消预备党员资格": "revoke"}
ANSWERS = {"是": "yes", "否": "no"}
BALLOT = (SHOULD, PRESENT, YES, NO, ABSTAINED, WRITTEN_YES, WRITTEN_NO)
_MOST_VOTERS, _MOST_DAYS, _MOST_HOURS, _MOST_TEXT, _MOST_PEOPLE = 1_000, 60, 400, 100, 5
_SEPARATORS = re.compile(r"[、,，;；\s]+")
_PAPER = re.compile(r"[a-z][a-z0-9_]{0,59}")
_FORM_NUMBER = re.compile(r"[0-9A-Za-z-]{1,40}")
_AT = re.compile(r"case\.(?:steps\[(\d+)\]\.)?(\w+)")

# The column in which what the import of cases says of a field stands.
_HEADERS = {
    "person_id": NUMBER,
    "unit_id": ORGAN,
    "applied_on": DAY,
    "step": STEP,
    "occurred_on": DAY,
    "person_ids": PEOPLE,
    "documents": PAPERS,
    "noticed_from": NOTICED,
    "days": TRAINED,
    "class_hours": HOURS,
    "conclusion": CONCLUSION,
    "result": RESULT,
    "archive_reference": ARCHIVE,
    "form_number": FORM,
    "group_name": GROUP,
    "ballot": SHOULD,
    "conversion_outcome": OUTCOME,
    "extension": EXTENSION,
    "probation_from": BEGUN,
    "full_member_from": FULL,
}

StepNames = Callable[[date], Mapping[str, str] | None]


@dataclass(frozen=True, slots=True)
class Sheaf:
    """The rows of one case, and the case as they tell it."""

    rows: tuple[Row, ...]
    paper: PaperCase

    def problem(self, violation: Violation) -> Problem:
        """What the import of cases says of a field, by row and column."""
        found = _AT.match(violation.field)
        assert found is not None, violation.field
        index, field = found.groups()
        number = self.rows[0].number if index is None else int(index)
        column = BRANCH if index is None and field == "unit_id" else _HEADERS[field]
        return Problem(number, column.header, violation.zh, violation.en)


def step_names(catalogue: names.Catalogue) -> dict[str, str]:
    """The steps of a catalogue by their names, Chinese and not."""
    known = {item.id: item.id for item in catalogue.steps} | {item.zh: item.id for item in catalogue.steps}
    beside = {step: zh for step, zh in names.BESIDE_CATALOGUE.items() if step != names.WITHDRAWAL}
    return known | {step: step for step in beside} | {zh: step for step, zh in beside.items()}


def numbers_of(rows: Iterable[Row]) -> set[str]:
    """Every campus number the rows name."""
    cells = [row.cells.get(header, "") for row in rows for header in (NUMBER.header, PEOPLE.header)]
    return {number for cell in cells for number in _SEPARATORS.split(cell)} - {""}


def sheaves(rows: Sequence[Row], known: Register, steps_on: StepNames, source: str) -> list[Sheaf]:
    """The cases whose rows can be read; what is wrong with the others is noted on their rows."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.text(NUMBER._replace(is_required=True)), []).append(row)
    found = [_sheaf(number, group, known, steps_on, source) for number, group in groups.items() if number]
    return [sheaf for sheaf in found if sheaf is not None]


def _sheaf(number: str, rows: list[Row], known: Register, steps_on: StepNames, source: str) -> Sheaf | None:
    days = {row.number: row.day(DAY) for row in rows}
    first = min((day for day in days.values() if day is not None), default=None)
    wanted = None if first is None else steps_on(first)
    if first is not None and wanted is None:
        rows[0].wrong(DAY.header, "早于所有规则包", "lies before every rule pack")
    if wanted is None:
        return None
    steps = {row.number: _step_name(row, wanted) for row in rows}
    applications = [row for row in rows if steps[row.number] == names.APPLICATION]
    if len(applications) != 1:
        rows[0].wrong(STEP.header, "每人须有一行入党申请", "needs one row with the application")
        return None
    (application,) = applications
    unit = known.names.find(application, BRANCH.header, BRANCHES)
    _check_person(number, rows, application, known)
    read = [_step(row, steps[row.number], days[row.number], known) for row in rows if row is not application]
    applied_on = days[application.number]
    if any(row.problems for row in rows) or unit is None or applied_on is None:
        return None
    paper = PaperCase(
        person_id=known.holders[number].person_id,
        unit_id=unit.unit_id,
        applied_on=applied_on,
        source_reference=source,
        steps=tuple(step for step in read if step is not None),
    )
    return Sheaf((application, *(row for row in rows if row is not application)), paper)


def _step_name(row: Row, wanted: Mapping[str, str]) -> str:
    text = row.text(STEP)
    step = wanted.get(text)
    if text and step is None:
        row.wrong(STEP.header, "流程中没有此步骤", "is no step of the catalogue of that day")
    return step or ""


def _check_person(number: str, rows: Sequence[Row], application: Row, known: Register) -> None:
    holder = known.holders.get(number)
    branch = application.text(BRANCH)
    for row in rows:
        name = row.text(NAME)
        if holder is not None and name and holder.name != name:
            row.wrong(NAME.header, "与登记的姓名不符", "differs from the registered name")
        if row.text(BRANCH) != branch:
            row.wrong(BRANCH.header, "与申请所在行不同", "differs from the row with the application")
    if holder is None:
        application.wrong(NUMBER.header, "没有登记", "belongs to nobody in the register")


def _step(row: Row, step: str, day: date | None, known: Register) -> PaperStep | None:
    people = tuple(
        holder.person_id
        for number in _listed(row, PEOPLE)
        if (holder := _holder(row, number, known)) is not None
    )
    if len(people) > _MOST_PEOPLE:
        row.wrong(PEOPLE.header, f"最多 {_MOST_PEOPLE} 人", f"names more than {_MOST_PEOPLE} people")
    organ = known.names.find(row, ORGAN.header, known.department_kinds)
    noticed = row.day(NOTICED)
    outcome = row.word(OUTCOME, OUTCOMES)
    ballot = None if day is None else _totals(row, day, noticed)
    read = PaperStep(
        index=row.number,
        step=step,
        occurred_on=day or known.today,
        person_ids=people,
        unit_id=None if organ is None else organ.unit_id,
        documents=_documents(row),
        noticed_from=noticed,
        days=_count(row, TRAINED, _MOST_DAYS),
        class_hours=_count(row, HOURS, _MOST_HOURS),
        conclusion=row.word(CONCLUSION, CONCLUSIONS),
        result=row.word(RESULT, RESULTS),
        archive_reference=_short(row, ARCHIVE),
        form_number=_form_number(row),
        group_name=_short(row, GROUP),
        ballot=ballot,
        conversion_outcome=None if outcome is None else ConversionOutcome(outcome),
        extension=row.text(EXTENSION) or None,
        probation_from=row.day(BEGUN),
        full_member_from=row.day(FULL),
    )
    return None if day is None or not step else read


def _holder(row: Row, number: str, known: Register) -> Holder | None:
    holder = known.holders.get(number)
    if holder is None:
        row.wrong(PEOPLE.header, "有人没有登记", "names somebody who is not registered")
    return holder


def _listed(row: Row, column: Column) -> list[str]:
    return [item for item in _SEPARATORS.split(row.text(column)) if item]


def _documents(row: Row) -> tuple[str, ...]:
    papers = _listed(row, PAPERS)
    if any(_PAPER.fullmatch(paper) is None for paper in papers):
        row.wrong(PAPERS.header, "应为规则库中的材料名称", "must be names of papers in the rulebook")
    return tuple(dict.fromkeys(papers))


def _count(row: Row, column: Column, most: int) -> int | None:
    text = row.text(column)
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or int(text[:6]) > most or len(text) > 6:
        row.wrong(column.header, f"应为 0 到 {most} 的整数", f"must be a whole number up to {most}")
        return None
    return int(text)


def _short(row: Row, column: Column) -> str | None:
    text = row.text(column)
    if len(text) > _MOST_TEXT:
        row.wrong(column.header, f"最多 {_MOST_TEXT} 个字符", f"must have at most {_MOST_TEXT} characters")
    return text or None


def _form_number(row: Row) -> str | None:
    text = row.text(FORM)
    if text and _FORM_NUMBER.fullmatch(text) is None:
        row.wrong(FORM.header, "应为字母、数字或连字符", "must be letters, digits or hyphens")
    return text or None


def _totals(row: Row, held_on: date, noticed: date | None) -> Totals | None:
    counts = {column: _count(row, column, _MOST_VOTERS) for column in BALLOT}
    method = row.word(METHOD, METHODS)
    answers = [row.word(column, ANSWERS) == "yes" for column in (SEPARATELY, PERFORMANCE, SIGNED)]
    if all(count is None for count in counts.values()):
        return None
    if counts[SHOULD] is None or counts[PRESENT] is None:
        row.wrong(SHOULD.header, "票数须连同应到和实到人数", "is needed with the number present beside votes")
        return None
    return Totals(
        held_on=held_on,
        method=method or "",
        present=counts[PRESENT] or 0,
        yes=counts[YES] or 0,
        no=counts[NO] or 0,
        abstentions=counts[ABSTAINED] or 0,
        written_yes=counts[WRITTEN_YES] or 0,
        written_no=counts[WRITTEN_NO] or 0,
        stated_should_attend=counts[SHOULD],
        voted_separately=answers[0],
        performance_recorded=answers[1],
        secretary_signed=answers[2],
        notice_posted_on=noticed,
    )
