"""What an approved case on paper says of the roll: whether the roll contradicts it, and what is to be entered."""

from datetime import date

from membership.domain import steps as names
from membership.domain.admission import AdmissionCase, CaseState
from membership.domain.members import Member, MembershipStatus, NewMember

_PROBATIONARY, _FULL = MembershipStatus.PROBATIONARY, MembershipStatus.FULL


def roll_problem(case: AdmissionCase, member: Member | None, *, today: date) -> tuple[str, str] | None:
    """What the roll says otherwise, in Chinese and in English; None where it agrees or is silent."""
    if member is None:
        return None
    start = case.head.probation_from
    if start is None:
        is_member = member.status_on(today) is not None
        return ("名册上已是党员。", "is a member by the roll already.") if is_member else None
    if is_silent(member, start):
        return None
    if not _agrees_on_statuses(case, member, start):
        zh, en = "名册上的党员身份与案卷不符", "has other days of membership in the roll"
        return f"{zh}（预备期自 {start}）。", f"{en} (probation from {start})."
    latest = member.latest
    is_there = latest is not None and latest.valid_until is None and latest.unit_id == case.head.unit_id
    if case.head.state is CaseState.OPEN and not is_there:
        return "名册上的组织关系在别的支部。", "belongs to another branch by the roll."
    return None


def is_silent(member: Member | None, start: date) -> bool:
    """Whether the roll says nothing of the person from the day on."""
    if member is None:
        return True
    return all(item.valid_until is not None and item.valid_until <= start for item in member.statuses)


def revoked_on(case: AdmissionCase) -> date | None:
    """The day from which the person is no probationary member any more."""
    return case.day_of(names.CONVERSION_APPROVAL) if case.head.state is CaseState.REVOKED else None


def _agrees_on_statuses(case: AdmissionCase, member: Member, start: date) -> bool:
    probation, full_from = member.status_on(start), case.head.full_member_from
    if probation is None or (probation.status, probation.valid_from) != (_PROBATIONARY, start):
        return False
    if probation.valid_until != (full_from or revoked_on(case)):
        return False
    if full_from is None:
        return True
    full = member.status_on(full_from)
    return (
        full is not None
        and (full.status, full.valid_from) == (_FULL, full_from)
        and member.standing_from == full_from
    )


def entry_of(case: AdmissionCase) -> NewMember:
    """The approved person as the roll enters them."""
    head = case.head
    assert head.probation_from is not None
    return NewMember(
        person_id=head.person_id,
        unit_id=head.unit_id,
        relationship_from=head.probation_from,
        status=_PROBATIONARY if head.full_member_from is None else _FULL,
        probation_from=head.probation_from,
        standing_from=head.full_member_from,
    )
