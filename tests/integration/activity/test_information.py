"""Information between units on a real database: by whom, about whom, until when, and what stays of each look."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import sqlalchemy as sa

from activity.domain.meetings import Closing
from activity.domain.talks import TalkKind
from activity.errors import (
    InformationGrantNotFoundError,
    InformationGrantOverlapsError,
    UnitUnknownError,
)
from activity.operations import talks
from activity.operations.talks import NewTalk
from chassis.errors import EtagMismatchError, InvalidArgumentError, PermissionDeniedError
from chassis.ids import new_id
from chassis.statements import query
from shuyuan.activity.v1 import information_pb2
from shuyuan.activity.v1 import information_service_pb2 as pb
from tests.integration.activity.desk import Desk, voter

TODAY = date(2026, 11, 24)
ATTENDANCE = information_pb2.INFORMATION_FIELD_ATTENDANCE
TALKS = information_pb2.INFORMATION_FIELD_TALK_COUNT
BRANCH = information_pb2.INFORMATION_FIELD_BRANCH


class Sides:
    """The committee, whose branches have members, and a school that wants to know about them."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.giver = desk, desk.committee_secretary
        self.school, self.dean = new_id(), new_id()

    async def open(self) -> None:
        await self.desk.keep_unit(self.school, "SCHOOL", self.desk.university)
        await self.desk.grant(self.dean, "ROLE_UNIT_LEADER", self.school)

    async def ask(self, method: str, request: Any, by: UUID, **values: Any) -> Any:
        return await self.desk.ask(f"InformationService/{method}", request, by=by, **values)

    async def grant(self, *fields: Any, by: UUID | None = None, **values: Any) -> Any:
        given = {"unit_id": str(self.desk.committee), "viewer_unit_id": str(self.school)}
        request = pb.GrantInformationRequest(
            fields=fields or [ATTENDANCE, BRANCH], purpose="双院协同", **(given | values)
        )
        return (await self.ask("GrantInformation", request, by or self.giver)).grant

    async def look(self, *people: UUID, by: UUID | None = None, year: int = 0) -> list[Any]:
        request = pb.ViewInformationRequest(
            viewer_unit_id=str(self.school),
            person_ids=[str(person) for person in people],
            year=year,
            purpose="评优核实",
        )
        return list((await self.ask("ViewInformation", request, by or self.dean)).people)

    async def views(self, by: UUID, **narrow: Any) -> list[Any]:
        answer = await self.ask("ListInformationViews", pb.ListInformationViewsRequest(**narrow), by)
        return list(answer.views)


@pytest.fixture
async def sides(desk: Desk) -> Sides:
    made = Sides(desk)
    await made.open()
    return made


@pytest.mark.covers("S19")
async def test_what_is_granted_is_seen_and_kept_and_nothing_else(desk: Desk, sides: Sides) -> None:
    present, absent = await desk.people(2)
    await desk.held(voter(present), voters=[present, absent], closing=Closing(minutes="会议记录"))
    new = NewTalk(desk.branch, TalkKind.AMONG_MEMBERS, TODAY, (present, absent), "")
    await talks.record_talk(desk.call(), new, desk.membership)
    assert await sides.look(present, absent) == []

    grant = await sides.grant(ATTENDANCE, TALKS)
    first, second = await sides.look(absent, present)

    assert [each.person_id for each in (first, second)] == [str(absent), str(present)]
    assert (first.expected_count, first.attended_count, first.talk_count) == (1, 0, 1)
    assert (second.expected_count, second.attended_count) == (1, 1)
    assert not first.HasField("credited_minutes") and not first.HasField("branch_unit_id")
    newest, oldest = await sides.views(sides.giver)
    assert {newest.person_id, oldest.person_id} == {str(present), str(absent)}
    assert list(newest.fields) == [ATTENDANCE, TALKS]
    assert (newest.viewer_person_id, newest.purpose) == (str(sides.dean), "评优核实")
    assert newest.information_grant_id == grant.information_grant_id
    # An erasure empties why somebody was looked at; the audit has it as a digest only.
    assert "评优核实" not in await desk.audited()
    (earlier,) = await sides.look(present, year=2025)
    assert (earlier.expected_count, earlier.talk_count) == (0, 0)


