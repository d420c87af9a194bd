"""Exact numbers and digests: how shares are rounded and how equal content is recognised on any machine."""

import hashlib
import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

# What the contract shows of a score or a total; ties are judged on it too, so that what is shown decides.
SCORE_STEP = Decimal("0.0001")
# Percentages are shown half up to a tenth (C15).
PERCENT_STEP = Decimal("0.1")


def rounded(value: Fraction, step: Decimal = SCORE_STEP) -> Decimal:
    """The value half up to the step, computed in whole numbers so that no context of decimals matters."""
    exponent = int(step.as_tuple().exponent)
    magnitude = (abs(value) * 10**-exponent * 2 + 1) // 2
    digits = tuple(int(digit) for digit in str(magnitude))
    return Decimal((int(value < 0 and magnitude > 0), digits, exponent))


def percentage(part: int, whole: int) -> Decimal | None:
    """The share in percent, half up to a tenth; None of nothing."""
    return None if whole == 0 else rounded(Fraction(part * 100, whole), PERCENT_STEP)


def mean(values: Iterable[Fraction]) -> Fraction | None:
    """The arithmetic mean; None of nothing."""
    known = list(values)
    return sum(known, Fraction(0)) / len(known) if known else None


def plain(value: Decimal | Fraction) -> str:
    """A number as text, without an exponent; a fraction rounded as scores are."""
    return f"{rounded(value) if isinstance(value, Fraction) else value:f}"


def digest_of(content: object) -> str:
    """SHA-256, hex, of content whose maps are sorted: ids, days and numbers as text, the rest as JSON has it."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=_as_text)
    return hashlib.sha256(text.encode()).hexdigest()


def _as_text(value: object) -> str:
    match value:
        case Decimal():
            # 90 and 90.00 are the same score.
            return f"{value.normalize():f}"
        case Fraction():
            return f"{value.numerator}/{value.denominator}"
        case date():
            return value.isoformat()
        case UUID():
            return str(value)
    raise TypeError(f"no digest is taken of {type(value).__name__}")
