"""What membership does of a reorganisation: rolls and open cases follow, in one transaction, once."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import TypeVar
from uuid import UUID

from chassis.database import UnitOfWork
from chassis.intervals import Interval
from membership.domain.members import MovePlan, RollMove, plan_moves
from membership.events import admission as case_events
from membership.events import people as events
from membership.operations.means import Means
from membership.repository import cases, inbox, members, moves

Item = TypeVar("Item")
# Read and announced together; other requests are served between one batch and the next.
AT_ONCE = 500


async def apply_moves(
    work: UnitOfWork,
    means: Means,
    reorganization_id: UUID,
    planned: Sequence[RollMove],
    *,
    effective_on: date,
    dissolved_unit_ids: Sequence[UUID] = (),
) -> None:
    """Move everybody, end participations in the units left behind, and announce it once. Repeating does nothing."""
    await work.lock(f"membership.roll_move|{reorganization_id}")
    if await moves.is_applied(work, reorganization_id):
        return
    from_units = list(dict.fromkeys(move.from_unit_id for move in planned))
    people = await moves.movable(work, from_units, day=effective_on)
    plan = plan_moves(planned, people)
    going, targets = _going(plan), _case_targets(plan)
    left = list(dict.fromkeys([*from_units, *dissolved_unit_ids]))
    ending = await moves.participants(work, left, day=effective_on)
    counts = {
        "effective_on": effective_on,
        "moved_persons": len(going),
        "moved_cases": len(targets),
        "ended_participations": len(ending),
    }
    await moves.mark_applied(work, reorganization_id, **counts)  # type: ignore[arg-type] # one dict of a day and counts
    # Told before the thousands of moves it sums up, so that whoever waits for the whole does not read them first.
    work.emit(events.roll_move_applied(reorganization_id, **counts))  # type: ignore[arg-type] # the same
    await _move_members(work, going, reorganization_id, effective_on)
    await _move_cases(work, means, targets, reorganization_id, effective_on)
    await _end_participations(work, ending, effective_on)


def _going(plan: MovePlan) -> dict[UUID, RollMove]:
    return {
        person.person_id: placement.move
        for placement in plan.placements
        for person in placement.people
        if person.is_member
    }


def _case_targets(plan: MovePlan) -> dict[UUID, UUID]:
    return {
        case_id: placement.move.to_unit_id for placement in plan.placements for case_id in placement.case_ids
    }


async def _move_members(
    work: UnitOfWork, going: Mapping[UUID, RollMove], reorganization_id: UUID, effective_on: date
) -> None:
    targets = {person_id: move.to_unit_id for person_id, move in going.items()}
    await members.lock_many(work, list(going))
    await members.relate_many(work, Interval(effective_on), targets)
    await members.touch(work, list(going))
    await inbox.settle_units(work, list(going))
    for some in batched(going, AT_ONCE):
        for member in await members.find_many(work, some):
            move = going[member.person_id]
            work.emit(
                events.member_moved(
                    member,
                    from_unit_id=move.from_unit_id,
                    to_unit_id=move.to_unit_id,
                    effective_on=effective_on,
                    reorganization_id=reorganization_id,
                )
            )


async def _move_cases(
    work: UnitOfWork, means: Means, targets: Mapping[UUID, UUID], reorganization_id: UUID, effective_on: date
) -> None:
    left = {head.case_id: head.unit_id for head in await cases.lock_many(work, list(targets))}
    await inbox.move_many(work, targets)
    moved = await cases.move_many(work, targets)
    for some in batched(moved, AT_ONCE):
        whole = [(head, await means.rules.of(work, head.pack_digest)) for head in some]
        for case in await cases.whole_many(work, whole):
            work.emit(
                case_events.case_moved(
                    case,
                    from_unit_id=left[case.head.case_id],
                    effective_on=effective_on,
                    reorganization_id=reorganization_id,
                )
            )


async def end_participations(work: UnitOfWork, unit_ids: Sequence[UUID], effective_on: date) -> int:
    """End every participation in these units on a day; answers how many ended."""
    ending = await moves.participants(work, unit_ids, day=effective_on)
    await _end_participations(work, ending, effective_on)
    return len(ending)


async def _end_participations(
    work: UnitOfWork, ending: Sequence[tuple[UUID, UUID]], effective_on: date
) -> None:
    # Each end is a version of its member, so that whoever takes part in several units ends in one after another.
    rounds: list[dict[UUID, UUID]] = []
    turns: Counter[UUID] = Counter()
    for person_id, unit_id in ending:
        if turns[person_id] == len(rounds):
            rounds.append({})
        rounds[turns[person_id]][person_id] = unit_id
        turns[person_id] += 1
    await members.lock_many(work, list(turns))
    for one in rounds:
        await members.end_participations(work, Interval(effective_on), one.items())
        await members.touch(work, list(one))
        for some in batched(one, AT_ONCE):
            for member in await members.find_many(work, some):
                work.emit(events.participation_changed(member, one[member.person_id]))


def batched(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """The items in their order, so many at a time."""
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some
