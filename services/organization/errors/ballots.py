"""Failures about electronic ballots. None says anything about a slip but that it is not taken."""

from chassis.errors import NotFoundError, PermissionDeniedError, StateError


class BallotOpenError(StateError):
    """An electronic ballot is open."""

    reason = "BALLOT_OPEN"


class BallotNotOpenError(StateError):
    """No electronic ballot is open."""

    reason = "BALLOT_NOT_OPEN"


class BallotIssuedError(StateError):
    """The elector took a slip already."""

    reason = "BALLOT_ISSUED"


class NotAnElectorError(PermissionDeniedError):
    """The caller is not on the roll of electors."""

    reason = "NOT_AN_ELECTOR"


class SlipUnknownError(NotFoundError):
    """No such slip."""

    reason = "SLIP_UNKNOWN"


class SlipCastError(StateError):
    """The slip was cast before."""

    reason = "SLIP_CAST"


class RollOfAnotherDayError(StateError):
    """The roll is not that of today."""

    reason = "ROLL_OF_ANOTHER_DAY"


class BallotNotFoundError(NotFoundError):
    """No such ballot has closed."""

    reason = "BALLOT_NOT_FOUND"
