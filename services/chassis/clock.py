"""Business time: what verdicts, effective days and recorded instants go by.

It can be moved forward where the settings allow it, never back. Tokens, leases, deadlines and retries go by
system time, which nothing here moves.
"""

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from chassis import tables
from chassis.days import CAMPUS, campus_day
from chassis.errors import StateError
from chassis.statements import query

if TYPE_CHECKING:
    from chassis.database import Reader


_LOAD = query(sa.select(tables.clock.c.shift))
_INSERT = postgresql.insert(tables.clock).values(id=1, shift=sa.bindparam("shift", type_=sa.Interval))
_ADVANCE = query(
    _INSERT.on_conflict_do_update(
        index_elements=[tables.clock.c.id],
        set_={"shift": sa.func.greatest(tables.clock.c.shift, _INSERT.excluded.shift)},
    ).returning(tables.clock.c.shift)
)


__all__ = ["CAMPUS", "Clock", "ClockFixedError", "campus_day"]


class ClockFixedError(StateError):
    """The settings refuse to move the business clock."""

    reason = "CLOCK_FIXED"


class Clock:
    """System time plus a shift that is kept in the database, so that a restart does not turn it back."""

    def __init__(self, *, movable: bool = False, shift: timedelta = timedelta(0)) -> None:
        self._movable = movable
        self._shift = shift

    def system_now(self) -> datetime:
        """The system's time, which nobody moves."""
        return datetime.now(UTC)

    def now(self) -> datetime:
        """The business instant, UTC."""
        return datetime.now(UTC) + self._shift

    def today(self) -> date:
        """The business day on campus."""
        return campus_day(self.now())

    async def load(self, reader: "Reader") -> None:
        """Take over the shift kept in the database; other replicas may have moved it."""
        self._adopt(await reader.fetch_value(_LOAD))

    async def advance(self, reader: "Reader", to: datetime) -> None:
        """Move forward to an instant and keep it; an instant already passed changes nothing."""
        if not self._movable:
            raise ClockFixedError
        self._adopt(await reader.fetch_value(_ADVANCE, shift=to - self.system_now()))

    def _adopt(self, shift: timedelta | None) -> None:
        # Never back, whatever the database of a restored installation says.
        if shift is not None and shift > self._shift:
            self._shift = shift
