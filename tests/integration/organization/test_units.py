"""Units over gRPC on a real database: founding, history in two dimensions, corrections, refusals."""

from datetime import date
from typing import Any

import pytest

from chassis.errors import (
    AlreadyExistsError,
    ConflictError,
    InvalidArgumentError,
    NotFoundError,
    PermissionDeniedError,
    ServiceError,
    StateError,
)
from shuyuan.organization.v1 import unit_pb2, unit_service_pb2
from tests.integration.organization.world import FOUNDED, Campus, World, stamp

SEP = date(2024, 9, 1)


def fields_of(error: InvalidArgumentError) -> list[str]:
    return [violation.field for violation in error.violations]


class TestEstablish:
    @pytest.mark.covers("S26")
    async def test_the_three_tiers_stand_below_each_other(self, world: World, campus: Campus) -> None:
        branch = await campus.joint(world, "彭康师生联合第一党支部")

        answer = await world.ask(
            world.stubs.units.GetTree,
            unit_service_pb2.GetTreeRequest(unit_id=campus.community.unit_id, as_of=SEP.isoformat()),
        )

        assert [(node.name, node.depth) for node in answer.nodes] == [
            ("学生社区党委", 0),
            ("南洋书院党总支", 1),
            ("彭康书院党总支", 1),
            ("彭康师生联合第一党支部", 2),
        ]
        assert answer.nodes[3].unit_id == branch.unit_id

    @pytest.mark.covers("S25")
    async def test_a_joint_branch_needs_a_school_and_an_academy(self, world: World, campus: Campus) -> None:
        with pytest.raises(StateError) as refused:
            await campus.branch(
                world, "联合支部", "joint_teacher_student", sponsors=[(campus.school.unit_id, "sponsor")]
            )

        assert refused.value.reason == "ORGANIZATION_RULE_REFUSED"
        verdicts = {verdict.rule_id: verdict.satisfied for verdict in refused.value.verdicts}  # type: ignore[attr-defined]
        assert verdicts == {"SEED-04": True, "SEED-04.academy": False}
        assert len(await world.events("unit")) == 8

    @pytest.mark.covers("S23", "S24", "S33")
    @pytest.mark.parametrize(
        ("form", "fields", "missing"),
        [
            ("cohort", {}, "unit.cohort_year"),
            ("major", {}, "unit.major_code"),
            ("functional", {}, "unit.purpose"),
            ("staff", {"task": "x"}, "unit.task"),
        ],
    )
    async def test_each_form_has_its_own_fields(
        self, world: World, campus: Campus, form: str, fields: dict[str, Any], missing: str
    ) -> None:
        with pytest.raises(InvalidArgumentError) as refused:
            await world.establish("branch", "支部", campus.general_branch.unit_id, form=form, **fields)

        assert missing in fields_of(refused.value)

    @pytest.mark.covers("S34", "S40")
    async def test_a_temporary_branch_is_founded_with_its_secretary_in_one_step(
        self, world: World, campus: Campus
    ) -> None:
        person = await world.person("deputy-head")
        deputy = await world.post(campus.academy.unit_id, "deputy_head")
        await world.appoint(deputy.post_id, person)
        team = await world.establish("task_team", "兴庆校区疫情防控学生志愿者")

        branch = await campus.branch(
            world,
            "兴庆校区志愿者临时党支部",
            "temporary",
            purpose="major_event",
            host_unit_id=team.unit_id,
            task="校园疫情防控",
            on=SEP,
            secretary=unit_service_pb2.SecretaryInput(person_id=str(person), basis_post_id=deputy.post_id),
        )

        composition = await world.ask(
            world.stubs.units.GetComposition,
            unit_service_pb2.GetCompositionRequest(unit_id=branch.unit_id, as_of=SEP.isoformat()),
        )
        (seat,) = composition.seats
        assert seat.holders[0].person_id == str(person)
        assert seat.holders[0].basis_post_id == deputy.post_id

    async def test_a_secretary_must_hold_the_post_that_qualifies(self, world: World, campus: Campus) -> None:
        deputy = await world.post(campus.academy.unit_id, "deputy_head")
        team = await world.establish("task_team", "支教团")

        with pytest.raises(InvalidArgumentError) as refused:
            await campus.branch(
                world,
                "支教团临时党支部",
                "temporary",
                purpose="cultivation_continuity",
                host_unit_id=team.unit_id,
                task="支教",
                secretary=unit_service_pb2.SecretaryInput(
                    person_id=str(await world.person("x")), basis_post_id=deputy.post_id
                ),
            )

        assert fields_of(refused.value) == ["secretary.basis_post_id"]
        assert not any(
            event["noun"] == "unit" and "支教团临时" in event["data"] for event in await world.events()
        )

    @pytest.mark.parametrize("kind", ["branch", "university", "standing_committee"])
    async def test_a_parent_of_the_wrong_kind_is_refused_by_name(
        self, world: World, campus: Campus, kind: str
    ) -> None:
        fields: dict[str, Any] = {"form": "staff"} if kind == "branch" else {}
        with pytest.raises(InvalidArgumentError) as refused:
            await world.establish(kind, "错位", campus.school.unit_id, **fields)

        assert fields_of(refused.value) == ["parent_unit_id"]

    async def test_nothing_begins_before_its_parent(self, world: World, campus: Campus) -> None:
        with pytest.raises(InvalidArgumentError) as refused:
            await campus.branch(world, "太早", on=date(2019, 12, 31))

        assert fields_of(refused.value) == ["parent_unit_id"]

    async def test_siblings_have_different_names(self, world: World, campus: Campus) -> None:
        await campus.branch(world, "机械2101党支部")

        with pytest.raises(AlreadyExistsError) as refused:
            await campus.branch(world, "机械2101党支部", on=SEP)

        assert refused.value.reason == "UNIT_NAME_TAKEN"

    async def test_an_idempotency_key_establishes_once(self, world: World, campus: Campus) -> None:
        request = unit_service_pb2.EstablishUnitRequest(
            parent_unit_id=str(world.root),
            unit=unit_pb2.UnitInput(kind=unit_pb2.Unit.KIND_SCHOOL, name="能动学院"),
        )

        first = await world.ask(world.stubs.units.EstablishUnit, request, key="once")
        again = await world.ask(world.stubs.units.EstablishUnit, request, key="once")

        assert first == again


