"""Who sees how much of a trace, and when."""

from dataclasses import replace
from decimal import Decimal

import pytest

from evaluation.domain.editions import Edition, EditionState
from evaluation.domain.nominations import JudgeScore
from evaluation.domain.ranking import rank, standings
from evaluation.domain.traces import Trace, facts_of, trace
from tests.unit.evaluation.ballots import JUDGES, NOW, ballot, candidates, uid
from tests.unit.evaluation.test_editions import JUDGING
from tests.unit.evaluation.test_nominations import NOMINATION

BALLOT = ballot([("12", "95", {JUDGES[0]: "90", JUDGES[1]: "81"})])
ID = candidates(1)[0].nomination_id
GIVEN = [JudgeScore(uid(4), uid(2), ID, JUDGES[0], "defence", Decimal(90), "", NOW, 1)]
RANKED = JUDGING.ranked(rank(BALLOT), NOW)


def seen(edition: Edition, *, sees_scores: bool) -> Trace:
    return trace(
        replace(NOMINATION, nomination_id=ID),
        edition,
        standings(BALLOT)[ID],
        facts_of(BALLOT.facts, ID),
        GIVEN,
        sees_scores=sees_scores,
    )


@pytest.mark.covers("F72")
class TestTrace:
    def test_opens_every_score_to_fact_or_judges(self) -> None:
        found = seen(RANKED, sees_scores=True)

        meetings, _, defence = found.criteria
        assert meetings.fact is not None
        assert (meetings.score, meetings.contribution) == (Decimal(100), Decimal(30))
        assert (defence.judge_scores, defence.expected, defence.given) == (tuple(GIVEN), 2, 2)
        assert found.entry is not None
        assert found.entry.total == sum(each.contribution or 0 for each in found.criteria)

    def test_hides_what_judges_gave_until_the_notice(self) -> None:
        found = seen(RANKED, sees_scores=False)

        meetings, _, defence = found.criteria
        assert meetings.score == 100
        assert (defence.score, defence.contribution, defence.formula, defence.judge_scores) == (
            None,
            None,
            "",
            (),
        )
        assert found.entry is None

    def test_shows_scores_but_not_judges_from_the_notice_on(self) -> None:
        found = seen(replace(RANKED, state=EditionState.NOTICE), sees_scores=False)

        defence = found.criteria[2]
        assert (defence.score, defence.judge_scores) == (Decimal("85.5"), ())
        assert found.entry is not None
