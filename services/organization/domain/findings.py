"""What the rules find wrong with a unit as it stands, and since when.

A unit's life is cut into stretches in which nothing that the rules read changes; a finding goes back over the
stretches in which its rule was not satisfied. Pure: which units, rolls and posts there are comes as facts.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from uuid import UUID

from chassis.intervals import Interval
from organization.domain.branch_checklists import STUDENT_FORMS
from organization.domain.posts import COMMITTEE_POSTS, PostKind
from organization.domain.rules import judge
from organization.domain.terms import ELECTIONS, Term
from organization.domain.units import SECONDARY_FORMS, Form, Kind
from organization.domain.verdicts import KeptVerdict
from rulebook import Fact, Facts, Verdict, blocking

_DAY = timedelta(days=1)
# What a branch of students rests on, by its form. Those of staff and retirees rest on none of what article 9 names.
_STUDENT_BASES: Mapping[Form | None, str] = {
    Form.COHORT: "cohort",
    Form.MAJOR: "major",
    Form.JOINT_TEACHER_STUDENT: "student_community",
    Form.JOINT_SMALL_UNITS: "class",
    Form.STAFF: "staff",
    Form.RETIREES: "retirees",
}
# Those with a post of their own in a branch that has no committee.
_LEADING = frozenset({PostKind.SECRETARY, PostKind.DEPUTY_SECRETARY})


@dataclass(frozen=True, slots=True)
class Size:
    """How many members a unit has from a day on, until its next size."""

    since: date
    full: int = 0
    members: int = 0
    staff: int = 0
    students: int = 0


@dataclass(frozen=True, slots=True)
class Seated:
    """Somebody holds a post of the unit."""

    kind: PostKind
    person_id: UUID
    days: Interval


@dataclass(frozen=True, slots=True)
class Examined:
    """A unit with all that the rules read of it, each with its days."""

    unit_id: UUID
    name: str
    kind: Kind
    form: Form | None
    life: Interval
    sponsors: tuple[tuple[Kind, Interval], ...] = ()
    # Branches established in it.
    hosted: tuple[Interval, ...] = ()
    sizes: tuple[Size, ...] = ()
    seated: tuple[Seated, ...] = ()
    terms: tuple[Term, ...] = ()
    # Of a university: its Party schools. Of a branch: the duties that it fulfils.
    schools: tuple[Interval, ...] = ()
    duties: tuple[tuple[str, Interval], ...] = ()
    # Of a project: when it is expected to be over, and when each of those who take part does so as a full member. None
    # where nothing is recorded of who takes part.
    planned_end_on: date | None = None
    crew: tuple[tuple[UUID, Interval], ...] | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that a unit has not satisfied since a day."""

    unit_id: UUID
    unit_name: str
    verdict: Verdict
    since: date


@dataclass(frozen=True, slots=True)
class Recorded:
    """A finding that a scan has recorded."""

    finding_id: UUID
    unit_id: UUID
    unit_name: str
    since: date
    verdict: KeptVerdict
    found_at: datetime
    cleared_at: datetime | None = None

    @property
    def version(self) -> int:
        """Counts its changes."""
        return 1 if self.cleared_at is None else 2


def turned(before: Iterable[Recorded], present: Iterable[Finding]) -> tuple[list[Finding], list[Recorded]]:
    """What is found and was not on record, and what is on record and no longer found."""
    held = {(each.unit_id, each.verdict.rule_id): each for each in before}
    found = {(each.unit_id, each.verdict.rule_id): each for each in present}
    appeared = [each for key, each in found.items() if key not in held]
    return appeared, [each for key, each in held.items() if key not in found]


def findings_of(unit: Examined, on: date) -> list[Finding]:
    """What the rules of a day find on a unit as it stands on that day, by rule."""
    stretches = _stretches(unit, on)
    broken = [_broken(unit, stretches[-1], rules_of=on)]
    found = []
    for rule_id, verdict in sorted(broken[0].items()):
        since = on
        for back, stretch in enumerate(reversed(stretches)):
            if back == len(broken):
                broken.append(_broken(unit, stretch, rules_of=on))
            if rule_id not in broken[back]:
                break
            since = _first_day(broken[back][rule_id], stretch)
            if since > stretch.start:
                break
        found.append(Finding(unit.unit_id, unit.name, verdict, since))
    return found


def _stretches(unit: Examined, on: date) -> list[Interval]:
    """The unit's life until a day, in stretches without change; the day is the last of the last one."""
    turns = {size.since for size in unit.sizes}
    for days in (*(s.days for s in unit.seated), *_lasting(unit)):
        turns |= {days.start, *([] if days.end is None else [days.end])}
    for term in unit.terms:
        # An approved reason to be late counts until the day that was approved.
        turns |= {term.started_on, term.election_due_on + _DAY, *([term.ended_on] if term.ended_on else [])}
    starts = [unit.life.start, *sorted(turn for turn in turns if unit.life.start < turn <= on)]
    ends = [*starts[1:], on + _DAY]
    return [Interval(start, end) for start, end in zip(starts, ends, strict=True)]


def _lasting(unit: Examined) -> Iterator[Interval]:
    """The days of whatever the rules read beside posts, terms and sizes."""
    yield from (days for _, days in unit.sponsors)
    yield from unit.hosted
    yield from unit.schools
    yield from (days for _, days in unit.duties)
    yield from (days for _, days in unit.crew or ())


def _first_day(verdict: Verdict, stretch: Interval) -> date:
    """The first day of a stretch on which what is not satisfied at its end was not: a deadline may lie in it."""
    days = [stretch.start, verdict.rule.effective_from]
    if verdict.holds_until is not None:
        days.append(verdict.holds_until + _DAY)
    return max(days)


