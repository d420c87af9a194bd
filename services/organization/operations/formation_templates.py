"""Add, change, retire and read templates of temporary branches and vanguard teams."""

from collections.abc import Callable
from uuid import UUID

from chassis.calls import Call
from chassis.database import UnitOfWork
from chassis.events import Event
from chassis.ids import new_id
from chassis.paging import Page, decode_token, page_of, page_size
from organization.domain.formation_templates import NewTemplate, Template, TemplateKind, check_template
from organization.errors import FormationTemplateNameTakenError, FormationTemplateNotFoundError
from organization.events import formations as facts
from organization.repository import formation_templates


async def create_template(call: Call, new: NewTemplate) -> Template:
    """Add a template."""
    check_template(new, path="template")
    async with call.transaction() as work:
        template = Template(new_id(), new, None, work.now, work.now, version=1)
        await _check_name(work, template)
        await formation_templates.add(work, template)
        work.emit(facts.template_created(template))
        work.audit_change("formation_template", template.template_id, None, _kept(template))
        return work.answer(template)


def _kept(template: Template) -> dict[str, object]:
    says = template.says
    return {
        "name": says.name,
        "purpose": says.purpose,
        "task": says.task,
        "posts": [[post.kind, post.title, post.seats] for post in says.posts],
        "default_length": says.default_length,
        "retired_on": template.retired_on,
    }


async def _check_name(work: UnitOfWork, template: Template) -> None:
    # Two templates given one name at once would not see each other.
    await work.lock("formation_template.names")
    namesake = await formation_templates.with_name(work, template.says.name)
    if namesake not in (None, template.template_id):
        raise FormationTemplateNameTakenError(name=template.says.name, template_id=namesake)


async def update_template(call: Call, template_id: UUID, new: NewTemplate) -> Template:
    """Replace what a template says."""

    def change(before: Template, work: UnitOfWork) -> Template:
        check_template(new, path="template", before=before.says.kind)
        return before.changed(new, at=work.now)

    return await _changed(call, template_id, change, facts.template_updated)


async def retire_template(call: Call, template_id: UUID) -> Template:
    """Let nothing be set up from a template any longer."""
    return await _changed(
        call,
        template_id,
        lambda before, work: before.retired(work.today, at=work.now),
        facts.template_retired,
    )


async def _changed(
    call: Call,
    template_id: UUID,
    change: Callable[[Template, UnitOfWork], Template],
    fact: Callable[[Template], Event],
) -> Template:
    async with call.transaction() as work:
        before = await formation_templates.lock(work, template_id)
        if before is None:
            raise FormationTemplateNotFoundError(template_id=template_id)
        call.check_etag(before.version)
        after = change(before, work)
        await _check_name(work, after)
        await formation_templates.change(work, after)
        work.emit(fact(after))
        work.audit_change("formation_template", template_id, _kept(before), _kept(after))
        return work.answer(after)


async def get_template(call: Call, template_id: UUID) -> Template:
    """Read a template."""
    template = await formation_templates.find(call.database, template_id)
    if template is None:
        raise FormationTemplateNotFoundError(template_id=template_id)
    return template


async def list_templates(
    call: Call, *, kind: TemplateKind | None, include_retired: bool, size: int, token: str
) -> Page[Template]:
    """List templates by name."""
    after = decode_token(token, str)
    most = page_size(size)
    found = await formation_templates.page(
        call.database,
        kind=kind,
        include_retired=include_retired,
        after=after[0] if after else "",
        most=most + 1,
    )
    return page_of(found, most, lambda template: (template.says.name,))
