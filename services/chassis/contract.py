"""Reads the options of the contract: who may call a method, what a role permits, what a reason says.

Everything is read once per descriptor and kept; nothing on the way of a request touches descriptor options.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from google.protobuf.descriptor import EnumDescriptor, MethodDescriptor

from chassis.errors import ServiceError
from shuyuan.annotations.v1 import annotations_pb2
from shuyuan.errors.v1 import error_reason_pb2

CHASSIS_DOMAIN = "chassis.shuyuan"
_PREFIX = "ERROR_REASON_"


@dataclass(frozen=True, slots=True)
class MethodAccess:
    """The access option of a method, as plain values."""

    permission: str
    scope: str
    scope_field: tuple[str, ...]
    services: frozenset[str]
    if_match: bool
    told_once: bool = False
    takes_long: bool = False


@cache
def access_of(method: MethodDescriptor) -> MethodAccess | None:
    """Who may call `method`; None when the contract does not say, which the interceptor refuses."""
    options = method.GetOptions()
    if not options.HasExtension(annotations_pb2.access):
        return None
    access = options.Extensions[annotations_pb2.access]
    return MethodAccess(
        permission=access.permission,
        scope=annotations_pb2.Scope.Name(access.scope).removeprefix("SCOPE_"),
        scope_field=tuple(access.scope_field.split(".")) if access.scope_field else (),
        services=frozenset(access.services),
        if_match=access.if_match,
        told_once=access.told_once,
        takes_long=access.takes_long,
    )


def role_permissions(roles: EnumDescriptor) -> dict[str, tuple[str, ...]]:
    """The permissions of each role, by the full name of the enum value; a pattern ends in `.*`."""
    return {
        value.name: tuple(value.GetOptions().Extensions[annotations_pb2.term].permissions)
        for value in roles.values
        if value.GetOptions().HasExtension(annotations_pb2.term)
    }


def permits(pattern: str, permission: str) -> bool:
    """Whether a role's pattern covers a permission: the same name, or everything below `noun.*`."""
    return pattern == permission or (pattern.endswith(".*") and permission.startswith(pattern[:-1]))


@dataclass(frozen=True, slots=True)
class Reason:
    """What a reason says to people, and under which domain programs find it."""

    domain: str
    zh: str
    en: str


_reasons: dict[str, Reason] = {}


def register_reasons(reasons: EnumDescriptor, domain: str) -> None:
    """Make a service's reasons known to the error mapping; the composition root calls it once."""
    for value in reasons.values:
        options = value.GetOptions()
        if options.HasExtension(annotations_pb2.term):
            term = options.Extensions[annotations_pb2.term]
            _reasons[value.name.removeprefix(_PREFIX)] = Reason(domain, term.message_zh, term.message_en)


register_reasons(error_reason_pb2.ErrorReason.DESCRIPTOR, CHASSIS_DOMAIN)
_UNKNOWN = _reasons["INTERNAL"]


def reason_of(error: ServiceError) -> Reason:
    """What the error's reason says; the general sentence when nobody registered it."""
    return _reasons.get(error.reason, _UNKNOWN)


def is_registered(reason: str) -> bool:
    """Whether some enum of reasons has this one."""
    return reason in _reasons


class _Lenient(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "—"


def fill(sentence: str, metadata: Mapping[str, str]) -> str:
    """The sentence with its {names} filled; a missing one shows as a dash, never as a failure."""
    return sentence.format_map(_Lenient(metadata))
