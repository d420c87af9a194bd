"""Objections to public notices: raised by whoever leads the case, settled by whoever may file above it."""

from datetime import date
from uuid import UUID

from chassis.calls import Call
from membership.domain import notices as domain
from membership.domain.admission import AdmissionCase
from membership.events import admission as events
from membership.operations.means import Means
from membership.operations.taking import ADVANCE, FILE, hold, require_on_case, take_act, write


async def raise_objection(
    call: Call, means: Means, case_id: UUID, *, step: str, content: str, on: date
) -> AdmissionCase:
    """Record an objection; what was announced waits until it is settled."""
    await require_on_case(call, case_id, ADVANCE)
    async with call.transaction() as work:
        held = await hold(work, means, case_id)
        after = await take_act(work, held, domain.raising(held.case, step, content, on=on))
        await write(work, held, after, events.step_taken(after, after.steps[-1]))
        return work.answer(after)


async def settle_objection(
    call: Call, means: Means, case_id: UUID, number: int, *, upheld: bool, finding: str, on: date
) -> AdmissionCase:
    """Record what was found about an objection."""
    await require_on_case(call, case_id, FILE)
    async with call.transaction() as work:
        held = await hold(work, means, case_id)
        act = domain.settling(held.case, number, upheld=upheld, finding=finding, on=on)
        after = await take_act(work, held, act)
        await write(work, held, after, events.step_taken(after, after.steps[-1]))
        return work.answer(after)
