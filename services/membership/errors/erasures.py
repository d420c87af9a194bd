"""What is refused of packages of persons' files, of legal holds, and of erasing persons."""

from chassis.errors import AlreadyExistsError, NotFoundError, RulesError, StateError


class PersonExportNotFoundError(NotFoundError):
    """There is no such package."""

    reason = "PERSON_EXPORT_NOT_FOUND"


class PersonExportUnderwayError(AlreadyExistsError):
    """A package of the person is being gathered."""

    reason = "PERSON_EXPORT_UNDERWAY"


class PersonExportNotReadyError(StateError):
    """The package is not ready yet, or no longer."""

    reason = "PERSON_EXPORT_NOT_READY"


class LegalHoldNotFoundError(NotFoundError):
    """There is no such hold."""

    reason = "LEGAL_HOLD_NOT_FOUND"


class LegalHoldLiftedError(StateError):
    """The hold stands no longer."""

    reason = "LEGAL_HOLD_LIFTED"


class PersonOnLegalHoldError(StateError):
    """What is held on the person must stay."""

    reason = "PERSON_ON_LEGAL_HOLD"


class PersonStillNeededError(StateError):
    """The person still does or is waited for something."""

    reason = "PERSON_STILL_NEEDED"


class ErasureForbiddenError(RulesError):
    """A retention period runs; every verdict goes along."""

    reason = "ERASURE_FORBIDDEN_BY_RULES"


class PersonErasureNotFoundError(NotFoundError):
    """There is no such erasure."""

    reason = "PERSON_ERASURE_NOT_FOUND"


class ErasureIncompleteError(StateError):
    """Something personal is still there after an erasure."""

    reason = "ERASURE_INCOMPLETE"
