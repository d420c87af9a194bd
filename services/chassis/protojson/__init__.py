"""
JSON for protobuf messages, prepared once for each message type from its descriptor.

One place reads the field rules of the contract: the printer, the strict reader, the validator of the gRPC
port and the JSON Schemas of the documents all come from here. It knows no message of ours by name.
"""

from chassis.protojson.checks import check
from chassis.protojson.decode import RejectedError, decoder, parameter_reader
from chassis.protojson.encode import dumps, encoder, to_builtin
from chassis.protojson.pointers import json_pointer
from chassis.violations import Violation

__all__ = [
    "RejectedError",
    "Violation",
    "check",
    "decoder",
    "dumps",
    "encoder",
    "json_pointer",
    "parameter_reader",
    "to_builtin",
]
