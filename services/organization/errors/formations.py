"""Failures about templates and what is set up from them."""

from chassis.errors import AlreadyExistsError, NotFoundError, StateError


class FormationTemplateNotFoundError(NotFoundError):
    """No such template."""

    reason = "FORMATION_TEMPLATE_NOT_FOUND"


class FormationTemplateNameTakenError(AlreadyExistsError):
    """Another template has the name."""

    reason = "FORMATION_TEMPLATE_NAME_TAKEN"


class FormationTemplateRetiredError(StateError):
    """Nothing is set up from the template any longer."""

    reason = "FORMATION_TEMPLATE_RETIRED"


class TemporaryBranchNotFoundError(NotFoundError):
    """No such unit, or one that is no temporary branch."""

    reason = "TEMPORARY_BRANCH_NOT_FOUND"


class EmergencyNotFoundError(NotFoundError):
    """No such emergency."""

    reason = "EMERGENCY_NOT_FOUND"


class EmergencyEndedError(StateError):
    """The emergency has an end already."""

    reason = "EMERGENCY_ENDED"


class BranchDutyOpenError(StateError):
    """Nothing is said of the duty of a branch on the day and later."""

    reason = "BRANCH_DUTY_OPEN"


class ProjectMemberAbsentError(NotFoundError):
    """The person takes no part in the project on the day or later."""

    reason = "PROJECT_MEMBER_ABSENT"
