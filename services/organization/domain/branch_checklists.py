"""The five duties of a student branch: by what each is fulfilled on a day, and which are open."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from chassis.intervals import Interval
from organization.domain.units import Form, Kind, Unit, refuse
from organization.errors import BranchDutyOpenError


class StudentDuty(StrEnum):
    """One of the duties, in the order of the regulation."""

    CARRY_OUT_DECISIONS = "carry_out_decisions"
    EDUCATE_MEMBERS = "educate_members"
    TAKE_PART_IN_STUDENT_AFFAIRS = "take_part_in_student_affairs"
    CULTIVATE_AND_ADMIT = "cultivate_and_admit"
    KNOW_AND_SERVE_STUDENTS = "know_and_serve_students"


# Branches of which students are members; a functional or temporary one leaves these duties where its members belong.
STUDENT_FORMS = frozenset({Form.COHORT, Form.MAJOR, Form.JOINT_TEACHER_STUDENT, Form.JOINT_SMALL_UNITS})


@dataclass(frozen=True, slots=True)
class Said:
    """By what a duty is fulfilled: what is done, the recorded fact that shows it, and who says so."""

    statement: str
    record: str
    person_id: UUID | None


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """What was said of a duty on some days, from when until when it was believed."""

    row_id: int
    duty: StudentDuty
    said: Said
    days: Interval
    recorded_at: datetime
    replaced_at: datetime | None


@dataclass(frozen=True, slots=True)
class Checklist:
    """What a branch says of its duties on a day."""

    unit_id: UUID
    day: date
    by_duty: Mapping[StudentDuty, Fulfilment]
    version: int

    @property
    def fulfilled(self) -> list[Fulfilment]:
        """What is fulfilled, in the order of the regulation."""
        return [self.by_duty[duty] for duty in StudentDuty if duty in self.by_duty]

    @property
    def open(self) -> list[StudentDuty]:
        """What is not."""
        return [duty for duty in StudentDuty if duty not in self.by_duty]


def check_branch(unit: Unit) -> None:
    """Refuse a unit that has no such duties."""
    if unit.kind is not Kind.BRANCH or unit.form not in STUDENT_FORMS:
        refuse("unit_id", "不是学生党支部。", "It is no branch of students.")


def check_days(unit: Unit, days: Interval) -> None:
    """Refuse days on which there is no branch."""
    if days.start not in unit.life or (days.end is not None and not unit.life.covers(days)):
        refuse("valid_from", "日期须在党支部存续期内。", "The days must lie in the life of the branch.")


def check_fulfilled(unit_id: UUID, duty: StudentDuty, said: list[Interval], on: date) -> None:
    """Refuse to open what is open on the day and later."""
    if not any(days.overlaps(Interval(on)) for days in said):
        raise BranchDutyOpenError(unit_id=unit_id, duty=duty.value, day=on)