@pytest.mark.covers("S19")
async def test_a_grant_shows_on_its_days_to_its_viewer_about_its_people(desk: Desk, sides: Sides) -> None:
    (mine,), (elsewhere,) = await desk.people(1), await desk.people(1, branch=desk.university)
    grant = await sides.grant(
        valid_from=(TODAY + timedelta(days=1)).isoformat(),
        valid_until=(TODAY + timedelta(days=2)).isoformat(),
    )
    assert grant.valid_until

    seen = []
    for _ in range(3):
        seen.append([each.person_id for each in await sides.look(mine, elsewhere)])
        desk.clock.instant += timedelta(days=1)

    assert seen == [[], [str(mine)], []]
    with pytest.raises(PermissionDeniedError):
        await sides.look(mine, by=desk.secretary)


async def test_people_see_who_looked_and_strangers_nothing(desk: Desk, sides: Sides) -> None:
    one, other = await desk.people(2)
    await sides.grant()
    for person in (one, other, one):
        await sides.look(person)

    assert len(await sides.views(one)) == 2
    assert len(await sides.views(sides.dean)) == len(await sides.views(sides.giver)) == 3
    assert await sides.views(new_id()) == []
    assert len(await sides.views(sides.dean, person_id=str(other))) == 1
    request = pb.ListInformationViewsRequest(page_size=2)
    first = await sides.ask("ListInformationViews", request, sides.dean)
    request.page_token = first.next_page_token
    rest = await sides.ask("ListInformationViews", request, sides.dean)
    ids = [each.view_id for each in (*first.views, *rest.views)]
    assert len(ids) == 3 and ids == sorted(ids, reverse=True)


async def test_only_the_side_whose_people_are_seen_grants_and_ends(desk: Desk, sides: Sides) -> None:
    with pytest.raises(PermissionDeniedError):
        await sides.grant(by=sides.dean)
    grant = await sides.grant()
    with pytest.raises(InformationGrantOverlapsError):
        await sides.grant(TALKS)
    request = pb.EndInformationGrantRequest(
        information_grant_id=grant.information_grant_id, reason="学年结束"
    )
    with pytest.raises(PermissionDeniedError):
        await sides.ask("EndInformationGrant", request, sides.dean, if_match="1")
    with pytest.raises(EtagMismatchError):
        await sides.ask("EndInformationGrant", request, sides.giver, if_match="4")

    ended = (await sides.ask("EndInformationGrant", request, sides.giver, if_match="1")).grant

    assert ended.valid_until == (TODAY + timedelta(days=1)).isoformat()
    later = await sides.grant(TALKS, valid_from=ended.valid_until)
    for reader in (sides.giver, sides.dean):
        listing = pb.ListInformationGrantsRequest(as_of=ended.valid_until)
        answer = await sides.ask("ListInformationGrants", listing, reader)
        assert [each.information_grant_id for each in answer.grants] == [later.information_grant_id]
        get = pb.GetInformationGrantRequest(information_grant_id=later.information_grant_id)
        await sides.ask("GetInformationGrant", get, reader)
    names = [name for name, _ in await desk.events() if name.startswith("information_")]
    assert names == [f"information_grant.{verb}" for verb in ("granted", "ended", "granted")]


async def test_the_database_itself_keeps_grants_apart(desk: Desk, sides: Sides) -> None:
    await sides.grant(valid_until=(TODAY + timedelta(days=1)).isoformat())
    await sides.grant(valid_from=(TODAY + timedelta(days=1)).isoformat())

    with pytest.raises(asyncpg.ExclusionViolationError):
        async with desk.system().transaction() as work:
            await work.execute(query(sa.text("UPDATE information_grant SET valid = daterange(NULL, NULL)")))


async def test_what_cannot_be_granted_is_refused(desk: Desk, sides: Sides) -> None:
    wrongs: tuple[dict[str, Any], ...] = (
        {"viewer_unit_id": str(desk.committee)},
        {"valid_from": (TODAY - timedelta(days=1)).isoformat()},
        {"valid_until": TODAY.isoformat()},
    )
    for wrong in wrongs:
        with pytest.raises(InvalidArgumentError):
            await sides.grant(**wrong)
    with pytest.raises(InvalidArgumentError):
        await sides.look(new_id(), year=2027)
    with pytest.raises(UnitUnknownError):
        await sides.grant(viewer_unit_id=str(new_id()))
    await desk.grant(sides.dean, "ROLE_UNIT_LEADER", desk.university)
    with pytest.raises(InformationGrantNotFoundError):
        get = pb.GetInformationGrantRequest(information_grant_id=str(new_id()))
        await sides.ask("GetInformationGrant", get, sides.dean)
