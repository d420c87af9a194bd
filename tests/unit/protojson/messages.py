"""Random messages of any type, for the properties of printer and reader."""

from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import strategies as st

_TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=12)
_VALUES = {
    FieldDescriptor.TYPE_STRING: _TEXT,
    FieldDescriptor.TYPE_BOOL: st.booleans(),
    FieldDescriptor.TYPE_INT32: st.integers(-(2**31), 2**31 - 1),
    FieldDescriptor.TYPE_UINT32: st.integers(0, 2**32 - 1),
    FieldDescriptor.TYPE_INT64: st.integers(-(2**63), 2**63 - 1),
    FieldDescriptor.TYPE_DOUBLE: st.floats(allow_nan=False, allow_infinity=False),
    FieldDescriptor.TYPE_FLOAT: st.floats(width=32, allow_nan=False, allow_infinity=False),
    FieldDescriptor.TYPE_BYTES: st.binary(max_size=12),
}


@st.composite
def timestamps(draw: st.DrawFn) -> Timestamp:
    """Draw an instant to the microsecond, anywhere in the calendar."""
    seconds = draw(st.integers(-62_135_596_800, 253_402_300_799))
    return Timestamp(seconds=seconds, nanos=draw(st.integers(0, 999_999)) * 1000)


def _value(field: FieldDescriptor, depth: int) -> st.SearchStrategy[Any]:
    if field.message_type is not None:
        if field.message_type.full_name == "google.protobuf.Timestamp":
            return timestamps()
        return messages(field.message_type, depth=depth - 1)
    if field.enum_type is not None:
        named = [value.number for value in field.enum_type.values if value.number]
        return st.sampled_from(named or [0])
    return _VALUES[field.type]


@st.composite
def messages(draw: st.DrawFn, descriptor: Descriptor, *, depth: int = 2) -> Message:
    """Draw a message; deeper than `depth` messages stay empty."""
    message = GetMessageClass(descriptor)()
    if depth < 0:
        return message
    for field in descriptor.fields:
        if not draw(st.booleans()):
            continue
        target = getattr(message, field.name)
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            _draw_map(draw, field, target, depth)
        elif field.is_repeated:
            target.extend(draw(st.lists(_value(field, depth), max_size=3)))
        elif field.message_type is not None:
            target.CopyFrom(draw(_value(field, depth)))
        else:
            setattr(message, field.name, draw(_value(field, depth)))
    return message


def _draw_map(draw: st.DrawFn, field: FieldDescriptor, target: Any, depth: int) -> None:
    assert field.message_type is not None
    entry = field.message_type.fields_by_name
    keys = draw(st.lists(_value(entry["key"], depth), max_size=2, unique=True))
    for key in keys:
        value = draw(_value(entry["value"], depth))
        if isinstance(value, Message):
            target[key].CopyFrom(value)
        else:
            target[key] = value
