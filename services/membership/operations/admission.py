"""Admission cases: opening, every step that needs no vote, withdrawing, and reading what stands between."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from chassis.calls import Call
from chassis.database import UnitOfWork
from chassis.ids import new_id
from membership.domain import steps as names
from membership.domain.acts import Act, plain, take
from membership.domain.admission import (
    AdmissionCase,
    CaseHead,
    CaseState,
    TakenStep,
    without_conclusion,
)
from membership.domain.steps import Catalogue
from membership.domain.units import Use
from membership.domain.verdicts import Judgement, Override, check_allowed
from membership.errors import (
    AdmissionCaseAlreadyOpenError,
    AlreadyMemberError,
    DayOutOfOrderError,
    PersonUnknownError,
    StepNotDueError,
)
from membership.events import admission as events
from membership.facts import Gathered, gather, standing_of, usable_unit
from membership.operations import forms, plans
from membership.operations.means import Means, scope_of
from membership.operations.taking import (
    ADVANCE,
    OPEN,
    OVERRIDE,
    READ,
    Held,
    ask_rules,
    hold,
    read_case,
    require_on_case,
    take_act,
    write,
)
from membership.repository import cases, members, persons
from membership.repository.cases import CaseFilter
from rulebook import earliest_clear

# Steps that may still be recorded once the person is a full member.
_AFTER_CONVERSION = frozenset({*names.LOOSE, names.ARCHIVE})


@dataclass(frozen=True, slots=True)
class Application:
    """What an applicant hands in."""

    person_id: UUID
    unit_id: UUID
    applied_on: date
    route: str
    is_chinese_citizen: bool
    accepts_programme: bool
    override: Override | None = None

    def act(self) -> Act:
        """The application as the first step."""
        return Act(
            names.APPLICATION,
            self.applied_on,
            {"route": self.route},
            {
                "application_route": self.route,
                "is_chinese_citizen": self.is_chinese_citizen,
                "accepts_programme": self.accepts_programme,
            },
            documents=("membership_application",),
            override=self.override,
        )


async def open_case(call: Call, means: Means, application: Application) -> AdmissionCase:
    """A person applies for membership; the day of the application chooses the rules for the whole case."""
    own = call.caller.person_id == application.person_id
    await call.access.require(OPEN, unit=application.unit_id, relation=own)
    if application.override is not None:
        await call.access.require(OVERRIDE, unit=application.unit_id)
    async with call.transaction() as work:
        await _check_applicant(work, application)
        held = await _begun(work, means, application)
        act = application.act()
        gathered = await gather(work, held.case, act)
        judgements = ask_rules(held, act, gathered, held.catalogue.operations(act.step))
        check_allowed(judgements, act.override, case_id=held.case.head.case_id, step=act.step)
        case = take(held.case, act, held.catalogue, judgements, now=work.now, by=call.caller.person_id)
        await write(work, held, case, events.step_taken(case, case.steps[-1]))
        return work.answer(case)


async def _check_applicant(work: UnitOfWork, application: Application) -> None:
    person_id, day = application.person_id, application.applied_on
    # Two applications at once must not both find none.
    await work.lock(f"membership.applicant|{person_id}")
    if day > work.today:
        raise DayOutOfOrderError(day=day, bound=f"<= {work.today}")
    if person_id not in await persons.known(work, [person_id]):
        raise PersonUnknownError(person_id=person_id)
    if await members.statuses(work, [person_id], day=work.today):
        raise AlreadyMemberError(person_id=person_id)
    present = await cases.open_of(work, [person_id])
    if present:
        raise AdmissionCaseAlreadyOpenError(person_id=person_id, case_id=present[0].case_id)
    unit = await usable_unit(work, application.unit_id, Use.ADMISSION, day=day)
    unit.check_free()


async def _begun(work: UnitOfWork, means: Means, application: Application) -> Held:
    rules = await means.rules.begin(work, application.applied_on)
    head = CaseHead(
        case_id=new_id(),
        person_id=application.person_id,
        unit_id=application.unit_id,
        applied_on=application.applied_on,
        pack_digest=rules.digest,
        state=CaseState.OPEN,
        stage=1,
        step=names.APPLICATION,
        version=0,
        created_at=work.now,
        updated_at=work.now,
    )
    return Held(AdmissionCase(head), rules, Catalogue.of(rules))


async def take_step(
    call: Call, means: Means, case_id: UUID, act: Act, *, permission: str = ADVANCE, own: bool = False
) -> AdmissionCase:
    """Take a step that changes nothing but the case itself."""
    await require_on_case(call, case_id, permission, override=act.override, own=own)
    also = CaseState.CONVERTED if act.step in _AFTER_CONVERSION else None
    async with call.transaction() as work:
        held = await hold(work, means, case_id, also=also)
        if act.step == names.ADMISSION_FORM:
            await plans.take_place(work, held.case, act.occurred_on)
        after = await take_act(work, held, act)
        if act.step == names.ADMISSION_FORM:
            await forms.use_form(work, held.rules, held.case, act)
        if act.step == names.ARCHIVE:
            after = after.noted(state=CaseState.ARCHIVED)
        await write(work, held, after, events.step_taken(after, after.steps[-1]))
        return work.answer(after)


async def take_further_step(call: Call, means: Means, case_id: UUID, act: Act) -> AdmissionCase:
    """Take a step that a lower layer's catalogue adds; the steps with a verb of their own are refused here."""
    if act.step in names.WITH_VERBS:
        raise StepNotDueError(case_id=case_id, step=act.step, state="-", awaited="-")
    return await take_step(call, means, case_id, act)


