"""Yearly plans of admission, the places that forms take up, and the forecast."""

import asyncio
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from chassis.calls import Call
from chassis.database import UnitOfWork
from chassis.ids import new_id
from membership.domain import steps as names
from membership.domain.admission import AdmissionCase
from membership.domain.evidence import Standing
from membership.domain.forecast import ForecastPage, Foretold, foretell
from membership.domain.plans import Plan, PlanUse, check_left, check_quotas, check_used
from membership.errors import PlanAlreadyExistsError, PlanNotFoundError
from membership.events import plans as events
from membership.facts import known_unit
from membership.operations.means import Means, scope_of
from membership.repository import cases, persons, plans

READ, SET = "membership.admission_plan.read", "membership.admission_plan.set"


async def create(call: Call, unit_id: UUID, year: int, quota: int) -> Plan:
    """Make the plan of a unit for a year; it fits into the plan above it and holds those below it."""
    async with call.transaction() as work:
        await known_unit(work, unit_id)
        await _hold_year(work, year)
        present = await plans.of_unit(work, unit_id, year)
        if present is not None:
            raise PlanAlreadyExistsError(unit_id=unit_id, year=year, plan_id=present.plan_id)
        plan = Plan(new_id(), unit_id, year, quota, 1, work.now, work.now)
        return await _keep(work, None, plan)


async def set_quota(call: Call, plan_id: UUID, quota: int) -> Plan:
    """Change the quota of a plan."""
    found = await plans.find(call.database, plan_id)
    await call.access.require(SET, unit=None if found is None else found.unit_id)
    if found is None:
        raise PlanNotFoundError(plan_id=plan_id)
    async with call.transaction() as work:
        await _hold_year(work, found.year)
        before = await plans.lock(work, plan_id)
        assert before is not None, "plans are never deleted"
        call.check_etag(before.version)
        changed = replace(before, quota=quota, version=before.version + 1, updated_at=work.now)
        return await _keep(work, before, changed)


async def _hold_year(work: UnitOfWork, year: int) -> None:
    # Two plans of one year are compared with each other: one is made at a time.
    await work.lock(f"membership.admission_plan|{year}")


async def _keep(work: UnitOfWork, before: Plan | None, plan: Plan) -> Plan:
    others = await plans.of_year(work, plan.year)
    quotas = {other.unit_id: other.quota for other in others} | {plan.unit_id: plan.quota}
    check_quotas(plan.unit_id, plan.year, quotas, await plans.above(work, list(quotas), day=work.today))
    if before is not None:
        (use,) = await plans.uses(work, [plan], day=work.today)
        check_used(use)
    await plans.save(work, plan)
    work.emit(events.plan_set(plan))
    work.audit_change(
        "admission_plan", plan.plan_id, None if before is None else _audited(before), _audited(plan)
    )
    return work.answer(plan)


def _audited(plan: Plan) -> dict[str, object]:
    return {"unit_id": plan.unit_id, "year": plan.year, "quota": plan.quota, "version": plan.version}


async def take_place(work: UnitOfWork, case: AdmissionCase, issued_on: date) -> None:
    """
    Refuse a form where nothing is left of a plan of the year; without a plan nothing limits.

    A case that has a form of the year already has its place.
    """
    form = case.day_of(names.ADMISSION_FORM)
    if form is not None and form.year == issued_on.year:
        return
    found = await plans.over(work, case.head.unit_id, issued_on.year, day=work.today)
    for use in await plans.uses(work, found, day=work.today):
        check_left(use)


async def page(
    call: Call, *, unit_id: UUID | None, year: int | None, after: UUID | None, size: int
) -> list[PlanUse]:
    """A page of plans with what was used of them; one more than the size says that another page follows."""
    found = await plans.page(
        call.database,
        scope=await scope_of(call, READ),
        unit_id=unit_id,
        year=year,
        after=after,
        size=size + 1,
    )
    return await plans.uses(call.database, found, day=call.clock.today())


@dataclass(frozen=True, slots=True)
class Forecast:
    """A page of people, and the plan of the unit for this year."""

    page: ForecastPage
    plan: PlanUse | None


async def forecast(call: Call, means: Means, unit_id: UUID, *, after: UUID | None, size: int) -> Forecast:
    """From which day the next milestone of each case under way is possible."""
    await known_unit(call.database, unit_id)
    today = call.clock.today()
    heads = await cases.below(call.database, unit_id, day=today, after=after, size=size + 1, under_way=True)
    shown = heads[:size]
    rules = {
        digest: await means.rules.of(call.database, digest)
        for digest in sorted({head.pack_digest for head in shown})
    }
    known = await persons.known(call.database, {head.person_id for head in shown})
    people: list[Foretold] = []
    wanted = [(head, rules[head.pack_digest]) for head in shown]
    for case in await cases.whole_many(call.database, wanted):
        standing = Standing(known[case.head.person_id][1], belongs_to_branch=True)
        found = foretell(case, standing, rules[case.head.pack_digest], today=today)
        if found is not None:
            people.append(found)
        # Nothing here waits for anybody; others who ask this service must not wait for a whole page.
        await asyncio.sleep(0)
    plan = await plans.of_unit(call.database, unit_id, today.year)
    uses = await plans.uses(call.database, [] if plan is None else [plan], day=today)
    next_after = shown[-1].case_id if len(heads) > size else None
    return Forecast(ForecastPage(tuple(people), next_after), uses[0] if uses else None)
