"""Failures about duties, documents and programmes."""

from chassis.errors import AlreadyExistsError, NotFoundError, StateError


class DutyNotFoundError(NotFoundError):
    """No such duty."""

    reason = "DUTY_NOT_FOUND"


class DutyRetiredError(StateError):
    """The duty holds no longer."""

    reason = "DUTY_RETIRED"


class DutyAssignmentOverlapsError(StateError):
    """The unit has the part in some of the days already."""

    reason = "DUTY_ASSIGNMENT_OVERLAPS"


class DutyAssignmentNotFoundError(StateError):
    """The unit has no such part on the day or later."""

    reason = "DUTY_ASSIGNMENT_NOT_FOUND"


class DutyNotAccountableError(StateError):
    """The unit does not answer for the duty."""

    reason = "DUTY_NOT_ACCOUNTABLE"


class DocumentNotFoundError(NotFoundError):
    """No such document."""

    reason = "DOCUMENT_NOT_FOUND"


class DocumentNumberTakenError(AlreadyExistsError):
    """Another document has the number."""

    reason = "DOCUMENT_NUMBER_TAKEN"


class DocumentRepealedError(StateError):
    """The document has an end already."""

    reason = "DOCUMENT_REPEALED"


class DocumentNotOnTrialError(StateError):
    """No edition of the document is on trial on the day."""

    reason = "DOCUMENT_NOT_ON_TRIAL"


class ClauseNotFoundError(NotFoundError):
    """The latest edition has no such article."""

    reason = "CLAUSE_NOT_FOUND"


class ProgrammeNotFoundError(NotFoundError):
    """No such programme."""

    reason = "PROGRAMME_NOT_FOUND"


class ProgrammeCodeTakenError(AlreadyExistsError):
    """Another programme has the code."""

    reason = "PROGRAMME_CODE_TAKEN"


class ProgrammeEndedError(StateError):
    """The programme runs no longer."""

    reason = "PROGRAMME_ENDED"


class ParticipationNotFoundError(StateError):
    """The unit does not take part in the programme on these days."""

    reason = "PARTICIPATION_NOT_FOUND"


class ProgrammeAssessedError(AlreadyExistsError):
    """The unit has assessed its part in the year."""

    reason = "PROGRAMME_ASSESSED"


class DutySignedOffError(StateError):
    """A unit has signed the duty off."""

    reason = "DUTY_SIGNED_OFF"


class CampaignNotFoundError(NotFoundError):
    """The programme is no campaign."""

    reason = "CAMPAIGN_NOT_FOUND"


class CampaignContributionNotFoundError(NotFoundError):
    """The person has done no part in the campaign."""

    reason = "CAMPAIGN_CONTRIBUTION_NOT_FOUND"
