"""Programmes over gRPC on a real database: participation with its history, and who may see and assess."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.errors import AlreadyExistsError, InvalidArgumentError, PermissionDeniedError, StateError
from chassis.ids import new_id
from shuyuan.organization.v1 import campaign_service_pb2, grant_service_pb2, programme_pb2, role_pb2
from shuyuan.organization.v1 import programme_service_pb2 as pb
from tests.integration.organization.world import ADMIN, FOUNDED, Campus, World, stamp

SEP = date(2024, 9, 1)
EVE = SEP - timedelta(days=1)
Status = programme_pb2.Participation.Status


class Desk:
    """The university carries programmes."""

    def __init__(self, world: World, campus: Campus) -> None:
        self.world, self.campus = world, campus
        self.stub = world.stubs.programmes

    async def register(self, code: str, **fields: Any) -> Any:
        request = pb.RegisterProgrammeRequest(
            unit_id=str(self.world.root),
            code=code,
            name=f"{code}建设",
            issuer="教育部",
            valid_from=FOUNDED.isoformat(),
            **fields,
        )
        return (await self.world.ask(self.stub.RegisterProgramme, request)).programme

    async def join(
        self, programme: Any, unit: Any, *, on: date = FOUNDED, status: str = "pilot", batch: int = 1
    ) -> Any:
        request = pb.SetParticipationRequest(
            programme_id=programme.programme_id,
            unit_id=unit.unit_id,
            batch=batch,
            status=Status.Value(f"STATUS_{status.upper()}"),
            valid_from=on.isoformat(),
        )
        return (await self.world.ask(self.stub.SetParticipation, request, etag=programme.etag)).programme

    async def standing(self, programme: Any, **when: Any) -> list[tuple[str, str]]:
        request = pb.GetProgrammeRequest(programme_id=programme.programme_id, **when)
        found = (await self.world.ask(self.stub.GetProgramme, request)).programme
        return [(each.unit_id, Status.Name(each.status)[7:]) for each in found.participations]

    async def codes(self, *, by: str = ADMIN, **asked: Any) -> list[str]:
        answer = await self.world.ask(self.stub.ListProgrammes, pb.ListProgrammesRequest(**asked), by=by)
        return [each.code for each in answer.programmes]


@pytest.fixture
def desk(world: World, campus: Campus) -> Desk:
    return Desk(world, campus)


@pytest.mark.covers("S2")
async def test_participation_is_read_as_of_a_day_and_as_believed(desk: Desk) -> None:
    academy = desk.campus.academy
    programme = await desk.join(await desk.register("一站式"), academy, status="applied")
    before = desk.world.instant()
    programme = await desk.join(programme, academy, on=SEP)

    assert await desk.standing(programme, as_of=EVE.isoformat()) == [(academy.unit_id, "APPLIED")]
    assert await desk.standing(programme, as_of=SEP.isoformat()) == [(academy.unit_id, "PILOT")]
    known = {"as_of": SEP.isoformat(), "known_at": stamp(before)}
    assert await desk.standing(programme, **known) == [(academy.unit_id, "APPLIED")]
    assert [name for _, name in await desk.standing(programme)] == ["APPLIED", "PILOT"]

    leave = pb.EndParticipationRequest(
        programme_id=programme.programme_id, unit_id=academy.unit_id, ends_on="2025-01-01"
    )
    left = (await desk.world.ask(desk.stub.EndParticipation, leave, etag=programme.etag)).programme
    assert await desk.standing(left, as_of="2024-12-31") == [(academy.unit_id, "PILOT")]
    assert await desk.standing(left, as_of="2025-01-01") == []
    with pytest.raises(StateError) as refused:
        await desk.world.ask(desk.stub.EndParticipation, leave, etag=left.etag)
    assert refused.value.reason == "PARTICIPATION_NOT_FOUND"
    verbs = [event["verb"] for event in await desk.world.events("programme")]
    assert verbs == ["registered", "joined", "joined", "left"]


async def test_programmes_are_found_by_who_takes_part(desk: Desk) -> None:
    campus = desk.campus
    await desk.join(await desk.register("一站式"), campus.academy)
    await desk.join(await desk.register("三全育人"), campus.school, on=SEP, status="established")

    assert await desk.codes(text="一站") == ["一站式"]
    assert await desk.codes(participant_unit_id=campus.school.unit_id) == ["三全育人"]
    school = {"participant_unit_id": campus.school.unit_id}
    assert await desk.codes(as_of=EVE.isoformat(), **school) == []
    assert await desk.codes(status=Status.STATUS_ESTABLISHED) == ["三全育人"]


async def test_a_code_is_given_once_and_posts_are_of_the_kind(desk: Desk) -> None:
    await desk.register("一站式")
    with pytest.raises(AlreadyExistsError) as refused:
        await desk.register("一站式")
    assert refused.value.reason == "PROGRAMME_CODE_TAKEN"

    secretary = await desk.world.post(desk.campus.committee.unit_id, "secretary")
    with pytest.raises(InvalidArgumentError) as wrong:
        await desk.register("另一项", first_responsible_post_id=secretary.post_id)
    assert [each.field for each in wrong.value.violations] == ["first_responsible_post_id"]


async def test_an_ended_programme_is_not_said_anew(desk: Desk) -> None:
    programme = await desk.join(await desk.register("一站式"), desk.campus.academy)
    end = pb.EndProgrammeRequest(programme_id=programme.programme_id, ends_on=SEP.isoformat())
    ended = (await desk.world.ask(desk.stub.EndProgramme, end, etag=programme.etag)).programme
    update = pb.UpdateProgrammeRequest(programme_id=programme.programme_id, name="新", issuer="新")

    with pytest.raises(StateError) as refused:
        await desk.world.ask(desk.stub.UpdateProgramme, update, etag=ended.etag)

    assert refused.value.reason == "PROGRAMME_ENDED"
    assert [each.valid_until for each in ended.participations] == ["2024-09-01"]
    assert await desk.codes(as_of=EVE.isoformat()) == ["一站式"]
    assert await desk.codes(as_of=SEP.isoformat()) == []


@pytest.mark.covers("S2")
async def test_a_unit_assesses_its_own_part_once_a_year(desk: Desk) -> None:
    world, campus = desk.world, desk.campus
    person = await world.person("dean")
    grant = grant_service_pb2.GrantRoleRequest(
        person_id=str(person), role=role_pb2.ROLE_UNIT_LEADER, unit_id=campus.academy.unit_id, reason="试用"
    )
    await world.ask(world.stubs.grants.GrantRole, grant)
    programme = await desk.join(await desk.register("一站式"), campus.academy)
    await desk.register("三全育人")
    request = pb.AssessProgrammeRequest(
        programme_id=programme.programme_id,
        unit_id=campus.academy.unit_id,
        year=2021,
        grade=programme_pb2.ProgrammeAssessment.GRADE_MET,
        summary="已建成。",
    )

    assessed = (await world.ask(desk.stub.AssessProgramme, request, by="dean")).assessment
    with pytest.raises(AlreadyExistsError) as refused:
        await world.ask(desk.stub.AssessProgramme, request, by="dean")
    request.unit_id = campus.school.unit_id
    with pytest.raises(PermissionDeniedError):
        await world.ask(desk.stub.AssessProgramme, request, by="dean")
    with pytest.raises(StateError) as absent:
        await world.ask(desk.stub.AssessProgramme, request)

    assert refused.value.reason == "PROGRAMME_ASSESSED"
    assert absent.value.reason == "PARTICIPATION_NOT_FOUND"
    asked = pb.ListProgrammeAssessmentsRequest(year=2021)
    listed = await world.ask(desk.stub.ListProgrammeAssessments, asked, by="dean")
    assert list(listed.assessments) == [assessed]
    assert await desk.codes(by="dean") == ["一站式"]


async def test_nobody_does_their_part_in_a_programme_that_ends_meanwhile(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, stub = desk.world, desk.world.stubs.campaigns
    programme = await desk.register("十四五")
    target = campaign_service_pb2.SetCampaignRequest(programme_id=programme.programme_id, target=100)
    campaign = (await world.ask(stub.SetCampaign, target, etag="0")).campaign
    describe = world.membership.describe

    async def ending(person_ids: Iterable[UUID]) -> dict[UUID, date | None]:
        request = pb.EndProgrammeRequest(
            programme_id=programme.programme_id, ends_on=world.clock.today().isoformat()
        )
        await world.ask(desk.stub.EndProgramme, request, etag=programme.etag)
        return await describe(person_ids)

    monkeypatch.setattr(world.membership, "describe", ending)
    part = campaign_service_pb2.CampaignContributionInput(
        person_id=str(new_id()), unit_id=desk.campus.academy.unit_id
    )
    request = campaign_service_pb2.RecordCampaignContributionsRequest(
        programme_id=programme.programme_id, contributions=[part]
    )
    with pytest.raises(InvalidArgumentError) as refused:
        await world.ask(stub.RecordCampaignContributions, request, etag=campaign.etag)

    assert [each.field for each in refused.value.violations] == ["contributions[0].contributed_on"]
