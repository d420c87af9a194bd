"""What is refused about correcting acts of standing cases."""

from chassis.errors import NotFoundError


class StandingEntryNotFoundError(NotFoundError):
    """The case has no such act."""

    reason = "STANDING_ENTRY_NOT_FOUND"
