"""Vote arithmetic: exact, monotone, over the declared base."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from rulebook import votes_needed

unhurried = settings(deadline=None)  # the machine is shared; these tests measure no time
bases = st.integers(0, 500)
shares = st.fractions(min_value=0, max_value=1, max_denominator=20)


class TestVotesNeeded:
    @unhurried
    @given(bases, shares)
    def test_at_least_is_the_smallest_number_not_below_the_share(self, base: int, share: Fraction) -> None:
        needed = votes_needed(base, share, "at_least")

        assert needed >= base * share > needed - 1

    @unhurried
    @given(bases, shares)
    def test_more_than_is_the_smallest_number_above_the_share(self, base: int, share: Fraction) -> None:
        needed = votes_needed(base, share, "more_than")

        assert needed > base * share >= needed - 1

    @unhurried
    @given(bases, bases, shares, st.sampled_from(["at_least", "more_than"]))
    def test_larger_base_never_needs_fewer(self, one: int, other: int, share: Fraction, how: str) -> None:
        assert votes_needed(min(one, other), share, how) <= votes_needed(max(one, other), share, how)

    @unhurried
    @given(bases, shares, shares, st.sampled_from(["at_least", "more_than"]))
    def test_larger_share_never_needs_fewer(
        self, base: int, one: Fraction, other: Fraction, how: str
    ) -> None:
        assert votes_needed(base, min(one, other), how) <= votes_needed(base, max(one, other), how)

    @unhurried
    @given(bases)
    def test_half_of_an_even_base_is_where_the_two_wordings_differ(self, base: int) -> None:
        half = Fraction(1, 2)
        differ = votes_needed(base, half, "more_than") != votes_needed(base, half, "at_least")

        assert differ == (base % 2 == 0)
