"""Counts what a unit of work asks of the database, so that a test can say that it does not grow with the rows."""

from collections.abc import Callable
from typing import Any

import pytest

from chassis.database import UnitOfWork

_ASKING = ("fetch", "fetch_one", "fetch_value", "execute", "execute_many", "copy", "_take")


def count(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements of every unit of work from now on, by how they are asked; rows sent together count once."""
    asked: list[str] = []

    def counted(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        async def ask(self: UnitOfWork, /, *given: Any, **params: Any) -> Any:
            asked.append(name)
            return await real(self, *given, **params)

        return ask

    for name in _ASKING:
        monkeypatch.setattr(UnitOfWork, name, counted(name, getattr(UnitOfWork, name)))
    return asked
