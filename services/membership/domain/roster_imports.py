"""An import of a roster from its sending to its end: which state allows what."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from membership.domain.rosters import RosterKind, RosterPolicy
from membership.errors import RosterImportStateError


class ImportState(StrEnum):
    """Where an import stands."""

    CHECKED = "checked"
    APPLYING = "applying"
    APPLIED = "applied"
    ROLLING_BACK = "rolling_back"
    ROLLED_BACK = "rolled_back"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class RosterImport:
    """What is kept of an import."""

    import_id: UUID
    kind: RosterKind
    state: ImportState
    file_digest: str
    media_type: str
    file_bytes: int
    source_reference: str
    rows: int
    good_rows: int
    problems: int
    ignored_columns: tuple[str, ...]
    uploaded_by: UUID | None
    created_at: datetime
    policy: RosterPolicy | None = None
    entered_rows: int = 0
    applied_by: UUID | None = None
    applied_at: datetime | None = None
    rolled_back_by: UUID | None = None
    rolled_back_at: datetime | None = None
    reason: str = ""
    version: int = 1
    # What others hold of the people all the same; None until they were asked again.
    left_behind: str | None = None

    def _needs(self, *states: ImportState) -> None:
        if self.state not in states:
            raise RosterImportStateError(import_id=self.import_id, state=self.state)

    def waiting(self, policy: RosterPolicy, by: UUID | None) -> "RosterImport":
        """Chosen to be entered."""
        self._needs(ImportState.CHECKED)
        return self._next(state=ImportState.APPLYING, policy=policy, applied_by=by, reason="")

    def given_back(self, reason: str) -> "RosterImport":
        """Not entered by the background, for a reason."""
        self._needs(ImportState.APPLYING)
        return self._next(state=ImportState.CHECKED, policy=None, applied_by=None, reason=reason)

    def applied(self, entered: int, now: datetime) -> "RosterImport":
        """Entered."""
        self._needs(ImportState.APPLYING)
        return self._next(state=ImportState.APPLIED, entered_rows=entered, applied_at=now)

    def rolling_back(self, by: UUID | None, reason: str) -> "RosterImport":
        """Chosen to be taken back, by whom and why."""
        self._needs(ImportState.APPLIED)
        return self._next(state=ImportState.ROLLING_BACK, rolled_back_by=by, reason=reason)

    def rolled_back(self, now: datetime) -> "RosterImport":
        """Taken back."""
        self._needs(ImportState.ROLLING_BACK)
        return self._next(state=ImportState.ROLLED_BACK, rolled_back_at=now)

    def kept(self, reason: str) -> "RosterImport":
        """Not taken back by the background, for a reason."""
        self._needs(ImportState.ROLLING_BACK)
        return self._next(state=ImportState.APPLIED, rolled_back_by=None, reason=reason)

    def looked_after(self, left_behind: str) -> "RosterImport":
        """Others were asked again after it was taken back."""
        self._needs(ImportState.ROLLED_BACK)
        return self._next(left_behind=left_behind)

    def discarded(self, reason: str) -> "RosterImport":
        """Given up."""
        self._needs(ImportState.CHECKED)
        return self._next(state=ImportState.DISCARDED, reason=reason)

    def judged(self, good: int, problems: int) -> "RosterImport":
        """As judged again."""
        return replace(self, good_rows=good, problems=problems)

    def _next(self, **changes: object) -> "RosterImport":
        return replace(self, version=self.version + 1, **changes)  # type: ignore[arg-type] # named above
