"""What a committee's decision makes of a case: approved, converted, extended or revoked. Pure; writes nothing."""

from datetime import date
from uuid import UUID

from membership.domain import steps as names
from membership.domain.admission import AdmissionCase, CaseState
from membership.domain.ballots import BallotPurpose, ConversionOutcome
from membership.domain.evidence import extension_end
from rulebook import Period


def approved(case: AdmissionCase, *, approver: UUID | None, start: date, end: date) -> AdmissionCase:
    """The case whose admission has just been approved, with its probation."""
    noted = case.noted(approver_unit_id=approver, probation_from=start, probation_until=end)
    return noted.with_detail(probation_until=end.isoformat())


def resolved(case: AdmissionCase) -> ConversionOutcome | None:
    """What the branch meeting resolved at the end of probation; None while it has resolved nothing."""
    meeting = case.last(names.CONVERSION_MEETING)
    if meeting is None:
        return None
    stated = meeting.detail.get("outcome")
    if stated is not None:
        # Taken over from paper, perhaps without the totals.
        return ConversionOutcome(stated)
    ballot = case.passed_ballot(BallotPurpose.CONVERSION)
    return None if ballot is None else ballot.totals.outcome


def end_of_probation(case: AdmissionCase, extension: str | None) -> date:
    """The end of probation, with the extension that is being decided."""
    end = case.head.probation_until
    assert end is not None, "the order lets nobody be converted before the approval"
    return end if extension is None else extension_end(end, extension)


def decided(
    case: AdmissionCase, outcome: ConversionOutcome, *, extension: str | None, end: date
) -> AdmissionCase:
    """The case after the decision; `end` is the end of probation, an extension included."""
    match outcome:
        case ConversionOutcome.CONVERT:
            return case.noted(state=CaseState.CONVERTED, conversion_outcome=outcome, full_member_from=end)
        case ConversionOutcome.EXTEND:
            assert extension is not None
            return case.extended(until=end, extension=str(Period.parse(extension)))
        case ConversionOutcome.REVOKE:
            return case.noted(state=CaseState.REVOKED, conversion_outcome=outcome)
