"""Duties over gRPC on a real database: the matrix, what is found in it, and who may see it."""

import random
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.errors import InvalidArgumentError, PermissionDeniedError, StateError
from organization.domain.duties import finding_of
from shuyuan.organization.v1 import duty_pb2, grant_service_pb2, role_pb2
from shuyuan.organization.v1 import duty_service_pb2 as pb
from tests.integration.organization.world import ADMIN, FOUNDED, Campus, World, stamp

SEP = date(2024, 9, 1)
EVE = SEP - timedelta(days=1)
Part = duty_pb2.DutyAssignment.Part


class Matrix:
    """A department that publishes duties for the school and the academy of the campus."""

    def __init__(self, world: World, campus: Campus, office: Any) -> None:
        self.world, self.campus, self.office = world, campus, office
        self.stub = world.stubs.duties

    async def publish(self, title: str, *parts: tuple[Any, str], joint: bool = False, **fields: Any) -> Any:
        request = pb.PublishDutyRequest(
            unit_id=self.office.unit_id,
            title=title,
            joint=joint,
            valid_from=FOUNDED.isoformat(),
            assignments=[
                pb.DutyAssignmentInput(unit_id=unit.unit_id, part=Part.Value(f"PART_{part.upper()}"))
                for unit, part in parts
            ],
            **fields,
        )
        return (await self.world.ask(self.stub.PublishDuty, request)).duty

    async def assign(
        self, duty: Any, unit: Any, *, on: date, until: date | None = None, part: str = "accountable"
    ) -> Any:
        request = pb.AssignDutyRequest(
            duty_id=duty.duty_id,
            unit_id=unit.unit_id,
            part=Part.Value(f"PART_{part.upper()}"),
            valid_from=on.isoformat(),
            valid_until=until.isoformat() if until else None,
        )
        return (await self.world.ask(self.stub.AssignDuty, request, etag=duty.etag)).duty

    async def unassign(self, duty: Any, unit: Any, *, on: date) -> Any:
        request = pb.UnassignDutyRequest(
            duty_id=duty.duty_id, unit_id=unit.unit_id, part=Part.PART_ACCOUNTABLE, ends_on=on.isoformat()
        )
        return (await self.world.ask(self.stub.UnassignDuty, request, etag=duty.etag)).duty

    async def findings(self, **asked: Any) -> list[tuple[str, str, str, str]]:
        request = pb.ListDutyFindingsRequest(unit_id=self.office.unit_id, **asked)
        found = (await self.world.ask(self.stub.ListDutyFindings, request)).findings
        kinds = duty_pb2.DutyFinding.Kind
        return [(each.title, kinds.Name(each.kind)[5:], each.valid_from, each.valid_until) for each in found]

    async def listed(self, *, by: str = ADMIN, **asked: Any) -> list[str]:
        answer = await self.world.ask(self.stub.ListDuties, pb.ListDutiesRequest(**asked), by=by)
        return [duty.title for duty in answer.duties]

    async def give(self, number: str, role: str, unit: Any) -> UUID:
        person = await self.world.person(number)
        request = grant_service_pb2.GrantRoleRequest(
            person_id=str(person), role=role_pb2.Role.Value(role), unit_id=unit.unit_id, reason="试用"
        )
        await self.world.ask(self.world.stubs.grants.GrantRole, request)
        return person


@pytest.fixture
async def matrix(world: World, campus: Campus) -> Matrix:
    office = await world.establish(
        "department", "党委学工部", campus.committee.unit_id, function="student_affairs"
    )
    return Matrix(world, campus, office)


