"""What is refused of record sets and of exports for reconciliation."""

from chassis.errors import NotFoundError, RulesError, StateError


class RecordEntryNotFoundError(NotFoundError):
    """There is no such entry."""

    reason = "RECORD_ENTRY_NOT_FOUND"


class ReconciliationNotFoundError(NotFoundError):
    """There is no such export."""

    reason = "RECONCILIATION_NOT_FOUND"


class ReconciliationNotReadyError(StateError):
    """The export is not ready yet, or no longer."""

    reason = "RECONCILIATION_NOT_READY"


class ReconciliationForbiddenError(RulesError):
    """A record set is missing; every verdict goes along."""

    reason = "RECONCILIATION_FORBIDDEN_BY_RULES"
