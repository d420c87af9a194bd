"""What membership does of an oath ceremony: the oaths of all who could take them, in one transaction, once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from chassis.calls import Call
from chassis.database import UnitOfWork
from membership.domain import steps as names
from membership.domain.acts import plain, take
from membership.domain.admission import CaseHead, CaseState, OathCandidate
from membership.events import admission as events
from membership.facts import gather
from membership.operations.means import Means
from membership.operations.taking import ask_rules, read_case, write
from membership.repository import cases, moves

# Cases brought in from paper may have been archived without the oath on record.
_LIVING = (CaseState.OPEN, CaseState.CONVERTED, CaseState.ARCHIVED)


@dataclass(frozen=True, slots=True)
class Sworn:
    """Somebody who took the oath."""

    person_id: UUID
    case_id: UUID


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Who may take the oath, and why the others may not."""

    eligible: tuple[OathCandidate, ...]
    refused: tuple[tuple[UUID, str], ...]


async def check_eligibility(call: Call, person_ids: Sequence[UUID], *, held_on: date | None) -> Eligibility:
    """Who of these people may take the oath on a day."""
    day = held_on or call.clock.today()
    found = {item.person_id: item for item in await moves.oath_candidates(call.database, person_ids)}
    eligible: list[OathCandidate] = []
    refused: list[tuple[UUID, str]] = []
    for person_id in sorted(person_ids):
        candidate = found.get(person_id)
        refusal = "NO_CASE" if candidate is None else candidate.refusal(day)
        if candidate is None or refusal is not None:
            refused.append((person_id, refusal or ""))
        else:
            eligible.append(candidate)
    return Eligibility(tuple(eligible), tuple(refused))


async def record_oaths(
    work: UnitOfWork, means: Means, ceremony_id: UUID, sworn: Sequence[Sworn], *, held_on: date
) -> None:
    """Record the oaths of a ceremony, say who could not take it and why. Repeating does nothing."""
    await work.lock(f"membership.oath_roll|{ceremony_id}")
    if await moves.is_recorded(work, ceremony_id):
        return
    heads = {head.case_id: head for head in await cases.lock_many(work, [item.case_id for item in sworn])}
    recorded: list[UUID] = []
    refusals: list[tuple[UUID, str]] = []
    for item in sworn:
        refusal = await _record(work, means, heads.get(item.case_id), item, ceremony_id, held_on)
        if refusal is None:
            recorded.append(item.case_id)
        else:
            refusals.append((item.person_id, refusal))
    await moves.mark_recorded(work, ceremony_id, held_on=held_on, case_ids=recorded, refusals=refusals)
    work.emit(events.oath_roll_recorded(ceremony_id, held_on=held_on, case_ids=recorded, refusals=refusals))


async def _record(
    work: UnitOfWork, means: Means, head: CaseHead | None, sworn: Sworn, ceremony_id: UUID, held_on: date
) -> str | None:
    """Record one oath; answers why it could not be recorded."""
    if head is None or head.person_id != sworn.person_id:
        return "NO_CASE"
    if head.state not in _LIVING or head.probation_from is None:
        return "NOT_APPROVED"
    if head.oath_on is not None:
        return "ALREADY_SWORN"
    held = await read_case(work, means, head)
    approved_on = held.case.day_of(names.APPROVAL)
    if approved_on is None or held_on < approved_on:
        return "BEFORE_APPROVAL"
    act = plain(names.OATH, held_on, ceremony=str(ceremony_id))
    gathered = await gather(work, held.case, act)
    judgements = ask_rules(held, act, gathered, held.catalogue.operations(names.OATH))
    if any(judgement.forbids for judgement in judgements):
        return "FORBIDDEN_BY_RULES"
    after = take(held.case, act, held.catalogue, judgements, now=work.now, by=None)
    after = after.noted(oath_on=held_on, ceremony_id=ceremony_id)
    await write(work, held, after, events.step_taken(after, after.steps[-1]))
    return None