class TestFindings:
    @pytest.mark.covers("S9", "S17", "F14")
    async def test_gaps_and_overlaps_have_their_days(self, matrix: Matrix) -> None:
        campus = matrix.campus
        nobody = await matrix.publish("无人", valid_until="2025-01-01")
        await matrix.publish("一方", (campus.school, "accountable"), joint=True)
        await matrix.publish("正好", (campus.school, "accountable"), (campus.academy, "responsible"))
        both = await matrix.publish("两家", (campus.school, "accountable"))
        await matrix.assign(both, campus.academy, on=SEP)
        await matrix.assign(nobody, campus.academy, on=FOUNDED, until=EVE)

        year = {"valid_from": "2024-08-01", "valid_until": "2025-08-01"}
        found = await matrix.findings(**year)

        assert found == [
            ("无人", "GAP", "2024-08-31", "2025-01-01"),
            ("一方", "ONE_SIDED", "2024-08-01", "2025-08-01"),
            ("两家", "OVERLAP", "2024-09-01", "2025-08-01"),
        ]
        gap = duty_pb2.DutyFinding.KIND_GAP
        assert await matrix.findings(kind=gap, valid_from="2024-08-30") == []
        assert [each[0] for each in await matrix.findings(kind=gap, valid_from="2024-08-31")] == ["无人"]

    async def test_pages_follow_each_other_and_belief_is_kept(self, matrix: Matrix) -> None:
        one = await matrix.publish("甲", (matrix.campus.school, "accountable"))
        await matrix.publish("乙")
        before = matrix.world.instant()
        await matrix.unassign(one, matrix.campus.school, on=SEP)

        request = pb.ListDutyFindingsRequest(valid_from=SEP.isoformat(), page_size=1)
        first = await matrix.world.ask(matrix.stub.ListDutyFindings, request)
        request.page_token = first.next_page_token
        second = await matrix.world.ask(matrix.stub.ListDutyFindings, request)

        assert [each.title for each in (*first.findings, *second.findings)] == ["甲", "乙"]
        assert second.next_page_token == ""
        known = await matrix.findings(valid_from=SEP.isoformat(), known_at=stamp(before))
        assert [each[0] for each in known] == ["乙"]

    async def test_a_dissolved_unit_answers_for_nothing(self, matrix: Matrix) -> None:
        campus = matrix.campus
        team = await matrix.world.establish("task_team", "专班", campus.school.unit_id)
        await matrix.publish("专项", (team, "accountable"))

        await matrix.world.dissolve(team, on=SEP)

        assert await matrix.findings(valid_from=EVE.isoformat()) == []
        assert await matrix.findings(valid_from=SEP.isoformat()) == [
            ("专项", "GAP", "2024-09-01", "2024-09-02")
        ]

    async def test_what_is_found_is_what_each_day_says(self, matrix: Matrix) -> None:
        chance = random.Random(20240901)
        units = [matrix.campus.school, matrix.campus.academy, matrix.office]
        held: dict[tuple[str, bool], list[tuple[date, date]]] = {}
        for number in range(6):
            joint = number % 2 == 1
            duty = await matrix.publish(f"职责{number}", joint=joint)
            spans = held.setdefault((duty.title, joint), [])
            for unit in units:
                start = SEP + timedelta(days=chance.randrange(10))
                span = (start, start + timedelta(days=chance.randrange(1, 10)))
                duty = await matrix.assign(duty, unit, on=span[0], until=span[1])
                spans.append(span)
        days = [SEP + timedelta(days=number) for number in range(20)]

        found = await matrix.findings(
            valid_from=days[0].isoformat(), valid_until=(days[-1] + timedelta(days=1)).isoformat()
        )

        said = {
            (title, day, kind)
            for title, kind, first, until in found
            for day in days
            if first <= day.isoformat() < until
        }
        expected = {
            (title, day, kind.name)
            for (title, joint), spans in held.items()
            for day in days
            if (kind := finding_of(sum(a <= day < b for a, b in spans), joint=joint)) is not None
        }
        assert said == expected


