"""What is refused about inspections of the admission of members."""

from chassis.errors import AlreadyExistsError, NotFoundError, StateError


class InspectionDutyNotFoundError(NotFoundError):
    """There is no such duty."""

    reason = "INSPECTION_DUTY_NOT_FOUND"


class InspectionDutyAlreadyOpenError(AlreadyExistsError):
    """The committee is inspected from this level already."""

    reason = "INSPECTION_DUTY_ALREADY_OPEN"


class InspectionDutyEndedError(StateError):
    """The duty is over."""

    reason = "INSPECTION_DUTY_ENDED"


class InspectionNotFoundError(NotFoundError):
    """There is no such inspection."""

    reason = "INSPECTION_NOT_FOUND"
