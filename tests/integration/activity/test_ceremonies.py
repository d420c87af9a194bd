"""Oath ceremonies: who gets onto the roll, and that membership's word completes what was held."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

import pytest

from activity.domain.ceremonies import Ceremony, CeremonyState, Outcome
from activity.errors import (
    CeremonyDayNotReachedError,
    CeremonyNotFoundError,
    CeremonyWrongStateError,
    NobodyPresentError,
    OathTakerNotEligibleError,
    OathTakerNotOnRollError,
)
from activity.operations import ceremonies
from activity.operations.ceremonies import OATH, NewCeremony
from activity.repository.ceremonies import CeremonyFilter
from chassis import process
from chassis.errors import InvalidArgumentError, PermissionDeniedError
from chassis.ids import new_id
from chassis.process import ResourceFrozenError
from chassis.process_runner import ProcessRunner
from tests.integration.activity.desk import Desk

TODAY = date(2026, 11, 24)


async def plan(desk: Desk, *, held_on: date = TODAY) -> Ceremony:
    call = await desk.checked(desk.committee_secretary, ceremonies.PLAN, desk.committee)
    new = NewCeremony(desk.committee, "七一新党员宣誓", held_on, desk.committee_secretary, "西迁广场")
    return await ceremonies.plan_ceremony(call, new, desk.membership)


async def approved(desk: Desk, count: int) -> list[UUID]:
    """People whose admission is approved and whose oath is not taken."""
    people = sorted(await desk.people(count))
    desk.membership.cases |= {person: new_id() for person in people}
    return people


async def add(desk: Desk, ceremony: Ceremony, people: Sequence[UUID]) -> Ceremony:
    call = desk.call(desk.committee_secretary)
    return await ceremonies.add_oath_takers(call, ceremony.ceremony_id, people, desk.membership)


async def call_roll(desk: Desk, ceremony: Ceremony, people: Sequence[UUID]) -> Ceremony:
    return await ceremonies.call_roll(desk.call(desk.committee_secretary), ceremony.ceremony_id, people)


async def hold(desk: Desk, ceremony: Ceremony, held_on: date | None = None) -> Ceremony:
    return await ceremonies.hold_ceremony(desk.call(desk.committee_secretary), ceremony.ceremony_id, held_on)


async def held(desk: Desk, people: Sequence[UUID], present: Sequence[UUID]) -> Ceremony:
    ceremony = await plan(desk)
    await add(desk, ceremony, people)
    await call_roll(desk, ceremony, present)
    return await hold(desk, ceremony)


async def run_processes(desk: Desk) -> None:
    runner = ProcessRunner(desk.context, [OATH])
    while await runner.run_one():
        pass


async def say(desk: Desk, ceremony: Ceremony, refusals: dict[UUID, str]) -> None:
    rows = [{"personId": str(person), "reason": reason} for person, reason in refusals.items()]
    await desk.receive("membership", "oath_roll", ceremony.ceremony_id, {"oathRoll": {"refusals": rows}})


async def read(desk: Desk, ceremony: Ceremony) -> Ceremony:
    return await ceremonies.get_ceremony(desk.call(desk.committee_secretary), ceremony.ceremony_id)


def outcomes(ceremony: Ceremony) -> dict[UUID, Outcome]:
    return {taker.person_id: taker.outcome for taker in ceremony.roll}


class TestRoll:
    @pytest.mark.covers("S60")
    async def test_approved_people_get_onto_the_roll_with_their_cases(self, desk: Desk) -> None:
        people = await approved(desk, 3)

        ceremony = await add(desk, await plan(desk), people)

        assert {taker.person_id: taker.case_id for taker in ceremony.roll} == desk.membership.cases
        assert [name for name, _ in await desk.events()] == ["ceremony.planned", "ceremony.oath_takers_added"]

    @pytest.mark.covers("S60")
    async def test_one_who_may_not_swear_keeps_all_off_and_is_named_with_the_reason(self, desk: Desk) -> None:
        good = await approved(desk, 1)
        sworn, stranger = await desk.people(2)
        desk.membership.refusals[sworn] = "ALREADY_SWORN"
        ceremony = await plan(desk)

        with pytest.raises(OathTakerNotEligibleError) as refused:
            await add(desk, ceremony, [*good, sworn, stranger])

        named = {each.field: each.en for each in refused.value.violations}
        assert named == {
            "person_ids[1]": "has sworn already (ALREADY_SWORN)",
            "person_ids[2]": "has no admission case (NO_CASE)",
        }
        assert (await read(desk, ceremony)).roll == ()

    async def test_adding_again_is_no_fact(self, desk: Desk) -> None:
        people = await approved(desk, 2)
        ceremony = await add(desk, await plan(desk), people)

        again = await add(desk, ceremony, people)

        assert again == ceremony
        assert len(await desk.events()) == 2

    async def test_people_are_taken_off(self, desk: Desk) -> None:
        first, second = await approved(desk, 2)
        ceremony = await add(desk, await plan(desk), [first, second])

        call = desk.call(desk.committee_secretary)
        after = await ceremonies.remove_oath_takers(call, ceremony.ceremony_id, [first, new_id()])

        assert list(outcomes(after)) == [second]

    async def test_somebody_not_on_the_roll_is_not_called(self, desk: Desk) -> None:
        people = await approved(desk, 1)
        ceremony = await add(desk, await plan(desk), people)

        with pytest.raises(OathTakerNotOnRollError) as refused:
            await call_roll(desk, ceremony, [*people, new_id()])

        assert [each.field for each in refused.value.violations] == ["present_person_ids[1]"]

    async def test_the_roll_of_tomorrows_ceremony_is_not_called_today(self, desk: Desk) -> None:
        people = await approved(desk, 1)
        ceremony = await add(desk, await plan(desk, held_on=TODAY + timedelta(days=1)), people)

        with pytest.raises(CeremonyDayNotReachedError):
            await call_roll(desk, ceremony, people)

    async def test_a_branch_secretary_reads_and_does_not_plan(self, desk: Desk) -> None:
        with pytest.raises(PermissionDeniedError):
            await desk.checked(desk.secretary, ceremonies.PLAN, desk.branch)

    async def test_an_oath_taker_reads_the_ceremony_without_a_role(self, desk: Desk) -> None:
        people = await approved(desk, 1)
        ceremony = await add(desk, await plan(desk), people)

        assert await ceremonies.get_ceremony(desk.call(people[0]), ceremony.ceremony_id) == ceremony
        with pytest.raises(PermissionDeniedError):
            await ceremonies.get_ceremony(desk.call(new_id()), ceremony.ceremony_id)


class TestHold:
    @pytest.mark.covers("S60")
    async def test_holding_announces_those_present_with_their_cases_and_freezes(self, desk: Desk) -> None:
        here, away = await approved(desk, 2)

        ceremony = await held(desk, [here, away], [here])

        assert ceremony.state is CeremonyState.HELD
        name, data = (await desk.events())[-1]
        assert name == "ceremony.held"
        assert data["sworn"] == [{"personId": str(here), "caseId": str(desk.membership.cases[here])}]
        assert (data["ceremonyId"], data["heldOn"]) == (str(ceremony.ceremony_id), "2026-11-24")
        with pytest.raises(ResourceFrozenError):
            await call_roll(desk, ceremony, [away])

    @pytest.mark.covers("S60")
    async def test_memberships_word_completes_the_ceremony(self, desk: Desk) -> None:
        sworn, late, away = await approved(desk, 3)
        ceremony = await held(desk, [sworn, late, away], [sworn, late])
        await run_processes(desk)

        await say(desk, ceremony, {late: "ALREADY_SWORN"})
        await run_processes(desk)

        done = await read(desk, ceremony)
        assert done.state is CeremonyState.COMPLETED
        assert outcomes(done) == {sworn: Outcome.SWORN, late: Outcome.REFUSED, away: Outcome.ABSENT}
        name, data = (await desk.events())[-1]
        assert (name, data["swornCount"], data["refusedCount"]) == ("ceremony.completed", 1, 1)
        assert done.process_id is not None
        assert (await process.get(desk.database, done.process_id)).status == "done"

    async def test_a_word_that_comes_before_the_process_has_rested_completes_as_well(
        self, desk: Desk
    ) -> None:
        people = await approved(desk, 1)
        ceremony = await held(desk, people, people)

        await say(desk, ceremony, {})
        await run_processes(desk)

        assert (await read(desk, ceremony)).state is CeremonyState.COMPLETED

    async def test_a_word_said_twice_completes_once(self, desk: Desk) -> None:
        people = await approved(desk, 1)
        ceremony = await held(desk, people, people)
        await say(desk, ceremony, {})
        await run_processes(desk)

        await say(desk, ceremony, {people[0]: "NOT_APPROVED"})
        await run_processes(desk)

        names = [name for name, _ in await desk.events()]
        assert names.count("ceremony.completed") == 1
        assert outcomes(await read(desk, ceremony)) == {people[0]: Outcome.SWORN}

    async def test_without_membership_the_ceremony_waits_and_is_listed(self, desk: Desk) -> None:
        people = await approved(desk, 1)
        ceremony = await held(desk, people, people)

        await run_processes(desk)

        assert ceremony.process_id is not None
        waiting = await process.list_processes(desk.database, most=10, status="waiting")
        assert [each.process_id for each in waiting] == [ceremony.process_id]
        assert (await read(desk, ceremony)).state is CeremonyState.HELD

    async def test_a_word_about_somebody_elses_ceremony_is_passed_over(self, desk: Desk) -> None:
        await desk.receive("membership", "oath_roll", new_id(), {"oathRoll": {"refusals": []}})

        assert await desk.events() == []

    async def test_nobody_present_is_no_ceremony(self, desk: Desk) -> None:
        people = await approved(desk, 1)
        ceremony = await add(desk, await plan(desk), people)

        with pytest.raises(NobodyPresentError):
            await hold(desk, ceremony)

        # Nothing is left frozen by the refusal.
        await call_roll(desk, ceremony, people)

    async def test_an_oath_of_the_future_is_refused(self, desk: Desk) -> None:
        people = await approved(desk, 1)
        ceremony = await add(desk, await plan(desk), people)
        await call_roll(desk, ceremony, people)

        with pytest.raises(InvalidArgumentError):
            await hold(desk, ceremony, TODAY + timedelta(days=1))

    async def test_a_ceremony_is_held_once(self, desk: Desk) -> None:
        people = await approved(desk, 1)
        ceremony = await held(desk, people, people)

        with pytest.raises(CeremonyWrongStateError):
            await hold(desk, ceremony)

    async def test_a_cancelled_ceremony_is_not_held(self, desk: Desk) -> None:
        ceremony = await plan(desk)
        call = desk.call(desk.committee_secretary)
        await ceremonies.cancel_ceremony(call, ceremony.ceremony_id, "大雨")

        with pytest.raises(CeremonyWrongStateError):
            await hold(desk, ceremony)

    async def test_an_unknown_ceremony_is_not_found(self, desk: Desk) -> None:
        with pytest.raises(CeremonyNotFoundError):
            await ceremonies.hold_ceremony(desk.call(), new_id(), None)


async def test_a_list_shows_the_latest_day_first_and_is_narrowed(desk: Desk) -> None:
    early = await plan(desk, held_on=TODAY - timedelta(days=30))
    late = await plan(desk)
    call = desk.call(desk.committee_secretary)

    async def ids(**narrow: object) -> list[UUID]:
        wanted = CeremonyFilter(**narrow)  # type: ignore[arg-type]
        page = await ceremonies.list_ceremonies(call, wanted, page_size=0, page_token="")
        return [each.ceremony_id for each in page.ceremonies]

    assert await ids() == [late.ceremony_id, early.ceremony_id]
    assert await ids(first_day=TODAY) == [late.ceremony_id]
    assert await ids(end_day=TODAY) == [early.ceremony_id]
    assert await ids(state=CeremonyState.HELD) == []
    assert await ids(unit_id=desk.branch) == []
