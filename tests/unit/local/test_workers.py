"""How the tests are spread over workers: what stays together, and what goes first."""

import re

import pytest

from deploy.local.layout import ROOT
from tests.support import workers
from tests.support.provision import NATS_VARIABLE


def test_what_plays_on_the_stage_stays_in_one_worker() -> None:
    files = sorted((ROOT / "tests" / "e2e").glob("test_*.py"))
    playing = [file for file in files if re.search(r"\btheatre\b", file.read_text("utf-8"))]

    assert len(playing) > 1
    assert len({workers.group_of(f"{file.relative_to(ROOT)}::test_one") for file in playing}) == 1


def test_what_compiles_typescript_stays_in_one_worker() -> None:
    files = (ROOT / "tests").glob("*/test_*.py")
    compiling = [
        file for file in files if re.search(r"compile_or_skip|: Compiled\b", file.read_text("utf-8"))
    ]

    assert len(compiling) > 1
    assert len({workers.group_of(f"{file.relative_to(ROOT)}::test_one") for file in compiling}) == 1


def test_the_tests_of_any_other_file_stay_together() -> None:
    file = "tests/integration/organization/test_story.py"

    assert {workers.group_of(f"{file}::{test}") for test in ("test_one", "TestIt::test_two[a::b]")} == {file}
    assert workers.group_of("tests/e2e/test_demo.py::test_one") == "tests/e2e/test_demo.py"


def test_what_takes_long_goes_first() -> None:
    folders = ["unit", "anew", "integration", "e2e"]

    assert sorted(folders, key=lambda folder: workers.rank(f"tests/{folder}/test_it.py::test_one")) == [
        "e2e",
        "integration",
        "unit",
        "anew",
    ]


def test_one_worker_uses_a_named_broker_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NATS_VARIABLE, "nats://127.0.0.1:4222")

    assert workers.worker_count() == 1
