"""Failures about posts, appointments, grants, terms and elections."""

from chassis.errors import AlreadyExistsError, NotFoundError, PermissionDeniedError, StateError


class PostNotFoundError(NotFoundError):
    """No such post."""

    reason = "POST_NOT_FOUND"


class PostIsBoundError(StateError):
    """A seat elsewhere follows the post."""

    reason = "POST_IS_BOUND"


class PostIsBoundSeatError(StateError):
    """The seat follows another post; nobody is appointed to it."""

    reason = "POST_IS_BOUND_SEAT"


class SeatsTakenError(StateError):
    """Every seat of the post is taken on some day of the term."""

    reason = "SEATS_TAKEN"


class AppointmentBegunError(StateError):
    """The term has begun; it can be ended, not cancelled."""

    reason = "APPOINTMENT_BEGUN"


class AppointmentCancelledError(StateError):
    """The appointment was cancelled before its term began."""

    reason = "APPOINTMENT_CANCELLED"


class AppointmentNotFoundError(NotFoundError):
    """No such appointment, or none known at the instant asked for."""

    reason = "APPOINTMENT_NOT_FOUND"


class AppointmentEndedError(StateError):
    """The term is over before the day."""

    reason = "APPOINTMENT_ENDED"


class GrantNotFoundError(NotFoundError):
    """No such grant."""

    reason = "GRANT_NOT_FOUND"


class GrantExistsError(AlreadyExistsError):
    """The person has the role over the unit in some of the days already."""

    reason = "GRANT_EXISTS"


class GrantRevokedError(StateError):
    """The grant was taken back before."""

    reason = "GRANT_REVOKED"


class GrantFromAppointmentError(StateError):
    """The grant comes with an appointment and ends with it."""

    reason = "GRANT_FROM_APPOINTMENT"


class LastAdministratorError(StateError):
    """Nobody would be left who may give any role."""

    reason = "LAST_ADMINISTRATOR"


class RoleExceedsOwnError(PermissionDeniedError):
    """The role allows what the giver may not do there."""

    reason = "ROLE_EXCEEDS_OWN"


class TermNotFoundError(NotFoundError):
    """No such term of office."""

    reason = "TERM_NOT_FOUND"


class TermNotDueError(StateError):
    """An election before the day on which it is due."""

    reason = "TERM_NOT_DUE"


class TermEndedError(StateError):
    """The term has ended."""

    reason = "TERM_ENDED"


class ElectionNotFoundError(NotFoundError):
    """No such election."""

    reason = "ELECTION_NOT_FOUND"


class ElectionStateError(StateError):
    """The election is not in a state that allows this."""

    reason = "ELECTION_STATE"


class ElectionUnderwayError(StateError):
    """Another election of the unit is not over."""

    reason = "ELECTION_UNDERWAY"


class CandidateNotOnRollError(StateError):
    """A candidate is on no roll of the unit."""

    reason = "CANDIDATE_NOT_ON_ROLL"


class TotalsPendingError(StateError):
    """Entered totals wait for somebody who confirms or rejects them."""

    reason = "TOTALS_PENDING"


class TotalsNotPendingError(StateError):
    """The round has no totals that wait."""

    reason = "TOTALS_NOT_PENDING"


class TotalsConfirmedBySamePersonError(StateError):
    """Totals are confirmed by somebody else than the one who entered them."""

    reason = "TOTALS_CONFIRMED_BY_SAME_PERSON"
