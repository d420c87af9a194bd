"""Posts, terms and the roles they bring: dual chairs, seats, corrections, and how long a role lasts."""

from datetime import date, timedelta
from typing import Any

import pytest

from chassis.errors import (
    InvalidArgumentError,
    NotFoundError,
    PermissionDeniedError,
    StateError,
)
from shuyuan.organization.v1 import appointment_pb2, role_pb2, unit_pb2, unit_service_pb2
from shuyuan.organization.v1 import appointment_service_pb2 as pb
from tests.integration.organization.world import FOUNDED, Campus, World, stamp

MAY, SEP = date(2024, 5, 1), date(2024, 9, 1)


async def holders(world: World, unit_id: str, on: date) -> list[tuple[str, str]]:
    request = unit_service_pb2.GetCompositionRequest(unit_id=unit_id, as_of=on.isoformat())
    answer = await world.ask(world.stubs.units.GetComposition, request)
    return [(seat.post.title, holder.person_id) for seat in answer.seats for holder in seat.holders]


async def end(world: World, appointment: Any, on: date, **fields: Any) -> Any:
    request = pb.EndAppointmentRequest(
        appointment_id=appointment.appointment_id, ends_on=on.isoformat(), **fields
    )
    answer = await world.ask(world.stubs.appointments.EndAppointment, request, etag=appointment.etag)
    return answer.appointment


async def correct(world: World, appointment: Any, start: date, until: date | None = None) -> Any:
    request = pb.CorrectAppointmentRequest(
        appointment_id=appointment.appointment_id,
        valid_from=start.isoformat(),
        valid_until=until.isoformat() if until else None,
        reason="录入错误",
    )
    return (
        await world.ask(world.stubs.appointments.CorrectAppointment, request, etag=appointment.etag)
    ).appointment


class TestLeadingGroup:
    @staticmethod
    async def group(world: World, campus: Campus) -> tuple[unit_pb2.Unit, Any, Any]:
        lead = await world.establish(
            "department", "党委学工部", campus.committee.unit_id, function="student_affairs"
        )
        group = await world.establish(
            "leading_group",
            "学生思想政治工作领导小组",
            campus.committee.unit_id,
            sponsors=[(lead.unit_id, "lead")],
        )
        secretary = await world.post(campus.committee.unit_id, "secretary")
        president = await world.post(str(world.root), "president")
        await world.post(group.unit_id, "chair", bound_post_id=secretary.post_id, title="组长（书记）")
        await world.post(group.unit_id, "chair", bound_post_id=president.post_id, title="组长（校长）")
        return group, secretary, president

    @pytest.mark.covers("S5", "S6", "S7")
    async def test_the_chairs_follow_the_posts_of_secretary_and_president(
        self, world: World, campus: Campus
    ) -> None:
        group, secretary, president = await self.group(world, campus)
        first, second, third = [await world.person(name) for name in ("a", "b", "c")]
        held = await world.appoint(secretary.post_id, first)
        await world.appoint(president.post_id, second)

        await end(world, held, SEP)
        await world.appoint(secretary.post_id, third, on=SEP)

        assert await holders(world, group.unit_id, date(2024, 8, 31)) == [
            ("组长（书记）", str(first)),
            ("组长（校长）", str(second)),
        ]
        assert await holders(world, group.unit_id, SEP) == [
            ("组长（书记）", str(third)),
            ("组长（校长）", str(second)),
        ]

    @pytest.mark.covers("S6")
    async def test_a_bound_seat_lists_whoever_holds_the_post(self, world: World, campus: Campus) -> None:
        group, secretary, _ = await self.group(world, campus)
        person = await world.person("a")
        await world.appoint(secretary.post_id, person)
        posts = await world.ask(
            world.stubs.appointments.ListPosts, pb.ListPostsRequest(unit_id=group.unit_id)
        )

        found = await world.ask(
            world.stubs.appointments.ListAppointments,
            pb.ListAppointmentsRequest(post_id=posts.posts[0].post_id, as_of=SEP.isoformat()),
        )

        (line,) = found.appointments
        assert line.method == appointment_pb2.Appointment.METHOD_BY_POST
        assert (line.unit_id, line.through_post_id) == (group.unit_id, secretary.post_id)

    @pytest.mark.covers("S6")
    async def test_nobody_is_appointed_to_a_bound_seat(self, world: World, campus: Campus) -> None:
        group, _, _ = await self.group(world, campus)
        posts = await world.ask(
            world.stubs.appointments.ListPosts, pb.ListPostsRequest(unit_id=group.unit_id)
        )

        with pytest.raises(StateError) as refused:
            await world.appoint(posts.posts[0].post_id, await world.person("a"))

        assert refused.value.reason == "POST_IS_BOUND_SEAT"

    @pytest.mark.covers("S6")
    async def test_there_are_exactly_two_chairs(self, world: World, campus: Campus) -> None:
        group, _, _ = await self.group(world, campus)

        with pytest.raises(StateError) as refused:
            await world.post(group.unit_id, "chair")

        assert refused.value.reason == "ORGANIZATION_RULE_REFUSED"
        request = unit_service_pb2.GetCompositionRequest(unit_id=group.unit_id, as_of=SEP.isoformat())
        answer = await world.ask(world.stubs.units.GetComposition, request, language="zh-CN")
        assert {verdict.rule_id: verdict.satisfied for verdict in answer.verdicts}["SEED-02"]

    async def test_a_post_that_a_seat_follows_is_not_abolished(self, world: World, campus: Campus) -> None:
        _, secretary, _ = await self.group(world, campus)
        request = pb.AbolishPostRequest(post_id=secretary.post_id, abolished_on=SEP.isoformat())

        with pytest.raises(StateError) as refused:
            await world.ask(world.stubs.appointments.AbolishPost, request, etag=secretary.etag)

        assert refused.value.reason == "POST_IS_BOUND"


