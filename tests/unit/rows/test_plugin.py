"""The plugin in pytest runs of its own: faults at collection, and the record of what ran."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytest_plugins = ["pytester"]


INI = """
[pytest]
filterwarnings = error
addopts = --strict-markers --import-mode=importlib
asyncio_default_fixture_loop_scope = session
"""


@pytest.fixture
def run(pytester: pytest.Pytester) -> Any:
    pytester.makeini(INI)

    def run_source(source: str, *arguments: str) -> pytest.RunResult:
        pytester.makepyfile(test_it=f"import pytest\nfrom tests.rows import touched\n\n{source}")
        return pytester.runpytest_inprocess("-p", "tests.rows.plugin", *arguments)

    return run_source


@pytest.fixture
def recorded(run: Any, pytester: pytest.Pytester) -> Any:
    def run_and_read(source: str, *arguments: str) -> dict[str, Any]:
        run(source, "--rows-report=out/rows.json", *arguments)
        document = json.loads((pytester.path / "out" / "rows.json").read_text(encoding="utf-8"))
        return {test.removeprefix("test_it.py::"): entry for test, entry in document["tests"].items()}

    return run_and_read


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        ('covers("S25", "S92")', "test_it.py::test_one: covers unknown rows: S92"),
        (
            'covers("S1", "S2", "S3", "S4", "S5", "S6")',
            "test_it.py::test_one: covers 6 rows, at most 5 are allowed",
        ),
        ("covers()", "test_it.py::test_one: covers() takes row ids, at least one"),
        ('covers(["S1"])', "test_it.py::test_one: covers() takes row ids, at least one"),
    ],
)
def test_a_faulty_marker_is_a_collection_error_that_names_the_test(
    run: Any, marker: str, message: str
) -> None:
    result = run(f"@pytest.mark.{marker}\ndef test_one():\n    pass\n")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*ERROR collecting test_it.py*", message])


def test_markers_of_module_class_test_and_parameter_add_up_and_are_counted_together(run: Any) -> None:
    result = run(
        'pytestmark = pytest.mark.covers("S1", "S2")\n'
        '@pytest.mark.covers("S3", "S1")\n'
        "class TestIt:\n"
        '    @pytest.mark.parametrize("x", [pytest.param(1, marks=pytest.mark.covers("S4", "S5", "S6"))])\n'
        "    def test_one(self, x):\n        pass\n"
    )
    result.stdout.fnmatch_lines(["test_it.py::TestIt::test_one?1?: covers 6 rows, at most 5 are allowed"])


def test_touches_are_recorded_with_the_test_that_made_them(recorded: Any) -> None:
    tests = recorded(
        "@pytest.fixture\n"
        "def given():\n    touched.note('route', 'POST /v1/prepared')\n"
        '@pytest.mark.covers("S25", "F5")\n'
        "def test_one(given):\n"
        "    touched.note_path('post', '/v1/units')\n"
        "    touched.note('rpc', 'p.Service/Method')\n"
        "    touched.note('event', 'p.v1.unit.established')\n"
        "def test_without():\n    touched.note_path('get', '/v1/units')\n"
        '@pytest.mark.covers("S26")\n'
        "def test_two():\n    pass\n"
    )
    assert tests == {
        "test_one": {
            "rows": ["S25", "F5"],
            "outcome": "passed",
            "route": ["POST /v1/units"],
            "rpc": ["p.Service/Method"],
            "event": ["p.v1.unit.established"],
        },
        "test_two": {"rows": ["S26"], "outcome": "passed", "route": [], "rpc": [], "event": []},
    }


def test_async_tests_are_recorded(recorded: Any) -> None:
    tests = recorded(
        "import asyncio\n"
        '@pytest.mark.covers("S1")\n'
        "@pytest.mark.asyncio\n"
        "async def test_one():\n"
        "    await asyncio.sleep(0)\n    touched.note_path('GET', '/v1/units')\n"
    )
    assert tests["test_one"]["outcome"] == "passed"
    assert tests["test_one"]["route"] == ["GET /v1/units"]


@pytest.mark.parametrize(
    ("source", "outcome"),
    [
        ("def test_one():\n    assert False", "failed"),
        ("def test_one():\n    pytest.skip('no')", "skipped"),
        ("@pytest.mark.skip\ndef test_one():\n    pass", "skipped"),
        ("@pytest.mark.xfail\ndef test_one():\n    assert False", "skipped"),
        ("@pytest.fixture\ndef bad():\n    raise ValueError\ndef test_one(bad):\n    pass", "failed"),
        (
            "@pytest.fixture\ndef bad():\n    yield\n    raise ValueError\ndef test_one(bad):\n    pass",
            "failed",
        ),
        ("def test_one():\n    pytest.exit('stop')", "skipped"),
    ],
)
def test_the_outcome_is_that_of_the_whole_test(recorded: Any, source: str, outcome: str) -> None:
    tests = recorded(f'pytestmark = pytest.mark.covers("S1")\n{source}\n')
    assert tests["test_one"]["outcome"] == outcome


def test_what_workers_recorded_is_written_together(recorded: Any) -> None:
    tests = recorded(
        '@pytest.mark.parametrize("unit", ["a", "b", "c", "d"])\n'
        '@pytest.mark.covers("S1")\n'
        "def test_one(unit, worker_id):\n"
        "    touched.note_path('GET', '/v1/' + unit)\n"
        "    touched.note('event', worker_id)\n",
        "-n2",
    )
    assert {test: entry["route"] for test, entry in tests.items()} == {
        f"test_one[{unit}]": [f"GET /v1/{unit}"] for unit in "abcd"
    }
    assert {worker for entry in tests.values() for worker in entry["event"]} == {"gw0", "gw1"}


def test_no_report_without_the_option(run: Any, pytester: pytest.Pytester) -> None:
    run('@pytest.mark.covers("S1")\ndef test_one():\n    pass\n').assert_outcomes(passed=1)
    assert not list(Path(pytester.path).glob("**/*.json"))
