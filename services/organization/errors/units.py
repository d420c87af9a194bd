"""Failures about units, campuses and reorganisations, and about what membership says of them."""

from chassis.errors import AlreadyExistsError, NotFoundError, RulesError, StateError, UnavailableError


class UnitNotFoundError(NotFoundError):
    """No such unit, or none known at the instant asked for."""

    reason = "UNIT_NOT_FOUND"


class UnitNameTakenError(AlreadyExistsError):
    """Another unit below the same parent has the name in some of the days."""

    reason = "UNIT_NAME_TAKEN"


class UnitAlreadyDissolvedError(StateError):
    """The unit has an end already."""

    reason = "UNIT_ALREADY_DISSOLVED"


class UnitHasChildrenError(StateError):
    """Units are still below it."""

    reason = "UNIT_HAS_CHILDREN"


class UnitInUseError(StateError):
    """It still sponsors or hosts other units."""

    reason = "UNIT_IN_USE"


class UnitHasMembersError(StateError):
    """People still belong to it."""

    reason = "UNIT_HAS_MEMBERS"


class RootExistsError(AlreadyExistsError):
    """The university exists already."""

    reason = "ROOT_EXISTS"


class SponsorshipOverlapsError(StateError):
    """The sponsor sponsors the unit in some of the days already."""

    reason = "SPONSORSHIP_OVERLAPS"


class SponsorshipNotFoundError(StateError):
    """The unit does not sponsor the other on or after the day."""

    reason = "SPONSORSHIP_NOT_FOUND"


class CampusNotFoundError(NotFoundError):
    """No such campus."""

    reason = "CAMPUS_NOT_FOUND"


class CampusCodeTakenError(AlreadyExistsError):
    """Another campus has the code."""

    reason = "CAMPUS_CODE_TAKEN"


class ReorganizationNotFoundError(NotFoundError):
    """No such reorganisation."""

    reason = "REORGANIZATION_NOT_FOUND"


class ReorganizationStateError(StateError):
    """The reorganisation is not in a state that allows this."""

    reason = "REORGANIZATION_STATE"


class OrganizationRuleError(RulesError):
    """A rule forbids it; carries the verdicts."""

    reason = "ORGANIZATION_RULE_REFUSED"


class MembershipUnavailableError(UnavailableError):
    """The membership service does not answer."""

    reason = "MEMBERSHIP_UNAVAILABLE"


class PeopleUnplacedError(StateError):
    """People of a dissolved unit would go nowhere."""

    reason = "PEOPLE_UNPLACED"


class PeopleHeldError(StateError):
    """People cannot be moved now."""

    reason = "PEOPLE_HELD"


class PartyGroupMemberNotOfBranchError(StateError):
    """The person is not on the roll of the branch."""

    reason = "PARTY_GROUP_MEMBER_NOT_OF_BRANCH"


class PartyGroupMemberAbsentError(NotFoundError):
    """The person is not in the group."""

    reason = "PARTY_GROUP_MEMBER_ABSENT"
