"""Failures about places, who answers for them, and what links units and people."""

from chassis.errors import AlreadyExistsError, NotFoundError, StateError


class PlaceNotFoundError(NotFoundError):
    """No such place."""

    reason = "PLACE_NOT_FOUND"


class PlaceNameTakenError(AlreadyExistsError):
    """An open place at the same spot has the name."""

    reason = "PLACE_NAME_TAKEN"


class PlaceClosedError(StateError):
    """The place has an end already."""

    reason = "PLACE_CLOSED"


class PlaceInUseError(StateError):
    """Places in it are open, or a branch answers for it."""

    reason = "PLACE_IN_USE"


class ZoneNotFoundError(NotFoundError):
    """No such zone."""

    reason = "ZONE_NOT_FOUND"


class ZoneOverlapsError(StateError):
    """A branch answers for the area in some of the days already."""

    reason = "ZONE_OVERLAPS"


class ZoneEndedError(StateError):
    """The zone ends before the day."""

    reason = "ZONE_ENDED"


class ClassLinkNotFoundError(NotFoundError):
    """No such link between a branch and a class."""

    reason = "CLASS_LINK_NOT_FOUND"


class ClassLinkOverlapsError(StateError):
    """The branch looks after the class in some of the days already."""

    reason = "CLASS_LINK_OVERLAPS"


class ClassLinkEndedError(StateError):
    """The link ends before the day."""

    reason = "CLASS_LINK_ENDED"


class PlaqueNotFoundError(NotFoundError):
    """No such plaque."""

    reason = "PLAQUE_NOT_FOUND"


class PlaqueOverlapsError(StateError):
    """The member has a plaque on the day or later."""

    reason = "PLAQUE_OVERLAPS"


class PlaqueWithdrawnError(StateError):
    """The plaque was withdrawn before."""

    reason = "PLAQUE_WITHDRAWN"


class PactNotFoundError(NotFoundError):
    """No such pact of co-building."""

    reason = "PACT_NOT_FOUND"


class PactNotPartnerError(StateError):
    """The unit was not asked to take part."""

    reason = "PACT_NOT_PARTNER"


class PactAnsweredError(StateError):
    """The partner answered before."""

    reason = "PACT_ANSWERED"


class PactNotJoinedError(StateError):
    """The partner has not consented, or left before."""

    reason = "PACT_NOT_JOINED"


class PactOverError(StateError):
    """The pact ended, or lapsed for want of consent."""

    reason = "PACT_OVER"


class CoverageSubjectNotFoundError(NotFoundError):
    """No such building, class or club on the day."""

    reason = "COVERAGE_SUBJECT_NOT_FOUND"


class PairingNotFoundError(NotFoundError):
    """No such pairing of a leader with a branch."""

    reason = "PAIRING_NOT_FOUND"


class PairingOverlapsError(StateError):
    """The two are paired in some of the days already."""

    reason = "PAIRING_OVERLAPS"


class PairingEndedError(StateError):
    """The pairing ends before the day."""

    reason = "PAIRING_ENDED"


class VanguardTeamNotFoundError(NotFoundError):
    """No such vanguard team."""

    reason = "VANGUARD_TEAM_NOT_FOUND"


class VanguardTeamDisbandedError(StateError):
    """The team has an end already."""

    reason = "VANGUARD_TEAM_DISBANDED"


class VanguardTeamMemberOverlapsError(StateError):
    """The person has the part in the team on the day or later."""

    reason = "VANGUARD_TEAM_MEMBER_OVERLAPS"


class VanguardTeamMemberAbsentError(StateError):
    """The person does not belong to the team on the day or later."""

    reason = "VANGUARD_TEAM_MEMBER_ABSENT"


class VanguardTeamNeedsLeaderError(StateError):
    """The person leads the team; another leader comes first."""

    reason = "VANGUARD_TEAM_NEEDS_LEADER"
