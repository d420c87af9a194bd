"""Failures as RFC 9457 problem documents, in the caller's language; nothing of an exception's own text."""

from collections.abc import Sequence
from typing import Any

from google.protobuf.descriptor import Descriptor

from chassis import contract
from chassis.errors import InvalidArgumentError, RulesError, ServiceError
from chassis.protojson import dumps, json_pointer, to_builtin
from chassis.violations import Violation
from gateway.language import ENGLISH
from gateway.statuses import RETRY_AFTER_SECONDS, STATUSES, http_status
from shuyuan.gateway.v1 import error_reason_pb2
from shuyuan.rules.v1 import verdict_pb2

MEDIA_TYPE = b"application/problem+json"

contract.register_reasons(error_reason_pb2.ErrorReason.DESCRIPTOR, "gateway.shuyuan")

_verdict = to_builtin(verdict_pb2.Verdict.DESCRIPTOR)


class RejectedRequestError(InvalidArgumentError):
    """A request that the gateway refuses before asking a service; knows in which part of it the fields are."""

    def __init__(self, found: Sequence[tuple[str, Violation]]) -> None:
        super().__init__([violation for _, violation in found])
        self.places = [place for place, _ in found]


Header = tuple[bytes, bytes]
Answer = tuple[int, list[Header], bytes]


def answer(
    error: ServiceError,
    *,
    instance: str,
    language: str,
    trace_id: str | None,
    places: "Places | None" = None,
) -> Answer:
    """Make the status, the headers and the body that answer a failure."""
    status = http_status(error)
    zh, en = _sentences(error)
    words = STATUSES[status]
    document: dict[str, Any] = {
        "type": f"urn:shuyuan:problem:{error.reason.lower().replace('_', '-')}",
        "title": words.title_en if language == ENGLISH else words.title_zh,
        "status": status,
        "detail": en if language == ENGLISH else zh,
        "instance": instance,
        "reason": error.reason,
    }
    if isinstance(error, InvalidArgumentError) and error.violations:
        document["violations"] = _violations(error, language, places or Places(None))
    if isinstance(error, RulesError):
        document["verdicts"] = [_verdict(verdict) for verdict in error.verdicts]
    if trace_id is not None:
        document["traceId"] = trace_id
    return status, _headers(status, error, language), dumps(document)


def _headers(status: int, error: ServiceError, language: str) -> list[Header]:
    headers = [(b"content-type", MEDIA_TYPE), (b"content-language", language.encode())]
    if status == 401:
        code = b', error="invalid_token"' if error.reason == "TOKEN_EXPIRED" else b""
        headers.append((b"www-authenticate", b'Bearer realm="shuyuan"' + code))
    if status == 405:
        headers.append((b"allow", error.metadata["allowed"].encode()))
    if status in RETRY_AFTER_SECONDS:
        headers.append((b"retry-after", str(RETRY_AFTER_SECONDS[status]).encode()))
    return headers


def _sentences(error: ServiceError) -> tuple[str, str]:
    # A service has filled its sentences already; ours come from the catalogue.
    reason = contract.reason_of(error)
    zh = error.messages.get("zh-CN") or contract.fill(reason.zh, error.metadata)
    en = error.messages.get("en") or contract.fill(reason.en, error.metadata)
    return zh, en


class Places:
    """Where the fields of a request message stand in the HTTP request: path, query or body."""

    def __init__(
        self,
        descriptor: Descriptor | None,
        *,
        path: Sequence[str] = (),
        query: Sequence[str] = (),
        body: str = "",
    ) -> None:
        self._descriptor = descriptor
        self._places = dict.fromkeys(path, "path") | dict.fromkeys(query, "query")
        self._body = f"{body}." if body not in ("", "*") else ""

    def of(self, field: str) -> tuple[str, str]:
        """The part of the request and the pointer in it, of a field path in proto names."""
        head = field.partition(".")[0].partition("[")[0]
        place = self._places.get(head, "body")
        pointer = json_pointer(self._descriptor, field)
        if place == "body" and self._body and field.startswith(self._body):
            pointer = "/" + pointer.split("/", 2)[2]
        return place, pointer


def _violations(error: InvalidArgumentError, language: str, places: Places) -> list[dict[str, str]]:
    if isinstance(error, RejectedRequestError):
        found = [
            (place, violation.field) for place, violation in zip(error.places, error.violations, strict=True)
        ]
    else:
        found = [places.of(violation.field) for violation in error.violations]
    return [
        {
            "in": place,
            "pointer": pointer,
            "detail": violation.en if language == ENGLISH else violation.zh,
        }
        for (place, pointer), violation in zip(found, error.violations, strict=True)
    ]
