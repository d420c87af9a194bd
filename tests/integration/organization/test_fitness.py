"""Whom membership knows, who is fit to be secretary without an election, and terms cancelled before they begin."""

from datetime import date, timedelta
from typing import Any

import pytest

from chassis.errors import InvalidArgumentError, PermissionDeniedError, StateError, UnavailableError
from organization.errors import MembershipUnavailableError
from shuyuan.organization.v1 import appointment_pb2, role_pb2
from shuyuan.organization.v1 import appointment_service_pb2 as pb
from tests.integration.organization.test_terms import grant
from tests.integration.organization.world import Campus, World, stamp

SEP = date(2024, 9, 1)
Appointment = appointment_pb2.Appointment


async def cancel(world: World, made: Any, *, by: str = "admin") -> Any:
    request = pb.CancelAppointmentRequest(appointment_id=made.appointment_id, reason="人选调整")
    method = world.stubs.appointments.CancelAppointment
    return (await world.ask(method, request, by=by, etag=made.etag)).appointment


def said(appointment: Any) -> dict[str, bool]:
    return {verdict.rule_id: verdict.satisfied for verdict in appointment.verdicts}


class TestWhoIsKnown:
    async def test_somebody_who_is_not_registered_is_appointed_to_nothing(
        self, world: World, campus: Campus
    ) -> None:
        stranger = await world.person("stranger")
        world.membership.strangers.add(stranger)
        branch = await campus.branch(world, "年级支部")
        secretary = await world.post(branch.unit_id, "secretary")
        officer = await world.post(branch.unit_id, "organization_officer")

        for post in (secretary, officer):
            with pytest.raises(InvalidArgumentError) as refused:
                await world.appoint(post.post_id, stranger)
            assert [each.field for each in refused.value.violations] == ["person_id"]

    async def test_the_copy_answers_while_membership_is_silent(self, world: World, campus: Campus) -> None:
        known, unknown = await world.person("known"), await world.person("unknown")
        branch = await campus.branch(world, "年级支部")
        officer = await world.post(branch.unit_id, "organization_officer")
        secretary = await world.post(branch.unit_id, "secretary")
        await world.copy_person(known)
        world.membership.failure = MembershipUnavailableError()

        made = await world.appoint(officer.post_id, known, until=SEP)

        assert made.person_id == str(known)
        for post, person in ((officer, unknown), (secretary, known)):
            with pytest.raises(UnavailableError):
                await world.appoint(post.post_id, person, on=SEP)


class TestSecretaries:
    @pytest.mark.covers("HE-06", "BR-26", "F8")
    @pytest.mark.parametrize(
        ("since", "long_enough"),
        [(date(2023, 9, 1), True), (date(2023, 8, 31), True), (date(2023, 9, 2), False)],
    )
    async def test_background_and_standing_are_judged_without_an_election(
        self, world: World, campus: Campus, since: date, long_enough: bool
    ) -> None:
        person = await world.person("a")
        world.membership.standing[person] = since
        branch = await campus.branch(world, "年级支部")
        post = await world.post(branch.unit_id, "secretary")

        made = await world.appoint(post.post_id, person, on=SEP, background=Appointment.BACKGROUND_COUNSELLOR)

        assert said(made) == {"HE-06.student": True, "BR-26": long_enough}
        found = await world.ask(
            world.stubs.appointments.GetAppointment,
            pb.GetAppointmentRequest(appointment_id=made.appointment_id),
        )
        assert said(found.appointment) == said(made)
        assert found.appointment.background == Appointment.BACKGROUND_COUNSELLOR

    async def test_a_teachers_branch_warns_of_another_background(self, world: World, campus: Campus) -> None:
        branch = await campus.branch(world, "教工支部", "staff")
        post = await world.post(branch.unit_id, "secretary")

        made = await world.appoint(
            post.post_id,
            await world.person("a"),
            background=Appointment.BACKGROUND_OUTSTANDING_STUDENT,
            on=SEP,
        )

        assert said(made) == {"HE-06": False}

    async def test_only_a_secretary_has_a_background(self, world: World, campus: Campus) -> None:
        branch = await campus.branch(world, "年级支部")
        post = await world.post(branch.unit_id, "organization_officer")
        with pytest.raises(InvalidArgumentError) as refused:
            await world.appoint(
                post.post_id, await world.person("a"), background=Appointment.BACKGROUND_COUNSELLOR
            )
        assert [each.field for each in refused.value.violations] == ["background"]

    async def test_what_a_rule_forbids_is_set_aside_with_a_reason_by_who_may(
        self, world: World, campus: Campus
    ) -> None:
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
        person = await world.person("a")

        await grant(world, "approver", role_pb2.ROLE_COMMITTEE_SECRETARY, campus.community)

        with pytest.raises(StateError) as refused:
            await world.appoint(post.post_id, person, method="elected", on=SEP, by="approver")
        made = await world.appoint(
            post.post_id, person, method="elected", on=SEP, override_reason="上级党委批准", by="approver"
        )
        usual = await world.appoint(
            (await world.post(branch.unit_id, "organization_officer")).post_id,
            await world.person("b"),
            override_reason="无须破例",
            by="approver",
        )

        assert refused.value.reason == "ORGANIZATION_RULE_REFUSED"
        assert (made.override_reason, said(made)["BR-10"]) == ("上级党委批准", False)
        assert usual.override_reason == ""


class TestCancelling:
    @pytest.mark.covers("F8")
    async def test_a_term_that_has_not_begun_is_cancelled_with_its_role(
        self, world: World, campus: Campus
    ) -> None:
        person = await world.person("a")
        ahead = world.clock.today() + timedelta(days=30)
        post = await world.post(campus.general_branch.unit_id, "secretary")
        made = await world.appoint(post.post_id, person, on=ahead)
        before = world.instant()

        cancelled = await cancel(world, made)
        again = await world.appoint(post.post_id, await world.person("b"), on=ahead)

        assert (cancelled.state, cancelled.reason) == (Appointment.STATE_CANCELLED, "人选调整")
        assert cancelled.valid_from == ahead.isoformat()
        assert again.valid_from == ahead.isoformat()
        get = world.stubs.appointments.GetAppointment
        then = pb.GetAppointmentRequest(appointment_id=made.appointment_id, known_at=stamp(before))
        now = pb.GetAppointmentRequest(appointment_id=made.appointment_id)
        assert (await world.ask(get, then)).appointment.state == Appointment.STATE_PLANNED
        assert (await world.ask(get, now)).appointment.state == Appointment.STATE_CANCELLED
        verbs = [event["verb"] for event in await world.events("grant")]
        assert verbs.count("revoked") == 1
        assert [event["verb"] for event in await world.events("appointment")] == ["made", "cancelled", "made"]
        with pytest.raises(StateError) as refused:
            await cancel(world, cancelled)
        assert refused.value.reason == "APPOINTMENT_CANCELLED"

    @pytest.mark.parametrize("days", [0, 1])
    async def test_a_term_that_has_begun_is_ended_and_not_cancelled(
        self, world: World, campus: Campus, days: int
    ) -> None:
        post = await world.post(campus.general_branch.unit_id, "secretary")
        on = world.clock.today() - timedelta(days=days)
        made = await world.appoint(post.post_id, await world.person("a"), on=on)
        with pytest.raises(StateError) as refused:
            await cancel(world, made)
        assert refused.value.reason == "APPOINTMENT_BEGUN"
        await world.person("stranger")
        with pytest.raises(PermissionDeniedError):
            await cancel(world, made, by="stranger")
