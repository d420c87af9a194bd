"""From the closing of nominations to the ranking, on a real database."""

import asyncio
from decimal import Decimal

import pytest

from chassis.errors import ConflictError, EtagMismatchError, PermissionDeniedError
from chassis.ids import new_id
from evaluation.domain.awards import FactKey, MissingScorePolicy
from evaluation.domain.editions import EditionState
from evaluation.domain.nominations import NominationState
from evaluation.errors import (
    EditionStateError,
    FactsUnavailableError,
    JudgeHasScoredError,
    NoJudgesError,
    NominationExistsError,
    NoNominationsError,
    NotAJudgeError,
    PeriodNotOverError,
    PersonUnknownError,
    UnitNotEligibleError,
)
from evaluation.operations import editions, judging, nominations
from evaluation.operations.nominations import NominationFilter
from tests.integration.evaluation.desk import AUDIT, NOW, Desk

ANY = NominationFilter(edition_id=None, unit_id=None, state=None, judged_by_me=False)


class TestNominations:
    async def test_a_unit_is_nominated_once_and_by_the_name_it_has(self, desk: Desk) -> None:
        edition = await desk.open()
        nomination = await desk.nominate(edition, desk.branches[0])

        assert nomination.unit_name == "第1党支部"
        with pytest.raises(NominationExistsError):
            await desk.nominate(edition, desk.branches[0])

    async def test_a_withdrawn_unit_may_be_nominated_again(self, desk: Desk) -> None:
        edition = await desk.open()
        first = await desk.nominate(edition, desk.branches[0])

        withdrawn = await nominations.withdraw_nomination(desk.call(desk.secretary), first.nomination_id)
        second = await desk.nominate(edition, desk.branches[0])

        assert withdrawn.state is NominationState.WITHDRAWN
        assert second.nomination_id != first.nomination_id

    async def test_only_units_that_the_award_is_for_are_nominated(self, desk: Desk) -> None:
        edition = await desk.open()

        with pytest.raises(UnitNotEligibleError):
            await desk.nominate(edition, desk.school)

    async def test_nobody_is_nominated_before_the_opening(self, desk: Desk) -> None:
        with pytest.raises(EditionStateError):
            await desk.nominate(await desk.edition(), desk.branches[0])

    async def test_lists_hold_what_the_caller_may_read(self, desk: Desk) -> None:
        edition = await desk.open()
        own = await desk.nominate(edition, desk.branches[0])
        await desk.nominate(edition, desk.branches[1])

        found, _ = await nominations.list_nominations(
            desk.call(desk.secretary), ANY, page_size=0, page_token=""
        )
        everything, _ = await nominations.list_nominations(desk.call(), ANY, page_size=0, page_token="")

        assert found == [own]
        assert len(everything) == 2
        with pytest.raises(PermissionDeniedError):
            await nominations.get_nomination(desk.call(new_id()), own.nomination_id)


