"""
JSON Schemas (2020-12, the dialect of OpenAPI 3.1) of messages, from the same rules that the reader applies.

A message has one schema for answers and, where it is also read, one for requests: answers always hold what has
no presence, requests hold what is required and never what the system sets.
"""

from collections.abc import Callable, Collection, Iterator
from enum import Enum
from itertools import combinations
from typing import Any

from google.protobuf.descriptor import Descriptor, EnumDescriptor

from chassis.protojson.fields import TIMESTAMP, Field, Format, Kind, fields, map_value
from chassis.protojson.values import (
    DATE_PATTERN,
    DECIMAL_PATTERN,
    PERIOD_PATTERN,
    URI_PATTERN,
    UUID_PATTERN,
    enum_names,
    has_unspecified,
)
from shuyuan.annotations.v1 import annotations_pb2

Schema = dict[str, Any]
_REFERENCE = "#/components/schemas/"

_FORMATS: dict[int, Schema] = {
    Format.FORMAT_UUID: {"format": "uuid", "pattern": f"^{UUID_PATTERN}$"},
    Format.FORMAT_DATE: {"format": "date", "pattern": f"^{DATE_PATTERN}$", "examples": ["2026-09-01"]},
    Format.FORMAT_DECIMAL: {"pattern": f"^{DECIMAL_PATTERN}$", "examples": ["0.20"]},
    Format.FORMAT_URI: {"format": "uri", "pattern": f"^{URI_PATTERN}$"},
    Format.FORMAT_PERIOD: {"pattern": f"^{PERIOD_PATTERN}$", "examples": ["P3M"]},
}
_WELL_KNOWN: dict[str, Schema] = {
    "google.protobuf.Struct": {"type": "object"},
    "google.protobuf.Value": {},
    "google.protobuf.ListValue": {"type": "array"},
    "google.protobuf.Empty": {"type": "object"},
    "google.protobuf.Any": {"type": "object"},
    "google.protobuf.Duration": {"type": "string"},
    "google.protobuf.FieldMask": {"type": "string"},
}


class Use(Enum):
    """Which way a message goes."""

    REQUEST = "request"
    ANSWER = "answer"


