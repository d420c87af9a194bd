"""Failures by category: domain and operations raise subclasses, the interceptor maps them to the wire.

Standard library only, because the domain of every service imports it. A concrete error names its
situation and sets `reason`, a value of the service's `ErrorReason` without the enum's prefix; the sentences
people read come from that value's options and the error's metadata.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from chassis.violations import Violation as Violation


class ServiceError(Exception):
    """The base of every category; raise a subclass that says what happened."""

    status: ClassVar[str] = "INTERNAL"
    reason: ClassVar[str] = "INTERNAL"

    def __init__(self, **metadata: object) -> None:
        self.metadata = {name: str(value) for name, value in metadata.items()}
        # An error that came from a sibling keeps where it came from and what it said.
        self.domain: str | None = None
        self.messages: Mapping[str, str] = {}
        super().__init__(self.reason, self.metadata)

    def __str__(self) -> str:
        details = ", ".join(f"{name}={value}" for name, value in self.metadata.items())
        return f"{self.reason} ({details})" if details else self.reason


class InvalidArgumentError(ServiceError):
    """The request itself is wrong, whatever the state of the service."""

    status = "INVALID_ARGUMENT"
    reason = "INVALID_ARGUMENT"

    def __init__(self, violations: Sequence[Violation] = (), **metadata: object) -> None:
        self.violations = list(violations)
        super().__init__(**metadata)


class UnauthenticatedError(ServiceError):
    """Nobody we know is calling."""

    status = "UNAUTHENTICATED"
    reason = "UNAUTHENTICATED"


class PermissionDeniedError(ServiceError):
    """The caller is known and may not do this."""

    status = "PERMISSION_DENIED"
    reason = "PERMISSION_DENIED"


class NotFoundError(ServiceError):
    """No such resource, or none that the caller may know of."""

    status = "NOT_FOUND"
    reason = "NOT_FOUND"


class AlreadyExistsError(ServiceError):
    """The resource is there already."""

    status = "ALREADY_EXISTS"
    reason = "ALREADY_EXISTS"


class ConflictError(ServiceError):
    """Somebody else was faster; read again and decide again."""

    status = "ABORTED"
    reason = "CONFLICT"


class EtagMismatchError(ConflictError):
    """The resource is no longer what the caller read."""

    reason = "ETAG_MISMATCH"


class StateError(ServiceError):
    """The resource is not in a state that allows this."""

    status = "FAILED_PRECONDITION"
    reason = "WRONG_STATE"


class RulesError(StateError):
    """Rules forbid it; carries every verdict of the operation, the blocking ones too."""

    reason = "RULES_NOT_SATISFIED"

    def __init__(self, verdicts: Sequence[Any], **metadata: object) -> None:
        self.verdicts = list(verdicts)
        super().__init__(**metadata)


class IdempotencyMismatchError(StateError):
    """The idempotency key was used with another request."""

    reason = "IDEMPOTENCY_KEY_REUSED"


class IdempotencyInFlightError(ConflictError):
    """A request with the same idempotency key is still running."""

    reason = "IDEMPOTENCY_KEY_IN_FLIGHT"


class ResourceExhaustedError(ServiceError):
    """A limit is reached; later it may work."""

    status = "RESOURCE_EXHAUSTED"
    reason = "OVERLOADED"


class UnavailableError(ServiceError):
    """Something we need is away; the same request may work in a moment."""

    status = "UNAVAILABLE"
    reason = "UNAVAILABLE"


class DeadlineExceededError(ServiceError):
    """The caller's time is over."""

    status = "DEADLINE_EXCEEDED"
    reason = "DEADLINE_EXCEEDED"


class UnimplementedError(ServiceError):
    """The service has no such method."""

    status = "UNIMPLEMENTED"
    reason = "METHOD_UNKNOWN"


class InternalError(ServiceError):
    """A defect of ours; says nothing about its cause to the caller."""

    status = "INTERNAL"
    reason = "INTERNAL"


class AfterEventNotSeenError(UnavailableError):
    """The event the caller wants to read after has not arrived in our copies in time."""

    reason = "AFTER_EVENT_NOT_SEEN"
