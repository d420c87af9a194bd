"""Access tokens: verifying those of callers, and getting our own by client credentials.

Keys come from the issuer's JWKS and may rotate at any time. A verified token is remembered until it expires,
because verifying costs more than the rest of a small call. System time only: nobody can move it.
"""

import asyncio
import base64
import binascii
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx2
import orjson
import structlog
from joserfc import jwk, jwt
from joserfc.errors import ExpiredTokenError, InvalidKeyIdError, JoseError

from chassis import metrics
from chassis.errors import UnauthenticatedError, UnavailableError
from chassis.ids import number_key
from chassis.settings import Settings

log = structlog.get_logger()

ALGORITHMS = ["RS256", "ES256"]
SKEW_SECONDS = 30
# An unknown key id makes us ask the issuer, but a flood of forged ones must not become a flood of fetches.
REFETCH_SECONDS = 5.0
# A key that the issuer withdrew is dropped here at the latest after this time, and every token that it signed.
KEY_SET_SECONDS = 600.0
# Between two tries to get the first keys, without which nobody is served.
FIRST_KEYS_SECONDS = 0.25
MOST_REMEMBERED = 20_000
SERVICE_PREFIX = "service:"


class TokenExpiredError(UnauthenticatedError):
    """The token was good once."""

    reason = "TOKEN_EXPIRED"


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified token says."""

    issuer: str
    subject: str
    expires: float
    service: str | None = None
    # The keyed hash by which the subject's account is found; made once, with the verification.
    account_key: str = ""


@cache
def _tls() -> ssl.SSLContext:
    """Reading the machine's authorities takes a tenth of a second, so it is done once."""
    return ssl.create_default_context()


def _open_client() -> httpx2.AsyncClient:
    return httpx2.AsyncClient(timeout=5.0, verify=_tls())


def _key_id(token: str) -> str | None:
    head = token.split(".", 1)[0]
    try:
        header = orjson.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except (binascii.Error, ValueError):
        return None
    kid = header.get("kid") if isinstance(header, dict) else None
    return kid if isinstance(kid, str) else None


class KeySet:
    """The issuer's public keys, fetched when needed and never more often than is polite."""

    def __init__(self, url: str, *, client: Callable[[], httpx2.AsyncClient] | None = None) -> None:
        self._url = url
        self._client = client or _open_client
        self._keys: jwk.KeySet | None = None
        self._tried = float("-inf")
        self._fetched = float("-inf")
        self._lock = asyncio.Lock()
        # How often a fetch has shown that keys are no longer there.
        self.withdrawals = 0

    @property
    def loaded(self) -> bool:
        """Whether any key is known: a part of readiness."""
        return self._keys is not None

    async def keys_for(self, kid: str | None) -> jwk.KeySet | None:
        """The keys, asked of the issuer again if they are old or do not have `kid`; None if it is unknown."""
        if self._stale() or not self._has(kid):
            await self.refresh()
        if self._keys is None:
            raise UnavailableError(needed="issuer")
        return self._keys if self._has(kid) else None

    async def keep_fresh(self) -> None:
        """Fetch the keys before the first call needs them, and again before they are too old; never returns."""
        while True:
            await self.refresh()
            await asyncio.sleep(KEY_SET_SECONDS / 2 if self.loaded else FIRST_KEYS_SECONDS)

    def _has(self, kid: str | None) -> bool:
        return self._keys is not None and any(kid is None or key.kid == kid for key in self._keys)

    def _stale(self) -> bool:
        return time.monotonic() - self._fetched > KEY_SET_SECONDS

    async def refresh(self) -> None:
        """Fetch the key set unless somebody has just done so; keeps the old keys when the issuer is away."""
        async with self._lock:
            if time.monotonic() - self._tried < (REFETCH_SECONDS if self.loaded else 0.2):
                return
            self._tried = time.monotonic()
            try:
                async with self._client() as client:
                    answer = await client.get(self._url)
                    answer.raise_for_status()
                    fetched = jwk.KeySet.import_key_set(answer.json())
            except (httpx2.HTTPError, JoseError, ValueError, KeyError, TypeError) as error:
                metrics.key_set_fetches.labels("failed").inc()
                log.warning("key_set.fetch_failed", error=type(error).__name__)
                return
            self._take(fetched)
            metrics.key_set_fetches.labels("fetched").inc()
            metrics.key_set_age.set(time.time())

    def _take(self, fetched: jwk.KeySet) -> None:
        if self._keys is not None and not _thumbprints(self._keys) <= _thumbprints(fetched):
            self.withdrawals += 1
        self._keys, self._fetched = fetched, time.monotonic()


