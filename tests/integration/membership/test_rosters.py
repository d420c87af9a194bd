"""Rosters in files at the service: judged, entered whole or by good rows, taken back."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from google.api import httpbody_pb2

from chassis import sheets
from chassis.calls import Caller
from chassis.errors import EtagMismatchError
from chassis.schedule import Slot
from chassis.statements import query
from membership.errors import (
    RosterAlreadyImportedError,
    RosterFileRefusedError,
    RosterHasProblemsError,
    RosterImportStateError,
    RosterStoodUponError,
)
from membership.operations import roster_returns, rosters
from shuyuan.membership.v1 import member_pb2, person_service_pb2, roll_service_pb2
from shuyuan.membership.v1 import roster_import_pb2 as shapes
from shuyuan.membership.v1 import roster_service_pb2 as pb
from tests.integration.membership.office import Office

HEADERS = ["序号", "姓名", "学号", "人员类别", "人员身份", "出生日期", "学院", "学院起始日期"]
ALL, GOOD = shapes.ROSTER_POLICY_ALL_OR_NOTHING, shapes.ROSTER_POLICY_ACCEPT_GOOD
COUNTS = query(
    sa.text(
        """SELECT (SELECT count(*) FROM person) AS persons, (SELECT count(*) FROM account) AS accounts,
                  (SELECT count(*) FROM affiliation WHERE recorded_until IS NULL) AS ties,
                  (SELECT count(*) FROM member) AS members,
                  (SELECT count(*) FROM roster_import WHERE file_sealed IS NOT NULL) AS files"""
    )
)


def rows(count: int, *, start: int = 0) -> list[list[str]]:
    return [
        [str(n), f"学生{n}", f"2023{n:05d}", "学生", "本科生", "2005-03-01", "数学学院", "2023-09-01"]
        for n in range(start, start + count)
    ]


class Desk:
    """The office as somebody who brings rosters in uses it."""

    def __init__(self, office: Office) -> None:
        self.office = office

    async def send(
        self,
        table: list[list[str]],
        *,
        headers: list[str] = HEADERS,
        kind: Any = shapes.ROSTER_KIND_PERSONS,
        media_type: str = sheets.CSV,
        data: bytes | None = None,
    ) -> Any:
        file = httpbody_pb2.HttpBody(
            content_type=media_type, data=sheets.write(headers, table, media_type) if data is None else data
        )
        request = pb.UploadRosterRequest(kind=kind, file=file, source_reference="迎新名册")
        return (await self.office.ask("RosterService/UploadRoster", request)).roster_import

    async def apply(self, found: Any, policy: Any = ALL) -> Any:
        request = pb.ApplyRosterRequest(import_id=found.import_id, policy=policy)
        answer = await self.office.ask("RosterService/ApplyRoster", request, if_match=found.etag)
        return answer.roster_import

    async def roll_back(self, found: Any) -> Any:
        request = pb.RollBackRosterRequest(import_id=found.import_id, reason="导错文件")
        answer = await self.office.ask("RosterService/RollBackRoster", request, if_match=found.etag)
        return answer.roster_import

    async def problems(self, found: Any) -> list[tuple[int, str]]:
        request = pb.ListRosterProblemsRequest(import_id=found.import_id)
        answer = await self.office.ask("RosterService/ListRosterProblems", request)
        return [(item.row, item.column) for item in answer.problems]

    async def entered(self, found: Any) -> list[Any]:
        request = pb.ListRosterRowsRequest(import_id=found.import_id)
        return list((await self.office.ask("RosterService/ListRosterRows", request)).rows)

    async def counts(self) -> dict[str, int]:
        row = await self.office.real_database.fetch_one(COUNTS)
        assert row is not None
        return dict(row)

    async def background(self) -> int:
        call = self.office.call(Caller("system", service="membership"), "timed/membership.enter-rosters")
        return await rosters.enter_waiting(call, self.office.means)


@pytest.fixture
async def desk(office: Office) -> Desk:
    await office.unit("university")
    await office.unit("school", name="数学学院")
    return Desk(office)


@pytest.mark.parametrize("media_type", [sheets.CSV, sheets.XLSX])
async def test_a_roster_is_judged_then_entered(desk: Desk, media_type: str) -> None:
    before = await desk.counts()
    sent = await desk.send(rows(3), media_type=media_type)
    assert (sent.rows, sent.good_rows, sent.problems, list(sent.ignored_columns)) == (3, 3, 0, ["序号"])
    assert await desk.counts() == before | {"files": 1}

    done = await desk.apply(sent)

    assert (done.state, done.entered_rows) == (shapes.RosterImport.STATE_APPLIED, 3)
    after = await desk.counts()
    assert (after["persons"], after["accounts"], after["ties"], after["files"]) == (3, 3, 3, 0)
    people = await desk.entered(done)
    assert [item.row for item in people] == [2, 3, 4]
    person = await desk.office.ask(
        "PersonService/GetPerson", person_service_pb2.GetPersonRequest(person_id=people[0].person_id)
    )
    assert (person.person.name, person.person.birth_date) == ("学生0", "2005-03-01")
    assert await desk.office.events("roster_import") == [
        "roster_import.uploaded", "roster_import.changed", "roster_import.applied",
    ]  # fmt: skip


async def test_all_or_nothing_and_the_good_rows(desk: Desk) -> None:
    table = rows(4)
    table[1][5] = "昨天"
    table[2][6] = "没有学院"
    sent = await desk.send(table)
    assert (sent.good_rows, await desk.problems(sent)) == (2, [(3, "出生日期"), (4, "学院")])

    with pytest.raises(RosterHasProblemsError):
        await desk.apply(sent)
    assert (await desk.counts())["persons"] == 0

    done = await desk.apply(sent, GOOD)
    assert (done.entered_rows, [item.row for item in await desk.entered(done)]) == (2, [2, 5])


async def test_what_was_good_when_sent_is_judged_again(desk: Desk) -> None:
    sent = await desk.send(rows(2))
    await desk.office.person("先来的人", number="202300001")

    with pytest.raises(RosterHasProblemsError):
        await desk.apply(sent)
    done = await desk.apply(sent, GOOD)

    assert (done.entered_rows, await desk.problems(done)) == (1, [(3, "学工号")])


async def test_the_same_file_is_not_entered_twice(desk: Desk) -> None:
    sent = await desk.send(rows(1))
    await desk.apply(sent)

    with pytest.raises(RosterAlreadyImportedError):
        await desk.send(rows(1))
    with pytest.raises(EtagMismatchError):
        await desk.apply(sent)


@pytest.mark.parametrize(
    ("headers", "data", "problem"),
    [
        (["姓名"], None, "COLUMN_MISSING"),
        (["姓名", "学号", "工号", "人员类别"], None, "COLUMN_REPEATED"),
        (HEADERS, None, "NO_ROWS"),
        (HEADERS, b"\xff\xfe\x00", "NOT_TEXT"),
    ],
)
async def test_a_file_that_is_no_roster_leaves_nothing(
    desk: Desk, headers: list[str], data: bytes | None, problem: str
) -> None:
    with pytest.raises(RosterFileRefusedError) as refused:
        await desk.send([], headers=headers, data=data)

    assert refused.value.metadata["problem"] == problem
    assert (await desk.counts())["files"] == 0


class TestBackground:
    @pytest.fixture(autouse=True)
    def few(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(rosters, "MOST_AT_ONCE", 2)
        monkeypatch.setattr(rosters, "_AT_A_TIME", 2)

    async def test_many_rows_are_entered_in_the_background(self, desk: Desk) -> None:
        waiting = await desk.apply(await desk.send(rows(5)))
        assert waiting.state == shapes.RosterImport.STATE_APPLYING
        assert (await desk.counts())["persons"] == 0

        assert await desk.background() == 1

        assert (await desk.counts())["persons"] == 5
        assert await desk.background() == 0

    async def test_what_a_person_asked_for_is_entered_in_their_name(self, desk: Desk) -> None:
        office = desk.office
        university = await office.control.root()
        assert university is not None
        clerk = await office.person("经办人")
        await office.grant(clerk, "ROLE_ORGANIZATION_DEPARTMENT", university)
        sent = await desk.send(rows(5))
        request = pb.ApplyRosterRequest(import_id=sent.import_id, policy=ALL)
        await office.ask("RosterService/ApplyRoster", request, by=clerk, if_match=sent.etag)

        await desk.background()

        asked = pb.GetRosterImportRequest(import_id=sent.import_id)
        found = (await office.ask("RosterService/GetRosterImport", asked)).roster_import
        assert (found.state, found.reason) == (shapes.RosterImport.STATE_APPLIED, "")
        assert (await desk.counts())["persons"] == 6

    async def test_what_cannot_be_entered_is_given_back(self, desk: Desk) -> None:
        waiting = await desk.apply(await desk.send(rows(3)))
        await desk.office.person("先来的人", number="202300002")

        await desk.background()

        request = pb.GetRosterImportRequest(import_id=waiting.import_id)
        found = (await desk.office.ask("RosterService/GetRosterImport", request)).roster_import
        assert (found.state, found.reason) == (shapes.RosterImport.STATE_CHECKED, "ROSTER_HAS_PROBLEMS")
        assert (found.good_rows, await desk.problems(found)) == (2, [(4, "学工号")])
        assert (await desk.counts())["persons"] == 1

    async def test_who_lost_the_permission_enters_nothing(self, desk: Desk) -> None:
        stranger = uuid4()
        waiting = await desk.apply(await desk.send(rows(3)))
        await desk.office.real_database.fetch(
            query(sa.text("UPDATE roster_import SET applied_by = :by")), by=stranger
        )

        await desk.background()

        request = pb.GetRosterImportRequest(import_id=waiting.import_id)
        found = (await desk.office.ask("RosterService/GetRosterImport", request)).roster_import
        assert (found.state, found.reason) == (shapes.RosterImport.STATE_CHECKED, "PERMISSION_DENIED")


class TestRollBack:
    async def test_persons_are_withdrawn_with_their_logins(self, desk: Desk) -> None:
        before = await desk.counts()
        done = await desk.apply(await desk.send(rows(3)))

        back = await desk.roll_back(done)

        assert (back.state, back.reason) == (shapes.RosterImport.STATE_ROLLED_BACK, "导错文件")
        assert await desk.counts() == before
        events = await desk.office.events()
        assert events.count("person.withdrawn") == events.count("account.changed") == 3
        again = await desk.apply(await desk.send(rows(3)))
        assert again.entered_rows == 3

    async def test_a_later_fact_stands_against_it(self, desk: Desk) -> None:
        branch = await desk.office.unit("branch", form="cohort", name="第一党支部")
        done = await desk.apply(await desk.send(rows(3)))
        person = (await desk.entered(done))[1].person_id
        member = roll_service_pb2.RelationshipInput(
            person_id=person,
            unit_id=str(branch),
            relationship_from="2023-09-01",
            status=member_pb2.MEMBERSHIP_STATUS_PROBATIONARY,
        )
        await desk.office.ask(
            "RollService/EstablishRelationships",
            roll_service_pb2.EstablishRelationshipsRequest(members=[member]),
        )

        with pytest.raises(RosterStoodUponError) as refused:
            await desk.roll_back(done)

        assert refused.value.metadata["rows"] == "1"
        stood = {item.row: list(item.later_facts) for item in await desk.entered(done)}
        assert (stood[2], stood[4]) == ([], [])
        assert {"member", "relationship", "membership_status"} <= set(stood[3])
        assert (await desk.counts())["persons"] == 3

    async def test_a_corrected_person_and_a_granted_role_stand_against_it(self, desk: Desk) -> None:
        unit = await desk.office.unit("branch", form="cohort")
        done = await desk.apply(await desk.send(rows(2)))
        first, second = [item.person_id for item in await desk.entered(done)]
        change = person_service_pb2.UpdatePersonRequest(person_id=first, name="改名")
        await desk.office.ask("PersonService/UpdatePerson", change, if_match="1")
        await desk.office.grant(UUID(second), "ROLE_BRANCH_OFFICER", unit)

        assert [list(item.later_facts) for item in await desk.entered(done)] == [["person"], ["grant"]]

    async def test_what_another_service_holds_stands_against_it(self, desk: Desk) -> None:
        done = await desk.apply(await desk.send(rows(3)))
        request = pb.ListRosterRowsRequest(import_id=done.import_id)
        entered = (await desk.office.ask("RosterService/ListRosterRows", request)).rows
        person = UUID(entered[1].person_id)
        desk.office.elsewhere.kept = {"activity": {person: ("talk_participant",)}}
        with pytest.raises(RosterStoodUponError) as caught:
            await desk.roll_back(done)
        assert caught.value.metadata["facts"] == "activity.talk_participant: 1"
        entered = (await desk.office.ask("RosterService/ListRosterRows", request)).rows
        assert [list(row.later_facts) for row in entered] == [[], ["activity.talk_participant"], []]
        assert (await desk.counts())["persons"] == 3
        desk.office.elsewhere.kept = {}
        await desk.roll_back(done)
        assert (await desk.counts())["persons"] == 0

    async def test_what_was_written_while_others_were_asked_is_found_a_minute_later(self, desk: Desk) -> None:
        done = await desk.apply(await desk.send(rows(3)))
        person = UUID((await desk.entered(done))[1].person_id)
        await desk.roll_back(done)
        call = desk.office.call(Caller("system", service="membership"))
        request = pb.GetRosterImportRequest(import_id=done.import_id)
        desk.office.elsewhere.kept = {"activity": {person: ("attendance",)}}

        early = await roster_returns.look_after(call, desk.office.elsewhere)
        desk.office.clock.go_to(desk.office.clock.today() + timedelta(days=1))
        looked = [await roster_returns.look_after(call, desk.office.elsewhere) for _ in range(2)]

        found = (await desk.office.ask("RosterService/GetRosterImport", request)).roster_import
        assert (early, looked) == (0, [1, 0])
        assert found.left_behind == "activity.attendance: 1"
        assert (await desk.office.events("roster_import"))[-1] == "roster_import.changed"

    async def test_many_rows_are_taken_back_in_the_background_or_kept_with_the_reason(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(roster_returns, "MOST_AT_ONCE", 2)
        done = await desk.apply(await desk.send(rows(3)))
        request = pb.GetRosterImportRequest(import_id=done.import_id)

        async def settled() -> Any:
            call = desk.office.call(Caller("system", service="membership"))
            await roster_returns.take_back_waiting(call, desk.office.means, desk.office.elsewhere)
            return (await desk.office.ask("RosterService/GetRosterImport", request)).roster_import

        waiting = await desk.roll_back(done)
        assert (waiting.state, (await desk.counts())["persons"]) == (
            shapes.RosterImport.STATE_ROLLING_BACK,
            3,
        )
        with pytest.raises(RosterImportStateError):
            await desk.roll_back(waiting)
        listed = pb.ListRosterRowsRequest(import_id=done.import_id)
        person = UUID((await desk.office.ask("RosterService/ListRosterRows", listed)).rows[0].person_id)
        desk.office.elsewhere.kept = {"evaluation": {person: ("honour",)}}
        kept = await settled()
        assert (kept.state, kept.reason) == (
            shapes.RosterImport.STATE_APPLIED,
            "ROSTER_STOOD_UPON: evaluation.honour: 1",
        )
        desk.office.elsewhere.kept = {}
        await desk.roll_back(kept)
        assert (await settled()).state == shapes.RosterImport.STATE_ROLLED_BACK
        assert (await desk.counts())["persons"] == 0

    async def test_members_leave_the_roll_and_stay_persons(self, desk: Desk) -> None:
        await desk.office.unit("branch", form="cohort", name="第一党支部")
        await desk.apply(await desk.send(rows(2)))
        headers = ["姓名", "学工号", "党支部", "组织关系起始日期", "党员类别", "入党日期", "转正日期"]
        table = [
            ["学生0", "202300000", "第一党支部", "2023-09-10", "正式党员", "2022-06-01", "2023-06-01"],
            ["学生1", "202300001", "第一党支部", "2023-09-10", "预备党员", "2023-09-10", ""],
        ]
        sent = await desk.send(table, headers=headers, kind=shapes.ROSTER_KIND_MEMBERS)
        done = await desk.apply(sent)
        assert (await desk.counts())["members"] == 2

        await desk.roll_back(done)

        counts = await desk.counts()
        assert (counts["members"], counts["persons"]) == (0, 2)
        again = await desk.apply(await desk.send(table, headers=headers, kind=shapes.ROSTER_KIND_MEMBERS))
        assert again.entered_rows == 2


async def test_what_nobody_applies_is_given_up_after_thirty_days(desk: Desk) -> None:
    sent = await desk.send(rows(1))
    left: dict[int, int] = {}
    for days in (30, 31):
        desk.office.clock.go_to(date(2024, 10, 8) + timedelta(days=days))
        call = desk.office.call(Caller("system", service="membership"))
        slot = Slot("membership.discard-rosters", str(days), date(2024, 10, 8))
        await desk.office.real_database.fetch(
            query(
                sa.text(
                    """INSERT INTO timed_run (name, slot, attempts, due_at)
                       VALUES (:name, :slot, 1, now())"""
                )
            ),
            name=slot.name,
            slot=slot.key,
        )
        await rosters.discard_abandoned(call, slot)
        left[days] = (await desk.counts())["files"]

    assert left == {30: 1, 31: 0}
    sent.etag = "*"
    with pytest.raises(RosterImportStateError):
        await desk.apply(sent)
