"""Examining open cases a page at a time: a few statements for each page, and the rules of every case asked again."""

import asyncio
from dataclasses import dataclass
from uuid import UUID

from chassis.calls import Call
from membership.domain.admission import CaseState
from membership.domain.compliance import CaseFindings, examine
from membership.operations.means import Means, scope_of
from membership.operations.taking import READ
from membership.repository import cases
from membership.repository.cases import CaseFilter

# Cases judged before other calls have their turn.
_TURN = 10


@dataclass(frozen=True, slots=True)
class Examined:
    """A page of cases that were looked at; `last` is where the next page begins, None on the last one."""

    findings: tuple[CaseFindings, ...]
    count: int
    last: UUID | None


async def examine_page(
    call: Call, means: Means, *, unit_id: UUID | None, after: UUID | None, size: int
) -> Examined:
    """Look at the open cases of a page in the caller's scope."""
    found = await cases.page(
        call.database,
        scope=await scope_of(call, READ),
        wanted=CaseFilter(unit_id=unit_id, state=CaseState.OPEN),
        self_id=call.caller.person_id,
        after=after,
        size=size + 1,
    )
    heads = found[:size]
    wanted = [(head, await means.rules.of(call.database, head.pack_digest)) for head in heads]
    today = call.clock.today()
    examined: list[CaseFindings] = []
    whole = await cases.whole_many(call.database, wanted, only_against=True)
    for index, (case, (_, rules)) in enumerate(zip(whole, wanted, strict=True)):
        examined.append(examine(case, rules, today=today))
        if index % _TURN == 0:
            await asyncio.sleep(0)
    shown = tuple(item for item in examined if not item.is_clean)
    return Examined(shown, len(heads), heads[-1].case_id if len(found) > size else None)
