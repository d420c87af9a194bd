"""The ledger of the admission forms: drawing, using, accounting for each, closing a year."""

from datetime import date
from uuid import UUID

from chassis.calls import Call
from chassis.database import UnitOfWork
from chassis.ids import new_id
from membership.domain.acts import Act
from membership.domain.admission import AdmissionCase
from membership.domain.forms import Form, FormState, Ledger, check_day, numbers, use_facts
from membership.domain.verdicts import check_allowed, judge
from membership.errors import FormNotFoundError, FormNumbersTakenError
from membership.events import forms as events
from membership.facts import known_unit
from membership.operations.means import Means
from membership.repository import forms
from rulebook import RuleSet

KEEP = "membership.admission_form.keep"
USE, CLOSE = "form.use", "form.close_year"


async def draw(
    call: Call, unit_id: UUID, year: int, *, prefix: str, first: int, count: int, drawn_on: date
) -> Ledger:
    """Enter forms that a unit drew."""
    async with call.transaction() as work:
        await known_unit(work, unit_id)
        await _hold(work, unit_id, year)
        check_day(drawn_on, since=date.min, today=work.today)
        (await forms.ledger(work, unit_id, year)).check_open()
        wanted = numbers(prefix, first, count)
        taken = await forms.taken(work, wanted)
        if taken:
            raise FormNumbersTakenError(form_number=taken[0], count=len(taken))
        made = [
            Form(new_id(), number, unit_id, year, FormState.IN_HAND, drawn_on, 1, work.now)
            for number in wanted
        ]
        await forms.save(work, made)
        ledger_id, version = await forms.put_year(work, new_id(), unit_id, year, None)
        after = await forms.ledger(work, unit_id, year)
        work.emit(events.drawn(ledger_id, version, after, count))
        work.audit_change("form_ledger", ledger_id, None, _audited(after))
        return work.answer(after)


async def _hold(work: UnitOfWork, unit_id: UUID, year: int) -> None:
    # Closing a year counts its forms: nobody draws or uses one meanwhile.
    await work.lock(f"membership.form_ledger|{unit_id}|{year}")


async def read_ledger(call: Call, unit_id: UUID, year: int) -> Ledger:
    """The forms of a unit and a year, counted."""
    await known_unit(call.database, unit_id)
    return await forms.ledger(call.database, unit_id, year)


async def page(
    call: Call, unit_id: UUID, *, year: int | None, state: str | None, after: UUID | None, size: int
) -> list[Form]:
    """A page of forms; one more than the size says that another page follows."""
    return await forms.page(call.database, unit_id, year=year, state=state, after=after, size=size + 1)


async def account(call: Call, form_id: UUID, state: str, *, day: date, reason: str) -> Form:
    """Say that a form was lost, voided or returned."""
    found = await forms.find(call.database, form_id)
    await call.access.require(KEEP, unit=None if found is None else found.unit_id)
    if found is None:
        raise FormNotFoundError(form_id=form_id)
    async with call.transaction() as work:
        await _hold(work, found.unit_id, found.year)
        before = await forms.lock(work, form_id)
        assert before is not None, "forms are never deleted"
        call.check_etag(before.version)
        (await forms.ledger(work, before.unit_id, before.year)).check_open()
        after = before.accounted(FormState(state), day, reason, today=work.today, now=work.now)
        await _keep(work, before, after)
        return work.answer(after)


async def close_year(call: Call, means: Means, unit_id: UUID, year: int) -> Ledger:
    """Close a year once its forms add up (LOC-13)."""
    async with call.transaction() as work:
        await known_unit(work, unit_id)
        await _hold(work, unit_id, year)
        before = await forms.ledger(work, unit_id, year)
        before.check_open()
        rules = await means.rules.begin(work, work.today)
        if CLOSE in rules.operation_names:
            judgements = judge(rules, [CLOSE], before.facts(), on=work.today)
            check_allowed(judgements, None, unit_id=unit_id, year=year)
        ledger_id, version = await forms.put_year(work, new_id(), unit_id, year, work.today)
        after = await forms.ledger(work, unit_id, year)
        work.emit(events.closed(ledger_id, version, after))
        work.audit_change("form_ledger", ledger_id, _audited(before), _audited(after))
        return work.answer(after)


async def use_form(work: UnitOfWork, rules: RuleSet, case: AdmissionCase, act: Act) -> None:
    """
    Use a form of the ledger for a case; the one that the case had becomes void.

    A number of no ledger is refused where a unit at or above the branch keeps one for the year.
    """
    number, issued_on = str(act.detail["form_number"]), act.occurred_on
    over = await forms.ledgers_over(work, case.head.unit_id, issued_on.year, day=work.today)
    form, former = await forms.for_use(work, number, case.head.case_id)
    if form is None and not over:
        return
    if form is not None:
        await _hold(work, form.unit_id, form.year)
    if USE in rules.operation_names:
        facts = use_facts(
            form,
            case_id=case.head.case_id,
            issued_on=issued_on,
            of_unit=form is not None and form.unit_id in over,
            year_is_open=form is not None and over.get(form.unit_id, False),
        )
        judgements = judge(rules, [USE], facts, on=issued_on, override=act.override)
        check_allowed(judgements, None, form_number=number)
    if form is not None:
        await _keep(work, form, form.used(case.head.case_id, issued_on, now=work.now))
    if former is not None:
        await _keep(work, former, former.replaced(issued_on, number, now=work.now))


async def _keep(work: UnitOfWork, before: Form, after: Form) -> None:
    await forms.save(work, [after])
    work.emit(events.accounted(after))
    work.audit_change("admission_form", after.form_id, _told(before), _told(after))


def _told(form: Form) -> dict[str, object]:
    return {
        "form_number": form.form_number,
        "state": form.state,
        "accounted_on": form.accounted_on,
        "case_id": form.case_id,
        "reason": form.reason,
        "version": form.version,
    }


def _audited(ledger: Ledger) -> dict[str, object]:
    return {
        "unit_id": ledger.unit_id,
        "year": ledger.year,
        "drawn": ledger.drawn,
        "accounted": ledger.accounted,
        "closed_on": ledger.closed_on,
    }
