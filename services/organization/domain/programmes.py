"""Programmes: who takes part since when and how far, who answers for them, and what units say of their part."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from chassis.intervals import Interval
from organization.domain.posts import PostKind
from organization.domain.units import Findings, Kind, Outline, refuse
from organization.errors import ParticipationNotFoundError, ProgrammeEndedError


class Status(StrEnum):
    """How far a unit is in a programme."""

    APPLIED = "applied"
    PILOT = "pilot"
    ESTABLISHED = "established"


class Level(StrEnum):
    """Where in the chain of accountability a line stands."""

    FIRST_RESPONSIBLE = "first_responsible"
    LEADER_IN_CHARGE = "leader_in_charge"
    PARTICIPANT = "participant"


class Grade(StrEnum):
    """How a year went."""

    MET = "met"
    PARTLY_MET = "partly_met"
    NOT_MET = "not_met"


@dataclass(frozen=True, slots=True)
class Participation:
    """A unit takes part in a programme on some days."""

    unit_id: UUID
    batch: int
    status: Status
    days: Interval


@dataclass(frozen=True, slots=True)
class Programme:
    """Work that units take part in by name."""

    programme_id: UUID
    unit_id: UUID
    code: str
    name: str
    issuer: str
    first_responsible_id: UUID | None
    leader_in_charge_id: UUID | None
    days: Interval
    participations: tuple[Participation, ...]
    created_at: datetime
    updated_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class Line:
    """One link of the chain of accountability; without a post when the unit has none that leads it."""

    level: Level
    unit_id: UUID
    post_id: UUID | None
    post_kind: PostKind | None
    person_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a unit says of its own part in a year."""

    programme_id: UUID
    unit_id: UUID
    year: int
    grade: Grade
    summary: str
    person_id: UUID
    created_at: datetime


def check_posts(programme: Programme, sites: Mapping[UUID, tuple[PostKind, Kind]]) -> None:
    """Refuse posts by which nobody answers for a programme."""
    findings = Findings()
    for path, post_id, wanted in (
        ("first_responsible_post_id", programme.first_responsible_id, PostKind.FIRST_RESPONSIBLE),
        ("leader_in_charge_post_id", programme.leader_in_charge_id, PostKind.LEADER_IN_CHARGE),
    ):
        if post_id is not None and sites.get(post_id, (None, None))[0] is not wanted:
            findings.add(path, "不是此类职务。", f"It is no post of the kind {wanted.value}.")
    findings.refuse_if_any()


def check_life(unit: Outline | None, days: Interval) -> None:
    """Refuse a programme that begins before or after the unit that carries it."""
    if unit is None or days.start not in unit.life:
        refuse("unit_id", "承担单位在开始日期并非存续。", "The unit does not exist on the first day.")


def check_open(programme: Programme, on: date) -> None:
    """Refuse a programme that no longer runs on the day."""
    if programme.days.end is not None and programme.days.end <= on:
        raise ProgrammeEndedError(programme_id=programme.programme_id, valid_until=programme.days.end)


def check_end(programme: Programme, on: date) -> None:
    """Refuse an end that lies before the beginning, or after the end."""
    check_open(programme, on)
    if on <= programme.days.start:
        refuse("ends_on", "结束日期须晚于开始日期。", "It lies after the first day.")


def check_participation(programme: Programme, unit: Outline | None, days: Interval) -> None:
    """Refuse a part on days on which the programme does not run or the unit does not exist."""
    findings = Findings()
    if unit is None:
        findings.add("unit_id", "没有此组织。", "There is no such unit.")
    elif days.start not in unit.life or (days.end is not None and not unit.life.covers(days)):
        findings.add("unit_id", "该组织在该时段内并非存续。", "The unit does not exist on all of the days.")
    if not programme.days.covers(days):
        findings.add("valid_from", "须在项目的起止日期内。", "They lie in the days of the programme.")
    findings.refuse_if_any()


def check_leaving(programme: Programme, unit_id: UUID, on: date) -> None:
    """Refuse to end a part that a unit does not have on the day or later."""
    if not any(
        each.unit_id == unit_id and (each.days.end is None or each.days.end > on)
        for each in programme.participations
    ):
        raise ParticipationNotFoundError(unit_id=unit_id, day=on)


def check_assessment(programme: Programme, unit_id: UUID, year: int, today: date) -> None:
    """Refuse to assess a year ahead, or one in which the unit did not take part."""
    if year > today.year:
        refuse("year", "不能自评尚未开始的年度。", "It does not lie ahead.")
    asked = Interval(date(year, 1, 1), date(year + 1, 1, 1))
    if not any(each.unit_id == unit_id and each.days.overlaps(asked) for each in programme.participations):
        raise ParticipationNotFoundError(unit_id=unit_id, day=asked.start)