@pytest.mark.covers("F72")
class TestCapture:
    async def test_closing_captures_facts_with_the_records_behind_them(self, desk: Desk) -> None:
        edition, nominated = await desk.judging()

        facts = await judging.ballot_of(desk.database, edition)

        meetings = facts.facts_by_key[nominated[0].nomination_id, FactKey.MEETINGS_HELD]
        members = facts.facts_by_key[nominated[0].nomination_id, FactKey.FULL_MEMBERS]
        assert (f"{meetings.value}", set(meetings.evidence_ids)) == (
            "12",
            set(desk.recorders.meetings[desk.branches[0]]),
        )
        assert (f"{members.value}", members.service, members.captured_at) == ("4", "membership", NOW)
        assert edition.state is EditionState.JUDGING

    async def test_rolls_are_read_on_the_last_day_of_the_period(self, desk: Desk) -> None:
        await desk.judging()

        assert {day.isoformat() for what, _, day in desk.recorders.asked if what == "membership"} == {
            "2026-10-31"
        }

    @pytest.mark.parametrize("service", ["activity", "membership"])
    async def test_nothing_changes_while_a_service_is_away(self, desk: Desk, service: str) -> None:
        edition = await desk.open()
        await desk.nominate(edition, desk.branches[0])
        desk.recorders.away = service

        with pytest.raises(FactsUnavailableError):
            await judging.close_nominations(desk.call(), edition.edition_id, desk.recorders)

        assert (await editions.get_edition(desk.call(), edition.edition_id)).state is EditionState.OPEN

    async def test_an_edition_closes_after_its_period_and_with_a_nomination(self, desk: Desk) -> None:
        edition = await desk.open(period_until=NOW.date().replace(day=25))

        with pytest.raises(NoNominationsError):
            await judging.close_nominations(desk.call(), edition.edition_id, desk.recorders)
        await desk.nominate(edition, desk.branches[0])
        with pytest.raises(PeriodNotOverError):
            await judging.close_nominations(desk.call(), edition.edition_id, desk.recorders)

    async def test_a_nomination_that_comes_meanwhile_is_not_lost(self, desk: Desk) -> None:
        edition = await desk.open()
        await desk.nominate(edition, desk.branches[0])
        ask = desk.recorders.unit_activity

        async def and_nominate(*values: object) -> object:
            await desk.nominate(edition, desk.branches[1])
            return await ask(*values)  # type: ignore[arg-type] # passed on

        desk.recorders.unit_activity = and_nominate  # type: ignore[method-assign, assignment] # the race

        with pytest.raises(ConflictError):
            await judging.close_nominations(desk.call(), edition.edition_id, desk.recorders)

    async def test_capturing_again_replaces_what_was_captured(self, desk: Desk) -> None:
        edition, nominated = await desk.judging()
        desk.recorders.meetings[desk.branches[0]] = []

        again = await judging.capture_facts(desk.call(), edition.edition_id, desk.recorders)

        ballot = await judging.ballot_of(desk.database, again)
        assert ballot.facts_by_key[nominated[0].nomination_id, FactKey.MEETINGS_HELD].value == 0
        names = [name for name, _ in await desk.events()]
        assert names[-2:] == ["edition.judging_started", "edition.facts_captured"]
        first, second = [data["factsDigest"] for name, data in await desk.events() if "factsDigest" in data]
        assert first != second


@pytest.mark.covers("F70")
class TestPanel:
    async def test_only_an_assigned_judge_scores_and_no_role_scores_for_them(self, desk: Desk) -> None:
        edition, (first, second, _) = await desk.judging()
        await judging.assign_judges(
            desk.call(), edition.edition_id, [(desk.judges[0], (first.nomination_id,))]
        )

        await desk.score(desk.judges[0], first, "90")

        for person, nomination in ((desk.judges[0], second), (desk.judges[1], first), (desk.office, first)):
            with pytest.raises(NotAJudgeError):
                await desk.score(person, nomination, "90")

    async def test_a_judge_reads_what_they_judge_and_nothing_else(self, desk: Desk) -> None:
        edition, (first, second, _) = await desk.judging()
        await judging.assign_judges(
            desk.call(), edition.edition_id, [(desk.judges[0], (first.nomination_id,))]
        )
        call = desk.call(desk.judges[0])

        found, _ = await nominations.list_nominations(call, ANY, page_size=0, page_token="")
        mine, _ = await nominations.list_nominations(
            desk.call(desk.judges[0]),
            NominationFilter(edition.edition_id, None, None, judged_by_me=True),
            page_size=0,
            page_token="",
        )

        assert found == mine == [first]
        assert (await nominations.get_nomination(call, first.nomination_id)) == first
        with pytest.raises(PermissionDeniedError):
            await nominations.get_nomination(desk.call(desk.judges[0]), second.nomination_id)

    async def test_a_judge_sees_their_own_scores_and_the_office_all(self, desk: Desk) -> None:
        edition, (first, *_) = await desk.judging()
        await desk.assign(edition)
        for judge, score in zip(desk.judges, ("90", "70.5"), strict=True):
            await desk.score(judge, first, score, remark="评语")

        own = await nominations.list_scores(desk.call(desk.judges[1]), first.nomination_id)
        everything = await nominations.list_scores(desk.call(), first.nomination_id)

        assert [(each.score, each.remark) for each in own] == [(Decimal("70.5"), "评语")]
        assert len(everything) == 2
        with pytest.raises(PermissionDeniedError):
            await nominations.list_scores(desk.call(desk.secretary), first.nomination_id)

    async def test_whoever_has_scored_stays_on_the_panel(self, desk: Desk) -> None:
        edition, (first, *_) = await desk.judging()
        await desk.assign(edition)
        await desk.score(desk.judges[0], first, "90")

        with pytest.raises(JudgeHasScoredError):
            await desk.assign(edition, desk.judges[1])
        await desk.assign(edition, desk.judges[0])
        assert set((await judging.list_judges(desk.call(), edition.edition_id)).values()) == {
            frozenset({desk.judges[0]})
        }

    async def test_judges_must_be_known(self, desk: Desk) -> None:
        edition, _ = await desk.judging()

        with pytest.raises(PersonUnknownError):
            await desk.assign(edition, new_id())


