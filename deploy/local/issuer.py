"""The development token issuer: a small OpenID Connect issuer for demo people and for the services.

It gives a token for any campus number to whoever asks on this machine, so it never starts in production.
"""

import argparse
import base64
import binascii
import hmac
import json
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qs, unquote

import uvicorn
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from deploy.local import ports

DEMO_GRANT = "urn:shuyuan:demo"
AUDIENCE = "shuyuan"
LIFETIME = 3600
# Tests ask for short, long and already expired tokens.
SHORTEST, LONGEST = -86400, 86400
LONGEST_NUMBER = 64


class KeyStore:
    """The signing keys, newest first, kept in one private file; old ones stay published."""

    def __init__(self, path: Path) -> None:
        self._path = path
        if path.exists():
            self.keys = [RSAKey.import_key(key) for key in json.loads(path.read_text("utf-8"))]
        else:
            self.keys = []
            self.rotate()

    def rotate(self) -> None:
        """Sign with a new key from now on."""
        key = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, private=True, auto_kid=True)
        self.keys.insert(0, key)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.touch(mode=0o600)
        self._path.write_text(json.dumps([each.as_dict(private=True) for each in self.keys]), "utf-8")

    def public(self) -> dict[str, object]:
        """The key set as published."""
        return dict(KeySet(list(self.keys)).as_dict(private=False))

    def sign(self, claims: dict[str, object]) -> str:
        key = self.keys[0]
        return jwt.encode({"alg": "RS256", "typ": "at+jwt", "kid": key.kid}, claims, key)


class TokenRequestError(Exception):
    """A token request that RFC 6749 answers with an error code."""

    def __init__(self, code: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.code = code
        self.status = status


class Issuer:
    """What the endpoints answer."""

    def __init__(self, name: str, place: str, keys: KeyStore, clients: Mapping[str, str]) -> None:
        self.name = name
        self.place = place
        self.keys = keys
        self._clients = clients

    def metadata(self) -> dict[str, object]:
        return {
            "issuer": self.name,
            "jwks_uri": f"{self.place}/jwks.json",
            "token_endpoint": f"{self.place}/token",
            "grant_types_supported": ["client_credentials", DEMO_GRANT],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "response_types_supported": ["token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def token(self, form: Mapping[str, str], authorization: str) -> dict[str, object]:
        """Answer a token request, or raise TokenRequestError."""
        grant = form.get("grant_type", "")
        if grant == DEMO_GRANT:
            number = form.get("number", "").strip()
            if not number or len(number) > LONGEST_NUMBER:
                raise TokenRequestError("invalid_request", "number is missing or too long")
            return self._answer({"sub": number}, self._lifetime(form))
        if grant == "client_credentials":
            client = self._client(form, authorization)
            return self._answer({"sub": f"service:{client}", "client_id": client}, LIFETIME)
        raise TokenRequestError("unsupported_grant_type", f"grant_type is client_credentials or {DEMO_GRANT}")

    def _answer(self, claims: dict[str, object], lifetime: int) -> dict[str, object]:
        now = int(time.time())
        common = {
            "iss": self.name,
            "aud": AUDIENCE,
            "iat": min(now, now + lifetime),
            "exp": now + lifetime,
            "shuyuan_dev": True,
        }
        return {
            "access_token": self.keys.sign({**common, **claims}),
            "token_type": "Bearer",
            "expires_in": lifetime,
        }

    @staticmethod
    def _lifetime(form: Mapping[str, str]) -> int:
        text = form.get("lifetime", str(LIFETIME))
        try:
            lifetime = int(text)
        except ValueError:
            raise TokenRequestError("invalid_request", "lifetime is a number of seconds") from None
        return max(SHORTEST, min(LONGEST, lifetime))

    def _client(self, form: Mapping[str, str], authorization: str) -> str:
        name, secret = form.get("client_id", ""), form.get("client_secret", "")
        scheme, _, encoded = authorization.partition(" ")
        if scheme.lower() == "basic":
            try:
                decoded = base64.b64decode(encoded, validate=True).decode("utf-8")
            except (binascii.Error, UnicodeDecodeError):
                raise TokenRequestError("invalid_client", "malformed Basic authorization", 401) from None
            name, _, secret = (unquote(part) for part in decoded.partition(":"))
        expected = self._clients.get(name)
        if expected is None or not hmac.compare_digest(expected.encode(), secret.encode()):
            raise TokenRequestError("invalid_client", "unknown client or wrong secret", 401)
        return name


def application(issuer: Issuer) -> Starlette:
    """The issuer as an ASGI application."""

    async def configuration(request: Request) -> Response:
        del request
        return JSONResponse(issuer.metadata())

    async def key_set(request: Request) -> Response:
        del request
        return JSONResponse(issuer.keys.public(), headers={"Cache-Control": "max-age=60"})

    async def token(request: Request) -> Response:
        fields = parse_qs((await request.body()).decode("utf-8", errors="replace"))
        form = {name: values[-1] for name, values in fields.items()}
        try:
            answer = issuer.token(form, request.headers.get("authorization", ""))
        except TokenRequestError as error:
            body = {"error": error.code, "error_description": str(error)}
            return JSONResponse(body, error.status, headers={"Cache-Control": "no-store"})
        return JSONResponse(answer, headers={"Cache-Control": "no-store"})

    async def rotate(request: Request) -> Response:
        del request
        issuer.keys.rotate()
        return JSONResponse(issuer.keys.public())

    async def healthy(request: Request) -> Response:
        del request
        return JSONResponse({"status": "ok"})

    return Starlette(
        routes=[
            Route("/.well-known/openid-configuration", configuration),
            Route("/jwks.json", key_set),
            Route("/token", token, methods=["POST"]),
            Route("/rotate", rotate, methods=["POST"]),
            Route("/readyz", healthy),
        ]
    )


def main() -> int:
    """Serve on the loopback address until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local.issuer", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--name", required=True, help="the `iss` of the tokens")
    parser.add_argument("--keys", type=Path, required=True, help="file of the signing keys, made if missing")
    parser.add_argument("--clients", type=Path, required=True, help="JSON object: client id to secret")
    arguments = parser.parse_args()
    if os.environ.get("SHUYUAN_ENVIRONMENT", "production") == "production":
        print("The development issuer does not start with SHUYUAN_ENVIRONMENT=production.", file=sys.stderr)
        return 2
    clients = json.loads(arguments.clients.read_text("utf-8"))
    place = f"http://{ports.LOOPBACK}:{arguments.port}"
    issuer = Issuer(arguments.name, place, KeyStore(arguments.keys), clients)
    uvicorn.run(
        application(issuer), host=ports.LOOPBACK, port=arguments.port, log_level="warning", access_log=False
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
