"""The secrets of one embedded stack, made at its first start and kept in one private file of its data folder."""

import base64
import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from deploy.local.errors import FolderError
from deploy.local.layout import CAMPUS_CLIENT, GATEWAY, SERVICES


def _key(size: int) -> str:
    return base64.b64encode(secrets.token_bytes(size)).decode("ascii")


@dataclass(frozen=True)
class Keys:
    """Persons are found by (issuer, number), so the issuer's name stays what it was at the first start."""

    issuer: str
    identity_key: str
    field_keys: str
    database_passwords: dict[str, str]
    client_secrets: dict[str, str]


def _new(issuer: str) -> Keys:
    return Keys(
        issuer=issuer,
        identity_key=_key(32),
        field_keys=f"k1:{_key(32)}",
        database_passwords={name: secrets.token_hex(16) for name in SERVICES},
        client_secrets={name: secrets.token_hex(16) for name in (*SERVICES, GATEWAY, CAMPUS_CLIENT)},
    )


def keep(folder: Path, issuer: str) -> Keys:
    """The folder's secrets; made, with this issuer's name, if there are none yet."""
    path = folder / "secrets.json"
    try:
        if path.exists():
            return Keys(**json.loads(path.read_text("utf-8")))
        folder.mkdir(parents=True, exist_ok=True)
        keys = _new(issuer)
        path.touch(mode=0o600)
        path.write_text(json.dumps(asdict(keys), indent=2), "utf-8")
    except OSError as error:
        raise FolderError(f"The folder {folder} cannot be used: {error.strerror} ({path.name}).") from error
    return keys
