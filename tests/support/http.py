"""An HTTP client for tests of the gateway; each answered request is noted for the report of covered rows."""

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import httpx2

from tests.rows import touched

TIMEOUT = 30.0


class Api:
    """One caller's view of the gateway: `async with Api(url, token) as api: answer = await api.get("/v1/units")`.

    Answers are httpx2's: `.status_code`, `.json()`, `.headers`.
    """

    def __init__(self, base_url: str, token: str | None = None, *, language: str | None = None) -> None:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        if language is not None:
            headers["Accept-Language"] = language
        # The machine's proxy settings are not for the loopback address.
        self.client = httpx2.AsyncClient(base_url=base_url, headers=headers, timeout=TIMEOUT, trust_env=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close its connections."""
        await self.client.aclose()

    async def request(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx2.Response:
        """Send one request; a body is sent as JSON."""
        given = {} if body is None else {"json": body}
        answer = await self.client.request(method, path, params=params, headers=headers, **given)
        touched.note_path(method, path)
        return answer

    async def get(
        self, path: str, *, headers: Mapping[str, str] | None = None, **params: Any
    ) -> httpx2.Response:
        """GET; keywords are query parameters: `get("/v1/units", pageSize=5)`."""
        return await self.request("GET", path, params=params or None, headers=headers)

    async def post(
        self, path: str, body: Any = None, *, headers: Mapping[str, str] | None = None
    ) -> httpx2.Response:
        return await self.request("POST", path, body={} if body is None else body, headers=headers)

    async def post_file(
        self,
        path: str,
        data: bytes,
        media_type: str,
        *,
        headers: Mapping[str, str] | None = None,
        **params: Any,
    ) -> httpx2.Response:
        """POST of bytes as they are; keywords are query parameters."""
        given = {**(headers or {}), "Content-Type": media_type}
        answer = await self.client.request("POST", path, params=params or None, headers=given, content=data)
        touched.note_path("POST", path)
        return answer

    async def patch(
        self, path: str, body: Any, *, etag: str | None = None, headers: Mapping[str, str] | None = None
    ) -> httpx2.Response:
        """PATCH; `etag` is sent as If-Match, quoted if it is not."""
        return await self.request("PATCH", path, body=body, headers=_with_etag(headers, etag))

    async def put(
        self, path: str, body: Any, *, etag: str | None = None, headers: Mapping[str, str] | None = None
    ) -> httpx2.Response:
        """PUT; `etag` is sent as If-Match, quoted if it is not."""
        return await self.request("PUT", path, body=body, headers=_with_etag(headers, etag))

    async def delete(
        self, path: str, *, etag: str | None = None, headers: Mapping[str, str] | None = None
    ) -> httpx2.Response:
        """DELETE; `etag` is sent as If-Match, quoted if it is not."""
        return await self.request("DELETE", path, headers=_with_etag(headers, etag))


def _with_etag(headers: Mapping[str, str] | None, etag: str | None) -> dict[str, str]:
    given = dict(headers or {})
    if etag is not None:
        given["If-Match"] = etag if etag.startswith(('"', "W/", "*")) else f'"{etag}"'
    return given
