"""The pytest plugin (-p tests.rows.plugin): checks `covers` markers and records what covering tests touched.

`--rows-report=FILE` writes the record as JSON; `python -m tests.rows` reads any number of them. Where xdist spreads
the tests over workers, each hands its records to the process that started it, which writes them together.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from tests.rows import catalogue, touched
from tests.rows.report import Record, Records, as_document, from_document, merge, write

MOST_ROWS = 5
HANDED_OVER = "rows"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("rows", "row coverage")
    group.addoption("--rows-report", metavar="FILE", help="write what covering tests touched to FILE (JSON)")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "covers(*rows): the rows of docs/rows.yaml this test shows, at most five"
    )
    config.pluginmanager.register(Recorder(config.getoption("--rows-report")), "rows-recorder")


def covered_rows(item: pytest.Item) -> tuple[str, ...]:
    """The rows named by the item's own, its class's and its module's markers, each once."""
    return tuple(dict.fromkeys(row for marker in item.iter_markers("covers") for row in marker.args))


def fault(item: pytest.Item) -> str | None:
    """What is wrong with the item's covers markers, if anything."""
    for marker in item.iter_markers("covers"):
        if not marker.args or marker.kwargs or not all(isinstance(row, str) for row in marker.args):
            return "covers() takes row ids, at least one"
    rows = covered_rows(item)
    if len(rows) > MOST_ROWS:
        return f"covers {len(rows)} rows, at most {MOST_ROWS} are allowed"
    unknown = [row for row in rows if row not in catalogue.load()]
    return f"covers unknown rows: {', '.join(unknown)}" if unknown else None


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turn faulty markers into collection errors of the file or class they are in."""
    report = yield
    try:
        found = [(item.nodeid, fault(item)) for item in report.result or () if isinstance(item, pytest.Item)]
    except catalogue.RowsError as error:
        found = [(report.nodeid, str(error))]
    faults = [f"{test}: {wrong}" for test, wrong in found if wrong is not None]
    if faults:
        report.outcome, report.longrepr, report.result = "failed", "\n".join(faults), []
    return report


class Recorder:
    """Notes the outcome and the touches of every covering test, and writes them when the session ends."""

    def __init__(self, target: str | None) -> None:
        self.target = target
        self.tests: Records = {}

    def record(self, item: pytest.Item) -> Record | None:
        rows = covered_rows(item)
        return self.tests.setdefault(item.nodeid, Record(rows)) if rows else None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, None, None]:
        record = self.record(item)
        if record is None:
            return (yield)
        with touched.recording() as touches:
            try:
                return (yield)
            finally:
                record.touch(touches)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        record = self.record(item)
        if record is not None and (report.when == "call" or report.outcome != "passed"):
            record.see(report.outcome)
        return report

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        handed_over: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
        if handed_over is not None:
            handed_over[HANDED_OVER] = as_document(self.tests)
        elif self.target is not None:
            write(Path(self.target), self.tests)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        # A worker that died hands nothing over; its test has failed.
        document = getattr(node, "workeroutput", {}).get(HANDED_OVER)
        if document is not None:
            self.tests = merge([self.tests, from_document(document)])
