"""The tests' own listener and HTTP client, and the folders of their servers."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nats
import pytest

from deploy.local.layout import ROOT
from tests.support.broker import NatsServer
from tests.support.nats_listener import Listener


async def test_a_listener_hears_a_stream_from_its_beginning(own_nats: NatsServer) -> None:
    client = await nats.connect(own_nats.url)
    stream = client.jetstream()
    await stream.add_stream(name="SHUYUAN_ACTIVITY", subjects=["shuyuan.activity.v1.>"])
    for number in range(3):
        document = json.dumps({"id": str(number)}).encode()
        await stream.publish("shuyuan.activity.v1.meeting.held", document)

    async with Listener(own_nats.url, "activity") as heard:
        events = await heard.wait_for_count(3)
        last = await heard.wait_for_id("activity/2")

    await client.close()
    assert [event["id"] for event in events] == ["0", "1", "2"]
    assert last["id"] == "2"


async def test_a_listener_says_what_it_did_not_hear(own_nats: NatsServer) -> None:
    client = await nats.connect(own_nats.url)
    await client.jetstream().add_stream(name="SHUYUAN_ACTIVITY", subjects=["shuyuan.activity.v1.>"])

    async with Listener(own_nats.url, "activity") as heard:
        with pytest.raises(AssertionError, match="1 events was not heard"):
            await heard.wait_for_count(1, seconds=0.05)

    await client.close()


def test_the_folders_of_a_killed_run_go_with_it() -> None:
    code = "import time; from tests.support import folders; print(folders.make('shuyuan-killed-')); time.sleep(60)"
    command = [sys.executable, "-uc", code]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        folder = Path(run.stdout.readline().strip())
        assert folder.is_dir()
        run.send_signal(signal.SIGKILL)

    deadline = time.monotonic() + 10.0
    while folder.exists():
        assert time.monotonic() < deadline
        os.sched_yield()
