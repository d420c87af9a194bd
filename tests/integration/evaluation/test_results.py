"""The notice, the publication, the trace and the verification, on a real database."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from chassis.errors import PermissionDeniedError
from chassis.ids import new_id
from chassis.statements import query
from evaluation.domain.editions import Edition, EditionState, PastEdition
from evaluation.errors import EditionStateError, EvaluationRuleError, TieUndecidedError
from evaluation.operations import editions, nominations, results
from evaluation.operations.results import TieDecision
from tests.integration.evaluation.desk import NOW, Desk

CHANGE_A_SCORE = query(sa.text("UPDATE judge_score SET score = score + 1 WHERE score_id = :score_id"))


async def post(desk: Desk, edition: Edition, *chosen: object, reason: str = "") -> Edition:
    decision = TieDecision(tuple(chosen), "答辩表现" if chosen else "")  # type: ignore[arg-type] # ids
    return await results.post_notice(
        desk.call(), edition.edition_id, decision=decision, override_reason=reason
    )


@pytest.mark.covers("S62", "SEED-05")
class TestNotice:
    async def test_hangs_until_the_day_after_the_fifth_working_day(self, desk: Desk) -> None:
        edition, _ = await desk.ranked()

        posted = await post(desk, edition)

        assert posted.state is EditionState.NOTICE
        assert (posted.notice_posted_on, posted.publishable_on) == (date(2026, 11, 24), date(2026, 12, 2))

    async def test_nothing_is_published_while_it_hangs(self, desk: Desk) -> None:
        edition, _ = await desk.ranked()
        await post(desk, edition)
        desk.clock.instant = NOW + timedelta(days=7)

        with pytest.raises(EvaluationRuleError) as caught:
            await results.publish_edition(desk.call(), edition.edition_id)

        (verdict,) = caught.value.verdicts
        assert (verdict.rule_id, verdict.clears_on) == ("SEED-05.notice", date(2026, 12, 2))
        desk.clock.instant = NOW + timedelta(days=8)
        published = await results.publish_edition(desk.call(), edition.edition_id)
        assert published.awarded_on == date(2026, 12, 2)

    async def test_a_tie_at_the_quota_waits_for_a_choice_with_its_reason(self, desk: Desk) -> None:
        edition, (first, second, _) = await desk.ranked(("70", "94", "70"))

        with pytest.raises(TieUndecidedError):
            await post(desk, edition)
        posted = await post(desk, edition, second.nomination_id)

        assert [entry.place for entry in posted.entries] == [1, 1, 3]
        assert [entry.nomination_id for entry in posted.winners] == [second.nomination_id]
        assert posted.tie_reason == "答辩表现"
        assert posted.digest == edition.digest
        assert first.nomination_id not in {entry.nomination_id for entry in posted.winners}


@pytest.mark.covers("LOC-15")
class TestShareOfWinners:
    async def test_more_than_thirty_percent_of_the_units_do_not_win(self, desk: Desk) -> None:
        edition, _ = await desk.ranked(("80", "90", "70", "60"), quota=4)

        with pytest.raises(EvaluationRuleError) as caught:
            await post(desk, edition)

        (verdict,) = [each for each in caught.value.verdicts if each.rule_id == "LOC-15.organizations"]
        assert (verdict.seen, verdict.needed) == ("4", "≤ 3")

    async def test_three_of_ten_do(self, desk: Desk) -> None:
        edition, _ = await desk.ranked(("80", "90", "70", "60"), quota=3)

        assert len((await post(desk, edition)).winners) == 3

    async def test_a_reason_sets_the_rule_aside_and_stays_with_the_edition(self, desk: Desk) -> None:
        edition, _ = await desk.ranked(("80", "90", "70", "60"), quota=4)

        posted = await post(desk, edition, reason="百年专项表彰")

        kept = await editions.get_edition(desk.call(), posted.edition_id)
        assert "百年专项表彰" in {judgement.override_reason for judgement in kept.judgements}
        _, data = (await desk.events())[-1]
        assert data["overrideReason"] == "百年专项表彰"


@pytest.mark.covers("S62", "F69")
class TestPublication:
    async def test_results_name_the_winner_and_the_places(self, desk: Desk) -> None:
        edition = await desk.published()

        found = await results.list_results(desk.call(desk.secretary), edition.edition_id, winners_only=False)

        assert [(each.unit_name, each.place, each.winner) for each in found] == [
            ("第1党支部", 1, True),
            ("第2党支部", 2, False),
            ("第3党支部", 3, False),
        ]

    async def test_nobody_reads_results_before(self, desk: Desk) -> None:
        edition, _ = await desk.ranked()

        with pytest.raises(EditionStateError):
            await results.list_results(desk.call(), edition.edition_id, winners_only=True)

    async def test_every_step_is_announced_in_order(self, desk: Desk) -> None:
        await desk.published()

        names = [name for name, _ in await desk.events() if name.startswith("edition.")]
        assert names == [
            "edition.planned",
            "edition.opened",
            "edition.judging_started",
            "edition.judges_assigned",
            "edition.ranked",
            "edition.notice_posted",
            "edition.published",
        ]

    async def test_a_branch_secretary_may_not_publish(self, desk: Desk) -> None:
        edition, _ = await desk.ranked()

        with pytest.raises(PermissionDeniedError):
            await results.post_notice(
                desk.call(desk.secretary), edition.edition_id, decision=TieDecision(), override_reason=""
            )


@pytest.mark.covers("F71")
class TestVerification:
    async def test_computing_again_gives_the_announced_digest(self, desk: Desk) -> None:
        edition = await desk.published()

        found = await results.verify_ranking(desk.call(desk.leader), edition.edition_id)

        assert found.announced == found.computed == edition.digest

    async def test_a_score_that_was_changed_behind_our_back_is_seen(self, desk: Desk) -> None:
        edition, nominated = await desk.ranked()
        scores = await nominations.list_scores(desk.call(), nominated[0].nomination_id)
        async with desk.system().transaction() as work:
            await work.execute(CHANGE_A_SCORE, score_id=scores[0].score_id)

        found = await results.verify_ranking(desk.call(), edition.edition_id)

        assert found.announced != found.computed

    async def test_a_ranking_is_not_public_before_the_notice(self, desk: Desk) -> None:
        edition, _ = await desk.ranked()

        assert (await results.get_ranking(desk.call(desk.leader), edition.edition_id)).entries
        with pytest.raises(PermissionDeniedError):
            await results.get_ranking(desk.call(desk.secretary), edition.edition_id)
        await post(desk, edition)
        assert (await results.get_ranking(desk.call(desk.secretary), edition.edition_id)).winners

    async def test_there_is_none_before_the_ranking(self, desk: Desk) -> None:
        edition, _ = await desk.judging()

        with pytest.raises(EditionStateError):
            await results.get_ranking(desk.call(), edition.edition_id)


@pytest.mark.covers("F72")
class TestTrace:
    async def test_opens_a_score_to_the_meetings_behind_it(self, desk: Desk) -> None:
        edition, nominated = await desk.ranked()

        found = await nominations.get_trace(desk.call(), nominated[0].nomination_id)

        meetings, members, defence = found.criteria
        assert meetings.fact is not None and members.fact is not None
        assert set(meetings.fact.evidence_ids) == set(desk.recorders.meetings[desk.branches[0]])
        assert (meetings.formula, meetings.score) == ("meetings_held = 12, >= 12 -> 100", Decimal(100))
        assert members.fact.method == "shuyuan.membership.v1.RollService/ListMembers"
        assert (len(defence.judge_scores), defence.formula) == (2, "(80 + 80) / 2 = 80.0000")
        assert found.entry is not None
        assert sum(each.contribution or 0 for each in found.criteria) == found.entry.total == Decimal(90)
        assert found.edition.digest == edition.digest

    async def test_the_nominated_unit_sees_judges_scores_from_the_notice_on_and_never_the_judges(
        self, desk: Desk
    ) -> None:
        edition, nominated = await desk.ranked()
        before = await nominations.get_trace(desk.call(desk.secretary), nominated[0].nomination_id)
        await post(desk, edition)

        after = await nominations.get_trace(desk.call(desk.secretary), nominated[0].nomination_id)

        assert (before.criteria[2].score, before.entry) == (None, None)
        assert before.criteria[0].fact is not None
        assert (after.criteria[2].score, after.criteria[2].judge_scores) == (Decimal(80), ())
        with pytest.raises(PermissionDeniedError):
            await nominations.get_trace(desk.call(desk.secretary), nominated[1].nomination_id)
        with pytest.raises(PermissionDeniedError):
            await nominations.get_trace(desk.call(new_id()), nominated[0].nomination_id)

    async def test_there_is_none_before_the_capture(self, desk: Desk) -> None:
        edition = await desk.open()
        nomination = await desk.nominate(edition, desk.branches[0])

        with pytest.raises(EditionStateError):
            await nominations.get_trace(desk.call(), nomination.nomination_id)


async def test_only_editions_whose_scores_are_public_are_laid_beside_each_other(desk: Desk) -> None:
    award = await desk.award()
    past = [PastEdition(n, 1999 + n, 1, None, (), ()) for n in range(1, 27)]
    await editions.import_editions(desk.call(), award.award_id, past)
    edition, _ = await desk.ranked(award=award)

    before = await results.list_distributions(desk.call(), award.award_id, size=0, token="")
    await post(desk, edition)
    after = await results.list_distributions(desk.call(), award.award_id, size=0, token="")

    assert before.items == []
    assert [each.number for each in after.items] == [27]
