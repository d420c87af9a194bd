"""What the contract says about each field of a message, read once from descriptor and options."""

from dataclasses import dataclass, replace
from enum import Enum
from functools import cache

from google.api import field_behavior_pb2
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor

from shuyuan.annotations.v1 import annotations_pb2

TIMESTAMP = "google.protobuf.Timestamp"

Format = annotations_pb2.Format


class Kind(Enum):
    """How a value is written in JSON."""

    BOOL = "bool"
    INTEGER = "integer"
    LONG = "long"  # 64 bit: a string in JSON
    NUMBER = "number"
    STRING = "string"
    BYTES = "bytes"
    ENUM = "enum"
    TIMESTAMP = "timestamp"
    MESSAGE = "message"


_KINDS = {
    FieldDescriptor.CPPTYPE_BOOL: Kind.BOOL,
    FieldDescriptor.CPPTYPE_INT32: Kind.INTEGER,
    FieldDescriptor.CPPTYPE_UINT32: Kind.INTEGER,
    FieldDescriptor.CPPTYPE_INT64: Kind.LONG,
    FieldDescriptor.CPPTYPE_UINT64: Kind.LONG,
    FieldDescriptor.CPPTYPE_FLOAT: Kind.NUMBER,
    FieldDescriptor.CPPTYPE_DOUBLE: Kind.NUMBER,
    FieldDescriptor.CPPTYPE_ENUM: Kind.ENUM,
}

_BOUNDS = {
    FieldDescriptor.CPPTYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.CPPTYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.CPPTYPE_INT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.CPPTYPE_UINT64: (0, 2**64 - 1),
}

# What holds where the contract gives no bound of its own (annotations.proto).
DEFAULT_MAX_LENGTH = 200
DEFAULT_MAX_ITEMS = 200


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """One field with everything that its readers and writers ask about it."""

    descriptor: FieldDescriptor
    name: str
    json_name: str
    kind: Kind
    is_map: bool
    is_repeated: bool  # a list; a map is not one
    has_presence: bool
    is_output_only: bool
    is_input_only: bool
    rules: annotations_pb2.FieldRules
    message: Descriptor | None
    enum: EnumDescriptor | None
    oneof: str | None
    is_item: bool = False  # stands for a value of a map

    @property
    def label(self) -> str:
        """The name of the field in a Chinese sentence."""
        return self.rules.zh or self.json_name

    @property
    def bounds(self) -> tuple[int, int]:
        """Smallest and largest integer that the wire type holds."""
        return _BOUNDS[self.descriptor.cpp_type]

    @property
    def max_length(self) -> int:
        """Most characters of the string."""
        return self.rules.max_length or DEFAULT_MAX_LENGTH

    @property
    def max_items(self) -> int:
        """Most items of the list or map."""
        return self.rules.max_items or DEFAULT_MAX_ITEMS

    @property
    def min_items(self) -> int:
        """Fewest items of the list or map; a required one cannot be empty."""
        return max(self.rules.min_items, 1 if self.rules.required else 0)

    @property
    def may_be_empty(self) -> bool:
        """Whether the empty string stands for absence, as protobuf cannot tell the two apart here."""
        is_single = not (self.is_repeated or self.is_map)
        return is_single and not self.has_presence and not self.rules.required and not self.is_item

    @property
    def forbids_unspecified(self) -> bool:
        """Whether the zero value of an enum says nothing that an absent field would not say."""
        return self.rules.required or self.has_presence or self.is_repeated


@cache
def fields(descriptor: Descriptor) -> tuple[Field, ...]:
    """Answer the fields of a message in the order of the proto file."""
    return tuple(_field(field) for field in descriptor.fields)


@cache
def fields_by_name(descriptor: Descriptor) -> dict[str, Field]:
    """Answer the fields of a message by their proto names."""
    return {field.name: field for field in fields(descriptor)}


def map_value(field: Field) -> Field:
    """Answer the value half of a map field, under the rules of the map field's items."""
    assert field.message is not None
    return replace(_field(field.message.fields_by_name["value"]), rules=field.rules, is_item=True)


def _field(field: FieldDescriptor) -> Field:
    options = field.GetOptions()
    behaviors = options.Extensions[field_behavior_pb2.field_behavior]
    message = field.message_type
    is_map = message is not None and bool(message.GetOptions().map_entry)
    return Field(
        descriptor=field,
        name=field.name,
        json_name=field.json_name,
        kind=_kind(field),
        is_map=is_map,
        is_repeated=field.is_repeated and not is_map,
        has_presence=field.has_presence,
        is_output_only=field_behavior_pb2.OUTPUT_ONLY in behaviors,
        is_input_only=field_behavior_pb2.INPUT_ONLY in behaviors,
        rules=options.Extensions[annotations_pb2.rules],
        message=message,
        enum=field.enum_type,
        oneof=_oneof(field),
    )


def _kind(field: FieldDescriptor) -> Kind:
    if field.message_type is not None:
        return Kind.TIMESTAMP if field.message_type.full_name == TIMESTAMP else Kind.MESSAGE
    if field.cpp_type == FieldDescriptor.CPPTYPE_STRING:
        return Kind.BYTES if field.type == FieldDescriptor.TYPE_BYTES else Kind.STRING
    return _KINDS[field.cpp_type]


def _oneof(field: FieldDescriptor) -> str | None:
    # proto3 `optional` is a oneof of one, named after its field with an underscore.
    oneof = field.containing_oneof
    if oneof is None or oneof.name == f"_{field.name}":
        return None
    return str(oneof.name)
