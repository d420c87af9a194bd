"""Reorganisations: their states, and whether a plan holds together."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from chassis.intervals import Interval
from organization.domain.structure import Outlines, check_relations, related_ids
from organization.domain.units import (
    Findings,
    Kind,
    Lineage,
    LineageKind,
    NewUnit,
    Outline,
    check_life,
    check_shape,
)
from organization.errors import ReorganizationStateError


class ReorganizationState(StrEnum):
    """Where a reorganisation stands."""

    DRAFT = "draft"
    APPROVED = "approved"
    EXECUTING = "executing"
    COMPLETED = "completed"
    UNDONE = "undone"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class PlannedUnit:
    """A unit that a plan establishes; its id is given with the plan, so that moves can name it."""

    unit_id: UUID
    key: str
    parent_id: UUID
    new: NewUnit


@dataclass(frozen=True, slots=True)
class RollMove:
    """Who goes from a dissolved unit to another; tried in order, without a condition it takes the rest."""

    move_id: UUID
    from_unit_id: UUID
    to_unit_id: UUID
    affiliated_unit_id: UUID | None = None
    person_ids: tuple[UUID, ...] = ()

    @property
    def takes_the_rest(self) -> bool:
        """Whether everybody who is left goes with it."""
        return self.affiliated_unit_id is None and not self.person_ids


@dataclass(frozen=True, slots=True)
class DraftMove:
    """A move as it is drafted: to a unit that exists, or to one of the plan by its key."""

    from_unit_id: UUID
    to_unit_id: UUID | None
    to_key: str | None
    affiliated_unit_id: UUID | None
    person_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a reorganisation does on its day."""

    effective_on: date
    establishes: tuple[PlannedUnit, ...]
    dissolves: tuple[UUID, ...]
    moves: tuple[RollMove, ...]

    @property
    def touched(self) -> set[UUID]:
        """The existing units that are frozen while it is executed."""
        planned = {unit.unit_id for unit in self.establishes}
        return {*self.dissolves, *(move.to_unit_id for move in self.moves)} - planned

    @property
    def related(self) -> set[UUID]:
        """Every existing unit that must be looked up in order to judge the plan."""
        related = set().union(*(related_ids(unit.new, unit.parent_id) for unit in self.establishes))
        return (
            self.touched
            | related
            | {move.affiliated_unit_id for move in self.moves if move.affiliated_unit_id}
        )


@dataclass(frozen=True, slots=True)
class Reorganization:
    """A planned, approved or executed reorganisation."""

    reorganization_id: UUID
    unit_id: UUID
    title: str
    plan: Plan
    state: ReorganizationState
    approved_by: UUID | None
    approved_at: datetime | None
    document_number: str
    process_id: UUID | None
    moved_persons: int | None
    moved_cases: int | None
    failure: str
    created_at: datetime
    updated_at: datetime
    version: int

    def expect(self, *states: ReorganizationState) -> None:
        """Refuse in any other state."""
        if self.state not in states:
            raise ReorganizationStateError(reorganization_id=self.reorganization_id, state=self.state.value)

    def to(self, state: ReorganizationState, *, at: datetime, **changes: object) -> "Reorganization":
        """The next version, in another state."""
        return replace(self, state=state, updated_at=at, version=self.version + 1, **changes)  # type: ignore[arg-type] # the fields are checked by `replace` itself


@dataclass(frozen=True, slots=True)
class PreviewedMove:
    """Who would go with a move, as the membership service says."""

    move_id: UUID
    person_ids: tuple[UUID, ...]
    case_ids: tuple[UUID, ...]
    staff: int
    students: int


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something that stands against a move."""

    person_id: UUID
    unit_id: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What the membership service says about the moves of a plan."""

    moves: tuple[PreviewedMove, ...]
    unplaced: tuple[UUID, ...]
    obstacles: tuple[Obstacle, ...]

    @property
    def failure(self) -> str:
        """Why the moves cannot be made, as a reason; empty when they can."""
        if self.obstacles:
            return "PEOPLE_HELD"
        return "PEOPLE_UNPLACED" if self.unplaced else ""


def resolve_moves(
    drafts: Sequence[DraftMove], planned: Sequence[PlannedUnit], new_ids: Iterable[UUID]
) -> tuple[RollMove, ...]:
    """The drafted moves with their targets' ids; refuses a move without exactly one target."""
    by_key = {unit.key: unit.unit_id for unit in planned}
    findings = Findings()
    moves = []
    for number, (draft, move_id) in enumerate(zip(drafts, new_ids, strict=False)):
        path = f"plan.moves[{number}]"
        if (draft.to_unit_id is None) == (draft.to_key is None):
            findings.add(f"{path}.to_key", "须且只能填写一个去向。", "Exactly one target is given.")
            continue
        target = draft.to_unit_id if draft.to_key is None else by_key.get(draft.to_key)
        if target is None:
            findings.add(f"{path}.to_key", "方案中没有此代号。", "The plan has no unit of this key.")
            continue
        moves.append(
            RollMove(move_id, draft.from_unit_id, target, draft.affiliated_unit_id, draft.person_ids)
        )
    findings.refuse_if_any()
    return tuple(moves)


