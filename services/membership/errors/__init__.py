"""What the membership service refuses, each with its reason from `error_reason.proto`."""

from chassis.errors import (
    AlreadyExistsError,
    InvalidArgumentError,
    NotFoundError,
    RulesError,
    StateError,
    UnavailableError,
    Violation,
)


class PersonNotFoundError(NotFoundError):
    """There is no such person."""

    reason = "PERSON_NOT_FOUND"


class CampusNumberTakenError(AlreadyExistsError):
    """The campus number belongs to somebody already."""

    reason = "CAMPUS_NUMBER_TAKEN"


class AccountNotFoundError(NotFoundError):
    """There is no such account."""

    reason = "ACCOUNT_NOT_FOUND"


class MemberNotFoundError(NotFoundError):
    """The person is not a member."""

    reason = "MEMBER_NOT_FOUND"


class MemberAlreadyEstablishedError(AlreadyExistsError):
    """The member is in a roll already."""

    reason = "MEMBER_ALREADY_ESTABLISHED"


class MemberAlreadyThereError(StateError):
    """The member belongs to the unit already."""

    reason = "MEMBER_ALREADY_THERE"


class UnitUnknownError(StateError):
    """This service does not know the unit, or does not know it yet."""

    reason = "UNIT_UNKNOWN"


class UnitNotInForceError(StateError):
    """The unit does not exist on the day."""

    reason = "UNIT_NOT_IN_FORCE"


class UnitKindNotAllowedError(StateError):
    """A unit of this kind and form cannot do this."""

    reason = "UNIT_KIND_NOT_ALLOWED"


class UnitFrozenError(StateError):
    """A process of the organization service holds the unit."""

    reason = "UNIT_FROZEN"


class UnitBeingReorganizedError(UnavailableError):
    """Between the commits of a reorganisation nothing is told of its units from its day on; in a moment it is."""

    reason = "UNIT_BEING_REORGANIZED"


class PersonUnknownError(StateError):
    """A person named in a step is not registered."""

    reason = "PERSON_UNKNOWN"


class AlreadyMemberError(StateError):
    """A member cannot apply for membership."""

    reason = "ALREADY_MEMBER"


class AdmissionCaseNotFoundError(NotFoundError):
    """There is no such case."""

    reason = "ADMISSION_CASE_NOT_FOUND"


class AdmissionCaseAlreadyOpenError(AlreadyExistsError):
    """The person has a case under way."""

    reason = "ADMISSION_CASE_ALREADY_OPEN"


class AdmissionCaseClosedError(StateError):
    """The case is over."""

    reason = "ADMISSION_CASE_CLOSED"


class StepNotDueError(StateError):
    """Another step comes first, or the step was taken already."""

    reason = "STEP_NOT_DUE"


class StepForbiddenError(RulesError):
    """Rules forbid the step; every verdict goes along."""

    reason = "STEP_FORBIDDEN_BY_RULES"


class DayOutOfOrderError(StateError):
    """The day lies in the future or before what must precede it."""

    reason = "DAY_OUT_OF_ORDER"


class BallotContradictsRollError(StateError):
    """Totals that cannot be, given the roll of the day."""

    reason = "BALLOT_CONTRADICTS_ROLL"


class BallotNotEnteredError(StateError):
    """There are no entered totals of this number."""

    reason = "BALLOT_NOT_ENTERED"


class BallotConfirmedBySamePersonError(StateError):
    """Totals are confirmed by somebody else than the one who entered them."""

    reason = "BALLOT_CONFIRMED_BY_SAME_PERSON"


class OverrideWithoutCauseError(StateError):
    """A rule that does not forbid the step cannot be set aside."""

    reason = "OVERRIDE_WITHOUT_CAUSE"


class OutcomeNotResolvedError(StateError):
    """The committee decides on what the branch meeting resolved, and on nothing else."""

    reason = "OUTCOME_NOT_RESOLVED"


class MemberNotThereError(StateError):
    """The person does not belong to the unit that sends."""

    reason = "MEMBER_NOT_THERE"


class TransferNotFoundError(NotFoundError):
    """There is no such transfer."""

    reason = "TRANSFER_NOT_FOUND"


class TransferAlreadyOpenError(AlreadyExistsError):
    """The person is being transferred already."""

    reason = "TRANSFER_ALREADY_OPEN"


class TransferClosedError(StateError):
    """The transfer is not in a state for this."""

    reason = "TRANSFER_CLOSED"


class TransferLetterExpiredError(StateError):
    """The letter was no longer valid on the day."""

    reason = "TRANSFER_LETTER_EXPIRED"


class TransferLetterValidError(StateError):
    """A letter is issued again only after it expired."""

    reason = "TRANSFER_LETTER_VALID"


class TransferCaseOpenError(StateError):
    """An open admission case cannot leave the university."""

    reason = "TRANSFER_CASE_OPEN"


