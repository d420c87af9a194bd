"""When a row counts as shown, and how runs are merged."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rows import report
from tests.rows.catalogue import Row, RowsError
from tests.rows.coverage import BOUNDARIES, case_boundaries, standings, summary
from tests.rows.report import Record, Records

KNOWN = {"DEV-03", "DEV-09"}


def row(row_id: str, kind: str = "seed", through: str = "gateway") -> Row:
    return Row(row_id, "t", "词", "organization", "used", kind, through)


def record(outcome: str, *routes: str, row_id: str = "S1") -> Record:
    return Record((row_id,), outcome, {"route": set(routes), "rpc": set(), "event": set()})


def lack(one: Row, records: Records, boundaries: tuple[str, ...] = ()) -> str | None:
    [standing] = standings({one.id: one}, records, {one.id: set(boundaries)})
    return standing.lack


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ({}, "no covering test"),
        ({"a": record("passed", row_id="S2")}, "no covering test"),
        ({"a": record("skipped", "GET /v1/units")}, "no covering test passed"),
        ({"a": record("failed", "GET /v1/units")}, "no covering test passed"),
        ({"a": record("passed")}, "no passing test went through the gateway"),
        ({"a": record("passed", "GET /healthz")}, "no passing test went through the gateway"),
        (
            {"a": record("passed"), "b": record("failed", "GET /v1/x")},
            "no passing test went through the gateway",
        ),
        ({"a": record("passed", "GET /v1/units"), "b": record("failed")}, None),
    ],
)
def test_a_row_people_use_needs_a_passing_test_through_the_gateway(
    records: Records, expected: str | None
) -> None:
    assert lack(row("S1"), records) == expected


def test_a_row_shown_by_tests_needs_only_a_passing_test() -> None:
    one = row("F96", "feature", "tests")
    assert lack(one, {"a": record("passed", row_id="F96")}) is None
    assert lack(one, {"a": record("failed", row_id="F96")}) == "no covering test passed"


@pytest.mark.parametrize(
    ("outcomes", "boundaries", "expected"),
    [
        (["passed"], BOUNDARIES, None),
        (["passed", "skipped"], BOUNDARIES, None),
        (["passed"], ("on",), "no case day_before, day_after"),
        ([], BOUNDARIES, "no covering test"),
        (["skipped"], BOUNDARIES, "no covering test passed"),
        (["passed", "failed"], BOUNDARIES, "a covering test failed"),
    ],
)
def test_a_rule_needs_its_three_cases_and_no_failing_test(
    outcomes: list[str], boundaries: tuple[str, ...], expected: str | None
) -> None:
    records = {str(n): record(outcome, row_id="DEV-03") for n, outcome in enumerate(outcomes)}
    assert lack(row("DEV-03", "rule"), records, boundaries) == expected


def test_only_passing_tests_and_their_routes_are_told() -> None:
    records = {
        "b": record("passed", "POST /v1/b"),
        "a": record("passed", "GET /v1/a"),
        "c": record("failed", "X /c"),
    }
    [standing] = standings({"S1": row("S1")}, records, {})
    assert (standing.routes, standing.tests) == (("GET /v1/a", "POST /v1/b"), ("a", "b"))


def test_the_summary_counts_each_kind() -> None:
    rows = {one.id: one for one in (row("S1"), row("S2"), row("F1", "feature"), row("DEV-03", "rule"))}
    assert (
        summary(standings(rows, {"a": record("passed", "GET /v1/a")}, {}))
        == "rows: seed 1/2, features 0/1, rules 0/1"
    )


@pytest.mark.parametrize(
    "text",
    [
        "cases: [{rule: DEV-03, boundary: on}, {rule: DEV-03, boundary: day_after}, {rule: DEV-09, boundary: on}]",
        "cases: [{id: DEV-03, boundary: 'on'}, {id: DEV-03, boundary: day-after}, {id: DEV-09, boundary: on}]",
        "rule: DEV-03\ncases: [{id: own-name, boundary: on}, {boundary: day_after}, {rule: DEV-09, boundary: on}]",
        "id: DEV-03\ncases: [{boundary: [on, day_after]}, {id: DEV-09, boundary: on}]",
        "[{rules: [DEV-03, DEV-09], boundary: on}, {rule: DEV-03, boundary: day_after}]",
        '- &talk {rule: DEV-03, boundary: "on"}\n- {<<: *talk, boundary: day_after}\n- {<<: *talk, rule: DEV-09}',
    ],
)
def test_case_tables_are_read_in_each_of_their_shapes(tmp_path: Path, text: str) -> None:
    table = tmp_path / "unit" / "rulebook" / "cases" / "dev.yaml"
    table.parent.mkdir(parents=True)
    table.write_text(text, encoding="utf-8")
    assert case_boundaries(tmp_path, KNOWN) == {"DEV-03": {"on", "day_after"}, "DEV-09": {"on"}}


def test_a_table_without_cases_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "dev.yaml").write_text("rule: DEV-03", encoding="utf-8")
    with pytest.raises(RowsError, match=r"dev\.yaml: no list of cases"):
        case_boundaries(tmp_path, KNOWN)


def test_a_report_reads_back_as_written(tmp_path: Path) -> None:
    records = {"a": record("passed", "GET /v1/a"), "b": record("failed")}
    report.write(tmp_path / "new" / "rows.json", records)
    assert report.read(tmp_path / "new" / "rows.json") == records


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        (("skipped", "passed"), "passed"),
        (("failed", "passed"), "failed"),
        (("skipped", "skipped"), "skipped"),
    ],
)
def test_runs_merge_whatever_their_order(outcomes: tuple[str, str], expected: str) -> None:
    runs = [{"a": record(outcome, f"GET /v1/{outcome}")} for outcome in outcomes]
    for order in (runs, runs[::-1]):
        merged = report.merge(order)["a"]
        assert merged.outcome == expected
        assert merged.touches["route"] == ({"GET /v1/passed"} if "passed" in outcomes else set())
