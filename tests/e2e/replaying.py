"""
Reads a service's log from its beginning and keeps what its events say of each resource, as a consumer would.

What the services answer of the same resources can then be compared with it, field by field.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from google.protobuf.descriptor import Descriptor

from chassis.protojson.fields import fields
from gateway.contract import Route, routes
from tests.support.http import Api

PAGE = 1000
# So many of each noun: every kind of event is among them, and the comparison takes seconds.
MOST_COMPARED = 25
# Read with the resource and told by no event: who may read it sees more than who hears of it.
ONLY_READ = {"peerMentor": {"entries", "verdicts"}, "pledge": {"evidence", "verdicts"}}
_BY_ID = re.compile(r"/v1/\w+/\{\w+\}")


@dataclass(frozen=True)
class Resource:
    """A resource as its last event has it."""

    noun: str
    resource_id: str
    document: dict[str, Any]
    event: str


async def replayed(api: Api, service: str) -> list[Resource]:
    """Every resource of a service, from its events alone."""
    found: dict[str, Resource] = {}
    after, head = 0, 1
    while after < head:
        page = (await api.get(f"/v1/{service}/events", afterPosition=after, pageSize=PAGE)).json()
        for logged in page["events"]:
            event = logged["cloudEvent"]
            for noun, document in event["data"].items():
                if isinstance(document, dict) and document.get("version") == event["resourceversion"]:
                    found[event["subject"]] = Resource(noun, event["subject"], document, event["type"])
        after, head = page["events"][-1]["position"], page["headPosition"]
    return list(found.values())


def reading_routes(service: str) -> dict[str, Route]:
    """How a resource of each noun is read by its id; a noun that is only listed has no such route."""
    found = {}
    for route in routes():
        if (
            route.target == service
            and route.is_read
            and _BY_ID.fullmatch(route.template)
            and route.response_body
        ):
            head, *rest = route.response_body.split("_")
            found[head + "".join(word.capitalize() for word in rest)] = route
    return found


def published(document: Any, descriptor: Descriptor) -> Any:
    """What events may say of an answer: without what the contract calls sensitive."""
    kept = dict(document)
    for field in fields(descriptor):
        if field.rules.sensitive:
            kept.pop(field.json_name, None)
        elif field.message is not None and not field.is_map and field.json_name in kept:
            value, inner = kept[field.json_name], field.message
            if isinstance(value, list):
                kept[field.json_name] = [published(one, inner) for one in value]
            elif isinstance(value, dict):
                kept[field.json_name] = published(value, inner)
    return kept


async def differences(
    reader: Api, service: str, resources: Iterable[Resource]
) -> tuple[Counter[str], list[str]]:
    """How many resources of each noun were compared with what is read of them, and every field that differs."""
    compared: Counter[str] = Counter()
    different: list[str] = []
    by_noun = reading_routes(service)
    for resource in resources:
        route = by_noun.get(resource.noun)
        if route is None or compared[resource.noun] == MOST_COMPARED:
            continue
        compared[resource.noun] += 1
        path = route.template.partition("{")[0] + resource.resource_id
        # Sentences of events are in the university's language.
        answer = await reader.get(path, headers={"Accept-Language": "zh-CN"})
        assert answer.status_code == 200, (resource.event, answer.text)
        told, read = resource.document, published(answer.json(), route.answer_message)
        different += [
            f"{resource.event} {path} {name}: {told.get(name)!s:.300} told, {read.get(name)!s:.300} read"
            for name in sorted({*read, *told} - ONLY_READ.get(resource.noun, set()))
            if read.get(name) != told.get(name)
        ]
    return compared, different
