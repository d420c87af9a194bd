"""Findings on units over gRPC on a real database; membership says how large the rolls are."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from chassis.errors import InvalidArgumentError, UnavailableError
from chassis.schedule import ScheduleRunner
from organization.domain.findings import Size
from organization.errors import MembershipUnavailableError
from organization.operations import findings as operations
from organization.schedule import schedule
from shuyuan.organization.v1 import finding_service_pb2, grant_service_pb2, role_pb2
from shuyuan.rules.v1 import verdict_pb2
from tests.integration.organization.world import ADMIN, FOUNDED, Campus, World, stamp

SEP = date(2024, 9, 1)


async def listed(world: World, *, by: str = ADMIN, **asked: Any) -> Any:
    request = finding_service_pb2.ListFindingsRequest(**{"as_of": SEP.isoformat(), **asked})
    return await world.ask(world.stubs.findings.ListFindings, request, by=by)


async def rules(world: World, **asked: Any) -> list[str]:
    return [each.verdict.rule_id for each in (await listed(world, **asked)).findings]


def has(world: World, unit: Any, full: int, *, since: date = FOUNDED) -> None:
    """Let membership say that a branch has so many full members since a day."""
    unit_id = UUID(unit.unit_id)
    known = world.membership.sizes.get(unit_id, ())
    world.membership.sizes[unit_id] = (*known, Size(since, full=full, members=full, staff=1, students=full))


@pytest.fixture
async def branch(world: World, campus: Campus) -> Any:
    """A branch of five with a secretary, that sees to its duties, in a university with a Party school."""
    await world.establish("department", "党校", function="party_school")
    branch = await campus.branch(world, "支部")
    await world.declare_duties(branch.unit_id)
    has(world, branch, 5)
    await world.appoint((await world.post(branch.unit_id, "secretary")).post_id, await world.person("s"))
    return branch


async def test_a_branch_that_shrinks_is_found_since_that_day(world: World, branch: Any) -> None:
    has(world, branch, 2, since=date(2024, 5, 1))

    assert await rules(world, unit_id=branch.unit_id, as_of="2024-04-30") == []
    found = (await listed(world, unit_id=branch.unit_id)).findings

    assert [(each.verdict.rule_id, each.since) for each in found] == [
        ("BR-01", "2024-05-01"),
        ("BR-06", "2024-05-01"),
    ]
    assert (found[0].unit_name, found[0].verdict.seen, found[0].verdict.needed) == ("支部", "2", "≥ 3")
    assert found[0].verdict.source.article == "4"


async def test_posts_and_committee_follow_the_appointments(world: World, branch: Any) -> None:
    has(world, branch, 7, since=date(2024, 1, 1))
    asked = {"unit_id": branch.unit_id}
    assert await rules(world, **asked) == ["BR-21", "BR-21.usual", "HE-04"]

    for kind in ("organization_officer", "publicity_officer"):
        post = await world.post(branch.unit_id, kind)
        await world.appoint(post.post_id, await world.person(kind), on=date(2024, 6, 1))

    assert await rules(world, **asked, as_of="2024-05-31") == ["BR-21", "BR-21.usual", "HE-04"]
    assert await rules(world, **asked) == ["BR-21.posts"]


async def test_a_project_without_a_branch_is_found_until_it_has_one(world: World, campus: Campus) -> None:
    team = await world.establish("task_team", "支教团", on=date(2024, 1, 1))
    assert await rules(world, unit_id=team.unit_id) == ["BR-04"]

    temporary = {"purpose": "major_event", "host_unit_id": team.unit_id, "task": "支教"}
    await campus.branch(world, "支教临时支部", "temporary", on=date(2024, 8, 1), **temporary)

    assert await rules(world, unit_id=team.unit_id) == []
    assert await rules(world, unit_id=team.unit_id, as_of="2024-07-31") == ["BR-04"]


async def test_filters_choose_a_subtree_a_rule_and_a_severity(
    world: World, campus: Campus, branch: Any
) -> None:
    elsewhere = await world.establish(
        "branch", "另支部", campus.other_general_branch.unit_id, form="cohort", cohort_year=2022
    )

    below = await listed(world, below_unit_id=campus.other_general_branch.unit_id)
    assert {each.unit_id for each in below.findings} == {elsewhere.unit_id}
    assert await rules(world, below_unit_id=elsewhere.unit_id, rule_id="BR-22") == [
        "BR-22",
        "BR-22.secretary",
    ]
    warned = await rules(world, below_unit_id=elsewhere.unit_id, severity=verdict_pb2.SEVERITY_WARN)
    assert warned == []
    with pytest.raises(InvalidArgumentError) as refused:
        await listed(world, unit_id=branch.unit_id, below_unit_id=branch.unit_id)
    assert [each.field for each in refused.value.violations] == ["below_unit_id"]


async def test_who_may_read_findings_reads_them_below_the_own_unit(world: World, campus: Campus) -> None:
    other = await world.establish(
        "branch", "另支部", campus.other_general_branch.unit_id, form="cohort", cohort_year=2022
    )
    await campus.branch(world, "支部")
    await world.person("outsider")
    reader = await world.person("reader")
    grant = grant_service_pb2.GrantRoleRequest(
        person_id=str(reader),
        role=role_pb2.ROLE_GENERAL_BRANCH_SECRETARY,
        unit_id=campus.other_general_branch.unit_id,
        reason="检查",
    )
    await world.ask(world.stubs.grants.GrantRole, grant)

    assert {each.unit_id for each in (await listed(world, by="reader")).findings} == {other.unit_id}
    assert list((await listed(world, by="outsider")).findings) == []


async def test_pages_meet_and_ask_membership_once_for_many_units(
    world: World, campus: Campus, monkeypatch: pytest.MonkeyPatch
) -> None:
    await asyncio.gather(*(campus.branch(world, f"支部{number}") for number in range(7)))
    asked = {"below_unit_id": campus.community.unit_id}
    before = world.membership.asked
    whole = [(each.unit_id, each.verdict.rule_id) for each in (await listed(world, **asked)).findings]
    assert world.membership.asked == before + 1
    assert len({unit for unit, _ in whole}) == 7
    assert whole == sorted(whole)

    monkeypatch.setattr(operations, "_AT_ONCE", 2)
    monkeypatch.setattr(operations, "_MOST_UNITS", 4)
    paged: list[tuple[str, str]] = []
    token = ""
    while True:
        answer = await listed(world, **asked, page_size=3, page_token=token)
        paged += [(each.unit_id, each.verdict.rule_id) for each in answer.findings]
        token = answer.next_page_token
        if not token:
            break
    none = await listed(world, **asked, rule_id="BR-02")

    assert paged == whole
    assert (list(none.findings), bool(none.next_page_token)) == ([], True)


async def test_without_membership_nothing_is_said(world: World, branch: Any) -> None:
    world.membership.failure = MembershipUnavailableError()

    with pytest.raises(UnavailableError):
        await listed(world, unit_id=branch.unit_id)


class TestScan:
    """What the night's scan records and announces."""

    @staticmethod
    async def scan(world: World) -> list[tuple[str, str]]:
        """Let the night's work run; answers what has been announced in all, by verb and rule."""
        timed = schedule(world.membership, world.dissolution)
        await ScheduleRunner(world.context, timed).run_due(timed[-1])
        return [
            (event["verb"], orjson.loads(event["data"])["finding"]["verdict"]["ruleId"])
            for event in await world.events("finding")
        ]

    @staticmethod
    async def tomorrow(world: World) -> None:
        await world.clock.advance(world.database, world.clock.now() + timedelta(days=1))

    async def known(self, world: World, at: datetime, **asked: Any) -> list[Any]:
        request = finding_service_pb2.ListFindingsRequest(known_at=stamp(at), **asked)
        return list((await world.ask(world.stubs.findings.ListFindings, request)).findings)

    async def test_what_appears_and_clears_is_announced_once_each(self, world: World, branch: Any) -> None:
        assert await self.scan(world) == []
        nothing = world.instant()
        has(world, branch, 2, since=date(2024, 5, 1))
        await self.tomorrow(world)
        appeared = await self.scan(world)
        await self.tomorrow(world)
        again = await self.scan(world)
        small = world.instant()
        has(world, branch, 5, since=date(2024, 6, 1))
        await self.tomorrow(world)
        cleared = await self.scan(world)
        has(world, branch, 2, since=date(2024, 7, 1))
        await self.tomorrow(world)
        anew = await self.scan(world)

        assert sorted(appeared) == [("appeared", "BR-01"), ("appeared", "BR-06")]
        assert again == appeared
        assert sorted(cleared[2:]) == [("cleared", "BR-01"), ("cleared", "BR-06")]
        assert sorted(anew[4:]) == [("appeared", "BR-01"), ("appeared", "BR-06")]
        events = await world.events("finding")
        assert [event["resource_version"] for event in events] == [1, 1, 2, 2, 1, 1]
        assert len({event["resource_id"] for event in events}) == 4
        assert await self.known(world, nothing) == []
        (first, _) = await self.known(world, small)
        assert (first.verdict.rule_id, first.since, first.unit_id) == ("BR-01", "2024-05-01", branch.unit_id)
        assert first.HasField("clear_time") and first.found_time.ToDatetime(UTC) < small

    async def test_a_unit_that_is_no_more_is_found_nothing_on(self, world: World, branch: Any) -> None:
        has(world, branch, 2, since=date(2024, 5, 1))
        await self.scan(world)
        world.membership.sizes.clear()
        await world.dissolve(await world.unit(branch.unit_id), on=world.clock.today())
        await self.tomorrow(world)

        later = await world.establish("task_team", "支教团", on=date(2024, 1, 1))
        request = finding_service_pb2.ScanFindingsRequest(unit_id=later.unit_id)
        await world.ask(world.stubs.findings.ScanFindings, request)

        said = (await self.scan(world))[2:]
        assert said[0] == ("appeared", "BR-04")
        assert sorted(said[1:]) == [("cleared", "BR-01"), ("cleared", "BR-06")]

    async def test_a_scan_that_broke_off_is_finished_without_saying_anything_twice(
        self, world: World, campus: Campus, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await asyncio.gather(*(campus.branch(world, f"支部{number}") for number in range(5)))
        monkeypatch.setattr(operations, "_AT_ONCE", 2)
        whole = [(each.unit_id, each.verdict.rule_id) for each in (await listed(world, as_of=None)).findings]
        trace = world.membership.trace_sizes

        async def fails_at_last(units: Any, until: date) -> Any:
            if world.membership.asked >= asked + 2:
                raise MembershipUnavailableError
            return await trace(units, until)

        asked = world.membership.asked
        monkeypatch.setattr(world.membership, "trace_sizes", fails_at_last)
        broken = await self.scan(world)
        monkeypatch.undo()
        for _ in range(2):
            request = finding_service_pb2.ScanFindingsRequest(unit_id=str(world.root))
            await world.ask(world.stubs.findings.ScanFindings, request)

        events = [orjson.loads(event["data"])["finding"] for event in await world.events("finding")]
        assert 0 < len(broken) < len(whole)
        assert sorted((each["unitId"], each["verdict"]["ruleId"]) for each in events) == whole

    async def test_the_record_is_filtered_paged_and_refused_with_a_day(
        self, world: World, campus: Campus, branch: Any
    ) -> None:
        elsewhere = await world.establish(
            "branch", "另支部", campus.other_general_branch.unit_id, form="cohort", cohort_year=2022
        )
        request = finding_service_pb2.ScanFindingsRequest(unit_id=str(world.root))
        done = await world.ask(world.stubs.findings.ScanFindings, request)
        repeated = await world.ask(world.stubs.findings.ScanFindings, request)
        now = world.instant()

        below = await self.known(world, now, below_unit_id=campus.other_general_branch.unit_id)
        rule = await self.known(world, now, unit_id=elsewhere.unit_id, rule_id="BR-22")
        warned = await self.known(world, now, severity=verdict_pb2.SEVERITY_WARN)
        first = finding_service_pb2.ListFindingsRequest(known_at=stamp(now), page_size=2)
        page = await world.ask(world.stubs.findings.ListFindings, first)
        first.page_token, first.page_size = page.next_page_token, 200
        rest = await world.ask(world.stubs.findings.ListFindings, first)

        assert (repeated.appeared, repeated.cleared) == (0, 0)
        assert done.appeared == len(below) == len([*page.findings, *rest.findings])
        assert {each.unit_id for each in below} == {elsewhere.unit_id}
        assert [each.verdict.rule_id for each in rule] == ["BR-22", "BR-22.secretary"]
        assert warned == []
        with pytest.raises(InvalidArgumentError) as refused:
            await self.known(world, now, as_of=SEP.isoformat())
        assert [each.field for each in refused.value.violations] == ["as_of"]
