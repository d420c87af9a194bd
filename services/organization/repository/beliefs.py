"""The two ways of reading a history: as believed now, by an index, and as believed at an instant.

A template writes `{believed:p}` for the rows of the table under the alias `p` and is compiled in both ways.
"""

import re
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from chassis.statements import Query, query

_MARK = re.compile(r"\{believed:(\w+)\}")
_THEN = (
    r"(\1.recorded_from <= CAST(:known_at AS timestamptz)"
    r" AND (\1.recorded_until IS NULL OR \1.recorded_until > CAST(:known_at AS timestamptz)))"
)


def as_now(template: str) -> str:
    """The template for what is believed now."""
    return _MARK.sub(r"\1.recorded_until IS NULL", template)


def as_then(template: str) -> str:
    """The template for what was believed at the parameter `known_at`."""
    return _MARK.sub(_THEN, template)


@dataclass(frozen=True, slots=True)
class Beliefs:
    """One statement in both ways; `of` chooses by whether an instant is given."""

    now: Query
    then: Query

    def of(self, known_at: datetime | None) -> tuple[Query, dict[str, datetime]]:
        """The statement and the parameter it needs beside its own."""
        return (self.now, {}) if known_at is None else (self.then, {"known_at": known_at})


def beliefs(template: str) -> Beliefs:
    """Compile a template in both ways."""
    return Beliefs(query(sa.text(as_now(template))), query(sa.text(as_then(template))))
