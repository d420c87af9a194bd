"""Set temporary branches up from templates, end their tasks, and dissolve by itself what is over.

A branch whose task is over is dissolved by the same process as every unit. Participations end with it, in
membership, when membership hears of it; what stands in the way is kept, announced when it changes, and tried again
every day.
"""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from chassis.calls import Call
from chassis.database import UnitOfWork
from chassis.ids import new_id
from chassis.intervals import Interval
from chassis.paging import Page, decode_token, page_of, page_size
from chassis.process import ProcessKind, ResourceFrozenError, ensure_free
from chassis.schedule import Slot
from organization.clients import Membership
from organization.domain.formation_templates import Template, TemplateKind
from organization.domain.posts import Appointees, Method, PostKind
from organization.domain.structure import check_relations, related_ids
from organization.domain.temporary_branches import (
    Hindrance,
    NewBranch,
    TemporaryBranch,
    check_end,
    check_kind,
    check_officers,
    unit_of,
)
from organization.domain.units import Findings, Unit, check_life, check_shape
from organization.errors import TemporaryBranchNotFoundError, UnitHasMembersError
from organization.events import formations as facts
from organization.facts import appointees
from organization.operations import dissolution, founding, posts, terms
from organization.repository import formation_templates, temporary_branches, units

READ = "organization.unit.read"
ESTABLISH = "organization.unit.establish"
TASK_OVER = "任务结束，自行撤销"


async def set_up_branch(call: Call, membership: Membership, new: NewBranch) -> TemporaryBranch:
    """Set a temporary branch up from a template, with its appointed officers."""
    await call.access.require(ESTABLISH, unit=new.parent_id)
    people = await officers_of(call, membership, [new])
    async with call.transaction() as work:
        found = await formation_templates.find(work, new.template_id)
        unit = await set_up(work, found, new, path="branch", people=people)
        return work.answer(await _present(work, unit.unit_id))


async def officers_of(
    call: Call, membership: Membership, branches: Iterable[NewBranch], *others: UUID
) -> Appointees:
    """What membership says of the officers that the branches are to have, and of others, in one question."""
    officers = [officer for branch in branches for officer in branch.officers]
    secretaries = [each.person_id for each in officers if each.post_kind is PostKind.SECRETARY]
    wanted = [*others, *(each.person_id for each in officers)]
    return await appointees(call.database, membership, wanted, secretaries=secretaries)


async def set_up(
    work: UnitOfWork, found: Template | None, new: NewBranch, *, path: str, people: Appointees
) -> Unit:
    """Establish the unit, create its posts and appoint its officers; the caller may do so below the parent."""
    template = check_kind(found, TemplateKind.TEMPORARY_BRANCH, path=path)
    check_officers(template, new.officers, path=path)
    on = new.established_on or work.today
    unit = await _establish(work, template, new, on=on, path=path)
    await temporary_branches.add(work, unit.unit_id, template_id=template.template_id)
    await _seat(work, unit, template, new, on=on, path=path, people=people)
    return unit


async def _establish(work: UnitOfWork, template: Template, new: NewBranch, *, on: date, path: str) -> Unit:
    given = unit_of(template, new, on=on)
    findings = Findings()
    check_shape(given, path=path, findings=findings)
    check_life(given, established_on=on, path=path, findings=findings)
    related = related_ids(given, new.parent_id)
    site = await founding.reserve(work, new.parent_id, given.name, related, on=on)
    check_relations(
        given,
        new.parent_id,
        site.known,
        days=Interval(on),
        path=path,
        parent_path=f"{path}.parent_unit_id",
        findings=findings,
    )
    findings.refuse_if_any()
    return await founding.found(work, new_id(), new.parent_id, given, on=on, site=site, path=path)


async def _seat(
    work: UnitOfWork,
    unit: Unit,
    template: Template,
    new: NewBranch,
    *,
    on: date,
    path: str,
    people: Appointees,
) -> None:
    made = {
        post.kind: await posts.create(work, unit, posts.NewPost(post.kind, post.title, post.seats), on=on)
        for post in template.says.posts
    }
    for number, officer in enumerate(new.officers):
        given = terms.NewAppointment(
            person_id=officer.person_id,
            method=Method.APPOINTED,
            valid_from=on,
            basis_post_id=officer.basis_post_id,
            document_number=officer.document_number,
            background=officer.background,
        )
        place = f"{path}.officers[{number}]."
        await terms.begin(work, unit, made[officer.post_kind], given, path=place, people=people)


async def end_task(
    call: Call,
    membership: Membership,
    kind: ProcessKind,
    unit_id: UUID,
    *,
    ends_on: date | None,
    reason: str,
) -> TemporaryBranch:
    """Say on which day the task of a branch ends; dissolve it at once when that day has come."""
    seen = await _known(call, unit_id, "organization.unit.dissolve")
    on = ends_on or call.clock.today()
    check_end(seen, on)
    due = on <= call.clock.today()
    people = await _people(membership, [seen], on) if due else {}
    async with call.transaction() as work:
        await work.lock(founding.STRUCTURE)
        await units.lock(work, unit_id)
        await ensure_free(work, unit_id)
        branch = await _present(work, unit_id)
        call.check_etag(branch.version)
        check_end(branch, on)
        await plan_end(work, branch, on, reason=reason)
        if due:
            await end(work, kind, await _present(work, unit_id), people=people[unit_id], reason=reason)
        return work.answer(await _present(work, unit_id))


