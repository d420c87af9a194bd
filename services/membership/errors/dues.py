"""What is refused about correcting payments of dues."""

from chassis.errors import NotFoundError, StateError


class DuesPaymentNotFoundError(NotFoundError):
    """The member made no such payment."""

    reason = "DUES_PAYMENT_NOT_FOUND"


class DuesPaymentCorrectedError(StateError):
    """The payment was corrected already; what replaced it may be corrected."""

    reason = "DUES_PAYMENT_CORRECTED"
