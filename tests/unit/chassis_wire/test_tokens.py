"""Which tokens are good, what rotation and forgery cost, and how our own token is kept."""

import asyncio
import base64
import hmac
import time
from typing import Any

import httpx2
import orjson
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from joserfc.jwk import KeySet as Keys

from chassis import tokens
from chassis.errors import UnauthenticatedError, UnavailableError
from chassis.settings import Settings
from chassis.tokens import KeySet, TokenExpiredError, TokenSource, TokenVerifier

ISSUER = "https://issuer.test"


def rsa(kid: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid}, private=True)


OLD, NEW = rsa("old"), rsa("new")
CURVE = ECKey.generate_key("P-256", {"kid": "curve"}, private=True)


class Issuer:
    """Serves whatever keys it is given, and counts."""

    def __init__(self, *keys: Any) -> None:
        self.keys = list(keys)
        self.fetches = 0
        self.away = False

    def client(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(transport=httpx2.MockTransport(self._answer))

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.fetches += 1
        if self.away:
            raise httpx2.ConnectError("away", request=request)
        return httpx2.Response(200, json=Keys(self.keys).as_dict(private=False))


def verifier(issuer: Issuer, environment: Any = "test") -> TokenVerifier:
    return TokenVerifier(
        Settings(environment=environment, issuer=ISSUER),
        KeySet("https://issuer.test/jwks", client=issuer.client),
    )


def sign(key: Any = OLD, alg: str = "RS256", header: dict[str, Any] | None = None, **claims: Any) -> str:
    body = {"iss": ISSUER, "aud": "shuyuan", "sub": "20260001", "exp": int(time.time()) + 600, **claims}
    return jwt.encode(
        {"alg": alg, "kid": key.kid, **(header or {})},
        {name: value for name, value in body.items() if value is not None},
        key,
        algorithms=[alg],
    )


async def test_a_good_token_names_its_subject() -> None:
    claims = await verifier(Issuer(OLD)).verify(sign())

    assert (claims.subject, claims.issuer, claims.service) == ("20260001", ISSUER, None)


async def test_elliptic_keys_are_good_too() -> None:
    claims = await verifier(Issuer(OLD, CURVE)).verify(sign(CURVE, "ES256"))

    assert claims.subject == "20260001"


async def test_client_credentials_name_a_service() -> None:
    claims = await verifier(Issuer(OLD)).verify(sign(sub="service:activity", client_id="activity"))

    assert claims.service == "activity"


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://other.test"},
        {"aud": "other"},
        {"sub": None},
        {"exp": None},
        {"iat": int(time.time()) + 3600},
        {"nbf": int(time.time()) + 3600},
        {"sub": "service:activity"},
        {"sub": "service:activity", "client_id": "membership"},
    ],
)
async def test_a_wrong_claim_is_refused(claims: dict[str, Any]) -> None:
    with pytest.raises(UnauthenticatedError):
        await verifier(Issuer(OLD)).verify(sign(**claims))


async def test_an_old_token_is_expired() -> None:
    with pytest.raises(TokenExpiredError):
        await verifier(Issuer(OLD)).verify(sign(exp=int(time.time()) - 3600))


async def test_a_remembered_token_expires_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    checks = verifier(Issuer(OLD))
    token = sign(exp=int(time.time()) + 60)
    await checks.verify(token)
    later = time.time() + 3600
    monkeypatch.setattr(time, "time", lambda: later)

    with pytest.raises(TokenExpiredError):
        await checks.verify(token)


def _part(value: Any) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(value)).rstrip(b"=").decode()


def unsigned() -> str:
    """What says that it needs no signature."""
    body = {"iss": ISSUER, "aud": "shuyuan", "sub": "x", "exp": int(time.time()) + 60}
    return f"{_part({'alg': 'none', 'kid': 'old'})}.{_part(body)}."


def confused() -> str:
    """Signed with the public key as if it were a shared secret."""
    body = {"iss": ISSUER, "aud": "shuyuan", "sub": "x", "exp": int(time.time()) + 60}
    signed = f"{_part({'alg': 'HS256', 'kid': 'old'})}.{_part(body)}"
    digest = hmac.new(OLD.as_pem(private=False), signed.encode(), "sha256").digest()
    return f"{signed}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "€.€.€", unsigned(), confused(), sign(rsa("old"))])
async def test_a_forged_token_is_refused(token: str) -> None:
    with pytest.raises(UnauthenticatedError):
        await verifier(Issuer(OLD)).verify(token)


async def test_production_refuses_what_the_development_issuer_signs() -> None:
    token = sign(shuyuan_dev=True)
    await verifier(Issuer(OLD)).verify(token)

    with pytest.raises(UnauthenticatedError):
        await verifier(Issuer(OLD), "production").verify(token)


