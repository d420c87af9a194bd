"""Identity numbers: the check character, the birth date, and what is shown."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from membership.domain.identity import check_character, check_purpose, checked_number, masked_identity
from membership.errors import FieldsContradictError

TODAY = date(2026, 9, 1)


def number_of(born: date, serial: int = 7) -> str:
    digits = f"000000{born:%Y%m%d}{serial:03d}"
    return digits + check_character(digits)


@given(st.text("0123456789", min_size=17, max_size=17), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_never_fits(digits: str, place: int, by: int) -> None:
    wrong = str((int(digits[place]) + by) % 10)
    assert check_character(digits) != check_character(digits[:place] + wrong + digits[place + 1 :])


def test_a_published_example_fits() -> None:
    assert check_character("11010519491231002") == "X"


def test_small_letters_are_taken() -> None:
    assert checked_number("11010519491231002x", None, today=TODAY) == "11010519491231002X"


def test_born_today_and_tomorrow() -> None:
    assert checked_number(number_of(TODAY), TODAY, today=TODAY)
    with pytest.raises(FieldsContradictError):
        checked_number(number_of(date(2026, 9, 2)), None, today=TODAY)


@pytest.mark.parametrize("number", ["110105194912310021", "11010519490231002", "11010519491331002X", ""])
def test_what_cannot_be(number: str) -> None:
    with pytest.raises(FieldsContradictError):
        checked_number(number, None, today=TODAY)


def test_another_birth_date_than_the_registered_one() -> None:
    with pytest.raises(FieldsContradictError):
        checked_number(number_of(date(2005, 3, 1)), date(2005, 3, 2), today=TODAY)


def test_only_the_end_is_shown() -> None:
    assert masked_identity("11010519491231002X") == "**************002X"
    assert masked_identity(None) == ""


def test_others_need_a_purpose() -> None:
    check_purpose("", is_own=True)
    check_purpose("核对", is_own=False)
    with pytest.raises(FieldsContradictError):
        check_purpose("  ", is_own=False)
