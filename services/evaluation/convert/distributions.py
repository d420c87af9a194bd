"""How scores are spread."""

from collections.abc import Sequence

from chassis.paging import Page
from evaluation.domain.distributions import Distribution, EditionDistribution
from evaluation.events.shapes import exact
from shuyuan.evaluation.v1 import edition_pb2
from shuyuan.evaluation.v1 import edition_service_pb2 as pb


def _distribution(found: Distribution) -> edition_pb2.ScoreDistribution:
    lowest, lower, median, upper, highest = found.points or (None,) * 5
    return edition_pb2.ScoreDistribution(
        count=found.count,
        lowest=exact(lowest),
        lower_quartile=exact(lower),
        median=exact(median),
        upper_quartile=exact(upper),
        highest=exact(highest),
        mean=exact(found.mean),
    )


def _keyed(found: Sequence[tuple[str, Distribution]]) -> list[edition_pb2.KeyedDistribution]:
    return [edition_pb2.KeyedDistribution(key=key, distribution=_distribution(each)) for key, each in found]


def _edition(found: EditionDistribution) -> edition_pb2.EditionDistribution:
    return edition_pb2.EditionDistribution(
        edition_id=str(found.edition_id),
        number=found.number,
        year=found.year,
        totals=_distribution(found.totals),
        criteria=_keyed(found.criteria),
        dimensions=_keyed(found.dimensions),
    )


def page_response(page: Page[EditionDistribution]) -> pb.ListDistributionsResponse:
    """A page of editions."""
    return pb.ListDistributionsResponse(
        distributions=[_edition(each) for each in page.items], next_page_token=page.next_token
    )
