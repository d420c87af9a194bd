"""
Finds the route of a path by dictionaries, one step for each segment, however many routes there are.

FastAPI's own list is walked from the top with a regular expression for each route; it stays as the list of
what is served and is never walked.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")

_SEGMENT = re.compile(r"\{(\w+)\}|([^{}]+)")


@dataclass(slots=True)
class _Node(Generic[T]):
    literals: dict[str, "_Node[T]"] = field(default_factory=dict)
    parameter: "_Node[T] | None" = None
    # By custom verb ("" for none), then by HTTP method.
    leaves: dict[str, dict[str, T]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """A path that is served: the entry for each HTTP method, and the values of the path's parameters."""

    methods: dict[str, T]
    values: tuple[str, ...]


class Index(Generic[T]):
    """Path templates (`/v1/units/{unit_id}:dissolve`) with an entry for each HTTP method."""

    def __init__(self) -> None:
        self._root: _Node[T] = _Node()

    def add(self, method: str, template: str, entry: T) -> None:
        """Add an entry; two for the same method and shape of path are a mistake in the contract."""
        *segments, last = template.split("/")[1:]
        name, _, verb = last.partition(":")
        node = self._root
        for segment in (*segments, name):
            node = self._child(node, segment)
        methods = node.leaves.setdefault(verb, {})
        if method in methods:
            raise ValueError(f"{method} {template} is there twice")
        methods[method] = entry

    def _child(self, node: _Node[T], segment: str) -> _Node[T]:
        parts = _SEGMENT.fullmatch(segment)
        if parts is None:
            if segment:
                raise ValueError(f"{segment!r} is neither a word nor a parameter")
            return node.literals.setdefault("", _Node())
        if parts[2]:
            return node.literals.setdefault(parts[2], _Node())
        if node.parameter is None:
            node.parameter = _Node()
        return node.parameter

    def find(self, path: str) -> Found[T] | None:
        """Answer what is served at a path, whatever the method; None when nothing is."""
        segments = path.split("/")[1:]
        if not segments:
            return None
        verb = ""
        if ":" in segments[-1]:
            segments[-1], _, verb = segments[-1].rpartition(":")
            if not verb:
                return None
        return _walk(self._root, segments, 0, verb, ())


def _walk(
    node: _Node[T], segments: list[str], at: int, verb: str, values: tuple[str, ...]
) -> Found[T] | None:
    if at == len(segments):
        methods = node.leaves.get(verb)
        return Found(methods, values) if methods else None
    segment = segments[at]
    child = node.literals.get(segment)
    if child is not None:
        found = _walk(child, segments, at + 1, verb, values)
        if found is not None:
            return found
    if node.parameter is not None and segment:
        return _walk(node.parameter, segments, at + 1, verb, (*values, segment))
    return None


def allowed(methods: Iterable[str]) -> str:
    """The methods as the header `Allow` lists them."""
    return ", ".join(sorted(methods))
