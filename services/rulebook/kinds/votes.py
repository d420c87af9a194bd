"""Kinds that are decided by votes: quorum and majority, in exact integers over a declared base.

The base is the should-attend count unless a pack says otherwise; a written opinion counts as a vote
and never as presence (C11).
"""

from datetime import date
from fractions import Fraction
from typing import ClassVar

from ..facts import FactReader, FactType, UnusableFactError
from ..parameters import SHARE, Parameters, ParameterSpec, Stricter, choice
from .base import Outcome, Role

COMPARISON = choice("at_least", "more_than")
# Whoever is present should attend, so the share of those who should attend is the harder one.
BASE = choice("present", "should_attend")


def votes_needed(base: int, share: Fraction, comparison: str) -> int:
    """
    The smallest whole number of votes that is at least, or more than, a share of the base.
    """
    whole, rest = divmod(base * share.numerator, share.denominator)
    if comparison == "more_than":
        return whole + 1
    return whole + (rest > 0)


def _people(facts: FactReader) -> tuple[int, int]:
    """
    Present and should-attend, refused where more are present than should attend (C10).
    """
    present, should_attend = facts.whole("present"), facts.whole("should_attend")
    if present > should_attend:
        raise UnusableFactError(facts.name("present"), facts.name("should_attend"))
    return present, should_attend


class Quorum:
    """Enough of those who should attend are present; nobody to attend is no meeting."""

    name: ClassVar[str] = "quorum"
    roles: ClassVar[tuple[Role, ...]] = (
        Role("present", FactType.WHOLE),
        Role("should_attend", FactType.WHOLE),
    )
    parameters: ClassVar[tuple[ParameterSpec, ...]] = (
        ParameterSpec("share", SHARE, Stricter.HIGHER, required=True),
        ParameterSpec("comparison", COMPARISON, Stricter.HIGHER, required=True),
    )

    def evaluate(self, parameters: Parameters, facts: FactReader, on: date) -> Outcome:
        present, should_attend = _people(facts)
        share, comparison = parameters.need("share", Fraction), parameters.need("comparison", str)
        needed = votes_needed(should_attend, share, comparison)
        return Outcome(
            satisfied=should_attend > 0 and present >= needed,
            seen=f"{present}/{should_attend}",
            needed=f"≥ {needed}/{should_attend}",
        )


class Majority:
    """Enough votes in favour, those given in writing before the meeting included."""

    name: ClassVar[str] = "majority"
    roles: ClassVar[tuple[Role, ...]] = (
        Role("yes", FactType.WHOLE),
        Role("written_yes", FactType.WHOLE, required=False, optional=True),
        Role("present", FactType.WHOLE),
        Role("should_attend", FactType.WHOLE),
    )
    parameters: ClassVar[tuple[ParameterSpec, ...]] = (
        ParameterSpec("share", SHARE, Stricter.HIGHER, required=True),
        ParameterSpec("comparison", COMPARISON, Stricter.HIGHER, required=True),
        ParameterSpec("base", BASE, Stricter.HIGHER, required=True),
    )

    def evaluate(self, parameters: Parameters, facts: FactReader, on: date) -> Outcome:
        present, should_attend = _people(facts)
        room, written = facts.whole("yes"), facts.whole("written_yes")
        if room > present:
            raise UnusableFactError(facts.name("yes"), facts.name("present"))
        if written > should_attend - present:
            raise UnusableFactError(facts.name("written_yes"), facts.name("should_attend"))
        base = should_attend if parameters.need("base", str) == "should_attend" else present
        share, comparison = parameters.need("share", Fraction), parameters.need("comparison", str)
        needed = votes_needed(base, share, comparison)
        return Outcome(
            satisfied=base > 0 and room + written >= needed,
            seen=f"{room + written}/{base}",
            needed=f"≥ {needed}/{base}",
        )


VOTE_KINDS = (Quorum(), Majority())
