"""Duties: who has which part in what, when a duty is fulfilled, and what is wrong with who answers for it.

What is wrong over many duties is found by one statement of the repository; `findings` says of one duty what that
statement must find.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from chassis.intervals import Interval
from organization.domain.posts import PostKind
from organization.domain.units import Findings, Outline, refuse
from organization.errors import (
    DutyAssignmentNotFoundError,
    DutyAssignmentOverlapsError,
    DutyNotAccountableError,
    DutyRetiredError,
    DutySignedOffError,
)

MOST_SHARE = 100
# A joint duty is shared by two units at least.
LEAST_SHARERS = 2


class Part(StrEnum):
    """What a unit does about a duty."""

    RESPONSIBLE = "responsible"
    ACCOUNTABLE = "accountable"
    CONSULTED = "consulted"
    INFORMED = "informed"


class FindingKind(StrEnum):
    """What is wrong with who answers for a duty."""

    GAP = "gap"
    OVERLAP = "overlap"
    ONE_SIDED = "one_sided"


@dataclass(frozen=True, slots=True)
class Assignment:
    """A unit has a part in a duty on some days."""

    unit_id: UUID
    part: Part
    share: int | None
    days: Interval


@dataclass(frozen=True, slots=True)
class SignOff:
    """An accountable unit has said that a duty is fulfilled."""

    unit_id: UUID
    person_id: UUID
    signed_on: date
    note: str


@dataclass(frozen=True, slots=True)
class Duty:
    """Something that units answer for."""

    duty_id: UUID
    unit_id: UUID
    title: str
    description: str
    joint: bool
    due_on: date | None
    days: Interval
    fulfilled_on: date | None
    assignments: tuple[Assignment, ...]
    sign_offs: tuple[SignOff, ...]
    created_at: datetime
    updated_at: datetime
    version: int

    def accountable_on(self, day: date) -> set[UUID]:
        """The units that answer for it on a day."""
        return {
            each.unit_id
            for each in self.assignments
            if each.part is Part.ACCOUNTABLE and day in each.days and day in self.days
        }


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with who answers for a duty on some days."""

    duty_id: UUID
    title: str
    kind: FindingKind
    days: Interval
    unit_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Leader:
    """Who leads a unit, and by which post."""

    post_id: UUID
    post_kind: PostKind
    person_id: UUID


@dataclass(frozen=True, slots=True)
class Answerable:
    """A unit that answers for a duty or does it."""

    duty_id: UUID
    title: str
    unit_id: UUID
    part: Part
    share: int | None
    leaders: tuple[Leader, ...]


def finding_of(accountable: int, *, joint: bool) -> FindingKind | None:
    """What is wrong on a day on which so many units answer for a duty."""
    if accountable == 0:
        return FindingKind.GAP
    if joint:
        return FindingKind.ONE_SIDED if accountable < LEAST_SHARERS else None
    return FindingKind.OVERLAP if accountable > 1 else None


def check_due(due_on: date | None, days: Interval) -> None:
    """Refuse a due day before the duty begins."""
    if due_on is not None and due_on < days.start:
        refuse("due_on", "完成期限不能早于开始日期。", "It does not lie before the first day.")


def check_open(duty: Duty, on: date) -> None:
    """Refuse a duty that no longer holds on the day."""
    if duty.days.end is not None and duty.days.end <= on:
        raise DutyRetiredError(duty_id=duty.duty_id, valid_until=duty.days.end)


def check_unsigned(duty: Duty) -> None:
    """Refuse to change what a unit has signed."""
    for signed in duty.sign_offs:
        raise DutySignedOffError(unit_id=signed.unit_id, signed_on=signed.signed_on)


def check_retirement(duty: Duty, on: date) -> None:
    """Refuse an end that lies before the beginning, or after the end."""
    check_open(duty, on)
    if on <= duty.days.start:
        refuse("ends_on", "结束日期须晚于开始日期。", "It lies after the first day.")