def check_plan(plan: Plan, known: Outlines, below: Iterable[UUID]) -> None:
    """Refuse a plan that does not hold together; `below` are the units below the one it is drafted for."""
    findings = Findings()
    inside = set(below)
    _check_establishments(plan, known, inside, findings)
    _check_dissolutions(plan, known, inside, findings)
    _check_moves(plan, known, inside, findings)
    findings.refuse_if_any()


def _check_establishments(plan: Plan, known: Outlines, inside: set[UUID], findings: Findings) -> None:
    days = Interval(plan.effective_on)
    for key, count in Counter(unit.key for unit in plan.establishes).items():
        if count > 1:
            findings.add("plan.establishes", f"代号 {key} 重复。", f"The key {key} is used twice.")
    names = Counter((unit.parent_id, unit.new.name) for unit in plan.establishes)
    for number, unit in enumerate(plan.establishes):
        path = f"plan.establishes[{number}]"
        if names[unit.parent_id, unit.new.name] > 1:
            findings.add(f"{path}.unit.name", "同级组织重名。", "Two units below one parent have the name.")
        check_shape(unit.new, path=f"{path}.unit", findings=findings)
        check_life(unit.new, established_on=plan.effective_on, path=f"{path}.unit", findings=findings)
        parent_path = f"{path}.parent_unit_id"
        check_relations(
            unit.new,
            unit.parent_id,
            known,
            days=days,
            path=f"{path}.unit",
            parent_path=parent_path,
            findings=findings,
        )
        if unit.parent_id not in inside:
            findings.add(parent_path, "不在方案所属组织之下。", "It is not below the unit of the plan.")
        if unit.parent_id in plan.dissolves:
            findings.add(parent_path, "该组织将被撤销。", "The plan dissolves it.")


def _check_dissolutions(plan: Plan, known: Outlines, inside: set[UUID], findings: Findings) -> None:
    leaving = {move.from_unit_id for move in plan.moves}
    for number, unit_id in enumerate(plan.dissolves):
        path = f"plan.dissolves_unit_ids[{number}]"
        unit = known.get(unit_id)
        if unit is None or unit_id not in inside:
            findings.add(path, "不在方案所属组织之下。", "It is not below the unit of the plan.")
        elif unit.kind is not Kind.BRANCH:
            findings.add(path, "只能调整党支部。", "Only branches are reorganised.")
        elif plan.effective_on not in unit.life or unit.life.start == plan.effective_on:
            findings.add(path, "生效日期须在组织成立之后、撤销之前。", "It must exist before and on the day.")
        elif unit.life.end is not None:
            findings.add(path, "该组织已定于撤销。", "It has an end already.")
        elif unit_id not in leaving:
            findings.add(path, "须写明其成员去向。", "The plan does not say where its people go.")


def _check_moves(plan: Plan, known: Outlines, inside: set[UUID], findings: Findings) -> None:
    planned = {unit.unit_id for unit in plan.establishes}
    closed: set[UUID] = set()
    for number, move in enumerate(plan.moves):
        path = f"plan.moves[{number}]"
        if move.from_unit_id not in plan.dissolves:
            findings.add(f"{path}.from_unit_id", "该组织不在撤销之列。", "The plan does not dissolve it.")
        if move.from_unit_id in closed:
            findings.add(path, "前面的去向已包括全部成员。", "A move before it takes everybody.")
        if move.takes_the_rest:
            closed.add(move.from_unit_id)
        if move.affiliated_unit_id is not None and move.affiliated_unit_id not in known:
            findings.add(f"{path}.affiliated_unit_id", "没有此组织。", "There is no such unit.")
        if move.to_unit_id not in planned:
            _check_target(plan, known.get(move.to_unit_id), inside, f"{path}.to_unit_id", findings)


def _check_target(
    plan: Plan, target: Outline | None, inside: set[UUID], path: str, findings: Findings
) -> None:
    if target is None or target.unit_id not in inside:
        findings.add(path, "不在方案所属组织之下。", "It is not below the unit of the plan.")
    elif target.kind is not Kind.BRANCH:
        findings.add(path, "组织关系只能转入党支部。", "People belong to branches.")
    elif target.unit_id in plan.dissolves or not target.life.covers(Interval(plan.effective_on)):
        findings.add(path, "该组织在生效日期及以后须存续。", "It must exist from the day on.")


def lineage_of(moves: Iterable[RollMove], *, on: date, reorganization_id: UUID | None) -> list[Lineage]:
    """What follows from what: a merge, a split, a succession or an adjustment, by how often each is named."""
    pairs = list(dict.fromkeys((move.from_unit_id, move.to_unit_id) for move in moves))
    targets = Counter(source for source, _ in pairs)
    sources = Counter(target for _, target in pairs)
    return [
        Lineage(
            from_unit_id=source,
            to_unit_id=target,
            kind=_LINEAGE[targets[source] > 1, sources[target] > 1],
            effective_on=on,
            reorganization_id=reorganization_id,
        )
        for source, target in pairs
    ]


# By whether the old unit has several successors, and the new one several predecessors.
_LINEAGE: Mapping[tuple[bool, bool], LineageKind] = {
    (False, False): LineageKind.SUCCESSION,
    (False, True): LineageKind.MERGE,
    (True, False): LineageKind.SPLIT,
    (True, True): LineageKind.ADJUSTMENT,
}
