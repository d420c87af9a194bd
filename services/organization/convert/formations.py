"""Templates and temporary branches between the contract and the domain."""

from chassis.paging import Page
from organization.convert.posts import post_title
from organization.convert.values import chosen, enum_of, id_of, optional_day, optional_id
from organization.domain.elections import Background
from organization.domain.formation_templates import NewTemplate, Template, TemplateKind, TemplatePost
from organization.domain.posts import PostKind
from organization.domain.temporary_branches import NewBranch, Officer, TemporaryBranch
from organization.domain.units import Purpose
from organization.events.formations import branch_message, template_message
from shuyuan.organization.v1 import (
    appointment_pb2,
    formation_template_pb2,
    formation_template_service_pb2,
    temporary_branch_pb2,
    temporary_branch_service_pb2,
    unit_pb2,
)

_KIND = formation_template_pb2.FormationTemplate.Kind.DESCRIPTOR
_PURPOSE = unit_pb2.Unit.Purpose.DESCRIPTOR
_BACKGROUND = appointment_pb2.Appointment.Background.DESCRIPTOR
_POST_KIND = appointment_pb2.Post.Kind.DESCRIPTOR


def new_template(given: formation_template_pb2.FormationTemplateInput) -> NewTemplate:
    """What a template is to say."""
    posts = []
    for number, post in enumerate(given.posts):
        kind = chosen(_POST_KIND, PostKind, post.kind, f"template.posts[{number}].kind")
        posts.append(TemplatePost(kind, post.title or post_title(kind), post.seats or 1))
    return NewTemplate(
        kind=chosen(_KIND, TemplateKind, given.kind, "template.kind"),
        name=given.name,
        purpose=enum_of(_PURPOSE, Purpose, given.purpose, "template.purpose"),
        task=given.task,
        posts=tuple(posts),
        default_length=given.default_length,
    )


def template_kind(given: int) -> TemplateKind | None:
    """The kind of template asked for, None for any."""
    return enum_of(_KIND, TemplateKind, given, "kind")


def templates_page(page: Page[Template]) -> formation_template_service_pb2.ListFormationTemplatesResponse:
    """A page of templates."""
    return formation_template_service_pb2.ListFormationTemplatesResponse(
        templates=[template_message(each) for each in page.items], next_page_token=page.next_token
    )


def new_branch(given: temporary_branch_pb2.TemporaryBranchInput, path: str) -> NewBranch:
    """A temporary branch to be set up from a template."""
    return NewBranch(
        template_id=id_of(given.template_id, f"{path}.template_id"),
        parent_id=id_of(given.parent_unit_id, f"{path}.parent_unit_id"),
        host_id=id_of(given.host_unit_id, f"{path}.host_unit_id"),
        name=given.name,
        task=given.task,
        campus_id=optional_id(given.campus_id, f"{path}.campus_id"),
        established_on=optional_day(given, "established_on", path=f"{path}.established_on"),
        planned_end_on=optional_day(given, "planned_end_on", path=f"{path}.planned_end_on"),
        officers=tuple(
            _officer(each, f"{path}.officers[{number}]") for number, each in enumerate(given.officers)
        ),
    )


def _officer(given: temporary_branch_pb2.OfficerInput, path: str) -> Officer:
    return Officer(
        post_kind=chosen(_POST_KIND, PostKind, given.post_kind, f"{path}.post_kind"),
        person_id=id_of(given.person_id, f"{path}.person_id"),
        basis_post_id=optional_id(given.basis_post_id, f"{path}.basis_post_id"),
        document_number=given.document_number,
        background=enum_of(_BACKGROUND, Background, given.background, f"{path}.background"),
    )


def branches_page(page: Page[TemporaryBranch]) -> temporary_branch_service_pb2.ListTemporaryBranchesResponse:
    """A page of temporary branches."""
    return temporary_branch_service_pb2.ListTemporaryBranchesResponse(
        branches=[branch_message(each) for each in page.items], next_page_token=page.next_token
    )