def check_assignments(
    duty: Duty, new: Iterable[Assignment], known: Mapping[UUID, Outline], *, path: str = ""
) -> None:
    """Refuse parts that do not fit the duty, the units, or each other; `path` holds {} for the number."""
    findings = Findings()
    taken = list(duty.assignments)
    for number, each in enumerate(new):
        place = path.format(number)
        _check_days(duty, each, known.get(each.unit_id), place, findings)
        if each.share is not None and not (duty.joint and each.part is Part.ACCOUNTABLE):
            findings.add(
                f"{place}share",
                "仅联合职责的负责单位有分担比例。",
                "Only units sharing a joint duty have one.",
            )
        twin = overlapping(taken, each)
        if twin is not None and twin not in duty.assignments:
            findings.add(f"{place}unit_id", "同一单位同一类型只填一次。", "A unit is named once in a part.")
        elif twin is not None:
            raise DutyAssignmentOverlapsError(unit_id=each.unit_id, valid_from=twin.days.start)
        taken.append(each)
        if most_share(taken, each.days) > MOST_SHARE:
            findings.add(
                f"{place}share", "分担比例合计超过 100%。", "The shares come to more than 100 percent."
            )
    findings.refuse_if_any()


def check_publisher(duty: Duty, unit: Outline | None) -> None:
    """Refuse a duty of a unit that does not exist on all of its days."""
    findings = Findings()
    _check_life(duty.days, unit, "unit_id", findings)
    findings.refuse_if_any()


def _check_days(duty: Duty, new: Assignment, unit: Outline | None, place: str, findings: Findings) -> None:
    _check_life(new.days, unit, f"{place}unit_id", findings)
    if not duty.days.covers(new.days):
        findings.add(f"{place}valid_from", "须在职责的起止日期内。", "They lie in the days of the duty.")


def _check_life(days: Interval, unit: Outline | None, path: str, findings: Findings) -> None:
    if unit is None:
        findings.add(path, "没有此组织。", "There is no such unit.")
    elif not unit.life.covers(_bounded(days, unit.life)):
        findings.add(path, "该组织在该时段内并非存续。", "The unit does not exist on all of the days.")


def _bounded(days: Interval, life: Interval) -> Interval:
    return Interval(days.start, life.end) if days.end is None and days.start in life else days


def overlapping(assignments: Iterable[Assignment], new: Assignment) -> Assignment | None:
    """An assignment of the same unit in the same part on some of the days."""
    return next(
        (
            each
            for each in assignments
            if (each.unit_id, each.part) == (new.unit_id, new.part) and each.days.overlaps(new.days)
        ),
        None,
    )


def most_share(assignments: Iterable[Assignment], within: Interval) -> int:
    """The largest sum of shares on one day of `within`."""
    shared = [
        (common, each.share)
        for each in assignments
        if each.share is not None and (common := each.days.intersection(within)) is not None
    ]
    # The sum grows only on a day on which an interval begins.
    starts = {days.start for days, _ in shared}
    return max((sum(share for days, share in shared if start in days) for start in starts), default=0)


def ending(duty: Duty, unit_id: UUID, part: Part, on: date) -> list[Assignment]:
    """The assignments that a unit would still have on the day or later; refuses when there is none."""
    found = [
        each
        for each in duty.assignments
        if (each.unit_id, each.part) == (unit_id, part) and (each.days.end is None or each.days.end > on)
    ]
    if not found:
        raise DutyAssignmentNotFoundError(unit_id=unit_id, ends_on=on)
    return found


def check_sign_off(duty: Duty, unit_id: UUID, on: date) -> None:
    """Refuse a unit that does not answer for the duty on the day, or has signed before."""
    check_open(duty, on)
    for signed in duty.sign_offs:
        if signed.unit_id == unit_id:
            raise DutySignedOffError(unit_id=unit_id, signed_on=signed.signed_on)
    if unit_id not in duty.accountable_on(on):
        raise DutyNotAccountableError(unit_id=unit_id, day=on)


def is_fulfilled(duty: Duty, on: date) -> bool:
    """Whether every unit that answers for the duty on the day has signed; a joint one by two units at least."""
    accountable = duty.accountable_on(on)
    signed = {each.unit_id for each in duty.sign_offs}
    return len(accountable) >= (LEAST_SHARERS if duty.joint else 1) and accountable <= signed
