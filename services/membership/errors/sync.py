"""What campus sync refuses."""

from chassis.errors import NotFoundError, StateError


class SyncBatchNotFoundError(NotFoundError):
    """There is no such batch."""

    reason = "SYNC_BATCH_NOT_FOUND"


class SyncBatchStateError(StateError):
    """The batch is not in a state for this."""

    reason = "SYNC_BATCH_STATE"


class SyncHasProblemsError(StateError):
    """Rows are wrong, so that nothing was entered."""

    reason = "SYNC_HAS_PROBLEMS"


class SyncBatchOvertakenError(StateError):
    """A newer batch of the source was applied."""

    reason = "SYNC_BATCH_OVERTAKEN"


class SyncTooLargeError(StateError):
    """A batch would have more rows than one holds."""

    reason = "SYNC_TOO_LARGE"


class SyncDepartureNotFoundError(NotFoundError):
    """There is no such departure."""

    reason = "SYNC_DEPARTURE_NOT_FOUND"


class SyncDepartureSettledError(StateError):
    """The departure waits for no decision."""

    reason = "SYNC_DEPARTURE_SETTLED"
