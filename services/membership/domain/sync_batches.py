"""A batch of campus sync from its sending to its end, and the departures it proposes: which state allows what."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from membership.domain.rosters import RosterPolicy
from membership.errors import FieldsContradictError
from membership.errors.sync import SyncBatchStateError, SyncDepartureSettledError, SyncTooLargeError

MOST_ROWS = 65_000
# More are compared and entered in the background.
MOST_AT_ONCE = 2_000


class BatchState(StrEnum):
    """Where a batch stands."""

    RECEIVING = "receiving"
    CHECKING = "checking"
    CHECKED = "checked"
    APPLYING = "applying"
    APPLIED = "applied"
    DISCARDED = "discarded"


class DifferenceKind(StrEnum):
    """How a row, or a person whom no row names, differs from the register."""

    NEW = "new"
    LINKED = "linked"
    CHANGED = "changed"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class SyncBatch:
    """What is kept of a batch."""

    batch_id: UUID
    source: str
    state: BatchState
    complete: bool
    as_of: date
    sent_by: UUID | None
    created_at: datetime
    policy: RosterPolicy | None = None
    rows: int = 0
    new_persons: int = 0
    linked_persons: int = 0
    changed_persons: int = 0
    unchanged_persons: int = 0
    absent_persons: int = 0
    problems: int = 0
    applied_by: UUID | None = None
    applied_at: datetime | None = None
    reason: str = ""
    version: int = 1

    @property
    def is_large(self) -> bool:
        """Whether nobody waits for it."""
        return self.rows > MOST_AT_ONCE

    def received(self, rows: int, *, more_follows: bool) -> "SyncBatch":
        """With further rows; without more to follow it is to be compared."""
        self._needs(BatchState.RECEIVING)
        if self.rows + rows > MOST_ROWS:
            raise SyncTooLargeError(most=MOST_ROWS)
        state = BatchState.RECEIVING if more_follows else BatchState.CHECKING
        return self._next(state=state, rows=self.rows + rows)

    def checked(self, counts: Mapping[str, int]) -> "SyncBatch":
        """Compared with the register."""
        self._needs(BatchState.CHECKING)
        return self._next(state=BatchState.CHECKED, **counts)

    def waiting(self, policy: RosterPolicy, by: UUID | None) -> "SyncBatch":
        """Chosen to be entered."""
        self._needs(BatchState.CHECKED)
        return self._next(state=BatchState.APPLYING, policy=policy, applied_by=by, reason="")

    def given_back(self, counts: Mapping[str, int], reason: str) -> "SyncBatch":
        """Not entered by the background, for a reason."""
        self._needs(BatchState.APPLYING)
        return self._next(state=BatchState.CHECKED, policy=None, applied_by=None, reason=reason, **counts)

    def applied(self, counts: Mapping[str, int], now: datetime) -> "SyncBatch":
        """Entered."""
        self._needs(BatchState.APPLYING)
        return self._next(state=BatchState.APPLIED, applied_at=now, **counts)

    def discarded(self, reason: str) -> "SyncBatch":
        """Given up."""
        self._needs(BatchState.RECEIVING, BatchState.CHECKING, BatchState.CHECKED)
        return self._next(state=BatchState.DISCARDED, reason=reason)

    def _needs(self, *states: BatchState) -> None:
        if self.state not in states:
            raise SyncBatchStateError(batch_id=self.batch_id, state=self.state)

    def _next(self, **changes: object) -> "SyncBatch":
        return replace(self, version=self.version + 1, **changes)  # type: ignore[arg-type] # named above


class DepartureState(StrEnum):
    """What was decided about somebody who is no longer named."""

    PROPOSED = "proposed"
    LEFT = "left"
    STAYS = "stays"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class SyncDeparture:
    """Somebody whom a campus system no longer names."""

    departure_id: UUID
    person_id: UUID
    source: str
    batch_id: UUID
    created_at: datetime
    state: DepartureState = DepartureState.PROPOSED
    left_on: date | None = None
    decided_by: UUID | None = None
    reason: str = ""
    version: int = 1

    def decided(self, by: UUID | None, reason: str, left_on: date | None) -> "SyncDeparture":
        """Decided: gone from a day on, or staying."""
        if self.state is not DepartureState.PROPOSED:
            raise SyncDepartureSettledError(departure_id=self.departure_id, state=self.state)
        state = DepartureState.STAYS if left_on is None else DepartureState.LEFT
        return replace(
            self, state=state, left_on=left_on, decided_by=by, reason=reason, version=self.version + 1
        )

    def returned(self) -> "SyncDeparture":
        """Named again before anybody decided."""
        return replace(self, state=DepartureState.RETURNED, version=self.version + 1)


def check_departure(*, left: bool, left_on: date | None, today: date) -> None:
    """Refuse a departure without its day, a stay with one, and a day that has not come."""
    if left and left_on is None:
        raise FieldsContradictError.of("left_on", "离校须填写日期。", "A departure states its day.")
    if not left and left_on is not None:
        raise FieldsContradictError.of(
            "left_on", "保留人员不填写离校日期。", "Whoever stays has no such day."
        )
    if left_on is not None and left_on > today:
        raise FieldsContradictError.of("left_on", "日期在将来。", "The day lies in the future.")
