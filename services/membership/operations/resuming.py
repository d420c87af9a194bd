"""What a removal ended goes on, because there was no removal or it was on another day; what was changed since stays.

Standing cases stay ended: what they were about is to be looked at by somebody.
"""

from datetime import date
from uuid import UUID

from chassis.database import UnitOfWork
from chassis.intervals import Interval
from membership.domain.members import Participation
from membership.domain.peer_mentors import PeerMentor
from membership.domain.secondments import Secondment
from membership.domain.secondments import State as SecondmentState
from membership.domain.standing import StandingCase
from membership.events import peer_mentors as mentor_events
from membership.operations import peer_mentors as mentoring
from membership.operations import secondments as seconding
from membership.operations.means import Means
from membership.repository import members, peer_mentors, removal_ends, secondments
from membership.repository.removal_ends import Ended


def of_part(part: Participation, first: date) -> Ended:
    """A part in a functional or temporary branch that ends on a day; it has no version of its own."""
    before = {
        "kind": part.kind,
        "from": part.valid_from.isoformat(),
        "ended": first.isoformat(),
        "until": _text(part.valid_until),
    }
    return Ended("part", part.unit_id, 0, before)


def of_secondment(made: Secondment, left: Secondment) -> Ended:
    """A secondment that was ended or declined."""
    before = {"state": made.state, "until": _text(made.valid_until), "decided_on": _text(made.decided_on)}
    return Ended("secondment", made.secondment_id, left.version, before)


def of_mentorship(before: PeerMentor, after: PeerMentor) -> Ended:
    """A mentorship that ended for the mentor or for somebody who was guided."""
    cut = [each for each in before.mentees if each not in after.mentees]
    mentees = [[str(each.person_id), each.days.start.isoformat(), _text(each.days.end)] for each in cut]
    values = {"until": _text(before.days.end), "mentees": mentees}
    return Ended("peer_mentor", before.peer_mentor_id, after.version, values)


async def resume(work: UnitOfWork, means: Means, case: StandingCase) -> None:
    """Let everything go on that the removal of a case ended, as it was before."""
    for ended in await removal_ends.take(work, case.standing_case_id):
        match ended.noun:
            case "part":
                await _take_part(work, case.person_id, ended)
            case "secondment":
                await _second(work, ended)
            case _:
                await _mentor(work, means, ended)


async def _take_part(work: UnitOfWork, person_id: UUID, ended: Ended) -> None:
    start, end = date.fromisoformat(ended.before["from"]), date.fromisoformat(ended.before["ended"])
    (member,) = await members.find_many(work, [person_id])
    theirs = [part for part in member.participations if part.unit_id == ended.resource_id]
    left = [(part.valid_from, part.valid_until) for part in theirs if part.valid_from >= start]
    # One period again, unless it was corrected, or another began since.
    if left == ([(start, end)] if start < end else []):
        days = Interval(start, _day(ended.before["until"]))
        await members.participate(work, person_id, ended.resource_id, days, ended.before["kind"])


async def _second(work: UnitOfWork, ended: Ended) -> None:
    left = await secondments.lock(work, ended.resource_id)
    if left is not None and left.version == ended.version:
        state, decided_on = SecondmentState(ended.before["state"]), _day(ended.before["decided_on"])
        resumed = left.resumed(state, _day(ended.before["until"]), decided_on, at=work.now)
        await seconding.keep(work, left, resumed)


async def _mentor(work: UnitOfWork, means: Means, ended: Ended) -> None:
    left = await mentoring.held(work, means, ended.resource_id, tagged=False)
    if left.version != ended.version:
        return
    mentees = {}
    for person, start, until in ended.before["mentees"]:
        person_id, first = UUID(person), date.fromisoformat(start)
        # Whoever is guided by another mentor by now stays with that one.
        elsewhere = await peer_mentors.other_guide(work, left.peer_mentor_id, [person_id], day=first)
        if elsewhere is None:
            mentees[person_id, first] = _day(until)
    resumed = left.resumed(_day(ended.before["until"]), mentees, at=work.now)
    await mentoring.keep(work, left, resumed, mentor_events.resumed(resumed))


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
