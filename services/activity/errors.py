"""What the activity service refuses, each with its reason from `error_reason.proto`."""

from chassis.errors import AlreadyExistsError, InvalidArgumentError, NotFoundError, RulesError, StateError


class MeetingNotFoundError(NotFoundError):
    """No such meeting."""

    reason = "MEETING_NOT_FOUND"


class MeetingWrongStateError(StateError):
    """The meeting is planned, open, closed or cancelled, and that does not allow it."""

    reason = "MEETING_WRONG_STATE"


class MeetingDayNotReachedError(StateError):
    """A meeting is opened on its planned day or later."""

    reason = "MEETING_DAY_NOT_REACHED"


class AgendaForbiddenError(RulesError):
    """Rules forbid the agenda, and nobody allowed an exception."""

    reason = "AGENDA_FORBIDDEN_BY_RULES"


class ExceptionWithoutCauseError(StateError):
    """An exception is asked for where no rule forbids anything."""

    reason = "EXCEPTION_WITHOUT_CAUSE"


class ResolutionForbiddenError(RulesError):
    """Quorum or majority is missing."""

    reason = "RESOLUTION_FORBIDDEN_BY_RULES"


class MinutesMissingError(StateError):
    """A meeting is closed with minutes."""

    reason = "MINUTES_MISSING"


class UnitUnknownError(StateError):
    """The unit is not known here, or not yet."""

    reason = "UNIT_UNKNOWN"


class UnitNotInForceError(StateError):
    """The unit does not exist on the day."""

    reason = "UNIT_NOT_IN_FORCE"


class UnitKindNotAllowedError(StateError):
    """A unit of this kind holds no such meeting."""

    reason = "UNIT_KIND_NOT_ALLOWED"


class PersonUnknownError(StateError):
    """People named are not in the register."""

    reason = "PERSON_UNKNOWN"


class SelfStudyOverlapsError(StateError):
    """Some of the time is recorded already."""

    reason = "SELF_STUDY_OVERLAPS"


class CeremonyNotFoundError(NotFoundError):
    """No such ceremony."""

    reason = "CEREMONY_NOT_FOUND"


class CeremonyWrongStateError(StateError):
    """The ceremony is planned, held, completed or cancelled, and that does not allow it."""

    reason = "CEREMONY_WRONG_STATE"


class CeremonyDayNotReachedError(StateError):
    """A roll is called and an oath taken on the planned day or later."""

    reason = "CEREMONY_DAY_NOT_REACHED"


class OathTakerNotEligibleError(InvalidArgumentError):
    """Membership says of some of the people that they may not swear; a violation for each."""

    reason = "OATH_TAKER_NOT_ELIGIBLE"


class OathTakerNotOnRollError(InvalidArgumentError):
    """Some of the people are not on the roll; a violation for each."""

    reason = "OATH_TAKER_NOT_ON_ROLL"


class RollFullError(StateError):
    """A roll holds only so many people."""

    reason = "ROLL_FULL"


class NobodyPresentError(StateError):
    """Nobody was marked present."""

    reason = "NOBODY_PRESENT"


class TalkNotFoundError(NotFoundError):
    """No such talk, or none that the caller may know of."""

    reason = "TALK_NOT_FOUND"


class WorkOrderNotFoundError(NotFoundError):
    """No such work order."""

    reason = "WORK_ORDER_NOT_FOUND"


class WorkOrderWrongStateError(StateError):
    """The work order stands where that cannot be done."""

    reason = "WORK_ORDER_WRONG_STATE"


class WorkOrderMeetingNotHeldError(StateError):
    """Work orders come from a meeting of the unit that was opened."""

    reason = "WORK_ORDER_MEETING_NOT_HELD"


class ResourceNotFoundError(NotFoundError):
    """No such resource."""

    reason = "RESOURCE_NOT_FOUND"


class ResourceExistsError(AlreadyExistsError):
    """The unit has one of that name in use."""

    reason = "RESOURCE_EXISTS"


class ResourceRetiredError(StateError):
    """The resource is no longer there."""

    reason = "RESOURCE_RETIRED"


class ShareGrantNotFoundError(NotFoundError):
    """No such share grant."""

    reason = "SHARE_GRANT_NOT_FOUND"


class ShareGrantOverlapsError(AlreadyExistsError):
    """The unit has the resource for some of the days."""

    reason = "SHARE_GRANT_OVERLAPS"


class ResourceNotSharedError(StateError):
    """It is neither shared with the unit nor offered."""

    reason = "RESOURCE_NOT_SHARED"


class ResourceCapacityExceededError(StateError):
    """More people than the resource holds."""

    reason = "RESOURCE_CAPACITY_EXCEEDED"


class ResourceBookedError(StateError):
    """Another booking has some of the time."""

    reason = "RESOURCE_BOOKED"


class ResourceBookingNotFoundError(NotFoundError):
    """No such booking."""

    reason = "RESOURCE_BOOKING_NOT_FOUND"


class ResourceBookingWrongStateError(StateError):
    """The booking stands, or its time lies, where that cannot be done."""

    reason = "RESOURCE_BOOKING_WRONG_STATE"


class SelectionConsentNotFoundError(NotFoundError):
    """No such consent."""

    reason = "SELECTION_CONSENT_NOT_FOUND"


class SelectionConsentExistsError(AlreadyExistsError):
    """The person has agreed to it."""

    reason = "SELECTION_CONSENT_EXISTS"


class SelectionConsentWithdrawnError(StateError):
    """The consent was withdrawn before."""

    reason = "SELECTION_CONSENT_WITHDRAWN"


class SelectionRosterNotFoundError(NotFoundError):
    """No such target list."""

    reason = "SELECTION_ROSTER_NOT_FOUND"


class SelectionRosterWrongStateError(StateError):
    """The target list is final."""

    reason = "SELECTION_ROSTER_WRONG_STATE"


class SelectionPersonNotOnRosterError(NotFoundError):
    """The person is not on the target list."""

    reason = "SELECTION_PERSON_NOT_ON_ROSTER"


class InformationGrantNotFoundError(NotFoundError):
    """No such information grant."""

    reason = "INFORMATION_GRANT_NOT_FOUND"


class InformationGrantOverlapsError(AlreadyExistsError):
    """The unit sees some of it on some of the days."""

    reason = "INFORMATION_GRANT_OVERLAPS"
