"""From proto field paths (`unit.parents[0].parent_unit_id`) to JSON Pointers (`/unit/parents/0/parentUnitId`)."""

import re

from google.protobuf.descriptor import Descriptor

from chassis.protojson.fields import fields_by_name

_STEP = re.compile(r"([^.\[\]]+)|\[([^\]]*)\]")


def escape(name: str) -> str:
    """Write a name as one step of a JSON Pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


def json_pointer(descriptor: Descriptor | None, path: str) -> str:
    """
    Translate a path that a service answered.

    Names the message does not have are turned into lowerCamelCase as they stand, because a service may name
    what a caller of another version does not know.
    """
    steps: list[str] = []
    for name, index in _STEP.findall(path):
        if not name:
            steps.append(index)
            continue
        field = fields_by_name(descriptor).get(name) if descriptor is not None else None
        steps.append(field.json_name if field is not None else _camel(name))
        descriptor = field.message if field is not None else None
    return "".join(f"/{escape(step)}" for step in steps)


def _camel(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in tail)
