"""Indicators, their values and the people counted."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from google.protobuf.descriptor import EnumDescriptor

from chassis.errors import InvalidArgumentError, Violation
from evaluation.domain.honours import HonourKind
from evaluation.domain.indicators import Basis, Counted, Definition, Indicator, IndicatorValue, Population
from evaluation.domain.recorded import Status
from evaluation.events.shapes import (
    BASIS,
    CATEGORY,
    HONOUR_KIND,
    POPULATION,
    STATUS,
    counted_message,
    indicator_message,
    name,
    value_message,
)
from shuyuan.evaluation.v1 import indicator_pb2
from shuyuan.evaluation.v1 import indicator_service_pb2 as pb

K = TypeVar("K", bound=str)


def definition(given: indicator_pb2.IndicatorDefinition) -> Definition:
    """How an indicator is counted; one that cannot be counted is refused as it is made."""
    return Definition(
        denominator=Population(name(POPULATION, given.denominator)),
        honour_kinds=frozenset(_named(HONOUR_KIND, HonourKind, given.honour_kinds, "honour_kinds")),
        statuses=frozenset(_named(STATUS, Status, given.membership_statuses, "membership_statuses")),
        categories=frozenset(_named(CATEGORY, str, given.person_categories, "person_categories")),
        basis=Basis(name(BASIS, given.as_of_basis)),
    )


def _named(enum: EnumDescriptor, kind: type[K], given: Iterable[int], field: str) -> list[K]:
    found = []
    for index, number in enumerate(given):
        if not number:
            raise InvalidArgumentError(
                [Violation(f"definition.{field}[{index}]", "须给出取值", "is required")]
            )
        found.append(kind(name(enum, number)))
    return found


def page_response(found: tuple[Sequence[Indicator], str]) -> pb.ListIndicatorsResponse:
    """A page of indicators."""
    indicators, token = found
    return pb.ListIndicatorsResponse(
        indicators=[indicator_message(each) for each in indicators], next_page_token=token
    )


def values_response(found: tuple[Sequence[IndicatorValue], str]) -> pb.ListIndicatorValuesResponse:
    """A page of values."""
    values, token = found
    return pb.ListIndicatorValuesResponse(
        values=[value_message(each) for each in values], next_page_token=token
    )


def evidence_response(found: tuple[Sequence[Counted], str]) -> pb.ListIndicatorEvidenceResponse:
    """A page of the people counted."""
    counted, token = found
    return pb.ListIndicatorEvidenceResponse(
        evidence=[counted_message(each) for each in counted], next_page_token=token
    )
