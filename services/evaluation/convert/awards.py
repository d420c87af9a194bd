"""Awards and their catalogue."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from uuid import UUID

from chassis.errors import InvalidArgumentError, Violation
from evaluation.domain.awards import Award, Band, Catalogue, Criterion, Dimension, FactKey, Level, Source
from evaluation.events.shapes import FACT, LEVEL, SOURCE, UNIT_KIND, award_message, name, value
from evaluation.operations.awards import NewAward
from shuyuan.evaluation.v1 import award_pb2
from shuyuan.evaluation.v1 import award_service_pb2 as pb


def catalogue(
    dimensions: Iterable[award_pb2.Dimension], criteria: Iterable[award_pb2.Criterion]
) -> Catalogue:
    """A catalogue; one that is not sound is refused as it is made."""
    return Catalogue(
        tuple(Dimension(each.key, each.name) for each in dimensions),
        tuple(_criterion(each) for each in criteria),
    )


def _criterion(given: award_pb2.Criterion) -> Criterion:
    return Criterion(
        key=given.key,
        dimension=given.dimension_key,
        name=given.name,
        weight=Decimal(given.weight),
        source=Source(name(SOURCE, given.source)),
        fact=value(FACT, FactKey, given.fact),
        bands=tuple(Band(Decimal(band.at_least), Decimal(band.score)) for band in given.bands),
    )


def new_award(request: pb.CreateAwardRequest) -> NewAward:
    """What an award is created with."""
    kinds: list[int] = list(request.eligible_kinds)
    if 0 in kinds:
        field = f"eligible_kinds[{kinds.index(0)}]"
        raise InvalidArgumentError([Violation(field, "须给出组织类型", "is required")])
    return NewAward(
        unit_id=UUID(request.unit_id),
        name=request.name,
        level=Level(name(LEVEL, request.level)),
        eligible_kinds=tuple(name(UNIT_KIND, kind) for kind in kinds),
        first_year=request.first_year,
        catalogue=catalogue(request.dimensions, request.criteria),
    )


def page_response(found: tuple[Sequence[Award], str]) -> pb.ListAwardsResponse:
    """A page of awards."""
    awards, token = found
    return pb.ListAwardsResponse(awards=[award_message(each) for each in awards], next_page_token=token)
