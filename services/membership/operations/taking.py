"""How any step of a case is taken: find, allow, lock, check the order, ask the rules, write, announce.

The operations on admission differ only in what they ask and in what follows from the step.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from chassis.calls import Call
from chassis.database import Reader, UnitOfWork
from chassis.events import Event
from membership.domain.acts import Act, take
from membership.domain.admission import AdmissionCase, CaseHead, CaseState
from membership.domain.evidence import documents_of, evidence
from membership.domain.notices import standing_objections
from membership.domain.steps import Catalogue
from membership.domain.verdicts import Judgement, Override, check_allowed, judge
from membership.errors import AdmissionCaseNotFoundError
from membership.facts import Gathered, gather, known_unit
from membership.operations.inbox import keep_cases
from membership.operations.means import Means
from membership.repository import cases
from rulebook import RuleSet

READ, OPEN, ADVANCE, FILE, VOTE, APPROVE, OVERRIDE = (
    f"membership.admission_case.{verb}"
    for verb in ("read", "open", "advance", "file", "vote", "approve", "override")
)


@dataclass(frozen=True, slots=True)
class Held:
    """A case held for a change, with the rules it began under."""

    case: AdmissionCase
    rules: RuleSet
    catalogue: Catalogue


async def require_on_case(
    call: Call, case_id: UUID, permission: str, *, override: Override | None = None, own: bool = False
) -> CaseHead:
    """The head of a case on whose branch the caller holds the permission; applicants act on their own."""
    head = await cases.head(call.database, case_id)
    if head is None:
        # Who may not read cases anywhere learns nothing about which exist.
        await call.access.require(permission, unit=None)
        raise AdmissionCaseNotFoundError(case_id=case_id)
    relation = own and call.caller.person_id == head.person_id
    await call.access.require(permission, unit=head.unit_id, relation=relation)
    if override is not None:
        await call.access.require(OVERRIDE, unit=head.unit_id)
    return head


async def read_case(reader: Reader, means: Means, head: CaseHead) -> Held:
    """The whole case with its rules."""
    rules = await means.rules.of(reader, head.pack_digest)
    return Held(await cases.whole(reader, head, rules), rules, Catalogue.of(rules))


async def hold(work: UnitOfWork, means: Means, case_id: UUID, *, also: CaseState | None = None) -> Held:
    """The case, held until the end; refuses a stale ETag, a case that is over, and a branch that is frozen."""
    head = await cases.lock(work, case_id)
    if head is None:
        raise AdmissionCaseNotFoundError(case_id=case_id)
    work.call.check_etag(head.version)
    held = await read_case(work, means, head)
    held.case.check_open(also=also)
    (await known_unit(work, head.unit_id)).check_free()
    return held


def check_order(held: Held, act: Act, *, today: date) -> None:
    """Refuse a step that is not due, or a day that cannot be."""
    held.case.check_due(act.step, held.catalogue)
    held.case.check_day(act.step, act.occurred_on, held.catalogue, today=today)


def ask_rules(
    held: Held,
    act: Act,
    gathered: Gathered,
    operations: Sequence[str],
    stated: Mapping[str, Any] | None = None,
) -> tuple[Judgement, ...]:
    """What the rules of the case say of the act; decides nothing."""
    named = documents_of(held.case, act.documents, only_brought=act.only_stated_documents)
    papers = [name for name in named if name not in gathered.returned]
    said = {**gathered.facts, **act.facts, "case_documents": papers, **(stated or {})}
    said |= gathered.recorded
    said["standing_objections"] = standing_objections(held.case, act.step, said.get("notice_posted_on"))
    facts = evidence(held.case, gathered.standing, said)
    return judge(held.rules, operations, facts, on=act.occurred_on, override=act.override)


async def take_act(work: UnitOfWork, held: Held, act: Act) -> AdmissionCase:
    """The case after a step that is due and that no rule forbids; nothing is written yet."""
    check_order(held, act, today=work.today)
    gathered = await gather(work, held.case, act)
    judgements = ask_rules(held, act, gathered, held.catalogue.operations(act.step))
    check_allowed(judgements, act.override, case_id=held.case.head.case_id, step=act.step)
    return take(held.case, act, held.catalogue, judgements, now=work.now, by=work.call.caller.person_id)


async def write(work: UnitOfWork, held: Held, after: AdmissionCase, event: Event) -> None:
    """Write what changed of a case and what it waits for now, announce it and leave a trace in the audit."""
    # A case that has no step yet is only about to be opened.
    before = held.case if held.case.steps else None
    await cases.save(work, after, before=before)
    await keep_cases(work, [(after, held.rules)])
    work.emit(event)
    work.audit_change(
        "admission_case",
        after.head.case_id,
        None if before is None else audited(before.head),
        audited(after.head),
    )


def audited(head: CaseHead) -> dict[str, Any]:
    """What the audit keeps of a case."""
    return {
        "unit_id": head.unit_id,
        "state": head.state,
        "step": head.step,
        "probation_from": head.probation_from,
        "probation_until": head.probation_until,
        "full_member_from": head.full_member_from,
        "version": head.version,
    }
