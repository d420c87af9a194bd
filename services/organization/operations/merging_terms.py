"""What becomes of campaigns, projects, groups and teams in which both entries of one person have days, and of elections.

What was fixed on the survivor's side by then stays: the domain says what is added. What was changed since a merge stays
with the survivor when the merge is reversed.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from chassis.database import UnitOfWork
from chassis.events import Event
from organization.domain import merging as domain
from organization.events import campaigns as campaign_facts
from organization.events import elections as election_facts
from organization.events import formations as project_facts
from organization.events import party_groups as group_facts
from organization.events import vanguard_teams as team_facts
from organization.operations.founding import present
from organization.repository import (
    campaigns,
    elections,
    merged_ballots,
    merged_terms,
    party_group_members,
    unit_changes,
    vanguard_teams,
)
from organization.repository.merged_terms import Handed, Terms


async def follow_terms(
    work: UnitOfWork, merge_id: UUID, *, kept: UUID, merged: UUID, is_reversed: bool
) -> None:
    """Have what the two did on some days follow, and announce each thing of which they did."""
    for noun in _NOUNS:
        if is_reversed:
            changed = await _back(work, noun, merge_id, kept=kept, merged=merged)
        else:
            changed = await _forth(work, noun, merge_id, kept=kept, merged=merged)
        before, after = (kept, merged) if is_reversed else (merged, kept)
        for resource_id in changed:
            for event in await noun.tell(work, resource_id, before, after):
                work.emit(event)


@dataclass(frozen=True, slots=True)
class _Noun:
    """Something that people have on some days: where, what both had becomes what, and how it is announced."""

    name: str
    terms: Terms
    fold: domain.Fold
    tell: Callable[[UnitOfWork, UUID, UUID, UUID], Awaitable[Sequence[Event]]]


async def _forth(work: UnitOfWork, noun: _Noun, merge_id: UUID, *, kept: UUID, merged: UUID) -> list[UUID]:
    theirs = await noun.terms.read(work, merged)
    ours = await noun.terms.read(work, kept) if theirs else {}
    for resource_id, other in theirs.items():
        before = ours.get(resource_id, [])
        after = noun.fold(before, other)
        await noun.terms.write(work, resource_id, merged, other, [])
        await noun.terms.write(work, resource_id, kept, before, after)
        handed = Handed(resource_id, tuple(before), tuple(after), tuple(other))
        await merged_terms.keep(work, merge_id, noun.name, handed)
    return sorted(theirs)


async def _back(work: UnitOfWork, noun: _Noun, merge_id: UUID, *, kept: UUID, merged: UUID) -> list[UUID]:
    changed = []
    handed = await merged_terms.take(work, merge_id, noun.name)
    ours = await noun.terms.read(work, kept) if handed else {}
    theirs = await noun.terms.read(work, merged) if handed else {}
    for each in handed:
        now = ours.get(each.resource_id, [])
        then = domain.returned(now, before=each.before, after=each.after)
        if then is None:
            continue
        await noun.terms.write(work, each.resource_id, kept, now, then)
        since = theirs.get(each.resource_id, [])
        await noun.terms.write(work, each.resource_id, merged, since, domain.beside(since, each.other))
        changed.append(each.resource_id)
    return sorted(changed)


async def _campaign(work: UnitOfWork, programme_id: UUID, before: UUID, after: UUID) -> list[Event]:
    await campaigns.touch(work, programme_id)
    campaign = await campaigns.find(work, programme_id, day=work.today)
    assert campaign is not None, "a campaign is never deleted"
    done = await campaigns.done(work, programme_id, [before, after])
    return [campaign_facts.reassigned(campaign, done.values(), before, after)]


async def _project(work: UnitOfWork, unit_id: UUID, before: UUID, after: UUID) -> list[Event]:
    await unit_changes.touch(work, unit_id)
    return [project_facts.members_reassigned(await present(work, unit_id, work.today), before, after)]


async def _group_members(work: UnitOfWork, branch_id: UUID, before: UUID, after: UUID) -> list[Event]:
    events = []
    for person_id in (before, after):
        member = await party_group_members.of_branch(work, branch_id, person_id)
        if member is not None:
            changed = await party_group_members.changed(work, member, checked_at=member.checked_at)
            events.append(group_facts.reassigned(changed, before, after))
    return events


async def _team(work: UnitOfWork, team_id: UUID, before: UUID, after: UUID) -> list[Event]:
    await vanguard_teams.lock(work, team_id)
    team = await vanguard_teams.find(work, team_id)
    assert team is not None, "a team is never deleted"
    changed = replace(team, version=team.version + 1, updated_at=work.now)
    await vanguard_teams.change(work, changed)
    return [team_facts.team_reassigned(changed, before, after)]


_NOUNS = (
    _Noun("campaign", merged_terms.CAMPAIGNS, domain.earliest, _campaign),
    _Noun("project", merged_terms.PROJECTS, domain.beside, _project),
    _Noun("party_group", merged_terms.GROUPS, domain.beside, _group_members),
    _Noun("vanguard_team", merged_terms.TEAMS, domain.together, _team),
)


async def follow_elections(
    work: UnitOfWork, merge_id: UUID, *, kept: UUID, merged: UUID, is_reversed: bool
) -> None:
    """Have the survivor vote once in an election under way, and stand in it unless its votes have begun."""
    before, after = (kept, merged) if is_reversed else (merged, kept)
    held = await merged_ballots.running(work, before)
    if is_reversed:
        followed = await merged_ballots.back(work, merge_id, kept=kept, merged=merged)
    else:
        followed = await merged_ballots.forth(work, merge_id, held, kept=kept, merged=merged)
    for election_id in held:
        election = await elections.find(work, election_id)
        assert election is not None, "it is held"
        standing = election.standing_instead(before, after)
        if not is_reversed and standing != election.candidates:
            await merged_ballots.note_candidacy(work, merge_id, election_id)
        stands = standing if not is_reversed or election_id in followed.candidacies else election.candidates
        if stands == election.candidates and election_id not in followed.rolls:
            continue
        changed = election.changed(at=work.now, candidates=stands)
        await elections.change(work, changed)
        work.emit(election_facts.reassigned(changed, before, after))