class TestTerms:
    async def test_a_seat_holds_one_person_at_a_time(self, world: World, campus: Campus) -> None:
        post = await world.post(campus.general_branch.unit_id, "secretary")
        await world.appoint(post.post_id, await world.person("a"), until=SEP)

        with pytest.raises(StateError) as refused:
            await world.appoint(post.post_id, await world.person("b"), on=MAY)
        follower = await world.appoint(post.post_id, await world.person("c"), on=SEP)

        assert (refused.value.reason, refused.value.metadata["day"]) == ("SEATS_TAKEN", MAY.isoformat())
        assert follower.valid_from == SEP.isoformat()

    async def test_a_corrected_term_keeps_what_was_believed(self, world: World, campus: Campus) -> None:
        post = await world.post(campus.general_branch.unit_id, "secretary")
        made = await world.appoint(post.post_id, await world.person("a"), on=SEP)
        before = world.instant()

        corrected = await correct(world, made, MAY, date(2027, 5, 1))

        request = pb.GetAppointmentRequest(appointment_id=made.appointment_id, known_at=stamp(before))
        then = (await world.ask(world.stubs.appointments.GetAppointment, request)).appointment
        assert (corrected.valid_from, corrected.valid_until) == ("2024-05-01", "2027-05-01")
        assert (then.valid_from, then.HasField("valid_until")) == ("2024-09-01", False)
        # Why is emptied with the person; the audit has a digest of it.
        assert "录入错误" not in await world.audited()

    async def test_a_correction_gives_nobody_two_seats_of_one_post(
        self, world: World, campus: Campus
    ) -> None:
        post = await world.post(campus.general_branch.unit_id, "deputy_secretary", seats=2)
        person = await world.person("a")
        first = await world.appoint(post.post_id, person, until=MAY)
        await world.appoint(post.post_id, person, on=SEP)

        with pytest.raises(InvalidArgumentError) as refused:
            await correct(world, first, FOUNDED, SEP + timedelta(days=1))
        corrected = await correct(world, first, FOUNDED, SEP)

        assert [each.field for each in refused.value.violations] == ["valid_until"]
        assert corrected.valid_until == SEP.isoformat()

    async def test_a_term_lies_within_the_days_of_its_post(self, world: World, campus: Campus) -> None:
        post = await world.post(campus.general_branch.unit_id, "secretary", on=MAY)

        with pytest.raises(InvalidArgumentError) as refused:
            await world.appoint(post.post_id, await world.person("a"), on=FOUNDED)

        assert refused.value.violations[0].field == "valid_from"

    async def test_a_term_that_is_over_does_not_end_again(self, world: World, campus: Campus) -> None:
        post = await world.post(campus.general_branch.unit_id, "secretary")
        made = await world.appoint(post.post_id, await world.person("a"), until=MAY)

        with pytest.raises(StateError) as refused:
            await end(world, made, SEP)

        assert refused.value.reason == "APPOINTMENT_ENDED"

    @pytest.mark.covers("S34")
    async def test_a_temporary_branch_elects_nobody(self, world: World, campus: Campus) -> None:
        team = await world.establish("task_team", "支教团")
        branch = await campus.branch(
            world,
            "支教团临时党支部",
            "temporary",
            purpose="cultivation_continuity",
            host_unit_id=team.unit_id,
            task="支教",
        )
        post = await world.post(branch.unit_id, "secretary")

        with pytest.raises(StateError) as refused:
            await world.appoint(post.post_id, await world.person("a"), method="elected")

        assert [verdict.rule_id for verdict in refused.value.verdicts] == ["BR-10"]  # type: ignore[attr-defined]

    async def test_a_unit_has_only_posts_of_its_kind(self, world: World, campus: Campus) -> None:
        with pytest.raises(InvalidArgumentError) as refused:
            await world.post(campus.school.unit_id, "secretary")

        assert refused.value.violations[0].field == "kind"

    async def test_an_abolished_post_ends_its_terms(self, world: World, campus: Campus) -> None:
        post = await world.post(campus.general_branch.unit_id, "secretary")
        made = await world.appoint(post.post_id, await world.person("a"))

        request = pb.AbolishPostRequest(post_id=post.post_id, abolished_on=SEP.isoformat())
        await world.ask(world.stubs.appointments.AbolishPost, request, etag=post.etag)

        found = await world.ask(
            world.stubs.appointments.GetAppointment,
            pb.GetAppointmentRequest(appointment_id=made.appointment_id),
        )
        assert found.appointment.valid_until == SEP.isoformat()

    async def test_an_unknown_post_is_told_only_to_whoever_reads_all(self, world: World) -> None:
        request = pb.GetPostRequest(post_id="018f0000-0000-7000-8000-000000000001")
        await world.person("nobody")

        with pytest.raises(NotFoundError):
            await world.ask(world.stubs.appointments.GetPost, request)
        with pytest.raises(PermissionDeniedError):
            await world.ask(world.stubs.appointments.GetPost, request, by="nobody")


