"""Gathers what the rules read of units: three statements and one question to membership for many units."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from chassis.database import Reader
from organization.clients import Membership
from organization.domain.findings import Examined
from organization.domain.units import Kind
from organization.repository import findings, terms


async def complete(
    reader: Reader, membership: Membership, units: Sequence[Examined], *, until: date
) -> list[Examined]:
    """The units with their rolls, posts and terms, up to a day."""
    branches = [unit.unit_id for unit in units if unit.kind is Kind.BRANCH]
    held = await terms.of_units(reader, [unit.unit_id for unit in units], day=until)
    posted = [unit.unit_id for unit in units if unit.kind in (Kind.BRANCH, Kind.PARTY_GROUP)]
    seated = await findings.seated(reader, posted)
    sizes = await membership.trace_sizes(branches, until) if branches else {}
    return [
        replace(
            unit,
            seated=seated.get(unit.unit_id, ()),
            sizes=sizes.get(unit.unit_id, ()),
            terms=held.get(unit.unit_id, ()),
        )
        for unit in units
    ]
