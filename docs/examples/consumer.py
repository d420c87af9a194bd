"""Keeps a copy of one noun of one service in SQLite: `python consumer.py organization unit copy.sqlite`.

The broker makes it quick, the log makes it whole: whatever the broker loses or repeats, the copy ends equal
to the log. Needs Python 3.11 and `nats-py`. The surroundings say where and who: NATS_URL, GATEWAY, and
TOKEN_FILE, a file that whatever fetches your access tokens keeps fresh.
"""

import asyncio
import contextlib
import json
import os
import re
import signal
import sqlite3
import sys
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import nats
from nats.aio.msg import Msg

Message = dict[str, Any]

PAGE = 1000
# How long to wait before the gateway is asked again, when it did not answer.
AGAIN_SECONDS = 1.0
# A broker that works is heard every five seconds, because the services announce their heads.
SILENCE_SECONDS = 15.0

SCHEMA = """
CREATE TABLE IF NOT EXISTS watermark (one INTEGER PRIMARY KEY CHECK (one = 1), epoch INTEGER, position INTEGER);
CREATE TABLE IF NOT EXISTS resource (id TEXT PRIMARY KEY, version INTEGER, document TEXT);
INSERT OR IGNORE INTO watermark VALUES (1, 0, 0);
"""


class Copy:
    """The resources and the watermark; both change in one transaction or neither does."""

    def __init__(self, path: str, noun: str) -> None:
        self.database = sqlite3.connect(path)
        self.database.executescript(SCHEMA)
        # `data` holds the resource under the noun's name as JSON spells it.
        self.field = re.sub(r"_(\w)", lambda found: found.group(1).upper(), noun)
        self.epoch, self.position = self.database.execute("SELECT epoch, position FROM watermark").fetchone()

    def apply(self, event: Message) -> bool:
        """Take one event; what is at or below the watermark was taken before and changes nothing."""
        if event["position"] <= self.position:
            return False
        document = json.dumps(event["data"][self.field], ensure_ascii=False)
        with self.database:
            self.database.execute(
                "INSERT INTO resource VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE"
                " SET version = excluded.version, document = excluded.document"
                " WHERE excluded.version > resource.version",
                (event["subject"], event["resourceversion"], document),
            )
            self.database.execute("UPDATE watermark SET position = ?", (event["position"],))
        self.position = event["position"]
        return True

    def begin_again(self, epoch: int) -> None:
        """A new life of the log: after a restore, positions mean something else."""
        with self.database:
            self.database.execute("DELETE FROM resource")
            self.database.execute("UPDATE watermark SET epoch = ?, position = 0", (epoch,))
        self.epoch, self.position = epoch, 0


class Consumer:
    """Follows the broker, and the log where the broker is silent."""

    def __init__(self, service: str, noun: str, path: str) -> None:
        self.service, self.noun = service, noun
        self.copy = Copy(path, noun)
        self.heard = asyncio.Queue[Message | None]()
        self.head = 0

    async def run(self) -> None:
        """Follow until cancelled."""
        client = await nats.connect(
            os.environ["NATS_URL"],
            max_reconnect_attempts=-1,
            reconnect_time_wait=0.5,
            reconnected_cb=self._reconnected,
            error_cb=_complain,
        )
        await client.subscribe(f"shuyuan.{self.service}.v1.{self.noun}.*", cb=self._hear)
        await client.subscribe(f"shuyuan.{self.service}.head", cb=self._hear)
        # After subscribing, so that nothing falls between the log and the broker.
        await self.read_log()
        while True:
            await self.take(await self.next_message())

    async def next_message(self) -> Message | None:
        """What is heard next; nothing when the broker is silent, so that the log is asked."""
        try:
            async with asyncio.timeout(SILENCE_SECONDS):
                return await self.heard.get()
        except TimeoutError:
            return None

    async def _hear(self, message: Msg) -> None:
        await self.heard.put(json.loads(message.data))

    async def _reconnected(self) -> None:
        # Whatever was published meanwhile is in the log.
        await self.heard.put(None)

    async def take(self, message: Message | None) -> None:
        """An event that follows on the last one is applied; everything else is settled by the log."""
        if message is None or message["epoch"] != self.copy.epoch:
            await self.read_log()
        elif "specversion" not in message:
            # A head announcement; the head of a service moves with other nouns too.
            if message["position"] > self.head:
                await self.read_log()
        elif message["position"] > self.copy.position:
            if message["previousposition"] != self.copy.position:
                await self.read_log()
            elif self.copy.apply(message):
                report("broker", message)

    async def read_log(self) -> None:
        """Apply what the log has after the watermark."""
        while True:
            try:
                page = await asyncio.to_thread(self._page)
            except OSError as error:
                print(f"the gateway does not answer: {error}", file=sys.stderr, flush=True)
                await asyncio.sleep(AGAIN_SECONDS)
                continue
            if page["epoch"] != self.copy.epoch:
                self.copy.begin_again(page["epoch"])
                continue
            for logged in page["events"]:
                if self.copy.apply(logged["cloudEvent"]):
                    report("log", logged["cloudEvent"])
            if not page["events"]:
                # Only an empty page is the end: one of long events is shorter than asked for.
                self.head = max(self.head, page["headPosition"])
                return

    def _page(self) -> Any:
        query = {"afterPosition": self.copy.position, "noun": self.noun, "pageSize": PAGE}
        request = urllib.request.Request(
            f"{os.environ['GATEWAY']}/v1/{self.service}/events?{urllib.parse.urlencode(query)}",
            headers={"Authorization": f"Bearer {Path(os.environ['TOKEN_FILE']).read_text().strip()}"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)


def report(source: str, event: Message) -> None:
    print(f"{event['position']} {event['type']} {event['subject']} from the {source}", flush=True)


async def _complain(error: Exception) -> None:
    print(f"broker: {error!r}", file=sys.stderr, flush=True)


async def main() -> None:
    # Every change is committed when it is made: the process may be ended at any moment.
    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await Consumer(*sys.argv[1:4]).run()


if __name__ == "__main__":
    asyncio.run(main())
