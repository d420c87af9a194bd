"""Reads YAML into plain values and remembers the line of each, so that every error can name it.

Scalars stay what they look like: days are texts, a decimal must be quoted, nothing is aliased.
"""

import re
from dataclasses import dataclass, field

import yaml

from .errors import PackError, PackProblem

Path = tuple[str | int, ...]
_WHOLE = re.compile(r"-?\d+", re.ASCII)


@dataclass
class Located:
    """The content of a file and the line of each value in it."""

    file: str
    content: object = None
    lines: dict[Path, int] = field(default_factory=dict)

    def line(self, path: Path) -> int:
        """
        The line of the value at `path`, or of the nearest thing around it.
        """
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def problem(self, path: Path, message: str) -> PackProblem:
        return PackProblem(self.file, self.line(path), message)


def read_yaml(text: str, *, file: str) -> Located:
    """
    Compose one YAML document.
    """
    located = Located(file)
    try:
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise PackError([PackProblem(file, line, f"not YAML: {error.problem}")]) from None
    if root is None:
        raise PackError([PackProblem(file, 1, "the file is empty")])
    located.lines[()] = root.start_mark.line + 1
    located.content = _Reader(located).value(root, ())
    return located


class _Reader:
    def __init__(self, located: Located) -> None:
        self._located = located
        self._met: set[int] = set()

    def value(self, node: yaml.Node, path: Path) -> object:
        # An alias composes to the very node it names; followed blindly it could contain itself.
        if id(node) in self._met:
            raise self._refuse(node, "aliases are not used in packs; write the value again")
        self._met.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return self._sequence(node, path)
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, object]:
        content: dict[str, object] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise self._refuse(key_node, "a key must be a plain text")
            key = key_node.value
            if key in content:
                raise self._refuse(key_node, f"{key} is written twice")
            self._located.lines[(*path, key)] = key_node.start_mark.line + 1
            content[key] = self.value(value_node, (*path, key))
        return content

    def _sequence(self, node: yaml.SequenceNode, path: Path) -> list[object]:
        items = []
        for place, item in enumerate(node.value):
            self._located.lines[(*path, place)] = item.start_mark.line + 1
            items.append(self.value(item, (*path, place)))
        return items

    def _scalar(self, node: yaml.Node) -> object:
        text: str = node.value
        kind = node.tag.rpartition(":")[2]
        if kind in ("str", "timestamp"):
            return text
        if kind == "int" and _WHOLE.fullmatch(text):
            return int(text)
        if kind == "bool" and text in ("true", "false"):
            return text == "true"
        raise self._refuse(node, f"{text!r} is ambiguous; put it in quotes")

    def _refuse(self, node: yaml.Node, message: str) -> PackError:
        return PackError([PackProblem(self._located.file, node.start_mark.line + 1, message)])