async def withdraw(
    call: Call, means: Means, case_id: UUID, *, occurred_on: date, reason: str
) -> AdmissionCase:
    """End a case before admission; applicants may withdraw theirs."""
    await require_on_case(call, case_id, ADVANCE, own=True)
    async with call.transaction() as work:
        held = await hold(work, means, case_id)
        if names.APPROVAL in held.case.taken:
            raise StepNotDueError(
                case_id=case_id,
                step=names.WITHDRAWAL,
                state=held.case.head.state,
                awaited="conversion_approval",
            )
        act = plain(names.WITHDRAWAL, occurred_on, reason=reason)
        held.case.check_day(act.step, occurred_on, held.catalogue, today=work.today)
        taken = take(held.case, act, held.catalogue, (), now=work.now, by=call.caller.person_id)
        after = taken.noted(state=CaseState.WITHDRAWN)
        await write(work, held, after, events.withdrawn(after, occurred_on))
        return work.answer(after)


@dataclass(frozen=True, slots=True)
class Readable:
    """A case that the caller may read, and whether with the conclusion of the political review."""

    held: Held
    with_review: bool

    @property
    def case(self) -> AdmissionCase:
        """The case as the caller may see it."""
        return self.held.case if self.with_review else self.held.case.without_review()

    def shown(self, judgements: tuple[Judgement, ...]) -> tuple[Judgement, ...]:
        """What the caller may see of what the rules say."""
        return judgements if self.with_review else without_conclusion(judgements)


async def get_case(call: Call, means: Means, case_id: UUID) -> AdmissionCase:
    """Read a case; applicants, contacts and introducers read theirs."""
    return (await _readable(call, means, case_id)).case


async def _readable(call: Call, means: Means, case_id: UUID) -> Readable:
    head = await cases.show_head(call.database, case_id)
    if head is None:
        await require_on_case(call, case_id, READ)
    assert head is not None
    held = await read_case(call.database, means, head)
    today, me = call.clock.today(), call.caller.person_id
    companions = {
        item.person_id
        for item in held.case.companions
        if item.valid_until is None or item.valid_until > today
    }
    is_own = me == head.person_id
    await call.access.require(READ, unit=head.unit_id, relation=is_own or me in companions)
    # Who leads the case, and the applicant; not everybody who may read it.
    return Readable(held, is_own or await call.access.holds(ADVANCE, unit=head.unit_id))


async def list_cases(call: Call, wanted: CaseFilter, *, after: UUID | None, size: int) -> list[CaseHead]:
    """A page of cases; one more than the size says that another page follows."""
    return await cases.page(
        call.database,
        scope=await scope_of(call, READ),
        wanted=wanted,
        self_id=call.caller.person_id,
        after=after,
        size=size + 1,
    )


@dataclass(frozen=True, slots=True)
class NextStep:
    """A step that comes next, and what the rules say of it today."""

    step: str
    number: int
    zh: str
    possible_from: date | None
    judgements: tuple[Judgement, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """What happened, and what comes next."""

    entries: tuple[tuple[TakenStep, str], ...]
    next_steps: tuple[NextStep, ...]


async def next_steps(call: Call, means: Means, case_id: UUID) -> tuple[NextStep, ...]:
    """The steps that come next, judged today."""
    return await _next_steps(call, await _readable(call, means, case_id))


async def timeline(call: Call, means: Means, case_id: UUID) -> Timeline:
    """The whole run of a case."""
    readable = await _readable(call, means, case_id)
    catalogue = readable.held.catalogue
    entries = tuple((step, catalogue.zh(step.step)) for step in readable.case.steps)
    return Timeline(entries, await _next_steps(call, readable))


async def _next_steps(call: Call, readable: Readable) -> tuple[NextStep, ...]:
    held = readable.held
    if held.case.head.state not in (CaseState.OPEN, CaseState.CONVERTED):
        return ()
    today = call.clock.today()
    standing = await standing_of(call.database, held.case, day=today)
    gathered = Gathered(standing, {})
    return tuple(
        _judged(readable, step.id, step.number, step.zh, gathered, today)
        for step in held.catalogue.takeable(held.case.taken)
    )


def _judged(readable: Readable, step: str, number: int, zh: str, gathered: Gathered, today: date) -> NextStep:
    held = readable.held
    judgements = ask_rules(held, Act(step, today), gathered, held.catalogue.operations(step))
    clear = earliest_clear([judgement.verdict for judgement in judgements])
    possible_from = today if not judgements else clear
    return NextStep(step, number, zh, possible_from, readable.shown(judgements))
