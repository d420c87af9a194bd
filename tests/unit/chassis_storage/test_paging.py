"""Page sizes and tokens: what we gave comes back, anything else is refused by its field."""

from base64 import urlsafe_b64encode
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import InvalidArgumentError
from chassis.paging import decode_token, encode_token, page_of, page_size

KEYS = st.one_of(
    st.none(),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    st.integers(-(2**63), 2**63 - 1),
    st.uuids(),
    st.dates(),
    st.datetimes(timezones=st.just(UTC)),
)


class TestPageSize:
    def test_nothing_asked_for_is_the_default(self) -> None:
        assert page_size(0) == 50

    @pytest.mark.parametrize("asked", [-1, 201])
    def test_what_is_out_of_range_is_refused_by_its_field(self, asked: int) -> None:
        with pytest.raises(InvalidArgumentError) as refused:
            page_size(asked)
        assert refused.value.violations[0].field == "page_size"


class TestToken:
    @given(st.lists(KEYS, min_size=1, max_size=4))
    def test_sort_values_come_back_as_they_were(self, values: list[object]) -> None:
        assert decode_token(encode_token(*values)) == tuple(values)

    def test_no_token_is_the_first_page(self) -> None:
        assert decode_token("") == ()

    @given(st.text(max_size=60))
    def test_any_other_text_is_refused_or_is_a_token(self, text: str) -> None:
        try:
            decode_token(text)
        except InvalidArgumentError as error:
            assert error.violations[0].field == "page_token"

    @pytest.mark.parametrize(
        "values", [("x",), (uuid4(), "x"), (), (1,)], ids=["text", "longer", "empty", "number"]
    )
    def test_a_token_of_another_list_is_refused(self, values: tuple[object, ...]) -> None:
        with pytest.raises(InvalidArgumentError):
            decode_token(encode_token(*values), UUID)

    @pytest.mark.parametrize("number", [2**31, -(2**31) - 1])
    def test_a_number_that_no_list_is_sorted_by_is_refused(self, number: int) -> None:
        with pytest.raises(InvalidArgumentError):
            decode_token(encode_token(number), int)

    def test_a_token_of_the_list_is_taken(self) -> None:
        key = (date(2026, 9, 1), datetime(2026, 9, 1, tzinfo=UTC), uuid4())
        assert decode_token(encode_token(*key), date, datetime, UUID) == key

    @pytest.mark.parametrize(
        "forged",
        [
            '[["i", 1180591620717411303424]]',
            '[["i", true]]',
            r'[["s", "a\u0000b"]]',
            '[["s", 1]]',
            '[["x", 1]]',
            '["ab"]',
            '{"s": 1}',
            '[["d", "20260901x"]]',
            '[["t", "2026-09-01T00:00:00"]]',
            '[["t", "0001-01-01T00:00:00+23:59"]]',
            "no json",
        ],
    )
    def test_a_forged_token_never_reaches_a_query(self, forged: str) -> None:
        with pytest.raises(InvalidArgumentError):
            decode_token(urlsafe_b64encode(forged.encode()).decode())


class TestPage:
    def test_a_row_more_than_the_page_holds_means_that_there_is_another(self) -> None:
        page = page_of([1, 2, 3], 2, lambda row: (row,))
        assert page.items == [1, 2]
        assert decode_token(page.next_token, int) == (2,)

    def test_the_last_page_has_no_next(self) -> None:
        assert page_of([1, 2], 2, lambda row: (row,)).next_token == ""
