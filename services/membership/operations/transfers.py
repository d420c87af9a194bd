"""Sending people with a letter, and receiving them; the roll changes on acceptance only (MGT-03)."""

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from chassis.calls import Call
from chassis.database import Reader, UnitOfWork
from chassis.events import Event
from chassis.ids import new_id
from chassis.intervals import Interval
from chassis.schedule import Slot
from membership.domain.evidence import documents_of
from membership.domain.members import Member
from membership.domain.transfers import (
    SEND_DIRECT,
    Letter,
    Refusal,
    Sending,
    Transfer,
    TransferState,
    check_no_case,
    check_past,
    check_sending,
    is_probationary,
    write_letter,
)
from membership.domain.units import Use
from membership.domain.verdicts import Judgement, check_allowed, judge
from membership.errors import (
    FieldsContradictError,
    MemberNotFoundError,
    TransferAlreadyOpenError,
    TransferNotFoundError,
)
from membership.events import transfers as events
from membership.facts import known_unit, usable_unit
from membership.operations.inbox import keep_transfers
from membership.operations.leaving import leave_roll
from membership.operations.means import Means, scope_of
from membership.operations.rolls import move_case, move_member
from membership.repository import cases, members, transfers
from membership.repository.transfers import TransferFilter
from rulebook import RuleSet

READ, SEND, RECEIVE = (f"membership.transfer.{verb}" for verb in ("read", "send", "receive"))


@dataclass(frozen=True, slots=True)
class Terms:
    """What the letters of one request have in common."""

    from_unit_id: UUID
    issued_on: date
    valid_through: date | None
    left_on: date | None
    issuing_unit_id: UUID | None = None


async def start(call: Call, means: Means, sendings: Sequence[Sending], terms: Terms) -> list[Transfer]:
    """Send people with their letters: all of them or none."""
    await call.access.require(SEND, unit=terms.from_unit_id)
    if terms.issuing_unit_id is not None:
        await call.access.require(SEND, unit=terms.issuing_unit_id)
    async with call.transaction() as work:
        check_past(terms.issued_on, today=work.today, since=date.min)
        people = [sending.person_id for sending in sendings]
        # One person is sent once, also where two requests come at one instant.
        await work.lock(*(f"membership.transfer|{person_id}" for person_id in people))
        await _check_startable(work, sendings, terms)
        rules = await means.rules.begin(work, terms.issued_on)
        direct = await _judge_direct(work, rules, sendings, terms)
        made = [_sent(work, sending, terms, rules, direct) for sending in sendings]
        await transfers.save(work, made)
        await keep_transfers(work, means, made)
        for found in made:
            work.emit(events.started(found, today=work.today))
            work.audit_change("transfer", found.transfer_id, None, _audited(found), sensitive=["reason"])
        return work.answer(made)


async def _check_startable(work: UnitOfWork, sendings: Sequence[Sending], terms: Terms) -> None:
    (await usable_unit(work, terms.from_unit_id, Use.ADMISSION, day=work.today)).check_free()
    for unit_id in {sending.to_unit_id for sending in sendings if sending.to_unit_id is not None}:
        (await usable_unit(work, unit_id, Use.FORMAL_RELATIONSHIP, day=work.today)).check_free()
    people = [sending.person_id for sending in sendings]
    found = {member.person_id: member for member in await members.find_many(work, people)}
    heads = await cases.open_of(work, people)
    going = await transfers.open_of(work, people)
    seen: set[UUID] = set()
    for sending in sendings:
        person_id = sending.person_id
        if person_id in going or person_id in seen:
            raise TransferAlreadyOpenError(person_id=person_id, transfer_id=going.get(person_id, "-"))
        seen.add(person_id)
        check_sending(
            sending,
            from_unit_id=terms.from_unit_id,
            issued_on=terms.issued_on,
            member=found.get(person_id),
            open_cases=[head for head in heads if head.person_id == person_id],
        )


