"""Requests and answers about posts, appointments, grants and roles."""

from functools import cache

from chassis.calls import current
from chassis.paging import Page
from chassis.verdicts import to_message
from organization.convert.values import (
    chosen,
    enum_of,
    id_of,
    instant_of,
    optional_day,
    optional_id,
)
from organization.domain.elections import Background
from organization.domain.grants import Grant
from organization.domain.posts import Appointment, Method, Post, PostKind
from organization.domain.units import refuse
from organization.events.shapes import appointment_message, grant_message, number, post_message
from organization.operations.appointments import Composition, Wanted
from organization.operations.posts import NewPost
from organization.operations.terms import NewAppointment
from shuyuan.annotations.v1 import annotations_pb2
from shuyuan.organization.v1 import (
    appointment_pb2,
    appointment_service_pb2,
    grant_pb2,
    grant_service_pb2,
    role_pb2,
    unit_service_pb2,
)

_KIND = appointment_pb2.Post.Kind.DESCRIPTOR
_BACKGROUND = appointment_pb2.Appointment.Background.DESCRIPTOR
_METHOD = appointment_pb2.Appointment.Method.DESCRIPTOR


@cache
def post_title(kind: PostKind) -> str:
    """The Chinese term of a kind of post, its title when nothing else is said."""
    options = _KIND.values_by_number[number(_KIND, kind)].GetOptions()
    return str(options.Extensions[annotations_pb2.term].zh)


def role_of(given: int, field: str) -> str | None:
    """The name of a role, None for the unspecified one."""
    if not given:
        return None
    known = role_pb2.Role.DESCRIPTOR.values_by_number.get(given)
    return known.name if known is not None else refuse(field, "没有此角色。", "There is no such role.")


def needed_role(given: int, field: str) -> str:
    """The name of a role that must be said."""
    return role_of(given, field) or refuse(field, "须填写此项。", "It is required.")


def post_kind(given: int, field: str) -> PostKind | None:
    """The kind of post asked for, None for any."""
    return enum_of(_KIND, PostKind, given, field)


def new_post(request: appointment_service_pb2.CreatePostRequest) -> NewPost:
    """What a post is created with."""
    kind = chosen(_KIND, PostKind, request.kind, "kind")
    return NewPost(
        kind=kind,
        title=request.title.strip() or post_title(kind),
        seats=request.seats or 1,
        role=role_of(request.role, "role"),
        role_unit_id=optional_id(request.role_unit_id, "role_unit_id"),
        bound_post_id=optional_id(request.bound_post_id, "bound_post_id"),
    )


def new_appointment(request: appointment_service_pb2.AppointToPostRequest) -> NewAppointment:
    """What a person is appointed with."""
    return NewAppointment(
        person_id=id_of(request.person_id, "person_id"),
        method=chosen(_METHOD, Method, request.method, "method"),
        valid_from=optional_day(request, "valid_from"),
        valid_until=optional_day(request, "valid_until"),
        basis_post_id=optional_id(request.basis_post_id, "basis_post_id"),
        document_number=request.document_number,
        background=enum_of(_BACKGROUND, Background, request.background, "background"),
        override_reason=request.override_reason,
    )


def wanted(request: appointment_service_pb2.ListAppointmentsRequest) -> Wanted:
    """What a page of appointments is asked for."""
    return Wanted(
        unit_id=optional_id(request.unit_id, "unit_id"),
        post_id=optional_id(request.post_id, "post_id"),
        person_id=optional_id(request.person_id, "person_id"),
        kind=post_kind(request.post_kind, "post_kind"),
        as_of=optional_day(request, "as_of"),
        known_at=instant_of(request, "known_at"),
    )


def posts_page(page: Page[Post]) -> appointment_service_pb2.ListPostsResponse:
    """A page of posts."""
    return appointment_service_pb2.ListPostsResponse(
        posts=[post_message(post) for post in page.items], next_page_token=page.next_token
    )


def appointments_page(page: Page[Appointment]) -> appointment_service_pb2.ListAppointmentsResponse:
    """A page of appointments."""
    return appointment_service_pb2.ListAppointmentsResponse(
        appointments=[appointment_message(each) for each in page.items], next_page_token=page.next_token
    )


def composition(found: Composition) -> unit_service_pb2.GetCompositionResponse:
    """The posts of a unit with their holders, and what the rules say of them in the caller's language."""
    language = current().language
    return unit_service_pb2.GetCompositionResponse(
        seats=[
            appointment_pb2.Seat(
                post=post_message(seat.post),
                holders=[appointment_message(each) for each in seat.holders],
            )
            for seat in found.seats
        ],
        verdicts=[to_message(verdict, language) for verdict in found.verdicts],
    )


def grants_page(page: Page[Grant]) -> grant_service_pb2.ListGrantsResponse:
    """A page of grants."""
    return grant_service_pb2.ListGrantsResponse(
        grants=[grant_message(grant) for grant in page.items], next_page_token=page.next_token
    )


def own_grants(found: list[Grant]) -> grant_service_pb2.ListOwnGrantsResponse:
    """The caller's own grants."""
    return grant_service_pb2.ListOwnGrantsResponse(grants=[grant_message(grant) for grant in found])


@cache
def roles() -> grant_service_pb2.ListRolesResponse:
    """The permission table, as the contract has it."""
    described = []
    for role in role_pb2.Role.DESCRIPTOR.values:
        if role.number:
            term = role.GetOptions().Extensions[annotations_pb2.term]
            described.append(
                grant_pb2.RoleDescription(
                    role=role_pb2.Role.ValueType(role.number),
                    name_zh=term.zh,
                    permissions=list(term.permissions),
                )
            )
    return grant_service_pb2.ListRolesResponse(roles=described)
