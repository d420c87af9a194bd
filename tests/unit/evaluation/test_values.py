from decimal import Decimal, localcontext
from fractions import Fraction

import pytest

from evaluation.domain.values import PERCENT_STEP, digest_of, mean, percentage, rounded


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Fraction(1, 8), "0.1250"),
        (Fraction(1, 3), "0.3333"),
        (Fraction(2, 3), "0.6667"),
        (Fraction(100005, 100000), "1.0001"),
        (Fraction(-100005, 100000), "-1.0001"),
        (Fraction(0), "0.0000"),
    ],
)
def test_half_is_rounded_up_at_the_fourth_digit(value: Fraction, shown: str) -> None:
    assert f"{rounded(value)}" == shown


def test_the_context_of_decimals_does_not_matter() -> None:
    with localcontext() as context:
        context.prec = 3
        assert rounded(Fraction(987_654_321, 7), PERCENT_STEP) == Decimal("141093474.4")


@pytest.mark.covers("SEED-07", "F73")
@pytest.mark.parametrize(
    ("part", "whole", "share"),
    [(30, 50, "60.0"), (301, 500, "60.2"), (602, 1000, "60.2"), (1, 8, "12.5"), (9, 16, "56.3")],
)
def test_shares_are_shown_half_up_to_a_tenth(part: int, whole: int, share: str) -> None:
    assert f"{percentage(part, whole)}" == share


def test_there_is_no_share_of_nobody() -> None:
    assert percentage(0, 0) is None
    assert mean([]) is None


def test_digests_see_content_and_not_its_form() -> None:
    assert digest_of({"a": Decimal("1.50"), "b": 1}) == digest_of({"b": 1, "a": Decimal("1.5")})
    assert digest_of(["1"]) != digest_of([1])


def test_what_has_no_form_of_its_own_is_refused() -> None:
    with pytest.raises(TypeError):
        digest_of([object()])