async def _judge_direct(
    work: UnitOfWork, rules: RuleSet, sendings: Sequence[Sending], terms: Terms
) -> tuple[Judgement, ...]:
    """Whether the letters out of the university come from a committee that may send directly (MGT-03)."""
    if all(sending.to_organization is None for sending in sendings):
        return ()
    if terms.issuing_unit_id is None:
        raise FieldsContradictError.of(
            "issuing_unit_id",
            "转往校外须写明开具介绍信的党委。",
            "A letter out of the university says who issues it.",
        )
    issuer = await usable_unit(work, terms.issuing_unit_id, Use.APPROVAL, day=terms.issued_on)
    return judge(rules, [SEND_DIRECT], {"approver_type": issuer.approver_type}, on=terms.issued_on)


def _sent(
    work: UnitOfWork, sending: Sending, terms: Terms, rules: RuleSet, direct: tuple[Judgement, ...]
) -> Transfer:
    letter: Letter
    judgements: tuple[Judgement, ...]
    letter, judgements = write_letter(rules, sending.letter_number, terms.issued_on, terms.valid_through)
    outside = sending.to_organization is not None
    judgements = (*direct, *judgements) if outside else judgements
    check_allowed(judgements, None, person_id=sending.person_id)
    return Transfer(
        transfer_id=new_id(),
        person_id=sending.person_id,
        from_unit_id=terms.from_unit_id,
        to_unit_id=sending.to_unit_id,
        to_organization=sending.to_organization,
        letter=letter,
        left_on=terms.left_on or terms.issued_on,
        issuing_unit_id=terms.issuing_unit_id if outside else None,
        pack_digest=rules.digest,
        judgements=judgements,
        created_at=work.now,
        updated_at=work.now,
    )


async def get(call: Call, means: Means, transfer_id: UUID) -> Transfer:
    """Read a transfer; people read their own."""
    found = await _head(call, transfer_id, READ)
    own = call.caller.person_id == found.person_id
    receiver = found.to_unit_id
    reads = own or (receiver is not None and await call.access.holds(READ, unit=receiver))
    await call.access.require(READ, unit=found.from_unit_id, relation=reads)
    rules = await means.rules.of(call.database, found.pack_digest)
    whole = await transfers.find(call.database, transfer_id, rules)
    assert whole is not None
    return whole


async def page(call: Call, wanted: TransferFilter, *, after: UUID | None, size: int) -> list[Transfer]:
    """A page of transfers; one more than the size says that another page follows."""
    return await transfers.page(
        call.database,
        scope=await scope_of(call, READ),
        wanted=wanted,
        self_id=call.caller.person_id,
        after=after,
        size=size + 1,
    )


async def accept(
    call: Call, means: Means, transfer_id: UUID, *, accepted_on: date, checked: tuple[str, ...] = ()
) -> Transfer:
    """
    Receive a person: from the day on they belong to the receiver, and an open case goes along.

    Args:
        checked: admission papers of a probationary member that the receiver saw on paper (DEV-32).
    """
    await _require_receiver(call, transfer_id)
    async with call.transaction() as work:
        return await _accept(work, means, await _held(work, transfer_id), accepted_on, checked)


async def accept_many(
    call: Call, means: Means, unit_id: UUID, transfer_ids: Sequence[UUID], *, accepted_on: date
) -> int:
    """Receive many people on one day, by the unit that answers for all of them: all of them or none."""
    async with call.transaction() as work:
        for transfer_id in sorted(transfer_ids):
            before = await _held(work, transfer_id)
            if (before.to_unit_id or await _sender(work, before)) != unit_id:
                raise TransferNotFoundError(transfer_id=transfer_id)
            await _accept(work, means, before, accepted_on)
        return work.answer(len(transfer_ids))


async def _accept(
    work: UnitOfWork, means: Means, before: Transfer, accepted_on: date, checked: tuple[str, ...] = ()
) -> Transfer:
    rules = await means.rules.of(work, before.pack_digest)
    after = before.accepted(rules, accepted_on, today=work.today)
    member = await _locked_member(work, before.person_id)
    heads = await cases.open_of(work, [before.person_id])
    if before.to_unit_id is not None:
        if member is not None and is_probationary(member, accepted_on):
            papers = await _admission_papers(work, means, before.person_id)
            after = after.with_materials(rules, {*papers, *checked}, accepted_on)
        await _receive(work, means, member, before.person_id, before.to_unit_id, accepted_on)
    else:
        await _let_go(work, means, member, before, accepted_on)
    after = await _check_taken_over(work, after, rules, {head.case_id for head in heads})
    return await _keep(work, means, before, after, events.accepted)