async def plan_end(work: UnitOfWork, branch: TemporaryBranch, on: date, *, reason: str) -> None:
    """Keep and announce the day on which a branch is dissolved by itself."""
    before = await founding.present(work, branch.unit_id, work.today)
    await temporary_branches.plan_end(work, branch.unit_id, on)
    await temporary_branches.hinder(work, branch.unit_id, (), since=None)
    await founding.announce(
        work, branch.unit_id, lambda after: facts.end_planned(after, on, reason), before=before
    )


async def end_due(call: Call, membership: Membership, kind: ProcessKind, slot: Slot) -> int:
    """Begin to dissolve every temporary branch whose task is over, once a day; answers how many are begun."""
    due = await temporary_branches.due(call.database, slot.day)
    people = await _people(membership, due, slot.day)
    async with call.transaction() as work:
        if not await slot.finish(work):
            return 0
        await work.lock(founding.STRUCTURE)
        begun = 0
        for seen in due:
            await units.lock(work, seen.unit_id)
            branch = await _present(work, seen.unit_id)
            # Whoever set another end or began to dissolve it meanwhile has had their way.
            if branch.version == seen.version:
                begun += await end(
                    work, kind, branch, people=people[branch.unit_id], reason=TASK_OVER, today=slot.day
                )
        return work.answer(begun)


async def _people(
    membership: Membership, branches: Iterable[TemporaryBranch], today: date
) -> dict[UUID, int]:
    """Who stands in the way of each of the branches: everybody who does not merely take part."""
    return {
        branch.unit_id: await membership.count_roll(
            branch.unit_id,
            today if branch.planned_end_on is None else branch.ending(today),
            participants=False,
        )
        for branch in branches
    }


async def end(
    work: UnitOfWork,
    kind: ProcessKind,
    branch: TemporaryBranch,
    *,
    people: int,
    reason: str,
    today: date | None = None,
) -> bool:
    """Begin to dissolve a locked branch, or keep what stands in the way; answers whether it began."""
    today = today or work.today
    on = branch.ending(today)
    hindrances = [Hindrance(UnitHasMembersError.reason, people)] if people else []
    hindrances += await dissolution.hindrances(work, branch.unit_id, on)
    if not hindrances:
        try:
            await dissolution.begin(work, kind, branch.unit_id, on=on, reason=reason, natural=True)
            return True
        except ResourceFrozenError as error:
            hindrances = [Hindrance(error.reason, 1)]
    await hinder(work, branch, hindrances, today=today)
    return False


async def hinder(
    work: UnitOfWork, branch: TemporaryBranch, hindrances: list[Hindrance], *, today: date
) -> None:
    """Keep what stands in the way; announce it when it is something else than before."""
    if branch.hindrances == tuple(hindrances):
        return
    await temporary_branches.hinder(work, branch.unit_id, hindrances, since=branch.hindered_since or today)
    before = await founding.present(work, branch.unit_id, work.today)
    assert branch.planned_end_on is not None, "a branch without an end is never due"
    ended_on = branch.planned_end_on
    await founding.announce(
        work,
        branch.unit_id,
        lambda after: facts.dissolution_hindered(after, ended_on, hindrances),
        before=before,
    )


async def _present(work: UnitOfWork, unit_id: UUID) -> TemporaryBranch:
    branch = await temporary_branches.find(work, unit_id, day=work.today)
    assert branch is not None, "a temporary branch is never deleted"
    return branch


async def _known(call: Call, unit_id: UUID, permission: str) -> TemporaryBranch:
    branch = await temporary_branches.find(call.database, unit_id, day=call.clock.today())
    await call.access.require(permission, unit=None if branch is None else unit_id)
    if branch is None:
        raise TemporaryBranchNotFoundError(unit_id=unit_id)
    return branch


async def get_branch(call: Call, unit_id: UUID) -> TemporaryBranch:
    """Read a temporary branch."""
    return await _known(call, unit_id, READ)


async def list_branches(
    call: Call,
    *,
    ending_by: date | None,
    hindered: bool,
    template_id: UUID | None,
    campus_id: UUID | None,
    size: int,
    token: str,
) -> Page[TemporaryBranch]:
    """List temporary branches that the caller may read."""
    after = decode_token(token, UUID)
    most = page_size(size)
    found = await temporary_branches.page(
        call.database,
        await call.access.filters(READ),
        ending_by=ending_by,
        hindered=hindered,
        template_id=template_id,
        campus_id=campus_id,
        today=call.clock.today(),
        after_id=after[0] if after else None,
        most=most + 1,
    )
    return page_of(found, most, lambda branch: (branch.unit_id,))
