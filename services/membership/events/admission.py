"""Events about admission cases: one for each step, and those of ballots, oaths and moves."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from google.protobuf.message import Message

from chassis.events import Event
from membership.domain import steps as names
from membership.domain.admission import AdmissionCase, TakenStep
from membership.domain.ballots import Ballot, BallotState, ConversionOutcome
from membership.events import shapes
from shuyuan.membership.v1 import admission_case_pb2, events_pb2

# The event of each step that brings nothing but its day.
_PLAIN: dict[str, type[Any]] = {
    names.APPLICATION: events_pb2.AdmissionCaseOpened,
    "talk": events_pb2.AdmissionCaseTalked,
    names.ACTIVIST: events_pb2.AdmissionCaseActivistDetermined,
    names.PROSPECT: events_pb2.AdmissionCaseProspectDetermined,
    names.POLITICAL_REVIEW: events_pb2.AdmissionCasePoliticallyReviewed,
    names.TRAINING: events_pb2.AdmissionCaseTrained,
    names.COMMITTEE_REVIEW: events_pb2.AdmissionCaseCommitteeReviewed,
    names.PRE_REVIEW: events_pb2.AdmissionCasePreReviewed,
    names.ADMISSION_FORM: events_pb2.AdmissionCaseFormIssued,
    names.SUPERIOR_TALK: events_pb2.AdmissionCaseSuperiorTalked,
    names.ASSIGNMENT: events_pb2.AdmissionCaseGroupAssigned,
    names.THOUGHT_REPORT: events_pb2.AdmissionCaseThoughtReported,
    names.REVIEW_ITEM: events_pb2.AdmissionCasePoliticalReviewItemRecorded,
    names.OBJECTION: events_pb2.AdmissionCaseObjectionRaised,
    names.SETTLEMENT: events_pb2.AdmissionCaseObjectionSettled,
    names.CONVERSION_REQUEST: events_pb2.AdmissionCaseConversionRequested,
    names.ARCHIVE: events_pb2.AdmissionCaseArchived,
}
_FILINGS = {
    "activist_filing": admission_case_pb2.FILING_KIND_ACTIVIST,
    "prospect_filing": admission_case_pb2.FILING_KIND_PROSPECT,
    "approval_filing": admission_case_pb2.FILING_KIND_APPROVAL,
}


def _event(case: AdmissionCase, message: Message) -> Event:
    return Event(case.head.case_id, case.head.version, message)


def _common(case: AdmissionCase, occurred_on: date) -> dict[str, Any]:
    return {
        "occurred_on": occurred_on.isoformat(),
        "admission_case": shapes.case(case, shapes.EVENT_LANGUAGE),
    }


def step_taken(case: AdmissionCase, step: TakenStep) -> Event:
    """The event of a step that has just been taken."""
    common = _common(case, step.occurred_on)
    name = step.step
    if name in _PLAIN:
        return _event(case, _PLAIN[name](**common))
    if name in _FILINGS:
        return _event(case, events_pb2.AdmissionCaseFiled(kind=_FILINGS[name], **common))
    people = step.detail.get("people", [])
    match name:
        case names.CONTACTS:
            message: Message = events_pb2.AdmissionCaseContactsAssigned(person_ids=people, **common)
        case names.INTRODUCERS:
            message = events_pb2.AdmissionCaseIntroducersAssigned(person_ids=people, **common)
        case names.CULTIVATION | names.PROBATION_ASSESSMENT:
            message = events_pb2.AdmissionCaseAssessed(probation=name == names.PROBATION_ASSESSMENT, **common)
        case names.CONVERSION_REVIEW:
            message = events_pb2.AdmissionCaseCommitteeReviewed(conversion=True, **common)
        case names.APPROVAL:
            message = events_pb2.AdmissionCaseApproved(approver_unit_id=step.detail["approver"], **common)
        case names.OATH:
            message = events_pb2.AdmissionCaseSworn(ceremony_id=step.detail["ceremony"], **common)
        case _:
            message = events_pb2.AdmissionCaseFurtherStepTaken(step=name, **common)
    return _event(case, message)


def conversion_decided(case: AdmissionCase, outcome: ConversionOutcome, occurred_on: date) -> Event:
    """The committee decided at the end of probation."""
    common = _common(case, occurred_on)
    match outcome:
        case ConversionOutcome.CONVERT:
            message: Message = events_pb2.AdmissionCaseConverted(
                full_member_from=shapes.day_text(case.head.full_member_from) or "", **common
            )
        case ConversionOutcome.EXTEND:
            message = events_pb2.AdmissionCaseProbationExtended(
                probation_until=shapes.day_text(case.head.probation_until) or "", **common
            )
        case ConversionOutcome.REVOKE:
            message = events_pb2.AdmissionCaseRevoked(**common)
    return _event(case, message)


def ballot_entered(case: AdmissionCase, ballot: Ballot) -> Event:
    """Totals were entered."""
    return _event(
        case,
        events_pb2.AdmissionCaseBallotEntered(number=ballot.number, **_common(case, ballot.totals.held_on)),
    )


def ballot_confirmed(case: AdmissionCase, ballot: Ballot) -> Event:
    """Totals were confirmed."""
    message = events_pb2.AdmissionCaseBallotConfirmed(
        number=ballot.number,
        purpose=shapes.enum_number(admission_case_pb2.BallotPurpose, "BALLOT_PURPOSE", ballot.purpose),
        passed=ballot.state is BallotState.PASSED,
        **_common(case, ballot.totals.held_on),
    )
    return _event(case, message)


def ballot_rejected(case: AdmissionCase, ballot: Ballot) -> Event:
    """Totals were rejected as entered wrongly."""
    return _event(
        case,
        events_pb2.AdmissionCaseBallotRejected(number=ballot.number, **_common(case, ballot.totals.held_on)),
    )


def withdrawn(case: AdmissionCase, occurred_on: date) -> Event:
    """The case ended before admission."""
    return _event(case, events_pb2.AdmissionCaseWithdrawn(**_common(case, occurred_on)))


def imported(case: AdmissionCase) -> Event:
    """The case was brought in from paper, with every step taken before."""
    message = events_pb2.AdmissionCaseImported(
        source_reference=case.head.source_reference or "",
        admission_case=shapes.case(case, shapes.EVENT_LANGUAGE),
    )
    return _event(case, message)


def case_moved(
    case: AdmissionCase, *, from_unit_id: UUID, effective_on: date, reorganization_id: UUID | None
) -> Event:
    """Another branch leads the case."""
    message = events_pb2.AdmissionCaseMoved(
        from_unit_id=str(from_unit_id),
        to_unit_id=str(case.head.unit_id),
        reorganization_id=shapes.id_text(reorganization_id),
        **_common(case, effective_on),
    )
    return _event(case, message)


def oath_roll_recorded(
    ceremony_id: UUID, *, held_on: date, case_ids: Sequence[UUID], refusals: Sequence[tuple[UUID, str]]
) -> Event:
    """The oaths of a ceremony were recorded."""
    roll = events_pb2.OathRoll(
        ceremony_id=str(ceremony_id),
        held_on=held_on.isoformat(),
        case_ids=[str(case_id) for case_id in case_ids],
        refusals=[
            events_pb2.OathRefusal(person_id=str(person_id), reason=reason) for person_id, reason in refusals
        ],
        version=1,
    )
    return Event(ceremony_id, 1, events_pb2.OathRollRecorded(ceremony_id=str(ceremony_id), oath_roll=roll))
