"""What membership does of a reorganisation: rolls and open cases follow, in one transaction, once."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from chassis.database import UnitOfWork
from chassis.intervals import Interval
from membership.domain.members import MovePlan, RollMove, plan_moves
from membership.events import people as events
from membership.operations.means import Means
from membership.operations.rolls import move_case
from membership.repository import cases, members, moves


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
    moved_persons = await _move_members(work, plan, reorganization_id, effective_on)
    moved_cases = await _move_cases(work, means, plan, reorganization_id, effective_on)
    left = list(dict.fromkeys([*from_units, *dissolved_unit_ids]))
    ended = await end_participations(work, left, effective_on)
    counts = {
        "effective_on": effective_on,
        "moved_persons": moved_persons,
        "moved_cases": moved_cases,
        "ended_participations": ended,
    }
    await moves.mark_applied(work, reorganization_id, **counts)  # type: ignore[arg-type] # one dict of a day and counts
    work.emit(events.roll_move_applied(reorganization_id, **counts))  # type: ignore[arg-type] # the same


async def _move_members(work: UnitOfWork, plan: MovePlan, reorganization_id: UUID, effective_on: date) -> int:
    going = {
        person.person_id: placement.move
        for placement in plan.placements
        for person in placement.people
        if person.is_member
    }
    for person_id, move in going.items():
        await members.relate(work, person_id, Interval(effective_on), move.to_unit_id)
    await members.touch(work, list(going))
    for member in await members.find_many(work, list(going)):
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
    return len(going)


async def _move_cases(
    work: UnitOfWork, means: Means, plan: MovePlan, reorganization_id: UUID, effective_on: date
) -> int:
    targets = {
        case_id: placement.move.to_unit_id for placement in plan.placements for case_id in placement.case_ids
    }
    for head in await cases.lock_many(work, list(targets)):
        await move_case(
            work,
            means,
            head,
            targets[head.case_id],
            effective_on=effective_on,
            reorganization_id=reorganization_id,
        )
    return len(targets)


async def end_participations(work: UnitOfWork, unit_ids: Sequence[UUID], effective_on: date) -> int:
    """End every participation in these units on a day; answers how many ended."""
    ending = await moves.participants(work, unit_ids, day=effective_on)
    for person_id, unit_id in ending:
        await members.participate(work, person_id, unit_id, Interval(effective_on), None)
        await members.touch(work, [person_id])
        (member,) = await members.find_many(work, [person_id])
        work.emit(events.participation_changed(member, unit_id))
    return len(ending)
