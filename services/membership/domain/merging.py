"""Two entries of the register that are one person: what stands against merging them, and the merge itself."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from membership.domain.people import Person
from membership.errors import FieldsContradictError
from membership.errors.merging import PersonMergeNotReversibleError, PersonsNotMergeableError


class Obstacle(StrEnum):
    """Why two persons cannot be made one."""

    BOTH_HAVE_OPEN_CASES = "both_have_open_cases"
    BOTH_ON_ROLL = "both_on_roll"
    DIFFERENT_IDENTITY = "different_identity"
    IN_ONE_CASE = "in_one_case"
    MERGED_BEFORE = "merged_before"
    FACTS_CONTRADICT = "facts_contradict"


@dataclass(frozen=True, slots=True)
class Entry:
    """What decides about one of two entries."""

    person_id: UUID
    has_open_case: bool
    is_on_roll: bool
    has_identity_number: bool
    is_merged: bool


def obstacles(kept: Entry, merged: Entry, *, in_one_case: bool) -> tuple[Obstacle, ...]:
    """What stands against merging one entry into another.

    Identity numbers are unique, so that two entries which both have one have different ones.
    """
    stands = {
        Obstacle.BOTH_HAVE_OPEN_CASES: kept.has_open_case and merged.has_open_case,
        Obstacle.BOTH_ON_ROLL: kept.is_on_roll and merged.is_on_roll,
        Obstacle.DIFFERENT_IDENTITY: kept.has_identity_number and merged.has_identity_number,
        Obstacle.IN_ONE_CASE: in_one_case,
        Obstacle.MERGED_BEFORE: kept.is_merged or merged.is_merged,
    }
    return tuple(obstacle for obstacle, is_there in stands.items() if is_there)


def check_mergeable(kept: UUID, merged: UUID, found: tuple[Obstacle, ...]) -> None:
    """Refuse where anything stands against it."""
    if found:
        raise PersonsNotMergeableError(person_id=kept, merged_person_id=merged, obstacles=", ".join(found))


def check_two(kept: UUID, merged: UUID) -> None:
    """Refuse to merge somebody into themselves."""
    if kept == merged:
        raise FieldsContradictError.of("merged_person_id", "不能与自身合并。", "This is the same person.")


class Likeness(StrEnum):
    """In what two names are alike."""

    WRITTEN = "written"
    SOUND = "sound"


def likeness(one: Person, other: Person) -> Likeness:
    """In what the names of two persons are alike whose names sound alike."""
    return Likeness.WRITTEN if one.name == other.name else Likeness.SOUND


class MergeState(StrEnum):
    """Where a merge stands."""

    MERGED = "merged"
    REVERSED = "reversed"


@dataclass(frozen=True, slots=True)
class PersonMerge:
    """A person who was merged into another, with how many rows of what moved."""

    merge_id: UUID
    person_id: UUID
    merged_person_id: UUID
    reason: str
    merged_by: UUID | None
    merged_at: datetime
    state: MergeState = MergeState.MERGED
    reversed_by: UUID | None = None
    reversed_at: datetime | None = None
    version: int = 1
    moved: tuple[tuple[str, int], ...] = ()

    def reversed(self, by: UUID | None, now: datetime, *, is_merged_further: bool) -> "PersonMerge":
        """Two persons again."""
        if self.state is not MergeState.MERGED:
            raise PersonMergeNotReversibleError(merge_id=self.merge_id, facts=self.state)
        if is_merged_further:
            raise PersonMergeNotReversibleError(merge_id=self.merge_id, facts="person_merge")
        return replace(
            self, state=MergeState.REVERSED, reversed_by=by, reversed_at=now, version=self.version + 1
        )
