"""Editions, past editions, rankings and results."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from chassis.message_values import maybe_day, maybe_exact, maybe_int, maybe_stamp, maybe_uuid, uuids
from evaluation.domain.awards import MissingScorePolicy, TieRule
from evaluation.domain.editions import Edition, EditionState, Evidence, PastEdition, Result
from evaluation.domain.nominations import Panel
from evaluation.events.shapes import (
    EDITION_STATE,
    POLICY,
    TIE_RULE,
    edition_message,
    entry_message,
    name,
    result_message,
    value,
)
from evaluation.operations.editions import NewEdition
from evaluation.operations.results import TieDecision, Verification
from shuyuan.evaluation.v1 import edition_pb2
from shuyuan.evaluation.v1 import edition_service_pb2 as pb


def new_edition(request: pb.CreateEditionRequest) -> NewEdition:
    """What an edition is planned with."""
    return NewEdition(
        award_id=UUID(request.award_id),
        number=request.number,
        year=request.year,
        quota=request.quota,
        period_from=date.fromisoformat(request.period_from),
        period_until=date.fromisoformat(request.period_until),
        policy=MissingScorePolicy(name(POLICY, request.missing_score_policy)),
        tie_rule=TieRule(name(TIE_RULE, request.tie_rule)),
    )


def past_editions(request: pb.ImportEditionsRequest) -> list[PastEdition]:
    """Past editions, as far as they are known."""
    return [
        PastEdition(
            number=each.number,
            year=each.year,
            quota=each.quota,
            awarded_on=maybe_day(each, "awarded_on"),
            results=tuple(_result(result) for result in each.results),
            evidence=tuple(Evidence(item.description, item.reference) for item in each.evidence),
        )
        for each in request.editions
    ]


def _result(given: edition_pb2.EditionResult) -> Result:
    return Result(
        unit_id=maybe_uuid(given, "unit_id"),
        unit_name=given.unit_name,
        winner=given.winner,
        place=maybe_int(given, "place"),
        total=maybe_exact(given, "total"),
    )


def imported_response(found: Sequence[Edition], language: str) -> pb.ImportEditionsResponse:
    """The editions taken over."""
    return pb.ImportEditionsResponse(editions=[edition_message(each, language) for each in found])


def state(request: pb.ListEditionsRequest) -> EditionState | None:
    """The state asked for."""
    return value(EDITION_STATE, EditionState, request.state)


def page_response(found: tuple[Sequence[Edition], str], language: str) -> pb.ListEditionsResponse:
    """A page of editions."""
    editions, token = found
    return pb.ListEditionsResponse(
        editions=[edition_message(each, language) for each in editions], next_page_token=token
    )


def assignments(request: pb.AssignJudgesRequest) -> list[tuple[UUID, tuple[UUID, ...]]]:
    """Each judge with the nominations named for them."""
    return [(UUID(each.person_id), uuids(each.nomination_ids)) for each in request.judges]


def panel_response(panel: Panel) -> pb.ListJudgesResponse:
    """Each judge with the nominations they judge."""
    by_judge: dict[UUID, list[UUID]] = {}
    for nomination, judges in sorted(panel.items()):
        for judge in judges:
            by_judge.setdefault(judge, []).append(nomination)
    return pb.ListJudgesResponse(
        judges=[
            pb.JudgeAssignment(person_id=str(judge), nomination_ids=[str(each) for each in nominations])
            for judge, nominations in sorted(by_judge.items())
        ]
    )


def ranking_response(edition: Edition) -> pb.GetRankingResponse:
    """The ranking as it was announced."""
    ranking = edition.ranking
    tied = ranking.tied_at_quota
    return pb.GetRankingResponse(
        ranking=edition_pb2.Ranking(
            edition_id=str(edition.edition_id),
            entries=[entry_message(entry) for entry in ranking.entries],
            digest=ranking.digest,
            tied_at_quota=bool(tied),
            rank_time=maybe_stamp(edition.ranked_at),
        )
    )


def verification_response(found: Verification) -> pb.VerifyRankingResponse:
    """What came of computing the ranking again."""
    return pb.VerifyRankingResponse(
        matches=found.announced == found.computed,
        announced_digest=found.announced,
        computed_digest=found.computed,
    )


def tie_decision(request: pb.PostNoticeRequest) -> TieDecision:
    """The choice among equals; an empty one where none was made."""
    return TieDecision(uuids(request.tie_decision.nomination_ids), request.tie_decision.reason)


def results_response(found: Sequence[Result]) -> pb.ListResultsResponse:
    """The results of an edition."""
    return pb.ListResultsResponse(results=[result_message(each) for each in found])
