"""Brings in admission cases from paper: one transaction, all of them or none, and the roll follows."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from chassis.calls import Call
from chassis.database import Reader, UnitOfWork
from chassis.days import campus_day
from chassis.events import Event
from chassis.ids import new_id
from chassis.intervals import Interval
from membership.domain.admission import AdmissionCase
from membership.domain.imports import Known, Problems, bring_in
from membership.domain.members import Member, MembershipStatus
from membership.domain.paper import PaperCase, people_of, units_of
from membership.domain.roll_entries import entry_of, is_silent, revoked_on
from membership.errors import ImportRefusedError
from membership.events import admission as events
from membership.events import people as people_events
from membership.operations.inbox import keep_cases
from membership.operations.means import Means
from membership.operations.taking import audited
from membership.repository import cases, members, persons, units
from rulebook import RuleSet

# More would not fit into the trailers of an answer.
MOST_VIOLATIONS = 20


async def import_cases(call: Call, means: Means, papers: Sequence[PaperCase]) -> list[AdmissionCase]:
    """Bring in cases; answers them in the order of the request."""
    async with call.transaction() as work:
        applicants = sorted({paper.person_id for paper in papers})
        # Nobody applies, and nobody enters the roll, while we look who has a case and who is in it.
        await work.lock("membership.establish", *(f"membership.applicant|{person}" for person in applicants))
        known = await known_of(work, papers, now=work.now, by=call.caller.person_id)
        brought = await _bring_in_all(means, papers, known)
        return work.answer(await enter(work, means, brought, known))


async def enter(
    work: UnitOfWork, means: Means, brought: Sequence[tuple[AdmissionCase, RuleSet]], known: Known
) -> list[AdmissionCase]:
    """Write cases that were judged, and let the roll follow."""
    for rules in {rules.digest: rules for _, rules in brought}.values():
        await means.rules.keep(work, rules)
    made = [case for case, _ in brought]
    await cases.add_many(work, made)
    await keep_cases(work, brought)
    await _enter_roll(work, made, known)
    for case in made:
        work.emit(events.imported(case))
        work.audit_change("admission_case", case.head.case_id, None, audited(case.head))
    return made


async def known_of(reader: Reader, papers: Sequence[PaperCase], *, now: datetime, by: UUID | None) -> Known:
    """What the service knows of everybody and everything that the cases name."""
    people = list({person.id for paper in papers for person in people_of(paper, "")})
    applicants = [paper.person_id for paper in papers]
    found = await persons.known(reader, people)
    return Known(
        today=campus_day(now),
        now=now,
        by=by,
        born_on={person: born_on for person, (_, born_on) in found.items()},
        units=await units.find_all(reader, {unit.id for paper in papers for unit in units_of(paper, "")}),
        members={member.person_id: member for member in await members.find_many(reader, people)},
        living_cases=await cases.living_of(reader, applicants),
    )


async def _bring_in_all(
    means: Means, papers: Sequence[PaperCase], known: Known
) -> list[tuple[AdmissionCase, RuleSet]]:
    problems = Problems()
    _check_once_each(papers, problems)
    brought: list[tuple[AdmissionCase, RuleSet]] = []
    for index, paper in enumerate(papers):
        path = f"cases[{index}]"
        rules = means.rules.in_force(paper.applied_on)
        if rules is None:
            problems.add(f"{path}.applied_on", "当日没有规则。", "lies before every rule pack.")
            continue
        case = bring_in(paper, known, rules, case_id=new_id(), path=path, problems=problems)
        brought.append((case, rules))
        # Hundreds of cases are judged at once; other calls go on in between.
        await asyncio.sleep(0)
    if problems.found:
        raise ImportRefusedError(problems.found[:MOST_VIOLATIONS], problems=len(problems.found))
    return brought


def _check_once_each(papers: Sequence[PaperCase], problems: Problems) -> None:
    counts = Counter(paper.person_id for paper in papers)
    for index, paper in enumerate(papers):
        if counts[paper.person_id] > 1:
            problems.add(f"cases[{index}].person_id", "此人在请求中重复。", "is named by two cases.")


async def _enter_roll(work: UnitOfWork, made: Sequence[AdmissionCase], known: Known) -> None:
    approved = [case for case in made if case.head.probation_from is not None]
    new = [case for case in approved if case.head.person_id not in known.members]
    await members.add(work, [entry_of(case) for case in new])
    returned = [
        case
        for case in approved
        if case.head.person_id in known.members
        and is_silent(known.members[case.head.person_id], entry_of(case).relationship_from)
    ]
    for case in returned:
        await _readmit(work, case)
    for case in (*new, *returned):
        await _end_revoked(work, case)
    entered = {case.head.person_id: case for case in (*new, *returned)}
    for member in await members.find_many(work, list(entered)):
        work.emit(_entered(member, entered[member.person_id]))


async def _readmit(work: UnitOfWork, case: AdmissionCase) -> None:
    """Enter somebody who was a member once and has come back."""
    entry = entry_of(case)
    await members.lock(work, entry.person_id)
    await members.relate(work, entry.person_id, Interval(entry.relationship_from), entry.unit_id)
    for period in entry.status_periods():
        days = Interval(period.valid_from, period.valid_until)
        await members.set_status(work, entry.person_id, days, period.status)
    if entry.status is MembershipStatus.FULL and entry.standing_from is not None:
        await members.set_standing(work, entry.person_id, entry.standing_from)
    await members.touch(work, [entry.person_id])


async def _end_revoked(work: UnitOfWork, case: AdmissionCase) -> None:
    ended_on = revoked_on(case)
    if ended_on is None:
        return
    person_id: UUID = case.head.person_id
    await members.set_status(work, person_id, Interval(ended_on), None)
    await members.relate(work, person_id, Interval(ended_on), None)


def _entered(member: Member, case: AdmissionCase) -> Event:
    """The last thing that happened to the membership; the state after it says the rest."""
    head = case.head
    assert head.probation_from is not None
    ended_on = revoked_on(case)
    if ended_on is not None:
        return people_events.member_revoked(member, head.case_id, ended_on)
    if head.full_member_from is not None:
        return people_events.member_converted(member, head.case_id, head.full_member_from)
    return people_events.member_admitted(member, head.case_id, head.probation_from)
