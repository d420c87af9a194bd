"""Set the numbers of campaigns, record who has done their part, and read how far they are."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from uuid import UUID

from chassis.calls import Call
from chassis.database import UnitOfWork
from chassis.events import Event
from chassis.paging import Page, decode_token, page_of, page_size
from chassis.process import ensure_free
from organization.clients import Membership
from organization.domain.campaigns import Campaign, Contribution, check_contributions
from organization.domain.programmes import Programme, check_open
from organization.errors import CampaignContributionNotFoundError, CampaignNotFoundError
from organization.events import campaigns as facts
from organization.facts import appointees
from organization.operations import programmes as carriers
from organization.repository import campaigns, programmes, units

PARTICIPATE = "organization.programme.participate"


async def set_campaign(call: Call, programme_id: UUID, *, target: int, topics: Sequence[str]) -> Campaign:
    """Say how many people are to do their part, and on which topics."""
    seen = await _allowed(call, programme_id, "organization.programme.update")
    async with call.transaction() as work:
        check_open(await _held(work, seen), work.today)
        before = await campaigns.find(work, programme_id, day=work.today)
        call.check_etag(0 if before is None else before.version)
        await campaigns.put(work, programme_id, target=target, topics=topics)
        return await _changed(work, before, programme_id, facts.campaign_set)


async def record(
    call: Call, membership: Membership, programme_id: UUID, new: Sequence[Contribution]
) -> Campaign:
    """Record that people have done their part."""
    seen = await _allowed(call, programme_id, PARTICIPATE)
    people = await appointees(call.database, membership, [each.person_id for each in new])
    async with call.transaction() as work:
        programme = await _held(work, seen)
        before = await _found(work, programme_id)
        known = await units.outlines(work, {each.unit_id for each in new})
        check_contributions(programme, before, new, known=known, registered=people, today=work.today)
        done = await campaigns.done(work, programme_id, [each.person_id for each in new])
        await campaigns.record(work, programme_id, new, done)
        return await _changed(work, before, programme_id, lambda after: facts.recorded(after, new))


async def retract(call: Call, programme_id: UUID, person_id: UUID) -> Campaign:
    """Take back that somebody has done their part."""
    seen = await _allowed(call, programme_id, PARTICIPATE)
    async with call.transaction() as work:
        await _held(work, seen)
        before = await _found(work, programme_id)
        old = (await campaigns.done(work, programme_id, [person_id])).get(person_id)
        if old is None:
            raise CampaignContributionNotFoundError(person_id=person_id)
        await campaigns.retract(work, programme_id, old)
        return await _changed(work, before, programme_id, lambda after: facts.retracted(after, person_id))


async def _allowed(call: Call, programme_id: UUID, permission: str) -> Programme:
    programme = await carriers.present(call, programme_id)
    await call.access.require(permission, unit=programme.unit_id)
    return programme


async def _held(work: UnitOfWork, seen: Programme) -> Programme:
    """The programme as it stands; nobody else changes it or its campaign until the end of the unit of work."""
    await ensure_free(work, seen.unit_id)
    programme = await programmes.lock(work, seen.programme_id)
    assert programme is not None, "a programme is never deleted"
    return programme


async def _found(work: UnitOfWork, programme_id: UUID) -> Campaign:
    campaign = await campaigns.find(work, programme_id, day=work.today)
    if campaign is None:
        raise CampaignNotFoundError(programme_id=programme_id)
    work.call.check_etag(campaign.version)
    return campaign


async def _changed(
    work: UnitOfWork, before: Campaign | None, programme_id: UUID, fact: Callable[[Campaign], Event]
) -> Campaign:
    after = await campaigns.find(work, programme_id, day=work.today)
    assert after is not None, "it was kept just now"
    work.emit(fact(after))
    kept = None if before is None else _kept(before)
    work.audit_change("campaign", programme_id, kept, _kept(after))
    return work.answer(after)


def _kept(campaign: Campaign) -> dict[str, object]:
    return {"target": campaign.target, "topics": campaign.topics, "reached": campaign.reached}


async def get_campaign(
    call: Call, programme_id: UUID, *, as_of: date | None, known_at: datetime | None
) -> Campaign:
    """Read how far a campaign is on a day."""
    await carriers.get_programme(call, programme_id, as_of=None, known_at=None)
    day = as_of or call.clock.today()
    campaign = await campaigns.find(call.database, programme_id, day=day, known_at=known_at)
    if campaign is None:
        raise CampaignNotFoundError(programme_id=programme_id)
    return campaign


async def list_contributions(
    call: Call, programme_id: UUID, *, as_of: date | None, known_at: datetime | None, size: int, token: str
) -> Page[Contribution]:
    """List who has done their part by a day."""
    after = decode_token(token, UUID)
    most = page_size(size)
    await carriers.get_programme(call, programme_id, as_of=None, known_at=None)
    found = await campaigns.page(
        call.database,
        programme_id,
        day=as_of or call.clock.today(),
        known_at=known_at,
        after_id=after[0] if after else None,
        most=most + 1,
    )
    return page_of(found, most, lambda each: (each.person_id,))
