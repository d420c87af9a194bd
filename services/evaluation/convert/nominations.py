"""Nominations, scores and traces."""

from collections.abc import Sequence
from decimal import Decimal

from chassis.message_values import maybe_stamp, maybe_text, maybe_uuid
from evaluation.domain.nominations import JudgeScore, NewScore, Nomination, NominationState
from evaluation.domain.recorded import CapturedFact
from evaluation.domain.traces import CriterionTrace, Trace
from evaluation.events.shapes import (
    FACT,
    NOMINATION_STATE,
    criterion_message,
    exact,
    nomination_message,
    number,
    score_message,
    value,
)
from evaluation.operations.nominations import NominationFilter
from shuyuan.evaluation.v1 import nomination_pb2
from shuyuan.evaluation.v1 import nomination_service_pb2 as pb


def nomination_filter(request: pb.ListNominationsRequest) -> NominationFilter:
    """Which nominations are wanted."""
    return NominationFilter(
        edition_id=maybe_uuid(request, "edition_id"),
        unit_id=maybe_uuid(request, "unit_id"),
        state=value(NOMINATION_STATE, NominationState, request.state),
        judged_by_me=request.judged_by_me,
    )


def page_response(found: tuple[Sequence[Nomination], str]) -> pb.ListNominationsResponse:
    """A page of nominations."""
    nominations, token = found
    return pb.ListNominationsResponse(
        nominations=[nomination_message(each) for each in nominations], next_page_token=token
    )


def new_scores(request: pb.ScoreNominationRequest) -> list[NewScore]:
    """What the judge gives now."""
    return [
        NewScore(each.criterion_key, Decimal(each.score), each.remark, maybe_text(each, "etag"))
        for each in request.scores
    ]


def own_scores_response(found: Sequence[JudgeScore]) -> pb.ScoreNominationResponse:
    """The caller's scores of the nomination."""
    return pb.ScoreNominationResponse(scores=[score_message(each) for each in found])


def scores_response(found: Sequence[JudgeScore]) -> pb.ListScoresResponse:
    """The scores of a nomination."""
    return pb.ListScoresResponse(scores=[score_message(each) for each in found])


def trace_response(found: Trace) -> pb.GetScoreTraceResponse:
    """Where the scores come from."""
    entry = found.entry
    return pb.GetScoreTraceResponse(
        trace=nomination_pb2.ScoreTrace(
            nomination_id=str(found.nomination.nomination_id),
            edition_id=str(found.edition.edition_id),
            criteria_version=found.edition.criteria_version,
            criteria=[_criterion(each) for each in found.criteria],
            total=exact(entry.total) if entry else None,
            place=entry.place if entry else None,
            ranking_digest=found.edition.digest,
        )
    )


def _criterion(found: CriterionTrace) -> nomination_pb2.CriterionTrace:
    return nomination_pb2.CriterionTrace(
        criterion=criterion_message(found.criterion),
        score=exact(found.score),
        contribution=exact(found.contribution),
        formula=found.formula,
        fact=_fact(found.fact) if found.fact else None,
        judge_scores=[score_message(each) for each in found.judge_scores],
        expected_scores=found.expected,
        given_scores=found.given,
    )


def _fact(fact: CapturedFact) -> nomination_pb2.FactTrace:
    message = nomination_pb2.FactTrace(
        fact=number(FACT, fact.fact),
        source_service=fact.service,
        source_method=fact.method,
        until=fact.period_until.isoformat(),
        value=exact(fact.value),
        evidence_noun=fact.evidence_noun,
        evidence_ids=[str(each) for each in fact.evidence_ids],
        capture_time=maybe_stamp(fact.captured_at),
        digest=fact.digest,
    )
    # `from` is a word of Python.
    setattr(message, "from", fact.period_from.isoformat())
    return message
