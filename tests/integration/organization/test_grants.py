"""Roles given and taken back: at once, never more than the giver's own, and never the last administrator."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.errors import (
    AlreadyExistsError,
    ConflictError,
    PermissionDeniedError,
    StateError,
)
from shuyuan.organization.v1 import access_service_pb2, grant_pb2, role_pb2
from shuyuan.organization.v1 import grant_service_pb2 as pb
from tests.integration.organization.world import Campus, World, stamp


async def give(world: World, person: UUID, role: str, unit_id: Any, *, by: str = "admin") -> Any:
    request = pb.GrantRoleRequest(
        person_id=str(person),
        role=role_pb2.Role.Value(f"ROLE_{role}"),
        unit_id=str(unit_id),
        reason="工作需要",
    )
    return (await world.ask(world.stubs.grants.GrantRole, request, by=by)).grant


async def revoke(world: World, grant: grant_pb2.Grant, *, by: str = "admin") -> Any:
    request = pb.RevokeGrantRequest(grant_id=grant.grant_id, reason="岗位调整")
    return (await world.ask(world.stubs.grants.RevokeGrant, request, by=by, etag=grant.etag)).grant


async def test_a_role_reaches_everything_below_its_unit(world: World, campus: Campus) -> None:
    person = await world.person("reader")
    await give(world, person, "COUNSELLOR", campus.community.unit_id)

    assert (await world.unit(campus.general_branch.unit_id, by="reader")).name == "彭康书院党总支"
    with pytest.raises(PermissionDeniedError):
        await world.unit(campus.committee.unit_id, by="reader")


async def test_a_role_taken_back_is_gone_at_once(world: World, campus: Campus) -> None:
    person = await world.person("reader")
    grant = await give(world, person, "COUNSELLOR", campus.community.unit_id)
    before = world.instant()
    await world.unit(campus.community.unit_id, by="reader")

    revoked = await revoke(world, grant)

    with pytest.raises(PermissionDeniedError):
        await world.unit(campus.community.unit_id, by="reader")
    assert revoked.revoked and revoked.version == 2
    # Why is emptied with the person; the audit has a digest of it.
    audited = await world.audited()
    assert "工作需要" not in audited and "岗位调整" not in audited
    then = await world.ask(
        world.stubs.grants.ListGrants, pb.ListGrantsRequest(person_id=str(person), known_at=stamp(before))
    )
    assert [each.revoked for each in then.grants] == [False]


async def test_a_role_taken_back_is_not_taken_back_again(world: World, campus: Campus) -> None:
    grant = await give(world, await world.person("x"), "MEMBER", campus.school.unit_id)
    revoked = await revoke(world, grant)

    with pytest.raises(ConflictError):
        await revoke(world, grant)
    with pytest.raises(StateError) as refused:
        await revoke(world, revoked)

    assert refused.value.reason == "GRANT_REVOKED"


async def test_the_same_role_is_not_given_twice(world: World, campus: Campus) -> None:
    person = await world.person("x")
    await give(world, person, "MEMBER", campus.school.unit_id)

    with pytest.raises(AlreadyExistsError) as refused:
        await give(world, person, "MEMBER", campus.school.unit_id)

    assert refused.value.reason == "GRANT_EXISTS"


async def test_nobody_gives_more_than_they_may_do_themselves(world: World, campus: Campus) -> None:
    secretary = await world.person("secretary")
    await give(world, secretary, "COMMITTEE_SECRETARY", campus.community.unit_id)
    other = await world.person("other")

    given = await give(world, other, "BRANCH_OFFICER", campus.general_branch.unit_id, by="secretary")
    with pytest.raises(PermissionDeniedError) as refused:
        await give(world, other, "SYSTEM_ADMINISTRATOR", campus.general_branch.unit_id, by="secretary")
    with pytest.raises(PermissionDeniedError):
        await give(world, other, "BRANCH_OFFICER", campus.committee.unit_id, by="secretary")

    assert given.role and refused.value.reason == "ROLE_EXCEEDS_OWN"


async def test_the_last_administrator_stays(world: World) -> None:
    grants = await world.ask(world.stubs.grants.ListOwnGrants, pb.ListOwnGrantsRequest())
    (own,) = grants.grants

    with pytest.raises(StateError) as refused:
        await revoke(world, own)
    await give(world, await world.person("second"), "SYSTEM_ADMINISTRATOR", world.root)
    revoked = await revoke(world, own, by="second")

    assert refused.value.reason == "LAST_ADMINISTRATOR"
    assert revoked.revoked


async def test_a_role_of_an_appointment_ends_only_with_it(world: World, campus: Campus) -> None:
    post = await world.post(campus.general_branch.unit_id, "secretary")
    person = await world.person("secretary")
    await world.appoint(post.post_id, person)
    listed = await world.ask(world.stubs.grants.ListGrants, pb.ListGrantsRequest(person_id=str(person)))
    (brought,) = listed.grants

    with pytest.raises(StateError) as refused:
        await revoke(world, brought)

    assert refused.value.reason == "GRANT_FROM_APPOINTMENT"
    assert brought.basis == grant_pb2.Grant.BASIS_APPOINTMENT


async def test_a_service_is_told_what_a_person_may(world: World, campus: Campus) -> None:
    person = await world.person("reader")
    await give(world, person, "COUNSELLOR", campus.community.unit_id)

    async def allowed(permission: str, unit_id: str) -> bool:
        request = access_service_pb2.CheckAccessRequest(
            person_id=str(person), permission=permission, unit_id=unit_id
        )
        answer = await world.ask(world.stubs.access.CheckAccess, request, by="service:membership")
        return bool(answer.allowed)

    assert await allowed("membership.person.read", campus.general_branch.unit_id)
    assert not await allowed("membership.person.update", campus.general_branch.unit_id)
    assert not await allowed("membership.person.read", "")
    with pytest.raises(PermissionDeniedError):
        await world.ask(
            world.stubs.access.CheckAccess,
            access_service_pb2.CheckAccessRequest(person_id=str(person), permission="x"),
        )


async def test_the_roles_are_those_of_the_contract(world: World) -> None:
    await world.person("nobody")

    answer = await world.ask(world.stubs.grants.ListRoles, pb.ListRolesRequest(), by="nobody")

    names = {role.name_zh: list(role.permissions) for role in answer.roles}
    assert "organization.grant.*" in names["系统管理员"]
    assert "党支部书记" in names


async def test_a_grant_over_days_that_are_over_gives_nothing(world: World, campus: Campus) -> None:
    person = await world.person("late")
    today = world.clock.today()
    request = pb.GrantRoleRequest(
        person_id=str(person),
        role=role_pb2.ROLE_COUNSELLOR,
        unit_id=campus.community.unit_id,
        valid_from=(today - timedelta(days=2)).isoformat(),
        valid_until=today.isoformat(),
        reason="工作需要",
    )
    await world.ask(world.stubs.grants.GrantRole, request)

    with pytest.raises(PermissionDeniedError):
        await world.unit(campus.community.unit_id, by="late")