def _broken(unit: Examined, stretch: Interval, *, rules_of: date) -> dict[str, Verdict]:
    """The rules that the unit does not satisfy at the end of a stretch, by id."""
    assert stretch.end is not None, "stretches are finite"
    day = stretch.end - _DAY
    verdicts: list[Verdict] = []
    for operation, facts in _asked(unit, day, rules_of=rules_of):
        verdicts += _answers(operation, facts, day, rules_of=rules_of)
    # What waiting alone satisfies is nothing to be mended: a day may be too early for an election.
    return {
        verdict.rule_id: verdict
        for verdict in verdicts
        if not verdict.satisfied and verdict.clears_on is None
    }


def _answers(operation: str, facts: Facts, day: date, *, rules_of: date) -> Sequence[Verdict]:
    if any(isinstance(fact, date) for fact in facts.values()):
        return judge(operation, facts, day, rules_of=rules_of)
    return _answers_by_numbers(operation, tuple(facts.items()), rules_of)


# Where no fact is a day, the day of judging makes no difference: branches of one size get one answer, and the
# history of a branch costs a look-up for each change.
@lru_cache(maxsize=4096)
def _answers_by_numbers(
    operation: str, facts: tuple[tuple[str, Fact], ...], rules_of: date
) -> tuple[Verdict, ...]:
    return tuple(judge(operation, dict(facts), rules_of))


def _asked(unit: Examined, day: date, *, rules_of: date) -> Iterator[tuple[str, Facts]]:
    """What the rules are asked about a unit on a day."""
    for term in unit.terms:
        if term.started_on <= day and (term.ended_on is None or day < term.ended_on):
            reason = term.shift_reason if day <= term.election_due_on else ""
            facts: Facts = {"term_started_on": term.started_on, "extension_reason": reason or None}
            yield ELECTIONS[unit.kind], facts
    if unit.kind is Kind.UNIVERSITY:
        yield "university.party_school", {"party_school_count": sum(day in days for days in unit.schools)}
        return
    if unit.kind is Kind.TASK_TEAM:
        if not any(day in days for days in unit.hosted):
            yield from _asked_of_project(unit, day, rules_of=rules_of)
        return
    held = [seat for seat in unit.seated if day in seat.days]
    filled: Facts = {"filled_posts": tuple(sorted({seat.kind.value for seat in held}))}
    if unit.kind is Kind.PARTY_GROUP:
        yield "party_group.fill_posts", filled
    if unit.kind is Kind.BRANCH:
        yield from _asked_of_branch(unit, held, filled, day, rules_of=rules_of)


def _asked_of_project(unit: Examined, day: date, *, rules_of: date) -> Iterator[tuple[str, Facts]]:
    """What is asked of a project without a branch: of one whose people are known, only if they could found one."""
    started: Facts = {"project_started_on": unit.life.start}
    if unit.crew is None:
        yield "project.continue", started
        return
    full = len({person_id for person_id, days in unit.crew if day in days})
    conditions: Facts = {"full_member_count": full, "member_count": full}
    if not blocking(_answers("branch.establish", conditions, day, rules_of=rules_of)):
        # One that is to last exactly six months lasts six months or more.
        expected = day if unit.planned_end_on is None else max(day, unit.planned_end_on + _DAY)
        yield "project.continue_with_members", {**started, "project_lasts_past": expected}


def _asked_of_branch(
    unit: Examined, held: Sequence[Seated], filled: Facts, day: date, *, rules_of: date
) -> Iterator[tuple[str, Facts]]:
    size = _size(unit.sizes, day)
    posts = [seat for seat in held if seat.kind in COMMITTEE_POSTS]
    yield "branch.fill_posts", filled
    if unit.form in SECONDARY_FORMS:
        # Its members are counted where they belong, and its officers are as many as its task needs.
        return
    conditions: list[Verdict] = []
    for operation, facts in _conditions(unit, size, day):
        conditions += _answers(operation, facts, day, rules_of=rules_of)
        if operation != "branch.establish":
            yield operation, facts
    yield (
        "branch.continue",
        {
            "full_member_count": size.full,
            "member_count": size.members,
            "founding_conditions_met": not blocking(conditions),
        },
    )
    if size.students > size.staff:
        yield "branch.establish_student", {"branch_basis": _STUDENT_BASES.get(unit.form)}
        fulfilled = tuple(sorted(duty for duty, days in unit.duties if day in days))
        if unit.form in STUDENT_FORMS:
            yield "branch.assign_student_duties", {"branch_duties": fulfilled}
    committee = len({seat.person_id for seat in posts})
    yield "branch.keep_committee", {"committee_size": committee, "full_member_count": size.full}
    if any(seat.kind not in _LEADING for seat in posts):
        yield "branch.fill_committee", filled


def _conditions(unit: Examined, size: Size, day: date) -> Iterator[tuple[str, Facts]]:
    """What must be true of a branch for it to have been established, asked of how it stands now."""
    yield "branch.establish", {"full_member_count": size.full, "member_count": size.members}
    sponsors = [kind for kind, days in unit.sponsors if day in days]
    if unit.form is Form.JOINT_TEACHER_STUDENT:
        yield (
            "branch.establish_joint",
            {
                "school_sponsor_count": sponsors.count(Kind.SCHOOL),
                "academy_sponsor_count": sponsors.count(Kind.ACADEMY),
            },
        )
        yield (
            "branch.staff_joint",
            {"has_staff_member": size.staff > 0, "has_student_member": size.students > 0},
        )
    if unit.form is Form.JOINT_SMALL_UNITS:
        yield "branch.establish_joint_small_units", {"unit_count": len(sponsors)}


def _size(sizes: Sequence[Size], day: date) -> Size:
    return max((size for size in sizes if size.since <= day), key=lambda size: size.since, default=Size(day))
