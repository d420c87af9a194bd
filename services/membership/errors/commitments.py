"""What is refused about secondments, peer mentors and pledges."""

from chassis.errors import AlreadyExistsError, NotFoundError, RulesError, StateError


class PledgeNotFoundError(NotFoundError):
    """There is no such pledge."""

    reason = "PLEDGE_NOT_FOUND"


class PledgeAlreadyMadeError(AlreadyExistsError):
    """The member has a pledge for the year."""

    reason = "PLEDGE_ALREADY_MADE"


class PledgeYearNotOpenError(StateError):
    """A pledge is for this year or the next."""

    reason = "PLEDGE_YEAR_NOT_OPEN"


class PledgeStateError(StateError):
    """The pledge is not in a state for this."""

    reason = "PLEDGE_STATE"


class PledgeForbiddenError(RulesError):
    """Rules forbid the publication; every verdict goes along."""

    reason = "PLEDGE_FORBIDDEN_BY_RULES"


class PledgeOwnReviewError(StateError):
    """Nobody reviews the own pledge."""

    reason = "PLEDGE_OWN_REVIEW"


class SecondmentNotFoundError(NotFoundError):
    """There is no such secondment."""

    reason = "SECONDMENT_NOT_FOUND"


class SecondmentUnitsUnfitError(StateError):
    """The sender is no school that sponsors the joint branch."""

    reason = "SECONDMENT_UNITS_UNFIT"


class SecondeeNotEligibleError(StateError):
    """The person is no teacher of the school, or no full member with rights."""

    reason = "SECONDEE_NOT_ELIGIBLE"


class SecondmentOverlapsError(AlreadyExistsError):
    """The person is seconded to the branch on some of the days."""

    reason = "SECONDMENT_OVERLAPS"


class SecondmentStateError(StateError):
    """The secondment is not in a state for this."""

    reason = "SECONDMENT_STATE"


class PeerMentorNotFoundError(NotFoundError):
    """There is no such mentorship."""

    reason = "PEER_MENTOR_NOT_FOUND"


class PeerMentorForbiddenError(RulesError):
    """Rules forbid the selection or the assignment; every verdict goes along."""

    reason = "PEER_MENTOR_FORBIDDEN_BY_RULES"


class PeerMentorOverlapsError(AlreadyExistsError):
    """The person is a peer mentor on some of the days."""

    reason = "PEER_MENTOR_OVERLAPS"


class PeerMentorEndedError(StateError):
    """The mentorship has ended or ends before."""

    reason = "PEER_MENTOR_ENDED"


class PeerMenteeTakenError(AlreadyExistsError):
    """Another mentor guides the member."""

    reason = "PEER_MENTEE_TAKEN"


class PeerMenteeNotThereError(StateError):
    """The member is not guided by the mentor on the day."""

    reason = "PEER_MENTEE_NOT_THERE"
