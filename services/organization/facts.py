"""Gathers what the rules read of units: four statements and one question to membership for many units."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from chassis.database import Reader
from organization.clients import Membership
from organization.domain.findings import Examined
from organization.domain.posts import Appointees
from organization.domain.units import Kind
from organization.repository import branch_checklists, findings, people, terms


async def appointees(
    reader: Reader, membership: Membership, person_ids: Iterable[UUID], *, secretaries: Iterable[UUID] = ()
) -> Appointees:
    """Those of the persons who are registered; of secretaries also since when they are full members.

    Our copy of membership's people answers while membership is silent; whoever it does not know, and how long a
    secretary is a member, only membership can say.
    """
    wanted, judged = set(person_ids), set(secretaries)
    known = await people.registered(reader, wanted)
    unsure = sorted((wanted - known) | judged)
    found: Appointees = dict.fromkeys(known)
    return found | (await membership.describe(unsure) if unsure else {})


async def complete(
    reader: Reader, membership: Membership, units: Sequence[Examined], *, until: date
) -> list[Examined]:
    """The units with their rolls, posts and terms, up to a day."""
    branches = [unit.unit_id for unit in units if unit.kind is Kind.BRANCH]
    held = await terms.of_units(reader, [unit.unit_id for unit in units], day=until)
    posted = [unit.unit_id for unit in units if unit.kind in (Kind.BRANCH, Kind.PARTY_GROUP)]
    seated = await findings.seated(reader, posted)
    sizes = await membership.trace_sizes(branches, until) if branches else {}
    duties = await branch_checklists.of_units(reader, branches)
    return [
        replace(
            unit,
            seated=seated.get(unit.unit_id, ()),
            sizes=sizes.get(unit.unit_id, ()),
            terms=held.get(unit.unit_id, ()),
            duties=duties.get(unit.unit_id, ()),
        )
        for unit in units
    ]
