"""The OpenAPI document, fuzzed: no 5xx, no undocumented status, what it allows is taken and the rest refused."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from deploy.local.stack import Stack

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
MOST_SECONDS = 900
# Two processes share the paths: one alone leaves a core idle for minutes.
FIRST_HALF = "^/v1/[a-m]"


@pytest.fixture
def fake_gateway() -> Iterator[str]:
    """The address of a gateway whose services answer everything."""
    command = [sys.executable, "-m", "tests.contract.fake_gateway"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        yield process.stdout.readline().decode().strip()
        process.terminate()


def fuzz(folder: Path, url: str, token: str, *options: str) -> None:
    command = [
        str(Path(sys.executable).parent / "schemathesis"),
        f"--config-file={HERE / 'schemathesis.toml'}",
        "run",
        f"{url}/openapi.json",
        "--generation-deterministic",
        "--no-color",
        *options,
    ]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "NO_PROXY": "*", "SHUYUAN_FUZZ_TOKEN": token}
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=MOST_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]


def test_the_gateway_refuses_what_its_document_rules_out_and_nothing_else(
    fake_gateway: str, tmp_path: Path
) -> None:
    """The services answer empty messages, so only the form of their answers is not looked at here."""
    halves = {"first": f"--include-path-regex={FIRST_HALF}", "second": f"--exclude-path-regex={FIRST_HALF}"}

    def run(half: str) -> None:
        folder = tmp_path / half
        folder.mkdir()
        checks = "--exclude-checks=response_schema_conformance"
        fuzz(folder, fake_gateway, "good", "--phases=coverage", checks, halves[half])

    with ThreadPoolExecutor(len(halves)) as both:
        list(both.map(run, halves))


async def test_the_whole_system_answers_as_its_document_says(stack: Stack, tmp_path: Path) -> None:
    """With services behind it, a well-formed request may still be refused for what it says (400 by a field)."""
    await stack.ready()

    fuzz(
        tmp_path,
        stack.gateway_url,
        stack.token("system_administrator"),
        "--phases=fuzzing",
        "--max-examples=3",
        "--suppress-health-check=all",
        "--exclude-checks=positive_data_acceptance",
        "--workers=2",
    )
