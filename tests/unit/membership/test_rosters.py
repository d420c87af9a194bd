"""Rows of a roster: what each says, and what is wrong by row and column."""

from collections.abc import Callable
from datetime import date
from uuid import UUID, uuid4

import pytest

from membership.domain.members import MembershipStatus
from membership.domain.people import AffiliationKind, PersonKind
from membership.domain.roster_imports import ImportState, RosterImport
from membership.domain.roster_rows import Holder, Judged, Register, judge_members, judge_persons
from membership.domain.rosters import Names, RosterKind, RosterPolicy, layout, parsed_day, rows_of
from membership.domain.units import Unit
from membership.errors import RosterImportStateError
from tests.unit.membership.cases import NOW

TODAY = date(2026, 9, 1)
SCHOOL = Unit(uuid4(), "school", "", date(2020, 1, 1), None, name="数学学院")
TWINS = [Unit(uuid4(), "class", "", date(2020, 1, 1), None, name="一班") for _ in range(2)]
BRANCH = Unit(uuid4(), "branch", "cohort", date(2020, 1, 1), None, name="第一党支部")
CLOSED = Unit(uuid4(), "branch", "cohort", date(2020, 1, 1), date(2025, 1, 1), name="旧党支部")
FROZEN = Unit(uuid4(), "branch", "cohort", date(2020, 1, 1), None, uuid4(), name="调整中党支部")
MEMBER, APPLICANT = uuid4(), uuid4()
KNOWN = Register(
    TODAY,
    Names([SCHOOL, *TWINS, BRANCH, CLOSED, FROZEN]),
    {"100": Holder(MEMBER, "老党员", True), "200": Holder(APPLICANT, "张三", False)},
    frozenset({"school"}),
)
PERSON = {"姓名": "王五", "学号": "300", "人员类别": "学生"}
NEW = {
    "姓名": "张三",
    "学工号": "200",
    "党支部": "第一党支部",
    "组织关系起始日期": "2024-09-01",
    "党员类别": "正式党员",
    "转正日期": "2023年6月1日",
}


def judged(kind: RosterKind, *rows: dict[str, str]) -> Judged:
    headers = list(dict.fromkeys(header for row in rows for header in row))
    found = layout(kind, headers)
    cells = [(n, tuple(row.get(header, "") for header in headers)) for n, row in enumerate(rows, 2)]
    if kind is RosterKind.PERSONS:
        return judge_persons(rows_of(found, cells), KNOWN, uuid4)
    return judge_members(rows_of(found, cells), KNOWN)


def wrong(kind: RosterKind, *rows: dict[str, str]) -> list[tuple[int, str, str]]:
    return [(item.row, item.column, item.en) for item in judged(kind, *rows).problems]


@pytest.mark.parametrize(
    "text", ["2024-09-01", "2024/9/1", "2024.9.1", "2024年9月1日", "20240901", "2024年09月01"]
)
def test_days_as_people_write_them(text: str) -> None:
    assert parsed_day(text) == date(2024, 9, 1)


@pytest.mark.parametrize("text", ["2024-02-30", "24-9-1", "45536", "2024-9", "九月一日", "2024-13-01"])
def test_what_is_no_day(text: str) -> None:
    assert parsed_day(text) is None


class TestTies:
    def test_what_is_wrong_with_the_same_cells_is_told_of_every_row(self) -> None:
        unknown = PERSON | {"学院": "物理学院", "学院起始日期": "2024-09-01"}
        rows = [unknown, unknown | {"学号": "301"}, PERSON | {"学号": "302"}]

        assert wrong(RosterKind.PERSONS, *rows) == [(number, "学院", "is no such unit") for number in (2, 3)]


class TestHeaders:
    def test_official_headers_other_names_and_stars(self) -> None:
        found = layout(RosterKind.PERSONS, ["序号", "姓名*", "学号", "人员类别", ""])

        assert dict(found.places) == {"姓名": 1, "学工号": 2, "人员类别": 3}
        assert (found.ignored, found.missing) == (("序号",), ())

    def test_what_is_missing_or_there_twice(self) -> None:
        found = layout(RosterKind.MEMBERS, ["姓名", "学号", "工号"])

        assert found.missing == ("党支部", "组织关系起始日期", "党员类别")
        assert found.repeated == ("学工号",)


