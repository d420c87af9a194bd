"""What merging of persons refuses."""

from chassis.errors import NotFoundError, StateError


class PersonsNotMergeableError(StateError):
    """Something stands against merging the two."""

    reason = "PERSONS_NOT_MERGEABLE"


class PersonMergeNotFoundError(NotFoundError):
    """There is no such merge."""

    reason = "PERSON_MERGE_NOT_FOUND"


class PersonMergeNotReversibleError(StateError):
    """What moved cannot go back."""

    reason = "PERSON_MERGE_NOT_REVERSIBLE"
