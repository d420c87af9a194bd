"""Members write pledges for a year; the branch publishes them with a badge and reviews what became of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from chassis.calls import Call
from chassis.database import Reader, UnitOfWork
from chassis.events import Event
from chassis.ids import new_id
from membership.domain import pledges as domain
from membership.domain.members import MembershipStatus
from membership.domain.pledges import SHOWN, Act, Evidence, Item, Pledge, Review
from membership.domain.verdicts import from_records
from membership.errors import (
    MemberNotFoundError,
)
from membership.errors.commitments import (
    PledgeAlreadyMadeError,
    PledgeNotFoundError,
)
from membership.events import pledges as events
from membership.operations.means import Means, scope_of
from membership.repository import members, persons, pledges
from membership.repository.pledges import Kept, PledgeFilter
from rulebook import RuleSet
from shuyuan.membership.v1 import events_pb2 as pb

READ, MAKE, PUBLISH, RECORD, REVIEW = (
    f"membership.pledge.{verb}" for verb in ("read", "make", "publish", "record", "review")
)
_PLEDGING = (MembershipStatus.PROBATIONARY, MembershipStatus.FULL)


async def make(call: Call, person_id: UUID, year: int, items: Sequence[Item]) -> Pledge:
    """Write the pledge of a member; members write their own."""
    today = call.clock.today()
    member = await members.find(call.database, person_id, as_of=today)
    unit_id = None if member is None else member.unit_on(today)
    await call.access.require(MAKE, unit=unit_id, relation=call.caller.person_id == person_id)
    status = None if member is None else member.status_on(today)
    if unit_id is None or status is None or status.status not in _PLEDGING:
        raise MemberNotFoundError(person_id=person_id)
    domain.check_year(year, today=today)
    async with call.transaction() as work:
        await persons.lock(work, person_id)
        present = await pledges.of_year(work, person_id, year)
        if present is not None:
            raise PledgeAlreadyMadeError(person_id=person_id, year=year, pledge_id=present)
        made = Pledge(new_id(), person_id, unit_id, year, tuple(items), work.now, work.now)
        return await _keep(work, None, made, events.changed(pb.PledgeMade, made))


async def get(call: Call, means: Means, pledge_id: UUID) -> Pledge:
    """Read a pledge; what is not shown is read by the member and by whoever may write for others."""
    kept = await pledges.find(call.database, pledge_id)
    if kept is None:
        # Who may not see pledges anywhere learns nothing about which exist.
        await call.access.require(READ, unit=None)
        raise PledgeNotFoundError(pledge_id=pledge_id)
    found = kept.pledge
    needed = READ if found.state in SHOWN else MAKE
    own = call.caller.person_id == found.person_id
    await call.access.require(needed, unit=found.unit_id, relation=own)
    return await _whole(call.database, means, kept)


async def page(call: Call, wanted: PledgeFilter, *, after: UUID | None, size: int) -> list[Pledge]:
    """A page of pledges; one more than the size says that another page follows."""
    return await pledges.page(
        call.database,
        scope=await scope_of(call, READ),
        writing_units=await call.access.allowed_units(MAKE),
        wanted=wanted,
        self_id=call.caller.person_id,
        after=after,
        size=size + 1,
    )


async def rewrite(call: Call, means: Means, pledge_id: UUID, items: Sequence[Item]) -> Pledge:
    """Replace the promises of a pledge that is not published."""
    await _require(call, pledge_id, MAKE, own=True)
    async with call.transaction() as work:
        before = await _held(work, means, pledge_id)
        after = before.rewritten(items, at=work.now)
        return await _keep(work, before, after, events.changed(pb.PledgeUpdated, after))


async def publish(call: Call, means: Means, pledge_id: UUID) -> Pledge:
    """Show a pledge, with the next badge of its year."""
    await _require(call, pledge_id, PUBLISH)
    async with call.transaction() as work:
        before = await _held(work, means, pledge_id)
        rules = await _rules(work, means, before)
        # Two pledges of one year never wear one badge.
        await work.lock(f"membership.pledge|{before.year}")
        badge = await pledges.last_badge(work, before.year) + 1
        after = before.published(rules, badge=badge, on=work.today, at=work.now)
        return await _keep(work, before, after, events.changed(pb.PledgePublished, after))


async def add_evidence(
    call: Call, means: Means, pledge_id: UUID, *, act: Act, day: date, note: str, reference: str
) -> Pledge:
    """Record what was done for a promise; members record their own deeds."""
    await _require(call, pledge_id, RECORD, own=True)
    async with call.transaction() as work:
        before = await _held(work, means, pledge_id)
        evidence = Evidence(act, day, note, reference, work.now, call.caller.person_id)
        after = before.shown(evidence, today=work.today)
        return await _keep(work, before, after, events.evidence_added(after, day))


async def review(
    call: Call, means: Means, pledge_id: UUID, *, day: date, kept: Sequence[Act], opinion: str
) -> Pledge:
    """Say which promises were kept."""
    await _require(call, pledge_id, REVIEW)
    async with call.transaction() as work:
        before = await _held(work, means, pledge_id)
        rules = await _rules(work, means, before)
        found = Review(day, tuple(act for act in Act if act in kept), opinion, call.caller.person_id)
        after = before.reviewed(found, rules, today=work.today, at=work.now)
        return await _keep(work, before, after, events.changed(pb.PledgeReviewed, after))


async def withdraw(call: Call, means: Means, pledge_id: UUID, reason: str) -> Pledge:
    """Take a pledge back."""
    await _require(call, pledge_id, PUBLISH)
    async with call.transaction() as work:
        before = await _held(work, means, pledge_id)
        after = before.withdrawn(reason, at=work.now)
        return await _keep(work, before, after, events.changed(pb.PledgeWithdrawn, after))


async def _rules(work: UnitOfWork, means: Means, pledge: Pledge) -> RuleSet:
    # What is done every year is judged by the rules of its year (C18), from the first day to the review.
    return await means.rules.begin(work, date(pledge.year, 1, 1))


async def _require(call: Call, pledge_id: UUID, permission: str, *, own: bool = False) -> None:
    kept = await pledges.find(call.database, pledge_id)
    if kept is None:
        await call.access.require(permission, unit=None)
        raise PledgeNotFoundError(pledge_id=pledge_id)
    theirs = own and call.caller.person_id == kept.pledge.person_id
    await call.access.require(permission, unit=kept.pledge.unit_id, relation=theirs)


async def _held(work: UnitOfWork, means: Means, pledge_id: UUID) -> Pledge:
    kept = await pledges.lock(work, pledge_id)
    assert kept is not None, "pledges are never deleted"
    work.call.check_etag(kept.pledge.version)
    return await _whole(work, means, kept)


async def _whole(reader: Reader, means: Means, kept: Kept) -> Pledge:
    found, digest = kept.pledge, kept.pledge.pack_digest
    judged = () if digest is None else from_records(await means.rules.of(reader, digest), kept.verdicts)
    return replace(found, judgements=judged, evidence=await pledges.evidence(reader, found.pledge_id))


async def _keep(work: UnitOfWork, before: Pledge | None, after: Pledge, event: Event) -> Pledge:
    await pledges.save(work, after, kept_evidence=0 if before is None else len(before.evidence))
    work.emit(event)
    work.audit_change(
        "pledge", after.pledge_id, None if before is None else _audited(before), _audited(after)
    )
    return work.answer(after)


def _audited(pledge: Pledge) -> dict[str, object]:
    return {
        "person_id": pledge.person_id,
        "unit_id": pledge.unit_id,
        "year": pledge.year,
        "state": pledge.state,
        "badge": pledge.badge,
        "items": [item.text for item in pledge.items],
        "version": pledge.version,
    }