class TestHistory:
    @pytest.mark.covers("S26")
    async def test_a_move_from_a_day_on_leaves_the_days_before(self, world: World, campus: Campus) -> None:
        branch = await campus.branch(world, "机械2101党支部")
        before = world.instant()

        moved = await self._move(world, branch, campus.other_general_branch, SEP)

        assert moved.version == 2
        old = await world.unit(branch.unit_id, as_of=date(2024, 8, 31))
        new = await world.unit(branch.unit_id, as_of=SEP)
        assert old.parent_unit_id == campus.general_branch.unit_id
        assert new.parent_unit_id == campus.other_general_branch.unit_id
        known = await world.unit(branch.unit_id, as_of=SEP, known_at=before)
        assert known.parent_unit_id == campus.general_branch.unit_id

    @staticmethod
    async def _move(world: World, unit: unit_pb2.Unit, parent: unit_pb2.Unit, on: date) -> Any:
        request = unit_service_pb2.MoveUnitRequest(
            unit_id=unit.unit_id, parent_unit_id=parent.unit_id, effective_on=on.isoformat()
        )
        return (await world.ask(world.stubs.units.MoveUnit, request, etag=unit.etag)).unit

    async def test_the_tree_of_a_day_follows_what_was_believed_then(
        self, world: World, campus: Campus
    ) -> None:
        branch = await campus.branch(world, "机械2101党支部")
        before = world.instant()
        await self._move(world, branch, campus.other_general_branch, SEP)

        async def parent(**when: Any) -> Any:
            request = unit_service_pb2.GetTreeRequest(unit_id=str(world.root), as_of=SEP.isoformat(), **when)
            nodes = (await world.ask(world.stubs.units.GetTree, request)).nodes
            return next(node.parent_unit_id for node in nodes if node.unit_id == branch.unit_id)

        assert await parent() == campus.other_general_branch.unit_id
        assert await parent(known_at=stamp(before)) == campus.general_branch.unit_id

    async def test_a_correction_keeps_what_was_believed(self, world: World, campus: Campus) -> None:
        branch = await campus.branch(world, "机械2l01党支部")

        request = unit_service_pb2.UpdateUnitRequest(
            unit_id=branch.unit_id, name="机械2101党支部", effective_on=FOUNDED.isoformat()
        )
        await world.ask(world.stubs.units.UpdateUnit, request, etag=branch.etag)

        history = await world.ask(
            world.stubs.units.ListUnitHistory,
            unit_service_pb2.ListUnitHistoryRequest(unit_id=branch.unit_id, page_size=200),
        )
        names = [(fact.name, fact.HasField("replaced_time")) for fact in history.facts if fact.name]
        assert names == [("机械2l01党支部", True), ("机械2101党支部", False)]

    async def test_a_name_for_some_days_gives_way_again(self, world: World, campus: Campus) -> None:
        branch = await campus.branch(world, "甲支部")

        request = unit_service_pb2.UpdateUnitRequest(
            unit_id=branch.unit_id,
            name="乙支部",
            effective_on=SEP.isoformat(),
            effective_until=date(2024, 10, 1).isoformat(),
        )
        await world.ask(world.stubs.units.UpdateUnit, request, etag=branch.etag)

        days = [date(2024, 8, 31), SEP, date(2024, 10, 1)]
        assert [(await world.unit(branch.unit_id, as_of=day)).name for day in days] == [
            "甲支部",
            "乙支部",
            "甲支部",
        ]

    async def test_a_unit_is_unknown_before_it_was_entered(self, world: World, campus: Campus) -> None:
        before = world.instant()
        branch = await campus.branch(world, "机械2101党支部")

        with pytest.raises(NotFoundError):
            await world.unit(branch.unit_id, known_at=before)

    @pytest.mark.parametrize("day", [date.min, date.max])
    async def test_the_first_and_the_last_day_can_be_asked_for(self, world: World, day: date) -> None:
        assert (await world.unit(world.root, as_of=day)).name == "示范大学"

    async def test_outside_its_life_a_unit_shows_its_nearest_name(self, world: World, campus: Campus) -> None:
        branch = await campus.branch(world, "甲支部")
        request = unit_service_pb2.UpdateUnitRequest(
            unit_id=branch.unit_id, name="乙支部", effective_on=SEP.isoformat()
        )
        renamed = (await world.ask(world.stubs.units.UpdateUnit, request, etag=branch.etag)).unit
        await world.dissolve(renamed, on=date(2025, 1, 1))

        shown = [
            (await world.unit(branch.unit_id, as_of=day)).name for day in (date(2019, 1, 1), date(2026, 1, 1))
        ]

        assert shown == ["甲支部", "乙支部"]

    async def test_facts_come_page_by_page(self, world: World, campus: Campus) -> None:
        branch = await campus.joint(world, "联合支部")
        seen: list[unit_pb2.UnitFact] = []
        token = ""

        while True:
            request = unit_service_pb2.ListUnitHistoryRequest(
                unit_id=branch.unit_id, page_size=1, page_token=token
            )
            page = await world.ask(world.stubs.units.ListUnitHistory, request)
            seen += page.facts
            token = page.next_page_token
            if not token:
                break

        aspects = [unit_pb2.UnitFact.Aspect.Name(fact.aspect) for fact in seen]
        assert sorted(aspects) == ["ASPECT_DESCRIPTION", "ASPECT_PARENT", "ASPECT_SPONSOR", "ASPECT_SPONSOR"]


