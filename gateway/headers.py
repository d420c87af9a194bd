"""The headers of a request that mean something here: checked, and turned into gRPC metadata."""

import re
import secrets

from chassis import tracing
from chassis.protojson.values import UUID_PATTERN
from chassis.settings import SERVICES
from chassis.violations import Violation
from gateway.language import language_of

# What is accepted; the OpenAPI document shows the same patterns.
IDEMPOTENCY_KEY = r"[!-~]{1,128}"
ENTITY_TAG = r"(\*|(W/)?\"[!#-~]{0,64}\")"
AFTER_EVENT = rf"({'|'.join(SERVICES)})/{UUID_PATTERN}"
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}", re.ASCII).fullmatch
_ADDRESS = re.compile(r"[0-9A-Fa-f.:\[\]]{2,64}", re.ASCII).fullmatch
_TOKEN = re.compile(r"[Bb][Ee][Aa][Rr][Ee][Rr] +([!-~]{1,8192})", re.ASCII).fullmatch

_CHECKED = {
    "idempotency-key": (
        re.compile(IDEMPOTENCY_KEY, re.ASCII).fullmatch,
        Violation(
            "/Idempotency-Key",
            "Idempotency-Key 应为 1 至 128 个可见 ASCII 字符",
            "Idempotency-Key must be 1 to 128 visible ASCII characters",
        ),
    ),
    "if-match": (
        re.compile(ENTITY_TAG, re.ASCII).fullmatch,
        Violation(
            "/If-Match", 'If-Match 应为一个 ETag，例如 "3"', 'If-Match must be one entity tag such as "3"'
        ),
    ),
    "after-event": (
        re.compile(AFTER_EVENT, re.ASCII).fullmatch,
        Violation(
            "/After-Event",
            "After-Event 应为先前得到的 Event-Id",
            "After-Event must be an Event-Id that was answered before",
        ),
    ),
}


def address_of(raw: list[tuple[bytes, bytes]], peer: str, proxies: int) -> str:
    """Who asks, as the outermost of our own proxies saw it; what callers say of themselves is not believed."""
    if not proxies:
        return peer
    lines = [value.decode("latin-1") for name, value in raw if name == b"x-forwarded-for"]
    hops = [*(hop.strip() for hop in ",".join(lines).split(",") if hop.strip()), peer]
    address = hops[max(0, len(hops) - 1 - proxies)]
    return address if _ADDRESS(address) else peer


class Headers:
    """The headers of one request, by lower-case name; the first of equal names counts."""

    __slots__ = ("_raw", "address", "language", "request_id", "traceparent")

    def __init__(self, raw: list[tuple[bytes, bytes]], address: str) -> None:
        self.address = address
        self._raw = dict(reversed(raw))
        self.language = language_of(self.get("accept-language"))
        request_id = self.get("x-request-id")
        self.request_id = (
            request_id if request_id is not None and _REQUEST_ID(request_id) else secrets.token_hex(8)
        )
        self.traceparent = tracing.accept(self.get("traceparent"))

    def get(self, name: str) -> str | None:
        """The value of a header."""
        value = self._raw.get(name.encode())
        return None if value is None else value.decode("latin-1")

    def token(self) -> str | None:
        """The bearer token, if the request has one."""
        match = _TOKEN(self.get("authorization") or "")
        return match[1] if match else None

    def checked(self, names: tuple[str, ...], found: list[tuple[str, Violation]]) -> list[tuple[str, str]]:
        """The named headers as metadata; what does not look right is added to `found`."""
        metadata = []
        for name in names:
            value = self.get(name)
            if value is None:
                continue
            matches, violation = _CHECKED[name]
            if matches(value):
                metadata.append((name, value))
            else:
                found.append(("header", violation))
        return metadata

    def metadata(self) -> list[tuple[str, str]]:
        """What every call carries."""
        return [
            ("accept-language", self.language),
            ("x-request-id", self.request_id),
            ("traceparent", self.traceparent),
            ("x-forwarded-for", self.address),
        ]
