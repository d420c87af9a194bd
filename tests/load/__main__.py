"""`make bench`: one row, a page of 50 and a write through the system beside the usual application.
`python -m tests.load reorganization` measures a large reorganisation instead, `python -m tests.load membership` what
membership promises; see those modules.

Rounds are paired and interleaved, so that what else the machine does weighs on both; the ratios are the
result. Absolute figures are shown beside a yardstick of the same run and mean little on another machine.
"""

import argparse
import asyncio
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import grpc
import uvloop
from grpc_health.v1 import health_pb2
from tqdm import tqdm

from deploy.local import sql
from deploy.local.stack import Stack
from tests.load import membership, reorganization, sides
from tests.load.driver import Load, Measured, run
from tests.load.sides import Side

# What the system must reach, as a share of the usual application's throughput (floor, target).
FLOORS = {"row": (1.0, 1.3), "page": (1.2, 1.6), "write": (0.6, 0.85)}
REQUESTS = {"row": 3000, "page": 1200, "write": 1000}


def main() -> int:
    """Measure and print; exit code 1 when a floor is missed and `--strict` was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    commands = parser.add_subparsers(dest="what")
    reorganization.add_options(commands.add_parser("reorganization", help="measure a large reorganisation"))
    membership.add_options(commands.add_parser("membership", help="measure what membership promises"))
    parser.add_argument("--rounds", type=int, default=5, help="paired rounds of each case (5)")
    parser.add_argument("--connections", type=int, default=16, help="connections at once (16)")
    parser.add_argument("--share", type=float, default=1.0, help="share of the requests of a full run (1.0)")
    parser.add_argument("--strict", action="store_true", help="fail when a floor is missed")
    options = parser.parse_args()
    if options.what == "reorganization":
        return reorganization.main(options)
    if options.what == "membership":
        return membership.main(options)
    folder = Path(tempfile.mkdtemp(prefix="shuyuan-bench-"))
    folder.chmod(0o755)
    stack = Stack(folder, mode="test")
    try:
        stack.start(say=lambda text: print(text, file=sys.stderr))
        for name in ("membership", "activity", "evaluation"):
            # They take no part, and would listen to every write.
            if name in stack.services:
                stack.stop(name)
        missed = uvloop.run(measure(stack, options))
    finally:
        stack.stop()
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if missed and options.strict else 0


async def measure(stack: Stack, options: argparse.Namespace) -> list[str]:
    """Both sides in turn; answers the cases that missed their floor."""
    sql.execute(stack.database_admin_url, "CREATE DATABASE monolith")
    url = stack.database_admin_url.rpartition("/")[0] + "/monolith"
    await sides.fill_monolith(url)
    system = await asyncio.to_thread(sides.of_system, stack)
    # As autovacuum would a moment later; the other side has it too.
    sql.execute(stack.database_url("organization"), "ANALYZE")
    with sides.monolith(stack, url) as usual:
        yardstick = await measure_yardstick(url, stack.target("organization"))
        figures = await paired(system, usual, options)
    return show(figures, yardstick)


Figures = dict[str, list[tuple[Measured, Measured]]]


async def paired(system: Side, usual: Side, options: argparse.Namespace) -> Figures:
    """`rounds` pairs of each case, the order changing from round to round; the first pair only warms up."""
    figures: Figures = {case: [] for case in FLOORS}
    with tqdm(total=(options.rounds + 1) * len(FLOORS) * 2, desc="measuring", file=sys.stderr) as bar:
        # One case after the other: what is written makes pages longer to find.
        for case in FLOORS:
            for number in range(options.rounds + 1):
                order = (system, usual) if number % 2 else (usual, system)
                found: dict[str, Measured] = {}
                for side in order:
                    load: Load = getattr(side, case)
                    count = max(int(REQUESTS[case] * options.share), options.connections * 4)
                    found[side.name] = await run(
                        side.ports, load, requests=count, connections=options.connections, pids=side.pids
                    )
                    bar.update()
                if number:
                    figures[case].append((found[system.name], found[usual.name]))
    return figures


def show(figures: Figures, yardstick: dict[str, float]) -> list[str]:
    """Print the table; answers the cases below their floor."""
    missed = []
    print(
        f"{'case':6} {'ratio':>6} {'floor':>6} {'target':>7}   requests/s, p50/p99 ms, CPU µs: system | usual"
    )
    for case, pairs in figures.items():
        ratio = statistics.median(ours.per_second / theirs.per_second for ours, theirs in pairs)
        floor, target = FLOORS[case]
        ours, theirs = (_middle([pair[index] for pair in pairs]) for index in (0, 1))
        print(f"{case:6} {ratio:6.2f} {floor:6.2f} {target:7.2f}   {_text(ours)} | {_text(theirs)}")
        if ratio < floor:
            missed.append(case)
    row = statistics.median(ours.cpu for ours, _ in figures["row"])
    bare = sum(yardstick.values())
    print(
        f"CPU of a row: {row:.0f} µs; bare parts: " + ", ".join(f"{k} {v:.0f}" for k, v in yardstick.items())
    )
    print(f"CPU of a row ÷ elapsed of the bare parts: {row / bare:.2f} (a rough yardstick of this machine)")
    print("below its floor: " + (", ".join(missed) or "nothing"))
    return missed


def _middle(runs: list[Measured]) -> Measured:
    middle = {
        name: statistics.median(getattr(found, name) for found in runs)
        for name in ("per_second", "p50", "p99", "cpu")
    }
    return Measured(**middle, failed=sum(found.failed for found in runs))


def _text(found: Measured) -> str:
    failed = f" FAILED {found.failed}" if found.failed else ""
    return f"{found.per_second:6.0f}, {found.p50:5.1f}/{found.p99:6.1f}, {found.cpu:5.0f}{failed}"


async def measure_yardstick(url: str, target: str) -> dict[str, float]:
    """Elapsed µs of SELECT 1 and of a gRPC echo, one after another: what this machine is worth today."""
    connection = await asyncpg.connect(url)
    async with grpc.aio.insecure_channel(target) as channel:
        check = channel.unary_unary(
            "/grpc.health.v1.Health/Check",
            request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
            response_deserializer=health_pb2.HealthCheckResponse.FromString,
        )
        figures = {
            "select": await _elapsed(lambda: connection.fetchval("SELECT 1")),
            "grpc": await _elapsed(lambda: check(health_pb2.HealthCheckRequest())),
        }
    await connection.close()
    return figures


async def _elapsed(act: Callable[[], Awaitable[object]], times: int = 500) -> float:
    took = []
    for _ in range(times):
        began = time.perf_counter()
        await act()
        took.append(time.perf_counter() - began)
    return statistics.median(took) * 1e6


if __name__ == "__main__":
    sys.exit(main())
