"""The public shape of each resource; events carry it and answers are it. Ids as text, days as YYYY-MM-DD."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from google.protobuf.descriptor import EnumDescriptor

from chassis import verdicts
from chassis.message_values import maybe_stamp, stamp
from evaluation.domain.awards import Award, Criterion, Dimension
from evaluation.domain.editions import Edition, Result
from evaluation.domain.honours import Honour
from evaluation.domain.indicators import Counted, Definition, Indicator, IndicatorValue
from evaluation.domain.nominations import JudgeScore, Nomination
from evaluation.domain.ranking import Entry
from shuyuan.evaluation.v1 import award_pb2, edition_pb2, honour_pb2, indicator_pb2, nomination_pb2
from shuyuan.membership.v1 import member_pb2, person_pb2
from shuyuan.organization.v1 import unit_pb2

E = TypeVar("E", bound=StrEnum)

# Events are read by programs of the university: their sentences are in its language.
EVENT_LANGUAGE = "zh-CN"

LEVEL = award_pb2.AwardLevel.DESCRIPTOR
SOURCE = award_pb2.CriterionSource.DESCRIPTOR
FACT = award_pb2.FactKey.DESCRIPTOR
POLICY = award_pb2.MissingScorePolicy.DESCRIPTOR
TIE_RULE = award_pb2.TieRule.DESCRIPTOR
UNIT_KIND = unit_pb2.Unit.Kind.DESCRIPTOR
EDITION_STATE = edition_pb2.Edition.State.DESCRIPTOR
NOMINATION_STATE = nomination_pb2.Nomination.State.DESCRIPTOR
HONOUR_KIND = honour_pb2.HonourKind.DESCRIPTOR
POPULATION = indicator_pb2.Population.DESCRIPTOR
BASIS = indicator_pb2.AsOfBasis.DESCRIPTOR
STATUS = member_pb2.MembershipStatus.DESCRIPTOR
CATEGORY = person_pb2.PersonCategory.DESCRIPTOR


@cache
def _numbers(enum: EnumDescriptor) -> dict[str, int]:
    """The number of each value by its name in the domain: AWARD_LEVEL_NATIONAL is `national`."""
    prefix = enum.values[0].name.removesuffix("UNSPECIFIED")
    return {value.name.removeprefix(prefix).lower(): value.number for value in enum.values if value.number}


@cache
def _names(enum: EnumDescriptor) -> dict[int, str]:
    return {number: name for name, number in _numbers(enum).items()}


def number(enum: EnumDescriptor, value: str | None) -> Any:
    """The enum's number for a domain value, 0 for none."""
    return 0 if value is None else _numbers(enum)[value]


def name(enum: EnumDescriptor, given: int) -> str:
    """The name in the domain of an enum's number."""
    return _names(enum)[given]


def value(enum: EnumDescriptor, kind: type[E], given: int) -> E | None:
    """The domain value for an enum's number, None for 0."""
    return kind(name(enum, given)) if given else None


def text(id_: UUID | None) -> str | None:
    """An id as text; None stays absent."""
    return None if id_ is None else str(id_)


def day(given: date | None) -> str | None:
    """A day as text; None stays absent."""
    return None if given is None else given.isoformat()


def exact(given: Decimal | None) -> str | None:
    """A number as text; None stays absent."""
    return None if given is None else f"{given:f}"


def dimension_message(dimension: Dimension) -> award_pb2.Dimension:
    """A dimension as everybody sees it."""
    return award_pb2.Dimension(key=dimension.key, name=dimension.name)


def criterion_message(criterion: Criterion) -> award_pb2.Criterion:
    """A criterion as everybody sees it."""
    return award_pb2.Criterion(
        key=criterion.key,
        dimension_key=criterion.dimension,
        name=criterion.name,
        weight=f"{criterion.weight:f}",
        source=number(SOURCE, criterion.source),
        fact=number(FACT, criterion.fact),
        bands=[
            award_pb2.ScoreBand(at_least=f"{band.at_least:f}", score=f"{band.score:f}")
            for band in criterion.bands
        ],
    )


def award_message(award: Award) -> award_pb2.Award:
    """An award as everybody sees it."""
    return award_pb2.Award(
        award_id=str(award.award_id),
        name=award.name,
        level=number(LEVEL, award.level),
        unit_id=str(award.unit_id),
        eligible_kinds=[number(UNIT_KIND, kind) for kind in award.eligible_kinds],
        first_year=award.first_year,
        dimensions=[dimension_message(each) for each in award.catalogue.dimensions],
        criteria=[criterion_message(each) for each in award.catalogue.criteria],
        criteria_version=award.criteria_version,
        create_time=stamp(award.created_at),
        update_time=stamp(award.updated_at),
        version=award.version,
        etag=str(award.version),
    )


def edition_message(edition: Edition, language: str = EVENT_LANGUAGE) -> edition_pb2.Edition:
    """An edition as everybody sees it; who stands where is not in it."""
    return edition_pb2.Edition(
        edition_id=str(edition.edition_id),
        award_id=str(edition.award_id),
        number=edition.number,
        year=edition.year,
        quota=edition.quota,
        state=number(EDITION_STATE, edition.state),
        period_from=day(edition.period_from),
        period_until=day(edition.period_until),
        missing_score_policy=number(POLICY, edition.policy),
        tie_rule=number(TIE_RULE, edition.tie_rule),
        criteria_version=edition.criteria_version,
        criteria=[criterion_message(each) for each in edition.criteria],
        capture_time=maybe_stamp(edition.captured_at),
        ranking_digest=edition.digest,
        notice_posted_on=day(edition.notice_posted_on),
        publishable_on=day(edition.publishable_on),
        awarded_on=day(edition.awarded_on),
        imported=edition.imported,
        partial=edition.partial,
        evidence=[
            edition_pb2.EditionEvidence(description=each.description, reference=each.reference)
            for each in edition.evidence
        ],
        cancel_reason=edition.cancel_reason,
        verdicts=[verdicts.to_message(judgement, language) for judgement in edition.judgements],
        create_time=stamp(edition.created_at),
        update_time=stamp(edition.updated_at),
        version=edition.version,
        etag=str(edition.version),
    )


