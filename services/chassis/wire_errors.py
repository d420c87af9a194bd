"""Errors on the wire: from exceptions to `google.rpc.Status` and, for calls to siblings, back again.

No exception's own text ever leaves the process: an error we did not name is INTERNAL with a general sentence.
"""

from functools import cache
from typing import Any

import asyncpg
import grpc
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2, status_pb2

from chassis import contract, verdicts
from chassis.errors import (
    AlreadyExistsError,
    ConflictError,
    DeadlineExceededError,
    EtagMismatchError,
    InternalError,
    InvalidArgumentError,
    NotFoundError,
    PermissionDeniedError,
    ResourceExhaustedError,
    RulesError,
    ServiceError,
    StateError,
    UnauthenticatedError,
    UnavailableError,
    UnimplementedError,
)
from chassis.violations import Violation
from shuyuan.rules.v1 import verdict_pb2

DETAILS = "grpc-status-details-bin"
CODES = {code.name: code for code in grpc.StatusCode}

_DATABASE_AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.LockNotAvailableError,
    # A connection that the server has just ended, used before the client has noticed.
    asyncpg.InternalClientError,
    OSError,
)
# A pool that is closing and a connection that died under a query are told apart only by this text.
_CLOSED = ("closed", "closing", "connection was")


def classify(error: BaseException) -> ServiceError | None:
    """The error as one of our categories; None for a defect."""
    if isinstance(error, ServiceError):
        return error
    if isinstance(error, grpc.aio.AioRpcError):
        return from_rpc_error(error)
    # TimeoutError is an OSError, so it comes first.
    if isinstance(error, TimeoutError | asyncpg.QueryCanceledError):
        return DeadlineExceededError()
    if isinstance(error, _DATABASE_AWAY):
        return UnavailableError(needed="database")
    if isinstance(error, asyncpg.InterfaceError) and any(word in str(error) for word in _CLOSED):
        return UnavailableError(needed="database")
    return None


def to_status(error: ServiceError, service: str, language: str) -> status_pb2.Status:
    """The status with everything a program or a person needs."""
    reason = contract.reason_of(error)
    own = f"{service}.shuyuan"
    domain = error.domain or (own if reason.domain == contract.CHASSIS_DOMAIN else reason.domain)
    zh = error.messages.get("zh-CN") or contract.fill(reason.zh, error.metadata)
    en = error.messages.get("en") or contract.fill(reason.en, error.metadata)
    status = status_pb2.Status(code=CODES[error.status].value[0], message=en)
    info = error_details_pb2.ErrorInfo(reason=error.reason, domain=domain, metadata=error.metadata)
    status.details.add().Pack(info)
    for locale, message in (("zh-CN", zh), ("en", en)):
        status.details.add().Pack(error_details_pb2.LocalizedMessage(locale=locale, message=message))
    if isinstance(error, InvalidArgumentError) and error.violations:
        status.details.add().Pack(_bad_request(error.violations, language))
    if isinstance(error, RulesError):
        status.details.add().Pack(verdicts.to_messages(error.verdicts, language))
    return status


def _bad_request(violations: list[Violation], language: str) -> error_details_pb2.BadRequest:
    request = error_details_pb2.BadRequest()
    for violation in violations:
        # `description` follows the caller; the other language goes along for whoever shows both.
        request.field_violations.add(
            field=violation.field,
            description=violation.en if language == "en" else violation.zh,
            reason="FIELD_RULE_BROKEN",
            localized_message=error_details_pb2.LocalizedMessage(
                locale="zh-CN" if language == "en" else "en",
                message=violation.zh if language == "en" else violation.en,
            ),
        )
    return request


_CATEGORIES: dict[str, type[ServiceError]] = {
    "INVALID_ARGUMENT": InvalidArgumentError,
    "OUT_OF_RANGE": InvalidArgumentError,
    "UNAUTHENTICATED": UnauthenticatedError,
    "PERMISSION_DENIED": PermissionDeniedError,
    "NOT_FOUND": NotFoundError,
    "ALREADY_EXISTS": AlreadyExistsError,
    "ABORTED": ConflictError,
    "FAILED_PRECONDITION": StateError,
    "RESOURCE_EXHAUSTED": ResourceExhaustedError,
    "UNAVAILABLE": UnavailableError,
    # A sibling that is going down cancels what it cannot finish.
    "CANCELLED": UnavailableError,
    "DEADLINE_EXCEEDED": DeadlineExceededError,
    "UNIMPLEMENTED": UnimplementedError,
}


@cache
def _class_for(status: str, reason: str, ruled: bool) -> type[Any]:
    base = RulesError if ruled else _CATEGORIES.get(status, InternalError)
    if reason == EtagMismatchError.reason:
        base = EtagMismatchError
    return type(base.__name__, (base,), {"reason": reason}) if reason else base


def _status_of(error: grpc.aio.AioRpcError) -> status_pb2.Status:
    for key, value in error.trailing_metadata() or ():
        if key == DETAILS:
            try:
                return status_pb2.Status.FromString(value if isinstance(value, bytes) else value.encode())
            except DecodeError:
                break
    return status_pb2.Status()


def from_rpc_error(error: grpc.aio.AioRpcError) -> ServiceError:
    """What a sibling answered, as the category an operation can catch, with its reason and sentences."""
    info = error_details_pb2.ErrorInfo()
    bad = error_details_pb2.BadRequest()
    local = error_details_pb2.LocalizedMessage()
    ruled = verdict_pb2.Verdicts()
    messages: dict[str, str] = {}
    for detail in _status_of(error).details:
        if detail.Unpack(local):
            messages[local.locale] = local.message
        elif not (detail.Unpack(info) or detail.Unpack(bad)):
            detail.Unpack(ruled)
    kind = _class_for(error.code().name, info.reason, bool(ruled.verdicts))
    raised = _make(kind, dict(info.metadata), bad, ruled)
    raised.domain = info.domain or None
    raised.messages = messages
    return raised


def _make(
    kind: type[Any],
    metadata: dict[str, str],
    bad: error_details_pb2.BadRequest,
    ruled: verdict_pb2.Verdicts,
) -> ServiceError:
    error: ServiceError
    if issubclass(kind, InvalidArgumentError):
        error = kind([_violation(item) for item in bad.field_violations])
    elif issubclass(kind, RulesError):
        error = kind(list(ruled.verdicts))
    else:
        error = kind()
    error.metadata = metadata
    return error


def _violation(item: Any) -> Violation:
    other = item.localized_message
    zh, en = (
        (other.message, item.description) if other.locale == "zh-CN" else (item.description, other.message)
    )
    return Violation(item.field, zh or item.description, en or item.description)
