"""Demo logins: which campus number plays which role, kept in the data folder once the demonstration is loaded."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

ADMINISTRATOR_ROLE = "system_administrator"
ADMINISTRATOR_NUMBER = "admin"


@dataclass(frozen=True)
class Login:
    """One demo person; `role` is the role's name in lower case without its prefix."""

    role: str
    number: str
    name: str
    unit: str


ADMINISTRATOR = Login(ADMINISTRATOR_ROLE, ADMINISTRATOR_NUMBER, "系统管理员", "全校")


def _file(folder: Path) -> Path:
    return folder / "logins.json"


def are_known(folder: Path) -> bool:
    """Whether a demonstration was loaded to its end."""
    return _file(folder).exists()


def save(folder: Path, logins: Sequence[Login]) -> None:
    """Keep them; written whole or not at all."""
    fresh = _file(folder).with_suffix(".new")
    text = json.dumps([asdict(login) for login in logins], ensure_ascii=False, indent=2)
    fresh.write_text(text, "utf-8")
    fresh.replace(_file(folder))


def load(folder: Path) -> list[Login]:
    """The administrator and the demo people."""
    kept = (
        [Login(**fields) for fields in json.loads(_file(folder).read_text("utf-8"))]
        if are_known(folder)
        else []
    )
    return kept if any(login.role == ADMINISTRATOR_ROLE for login in kept) else [ADMINISTRATOR, *kept]


def number_of(folder: Path, role: str) -> str | None:
    """The first demo person's number with this role."""
    wanted = role.lower().removeprefix("role_")
    return next((login.number for login in load(folder) if login.role == wanted), None)