def result_message(result: Result) -> edition_pb2.EditionResult:
    """What a unit got, as everybody sees it."""
    return edition_pb2.EditionResult(
        place=result.place,
        unit_id=text(result.unit_id),
        unit_name=result.unit_name,
        winner=result.winner,
        total=exact(result.total),
    )


def entry_message(entry: Entry) -> edition_pb2.RankingEntry:
    """A line of a ranking."""
    return edition_pb2.RankingEntry(
        place=entry.place,
        nomination_id=str(entry.nomination_id),
        unit_id=str(entry.unit_id),
        unit_name=entry.unit_name,
        total=f"{entry.total:f}",
        scores=[
            edition_pb2.CriterionScore(criterion_key=key, score=exact(score)) for key, score in entry.scores
        ],
        winner=entry.winner,
    )


def nomination_message(nomination: Nomination) -> nomination_pb2.Nomination:
    """A nomination as those see it who may."""
    return nomination_pb2.Nomination(
        nomination_id=str(nomination.nomination_id),
        edition_id=str(nomination.edition_id),
        unit_id=str(nomination.unit_id),
        unit_name=nomination.unit_name,
        statement=nomination.statement,
        state=number(NOMINATION_STATE, nomination.state),
        create_time=stamp(nomination.created_at),
        update_time=stamp(nomination.updated_at),
        version=nomination.version,
        etag=str(nomination.version),
    )


def score_message(score: JudgeScore) -> nomination_pb2.JudgeScore:
    """A judge's score as those see it who may."""
    return nomination_pb2.JudgeScore(
        score_id=str(score.score_id),
        edition_id=str(score.edition_id),
        nomination_id=str(score.nomination_id),
        judge_person_id=str(score.judge_id),
        criterion_key=score.criterion,
        score=f"{score.score:f}",
        remark=score.remark,
        score_time=stamp(score.scored_at),
        version=score.version,
        etag=str(score.version),
    )


def honour_message(honour: Honour) -> honour_pb2.Honour:
    """An honour as those see it who may."""
    return honour_pb2.Honour(
        honour_id=str(honour.honour_id),
        person_id=str(honour.person_id),
        kind=number(HONOUR_KIND, honour.kind),
        title=honour.title,
        issuer=honour.issuer,
        level=number(LEVEL, honour.level),
        year=honour.year,
        awarded_on=honour.awarded_on.isoformat(),
        evidence=honour.evidence,
        unit_id=str(honour.unit_id),
        withdrawn=honour.withdrawn_at is not None,
        withdraw_reason=honour.withdraw_reason,
        create_time=stamp(honour.recorded_at),
        withdraw_time=maybe_stamp(honour.withdrawn_at),
        version=honour.version,
        etag=str(honour.version),
    )


def _sorted_numbers(enum: EnumDescriptor, values: Iterable[str]) -> list[Any]:
    return sorted(number(enum, each) for each in values)


def definition_message(definition: Definition) -> indicator_pb2.IndicatorDefinition:
    """How an indicator is counted."""
    return indicator_pb2.IndicatorDefinition(
        denominator=number(POPULATION, definition.denominator),
        honour_kinds=_sorted_numbers(HONOUR_KIND, definition.honour_kinds),
        membership_statuses=_sorted_numbers(STATUS, definition.statuses),
        person_categories=_sorted_numbers(CATEGORY, definition.categories),
        as_of_basis=number(BASIS, definition.basis),
    )


def indicator_message(indicator: Indicator) -> indicator_pb2.Indicator:
    """An indicator as everybody sees it."""
    return indicator_pb2.Indicator(
        indicator_id=str(indicator.indicator_id),
        code=indicator.code,
        name=indicator.name,
        unit_id=str(indicator.unit_id),
        definition=definition_message(indicator.definition),
        create_time=stamp(indicator.created_at),
        update_time=stamp(indicator.updated_at),
        version=indicator.version,
        etag=str(indicator.version),
    )


def value_message(found: IndicatorValue) -> indicator_pb2.IndicatorValue:
    """What an indicator came to."""
    return indicator_pb2.IndicatorValue(
        value_id=str(found.value_id),
        indicator_id=str(found.indicator_id),
        definition_version=found.definition_version,
        definition=definition_message(found.definition),
        year=found.year,
        as_of=day(found.as_of),
        known_at=stamp(found.known_at),
        numerator=found.numerator,
        denominator=found.denominator,
        share=exact(found.share),
        compute_time=stamp(found.computed_at),
        digest=found.digest,
        version=1,
    )


def counted_message(counted: Counted) -> indicator_pb2.IndicatorEvidence:
    """One person counted."""
    return indicator_pb2.IndicatorEvidence(
        person_id=str(counted.person_id),
        in_numerator=counted.in_numerator,
        honour_ids=[str(each) for each in counted.honour_ids],
        as_of=counted.as_of.isoformat(),
        membership_status=number(STATUS, counted.status),
        branch_unit_id=text(counted.branch_id),
    )
