"""Gathers what the rules read of units: five statements and two questions to membership for many units."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from chassis.database import Reader
from chassis.intervals import Interval
from organization.clients import Membership
from organization.domain.findings import Examined
from organization.domain.posts import Appointees
from organization.domain.units import Kind
from organization.repository import branch_checklists, findings, people, project_members, terms

# As many as one question takes.
_DESCRIBED_AT_ONCE = 1000


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
    crews = await _crews(reader, membership, [each.unit_id for each in units if each.kind is Kind.TASK_TEAM])
    return [
        replace(
            unit,
            crew=crews.get(unit.unit_id),
            seated=seated.get(unit.unit_id, ()),
            sizes=sizes.get(unit.unit_id, ()),
            terms=held.get(unit.unit_id, ()),
            duties=duties.get(unit.unit_id, ()),
        )
        for unit in units
    ]


async def _crews(
    reader: Reader, membership: Membership, unit_ids: Sequence[UUID]
) -> dict[UUID, tuple[tuple[UUID, Interval], ...]]:
    """Of projects where it is recorded who takes part: when each of them does so as a full member."""
    taking_part = await project_members.of_units(reader, unit_ids) if unit_ids else {}
    people = sorted({person_id for crew in taking_part.values() for person_id, _ in crew})
    full_since: dict[UUID, date | None] = {}
    for some in range(0, len(people), _DESCRIBED_AT_ONCE):
        full_since |= await membership.describe(people[some : some + _DESCRIBED_AT_ONCE])
    found: dict[UUID, tuple[tuple[UUID, Interval], ...]] = {}
    for unit_id, crew in taking_part.items():
        members = [
            (person_id, days.intersection(Interval(since)))
            for person_id, days in crew
            if (since := full_since.get(person_id)) is not None
        ]
        found[unit_id] = tuple((person_id, days) for person_id, days in members if days is not None)
    return found
