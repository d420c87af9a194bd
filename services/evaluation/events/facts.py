"""Facts about awards, editions, nominations, honours and indicators, as events of the contract."""

from collections.abc import Iterable
from uuid import UUID

from google.protobuf.message import Message

from chassis.events import Event
from evaluation.domain.awards import Award
from evaluation.domain.editions import Edition, Result
from evaluation.domain.honours import Honour
from evaluation.domain.indicators import Indicator, IndicatorValue
from evaluation.domain.nominations import JudgeScore, Nomination
from evaluation.events import shapes
from shuyuan.evaluation.v1 import events_pb2


def award_created(award: Award) -> Event:
    """An award was created."""
    return Event(award.award_id, award.version, events_pb2.AwardCreated(award=shapes.award_message(award)))


def award_criteria_set(award: Award) -> Event:
    """An award got a new catalogue."""
    data = events_pb2.AwardCriteriaSet(
        criteria_version=award.criteria_version, award=shapes.award_message(award)
    )
    return Event(award.award_id, award.version, data)


def _of_edition(edition: Edition, data: Message) -> Event:
    return Event(edition.edition_id, edition.version, data)


def edition_planned(edition: Edition) -> Event:
    """An edition was planned."""
    return _of_edition(edition, events_pb2.EditionPlanned(edition=shapes.edition_message(edition)))


def edition_imported(edition: Edition, results: int) -> Event:
    """A past edition was taken over."""
    data = events_pb2.EditionImported(result_count=results, edition=shapes.edition_message(edition))
    return _of_edition(edition, data)


def edition_opened(edition: Edition) -> Event:
    """An edition was opened."""
    return _of_edition(edition, events_pb2.EditionOpened(edition=shapes.edition_message(edition)))


def edition_judging_started(edition: Edition, nominations: int, facts_digest: str) -> Event:
    """Nominations were closed and facts captured."""
    data = events_pb2.EditionJudgingStarted(
        nomination_count=nominations,
        facts_digest=facts_digest,
        edition=shapes.edition_message(edition),
    )
    return _of_edition(edition, data)


def edition_facts_captured(edition: Edition, facts_digest: str) -> Event:
    """The facts were captured again."""
    data = events_pb2.EditionFactsCaptured(facts_digest=facts_digest, edition=shapes.edition_message(edition))
    return _of_edition(edition, data)


def edition_judges_assigned(edition: Edition, judges: Iterable[UUID]) -> Event:
    """The panel was set."""
    data = events_pb2.EditionJudgesAssigned(
        judge_person_ids=sorted(str(judge) for judge in judges), edition=shapes.edition_message(edition)
    )
    return _of_edition(edition, data)


def edition_ranked(edition: Edition) -> Event:
    """The ranking was computed."""
    data = events_pb2.EditionRanked(ranking_digest=edition.digest, edition=shapes.edition_message(edition))
    return _of_edition(edition, data)


def edition_notice_posted(edition: Edition, override_reason: str) -> Event:
    """The notice was posted."""
    data = events_pb2.EditionNoticePosted(
        winner_unit_ids=[str(entry.unit_id) for entry in edition.winners],
        tie_reason=edition.tie_reason,
        override_reason=override_reason,
        edition=shapes.edition_message(edition),
    )
    return _of_edition(edition, data)


def edition_published(edition: Edition, results: Iterable[Result]) -> Event:
    """The results were published."""
    data = events_pb2.EditionPublished(
        results=[shapes.result_message(each) for each in results], edition=shapes.edition_message(edition)
    )
    return _of_edition(edition, data)


def edition_cancelled(edition: Edition) -> Event:
    """An edition was cancelled."""
    data = events_pb2.EditionCancelled(reason=edition.cancel_reason, edition=shapes.edition_message(edition))
    return _of_edition(edition, data)


def nomination_submitted(nomination: Nomination) -> Event:
    """A unit was nominated."""
    data = events_pb2.NominationSubmitted(nomination=shapes.nomination_message(nomination))
    return Event(nomination.nomination_id, nomination.version, data)


def nomination_withdrawn(nomination: Nomination) -> Event:
    """A nomination was withdrawn."""
    data = events_pb2.NominationWithdrawn(nomination=shapes.nomination_message(nomination))
    return Event(nomination.nomination_id, nomination.version, data)


def score_given(score: JudgeScore) -> Event:
    """A judge gave or changed a score."""
    return Event(score.score_id, score.version, events_pb2.ScoreGiven(score=shapes.score_message(score)))


def score_reassigned(score: JudgeScore, before: UUID, after: UUID) -> Event:
    """A score of one judge is another's."""
    data = events_pb2.ScoreReassigned(
        from_person_id=str(before), to_person_id=str(after), score=shapes.score_message(score)
    )
    return Event(score.score_id, score.version, data)


def honour_recorded(honour: Honour) -> Event:
    """An honour was recorded."""
    data = events_pb2.HonourRecorded(honour=shapes.honour_message(honour))
    return Event(honour.honour_id, honour.version, data)


def honour_reassigned(honour: Honour, before: UUID, after: UUID) -> Event:
    """An honour of one person is another's."""
    data = events_pb2.HonourReassigned(
        from_person_id=str(before), to_person_id=str(after), honour=shapes.honour_message(honour)
    )
    return Event(honour.honour_id, honour.version, data)


def honour_withdrawn(honour: Honour) -> Event:
    """An honour was withdrawn."""
    data = events_pb2.HonourWithdrawn(reason=honour.withdraw_reason, honour=shapes.honour_message(honour))
    return Event(honour.honour_id, honour.version, data)


def indicator_defined(indicator: Indicator) -> Event:
    """An indicator was defined."""
    data = events_pb2.IndicatorDefined(indicator=shapes.indicator_message(indicator))
    return Event(indicator.indicator_id, indicator.version, data)


def indicator_revised(indicator: Indicator) -> Event:
    """The definition of an indicator was changed."""
    data = events_pb2.IndicatorRevised(indicator=shapes.indicator_message(indicator))
    return Event(indicator.indicator_id, indicator.version, data)


def indicator_computed(value: IndicatorValue) -> Event:
    """An indicator was computed."""
    data = events_pb2.IndicatorComputed(indicator_value=shapes.value_message(value))
    return Event(value.value_id, 1, data)