class TestRefusals:
    async def test_a_unit_does_not_move_below_itself(self, world: World, campus: Campus) -> None:
        other = await world.establish("department", "教务处", function="academic_affairs")
        organization = await world.establish("student_organization", "学生会", campus.school.unit_id)

        with pytest.raises(InvalidArgumentError) as refused:
            await self._move(world, campus.community, campus.general_branch.unit_id)

        assert "parent_unit_id" in fields_of(refused.value)
        assert other.version == organization.version == 1

    @staticmethod
    async def _move(
        world: World, unit: unit_pb2.Unit, parent_id: str, on: date = SEP, etag: str | None = None
    ) -> None:
        request = unit_service_pb2.MoveUnitRequest(
            unit_id=unit.unit_id, parent_unit_id=parent_id, effective_on=on.isoformat()
        )
        await world.ask(world.stubs.units.MoveUnit, request, etag=etag or unit.etag)

    @pytest.mark.parametrize("kind", [99, -1])
    async def test_an_unknown_kind_is_named(self, world: World, kind: int) -> None:
        request = unit_service_pb2.EstablishUnitRequest(
            parent_unit_id=str(world.root),
            unit=unit_pb2.UnitInput(kind=kind, name="某单位"),  # type: ignore[arg-type] # what a newer client may send
        )

        with pytest.raises(InvalidArgumentError) as refused:
            await world.ask(world.stubs.units.EstablishUnit, request)

        assert fields_of(refused.value) == ["unit.kind"]

    async def test_a_stale_version_is_refused(self, world: World, campus: Campus) -> None:
        branch = await campus.branch(world, "支部")
        await self._move(world, branch, campus.other_general_branch.unit_id)

        with pytest.raises(ConflictError) as refused:
            await self._move(world, branch, campus.general_branch.unit_id)

        assert refused.value.reason == "ETAG_MISMATCH"

    async def test_a_day_outside_the_life_is_refused(self, world: World, campus: Campus) -> None:
        branch = await campus.branch(world, "支部", on=SEP)

        with pytest.raises(InvalidArgumentError) as refused:
            await self._move(world, branch, campus.other_general_branch.unit_id, on=FOUNDED)

        assert fields_of(refused.value) == ["effective_on"]

    async def test_whoever_may_nothing_is_refused(self, world: World, campus: Campus) -> None:
        await world.person("nobody")

        with pytest.raises(PermissionDeniedError):
            await world.unit(campus.school.unit_id, by="nobody")

    async def test_that_there_is_no_such_unit_is_told_to_the_administrator(self, world: World) -> None:
        unknown = "018f0000-0000-7000-8000-000000000001"
        await world.person("nobody")

        with pytest.raises(NotFoundError) as told:
            await world.unit(unknown)
        with pytest.raises(PermissionDeniedError):
            await world.unit(unknown, by="nobody")

        assert told.value.reason == "UNIT_NOT_FOUND"

    async def test_a_sponsor_does_not_sponsor_twice_at_once(self, world: World, campus: Campus) -> None:
        branch = await campus.joint(world, "联合支部")
        request = unit_service_pb2.AddSponsorRequest(
            unit_id=branch.unit_id, sponsor_unit_id=campus.school.unit_id, valid_from=SEP.isoformat()
        )

        with pytest.raises(StateError) as refused:
            await world.ask(world.stubs.units.AddSponsor, request, etag=branch.etag)

        assert refused.value.reason == "SPONSORSHIP_OVERLAPS"

    @pytest.mark.covers("S25")
    async def test_the_last_school_does_not_leave_a_joint_branch(self, world: World, campus: Campus) -> None:
        branch = await campus.joint(world, "联合支部")
        second = await world.establish("school", "能动学院")

        async def end(sponsor_id: str, etag: str) -> Any:
            request = unit_service_pb2.EndSponsorRequest(
                unit_id=branch.unit_id, sponsor_unit_id=sponsor_id, ends_on=date(2025, 1, 1).isoformat()
            )
            return (await world.ask(world.stubs.units.EndSponsor, request, etag=etag)).unit

        with pytest.raises(StateError) as refused:
            await end(campus.school.unit_id, branch.etag)
        add = unit_service_pb2.AddSponsorRequest(
            unit_id=branch.unit_id, sponsor_unit_id=second.unit_id, valid_from=SEP.isoformat()
        )
        added = (await world.ask(world.stubs.units.AddSponsor, add, etag=branch.etag)).unit
        ended = await end(campus.school.unit_id, added.etag)

        assert refused.value.reason == "ORGANIZATION_RULE_REFUSED"
        spans = {each.sponsor_unit_id: each.valid_until for each in ended.sponsors}
        assert spans[campus.school.unit_id] == "2025-01-01"

    @pytest.mark.parametrize(
        ("field", "value"),
        [("as_of", "20240901"), ("as_of", "2024-02-30"), ("page_token", "x"), ("order_by", "kind")],
    )
    async def test_a_malformed_list_request_names_the_field(
        self, world: World, field: str, value: str
    ) -> None:
        request = unit_service_pb2.ListUnitsRequest()
        setattr(request, field, value)

        with pytest.raises(InvalidArgumentError) as refused:
            await world.ask(world.stubs.units.ListUnits, request)

        assert fields_of(refused.value) == [field]


