"""What the rule packs say about elections; asks the rule book, decides nothing else."""

from collections.abc import Iterable
from datetime import date

from organization.domain.elections import ElectionKind, Elector
from organization.domain.rules import judge
from organization.domain.units import Form, Kind, Unit
from rulebook import Fact, Facts, Verdict

_TERM_OPERATIONS = {
    Kind.BRANCH: "branch.term_election",
    Kind.GENERAL_BRANCH: "general_branch.term_election",
    Kind.UNIVERSITY_COMMITTEE: "university_committee.term_election",
}
# Whatever else elects is an organisation at school level: there the text on universities decides (HE-03).
_SCHOOL_LEVEL = "school_org.term_election"


def power_verdicts(unit: Unit, on: date) -> list[Verdict]:
    """Whether a branch of this form may elect its officers at all (BR-09, BR-29)."""
    if unit.kind is not Kind.BRANCH:
        return []
    facts: Facts = {
        "power": "term_election",
        "branch_form": _form_fact(unit.form),
        "host_body_dissolved": False,
    }
    return judge("branch.exercise_power", facts, on)


def _form_fact(form: Form | None) -> str:
    return f"{form.value}_branch" if form in (Form.TEMPORARY, Form.FUNCTIONAL) else "branch"


def timing_verdicts(kind: Kind, *, since: date | None, on: date, shift_reason: str) -> list[Verdict]:
    """Whether a term election is held in its time; a first election has no term before it."""
    if since is None:
        return []
    facts: dict[str, Fact] = {"term_started_on": since}
    if shift_reason:
        facts["extension_reason"] = shift_reason
    return judge(_TERM_OPERATIONS.get(kind, _SCHOOL_LEVEL), facts, on)


def plan_verdicts(
    unit: Unit, kind: ElectionKind, *, since: date | None, on: date, shift_reason: str
) -> list[Verdict]:
    """What the rules say about holding an election of the unit on the day."""
    power = power_verdicts(unit, on)
    if kind is ElectionKind.BY_ELECTION:
        return power
    return power + timing_verdicts(unit.kind, since=since, on=on, shift_reason=shift_reason)


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
    """Whether each of the candidates may stand."""
    return [verdict for each in candidates for verdict in right_verdicts(each.status, on)]
