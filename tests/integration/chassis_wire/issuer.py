"""An issuer for the tests: signs tokens, serves its keys and gives service tokens, and can rotate and go away."""

import asyncio
import contextlib
import time
from typing import Any
from urllib.parse import parse_qs

import orjson
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

NAME = "https://issuer.test"


class TestIssuer:
    """One key set behind a small HTTP server."""

    __test__ = False

    def __init__(self) -> None:
        self.keys: list[RSAKey] = []
        self.fetches = 0
        self.grants = 0
        self.rotate()
        self._server: asyncio.Server | None = None

    def rotate(self) -> None:
        self.keys = [RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, private=True, auto_kid=True)]

    def sign(self, subject: str, *, key: RSAKey | None = None, **claims: Any) -> str:
        now = int(time.time())
        key = key or self.keys[0]
        body = {"iss": NAME, "aud": "shuyuan", "sub": subject, "iat": now, "exp": now + 600, **claims}
        return jwt.encode(
            {"alg": "RS256", "kid": key.kid}, {k: v for k, v in body.items() if v is not None}, key
        )

    def service_token(self, name: str) -> str:
        return self.sign(f"service:{name}", client_id=name)

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = next(
                (int(x.split(":")[1]) for x in head.lower().split("\r\n") if x.startswith("content-length")),
                0,
            )
            form = parse_qs((await reader.readexactly(length)).decode())
            body = orjson.dumps(self._answer(head, form))
            writer.write(
                b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body
            )
            await writer.drain()
        writer.close()

    def _answer(self, head: str, form: dict[str, list[str]]) -> dict[str, Any]:
        if head.startswith("POST"):
            self.grants += 1
            return {"access_token": self.service_token(form["client_id"][0]), "expires_in": 600}
        self.fetches += 1
        return dict(KeySet(list(self.keys)).as_dict(private=False))
