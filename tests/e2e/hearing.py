"""What an outside subscriber must find true of everything it heard: nothing lost, nothing doubled, in order."""

import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence

from deploy.local.stack import Stack
from tests.support.nats_listener import SERVICES, Event, Listener


@contextlib.asynccontextmanager
async def ears(stack: Stack) -> AsyncIterator[dict[str, Listener]]:
    """A subscriber of each service's stream, from its beginning."""
    async with contextlib.AsyncExitStack() as opened:
        yield {
            service: await opened.enter_async_context(Listener(stack.nats_url, service))
            for service in SERVICES
        }


async def heard_all(stack: Stack, event_ids: Sequence[str]) -> dict[str, list[Event]]:
    """Every event with an id of a write's answer arrives; answers all events by service, checked."""
    async with ears(stack) as listeners:
        for event_id in event_ids:
            await listeners[event_id.partition("/")[0]].wait_for_id(event_id, seconds=30)
        for listener in listeners.values():
            check(listener.events, listener.subjects)
        return {service: listener.events for service, listener in listeners.items()}


def check(events: Sequence[Event], subjects: Sequence[str]) -> None:
    """Positions are dense, also within a noun; each event comes once; a resource's versions never fall."""
    positions = [event["position"] for event in events]
    assert positions == list(range(1, len(events) + 1)), "positions are not dense"
    assert len({event["id"] for event in events}) == len(events), "an event came twice"
    newest: dict[str, int] = {}
    versions: dict[str, list[int]] = defaultdict(list)
    for event, subject in zip(events, subjects, strict=True):
        noun = subject.split(".")[3]
        assert event["previousposition"] == newest.get(noun, 0), f"a hole under {noun}: {event}"
        newest[noun] = event["position"]
        versions[f"{noun} {event['subject']}"].append(event["resourceversion"])
    for resource, seen in versions.items():
        assert seen == sorted(seen), f"the versions of {resource} are out of order: {seen}"
