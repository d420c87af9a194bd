"""Case histories in tables: which rows are a case, and what is wrong with a cell."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from chassis.errors import Violation
from membership.domain.history_rows import Sheaf, numbers_of, sheaves, step_names
from membership.domain.roster_rows import Holder, Register
from membership.domain.rosters import COLUMNS, Names, RosterKind, Row, layout
from membership.domain.steps import Catalogue
from membership.domain.units import Unit
from rulebook import RuleBook

BOOK = RuleBook.shipped()
BRANCH = Unit(uuid4(), "branch", "cohort", date(2020, 1, 1), None, name="2023级党支部")
COMMITTEE = Unit(uuid4(), "community_committee", "", date(2020, 1, 1), None, name="社区党委")
APPLICANT, CONTACT, OTHER = (Holder(uuid4(), name, False) for name in ("张三", "李四", "王五"))
KNOWN = Register(
    today=date(2025, 9, 1),
    names=Names([BRANCH, COMMITTEE]),
    holders={"1": APPLICANT, "2": CONTACT, "3": OTHER},
    department_kinds=frozenset({"branch", "community_committee"}),
)


def steps_on(day: date) -> dict[str, str] | None:
    return None if day < date(1990, 1, 1) else step_names(Catalogue.of(BOOK.in_force(day)))


def row(number: int, step: str, day: str, **cells: str) -> Row:
    return Row(
        number, {"姓名": "张三", "学工号": "1", "党支部": BRANCH.name, "步骤": step, "日期": day, **cells}
    )


def read(*rows: Row) -> tuple[list[Sheaf], list[tuple[int, str]]]:
    found = sheaves(rows, KNOWN, steps_on, "台账")
    return found, [(item.row, item.column) for one in rows for item in one.problems]


def application(number: int = 2, **cells: str) -> Row:
    return row(number, "application", "2022-10-08", **cells)


def test_rows_of_one_number_are_a_case_in_any_order_and_by_either_name_of_a_step() -> None:
    zh = next(item.zh for item in BOOK.in_force(date(2022, 10, 8)).steps if item.id == "contacts")
    (sheaf,), problems = read(
        row(2, zh, "2023年4月25日", 有关人员学工号="2、3"),
        application(3),
        row(4, "training", "2024-05-20", 有关组织=COMMITTEE.name, 培训天数="3", 学时="24"),
    )
    assert problems == []
    paper = sheaf.paper
    assert (paper.person_id, paper.unit_id, paper.applied_on) == (
        APPLICANT.person_id,
        BRANCH.unit_id,
        date(2022, 10, 8),
    )
    contacts, training = paper.steps
    assert (contacts.index, contacts.step, contacts.occurred_on) == (2, "contacts", date(2023, 4, 25))
    assert contacts.person_ids == (CONTACT.person_id, OTHER.person_id)
    assert (training.unit_id, training.days, training.class_hours) == (COMMITTEE.unit_id, 3, 24)


def test_the_votes_of_a_meeting_are_read_and_need_who_should_have_come() -> None:
    votes = {"应到人数": "9", "实到人数": "8", "赞成票": "8", "表决方式": "无记名投票", "逐人表决": "是"}
    (sheaf,), problems = read(application(), row(3, "branch_meeting", "2024-06-12", **votes))
    totals = sheaf.paper.steps[0].ballot
    assert totals is not None
    assert (totals.stated_should_attend, totals.present, totals.yes, totals.no) == (9, 8, 8, 0)
    assert (totals.method, totals.voted_separately, totals.secretary_signed) == ("secret_ballot", True, False)
    assert problems == []
    del votes["应到人数"]
    assert read(application(), row(3, "branch_meeting", "2024-06-12", **votes)) == ([], [(3, "应到人数")])


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"步骤": "散步"}, "步骤"),
        ({"步骤": ""}, "步骤"),
        ({"日期": "2023-02-30"}, "日期"),
        ({"日期": ""}, "日期"),
        ({"姓名": "李四"}, "姓名"),
        ({"党支部": COMMITTEE.name}, "党支部"),
        ({"有关人员学工号": "2、9"}, "有关人员学工号"),
        ({"有关组织": "没有"}, "有关组织"),
        ({"材料": "申请书"}, "材料"),
        ({"公示日期": "?"}, "公示日期"),
        ({"培训天数": "61"}, "培训天数"),
        ({"培训天数": "-1"}, "培训天数"),
        ({"学时": "²"}, "学时"),
        ({"政审结论": "优秀"}, "政审结论"),
        ({"志愿书编号": "第一号"}, "志愿书编号"),
        ({"档案编号": "档" * 101}, "档案编号"),
        ({"表决方式": "鼓掌"}, "表决方式"),
        ({"赞成票": "1001", "应到人数": "9", "实到人数": "8"}, "赞成票"),
        ({"转正决定": "转正吧"}, "转正决定"),
    ],
)
def test_a_wrong_cell_is_told_by_row_and_column_and_stands_against_the_whole_case(
    cells: dict[str, str], column: str
) -> None:
    bad = row(3, "talk", "2022-10-20")
    bad.cells = {**bad.cells, **cells}
    assert read(application(), bad) == ([], [(3, column)])


def test_each_case_has_one_application_of_somebody_registered() -> None:
    assert read(row(2, "talk", "2022-10-20")) == ([], [(2, "步骤")])
    assert read(application(2), application(3)) == ([], [(2, "步骤")])
    assert read(application(学工号="7")) == ([], [(2, "学工号")])
    assert read(row(2, "application", "1980-01-01")) == ([], [(2, "日期")])


@pytest.mark.parametrize(
    ("field", "at"),
    [
        ("case.person_id", (2, "学工号")),
        ("case.unit_id", (2, "党支部")),
        ("case.applied_on", (2, "日期")),
        ("case.steps[3].unit_id", (3, "有关组织")),
        ("case.steps[3].person_ids[1]", (3, "有关人员学工号")),
        ("case.steps[3].ballot", (3, "应到人数")),
        ("case.steps[3].occurred_on", (3, "日期")),
    ],
)
def test_what_the_import_of_cases_says_stands_at_its_cell(field: str, at: tuple[int, str]) -> None:
    (sheaf,), _ = read(application(), row(3, "talk", "2022-10-20"))
    problem = sheaf.problem(Violation(field, "错", "is wrong"))
    assert (problem.row, problem.column) == at


def test_the_columns_are_known_by_their_other_names_too() -> None:
    headers = [column.header for column in COLUMNS[RosterKind.CASES]]
    assert len(set(headers)) == len(headers)
    found = layout(RosterKind.CASES, ["姓名", "学号", "党支部", "step", "occurredOn"])
    assert (found.missing, found.repeated, found.ignored) == ((), (), ())
    numbers: Any = numbers_of([row(2, "contacts", "2023-04-25", 有关人员学工号="2，3; 4")])
    assert numbers == {"1", "2", "3", "4"}
