"""`python -m tests.rows`: its output, its last line and its one-line errors."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.rows import report
from tests.rows.__main__ import main
from tests.rows.report import Record

LAST_LINE = r"rows: seed 1/91, features \d+/97, rules \d+/145"


@pytest.fixture
def run_report(tmp_path: Path) -> Path:
    path = tmp_path / "rows.json"
    touches = Record(("S25",)).touches | {"route": {"POST /v1/units"}}
    report.write(path, {"tests/e2e/test_units.py::test_joint": Record(("S25",), "passed", touches)})
    return path


def test_prints_rows_routes_tests_and_the_count(run_report: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--report", str(run_report)]) == 0
    *lines, last = capsys.readouterr().out.splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("S25 "))
    assert lines[start + 1 : start + 3] == [
        "    → POST /v1/units",
        "    → tests/e2e/test_units.py::test_joint",
    ]
    assert re.fullmatch(LAST_LINE, last)


def test_missing_rows_say_what_they_lack(run_report: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--report", str(run_report), "--report", str(run_report), "--missing"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(re.fullmatch(r"missing S26  .*: no covering test", line) for line in lines)
    assert not any(line.startswith("missing S25 ") for line in lines)
    assert re.fullmatch(LAST_LINE, lines[-1])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "No such file or directory"),
        ("", "not a rows report: "),
        ("[]", "not a rows report: "),
        ('{"format": 2}', "not a rows report: unknown format 2"),
        (
            '{"format": 1, "tests": {"a": {"rows": [], "outcome": "lost"}}}',
            "not a rows report: unknown outcome 'lost'",
        ),
        ('{"format": 1, "tests": {"a": {"rows": [], "outcome": "passed"}}}', "not a rows report: "),
    ],
)
def test_a_report_that_cannot_be_read_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | None, message: str
) -> None:
    path = tmp_path / "rows.json"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    assert main(["--report", str(path)]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith(f"rows: {path}: {message}")
    assert told.err.count("\n") == 1


@pytest.mark.parametrize("arguments", [[], ["--report"], ["--report", "x", "--loud"]])
def test_a_wrong_call_is_one_line(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert re.fullmatch(r"rows: .+\n", capsys.readouterr().err)


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    assert "--missing" in capsys.readouterr().out
