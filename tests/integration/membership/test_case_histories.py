"""Case histories in files at the service: judged, entered, exported in the same shape, and taken back."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from google.api import httpbody_pb2

from chassis import sheets
from chassis.calls import Caller
from chassis.statements import query
from membership.domain.rosters import COLUMNS, RosterKind
from membership.errors import RosterHasProblemsError, RosterStoodUponError
from shuyuan.membership.v1 import admission_case_pb2 as cases
from shuyuan.membership.v1 import admission_service_pb2 as service
from shuyuan.membership.v1 import person_pb2, roll_service_pb2
from shuyuan.membership.v1 import roster_import_pb2 as shapes
from shuyuan.membership.v1 import roster_service_pb2 as pb
from tests.integration.membership.office import Office
from tests.integration.membership.paper import APPLIED, DAYS

HEADERS = [column.header for column in COLUMNS[RosterKind.CASES]]
ALL, GOOD = shapes.ROSTER_POLICY_ALL_OR_NOTHING, shapes.ROSTER_POLICY_ACCEPT_GOOD
BALLOT = {
    "应到人数": "9",
    "实到人数": "8",
    "赞成票": "8",
    "反对票": "0",
    "弃权票": "0",
    "书面赞成": "0",
    "书面反对": "0",
    "表决方式": "无记名投票",
    "逐人表决": "是",
    "写明主要表现": "是",
    "书记签字": "是",
}
RECORDED: dict[str, dict[str, str]] = {
    "talk": {"有关人员学工号": "M1"},
    "activist": {"公示日期": "2023-04-01", "材料": "league_recommendation、branch_committee_decision"},
    "contacts": {"有关人员学工号": "M2、M3"},
    "introducers": {"有关人员学工号": "M2、M3"},
    "political_review": {"政审结论": "合格", "有关人员学工号": "M1", "档案编号": "ZS-1"},
    "training": {"培训天数": "3", "学时": "24", "有关组织": "社区党委"},
    "pre_review": {"有关组织": "社区党委", "预审结果": "预审合格"},
    "admission_form": {"志愿书编号": "2024-000123"},
    "branch_meeting": {"公示日期": "2024-06-01", **BALLOT},
    "superior_talk": {"有关人员学工号": "M1"},
    "approval": {"有关组织": "社区党委"},
    "assignment": {"党小组": "第一党小组"},
    "conversion_meeting": {"公示日期": "2025-06-01", **BALLOT},
    "conversion_approval": {"有关组织": "社区党委", "公示日期": "2025-06-15", "转正决定": "按期转正"},
    "archive": {"档案编号": "DA-2025-9"},
}
COUNTS = query(
    sa.text(
        """SELECT (SELECT count(*) FROM admission_case) AS cases, (SELECT count(*) FROM case_step) AS steps,
                  (SELECT count(*) FROM case_companion) AS companions, (SELECT count(*) FROM member) AS members,
                  (SELECT count(*) FROM inbox_item) AS items,
                  (SELECT count(*) FROM relationship WHERE recorded_until IS NULL) AS ties"""
    )
)


def table(number: str, name: str, last: str, **days: str) -> list[dict[str, str]]:
    """The rows of a case up to a step."""
    names = list(DAYS)[: list(DAYS).index(last) + 1]
    wanted = [("application", APPLIED), *((step, days.get(step, DAYS[step])) for step in names)]
    common = {"姓名": name, "学工号": number, "党支部": "2023级党支部"}
    return [{**common, "步骤": step, "日期": day, **RECORDED.get(step, {})} for step, day in wanted]


class Desk:
    """Somebody with a register of cases on paper."""

    def __init__(self, office: Office, committee: UUID, branch: UUID) -> None:
        self.office, self.committee, self.branch = office, committee, branch

    async def send(
        self, rows: list[dict[str, str]], *, data: bytes | None = None, media_type: str = sheets.XLSX
    ) -> Any:
        cells = [[row.get(header, "") for header in HEADERS] for row in rows]
        file = httpbody_pb2.HttpBody(
            content_type=media_type, data=data or sheets.write(HEADERS, cells, media_type)
        )
        request = pb.UploadRosterRequest(
            kind=shapes.ROSTER_KIND_CASES, file=file, source_reference="台账 DA-2025-3"
        )
        return (await self.office.ask("RosterService/UploadRoster", request)).roster_import

    async def apply(self, found: Any, policy: Any = ALL) -> Any:
        request = pb.ApplyRosterRequest(import_id=found.import_id, policy=policy)
        return (
            await self.office.ask("RosterService/ApplyRoster", request, if_match=found.etag)
        ).roster_import

    async def roll_back(self, found: Any) -> Any:
        request = pb.RollBackRosterRequest(import_id=found.import_id, reason="导错")
        answer = await self.office.ask("RosterService/RollBackRoster", request, if_match=found.etag)
        return answer.roster_import

    async def problems(self, found: Any) -> list[tuple[int, str]]:
        request = pb.ListRosterProblemsRequest(import_id=found.import_id)
        answer = await self.office.ask("RosterService/ListRosterProblems", request)
        return [(item.row, item.column) for item in answer.problems]

    async def export(self, media_type: Any = pb.ROSTER_FORMAT_CSV) -> tuple[bytes, list[dict[str, str]]]:
        request = pb.ExportRosterRequest(kind=shapes.ROSTER_KIND_CASES, format=media_type, purpose="核对")
        file = (await self.office.ask("RosterService/ExportRoster", request)).file
        sheet = sheets.read(file.data, file.content_type, most_rows=1000)
        return file.data, [dict(zip(sheet.headers, row, strict=True)) for _, row in sheet.rows]

    async def counts(self) -> dict[str, int]:
        row = await self.office.real_database.fetch_one(COUNTS)
        assert row is not None
        return dict(row)

    async def cases(self) -> list[Any]:
        answer = await self.office.ask(
            "AdmissionService/ListAdmissionCases", service.ListAdmissionCasesRequest()
        )
        return list(answer.admission_cases)


@pytest.fixture
async def desk(office: Office) -> Desk:
    office.clock.go_to(date(2025, 9, 1))
    university = await office.unit("university")
    committee = await office.unit("community_committee", parent=university, name="社区党委")
    branch = await office.unit("branch", parent=committee, form="cohort", name="2023级党支部")
    for number, name in (("S1", "张三"), ("S2", "李四")):
        await office.person(name, number=number, born="2003-05-04")
    for number in ("M1", "M2", "M3"):
        await office.person(
            f"党员{number}", number=number, kind=person_pb2.PERSON_KIND_STAFF, born="1990-01-01"
        )
    return Desk(office, committee, branch)


@pytest.mark.parametrize("media_type", [sheets.CSV, sheets.XLSX])
async def test_histories_are_judged_entered_and_taken_back(desk: Desk, media_type: str) -> None:
    before = await desk.counts()
    rows = [*table("S1", "张三", "archive"), *table("S2", "李四", "activist")]
    sent = await desk.send(rows, media_type=media_type)
    assert (sent.rows, sent.good_rows, await desk.problems(sent)) == (len(rows), len(rows), [])
    assert await desk.counts() == before

    done = await desk.apply(sent)

    assert (done.state, done.entered_rows) == (shapes.RosterImport.STATE_APPLIED, len(rows))
    states = {case.state: case for case in await desk.cases()}
    assert set(states) == {cases.AdmissionCase.STATE_ARCHIVED, cases.AdmissionCase.STATE_OPEN}
    assert states[cases.AdmissionCase.STATE_OPEN].source_reference == "台账 DA-2025-3"
    counts = await desk.counts()
    assert (counts["cases"], counts["steps"], counts["members"], counts["ties"]) == (2, len(rows), 1, 1)

    back = await desk.roll_back(done)

    assert back.state == shapes.RosterImport.STATE_ROLLED_BACK
    assert await desk.counts() == before
    assert (await desk.office.events("admission_case"))[-2:] == ["admission_case.taken_back"] * 2
    assert (await desk.office.events("member"))[-1] == "member.withdrawn"


async def test_a_wrong_row_stands_against_its_case_and_the_good_cases_may_go_in(desk: Desk) -> None:
    bad = table("S2", "李四", "contacts", talk="2022-10-01")
    sent = await desk.send([*table("S1", "张三", "contacts"), *bad])
    assert await desk.problems(sent) == [(8, "日期")]
    assert (sent.rows, sent.good_rows) == (10, 5)
    with pytest.raises(RosterHasProblemsError):
        await desk.apply(sent)
    assert (await desk.counts())["cases"] == 0

    done = await desk.apply(sent, GOOD)

    assert (done.entered_rows, (await desk.counts())["cases"]) == (5, 1)
    again = await desk.send(table("S1", "张三", "talk"))
    assert await desk.problems(again) == [(2, "学工号")]


async def test_what_the_order_and_the_minutes_forbid_is_told_by_row_and_column(desk: Desk) -> None:
    rows = table("S1", "张三", "branch_meeting")
    rows[-1] |= {"赞成票": "9"}
    assert await desk.problems(await desk.send(rows)) == [(len(rows) + 1, "应到人数")]
    missing = [row for row in table("S1", "张三", "contacts") if row["步骤"] != "activist"]
    assert await desk.problems(await desk.send(missing)) == [(4, "步骤")]
    misplaced = table("S1", "张三", "talk")
    misplaced[1] |= {"培训天数": "3"}
    assert await desk.problems(await desk.send(misplaced)) == [(3, "培训天数")]


async def test_what_is_exported_is_taken_again(desk: Desk) -> None:
    rows = table("S1", "张三", "archive")
    done = await desk.apply(await desk.send(rows))
    data, exported = await desk.export()
    assert [row["日期"] for row in exported] == sorted(row["日期"] for row in rows)
    meeting = next(row for row in exported if row["应到人数"])
    assert {header: meeting[header] for header in BALLOT} == BALLOT
    # What a political review found has fewer readers.
    assert all(row["政审结论"] == "" for row in exported)
    await desk.roll_back(done)

    again = await desk.send([], data=data, media_type=sheets.CSV)

    assert await desk.problems(again) == []
    await desk.apply(again)
    _, twice = await desk.export()
    assert twice == exported


async def test_what_hangs_on_a_case_keeps_its_import(desk: Desk) -> None:
    done = await desk.apply(await desk.send(table("S2", "李四", "activist")))
    (case,) = await desk.cases()
    add = """INSERT INTO admission_form (form_id, form_number, unit_id, year, state, drawn_on, case_id, version, updated_at)
             VALUES (:case_id, '2025-1', :case_id, 2025, 'in_hand', '2025-09-01', :case_id, 1, now())"""
    async with desk.office.call(Caller("system", service="membership")).transaction() as work:
        await work.execute(query(sa.text(add)), case_id=UUID(case.case_id))

    with pytest.raises(RosterStoodUponError) as refused:
        await desk.roll_back(done)

    assert refused.value.metadata["facts"] == "admission_form: 1"


async def test_what_stands_on_a_case_keeps_its_import(desk: Desk) -> None:
    office = desk.office
    done = await desk.apply(await desk.send(table("S2", "李四", "activist")))
    (case,) = await desk.cases()
    await office.step(
        case,
        "RecordFiling",
        occurred_on="2023-04-20",
        kind=cases.FILING_KIND_ACTIVIST,
    )
    with pytest.raises(RosterStoodUponError) as refused:
        await desk.roll_back(done)
    assert "admission_case" in refused.value.metadata["facts"]

    approved = await desk.apply(await desk.send(table("S1", "张三", "approval")))
    member = next(item for item in await desk.cases() if item.probation_from)
    other = await office.unit("branch", parent=desk.committee, form="functional")
    await office.ask(
        "RollService/AddParticipation",
        roll_service_pb2.AddParticipationRequest(
            person_id=member.person_id, unit_id=str(other), valid_from="2025-09-01"
        ),
    )
    with pytest.raises(RosterStoodUponError) as refused:
        await desk.roll_back(approved)
    assert "member" in refused.value.metadata["facts"]
