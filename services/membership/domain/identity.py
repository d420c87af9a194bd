"""Numbers of resident identity cards (GB 11643): whether one can be, and how answers show it; and who read what."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from membership.errors import FieldsContradictError

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_FIELD = "identity_number"


class DisclosureKind(StrEnum):
    """What somebody read that answers otherwise mask."""

    NUMBERS = "numbers"
    FILE = "file"
    LOOKUP = "lookup"
    PACKAGE = "package"


@dataclass(frozen=True, slots=True)
class Disclosure:
    """A sensitive reading of a person's file by somebody else."""

    disclosure_id: UUID
    person_id: UUID
    kind: DisclosureKind
    read_by: UUID | None
    purpose: str
    read_at: datetime


def checked_number(number: str, born_on: date | None, *, today: date) -> str:
    """The number in capitals; refuses one whose check character or birth date cannot be."""
    text = number.upper()
    if len(text) != 18 or not text[:17].isdecimal() or text[17] != check_character(text[:17]):
        raise FieldsContradictError.of(_FIELD, "校验码不符。", "The check character does not fit.")
    born = _birth_date(text)
    if born is None or not date(1900, 1, 1) <= born <= today:
        raise FieldsContradictError.of(_FIELD, "其中的出生日期不可信。", "Its birth date is not credible.")
    if born_on is not None and born != born_on:
        raise FieldsContradictError.of(
            _FIELD, "与登记的出生日期不符。", "It differs from the registered birth date."
        )
    return text


def check_character(digits: str) -> str:
    """The last character of a number whose first seventeen digits these are (ISO 7064, MOD 11-2)."""
    return _CHECKS[sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)) % 11]


def _birth_date(text: str) -> date | None:
    try:
        return date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return None


def masked_identity(number: str | None) -> str:
    """The number as answers show it: its last four characters."""
    return "" if number is None else "*" * 14 + number[-4:]


def check_purpose(purpose: str, *, is_own: bool) -> None:
    """Refuse to disclose somebody's file for no stated purpose."""
    if not is_own and not purpose.strip():
        raise FieldsContradictError.of(
            "purpose", "查阅他人信息须说明用途。", "Reading of somebody else needs a purpose."
        )
