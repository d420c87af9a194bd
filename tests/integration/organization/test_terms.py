"""Terms of office over gRPC on a real database: the calendar, approvals, and the reminder."""

from datetime import date, timedelta
from typing import Any

import pytest

from chassis.errors import (
    EtagMismatchError,
    InvalidArgumentError,
    PermissionDeniedError,
    RulesError,
    StateError,
)
from chassis.schedule import ScheduleRunner
from organization.schedule import REMIND
from shuyuan.organization.v1 import (
    finding_service_pb2,
    grant_service_pb2,
    role_pb2,
    term_pb2,
    term_service_pb2,
)
from tests.integration.organization.world import ADMIN, Campus, World


def ago(world: World, days: int) -> date:
    return world.clock.today() - timedelta(days=days)


def before(day: date, years: int) -> date:
    """The same day of an earlier year; a leap day becomes the last of its February."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


async def later_by(world: World, days: int) -> None:
    """Move the business day forward."""
    await world.clock.advance(world.database, world.clock.now() + timedelta(days=days))


async def begin(world: World, unit: Any, on: date, *, by: str = ADMIN, **fields: Any) -> Any:
    request = term_service_pb2.BeginTermRequest(unit_id=unit.unit_id, started_on=on.isoformat(), **fields)
    return (await world.ask(world.stubs.terms.BeginTerm, request, by=by)).term


async def shift(world: World, term: Any, on: date, *, by: str = ADMIN, reason: str = "疫情防控") -> Any:
    request = term_service_pb2.ShiftTermElectionRequest(
        term_id=term.term_id, election_on=on.isoformat(), reason=reason, document_number="批〔2024〕1号"
    )
    return (await world.ask(world.stubs.terms.ShiftTermElection, request, by=by, etag=term.etag)).term


async def read(world: World, term: Any) -> Any:
    request = term_service_pb2.GetTermRequest(term_id=term.term_id)
    return (await world.ask(world.stubs.terms.GetTerm, request)).term


async def listed(world: World, *, by: str = ADMIN, **asked: Any) -> list[str]:
    request = term_service_pb2.ListTermsRequest(**asked)
    return [term.term_id for term in (await world.ask(world.stubs.terms.ListTerms, request, by=by)).terms]


async def grant(world: World, number: str, role: role_pb2.Role.ValueType, unit: Any) -> None:
    request = grant_service_pb2.GrantRoleRequest(
        person_id=str(await world.person(number)), role=role, unit_id=unit.unit_id, reason="测试"
    )
    await world.ask(world.stubs.grants.GrantRole, request)


class TestBegin:
    async def test_the_next_term_ends_the_one_that_ran(self, world: World, campus: Campus) -> None:
        branch = await campus.branch(world, "支部", on=before(world.clock.today(), 5))
        first = await begin(
            world, branch, before(world.clock.today(), 3), number=1, document_number="组〔1〕"
        )

        second = await begin(world, branch, world.clock.today(), number=2)

        ended = await read(world, first)
        assert (ended.ended_on, ended.state) == (second.started_on, term_pb2.Term.STATE_ENDED)
        assert (first.ends_on, second.state) == (second.started_on, term_pb2.Term.STATE_RUNNING)
        assert await listed(world, unit_id=branch.unit_id) == [second.term_id]
        assert await listed(world, unit_id=branch.unit_id, include_ended=True) == [
            first.term_id,
            second.term_id,
        ]
        verbs = [(event["verb"], event["resource_version"]) for event in await world.events("term")]
        assert verbs == [("begun", 1), ("ended", 2), ("begun", 1)]

    async def test_an_early_election_needs_approval(self, world: World, campus: Campus) -> None:
        branch = await campus.branch(world, "支部", on=ago(world, 2000))
        term = await begin(world, branch, ago(world, 900))

        with pytest.raises(StateError) as refused:
            await begin(world, branch, world.clock.today())

        assert (refused.value.reason, refused.value.metadata["due_on"]) == ("TERM_NOT_DUE", term.ends_on)
        shifted = await shift(world, term, world.clock.today())
        assert (shifted.election_due_on, shifted.ends_on) == (world.clock.today().isoformat(), term.ends_on)
        assert (await begin(world, branch, world.clock.today())).version == 1

    async def test_a_late_one_is_refused_without_approval_or_override(
        self, world: World, campus: Campus
    ) -> None:
        branch = await campus.branch(world, "支部", on=ago(world, 2000))
        await begin(world, branch, ago(world, 1600))
        await grant(world, "secretary", role_pb2.ROLE_COMMITTEE_SECRETARY, campus.community)

        with pytest.raises(RulesError) as refused:
            await begin(world, branch, world.clock.today())
        with pytest.raises(PermissionDeniedError):
            await begin(world, branch, world.clock.today(), by="secretary", override_reason="补办")
        term = await begin(world, branch, world.clock.today(), override_reason="补办")

        broken = {verdict.rule_id for verdict in refused.value.verdicts if not verdict.satisfied}
        assert broken == {"BR-23", "ELE-01", "HE-04.term"}
        assert term.override_reason == "补办"

    async def test_units_and_days_without_terms_are_refused(self, world: World, campus: Campus) -> None:
        branch = await campus.branch(world, "支部", on=ago(world, 100))

        for unit, day, field in (
            (campus.school, ago(world, 1), "unit_id"),
            (branch, ago(world, -1), "started_on"),
            (branch, ago(world, 101), "started_on"),
        ):
            with pytest.raises(InvalidArgumentError) as refused:
                await begin(world, unit, day)
            assert [each.field for each in refused.value.violations] == [field]
        functional = {"purpose": "club_guidance", "host_unit_id": campus.club.unit_id}
        club = await campus.branch(world, "功能支部", "functional", on=ago(world, 100), **functional)
        with pytest.raises(RulesError):
            await begin(world, club, ago(world, 1))


class TestShift:
    async def test_the_superior_approves_and_a_year_is_the_most(self, world: World, campus: Campus) -> None:
        branch = await campus.branch(world, "支部", on=ago(world, 2000))
        term = await begin(world, branch, ago(world, 1000))
        end = date.fromisoformat(term.ends_on)
        await grant(world, "own", role_pb2.ROLE_COMMITTEE_SECRETARY, branch)
        await grant(world, "superior", role_pb2.ROLE_GENERAL_BRANCH_SECRETARY, campus.general_branch)

        with pytest.raises(PermissionDeniedError):
            await shift(world, term, end + timedelta(days=30), by="own")
        with pytest.raises(RulesError) as refused:
            await shift(world, term, end + timedelta(days=367), by="superior")
        shifted = await shift(world, term, end + timedelta(days=30), by="superior")

        assert "ELE-01" in {each.rule_id for each in refused.value.verdicts if not each.satisfied}
        assert shifted.election_due_on == (end + timedelta(days=30)).isoformat()
        assert (shifted.shift_reason, shifted.shift_document_number) == ("疫情防控", "批〔2024〕1号")
        with pytest.raises(EtagMismatchError):
            await shift(world, term, end + timedelta(days=40))

    async def test_an_approved_late_election_is_no_finding_until_its_day(
        self, world: World, campus: Campus
    ) -> None:
        unit = await world.establish(
            "general_branch", "党总支", campus.community.unit_id, on=ago(world, 2000)
        )
        term = await begin(world, unit, ago(world, 1200))
        request = finding_service_pb2.ListFindingsRequest(unit_id=unit.unit_id)

        async def found() -> list[tuple[str, str]]:
            answer = await world.ask(world.stubs.findings.ListFindings, request)
            return [(each.verdict.rule_id, each.since) for each in answer.findings]

        day_after = (date.fromisoformat(term.ends_on) + timedelta(days=1)).isoformat()
        assert await found() == [("ELE-01", day_after)]
        await shift(world, term, ago(world, -10))
        assert await found() == []


class TestCorrect:
    @staticmethod
    async def _correct(world: World, term: Any, on: date, *, by: str = ADMIN) -> Any:
        request = term_service_pb2.CorrectTermRequest(
            term_id=term.term_id, started_on=on.isoformat(), number=2, reason="日期录入有误"
        )
        return (await world.ask(world.stubs.terms.CorrectTerm, request, by=by, etag=term.etag)).term

    async def test_a_wrong_day_is_corrected_with_all_that_follows_from_it(
        self, world: World, campus: Campus
    ) -> None:
        today = world.clock.today()
        branch = await campus.branch(world, "支部", on=before(today, 5))
        first = await begin(world, branch, before(today, 3))
        second = await begin(world, branch, today)

        corrected = await self._correct(world, second, ago(world, 5))

        assert (corrected.started_on, corrected.number) == (ago(world, 5).isoformat(), 2)
        assert corrected.ends_on == corrected.election_due_on < second.ends_on
        assert (await read(world, first)).ended_on == ago(world, 5).isoformat()
        assert (await world.events("term"))[-1]["verb"] == "corrected"
        with pytest.raises(InvalidArgumentError) as refused:
            await self._correct(world, corrected, before(today, 3))
        assert [each.field for each in refused.value.violations] == ["started_on"]
        with pytest.raises(StateError) as ended:
            await self._correct(world, await read(world, first), before(today, 4))
        assert ended.value.reason == "TERM_ENDED"

    async def test_an_approved_day_stays_within_a_year(self, world: World, campus: Campus) -> None:
        branch = await campus.branch(world, "支部", on=ago(world, 2000))
        term = await begin(world, branch, ago(world, 1000))
        late = date.fromisoformat(term.ends_on) + timedelta(days=300)
        shifted = await shift(world, term, late)

        corrected = await self._correct(world, shifted, ago(world, 990))
        with pytest.raises(RulesError):
            await self._correct(world, corrected, ago(world, 1100))

        assert corrected.election_due_on == late.isoformat()


class TestReminder:
    @staticmethod
    async def _remind(world: World) -> list[str]:
        """Let the day's timed work run; answers who has been reminded in all."""
        await ScheduleRunner(world.context, [REMIND]).run_due(REMIND)
        return [
            str(event["resource_id"]) for event in await world.events("term") if event["verb"] == "reminded"
        ]

    async def test_each_election_is_reminded_of_once(self, world: World, campus: Campus) -> None:
        near = await campus.branch(world, "近", on=ago(world, 2000))
        far = await campus.branch(world, "远", on=ago(world, 2000))
        soon = await begin(world, near, ago(world, 1000))
        later = await begin(world, far, ago(world, 300))

        assert await self._remind(world) == [soon.term_id]
        assert await self._remind(world) == [soon.term_id]
        await later_by(world, 1)
        assert await self._remind(world) == [soon.term_id]

        reminded = await read(world, soon)
        assert (reminded.state, reminded.version) == (term_pb2.Term.STATE_ENDING, 2)
        await later_by(world, 700)
        assert await self._remind(world) == [soon.term_id, later.term_id]

    async def test_a_new_day_that_leaves_the_time_is_reminded_of_anew(
        self, world: World, campus: Campus
    ) -> None:
        branch = await campus.branch(world, "支部", on=ago(world, 2000))
        term = await begin(world, branch, ago(world, 1000))
        await self._remind(world)

        shifted = await shift(world, await read(world, term), ago(world, -300))
        assert not shifted.HasField("reminded_on")
        await later_by(world, 200)

        assert await self._remind(world) == [term.term_id, term.term_id]


