"""What the README promises is run: its commands exist, and its screen of curl works on a running system."""

import asyncio
import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from deploy.local.stack import Stack

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", README, flags=re.DOTALL)


def documents(text: str) -> list[dict[str, object]]:
    """The JSON documents that follow one another in a text."""
    found, reader = [], json.JSONDecoder()
    while text := text.strip():
        document, end = reader.raw_decode(text)
        found.append(document)
        text = text[end:]
    return found


@pytest.mark.parametrize("target", sorted(set(re.findall(r"make ([a-z-]+)", README))))
def test_every_make_target_of_the_readme_exists(target: str) -> None:
    planned = subprocess.run(
        ["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert planned.returncode == 0, planned.stderr


def test_every_path_of_the_readme_exists() -> None:
    paths = re.findall(r"\]\(([^)]+)\)", README) + re.findall(r"^\| `([a-z/]+)`", README, flags=re.MULTILINE)

    assert [path for path in paths if not (ROOT / path).exists()] == []


@pytest.mark.covers("F83")
async def test_the_screen_of_curl_works(stack: Stack) -> None:
    await stack.ready()
    (script,) = [block for block in BLOCKS if "curl" in block]
    # `make token` reads the stack of `make up`; the test's stack has its own.
    script = f'set -eu\nmake() {{ echo "$ITS_TOKEN"; }}\n{script}'
    environment = os.environ | {"GATEWAY": stack.gateway_url, "ITS_TOKEN": stack.token()}

    run = await asyncio.to_thread(
        subprocess.run, ["bash", "-c", script], env=environment, capture_output=True, text=True, check=False
    )

    assert run.returncode == 0, run.stderr
    tree, made, refused, events = documents(run.stdout)
    assert tree["nodes"]
    assert made["name"] == "数学学院"
    assert refused["status"] == 400 and refused["violations"]
    assert len(events["events"]) == 2  # type: ignore[arg-type] # a JSON document
