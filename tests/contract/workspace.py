"""A folder with Node's packages, the client generated from the OpenAPI document, and sources to compile with it.

It is kept below build/, so that npm is asked once for each lock file.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest

from tests.contract.blocks import blocks

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "tests" / "contract" / "typescript"
DOCUMENT = ROOT / "gateway" / "openapi.json"
FOLDER = ROOT / "build" / "typescript"
# Where `make setup-tools` puts Node.
TOOLS_VARIABLE = "SHUYUAN_TOOLS"
LEAST_NODE = 20
TIMEOUT = 300.0


class NodeMissingError(Exception):
    """Node or its packages cannot be had on this machine; the text says why."""


@dataclass(frozen=True)
class Workspace:
    """Where commands of npm packages run."""

    folder: Path
    environment: Mapping[str, str]

    @property
    def sources(self) -> Path:
        return self.folder / "src"

    def with_variables(self, given: Mapping[str, str]) -> "Workspace":
        """The same place, with more in the environment of what is run."""
        return replace(self, environment={**self.environment, **given})

    def run(self, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `node` or the command of an installed package; answers output and status, whatever it is."""
        path = "node" if command == "node" else str(self.folder / "node_modules" / ".bin" / command)
        return _run([path, *arguments], self.folder, self.environment)

    def compile(self) -> dict[str, list[str]]:
        """Compile all sources in strict mode to out/; answers the complaints by file."""
        done = self.run("tsc", "--project", ".")
        complaints: dict[str, list[str]] = {}
        for line in filter(None, done.stdout.splitlines()):
            complaints.setdefault(line.partition("(")[0], []).append(line)
        assert complaints or done.returncode == 0, done.stderr
        return complaints


@dataclass(frozen=True)
class Compiled:
    """The workspace after the compiler ran in strict mode, with its complaints by file."""

    workspace: Workspace
    complaints: dict[str, list[str]]


@cache
def compile_or_skip() -> Compiled:
    """Compile the sample, the consumer and the blocks of docs/frontend.md; skip the test where Node cannot be had."""
    with _alone():
        try:
            workspace = prepare()
        except NodeMissingError as error:
            pytest.skip(f"TypeScript is not checked: {error}")
        shutil.copy(ROOT / "docs" / "examples" / "consumer.ts", workspace.sources)
        shown = blocks(ROOT / "docs" / "frontend.md", "ts check")
        (workspace.sources / "frontend.ts").write_text("".join(text for _, text in shown), "utf-8")
        return Compiled(workspace, workspace.compile())


def prepare() -> Workspace:
    """Install the packages of the lock file and generate the client, unless that was done before."""
    environment = _environment()
    workspace = Workspace(FOLDER, environment)
    shutil.rmtree(workspace.sources, ignore_errors=True)
    shutil.copytree(PACKAGE / "src", workspace.sources)
    for name in ("package.json", "package-lock.json", ".npmrc", "tsconfig.json"):
        shutil.copyfile(PACKAGE / name, FOLDER / name)
    if _has_changed("packages", PACKAGE / "package-lock.json"):
        _install(environment)
        _note("packages", PACKAGE / "package-lock.json")
    client = FOLDER / "client.ts"
    if _has_changed("client", DOCUMENT) or not client.exists():
        # No option is needed: what a request may hold has components of its own in the document.
        done = workspace.run("openapi-typescript", str(DOCUMENT), "--output", str(client))
        assert done.returncode == 0, done.stderr
        _note("client", DOCUMENT)
    shutil.copyfile(client, workspace.sources / "client.ts")
    return workspace


def _install(environment: Mapping[str, str]) -> None:
    try:
        done = _run(["npm", "ci", "--no-progress"], FOLDER, environment)
    except subprocess.TimeoutExpired:
        raise NodeMissingError(f"npm has not installed within {TIMEOUT:g} s") from None
    if done.returncode != 0:
        raise NodeMissingError(f"npm cannot install: {' '.join(done.stderr.split())[:300]}")


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Wait until no other test run prepares the same folder."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _environment() -> dict[str, str]:
    folder = _folder_of_node()
    return {
        **os.environ,
        "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "REDOCLY_TELEMETRY": "off",
        "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true",
        # The machine's proxy is not for the loopback address.
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
    }


def _folder_of_node() -> Path:
    tools = os.environ.get(TOOLS_VARIABLE, "")
    if tools and (Path(tools) / "node").exists():
        return Path(tools)
    found = shutil.which("node")
    if found is None or shutil.which("npm") is None:
        raise NodeMissingError("there is no node and npm; `make setup-tools` installs them")
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if int(version.removeprefix("v").partition(".")[0]) < LEAST_NODE:
        raise NodeMissingError(f"{found} is {version}, older than {LEAST_NODE}; `make setup-tools` helps")
    return Path(found).parent


def _run(
    command: list[str], folder: Path, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )


def _mark(what: str) -> Path:
    return FOLDER / f".{what}"


def _has_changed(what: str, source: Path) -> bool:
    mark = _mark(what)
    return not mark.exists() or mark.read_text() != hashlib.sha256(source.read_bytes()).hexdigest()


def _note(what: str, source: Path) -> None:
    _mark(what).write_text(hashlib.sha256(source.read_bytes()).hexdigest())
