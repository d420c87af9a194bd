"""The documents in the world of Node: the client compiles in strict mode and works, the linters are content."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from jsonschema import Draft7Validator

from deploy.local.stack import Stack
from tests.contract.branch import found_branch
from tests.contract.workspace import DOCUMENT, ROOT, Compiled, Workspace
from tests.support.http import Api

ASYNCAPI = ROOT / "docs" / "asyncapi.json"


@pytest.fixture(scope="module")
def schema(workspace: Workspace) -> Draft7Validator:
    """The schema of AsyncAPI 3 as its authors publish it."""
    path = workspace.folder / "node_modules" / "@asyncapi" / "specs" / "schemas" / "3.0.0-without-$id.json"
    return Draft7Validator(json.loads(path.read_text("utf-8")))


@pytest.fixture(scope="module")
def announced() -> Any:
    return json.loads(ASYNCAPI.read_text("utf-8"))


@pytest.mark.covers("F83")
def test_the_generated_client_compiles_in_strict_mode(compiled: Compiled) -> None:
    for name in ("src/client.ts", "src/sample.ts"):
        assert compiled.complaints.get(name, []) == []


@pytest.mark.covers("F83")
async def test_an_application_over_the_client_works(
    compiled: Compiled, stack: Stack, api_as: Callable[[str], Api]
) -> None:
    secretary = stack.token(await found_branch(api_as("admin")))
    given = {"GATEWAY": stack.gateway_url, "TOKEN": stack.token(), "SECRETARY": secretary}

    done = await asyncio.to_thread(compiled.workspace.with_variables(given).run, "node", "out/sample.js")

    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["name"].startswith("第一学院")
    (refusal,) = said["refusals"]
    assert refusal.startswith("DEV-01 until ")


@pytest.mark.covers("F83")
def test_a_linter_of_openapi_finds_no_error(workspace: Workspace) -> None:
    done = workspace.run("redocly", "lint", str(DOCUMENT), "--format", "json")

    found = json.loads(done.stdout)
    assert found["totals"]["errors"] == 0, found["problems"]


@pytest.mark.covers("F84")
def test_the_events_are_described_in_valid_asyncapi(schema: Draft7Validator, announced: Any) -> None:
    assert [f"{error.json_path}: {error.message}" for error in schema.iter_errors(announced)] == []


def test_the_schema_of_asyncapi_refuses_what_is_wrong(schema: Draft7Validator, announced: Any) -> None:
    damaged = announced | {"operations": {"hear": {"action": "listen"}}}

    assert not schema.is_valid(damaged)