class TestList:
    async def test_the_calendar_is_paged_by_the_day_due_and_sliced(
        self, world: World, campus: Campus
    ) -> None:
        one = await campus.branch(world, "甲", on=ago(world, 2000))
        two = await campus.branch(world, "乙", on=ago(world, 2000))
        other = await world.establish(
            "general_branch", "党总支", campus.committee.unit_id, on=ago(world, 2000)
        )
        terms = [
            await begin(world, unit, ago(world, days))
            for unit, days in ((one, 900), (two, 1000), (other, 800))
        ]
        ids = [term.term_id for term in terms]

        assert await listed(world) == [ids[1], ids[0], ids[2]]
        assert await listed(world, below_unit_id=campus.community.unit_id) == [ids[1], ids[0]]
        assert await listed(world, due_by=terms[0].election_due_on) == [ids[1], ids[0]]
        first = await world.ask(world.stubs.terms.ListTerms, term_service_pb2.ListTermsRequest(page_size=2))
        assert await listed(world, page_size=2, page_token=first.next_page_token) == [ids[2]]
        await grant(world, "reader", role_pb2.ROLE_BRANCH_SECRETARY, two)
        assert await listed(world, by="reader") == [ids[1]]
        with pytest.raises(InvalidArgumentError):
            await listed(world, due_by="2024-01-01", include_ended=True)