class TestLists:
    @pytest.mark.covers("S35", "S38")
    async def test_units_are_found_by_campus_form_purpose_and_place(
        self, world: World, campus: Campus
    ) -> None:
        created = await world.ask(
            world.stubs.campuses.CreateCampus,
            unit_service_pb2.CreateCampusRequest(campus=unit_pb2.Campus(code="xingqing", name="兴庆校区")),
        )
        place = created.campus.campus_id
        await campus.branch(world, "年级支部")
        functional = await campus.branch(
            world,
            "学生会功能型党支部",
            "functional",
            purpose="club_guidance",
            host_unit_id=campus.club.unit_id,
            campus_id=place,
        )

        wanted: tuple[dict[str, Any], ...] = (
            {"campus_id": place},
            {"form": "FORM_FUNCTIONAL"},
            {"purpose": "PURPOSE_CLUB_GUIDANCE"},
            {"below_unit_id": campus.community.unit_id, "name": "学生会"},
            {"parent_unit_id": campus.general_branch.unit_id, "form": "FORM_FUNCTIONAL"},
        )
        for filters in wanted:
            request = unit_service_pb2.ListUnitsRequest(**filters)
            found = await world.ask(world.stubs.units.ListUnits, request)
            assert [unit.unit_id for unit in found.units] == [functional.unit_id], filters

    @pytest.mark.parametrize("order", ["", "name desc", "established_on", "established_on desc"])
    async def test_pages_hold_every_unit_once(self, world: World, campus: Campus, order: str) -> None:
        for number in range(5):
            await campus.branch(world, f"支部{number}", on=date(2021, 1, 1 + number % 2))
        seen: list[str] = []
        token = ""
        while True:
            request = unit_service_pb2.ListUnitsRequest(page_size=2, page_token=token, order_by=order)
            page = await world.ask(world.stubs.units.ListUnits, request)
            seen += [unit.unit_id for unit in page.units]
            token = page.next_page_token
            if not token:
                break

        assert len(seen) == len(set(seen)) == 13

    @pytest.mark.parametrize("order", ["", "name desc", "established_on", "established_on desc"])
    async def test_a_page_has_the_same_order_for_whoever_sees_a_part(
        self, world: World, campus: Campus, order: str
    ) -> None:
        for number in range(5):
            await campus.branch(world, f"支部{number}", on=date(2021, 1, 1 + number % 2))
        head = await world.post(campus.community.unit_id, "secretary")
        await world.appoint(head.post_id, await world.person("warden"))
        request = unit_service_pb2.ListUnitsRequest(order_by=order)
        everything = await world.ask(world.stubs.units.ListUnits, request)

        part = await world.ask(world.stubs.units.ListUnits, request, by="warden")

        seen = [unit.unit_id for unit in part.units]
        assert 5 < len(seen) < len(everything.units)
        assert seen == [unit.unit_id for unit in everything.units if unit.unit_id in seen]

    async def test_a_list_shows_what_the_caller_may_read(self, world: World, campus: Campus) -> None:
        branch = await campus.branch(world, "支部")
        secretary = await world.person("secretary")
        post = await world.post(branch.unit_id, "secretary")
        await world.appoint(post.post_id, secretary)

        found = await world.ask(
            world.stubs.units.ListUnits, unit_service_pb2.ListUnitsRequest(), by="secretary"
        )

        assert [unit.unit_id for unit in found.units] == [branch.unit_id]

    async def test_a_planned_unit_is_seen_by_its_superior(self, world: World, campus: Campus) -> None:
        branch = await campus.branch(world, "明年的支部", on=date(2090, 1, 1))

        assert (await world.unit(branch.unit_id)).state == unit_pb2.Unit.STATE_PLANNED
        planned = unit_service_pb2.ListUnitsRequest(state=unit_pb2.Unit.STATE_PLANNED)
        found = await world.ask(world.stubs.units.ListUnits, planned)
        assert [unit.unit_id for unit in found.units] == [branch.unit_id]

    async def test_a_sponsor_sees_and_does_not_change(self, world: World, campus: Campus) -> None:
        branch = await campus.joint(world, "联合支部")
        dean = await world.person("dean")
        head = await world.post(campus.school.unit_id, "head", role="ROLE_COMMITTEE_SECRETARY")
        await world.appoint(head.post_id, dean)

        seen = await world.unit(branch.unit_id, by="dean")

        assert seen.unit_id == branch.unit_id
        with pytest.raises(ServiceError) as refused:
            await world.ask(
                world.stubs.units.UpdateUnit,
                unit_service_pb2.UpdateUnitRequest(unit_id=branch.unit_id, name="改"),
                by="dean",
                etag=branch.etag,
            )
        assert refused.value.status == "PERMISSION_DENIED"
