"""What ends when a member leaves the roll or comes to another branch: what rests on belonging there.

Secondments, mentorships on either side and standing cases. It decides nothing about the membership itself.
"""

from datetime import date
from uuid import UUID

from chassis.database import UnitOfWork
from membership.domain.peer_mentors import PeerMentor
from membership.domain.standing import Act
from membership.events import peer_mentors as mentor_events
from membership.operations import peer_mentors as mentoring
from membership.operations import resuming, waiting
from membership.operations import secondments as seconding
from membership.operations.means import Means
from membership.operations.standing_entries import keep, new_entry
from membership.repository import peer_mentors, removal_ends, secondments, standing
from membership.repository.removal_ends import Ended


async def leave_roll(
    work: UnitOfWork, means: Means, person_id: UUID, day: date, *, reason: str, without: UUID | None = None
) -> None:
    """End from a day on everything that only a member of a branch here does.

    Args:
        without: the standing case that removes the member: it goes on, and what it ends can be resumed.
    """
    ended: list[Ended] = []
    for made in await secondments.living(work, person_id):
        left = made.left(day, at=work.now, reason=reason)
        if left is not made:
            await seconding.keep(work, made, left)
            ended.append(resuming.of_secondment(made, left))
    mentored = await _end_mentorships(work, means, person_id, day, reason)
    for mentor_id in await peer_mentors.guides_of(work, person_id, day=day):
        before = await mentoring.held(work, means, mentor_id, tagged=False)
        after = before.left_by(person_id, day, at=work.now)
        await mentoring.keep(work, before, after, mentor_events.released(after, person_id))
        mentored.append((before, after))
    ended += [resuming.of_mentorship(before, after) for before, after in mentored]
    if without is not None:
        for each in ended:
            await removal_ends.keep(work, without, each)
    for case in await standing.open_of(work, person_id):
        if case.standing_case_id != without:
            found = await standing.whole(work, case, means.rules.of)
            closed = found.closed(new_entry(work, Act.END, day, reason))
            await keep(work, found, closed, answered=False)
    await waiting.keep_arrears(work, means, [person_id])


async def change_branch(work: UnitOfWork, means: Means, person_id: UUID, to_unit_id: UUID, day: date) -> None:
    """End the mentorships of units that the new branch does not belong to; what else is under way goes along."""
    await _end_mentorships(work, means, person_id, day, "组织关系已转出", to_unit_id=to_unit_id)


async def _end_mentorships(
    work: UnitOfWork, means: Means, person_id: UUID, day: date, reason: str, to_unit_id: UUID | None = None
) -> list[tuple[PeerMentor, PeerMentor]]:
    ended = []
    for mentor in await peer_mentors.of_person(work, person_id):
        if _is_over(mentor, day):
            continue
        stays = to_unit_id is not None and await peer_mentors.is_below(
            work, mentor.unit_id, to_unit_id, day=day
        )
        if not stays:
            before = await mentoring.held(work, means, mentor.peer_mentor_id, tagged=False)
            after = before.left(day, reason=reason, at=work.now)
            assert after.days.end is not None, "a mentorship that was left has an end"
            await mentoring.keep(work, before, after, mentor_events.ended(after, after.days.end))
            ended.append((before, after))
    return ended


def _is_over(mentor: PeerMentor, day: date) -> bool:
    return mentor.days.end is not None and mentor.days.end <= day
