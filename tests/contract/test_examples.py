"""What docs/frontend.md and docs/integrating.md show, run against the system as they stand."""

import asyncio
import json
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from uuid import uuid4

import pytest

from deploy.local.stack import Stack
from tests.contract.blocks import blocks, differences
from tests.contract.branch import found_branch
from tests.contract.workspace import ROOT, Compiled
from tests.support.http import Api

FRONTEND = ROOT / "docs" / "frontend.md"
INTEGRATING = ROOT / "docs" / "integrating.md"
SEPARATOR = "\x1e"
TIMEOUT = 60.0


async def surroundings(stack: Stack, api_as: Callable[[str], Api]) -> dict[str, str]:
    """What the documents take from the shell they are run in."""
    secretary = await found_branch(api_as("admin"))
    return {
        **os.environ,
        # The machine's proxy is not for the loopback address.
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "GATEWAY": stack.gateway_url,
        "TOKEN": stack.token(),
        "SECRETARY": stack.token(secretary),
    }


async def run(
    *command: str, given: Mapping[str, str], folder: Path | None = None, text: str = ""
) -> tuple[int, str, str]:
    """Run a program to its end; answers status, output and complaints."""
    process = await asyncio.create_subprocess_exec(
        *command,
        env=given,
        cwd=folder,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(TIMEOUT):
        output, complaints = await process.communicate(text.encode())
    assert process.returncode is not None
    return process.returncode, output.decode(), complaints.decode()


async def run_document(document: Path, given: Mapping[str, str], folder: Path) -> None:
    """Run the blocks `sh run` in one shell; what a block `json like` shows is what the one before it printed."""
    for tool in ("bash", "curl"):
        if shutil.which(tool) is None:
            pytest.skip(f"{document.name} is not run: there is no {tool}")
    shown = blocks(document, "sh run", "json like")
    script = "".join(f"printf '{SEPARATOR}'\n{text}" for tag, text in shown if tag == "sh run")

    status, output, complaints = await run(
        "bash", "-euo", "pipefail", "-s", given=given, folder=folder, text=script
    )

    assert status == 0, f"{complaints}\nafter: {output[-800:]}"
    answers = iter(output.split(SEPARATOR)[1:])
    answer = ""
    for tag, text in shown:
        if tag == "sh run":
            answer = next(answers)
        else:
            assert differences(json.loads(text), json.loads(answer)) == [], f"{document.name} shows {text}"


@pytest.mark.covers("F83")
async def test_what_the_frontend_page_shows_is_what_happens(
    stack: Stack, api_as: Callable[[str], Api], tmp_path: Path
) -> None:
    await run_document(FRONTEND, await surroundings(stack, api_as), tmp_path)


@pytest.mark.covers("F83")
async def test_the_frontend_page_s_typescript_compiles_and_runs(
    compiled: Compiled, stack: Stack, api_as: Callable[[str], Api]
) -> None:
    admin = api_as("admin")
    root = (await admin.get("/v1/units", kind="KIND_UNIVERSITY")).json()["units"][0]["unitId"]
    school = {"kind": "KIND_SCHOOL", "name": f"未来技术学院 {uuid4()}"}
    made = await admin.post("/v1/units", {"parentUnitId": root, "unit": school})
    assert made.is_success, made.text
    assert compiled.complaints.get("src/frontend.ts", []) == []
    given = {"GATEWAY": stack.gateway_url, "TOKEN": stack.token()}

    done = await asyncio.to_thread(compiled.workspace.with_variables(given).run, "node", "out/frontend.js")

    assert done.returncode == 0, done.stderr
    assert done.stdout.rstrip().endswith("（北区） / changed meanwhile")


@pytest.mark.covers("F84")
async def test_what_the_integrating_page_shows_is_what_happens(
    stack: Stack, api_as: Callable[[str], Api], tmp_path: Path
) -> None:
    await run_document(INTEGRATING, await surroundings(stack, api_as), tmp_path)