def _thumbprints(keys: jwk.KeySet) -> set[str]:
    return {key.thumbprint() for key in keys}


class TokenVerifier:
    """Decides whether a token is good, and says who it names."""

    def __init__(self, settings: Settings, key_set: KeySet) -> None:
        self.key_set = key_set
        self._production = settings.is_production
        self._identity_key = settings.identity_key_bytes
        self._remembered: dict[str, Claims] = {}
        self._withdrawals = 0
        self._claims = jwt.JWTClaimsRegistry(
            leeway=SKEW_SECONDS,
            iss={"essential": True, "value": settings.issuer},
            aud={"essential": True, "value": settings.audience},
            sub={"essential": True},
            exp={"essential": True},
        )

    async def verify(self, token: str) -> Claims:
        """The claims of a good token; UNAUTHENTICATED otherwise."""
        if self._withdrawals != self.key_set.withdrawals:
            # Some of the tokens were signed by a key that is no longer there: all are verified again.
            self._remembered.clear()
            self._withdrawals = self.key_set.withdrawals
        known = self._remembered.get(token)
        if known is not None:
            if known.expires + SKEW_SECONDS > time.time():
                return known
            del self._remembered[token]
            raise TokenExpiredError()
        try:
            claims = await self._verify(token)
        except UnauthenticatedError:
            metrics.tokens_verified.labels("refused").inc()
            raise
        metrics.tokens_verified.labels("accepted").inc()
        if len(self._remembered) >= MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[token] = claims
        return claims

    async def _verify(self, token: str) -> Claims:
        keys = await self.key_set.keys_for(_key_id(token))
        if keys is None:
            raise UnauthenticatedError()
        try:
            decoded = jwt.decode(token, keys, algorithms=ALGORITHMS)
            self._claims.validate(decoded.claims)
        except ExpiredTokenError:
            raise TokenExpiredError() from None
        except (JoseError, InvalidKeyIdError, ValueError, TypeError):
            raise UnauthenticatedError() from None
        return self._read(decoded.claims)

    def _read(self, claims: dict[str, Any]) -> Claims:
        if self._production and claims.get("shuyuan_dev"):
            # The small issuer of the embedded stack signs for anybody who asks.
            raise UnauthenticatedError()
        subject = claims["sub"]
        service = None
        if subject.startswith(SERVICE_PREFIX):
            service = subject.removeprefix(SERVICE_PREFIX)
            # A person whose number looks like a service is none: only client credentials carry the client.
            if claims.get("client_id") != service:
                raise UnauthenticatedError()
        key = number_key(self._identity_key, claims["iss"], subject)
        return Claims(claims["iss"], subject, float(claims["exp"]), service, key)


class TokenSource:
    """Our own token (`service:<name>`), by client credentials, renewed a while before it expires."""

    def __init__(self, settings: Settings, *, client: Callable[[], httpx2.AsyncClient] | None = None) -> None:
        self._settings = settings
        self._client = client or _open_client
        self._token = ""
        self._renew_at = float("-inf")
        self._lock = asyncio.Lock()

    async def token(self) -> str:
        """A token that is good for some time yet; UNAVAILABLE when the issuer cannot be asked."""
        if time.monotonic() < self._renew_at:
            return self._token
        async with self._lock:
            if time.monotonic() >= self._renew_at:
                await self._fetch()
        return self._token

    def drop(self) -> None:
        """Forget the token, because a sibling refused it."""
        self._renew_at = float("-inf")

    async def _fetch(self) -> None:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._settings.client_id,
            "client_secret": self._settings.client_secret,
            "audience": self._settings.audience,
        }
        try:
            async with self._client() as client:
                answer = await client.post(self._settings.token_url, data=form)
                answer.raise_for_status()
                document = answer.json()
            self._token = str(document["access_token"])
            lifetime = float(document.get("expires_in", 60))
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, KeyError, TypeError) as error:
            log.warning("token.fetch_failed", error=type(error).__name__)
            raise UnavailableError(needed="issuer") from None
        self._renew_at = time.monotonic() + max(1.0, lifetime * 0.8)
