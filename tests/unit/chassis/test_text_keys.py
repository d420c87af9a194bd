"""Keys by which texts are found: whatever a text contains, its grams contain."""

from hypothesis import given
from hypothesis import strategies as st

from chassis.text_keys import folded, grams, keys_of

TEXT = st.text(alphabet="党支部书院机械2021级AbＣü ", max_size=12)


@given(before=TEXT, within=TEXT, after=TEXT)
def test_the_grams_of_a_part_are_among_those_of_the_whole(before: str, within: str, after: str) -> None:
    whole = folded(before + within + after)

    assert folded(within) in whole
    assert set(grams(folded(within))) <= set(grams(whole))


def test_initials_are_those_of_the_readings_in_the_text() -> None:
    keys = keys_of("重庆2021级第一党支部A")

    assert keys.folded == "重庆2021级第一党支部a"
    assert keys.initials == "cq2021jdydzba"
    assert {"重", "重庆", "cq", "2021"[:2]} <= set(keys.grams)


def test_width_and_case_make_no_difference() -> None:
    assert folded("ＡbＣ") == "abc"
    assert grams("") == []