async def test_a_rotated_key_is_fetched_when_it_is_first_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    issuer = Issuer(OLD)
    checks = verifier(issuer)
    await checks.verify(sign())
    issuer.keys = [NEW, OLD]
    monkeypatch.setattr(tokens, "REFETCH_SECONDS", 0.0)

    await checks.verify(sign(NEW))
    await checks.verify(sign(OLD, jti="another"))

    assert issuer.fetches == 2


async def test_a_withdrawn_key_is_dropped_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    issuer = Issuer(OLD)
    checks = verifier(issuer)
    await checks.verify(sign())
    issuer.keys = [NEW]
    monkeypatch.setattr(tokens, "KEY_SET_SECONDS", -1.0)
    monkeypatch.setattr(tokens, "REFETCH_SECONDS", 0.0)

    with pytest.raises(UnauthenticatedError):
        await checks.verify(sign(jti="another"))


async def test_a_token_is_not_remembered_beyond_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    issuer = Issuer(OLD)
    checks = verifier(issuer)
    token = sign()
    await checks.verify(token)
    issuer.keys = [NEW]
    monkeypatch.setattr(tokens, "REFETCH_SECONDS", 0.0)
    await checks.key_set.refresh()

    with pytest.raises(UnauthenticatedError):
        await checks.verify(token)


async def test_another_key_beside_the_old_ones_forgets_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    issuer = Issuer(OLD)
    checks = verifier(issuer)
    token = sign()
    first = await checks.verify(token)
    issuer.keys = [OLD, NEW]
    monkeypatch.setattr(tokens, "REFETCH_SECONDS", 0.0)
    await checks.key_set.refresh()

    assert await checks.verify(token) is first


async def test_keys_are_fetched_again_before_they_are_old(monkeypatch: pytest.MonkeyPatch) -> None:
    issuer = Issuer(OLD)
    keys = verifier(issuer).key_set
    monkeypatch.setattr(tokens, "KEY_SET_SECONDS", 0.002)
    monkeypatch.setattr(tokens, "REFETCH_SECONDS", 0.0)
    keeping = asyncio.create_task(keys.keep_fresh())
    async with asyncio.timeout(10):
        while issuer.fetches < 3:  # noqa: ASYNC110 - the issuer only counts
            await asyncio.sleep(0)
    keeping.cancel()

    assert keys.loaded


async def test_a_flood_of_unknown_keys_is_not_a_flood_of_fetches() -> None:
    issuer = Issuer(OLD)
    checks = verifier(issuer)
    stranger = rsa("stranger")
    for number in range(50):
        with pytest.raises(UnauthenticatedError):
            await checks.verify(sign(stranger, jti=str(number)))

    assert issuer.fetches == 1


async def test_known_keys_outlive_the_issuer(monkeypatch: pytest.MonkeyPatch) -> None:
    issuer = Issuer(OLD)
    checks = verifier(issuer)
    await checks.verify(sign())
    issuer.away = True
    monkeypatch.setattr(tokens, "KEY_SET_SECONDS", -1.0)
    monkeypatch.setattr(tokens, "REFETCH_SECONDS", 0.0)

    assert (await checks.verify(sign(jti="another"))).subject == "20260001"


async def test_without_any_key_nobody_is_judged() -> None:
    issuer = Issuer(OLD)
    issuer.away = True

    with pytest.raises(UnavailableError):
        await verifier(issuer).verify(sign())


async def test_a_verified_token_is_not_verified_again(monkeypatch: pytest.MonkeyPatch) -> None:
    checks = verifier(Issuer(OLD))
    token = sign()
    first = await checks.verify(token)
    monkeypatch.setattr(jwt, "decode", None)

    assert await checks.verify(token) is first


class TestOwnToken:
    async def test_it_is_kept_and_renewed_before_it_expires(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[httpx2.Request] = []

        def answer(request: httpx2.Request) -> httpx2.Response:
            asked.append(request)
            return httpx2.Response(200, json={"access_token": f"t{len(asked)}", "expires_in": 100})

        source = TokenSource(
            Settings(token_url="https://issuer.test/token", client_id="activity", client_secret="s3"),
            client=lambda: httpx2.AsyncClient(transport=httpx2.MockTransport(answer)),
        )
        assert [await source.token(), await source.token()] == ["t1", "t1"]
        later = time.monotonic() + 81
        monkeypatch.setattr(time, "monotonic", lambda: later)

        assert await source.token() == "t2"
        assert b"grant_type=client_credentials&client_id=activity&client_secret=s3" in asked[0].content

    async def test_a_refusal_is_unavailable(self) -> None:
        source = TokenSource(
            Settings(token_url="https://issuer.test/token"),
            client=lambda: httpx2.AsyncClient(transport=httpx2.MockTransport(lambda _: httpx2.Response(401))),
        )

        with pytest.raises(UnavailableError):
            await source.token()