class Schemas:
    """
    Collects the schemas of messages and enums as they are referred to.

    `describe` answers the comment of a full proto name. Call `walk` with every message before the first
    reference: names are shared out then, so that they do not depend on the order of references.
    """

    def __init__(self, describe: Callable[[str], str], *, strip_sensitive: bool = False) -> None:
        self._describe = describe
        self._strip = strip_sensitive
        self._uses: dict[Descriptor, set[Use]] = {}
        self._enums: set[EnumDescriptor] = set()
        self._names: dict[str, str] = {}
        self._components: dict[str, Schema] = {}

    @property
    def components(self) -> dict[str, Schema]:
        """The schemas referred to so far, by name."""
        return dict(sorted(self._components.items()))

    def walk(self, descriptor: Descriptor, use: Use) -> None:
        """Make a message and all it contains known."""
        if _is_well_known(descriptor) or use in self._uses.setdefault(descriptor, set()):
            return
        self._uses[descriptor].add(use)
        for field in self._shown(descriptor, use):
            self.walk_field(field, use)
        self._names.clear()

    def walk_field(self, field: Field, use: Use = Use.REQUEST) -> None:
        """Make what a single field contains known."""
        item = map_value(field) if field.is_map else field
        if item.enum is not None:
            self._enums.add(item.enum)
        if item.message is not None:
            self.walk(item.message, use)

    def message(self, descriptor: Descriptor, use: Use, *, without: Collection[str] = ()) -> Schema:
        """Refer to a message; with `without` its schema lacks the fields that come from elsewhere."""
        well_known = _well_known(descriptor)
        if well_known is not None:
            return well_known
        name = self._message_name(descriptor, use)
        if name not in self._components:
            self._components[name] = {}  # known before its fields, which may refer to it
            self._components[name] = self._message(descriptor, use, without)
        return {"$ref": _REFERENCE + name}

    def field(self, field: Field, use: Use, *, may_be_empty: bool = False) -> Schema:
        """The schema of one field, with its title and description."""
        schema = self._field(field, use)
        if may_be_empty:
            schema = _or_empty(schema)
        if field.rules.zh:
            schema["title"] = field.rules.zh
        if description := self._describe(field.descriptor.full_name):
            schema["description"] = description
        if field.is_output_only:
            schema["readOnly"] = True
        if field.is_input_only:
            schema["writeOnly"] = True
        return schema

    def _message(self, descriptor: Descriptor, use: Use, without: Collection[str]) -> Schema:
        shown = [field for field in self._shown(descriptor, use) if field.name not in without]
        schema: Schema = {"type": "object"}
        if description := self._describe(descriptor.full_name):
            schema["description"] = description
        if use is Use.REQUEST:
            schema["additionalProperties"] = False
            required = [field.json_name for field in shown if field.rules.required]
            if alternatives := list(_alternatives(shown)):
                schema["allOf"] = alternatives
        else:
            required = [field.json_name for field in shown if not field.has_presence or field.rules.required]
        # What a request may leave empty an answer may hold empty. What the system sets is never empty, nor is
        # an id or a day of a message that only answers.
        is_read = Use.REQUEST in self._uses.get(descriptor, ())
        schema["properties"] = {
            field.json_name: self.field(
                field,
                use,
                may_be_empty=field.may_be_empty
                and not field.is_output_only
                and (is_read or not field.rules.format),
            )
            for field in shown
        }
        if required:
            schema["required"] = required
        return schema

    def _shown(self, descriptor: Descriptor, use: Use) -> list[Field]:
        hidden = "is_output_only" if use is Use.REQUEST else "is_input_only"
        return [
            field
            for field in fields(descriptor)
            if not getattr(field, hidden) and not (self._strip and field.rules.sensitive)
        ]

    def _field(self, field: Field, use: Use) -> Schema:
        if field.is_map:
            values = self._value(map_value(field), use)
            schema: Schema = {"type": "object", "additionalProperties": values}
            return schema | _counts(field, use, "minProperties", "maxProperties")
        if field.is_repeated:
            schema = {"type": "array", "items": self._value(field, use)}
            if field.rules.unique_items:
                schema["uniqueItems"] = True
            return schema | _counts(field, use, "minItems", "maxItems")
        return self._value(field, use)

    def _value(self, field: Field, use: Use) -> Schema:
        match field.kind:
            case Kind.BOOL:
                return {"type": "boolean"}
            case Kind.INTEGER:
                least, most = field.bounds
                return {"type": "integer", "minimum": least, "maximum": most} | _bounds(field, whole=True)
            case Kind.NUMBER:
                return {"type": "number"} | _bounds(field, whole=False)
            case Kind.LONG:
                return {"type": "string", "pattern": "^-?(0|[1-9][0-9]{0,18})$"}
            case Kind.BYTES:
                return {"type": "string", "contentEncoding": "base64"}
            case Kind.TIMESTAMP:
                return {"type": "string", "format": "date-time", "examples": ["2026-09-01T00:00:00Z"]}
            case Kind.STRING:
                return _string(field, use)
            case Kind.ENUM:
                return self._enum(field)
            case Kind.MESSAGE:
                assert field.message is not None
                return self.message(field.message, use)

    def _enum(self, field: Field) -> Schema:
        enum = field.enum
        assert enum is not None
        name = self._name(enum.full_name)
        if name not in self._components:
            self._components[name] = self._enum_component(enum)
        reference = {"$ref": _REFERENCE + name}
        if field.forbids_unspecified or not has_unspecified(enum):
            return reference
        return {"anyOf": [reference, {"const": enum.values_by_number[0].name}]}

    def _enum_component(self, enum: EnumDescriptor) -> Schema:
        names = enum_names(enum, with_unspecified=False)
        lines = [self._describe(enum.full_name), ""]
        for name in names:
            value = enum.values_by_name[name]
            zh = value.GetOptions().Extensions[annotations_pb2.term].zh
            meaning = " ".join(self._describe(_value_name(enum, name)).split())
            lines.append(f"- `{name}`{f' {zh}' if zh else ''}{f': {meaning}' if meaning else ''}")
        return {"type": "string", "enum": names, "description": "\n".join(lines).strip()}

    def _message_name(self, descriptor: Descriptor, use: Use) -> str:
        name = self._name(descriptor.full_name)
        both = len(self._uses.get(descriptor, ())) > 1
        return f"{name}Write" if both and use is Use.REQUEST else name

    def _name(self, full_name: str) -> str:
        if not self._names:
            self._share_out_names()
        return self._names[full_name]

    def _share_out_names(self) -> None:
        # A name that two packages use carries the package.
        short: dict[str, list[str]] = {}
        known = [(each.full_name, each.file.package) for each in (*self._uses, *self._enums)]
        for full_name, package in known:
            short.setdefault(_short_name(full_name, package), []).append(full_name)
        for full_name, package in known:
            name = _short_name(full_name, package)
            if len(short[name]) > 1:
                name = package.split(".")[1].capitalize() + name
            self._names[full_name] = name
        if len(set(self._names.values())) < len(self._names):
            raise ValueError("two types of one package have the same name in JSON")


