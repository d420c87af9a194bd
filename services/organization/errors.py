"""What the organization service refuses, each with its reason from `error_reason.proto`."""

from chassis.errors import (
    AlreadyExistsError,
    NotFoundError,
    PermissionDeniedError,
    RulesError,
    StateError,
    UnavailableError,
)


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


class TermNotFoundError(NotFoundError):
    """No such term of office."""

    reason = "TERM_NOT_FOUND"


class TermNotDueError(StateError):
    """An election before the day on which it is due."""

    reason = "TERM_NOT_DUE"


class TermEndedError(StateError):
    """The term has ended."""

    reason = "TERM_ENDED"


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