class TestMatrix:
    @pytest.mark.covers("S9", "F14")
    async def test_who_answers_is_read_as_of_a_day_and_as_believed(self, matrix: Matrix) -> None:
        campus = matrix.campus
        duty = await matrix.publish("日常管理", (campus.school, "accountable"))
        before = matrix.world.instant()
        ended = await matrix.unassign(duty, campus.school, on=SEP)
        after = await matrix.assign(ended, campus.academy, on=SEP)

        async def read(**when: Any) -> list[str]:
            request = pb.GetDutyRequest(duty_id=duty.duty_id, **when)
            answer = await matrix.world.ask(matrix.stub.GetDuty, request)
            return [each.unit_id for each in answer.duty.assignments]

        assert await read(as_of=EVE.isoformat()) == [campus.school.unit_id]
        assert await read(as_of=SEP.isoformat()) == [campus.academy.unit_id]
        assert await read(as_of=SEP.isoformat(), known_at=stamp(before)) == [campus.school.unit_id]
        assert await read() == [each.unit_id for each in after.assignments]
        assert after.version == 3
        verbs = [event["verb"] for event in await matrix.world.events("duty")]
        assert verbs == ["published", "unassigned", "assigned"]

    async def test_a_duty_is_overdue_from_the_day_after_it_was_due(self, matrix: Matrix) -> None:
        await matrix.publish("总结", (matrix.campus.school, "accountable"), due_on=SEP.isoformat())

        assert await matrix.listed(overdue_on=SEP.isoformat()) == []
        assert await matrix.listed(overdue_on=(SEP + timedelta(days=1)).isoformat()) == ["总结"]

    async def test_a_unit_leader_reads_and_signs_what_concerns_the_unit(self, matrix: Matrix) -> None:
        campus, world = matrix.campus, matrix.world
        await matrix.give("dean", "ROLE_UNIT_LEADER", campus.school)
        own = await matrix.publish("学业辅导", (campus.school, "accountable"))
        other = await matrix.publish("社区安全", (campus.academy, "accountable"))

        assert await matrix.listed(by="dean") == ["学业辅导"]
        with pytest.raises(PermissionDeniedError):
            await world.ask(matrix.stub.GetDuty, pb.GetDutyRequest(duty_id=other.duty_id), by="dean")
        assert (await world.ask(matrix.stub.GetDuty, pb.GetDutyRequest(duty_id=own.duty_id), by="dean")).duty
        request = pb.SignOffDutyRequest(duty_id=other.duty_id, unit_id=campus.academy.unit_id)
        with pytest.raises(PermissionDeniedError):
            await world.ask(matrix.stub.SignOffDuty, request, by="dean", etag=other.etag)
        request = pb.SignOffDutyRequest(duty_id=own.duty_id, unit_id=campus.school.unit_id)
        signed = (await world.ask(matrix.stub.SignOffDuty, request, by="dean", etag=own.etag)).duty
        assert signed.fulfilled_on == world.clock.today().isoformat()

    async def test_what_was_signed_is_not_said_anew_and_a_retired_duty_stays(self, matrix: Matrix) -> None:
        world, campus = matrix.world, matrix.campus
        duty = await matrix.publish("宿舍安全", (campus.academy, "accountable"))
        update = pb.UpdateDutyRequest(duty_id=duty.duty_id, title="宿舍安全与卫生", due_on=SEP.isoformat())
        duty = (await world.ask(matrix.stub.UpdateDuty, update, etag=duty.etag)).duty
        sign = pb.SignOffDutyRequest(duty_id=duty.duty_id, unit_id=campus.academy.unit_id)
        signed = (await world.ask(matrix.stub.SignOffDuty, sign, etag=duty.etag)).duty

        with pytest.raises(StateError) as refused:
            await world.ask(matrix.stub.UpdateDuty, update, etag=signed.etag)
        retire = pb.RetireDutyRequest(duty_id=duty.duty_id)
        retired = (await world.ask(matrix.stub.RetireDuty, retire, etag=signed.etag)).duty

        assert refused.value.reason == "DUTY_SIGNED_OFF"
        today = world.clock.today()
        assert retired.valid_until == today.isoformat()
        assert [each.valid_until for each in retired.assignments] == [today.isoformat()]
        assert await matrix.listed(as_of=(today - timedelta(days=1)).isoformat()) == ["宿舍安全与卫生"]
        assert await matrix.listed(as_of=today.isoformat()) == []
        with pytest.raises(StateError) as refused:
            await world.ask(matrix.stub.RetireDuty, retire, etag=retired.etag)
        assert refused.value.reason == "DUTY_RETIRED"

    async def test_the_matrix_is_searched_by_what_is_given(self, matrix: Matrix) -> None:
        campus = matrix.campus
        await matrix.publish("学业辅导", (campus.school, "accountable"), (campus.academy, "informed"))
        await matrix.publish("社区文化", (campus.academy, "accountable"), description="含学业氛围")
        await matrix.publish("协同育人", joint=True)

        assert await matrix.listed(text="学业") == ["学业辅导", "社区文化"]
        assert await matrix.listed(joint=True) == ["协同育人"]
        assert await matrix.listed(assigned_unit_id=campus.academy.unit_id) == ["学业辅导", "社区文化"]
        academy: dict[str, Any] = {"assigned_unit_id": campus.academy.unit_id, "part": Part.PART_ACCOUNTABLE}
        assert await matrix.listed(**academy) == ["社区文化"]
        assert await matrix.listed(unit_id=campus.school.unit_id) == []

    async def test_a_unit_that_does_not_exist_has_no_part(self, matrix: Matrix) -> None:
        duty = await matrix.publish("学业辅导")
        late = await matrix.world.establish("school", "新学院", on=SEP)

        with pytest.raises(InvalidArgumentError) as refused:
            await matrix.assign(duty, late, on=EVE)

        assert [each.field for each in refused.value.violations] == ["unit_id"]

    async def test_a_unit_that_does_not_exist_publishes_nothing(self, matrix: Matrix) -> None:
        with pytest.raises(InvalidArgumentError) as refused:
            await matrix.world.ask(
                matrix.stub.PublishDuty, pb.PublishDutyRequest(unit_id=str(UUID(int=1)), title="无主之责")
            )

        assert [violation.field for violation in refused.value.violations] == ["unit_id"]
