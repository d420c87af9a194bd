"""What becomes of posts, roles and places in groups and teams when membership makes two persons one, or two again."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from chassis.database import UnitOfWork
from chassis.events import Event
from organization.events import emergencies as emergency_facts
from organization.events import facts, links
from organization.events import pairings as pairing_facts
from organization.events import party_groups as group_facts
from organization.events import vanguard_teams as team_facts
from organization.operations.grants import keep_access
from organization.operations.merging_terms import follow_elections, follow_terms
from organization.repository import (
    class_links,
    emergencies,
    grants,
    merged_holdings,
    pairings,
    party_group_members,
    plaques,
    posts,
    vanguard_teams,
)

# Reads what was moved, and says how it is announced: to whom it went, and from whom.
_Tell = Callable[[UnitOfWork, UUID, UUID, UUID], Awaitable[Event | None]]


async def follow(work: UnitOfWork, merge_id: UUID, *, kept: UUID, merged: UUID, is_reversed: bool) -> None:
    """Have all of it follow; each thing is announced, so that every copy of it follows too."""
    move = merged_holdings.back if is_reversed else merged_holdings.forth
    before, after = (kept, merged) if is_reversed else (merged, kept)
    for noun, tell in _TOLD.items():
        for resource_id in await move(work, noun, merge_id, kept=kept, merged=merged):
            event = await tell(work, resource_id, before, after)
            if event is not None:
                work.emit(event)
    await follow_terms(work, merge_id, kept=kept, merged=merged, is_reversed=is_reversed)
    await follow_elections(work, merge_id, kept=kept, merged=merged, is_reversed=is_reversed)


async def _appointment(work: UnitOfWork, appointment_id: UUID, before: UUID, after: UUID) -> Event | None:
    appointment = await posts.find(work, appointment_id, day=work.today)
    # Without a term that is believed now nobody is shown it.
    return None if appointment is None else facts.appointment_corrected(appointment)


async def _grant(work: UnitOfWork, grant_id: UUID, before: UUID, after: UUID) -> Event:
    grant = await grants.find(work, grant_id)
    assert grant is not None, "it was given a moment ago"
    await keep_access(work, grant)
    return facts.grant_changed(grant)


async def _pairing(work: UnitOfWork, pairing_id: UUID, before: UUID, after: UUID) -> Event:
    pairing = await pairings.find(work, pairing_id)
    assert pairing is not None, "a pairing is never deleted"
    return pairing_facts.pairing_reassigned(pairing, before, after)


async def _emergency(work: UnitOfWork, emergency_id: UUID, before: UUID, after: UUID) -> Event:
    emergency = await emergencies.find(work, emergency_id)
    assert emergency is not None, "an emergency is never deleted"
    return emergency_facts.reassigned(emergency, before, after)


async def _class_link(work: UnitOfWork, link_id: UUID, before: UUID, after: UUID) -> Event | None:
    link = await class_links.find(work, link_id)
    # Without days that are believed now nobody is shown it.
    return None if link is None else links.class_link_reassigned(link, before, after)


async def _plaque(work: UnitOfWork, plaque_id: UUID, before: UUID, after: UUID) -> Event:
    plaque = await plaques.find(work, plaque_id)
    assert plaque is not None, "a plaque is never deleted"
    return links.plaque_reassigned(plaque, before, after)


async def _group_member(work: UnitOfWork, member_id: UUID, before: UUID, after: UUID) -> Event:
    (member,) = [
        each for each in await party_group_members.of_person(work, after) if each.member_id == member_id
    ]
    return group_facts.reassigned(member, before, after)


async def _team(work: UnitOfWork, team_id: UUID, before: UUID, after: UUID) -> Event:
    team = await vanguard_teams.find(work, team_id)
    assert team is not None, "a team is never deleted"
    return team_facts.team_reassigned(team, before, after)


_TOLD: dict[str, _Tell] = {
    "appointment": _appointment,
    "grant": _grant,
    "pairing": _pairing,
    "emergency": _emergency,
    "class_link": _class_link,
    "plaque": _plaque,
    "party_group_member": _group_member,
    "vanguard_team": _team,
}
