"""What a unit did over a period: numbers, with the evidence behind them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final
from uuid import UUID

from activity.domain.meetings import MeetingKind
from chassis.errors import InvalidArgumentError, Violation

LONGEST_YEARS: Final = 10


@dataclass(frozen=True, slots=True)
class HeldMeeting:
    """A closed meeting, as far as it counts."""

    meeting_id: UUID
    kind: MeetingKind
    begins_with_study: bool


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """What a unit and the units below it did from `first` to before `until`."""

    unit_id: UUID
    first: date
    until: date
    meetings: tuple[HeldMeeting, ...]
    expected: int
    present: int
    teachers: int
    credited_minutes: int
    ceremony_ids: tuple[UUID, ...]
    sworn: int
    talks: int

    @property
    def by_kind(self) -> Mapping[MeetingKind, list[UUID]]:
        """The meetings by kind, in the order of the kinds."""
        found: dict[MeetingKind, list[UUID]] = {}
        for kind in MeetingKind:
            ids = [meeting.meeting_id for meeting in self.meetings if meeting.kind is kind]
            if ids:
                found[kind] = ids
        return found

    @property
    def breaches(self) -> list[UUID]:
        """The meetings that did not begin with study."""
        return [meeting.meeting_id for meeting in self.meetings if not meeting.begins_with_study]

    @property
    def attendance_rate(self) -> str | None:
        """Those present in percent of those expected, half up to 0.1 (C15); None when nobody was expected."""
        if self.expected == 0:
            return None
        share = Decimal(100 * self.present) / self.expected
        return str(share.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP))


def check_period(first: date, until: date) -> None:
    """Refuse a period that is empty or longer than anybody judges by."""
    if until <= first:
        raise InvalidArgumentError([Violation("to", "应晚于起始日期", "must be after from")])
    if until.year - first.year > LONGEST_YEARS:
        raise InvalidArgumentError([Violation("to", "期间最长十年", "a period lasts at most ten years")])
