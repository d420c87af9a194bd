"""Writing the acts of standing cases: shared by what is done in a case and by what ends one from outside."""

from dataclasses import replace
from datetime import date

from chassis.database import UnitOfWork
from membership.domain.standing import Act, Entry, StandingCase
from membership.events import standing as events
from membership.operations import waiting
from membership.repository import standing
from rulebook import RuleSet


def new_entry(work: UnitOfWork, act: Act, day: date, reason: str) -> Entry:
    """An act as it is entered now, by whoever asks."""
    return Entry(act, day, work.now, work.call.caller.person_id, reason)


async def keep(
    work: UnitOfWork,
    before: StandingCase,
    after: StandingCase,
    rules: RuleSet | None = None,
    *,
    answered: bool = True,
) -> StandingCase:
    """Write a case after an act, and what it waits for by the rules of the act; announce the act."""
    kept = replace(after, version=before.version + 1, updated_at=work.now)
    await standing.save(work, kept, kept_entries=len(before.entries))
    await waiting.keep_standing(work, kept, rules)
    work.emit(events.acted(kept, kept.entries[-1], today=work.today))
    work.audit_change("standing_case", kept.standing_case_id, audited(before), audited(kept))
    return work.answer(kept) if answered else kept


def audited(case: StandingCase) -> dict[str, object]:
    """What the audit keeps of a case."""
    return {
        "person_id": case.person_id,
        "kind": case.kind,
        "ground": case.ground,
        "since": case.since,
        "state": case.state,
        "last_act": case.entries[-1].act if case.entries else None,
        "suspended_on": case.suspended_on,
        "rectify_until": case.rectify_until,
        "version": case.version,
    }
