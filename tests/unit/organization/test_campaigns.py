"""How far a campaign is, by topic and to the number."""

from datetime import date
from uuid import UUID

import pytest

from organization.domain.campaigns import Campaign

DAY = date(2022, 12, 31)


def campaign(topics: tuple[str, ...], **counts: int) -> Campaign:
    return Campaign(
        UUID(int=1), 100, topics, {name.strip("_"): count for name, count in counts.items()}, 1, DAY
    )


def test_those_on_a_topic_that_it_no_longer_has_are_counted_with_none() -> None:
    found = campaign(("a", "b"), a=2, c=3, _=1)

    assert found.reached == 6
    assert found.by_topic == [("a", 2), ("b", 0), ("", 4)]


@pytest.mark.parametrize(("reached", "satisfied"), [(99, False), (100, True), (101, True)])
def test_a_hundred_are_wanted(reached: int, satisfied: bool) -> None:
    (verdict,) = campaign((), _=reached).verdicts()

    assert (verdict.rule_id, verdict.satisfied) == ("SEED-06", satisfied)