async def _admission_papers(work: UnitOfWork, means: Means, person_id: UUID) -> list[str]:
    """The papers of the admission cases that are under way here; the rule set of a case tells its steps."""
    heads = await cases.open_of(work, [person_id])
    wanted = [(head, await means.rules.of(work, head.pack_digest)) for head in heads]
    return [paper for case in await cases.whole_many(work, wanted) for paper in documents_of(case, ())]


async def _check_taken_over(
    work: UnitOfWork, after: Transfer, rules: RuleSet, case_ids: Set[UUID]
) -> Transfer:
    """Judge what the roll has become by TRF-03; nothing of it is kept where the rule is broken."""
    assert after.accepted_on is not None
    heads = await cases.open_of(work, [after.person_id])
    member = await members.find(work, after.person_id)
    return after.taken_over(
        rules,
        case_ids=case_ids,
        moved_case_ids={head.case_id for head in heads if head.unit_id == after.to_unit_id},
        held_by_sender=member is not None and member.unit_on(after.accepted_on) == after.from_unit_id,
    )


async def _locked_member(work: UnitOfWork, person_id: UUID) -> Member | None:
    if await members.lock(work, person_id) is None:
        return None
    return await members.find(work, person_id, as_of=None, known_at=None)


async def _receive(
    work: UnitOfWork, means: Means, member: Member | None, person_id: UUID, to_unit_id: UUID, day: date
) -> None:
    if member is not None and member.latest is not None:
        await move_member(work, means, member, to_unit_id=to_unit_id, effective_on=day)
        return
    (await usable_unit(work, to_unit_id, Use.FORMAL_RELATIONSHIP, day=day)).check_free()
    heads = await cases.open_of(work, [person_id])
    if not heads:
        # The application was withdrawn while the letter was on its way.
        raise MemberNotFoundError(person_id=person_id)
    for head in heads:
        (await known_unit(work, head.unit_id)).check_free()
        await move_case(work, means, head, to_unit_id, effective_on=day)


async def _let_go(
    work: UnitOfWork, means: Means, member: Member | None, transfer: Transfer, day: date
) -> None:
    """End what ties a member to the university's branches; the status stays, elsewhere."""
    check_no_case(transfer.person_id, await cases.open_of(work, [transfer.person_id]))
    if member is None or member.latest is None:
        raise MemberNotFoundError(person_id=transfer.person_id)
    leaving = member.latest
    (await known_unit(work, leaving.unit_id)).check_free()
    check_past(day, today=work.today, since=leaving.valid_from)
    await members.relate(work, member.person_id, Interval(day), None)
    for part in member.participations:
        if part.valid_until is None or part.valid_until > day:
            await members.participate(work, member.person_id, part.unit_id, Interval(day), None)
    await leave_roll(work, means, member.person_id, day, reason="组织关系已转出")
    await members.touch(work, [member.person_id])
    (after,) = await members.find_many(work, [member.person_id])
    work.emit(
        events.member_left(
            after, from_unit_id=leaving.unit_id, effective_on=day, transfer_id=transfer.transfer_id
        )
    )


async def reject(call: Call, means: Means, transfer_id: UUID, *, refusal: Refusal, reason: str) -> Transfer:
    """Refuse a person, with a justified reason; they stay with the sender."""
    await _require_receiver(call, transfer_id)
    async with call.transaction() as work:
        before = await _held(work, transfer_id)
        rules = await means.rules.of(work, before.pack_digest)
        after = before.rejected(rules, refusal, reason, today=work.today)
        return await _keep(work, means, before, after, events.closed)


async def cancel(call: Call, means: Means, transfer_id: UUID, *, reason: str) -> Transfer:
    """Take a transfer back; the person stays with the sender."""
    await _require_sender(call, transfer_id)
    async with call.transaction() as work:
        before = await _held(work, transfer_id)
        after = before.closed(TransferState.CANCELLED, reason)
        return await _keep(work, means, before, after, events.closed)