def _short_name(full_name: str, package: str) -> str:
    return full_name.removeprefix(f"{package}.").replace(".", "")


def _value_name(enum: EnumDescriptor, name: str) -> str:
    # Enum values are siblings of their enum, but comments are kept below it.
    return f"{enum.full_name}.{name}"


def _is_well_known(descriptor: Descriptor) -> bool:
    return str(descriptor.full_name).startswith("google.protobuf.")


def _well_known(descriptor: Descriptor) -> Schema | None:
    if not _is_well_known(descriptor):
        return None
    if descriptor.full_name == TIMESTAMP:
        return {"type": "string", "format": "date-time"}
    return dict(_WELL_KNOWN[descriptor.full_name])


def _string(field: Field, use: Use) -> Schema:
    rules = field.rules
    schema: Schema = {"type": "string"}
    if rules.format == Format.FORMAT_JSON:
        return {}
    least = max(rules.min_length, 1 if rules.required else 0)
    if least:
        schema["minLength"] = least
    if rules.max_length or (use is Use.REQUEST and not rules.format):
        schema["maxLength"] = field.max_length
    if rules.pattern and (words := rules.pattern.split("|")) and all(word.isalnum() for word in words):
        schema["enum"] = words
    elif rules.pattern:
        schema["pattern"] = f"^(?:{rules.pattern})$"
    elif rules.required and not rules.format:
        schema["pattern"] = r"\S"
    return schema | _FORMATS.get(rules.format, {})


def _or_empty(schema: Schema) -> Schema:
    if schema.get("type") != "string" or not schema.keys() & {"minLength", "pattern", "format", "enum"}:
        return schema
    if "contentEncoding" in schema or schema.get("format") == "date-time":
        return schema
    return {"anyOf": [schema, {"const": ""}]}


def _bounds(field: Field, *, whole: bool) -> Schema:
    rules, kind = field.rules, int if whole else float
    bounds: Schema = {}
    if rules.HasField("minimum"):
        bounds["minimum"] = kind(rules.minimum)
    if rules.HasField("maximum"):
        bounds["maximum"] = kind(rules.maximum)
    return bounds


def _counts(field: Field, use: Use, least: str, most: str) -> Schema:
    counts: Schema = {}
    if field.min_items and (use is Use.REQUEST or field.rules.min_items):
        counts[least] = field.min_items
    if field.rules.max_items or use is Use.REQUEST:
        counts[most] = field.max_items
    return counts


def _alternatives(shown: list[Field]) -> Iterator[Schema]:
    groups: dict[str, list[str]] = {}
    for field in shown:
        if field.oneof is not None:
            groups.setdefault(field.oneof, []).append(field.json_name)
    for names in groups.values():
        for pair in combinations(names, 2):
            yield {"not": {"required": list(pair)}}
