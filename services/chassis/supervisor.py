"""Background tasks that are started again when they fail, because a dead task is silent.

A task that fails is logged and restarted with a growing pause; one that ran well for a while begins anew
with a short pause. A task that returns is finished and stays so.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable

import structlog

from chassis import metrics
from chassis.logs import failure

log = structlog.get_logger()

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 15.0
# After running this long a task counts as healthy again.
HEALTHY_SECONDS = 30.0
# A task that has not ended by then is cancelled once more.
AGAIN_SECONDS = 1.0


def is_wanted() -> bool:
    """Whether the running task should go on: asked by loops around client libraries that only a cancellation ends.

    A cancellation can be lost on its way: `asyncio.wait_for` swallows it where its result comes at the same moment
    (until Python 3.12). The task still knows. Not for a task that waits for a task group: one that failed leaves the
    task as if it had been cancelled.
    """
    task = asyncio.current_task()
    return task is None or not task.cancelling()


class Supervisor:
    """Owns the background tasks of a process."""

    def __init__(self) -> None:
        self._bodies: dict[str, Callable[[], Awaitable[None]]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def add(self, name: str, body: Callable[[], Awaitable[None]]) -> None:
        """Add a task; it begins with `start`, or at once when that has been called."""
        if name in self._bodies:
            raise ValueError(f"two background tasks are called {name}")
        self._bodies[name] = body
        if self._tasks:
            self._begin(name)

    def start(self) -> None:
        """Begin every task that was added."""
        for name in self._bodies:
            self._begin(name)

    def _begin(self, name: str) -> None:
        self._tasks[name] = asyncio.create_task(self._keep_running(name, self._bodies[name]), name=name)

    async def _keep_running(self, name: str, body: Callable[[], Awaitable[None]]) -> None:
        pause = FIRST_PAUSE
        up = metrics.task_up.labels(name)
        # What was stopped is not started again, whatever it ended with.
        while self._bodies.get(name) is body:
            began = time.monotonic()
            up.set(1)
            try:
                await body()
                return
            except Exception as error:
                if time.monotonic() - began > HEALTHY_SECONDS:
                    pause = FIRST_PAUSE
                log.error("task.failed", task=name, restart_in=pause, **failure(error))
            finally:
                up.set(0)
            metrics.task_restarts.labels(name).inc()
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def running(self) -> dict[str, bool]:
        """Whether each task is alive."""
        return {name: not task.done() for name, task in self._tasks.items()}

    async def stop(self, *names: str) -> None:
        """Cancel the named tasks, or all, and wait until they have cleaned up."""
        chosen = {
            name: self._tasks.pop(name) for name in (names or tuple(self._tasks)) if name in self._tasks
        }
        for name, task in chosen.items():
            self._bodies.pop(name, None)
            task.cancel()
        for task in chosen.values():
            await _ended(task)


async def _ended(task: "asyncio.Task[None]") -> None:
    while not task.done():
        await asyncio.wait([task], timeout=AGAIN_SECONDS)
        if not task.done():
            task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        task.result()