async def return_receipt(call: Call, means: Means, transfer_id: UUID, *, returned_on: date) -> Transfer:
    """Record the receipt slip."""
    await _require_receiver(call, transfer_id)
    async with call.transaction() as work:
        before = await _held(work, transfer_id)
        rules = await means.rules.of(work, before.pack_digest)
        after = before.with_receipt(rules, returned_on, today=work.today)
        return await _keep(work, means, before, after, events.receipt_returned)


async def reissue(
    call: Call,
    means: Means,
    transfer_id: UUID,
    *,
    number: str,
    issued_on: date,
    valid_through: date | None,
    cause: str,
) -> Transfer:
    """Issue the letter again after it ran out."""
    sender = await _require_sender(call, transfer_id)
    async with call.transaction() as work:
        before = await _held(work, transfer_id)
        (await known_unit(work, sender)).check_free()
        rules = await means.rules.of(work, before.pack_digest)
        after = before.reissued(rules, number, issued_on, valid_through, today=work.today)
        return await _keep(work, means, before, replace(after, reason=cause), events.letter_reissued)


async def announce_expired(call: Call, means: Means, slot: Slot) -> int:
    """Announce, once for each letter, that it ran out; the sender stays responsible."""
    async with call.transaction() as work:
        if not await slot.finish(work):
            return 0
        run_out = await transfers.run_out(work, day=slot.day)
        after = [replace(item.expired(), version=item.version + 1, updated_at=work.now) for item in run_out]
        await transfers.save(work, after)
        await keep_transfers(work, means, after)
        for found in after:
            work.emit(events.expired(found, today=work.today))
        return work.answer(len(after))


async def _head(call: Call, transfer_id: UUID, permission: str) -> Transfer:
    found = await transfers.find(call.database, transfer_id)
    if found is None:
        # Who may not see transfers anywhere learns nothing about which exist.
        await call.access.require(permission, unit=None)
        raise TransferNotFoundError(transfer_id=transfer_id)
    return found


async def _require_receiver(call: Call, transfer_id: UUID) -> None:
    found = await _head(call, transfer_id, RECEIVE)
    # What an organisation outside answers is recorded by the sender.
    unit_id = found.to_unit_id or await _sender(call.database, found)
    await call.access.require(RECEIVE, unit=unit_id)


async def _require_sender(call: Call, transfer_id: UUID) -> UUID:
    unit_id = await _sender(call.database, await _head(call, transfer_id, SEND))
    await call.access.require(SEND, unit=unit_id)
    return unit_id


async def _sender(reader: Reader, found: Transfer) -> UUID:
    """Who is responsible now: a reorganisation may have moved the person while the letter was on its way."""
    member = await members.find(reader, found.person_id)
    if member is not None and member.latest is not None and member.latest.valid_until is None:
        return member.latest.unit_id
    heads = await cases.open_of(reader, [found.person_id])
    return heads[0].unit_id if heads else found.from_unit_id


async def _held(work: UnitOfWork, transfer_id: UUID) -> Transfer:
    found = await transfers.lock(work, transfer_id)
    if found is None:
        raise TransferNotFoundError(transfer_id=transfer_id)
    work.call.check_etag(found.version)
    return found


async def _keep(
    work: UnitOfWork, means: Means, before: Transfer, after: Transfer, announce: Callable[..., Event]
) -> Transfer:
    kept = replace(after, version=before.version + 1, updated_at=work.now)
    await transfers.save(work, [kept])
    await keep_transfers(work, means, [kept])
    work.emit(announce(kept, today=work.today))
    work.audit_change("transfer", kept.transfer_id, _audited(before), _audited(kept), sensitive=["reason"])
    return work.answer(kept)


def _audited(found: Transfer) -> dict[str, object]:
    return {
        "person_id": found.person_id,
        "from_unit_id": found.from_unit_id,
        "to_unit_id": found.to_unit_id,
        "to_organization": found.to_organization,
        "state": found.state,
        "letter_number": found.letter.number,
        "letter_valid_through": found.letter.valid_through,
        "accepted_on": found.accepted_on,
        "receipt_returned_on": found.receipt_returned_on,
        "reason": found.reason,
        "version": found.version,
    }
