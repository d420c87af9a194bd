"""Asking the development issuer for tokens, for the launcher, the demonstration data and tests."""

import json
import time
import urllib.error
import urllib.parse
import urllib.request

from deploy.local.errors import LocalStackError

DEMO_GRANT = "urn:shuyuan:demo"

# A machine's proxy settings are not for the loopback address.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def fetch(issuer_url: str, form: dict[str, str], timeout: float = 5.0) -> str:
    """One access token."""
    body = urllib.parse.urlencode(form).encode()
    request = urllib.request.Request(f"{issuer_url}/token", data=body)  # noqa: S310 - our own issuer
    try:
        with _opener.open(request, timeout=timeout) as response:
            return str(json.load(response)["access_token"])
    except urllib.error.HTTPError as error:
        with error:
            raise LocalStackError(f"The issuer refused a token: {error.read().decode()}") from None
    except OSError as error:
        raise LocalStackError(f"The issuer at {issuer_url} does not answer: is the stack running?") from error


class TokenSource:
    """Tokens by campus number, each kept until shortly before it ends."""

    KEEP = 1800

    def __init__(self, issuer_url: str) -> None:
        self._issuer_url = issuer_url
        self._kept: dict[str, tuple[float, str]] = {}

    def __call__(self, number: str) -> str:
        """A token of the person with this campus number."""
        until, token = self._kept.get(number, (0.0, ""))
        if time.monotonic() >= until:
            token = self.fresh(number)
            self._kept[number] = (time.monotonic() + self.KEEP, token)
        return token

    def fresh(self, number: str, lifetime: int = 3600) -> str:
        """A token that was made now; a negative lifetime makes one that has ended."""
        form = {"grant_type": DEMO_GRANT, "number": number, "lifetime": str(lifetime)}
        return fetch(self._issuer_url, form)
