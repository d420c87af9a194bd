"""Student members are selected as peer mentors, guide members of lower years, and are rated."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from chassis.calls import Call
from chassis.database import Reader, UnitOfWork
from chassis.events import Event
from chassis.ids import new_id
from chassis.intervals import Interval
from membership.domain import peer_mentors as domain
from membership.domain.peer_mentors import Entry, Ground, Mentee, PeerMentor, Rating
from membership.domain.people import check_period
from membership.domain.units import Use
from membership.domain.verdicts import from_records, judge
from membership.errors.commitments import (
    PeerMenteeTakenError,
    PeerMentorNotFoundError,
    PeerMentorOverlapsError,
)
from membership.events import peer_mentors as events
from membership.facts import check_people_known, usable_unit
from membership.operations.means import Means, scope_of
from membership.repository import members, peer_mentors, persons
from membership.repository.peer_mentors import PeerMentorFilter

READ, ASSIGN, LOG, ASSESS, END = (
    f"membership.peer_mentor.{verb}" for verb in ("read", "assign", "log", "assess", "end")
)


@dataclass(frozen=True, slots=True)
class Selection:
    """Who is to be a mentor."""

    unit_id: UUID
    person_id: UUID
    cohort_year: int
    grounds: tuple[Ground, ...]
    valid_from: date | None
    valid_until: date | None


async def select(call: Call, means: Means, selection: Selection) -> PeerMentor:
    """Select a student member by the rules of the first day; the contract asked for the permission."""
    person_id = selection.person_id
    async with call.transaction() as work:
        first = selection.valid_from or work.today
        check_period(first, selection.valid_until, field_name="valid_until")
        days = Interval(first, selection.valid_until)
        # A committee, a general branch or a branch: whatever can lead an admission or approve one.
        unit = await usable_unit(work, selection.unit_id, Use.APPROVAL, day=first)
        await check_people_known(work, [person_id])
        await persons.lock(work, person_id)
        for other in await peer_mentors.of_person(work, person_id):
            if other.days.overlaps(days):
                raise PeerMentorOverlapsError(person_id=person_id, peer_mentor_id=other.peer_mentor_id)
        rules = await means.rules.begin(work, first)
        kind, _ = (await persons.known(work, [person_id]))[person_id]
        member = await members.find(work, person_id, as_of=first)
        branch = None if member is None else member.unit_on(first)
        in_unit = await peer_mentors.is_below(work, unit.unit_id, branch, day=first)
        facts = domain.selection_facts(kind, member, in_unit=in_unit, grounds=selection.grounds, day=first)
        judged = domain.forbid(person_id, judge(rules, [domain.SELECT], facts, on=first))
        mentor = PeerMentor(
            peer_mentor_id=new_id(),
            person_id=person_id,
            unit_id=unit.unit_id,
            cohort_year=selection.cohort_year,
            grounds=selection.grounds,
            days=days,
            pack_digest=rules.digest,
            created_at=work.now,
            updated_at=work.now,
            judgements=judged,
        )
        return await keep(work, None, mentor, events.selected(mentor))


async def get(call: Call, means: Means, peer_mentor_id: UUID) -> PeerMentor:
    """Read a mentor with everything that was done; mentors read their own."""
    found = await _require(call, peer_mentor_id, READ, own=True)
    return await _whole(call.database, means, found)


async def page(call: Call, wanted: PeerMentorFilter, *, after: UUID | None, size: int) -> list[PeerMentor]:
    """A page of mentors; one more than the size says that another page follows."""
    return await peer_mentors.page(
        call.database,
        scope=await scope_of(call, READ),
        wanted=wanted,
        self_id=call.caller.person_id,
        after=after,
        size=size + 1,
    )


async def assign(
    call: Call, means: Means, peer_mentor_id: UUID, people: Sequence[tuple[UUID, int]], first: date | None
) -> PeerMentor:
    """Let a mentor guide people, each with the year in which they began to study, from a day on."""
    await _require(call, peer_mentor_id, ASSIGN)
    async with call.transaction() as work:
        # Two mentors cannot take the same person at the same time.
        await work.lock("membership.peer_mentee")
        before = await held(work, means, peer_mentor_id)
        day = first or work.today
        new = [Mentee(person_id, year, Interval(day)) for person_id, year in people]
        ids = [each.person_id for each in new]
        await check_people_known(work, ids)
        rules = await means.rules.begin(work, day)
        statuses = await members.statuses(work, ids, day=day)
        after = before.assigned(new, rules, statuses, at=work.now)
        if after is before:
            return work.answer(before)
        taken = await peer_mentors.other_guide(work, peer_mentor_id, ids, day=day)
        if taken is not None:
            raise PeerMenteeTakenError(person_id=taken[0], peer_mentor_id=taken[1])
        added = [each.person_id for each in after.mentees[len(before.mentees) :]]
        return await keep(work, before, after, events.assigned(after, added))


async def release(
    call: Call, means: Means, peer_mentor_id: UUID, person_id: UUID, ends_on: date | None
) -> PeerMentor:
    """End from a day on that a mentor guides somebody."""
    await _require(call, peer_mentor_id, ASSIGN)
    async with call.transaction() as work:
        before = await held(work, means, peer_mentor_id)
        after = before.released(person_id, on=ends_on or work.today, at=work.now)
        return await keep(work, before, after, events.released(after, person_id))


async def log(
    call: Call, means: Means, peer_mentor_id: UUID, *, day: date, mentee_ids: tuple[UUID, ...], note: str
) -> PeerMentor:
    """Record what a mentor did with some of the mentees; the mentor may."""
    await _require(call, peer_mentor_id, LOG, own=True)
    async with call.transaction() as work:
        before = await held(work, means, peer_mentor_id)
        entry = Entry(day, note, work.now, call.caller.person_id, mentee_ids=mentee_ids)
        after = before.logged(entry, today=work.today)
        return await keep(work, before, after, events.logged(after, day))


async def assess(
    call: Call, means: Means, peer_mentor_id: UUID, *, day: date, rating: Rating, opinion: str
) -> PeerMentor:
    """Rate a mentor."""
    await _require(call, peer_mentor_id, ASSESS)
    async with call.transaction() as work:
        before = await held(work, means, peer_mentor_id)
        rules = await means.rules.begin(work, day)
        entry = Entry(day, opinion, work.now, call.caller.person_id, rating=rating)
        after = before.assessed(entry, rules, today=work.today)
        return await keep(work, before, after, events.assessed(after, day))


async def end(
    call: Call, means: Means, peer_mentor_id: UUID, *, ends_on: date | None, reason: str
) -> PeerMentor:
    """End a mentorship from a day on."""
    await _require(call, peer_mentor_id, END)
    async with call.transaction() as work:
        before = await held(work, means, peer_mentor_id)
        day = ends_on or work.today
        after = before.ended(on=day, reason=reason, at=work.now)
        return await keep(work, before, after, events.ended(after, day))


async def _require(call: Call, peer_mentor_id: UUID, permission: str, *, own: bool = False) -> PeerMentor:
    found = await peer_mentors.find(call.database, peer_mentor_id)
    if found is None:
        # Who may not see mentors anywhere learns nothing about which exist.
        await call.access.require(permission, unit=None)
        raise PeerMentorNotFoundError(peer_mentor_id=peer_mentor_id)
    theirs = own and call.caller.person_id == found.person_id
    await call.access.require(permission, unit=found.unit_id, relation=theirs)
    return found


async def held(work: UnitOfWork, means: Means, peer_mentor_id: UUID, *, tagged: bool = True) -> PeerMentor:
    """The mentorship with everything that was done, held until the end; refuses a stale ETag of whoever named it."""
    await peer_mentors.lock(work, peer_mentor_id)
    found = await peer_mentors.find(work, peer_mentor_id)
    assert found is not None, "mentorships are never deleted"
    if tagged:
        work.call.check_etag(found.version)
    return await _whole(work, means, found)


async def _whole(reader: Reader, means: Means, found: PeerMentor) -> PeerMentor:
    verdicts, rows = await peer_mentors.records(reader, found.peer_mentor_id)
    digests = {found.pack_digest, *(row["pack_digest"] for row in rows)} - {None}
    rules = {digest: await means.rules.of(reader, digest) for digest in digests}
    return replace(
        found,
        judgements=from_records(rules[found.pack_digest], verdicts),
        entries=peer_mentors.entries_of(rows, rules),
    )


async def keep(work: UnitOfWork, before: PeerMentor | None, after: PeerMentor, event: Event) -> PeerMentor:
    """Write a mentorship and announce what changed of it."""
    await peer_mentors.save(work, after, before=before)
    work.emit(event)
    work.audit_change(
        "peer_mentor", after.peer_mentor_id, None if before is None else _audited(before), _audited(after)
    )
    return work.answer(after)


def _audited(mentor: PeerMentor) -> dict[str, object]:
    return {
        "person_id": mentor.person_id,
        "unit_id": mentor.unit_id,
        "valid_from": mentor.days.start,
        "valid_until": mentor.days.end,
        "rating": mentor.rating,
        "mentees": [
            {"person_id": each.person_id, "from": each.days.start, "until": each.days.end}
            for each in mentor.mentees
        ],
        "version": mentor.version,
    }
