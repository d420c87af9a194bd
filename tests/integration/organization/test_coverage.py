"""Coverage gaps over gRPC on a real database; membership's people arrive as its events."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.calls import system_call
from chassis.errors import NotFoundError, PermissionDeniedError
from chassis.ids import new_id
from chassis.received import ReceivedEvent
from organization.consumers import CONSUMERS
from shuyuan.organization.v1 import (
    class_link_service_pb2,
    coverage_pb2,
    coverage_service_pb2,
    plaque_service_pb2,
)
from tests.integration.organization.estate import Estate
from tests.integration.organization.world import FOUNDED, Campus, World, stamp

SEP = date(2024, 9, 1)
EVE = SEP - timedelta(days=1)
ASPECT = coverage_pb2.CoverageAspect
KIND = coverage_pb2.CoverageSubjectKind
OBSTACLE = coverage_pb2.CoverageEvidence.Obstacle


async def hear(
    world: World,
    noun: str,
    verb: str,
    person: UUID,
    *,
    at: datetime = datetime(2024, 1, 1, tzinfo=UTC),
    **resource: Any,
) -> None:
    """Let an event of membership about a person arrive."""
    (handler,) = [copy.handler for copy in CONSUMERS if copy.noun == noun]
    event = ReceivedEvent(
        id=new_id(),
        source="membership",
        type="",
        noun=noun,
        verb=verb,
        resource_id=person,
        version=1,
        position=1,
        epoch=1,
        time=at,
        actor=None,
        traceparent=None,
        data={noun: resource},
    )
    async with system_call(world.context, "test").transaction() as work:
        await handler(work, event)


async def somebody(
    world: World,
    kind: str = "STUDENT",
    *,
    group: Any = None,
    member: tuple[date, date | None] | None = (FOUNDED, None),
    status: str = "FULL",
    joins: Any = None,
) -> UUID:
    """Somebody whom membership has told of: in a class or not, a member on some days or not, in a branch or not."""
    person = new_id()
    ties = [_tie(group, kind="AFFILIATION_KIND_CLASS")] if group else []
    ties.append(
        {"kind": "AFFILIATION_KIND_SCHOOL", "unitId": str(new_id()), "validFrom": FOUNDED.isoformat()}
    )
    await hear(world, "person", "affiliated", person, kind=f"PERSON_KIND_{kind}", affiliations=ties)
    if member is not None:
        start, end = member
        period = {"status": f"MEMBERSHIP_STATUS_{status}", "validFrom": start.isoformat()}
        if end is not None:
            period["validUntil"] = end.isoformat()
        parts = [_tie(joins, kind="PARTICIPATION_KIND_FUNCTIONAL")] if joins else []
        await hear(world, "member", "established", person, statuses=[period], participations=parts)
    return person


def _tie(unit: Any, *, kind: str) -> dict[str, str]:
    return {"kind": kind, "unitId": unit.unit_id, "validFrom": FOUNDED.isoformat()}


async def link(world: World, branch: Any, group: Any, contact: UUID, until: date | None = None) -> None:
    request = class_link_service_pb2.LinkClassRequest(
        unit_id=branch.unit_id,
        class_unit_id=group.unit_id,
        contact_person_id=str(contact),
        valid_from=FOUNDED.isoformat(),
        valid_until=until.isoformat() if until else None,
    )
    await world.ask(world.stubs.class_links.LinkClass, request)


async def plaque(world: World, branch: Any, room: Any, person: UUID) -> None:
    request = plaque_service_pb2.IssuePlaqueRequest(
        unit_id=branch.unit_id,
        place_id=room.place_id,
        person_id=str(person),
        issued_on=FOUNDED.isoformat(),
    )
    await world.ask(world.stubs.plaques.IssuePlaque, request)


async def gaps(world: World, on: date = SEP, *, by: str = "admin", **wanted: Any) -> dict[str, set[str]]:
    """What lacks what on a day, read in pages of two."""
    found: dict[str, set[str]] = {}
    token = ""
    while True:
        request = coverage_service_pb2.ListCoverageGapsRequest(
            as_of=on.isoformat(), page_size=2, page_token=token, **wanted
        )
        answer = await world.ask(world.stubs.coverage.ListCoverageGaps, request, by=by)
        for gap in answer.gaps:
            assert gap.subject_id not in found
            found[gap.subject_id] = _names(gap.lacks)
        token = answer.next_page_token
        if not token:
            return found


def _names(aspects: Sequence[int]) -> set[str]:
    return {ASPECT.Name(each).removeprefix("COVERAGE_ASPECT_").lower() for each in aspects}  # type: ignore[arg-type]


async def reasons(world: World, subject_id: str, on: date = SEP, **known: Any) -> dict[str, str]:
    """The reason of each gap of a subject."""
    request = coverage_service_pb2.GetCoverageRequest(subject_id=subject_id, as_of=on.isoformat(), **known)
    found = (await world.ask(world.stubs.coverage.GetCoverage, request)).explanation
    told = {
        ASPECT.Name(each.aspect).removeprefix("COVERAGE_ASPECT_").lower(): OBSTACLE.Name(each.reason)
        .removeprefix("OBSTACLE_")
        .lower()
        for each in found.findings
        if not each.covered
    }
    assert set(told) == _names(found.subject.lacks)
    return told


@pytest.fixture
async def estate(world: World, campus: Campus) -> Estate:
    return await Estate.build(world, campus)


class TestBuildings:
    async def test_a_zone_inside_is_a_zone_and_no_branch_of_the_whole(
        self, world: World, campus: Campus, estate: Estate
    ) -> None:
        building = await estate.place("building", "东21舍")
        floor = await estate.place("floor", "1层", building)
        room = await estate.place("room", "101", floor)
        branch = await campus.branch(world, "支部")
        buildings: dict[str, Any] = {"kind": KIND.COVERAGE_SUBJECT_KIND_BUILDING}

        assert await gaps(world, **buildings) == {building.place_id: {"branch", "zone", "member"}}
        await estate.zone(branch, await estate.place("member_home", "党员之家", room))
        assert await gaps(world, **buildings) == {building.place_id: {"branch", "member"}}
        await plaque(world, branch, room, await somebody(world))
        assert await gaps(world, **buildings) == {building.place_id: {"branch"}}
        zone = await estate.zone(branch, building)
        assert await gaps(world, **buildings) == {}

        await estate.end_zone(zone, SEP)
        assert await gaps(world, EVE, **buildings) == {}
        assert await gaps(world, **buildings) == {building.place_id: {"branch"}}
        assert await reasons(world, building.place_id) == {"branch": "ended"}

    async def test_what_was_known_at_an_instant_is_told_whatever_was_found_out_since(
        self, world: World, campus: Campus, estate: Estate
    ) -> None:
        nothing = world.instant()
        building = await estate.place("building", "东21舍")
        branch = await campus.branch(world, "支部")
        bare = world.instant()
        zone = await estate.zone(branch, building)
        covered = world.instant()
        await estate.end_zone(zone, EVE)
        buildings: dict[str, Any] = {"kind": KIND.COVERAGE_SUBJECT_KIND_BUILDING}

        async def counted(known_at: datetime | None) -> int:
            request = coverage_service_pb2.CountCoverageRequest(
                as_of=SEP.isoformat(), known_at=stamp(known_at) if known_at else None
            )
            answer = await world.ask(world.stubs.coverage.CountCoverage, request)
            return sum(each.without_branch for each in answer.counts if each.kind == buildings["kind"])

        lacking = {building.place_id: {"branch", "zone", "member"}}
        assert await gaps(world, **buildings) == lacking
        assert await gaps(world, **buildings, known_at=stamp(covered)) == {building.place_id: {"member"}}
        assert await gaps(world, **buildings, known_at=stamp(bare)) == lacking
        assert await reasons(world, building.place_id, known_at=stamp(covered)) == {"member": "never"}
        assert await reasons(world, building.place_id, known_at=stamp(bare)) == dict.fromkeys(
            ("branch", "zone", "member"), "never"
        )
        assert [await counted(each) for each in (None, covered, bare)] == [1, 0, 1]
        # A class that nobody had heard of was no subject.
        group = await world.establish("class", "机械2101", campus.school.unit_id)
        assert group.unit_id not in await gaps(world, known_at=stamp(nothing))
        assert group.unit_id in await gaps(world)

    async def test_the_plaque_of_a_former_member_and_the_zone_of_a_dissolved_branch_count_no_longer(
        self, world: World, campus: Campus, estate: Estate
    ) -> None:
        building = await estate.place("building", "东21舍")
        branch, other = await campus.branch(world, "支部"), await campus.branch(world, "另一支部")
        await estate.zone(branch, building)
        room = await estate.place("room", "101", building)
        await plaque(world, other, room, await somebody(world, member=(FOUNDED, SEP)))
        await world.dissolve(branch, other, on=SEP)

        assert building.place_id not in await gaps(world, EVE)
        assert await reasons(world, building.place_id) == {
            "branch": "branch_gone",
            "zone": "branch_gone",
            "member": "no_member",
        }


class TestClasses:
    async def test_a_class_is_covered_by_a_branch_a_zone_a_member_and_a_teacher(
        self, world: World, campus: Campus, estate: Estate
    ) -> None:
        group = await world.establish("class", "机械2101", campus.school.unit_id)
        branch = await campus.branch(world, "支部")
        classes: dict[str, Any] = {"kind": KIND.COVERAGE_SUBJECT_KIND_CLASS}

        assert set((await reasons(world, group.unit_id)).values()) == {"never"}
        await link(world, branch, group, await somebody(world), until=SEP)
        await somebody(world, group=group, status="SUSPENDED")
        assert await reasons(world, group.unit_id, EVE) == {
            "zone": "never",
            "member": "no_member",
            "teacher": "no_staff",
        }
        await somebody(world, group=group, status="PROBATIONARY")
        await link(
            world, await campus.branch(world, "教工支部"), group, await somebody(world, "STAFF"), until=SEP
        )
        await estate.zone(branch, class_unit_id=group.unit_id)

        assert await gaps(world, EVE, **classes) == {}
        assert await gaps(world, **classes) == {group.unit_id: {"branch", "teacher"}}
        assert set((await reasons(world, group.unit_id)).values()) == {"ended"}

    async def test_members_are_counted_and_never_named(self, world: World, campus: Campus) -> None:
        group = await world.establish("class", "机械2101", campus.school.unit_id)
        for member in ((FOUNDED, None), (FOUNDED, None), None):
            await somebody(world, group=group, member=member)

        request = coverage_service_pb2.GetCoverageRequest(subject_id=group.unit_id, as_of=SEP.isoformat())
        found = (await world.ask(world.stubs.coverage.GetCoverage, request)).explanation
        (members,) = [each for each in found.findings if each.aspect == ASPECT.COVERAGE_ASPECT_MEMBER]

        assert [(line.count, line.obstacle, line.resource_id) for line in members.evidence] == [
            (2, OBSTACLE.OBSTACLE_UNSPECIFIED, ""),
            (1, OBSTACLE.OBSTACLE_NO_MEMBER, ""),
        ]


class TestClubs:
    async def test_a_club_is_covered_through_the_branch_that_it_hosts(
        self, world: World, campus: Campus
    ) -> None:
        club = campus.club
        assert await gaps(world) == {club.unit_id: {"branch", "member", "teacher"}}
        branch = await campus.branch(
            world, "读书会支部", "functional", purpose="club_guidance", host_unit_id=club.unit_id
        )
        assert await gaps(world) == {club.unit_id: {"member", "teacher"}}
        await somebody(world, joins=branch)
        post = await world.post(branch.unit_id, "secretary")
        await world.appoint(post.post_id, await somebody(world, "STAFF"))

        assert await gaps(world) == {}


class TestLists:
    async def test_they_agree_with_the_explanations_and_the_counts_on_every_campus(
        self, world: World, campus: Campus
    ) -> None:
        subjects: list[str] = []
        estates = [await Estate.build(world, campus, code) for code in ("xingqing", "yanta")]
        branch = await campus.branch(world, "支部")
        for estate in estates:
            for number in range(3):
                building = await estate.place("building", f"{number}舍")
                group = await world.establish(
                    "class",
                    f"{estate.campus_id}-{number}",
                    campus.school.unit_id,
                    campus_id=estate.campus_id,
                )
                subjects += [building.place_id, group.unit_id]
                if number:
                    await estate.zone(branch, building)
                    await link(world, branch, group, await somebody(world, "STAFF"), until=SEP)
                if number > 1:
                    await somebody(world, group=group, member=(FOUNDED, SEP))
                    await estate.zone(branch, class_unit_id=group.unit_id)
                    room = await estate.place("room", "101", building)
                    await plaque(world, branch, room, await somebody(world))

        for day in (EVE, SEP):
            listed = await gaps(world, day)
            told = {each: set(await reasons(world, each, day)) for each in [*subjects, campus.club.unit_id]}
            assert listed == {subject: lacks for subject, lacks in told.items() if lacks}
            sliced = [await gaps(world, day, campus_id=estate.campus_id) for estate in estates]
            assert {**sliced[0], **sliced[1]} == {k: v for k, v in listed.items() if k != campus.club.unit_id}
            assert not set(sliced[0]) & set(sliced[1])
            await self._count_agrees(world, day, listed)
        lacking = await gaps(world, lacks=ASPECT.COVERAGE_ASPECT_TEACHER)
        assert lacking == {k: v for k, v in (await gaps(world)).items() if "teacher" in v}

    @staticmethod
    async def _count_agrees(world: World, day: date, listed: Mapping[str, set[str]]) -> None:
        request = coverage_service_pb2.CountCoverageRequest(as_of=day.isoformat())
        counts = (await world.ask(world.stubs.coverage.CountCoverage, request)).counts
        assert sum(each.subjects for each in counts) == 13
        assert sum(each.subjects - each.covered for each in counts) == len(listed)
        for aspect in ("branch", "zone", "member", "teacher"):
            without = sum(getattr(each, f"without_{aspect}") for each in counts)
            assert without == sum(aspect in lacks for lacks in listed.values())

    async def test_they_show_what_the_caller_may_read_and_nothing_else(
        self, world: World, campus: Campus
    ) -> None:
        await world.person("nobody")
        request = coverage_service_pb2.GetCoverageRequest(subject_id=campus.club.unit_id)

        assert await gaps(world, by="nobody") == {}
        with pytest.raises(PermissionDeniedError):
            await world.ask(world.stubs.coverage.GetCoverage, request, by="nobody")

    async def test_what_is_no_subject_on_the_day_is_not_found(self, world: World, campus: Campus) -> None:
        group = await world.establish("class", "机械2101", campus.school.unit_id, on=SEP)

        assert group.unit_id not in await gaps(world, EVE)
        for subject_id, day in ((group.unit_id, EVE), (campus.school.unit_id, SEP)):
            request = coverage_service_pb2.GetCoverageRequest(subject_id=subject_id, as_of=day.isoformat())
            with pytest.raises(NotFoundError) as refused:
                await world.ask(world.stubs.coverage.GetCoverage, request)
            assert refused.value.reason == "COVERAGE_SUBJECT_NOT_FOUND"
