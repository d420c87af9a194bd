"""docs/rows.yaml is whole, and a faulty file is refused with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rows.catalogue import RowsError, load

RULES = {
    "DEV": 38, "BR": 29, "HE": 10, "EDU": 5, "MGT": 11, "TRF": 3, "DAT": 1, "DUE": 12, "ELE": 10, "LOC": 19, "SEED": 7
}  # fmt: skip
ROW = "id: S1, title: t, zh: 词, service: organization, class: used, kind: seed"


def test_every_row_is_there_in_order() -> None:
    expected = [(f"S{n}", "seed") for n in range(1, 92)]
    expected += [(f"F{n}", "feature") for n in range(1, 98)]
    expected += [(f"{group}-{n:02}", "rule") for group, count in RULES.items() for n in range(1, count + 1)]
    assert [(row.id, row.kind) for row in load().values()] == expected


def test_rows_not_used_over_http_are_few_and_named() -> None:
    through_tests = {row.id for row in load().values() if row.through == "tests"}
    assert through_tests == {"F26", "F35", "F82", "F96", "F97"}


def test_titles_are_short_lines() -> None:
    assert [row.id for row in load().values() if len(row.title) > 75 or "\n" in row.title] == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rows: {}", "no list under the key rows"),
        ("rows: [S1]", "row 1: not a mapping"),
        (f"rows: [{{{ROW}}}, {{{ROW}}}]", "row 2: S1 is there twice"),
        (f"rows: [{{{ROW}, colour: red}}]", "row 1: .*colour"),
        ("rows: [{id: S1}]", "row 1: missing .*title"),
        (f"rows: [{{{ROW.replace('used', 'must')}}}]", "row 1: class 'must' is not one of used"),
        (
            f"rows: [{{{ROW.replace('seed', 'sown')}}}]",
            "row 1: kind 'sown' is not one of seed, feature, rule",
        ),
        (f"rows: [{{{ROW.replace('organization', 'org')}}}]", "row 1: service 'org' is not one of"),
        (f"rows: [{{{ROW}, through: mail}}]", "row 1: through 'mail' is not one of gateway, tests"),
        ("rows: [{id: 1}]", "row 1: every field is a non-empty text"),
        ("rows: [", "expected"),
    ],
)
def test_faults_name_their_place_on_one_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "rows.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RowsError, match=message) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


def test_an_absent_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(RowsError, match=r"No such file or directory$"):
        load(tmp_path / "rows.yaml")
