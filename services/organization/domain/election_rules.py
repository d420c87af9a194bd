"""What the rule packs say about elections; asks the rule book, decides nothing else."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from organization.domain.election_ballots import Exclusion, Totals
from organization.domain.elections import Background, ElectionKind, Elector
from organization.domain.rules import judge
from organization.domain.terms import election_verdicts, power_verdicts
from organization.domain.units import Form, Kind, Unit
from rulebook import Facts, Verdict, blocking


def plan_verdicts(
    unit: Unit, kind: ElectionKind, *, since: date | None, on: date, shift_reason: str
) -> list[Verdict]:
    """What the rules say about holding an election of the unit on the day."""
    power = power_verdicts(unit.form, on)
    # A first election has no term before it, and a by-election ends none.
    if kind is ElectionKind.BY_ELECTION or since is None:
        return power
    return power + election_verdicts(unit.kind, since=since, reason=shift_reason, on=on)


def nomination_verdicts(*, candidates: int, seats: int, on: date) -> list[Verdict]:
    """Whether enough people stand for the seats (ELE-05)."""
    return judge("election.nominate", {"candidate_count": candidates, "seat_count": seats}, on)


def right_verdicts(status: str, on: date) -> list[Verdict]:
    """Whether a member of the status votes and stands (DEV-37, ELE-03)."""
    sanctioned = status == "party_probation_sanction"
    facts: Facts = {
        # Who is under the sanction is a full member whose rights rest.
        "membership_status": "full_member" if sanctioned else f"{status}_member",
        "under_party_probation_sanction": sanctioned,
    }
    return judge("meeting.cast_vote", facts, on)


def standing_verdicts(candidates: Iterable[Elector], on: date) -> list[Verdict]:
    """Whether the candidates may stand; those of one status are judged alike, and once."""
    statuses = dict.fromkeys(each.status for each in candidates)
    return [verdict for status in statuses for verdict in right_verdicts(status, on)]


def with_rights(roll: Iterable[Elector], on: date) -> list[Elector]:
    """Who of the roll votes."""
    members = list(roll)
    voting = {
        status for status in {each.status for each in members} if not blocking(right_verdicts(status, on))
    }
    return [each for each in members if each.status in voting]


def committee_verdicts(unit: Unit, *, size: int, full_members: int, on: date) -> list[Verdict]:
    """Whether a branch of so many full members has a committee of this size (BR-21, BR-22, HE-04)."""
    if unit.kind is not Kind.BRANCH:
        return []
    facts: Facts = {"committee_size": size, "full_member_count": full_members, "seating_method": "elected"}
    return judge("branch.seat_committee", facts, on)


def exclusion_verdicts(exclusions: Iterable[Exclusion], on: date) -> list[Verdict]:
    """Whether full members may be left out of the should-attend number (LOC-10)."""
    verdicts = []
    for exclusion in exclusions:
        facts: Facts = {
            "exclusion_reason": exclusion.reason,
            "superior_consents": bool(exclusion.consent_reference),
            # Listing somebody here states that the meeting agreed; the minutes are the proof.
            "general_meeting_agrees": True,
        }
        verdicts += judge("meeting.exclude_from_base", facts, on)
    return verdicts


def congress_verdicts(*, members: int, delegates: int, dispersed: bool, on: date) -> list[Verdict]:
    """Whether so many members may be represented by so many delegates (ELE-09)."""
    facts: Facts = {"member_count": members, "delegate_count": delegates}
    meeting = [] if dispersed else judge("election.congress", facts, on)
    return meeting + judge("election.delegates", facts, on)


def opening_verdicts(totals: Totals, *, should_attend: int) -> list[Verdict]:
    """Whether enough electors are present (ELE-04)."""
    facts: Facts = {"present_voters": totals.present, "should_attend_voters": should_attend}
    return judge("election.open", facts, totals.held_on)


def counting_verdicts(totals: Totals) -> list[Verdict]:
    """Whether the ballot was secret (ELE-05) and no more ballots came back than were handed out (ELE-07)."""
    facts: Facts = {
        "ballots_collected": totals.returned,
        "ballots_issued": totals.issued,
        "ballot": "secret_ballot" if totals.secret else "open_vote",
    }
    return judge("election.count", facts, totals.held_on)


def is_void(verdict: Verdict) -> bool:
    """Whether the verdict says that the ballots are void, and not that the meeting was out of order."""
    return verdict.kind == "cap" and not verdict.satisfied


def winning_verdicts(totals: Totals, *, should_attend: int) -> dict[UUID, list[Verdict]]:
    """Whether each of the candidates has the majority of the declared base (ELE-06)."""
    return {
        person_id: judge(
            "election.result",
            {
                "yes_votes": votes,
                "present_voters": totals.present,
                "should_attend_voters": should_attend,
            },
            totals.held_on,
        )
        for person_id, votes in totals.every_vote
    }


def closing_verdicts(*, elected: int, seats: int, tied: bool, on: date) -> list[Verdict]:
    """Whether voting is over: every seat is filled, and nobody is tied (ELE-08)."""
    facts: Facts = {"elected_count": elected, "seat_count": seats, "tied_for_last_seat": tied}
    return judge("election.close", facts, on)


def body_verdicts(unit: Unit, *, committee: bool, present: int, body: int, on: date) -> list[Verdict]:
    """Whether the body that elects the posts may decide (BR-14, without a committee ELE-04)."""
    if not committee:
        return judge("election.open", {"present_voters": present, "should_attend_voters": body}, on)
    if unit.kind is not Kind.BRANCH:
        return []
    facts: Facts = {"present_officers": present, "should_attend_officers": body}
    return judge("meeting.branch_committee", facts, on)


def leader_verdicts(*, elected: bool, votes: int, present: int, body: int, on: date) -> list[Verdict]:
    """Whether somebody is elected secretary or deputy (ELE-10)."""
    facts: Facts = {
        "elected_to_committee": elected,
        "yes_votes": votes,
        "present_officers": present,
        "should_attend_officers": body,
    }
    return judge("election.elect_secretary", facts, on)


_BACKGROUNDS = {
    Form.STAFF: "branch.seat_teacher_secretary",
    Form.COHORT: "branch.seat_student_secretary",
    Form.MAJOR: "branch.seat_student_secretary",
    Form.JOINT_TEACHER_STUDENT: "branch.seat_joint_secretary",
    # Teachers and students alike belong to it while its task lasts.
    Form.TEMPORARY: "branch.seat_joint_secretary",
}


def secretary_verdicts(
    unit: Unit, *, background: Background | None, standing_from: date | None, on: date
) -> list[Verdict]:
    """Whether somebody is fit to be secretary of a branch (HE-06, BR-26)."""
    if unit.kind is not Kind.BRANCH:
        return []
    verdicts = []
    if unit.form in _BACKGROUNDS:
        facts: Facts = {"secretary_background": background.value if background else "none"}
        verdicts += judge(_BACKGROUNDS[unit.form], facts, on)
    if standing_from is not None:
        verdicts += judge("branch.seat_secretary", {"standing_starts_on": standing_from}, on)
    return verdicts


def confirmation_verdicts(on: date) -> list[Verdict]:
    """What a confirmation by the superior, which this is, satisfies (ELE-10)."""
    return judge("election.confirm", {"superior_approved": True}, on)