@pytest.mark.covers("F70")
class TestScores:
    async def test_are_kept_exactly_as_given(self, desk: Desk) -> None:
        edition, (first, *_) = await desk.judging()
        await desk.assign(edition)

        (given,) = await desk.score(desk.judges[0], first, "88.50")

        assert f"{given.score}" == "88.50"

    async def test_change_with_their_tag_only(self, desk: Desk) -> None:
        edition, (first, *_) = await desk.judging()
        await desk.assign(edition)
        await desk.score(desk.judges[0], first, "80")

        with pytest.raises(EtagMismatchError):
            await desk.score(desk.judges[0], first, "81")
        (changed,) = await desk.score(desk.judges[0], first, "81", etag="1")

        assert (changed.score, changed.version) == (81, 2)

    async def test_two_at_once_by_one_judge_leave_one(self, desk: Desk) -> None:
        edition, (first, *_) = await desk.judging()
        await desk.assign(edition)

        outcomes = await asyncio.gather(
            *(desk.score(desk.judges[0], first, "80") for _ in range(2)), return_exceptions=True
        )

        assert sorted(type(each).__name__ for each in outcomes) == ["EtagMismatchError", "list"]

    async def test_are_announced_and_audited_without_the_remark(self, desk: Desk) -> None:
        edition, (first, *_) = await desk.judging()
        await desk.assign(edition)

        await desk.score(desk.judges[0], first, "80", remark="不宜外传")

        name, data = (await desk.events())[-1]
        assert (name, data["score"]["score"]) == ("score.given", "80")
        assert "不宜外传" not in str(await desk.events())
        assert "不宜外传" not in str([row["changes"] for row in await desk.database.fetch(AUDIT)])

    async def test_are_closed_by_the_ranking(self, desk: Desk) -> None:
        _, nominated = await desk.ranked()

        with pytest.raises(EditionStateError):
            await desk.score(desk.judges[0], nominated[0], "100", etag="1")


@pytest.mark.covers("F71", "S62")
class TestRanking:
    async def test_places_by_facts_and_judges(self, desk: Desk) -> None:
        edition, _ = await desk.ranked(("80", "90", "70"))

        # 12 meetings and 4 members: 30 + 20 + 40; 8 and 3: 18 + 20 + 45; 4 and 2: 18 + 0 + 35.
        assert [(entry.unit_name, entry.place, entry.total) for entry in edition.entries] == [
            ("第1党支部", 1, Decimal("90")),
            ("第2党支部", 2, Decimal("83")),
            ("第3党支部", 3, Decimal("53")),
        ]
        assert [entry.winner for entry in edition.entries] == [True, False, False]

    async def test_needs_judges_where_criteria_wait_for_them(self, desk: Desk) -> None:
        edition, _ = await desk.judging()

        with pytest.raises(NoJudgesError):
            await judging.rank_edition(desk.call(), edition.edition_id)

    async def test_follows_the_policy_for_missing_scores(self, desk: Desk) -> None:
        edition, (first, *_) = await desk.judging(2, policy=MissingScorePolicy.ZERO)
        await desk.assign(edition)
        await desk.score(desk.judges[0], first, "80")

        ranked = await judging.rank_edition(desk.call(), edition.edition_id)

        assert [entry.total for entry in ranked.entries] == [Decimal("70"), Decimal("38")]

    async def test_leaves_withdrawn_nominations_out(self, desk: Desk) -> None:
        edition = await desk.open()
        staying, leaving = [await desk.nominate(edition, branch) for branch in desk.branches[:2]]
        await nominations.withdraw_nomination(desk.call(), leaving.nomination_id)
        closed = await judging.close_nominations(desk.call(), edition.edition_id, desk.recorders)
        await desk.assign(closed)

        ranked = await judging.rank_edition(desk.call(), edition.edition_id)

        assert [entry.nomination_id for entry in ranked.entries] == [staying.nomination_id]

    async def test_announces_its_digest(self, desk: Desk) -> None:
        edition, _ = await desk.ranked()

        name, data = (await desk.events())[-1]
        assert (name, data["rankingDigest"]) == ("edition.ranked", edition.digest)