class TestPersons:
    def test_a_row_becomes_a_person(self) -> None:
        row = PERSON | {
            "人员身份": "本科生",
            "出生日期": "2005/3/1",
            "学院": "数学学院",
            "学院起始日期": "2023-09-01",
        }

        ((number, person),) = judged(RosterKind.PERSONS, row).persons

        assert (number, person.name, person.campus_number, person.kind) == (
            2,
            "王五",
            "300",
            PersonKind.STUDENT,
        )
        (tie,) = person.affiliations
        assert (tie.kind, tie.unit_id) == (AffiliationKind.SCHOOL, SCHOOL.unit_id)

    def test_each_cell_that_is_wrong_is_named(self) -> None:
        row = {"姓名": "", "学号": "学号一", "人员类别": "外星人", "出生日期": "昨天", "学院": "没有学院"}

        columns = [column for _, column, _ in wrong(RosterKind.PERSONS, PERSON, row)]

        assert columns == ["姓名", "学工号", "人员类别", "出生日期", "学院", "学院起始日期"]

    def test_a_number_that_somebody_has_or_that_stands_twice(self) -> None:
        rows = [PERSON, PERSON, PERSON | {"学号": "100"}]

        found = wrong(RosterKind.PERSONS, *rows)

        assert [(row, column) for row, column, _ in found] == [(2, "学工号"), (3, "学工号"), (4, "学工号")]

    def test_a_name_of_two_units_needs_the_id(self) -> None:
        row = PERSON | {"班级": "一班", "班级起始日期": "2023-09-01"}
        assert [column for _, column, _ in wrong(RosterKind.PERSONS, row)] == ["班级"]

        by_id = row | {"班级": str(TWINS[1].unit_id)}
        ((_, person),) = judged(RosterKind.PERSONS, by_id).persons
        assert person.affiliations[0].unit_id == TWINS[1].unit_id

    def test_born_today_and_tomorrow(self) -> None:
        assert judged(RosterKind.PERSONS, PERSON | {"出生日期": "2026-09-01"}).good == 1
        assert wrong(RosterKind.PERSONS, PERSON | {"出生日期": "2026-09-02"})[0][:2] == (2, "出生日期")


class TestMembers:
    def test_a_row_becomes_a_member(self) -> None:
        ((_, member),) = judged(RosterKind.MEMBERS, NEW).members

        assert (member.person_id, member.unit_id) == (APPLICANT, BRANCH.unit_id)
        assert (member.status, member.standing_from) == (MembershipStatus.FULL, date(2023, 6, 1))

    @pytest.mark.parametrize(
        ("changes", "column"),
        [
            ({"学工号": "999"}, "学工号"),
            ({"姓名": "张四"}, "姓名"),
            ({"姓名": "老党员", "学工号": "100"}, ""),
            ({"党支部": "旧党支部"}, "党支部"),
            ({"党支部": "调整中党支部"}, "党支部"),
            ({"党支部": "数学学院"}, "党支部"),
            ({"组织关系起始日期": "2019-12-31"}, "党支部"),
            ({"组织关系起始日期": "2026-09-02"}, ""),
            ({"党员类别": "群众"}, "党员类别"),
            ({"转正日期": ""}, "转正日期"),
        ],
    )
    def test_what_stands_against_a_row(self, changes: dict[str, str], column: str) -> None:
        assert [found[1] for found in wrong(RosterKind.MEMBERS, NEW | changes)] == [column]

    def test_the_first_day_of_the_branch_and_today_are_allowed(self) -> None:
        for day in ("2020-01-01", "2026-09-01"):
            assert judged(RosterKind.MEMBERS, NEW | {"组织关系起始日期": day}).good == 1


class TestStates:
    @staticmethod
    def made(state: ImportState) -> RosterImport:
        return RosterImport(uuid4(), RosterKind.PERSONS, state, "", "text/csv", 1, "", 1, 1, 0, (), None, NOW)

    @pytest.mark.parametrize("state", ImportState)
    def test_each_change_has_its_one_state(self, state: ImportState) -> None:
        by: UUID = uuid4()
        changes: dict[ImportState, list[Callable[[RosterImport], RosterImport]]] = {
            ImportState.CHECKED: [
                lambda one: one.waiting(RosterPolicy.ACCEPT_GOOD, by),
                lambda one: one.discarded("x"),
            ],
            ImportState.APPLYING: [lambda one: one.applied(1, NOW), lambda one: one.given_back("x")],
            ImportState.APPLIED: [lambda one: one.rolling_back(by, "x")],
            ImportState.ROLLING_BACK: [lambda one: one.rolled_back(NOW), lambda one: one.kept("x")],
        }
        for needed, allowed in changes.items():
            for change in allowed:
                if needed is state:
                    assert change(self.made(state)).version == 2
                else:
                    with pytest.raises(RosterImportStateError):
                        change(self.made(state))
