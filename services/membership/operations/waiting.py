"""Writes what standing cases and dues wait for: with every change of theirs, and anew each day before reminding.

Dues fall due because time passes, and members come and go: what nobody wrote is found by the daily round.
"""

from collections.abc import Sequence
from uuid import UUID

from chassis.calls import Call
from chassis.database import UnitOfWork
from membership.domain.dues import YEARS_SHOWN, last_month, month_of
from membership.domain.dues_duties import items_of_arrears, items_of_ledger
from membership.domain.duties import SubjectKind
from membership.domain.standing import StandingCase
from membership.domain.standing_duties import items_of_standing
from membership.operations.means import Means
from membership.repository import dues, inbox, members, standing
from rulebook import RuleSet

# Members or branches of one transaction.
_BATCH = 500
_NIL = UUID(int=0)


async def keep_standing(work: UnitOfWork, case: StandingCase, rules: RuleSet | None) -> None:
    """Write what a standing case waits for after an act; without rules nothing is waited for any more."""
    items = [] if rules is None else items_of_standing(case, rules)
    await inbox.replace_others(work, SubjectKind.STANDING_CASE, [case.standing_case_id], items)


async def keep_arrears(work: UnitOfWork, means: Means, person_ids: Sequence[UUID]) -> None:
    """Write what the dues of these persons wait for today.

    Whoever leaves the roll meanwhile is waited for: an item counted before the leaving would outlast it.
    """
    await members.lock_many(work, person_ids)
    rules = await means.rules.begin(work, work.today)
    month = month_of(work.today)
    first = month.replace(year=month.year - YEARS_SHOWN)
    found = await dues.unpaid(
        work, person_ids, first_month=first, last_month=last_month(month), day=work.today
    )
    items = [item for unpaid in found for item in items_of_arrears(unpaid, rules)]
    await inbox.replace_others(work, SubjectKind.DUES_ACCOUNT, person_ids, items)


async def keep_ledgers(work: UnitOfWork, means: Means, unit_ids: Sequence[UUID]) -> None:
    """Write by when these branches publish their collection; a dissolved one publishes nothing any more."""
    rules = await means.rules.begin(work, work.today)
    found = await dues.publishing(work, unit_ids, day=work.today)
    items = [item for unit, opened, last in found for item in items_of_ledger(unit, opened, last, rules)]
    await inbox.replace_others(work, SubjectKind.DUES_LEDGER, unit_ids, items)


async def go_round(call: Call, means: Means) -> None:
    """Write anew what time alone has changed; each batch by itself, and again the same when it is repeated."""
    await _complete_standing(call, means)
    after = _NIL
    while True:
        async with call.transaction() as work:
            people = await dues.payers(work, after=after, size=_BATCH)
            await keep_arrears(work, means, people)
            work.answer(None)
        if len(people) < _BATCH:
            break
        after = people[-1]
    after = _NIL
    while True:
        async with call.transaction() as work:
            branches = await dues.ledgers(work, after=after, size=_BATCH)
            await keep_ledgers(work, means, branches)
            work.answer(None)
        if len(branches) < _BATCH:
            break
        after = branches[-1]


async def _complete_standing(call: Call, means: Means) -> None:
    """Let items follow members to their branch, and write those of cases from before they were in the inbox."""
    after = _NIL
    while True:
        async with call.transaction() as work:
            if after == _NIL:
                await inbox.settle_units(work)
            rules = await means.rules.begin(work, work.today)
            rows = await standing.without_items(work, after=after, size=_BATCH)
            for found in rows:
                case = await standing.whole(work, found, means.rules.of)
                await keep_standing(work, case, rules)
            work.answer(None)
        if len(rows) < _BATCH:
            break
        after = rows[-1].standing_case_id
