"""Read units: one, a page, the tree of a day, descent and history."""

from datetime import date, datetime
from uuid import UUID

from chassis.calls import Call
from chassis.paging import Page, decode_token, page_of, page_size
from organization.domain.structure import only_party
from organization.domain.units import Lineage, TreeNode, Unit, UnitFact
from organization.errors import UnitNotFoundError
from organization.operations import founding
from organization.repository import units

# Deeper than any university; bounds what a defect in the tree could cost.
DEEPEST = 64


async def get_unit(call: Call, unit_id: UUID, *, as_of: date | None, known_at: datetime | None) -> Unit:
    """Read a unit as it stood on a day, as believed at an instant."""
    unit = await units.find(call.database, unit_id, day=as_of or call.clock.today(), known_at=known_at)
    if unit is None:
        raise UnitNotFoundError(unit_id=unit_id)
    return unit


async def list_units(
    call: Call,
    *,
    wanted: units.Filter,
    as_of: date | None,
    known_at: datetime | None,
    order_by: str,
    size: int,
    token: str,
) -> Page[Unit]:
    """List units of a day that the caller may read."""
    order = order_by or "name"
    by_name = order.startswith("name")
    after = decode_token(token, str if by_name else date, UUID)
    most = page_size(size)
    scope = await call.access.filters("organization.unit.read")
    found = await units.page(
        call.database,
        wanted,
        scope,
        day=as_of or call.clock.today(),
        known_at=known_at,
        order=order,
        after=(after[0], after[1]) if after else None,
        most=most + 1,
    )
    return page_of(found, most, lambda unit: (unit.name if by_name else unit.life.start, unit.unit_id))


async def get_tree(
    call: Call,
    unit_id: UUID,
    *,
    as_of: date | None,
    known_at: datetime | None,
    max_depth: int,
    party_only: bool,
) -> list[TreeNode]:
    """Read the tree of a day below a unit."""
    day = as_of or call.clock.today()
    forest = await units.tree(call.database, unit_id, day=day, known_at=known_at)
    nodes = forest.tree(unit_id, most_depth=max_depth or DEEPEST)
    if not nodes:
        raise UnitNotFoundError(unit_id=unit_id)
    return only_party(nodes) if party_only else nodes


async def list_lineage(call: Call, unit_id: UUID) -> list[Lineage]:
    """List what a unit descends from and what descends from it."""
    await founding.present(call.database, unit_id, call.clock.today())
    return await units.lineage(call.database, unit_id)


async def list_history(call: Call, unit_id: UUID, *, size: int, token: str) -> Page[UnitFact]:
    """List everything recorded about a unit, by the time of recording."""
    after = decode_token(token, datetime, str, int)
    most = page_size(size)
    await founding.present(call.database, unit_id, call.clock.today())
    found = await units.facts(
        call.database, unit_id, after=(after[0], after[1], after[2]) if after else None, most=most + 1
    )
    return page_of(found, most, lambda fact: (fact.recorded_at, fact.aspect.value, fact.row_id))
