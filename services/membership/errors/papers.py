"""What is refused about the papers of admission cases, and about objections to public notices."""

from chassis.errors import InvalidArgumentError, NotFoundError, StateError


class MaterialNotFoundError(NotFoundError):
    """There is no such paper."""

    reason = "MATERIAL_NOT_FOUND"


class MaterialNotListedError(StateError):
    """The step asks for no such paper."""

    reason = "MATERIAL_NOT_LISTED"


class MaterialFileRefusedError(InvalidArgumentError):
    """The file is not what it says."""

    reason = "MATERIAL_FILE_REFUSED"


class MaterialReviewedError(StateError):
    """The paper was reviewed already."""

    reason = "MATERIAL_REVIEWED"


class MaterialOwnReviewError(StateError):
    """Nobody reviews what they sent."""

    reason = "MATERIAL_OWN_REVIEW"


class ObjectionNotOpenError(StateError):
    """The case has no open objection of the number."""

    reason = "OBJECTION_NOT_OPEN"