class TestRoles:
    async def test_a_secretary_has_the_role_for_the_term(self, world: World, campus: Campus) -> None:
        today = world.clock.today()
        person = await world.person("secretary")
        post = await world.post(campus.general_branch.unit_id, "secretary")
        made = await world.appoint(post.post_id, person)

        assert (await world.unit(campus.general_branch.unit_id, by="secretary")).name == "彭康书院党总支"
        await end(world, made, today)

        with pytest.raises(PermissionDeniedError):
            await world.unit(campus.general_branch.unit_id, by="secretary")
        verbs = [(event["noun"], event["verb"]) for event in (await world.events())[-4:]]
        assert verbs == [
            ("appointment", "made"),
            ("grant", "given"),
            ("appointment", "ended"),
            ("grant", "changed"),
        ]

    async def test_a_term_that_begins_tomorrow_brings_nothing_today(
        self, world: World, campus: Campus
    ) -> None:
        await world.person("next")
        post = await world.post(campus.general_branch.unit_id, "secretary")
        person = await world.person("next")
        await world.appoint(post.post_id, person, on=world.clock.today() + timedelta(days=1))

        with pytest.raises(PermissionDeniedError):
            await world.unit(campus.general_branch.unit_id, by="next")

    async def test_people_see_their_own_appointment_without_any_role(
        self, world: World, campus: Campus
    ) -> None:
        group = await world.establish("leading_group", "领导小组", campus.committee.unit_id)
        post = await world.post(group.unit_id, "group_member", seats=3)
        made = await world.appoint(post.post_id, await world.person("member"))

        found = await world.ask(
            world.stubs.appointments.ListAppointments, pb.ListAppointmentsRequest(), by="member"
        )

        assert [each.appointment_id for each in found.appointments] == [made.appointment_id]

    async def test_a_post_brings_no_role_that_its_creator_may_not_give(
        self, world: World, campus: Campus
    ) -> None:
        person = await world.person("general")
        post = await world.post(campus.general_branch.unit_id, "secretary")
        await world.appoint(post.post_id, person)
        request = pb.CreatePostRequest(
            unit_id=campus.general_branch.unit_id,
            kind=appointment_pb2.Post.KIND_ORGANIZER,
            role=role_pb2.ROLE_ORGANIZATION_DEPARTMENT,
            role_unit_id=str(world.root),
        )

        with pytest.raises(PermissionDeniedError):
            await world.ask(world.stubs.appointments.CreatePost, request, by="general")