class StandingCaseNotFoundError(NotFoundError):
    """There is no such standing case."""

    reason = "STANDING_CASE_NOT_FOUND"


class StandingCaseAlreadyOpenError(AlreadyExistsError):
    """A standing case of the kind is under way."""

    reason = "STANDING_CASE_ALREADY_OPEN"


class StandingCaseOverError(StateError):
    """The standing case is over."""

    reason = "STANDING_CASE_OVER"


class StandingActNotDueError(StateError):
    """Another act comes first, or the act is none of such a case."""

    reason = "STANDING_ACT_NOT_DUE"


class StandingLeftToAdmissionError(StateError):
    """An open admission case decides about the membership."""

    reason = "STANDING_LEFT_TO_ADMISSION"


class DuesLedgerAlreadyOpenError(AlreadyExistsError):
    """The branch's book of dues is open already."""

    reason = "DUES_LEDGER_ALREADY_OPEN"


class DuesLedgerNotOpenError(StateError):
    """The branch keeps no book of dues for the year."""

    reason = "DUES_LEDGER_NOT_OPEN"


class DuesMonthNotOwedError(StateError):
    """Nothing is owed for the month, or it was paid or waived."""

    reason = "DUES_MONTH_NOT_OWED"


class DuesBaseUnknownError(StateError):
    """No pay was declared for the month."""

    reason = "DUES_BASE_UNKNOWN"


class DuesAmountDiffersError(StateError):
    """What was paid is not what the months cost."""

    reason = "DUES_AMOUNT_DIFFERS"


class DuesAlreadyPublishedError(AlreadyExistsError):
    """The branch has published the year."""

    reason = "DUES_ALREADY_PUBLISHED"


class FieldsContradictError(InvalidArgumentError):
    """Fields that are each right and do not fit together."""

    reason = "FIELDS_CONTRADICT"

    @classmethod
    def of(cls, field: str, zh: str, en: str) -> "FieldsContradictError":
        """The refusal of one field."""
        return cls([Violation(field=field, zh=zh, en=en)])


class HypothesisRefusedError(InvalidArgumentError):
    """What is supposed is no set of rules."""

    reason = "HYPOTHESIS_REFUSED"


class PlanNotFoundError(NotFoundError):
    """There is no such plan."""

    reason = "PLAN_NOT_FOUND"


class PlanAlreadyExistsError(AlreadyExistsError):
    """The unit has a plan for the year."""

    reason = "PLAN_ALREADY_EXISTS"


class PlanExceededError(StateError):
    """A quota is smaller than what is below it or was used."""

    reason = "PLAN_EXCEEDED"


class QuotaExhaustedError(StateError):
    """Nothing is left of a plan of the year."""

    reason = "QUOTA_EXHAUSTED"


class FormNumbersTakenError(AlreadyExistsError):
    """A number is in a ledger already."""

    reason = "FORM_NUMBERS_TAKEN"


class FormNotFoundError(NotFoundError):
    """There is no such form."""

    reason = "FORM_NOT_FOUND"


class FormNotInHandError(StateError):
    """The form was accounted for already."""

    reason = "FORM_NOT_IN_HAND"


class FormYearClosedError(StateError):
    """The ledger of the year is closed."""

    reason = "FORM_YEAR_CLOSED"


class ImportRefusedError(InvalidArgumentError):
    """Cases to be brought in cannot be as they are told."""

    reason = "IMPORT_REFUSED"


class RosterFileRefusedError(InvalidArgumentError):
    """The file is no table that can be read, or lacks a column."""

    reason = "ROSTER_FILE_REFUSED"


class RosterImportNotFoundError(NotFoundError):
    """There is no such import."""

    reason = "ROSTER_IMPORT_NOT_FOUND"


class RosterImportStateError(StateError):
    """The import is not in a state for this."""

    reason = "ROSTER_IMPORT_STATE"


class RosterHasProblemsError(StateError):
    """Rows are wrong, so that nothing was entered."""

    reason = "ROSTER_HAS_PROBLEMS"


class RosterAlreadyImportedError(AlreadyExistsError):
    """The same file was applied before."""

    reason = "ROSTER_ALREADY_IMPORTED"


class RosterStoodUponError(StateError):
    """Later facts stand on rows of the import."""

    reason = "ROSTER_STOOD_UPON"


class RosterTooLargeError(StateError):
    """A roster would have more rows than a file holds."""

    reason = "ROSTER_TOO_LARGE"


class IdentityNumberTakenError(AlreadyExistsError):
    """The identity number belongs to somebody already."""

    reason = "IDENTITY_NUMBER_TAKEN"


class IdentityNumberUnknownError(NotFoundError):
    """Nobody is registered under the identity number."""

    reason = "IDENTITY_NUMBER_UNKNOWN"
