"""Checks on real rows: subtrees, periods, sponsors, successors, and what is denied is confirmed."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from chassis.access import add_unit, put_account, put_grant, replace_edges, within
from chassis.calls import Caller, ServiceContext, system_call
from chassis.errors import PermissionDeniedError, UnauthenticatedError, UnavailableError
from chassis.ids import new_id
from chassis.statements import query

EVER = date(2000, 1, 1)
READ, DIM = "lamps.lamp.read", "lamps.lamp.dim"


class Campus:
    """Writes edges and grants, and asks."""

    def __init__(self, context: ServiceContext) -> None:
        self.context = context
        self.root, self.school, self.branch, self.other = (new_id() for _ in range(4))
        self.person = new_id()

    async def edges(self, unit: UUID, *parents: UUID, **more: Any) -> None:
        async with system_call(self.context, "test").transaction() as work:
            await replace_edges(work, unit, [(parent, EVER, None) for parent in parents], **more)

    async def grant(self, role: str, unit: UUID, **more: Any) -> UUID:
        grant_id = more.pop("grant_id", None) or new_id()
        values = {"valid_from": EVER, "valid_until": None, "revoked": False, **more}
        async with system_call(self.context, "test").transaction() as work:
            await put_grant(work, grant_id, self.person, role, unit, **values)
        return grant_id

    async def may(self, permission: str, unit: UUID | None) -> bool:
        access = self.context.control.access_for(Caller("person", self.person))
        try:
            await access.require(permission, unit=unit)
        except PermissionDeniedError:
            return False
        return True


@pytest.fixture
async def campus(context: ServiceContext) -> Campus:
    """A university with a school, a branch below it, and another school."""
    campus = Campus(context)
    await campus.edges(campus.root)
    await campus.edges(campus.school, campus.root)
    await campus.edges(campus.branch, campus.school)
    await campus.edges(campus.other, campus.root)
    return campus


@pytest.fixture
def today(context: ServiceContext) -> Callable[[int], date]:
    return lambda days: context.clock.today() + timedelta(days=days)


async def test_a_grant_holds_for_the_subtree_and_nothing_else(campus: Campus) -> None:
    await campus.grant("ROLE_KEEPER", campus.school)

    assert await campus.may(DIM, campus.branch)
    assert await campus.may(DIM, campus.school)
    assert not await campus.may(DIM, campus.other)
    assert not await campus.may(DIM, campus.root)


async def test_a_role_gives_only_its_permissions(campus: Campus) -> None:
    await campus.grant("ROLE_VISITOR", campus.root)

    assert await campus.may(READ, campus.branch)
    assert not await campus.may(DIM, campus.branch)
    assert not await campus.may("lamps.lamp.unknown", campus.branch)


async def test_no_unit_means_the_university(campus: Campus) -> None:
    await campus.grant("ROLE_KEEPER", campus.school)
    assert not await campus.may(DIM, None)

    await campus.grant("ROLE_ADMINISTRATOR", campus.root)
    assert await campus.may(DIM, None)


async def test_a_revoked_grant_ends_at_once(campus: Campus) -> None:
    grant = await campus.grant("ROLE_KEEPER", campus.school)
    assert await campus.may(DIM, campus.branch)

    await campus.grant("ROLE_KEEPER", campus.school, grant_id=grant, revoked=True)

    assert not await campus.may(DIM, campus.branch)


async def test_a_grant_holds_on_its_days_only(campus: Campus, today: Callable[[int], date]) -> None:
    await campus.grant("ROLE_KEEPER", campus.school, valid_from=today(1))
    await campus.grant("ROLE_KEEPER", campus.other, valid_from=today(-9), valid_until=today(0))

    assert not await campus.may(DIM, campus.school)
    assert not await campus.may(DIM, campus.other)


async def test_a_grant_of_no_day_never_holds(campus: Campus, today: Callable[[int], date]) -> None:
    await campus.grant("ROLE_KEEPER", campus.school, valid_from=today(0), valid_until=today(0))

    assert not await campus.may(DIM, campus.school)


async def test_moving_a_unit_moves_its_whole_subtree(campus: Campus, today: Callable[[int], date]) -> None:
    await campus.grant("ROLE_KEEPER", campus.other)
    group = new_id()
    await campus.edges(group, campus.branch)

    async with system_call(campus.context, "test").transaction() as work:
        moved = [(campus.school, EVER, today(0)), (campus.other, today(0), None)]
        await replace_edges(work, campus.branch, moved)

    assert await campus.may(DIM, group)
    await campus.grant("ROLE_KEEPER", campus.school)
    assert not await campus.may(DIM, new_id())
    campus.person = new_id()
    await campus.grant("ROLE_KEEPER", campus.school)
    assert not await campus.may(DIM, group), "the old parent's days are over"


async def test_a_sponsor_may_read_and_no_more(campus: Campus) -> None:
    await campus.edges(campus.branch, campus.school, sponsors=[(campus.other, EVER, None)])
    await campus.grant("ROLE_KEEPER", campus.other)

    assert await campus.may(READ, campus.branch)
    assert not await campus.may(DIM, campus.branch)


_CLOSURE = query(
    sa.text(
        """SELECT ancestor_id, valid, reading_only FROM access_closure WHERE descendant_id = :unit_id
            ORDER BY ancestor_id, reading_only, valid"""
    )
)


async def test_a_new_unit_is_below_what_recomputing_would_put_it(
    campus: Campus, today: Callable[[int], date]
) -> None:
    await campus.edges(campus.branch, campus.school, sponsors=[(campus.other, EVER, today(90))])
    parents = [(campus.branch, today(-9), today(9)), (campus.other, today(9), None)]
    sponsors = [(campus.school, today(-5), today(5)), (new_id(), today(0), today(1))]
    new, renewed = new_id(), new_id()
    database = campus.context.database

    async with system_call(campus.context, "test").transaction() as work:
        await add_unit(work, new, parents, sponsors)
        # A unit that something lies below already is computed the long way.
        await replace_edges(work, new_id(), [(renewed, EVER, None)])
        await replace_edges(work, renewed, parents, sponsors)

    quick, long = [
        [
            (row["ancestor_id"], row["valid"], row["reading_only"])
            for row in rows
            if row["ancestor_id"] != unit
        ]
        for unit in (new, renewed)
        for rows in [await database.fetch(_CLOSURE, unit_id=unit)]
    ]
    assert quick == long
    assert len(quick) > 4


async def test_a_successor_reaches_what_its_predecessor_left(campus: Campus) -> None:
    await campus.edges(campus.branch, campus.school, successors=[(campus.other, EVER, None)])
    await campus.grant("ROLE_KEEPER", campus.other)

    assert await campus.may(DIM, campus.branch)


async def test_units_may_become_known_in_any_order(campus: Campus) -> None:
    school, branch = new_id(), new_id()
    await campus.edges(branch, school)
    await campus.edges(school, campus.root)
    await campus.grant("ROLE_KEEPER", campus.root)

    assert await campus.may(DIM, branch)


async def test_a_circle_of_parents_comes_to_an_end(campus: Campus) -> None:
    await campus.edges(campus.school, campus.branch)

    await campus.grant("ROLE_KEEPER", campus.branch)

    assert await campus.may(DIM, campus.school)


async def test_lists_are_filtered_by_the_closure(campus: Campus, context: ServiceContext) -> None:
    await campus.grant("ROLE_KEEPER", campus.school)
    await campus.edges(campus.branch, campus.school)
    units = sa.table(
        "access_closure", sa.column("descendant_id", sa.Uuid()), sa.column("ancestor_id", sa.Uuid())
    )
    own = sa.select(units.c.descendant_id).where(
        units.c.ancestor_id == units.c.descendant_id, within(units.c.descendant_id)
    )
    access = context.control.access_for(Caller("person", campus.person))

    rows = await context.database.fetch(query(own), **await access.filters(DIM))

    assert {row["descendant_id"] for row in rows} == {campus.school, campus.branch}
    assert access.checked


async def test_a_denial_is_confirmed_before_it_is_answered(campus: Campus, context: ServiceContext) -> None:
    asked: list[tuple[UUID, str, UUID | None]] = []

    async def confirm(*question: Any) -> bool:
        asked.append(question)
        return True

    context.control.confirm = confirm

    assert await campus.may(DIM, campus.school)
    assert asked == [(campus.person, DIM, campus.school)]


async def test_a_denial_stands_when_nobody_can_confirm_it(campus: Campus, context: ServiceContext) -> None:
    async def confirm(*_: Any) -> bool:
        raise UnavailableError()

    context.control.confirm = confirm

    assert not await campus.may(DIM, campus.school)


async def test_an_allowance_asks_nobody(campus: Campus, context: ServiceContext) -> None:
    async def confirm(*_: Any) -> bool:
        raise AssertionError("an allowance was confirmed")

    await campus.grant("ROLE_KEEPER", campus.school)
    context.control.confirm = confirm

    assert await campus.may(DIM, campus.branch)


async def test_nobody_is_asked_to_sign_in(context: ServiceContext) -> None:
    access = context.control.access_for(Caller("anonymous"))

    with pytest.raises(UnauthenticatedError):
        await access.require(READ, unit=None)


async def test_an_account_names_a_person_until_it_is_closed(context: ServiceContext) -> None:
    person = new_id()

    async def put(active: bool) -> None:
        async with system_call(context, "test").transaction() as work:
            await put_account(work, "issuer", "key", person, active)

    await put(True)
    assert await context.control.person_of("issuer", "key") == person
    await put(False)
    assert await context.control.person_of("issuer", "key") is None
