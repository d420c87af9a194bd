"""The development issuer's answers."""

import base64
import subprocess
import sys
import time
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from starlette.testclient import TestClient

from deploy.local.issuer import DEMO_GRANT, Issuer, KeyStore, application

PLACE = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> KeyStore:
    return KeyStore(tmp_path_factory.mktemp("issuer") / "keys.json")


@pytest.fixture
def client(keys: KeyStore) -> TestClient:
    return TestClient(application(Issuer("http://issuer", PLACE, keys, {"membership": "secret"})))


def _claims(client: TestClient, token: str) -> dict[str, object]:
    published = KeySet.import_key_set(client.get("/jwks.json").json())
    return dict(jwt.decode(token, published, algorithms=["RS256"]).claims)


def test_a_demo_person_gets_a_token_that_the_published_keys_verify(client: TestClient) -> None:
    answer = client.post("/token", data={"grant_type": DEMO_GRANT, "number": "20210001"})

    claims = _claims(client, answer.json()["access_token"])

    assert (claims["iss"], claims["sub"], claims["aud"]) == ("http://issuer", "20210001", "shuyuan")
    assert claims["shuyuan_dev"] is True


def test_an_expired_token_can_be_asked_for(client: TestClient) -> None:
    form = {"grant_type": DEMO_GRANT, "number": "1", "lifetime": "-60"}

    claims = _claims(client, client.post("/token", data=form).json()["access_token"])

    assert isinstance(claims["exp"], int)
    assert claims["exp"] < time.time()


@pytest.mark.parametrize("basic", [True, False])
def test_a_service_gets_a_token_by_its_secret(client: TestClient, *, basic: bool) -> None:
    form = {"grant_type": "client_credentials"}
    headers = {}
    if basic:
        headers["authorization"] = "Basic " + base64.b64encode(b"membership:secret").decode()
    else:
        form |= {"client_id": "membership", "client_secret": "secret"}

    claims = _claims(client, client.post("/token", data=form, headers=headers).json()["access_token"])

    assert (claims["sub"], claims["client_id"]) == ("service:membership", "membership")


def test_a_wrong_secret_is_refused(client: TestClient) -> None:
    form = {"grant_type": "client_credentials", "client_id": "membership", "client_secret": "guess"}

    answer = client.post("/token", data=form)

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("form", [{"grant_type": "password"}, {}, {"grant_type": DEMO_GRANT}])
def test_other_requests_are_refused(client: TestClient, form: dict[str, str]) -> None:
    assert client.post("/token", data=form).status_code == 400


def test_the_discovery_document_names_keys_and_token_address(client: TestClient) -> None:
    document = client.get("/.well-known/openid-configuration").json()

    assert (document["issuer"], document["jwks_uri"]) == ("http://issuer", f"{PLACE}/jwks.json")


def test_no_private_part_is_published(client: TestClient) -> None:
    assert all("d" not in key and "p" not in key for key in client.get("/jwks.json").json()["keys"])


def test_after_a_rotation_old_tokens_still_verify(client: TestClient, keys: KeyStore) -> None:
    before = client.post("/token", data={"grant_type": DEMO_GRANT, "number": "1"}).json()["access_token"]

    client.post("/rotate")

    after = client.post("/token", data={"grant_type": DEMO_GRANT, "number": "2"}).json()["access_token"]
    assert (_claims(client, before)["sub"], _claims(client, after)["sub"]) == ("1", "2")
    assert keys.keys[0].kid != keys.keys[1].kid


def test_the_keys_are_kept_and_private(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    first = KeyStore(path)

    assert KeyStore(path).keys[0].kid == first.keys[0].kid
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("environment", [{"SHUYUAN_ENVIRONMENT": "production"}, {}])
def test_it_does_not_start_in_production(tmp_path: Path, environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "deploy.local.issuer", "--port", "1", "--name", "x"]
    command += ["--keys", str(tmp_path / "keys"), "--clients", str(tmp_path / "clients")]
    root = Path(__file__).parents[3]

    done = subprocess.run(
        command, env={**environment, "PYTHONPATH": str(root)}, capture_output=True, text=True, check=False
    )

    assert done.returncode == 2
    assert "production" in done.stderr
