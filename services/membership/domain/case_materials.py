"""The papers of an admission case: which step asks for which, and how one that was sent is reviewed. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from chassis.violations import Violation
from membership.domain.admission import AdmissionCase
from membership.errors import (
    FieldsContradictError,
)
from membership.errors.papers import (
    MaterialFileRefusedError,
    MaterialNotListedError,
    MaterialOwnReviewError,
    MaterialReviewedError,
)
from rulebook import Material, RuleSet, Step

# How files of each media type begin.
_BEGINNINGS: Mapping[str, bytes] = {
    "application/pdf": b"%PDF-",
    "image/jpeg": b"\xff\xd8\xff",
    "image/png": b"\x89PNG\r\n\x1a\n",
}
_PAPERS = "case_documents"


class State(StrEnum):
    """Where a paper stands."""

    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class CaseMaterial:
    """A paper that was sent for a step, without its file."""

    material_id: UUID
    case_id: UUID
    step: str
    name: str
    media_type: str
    file_bytes: int
    sha256: str
    submitted_by: UUID | None
    created_at: datetime
    updated_at: datetime
    state: State = State.SUBMITTED
    note: str = ""
    reviewed_by: UUID | None = None
    version: int = 1

    def reviewed(self, *, accepted: bool, note: str, by: UUID | None, at: datetime) -> "CaseMaterial":
        """The paper accepted, or returned with what is wrong."""
        if accepted == bool(note.strip()):
            raise FieldsContradictError.of(
                "note", "退回须写明原因，合格不写。", "A return says what is wrong, an acceptance does not."
            )
        if self.state is not State.SUBMITTED:
            raise MaterialReviewedError(material_id=self.material_id, state=self.state)
        if by is not None and by == self.submitted_by:
            raise MaterialOwnReviewError(material_id=self.material_id)
        return replace(
            self,
            state=State.ACCEPTED if accepted else State.RETURNED,
            note=note,
            reviewed_by=by,
            updated_at=at,
            version=self.version + 1,
        )


@dataclass(frozen=True, slots=True)
class ListedMaterial:
    """A paper that a step asks for, and where it stands."""

    asked: Material
    required: bool
    stated: bool
    sent: CaseMaterial | None


@dataclass(frozen=True, slots=True)
class ListedStep:
    """A step of the catalogue with its papers."""

    step: Step
    stage: int
    occurred_on: date | None
    materials: tuple[ListedMaterial, ...]


def checklist(case: AdmissionCase, rules: RuleSet, sent: Sequence[CaseMaterial]) -> tuple[ListedStep, ...]:
    """Every step of the catalogue with the papers it asks for; `sent` is in the order of sending."""
    newest = {(each.step, each.name): each for each in sent}
    needed = _required(rules)
    stated = {name for step in case.valid_steps for name in step.detail.get("documents", ())}
    stages = {stage.id: stage.number for stage in rules.stages}
    return tuple(
        ListedStep(
            step,
            stages[step.stage],
            case.day_of(step.id),
            tuple(
                ListedMaterial(asked, asked.id in needed, asked.id in stated, newest.get((step.id, asked.id)))
                for asked in step.materials
            ),
        )
        for step in rules.steps
    )


def _required(rules: RuleSet) -> frozenset[str]:
    """The papers without which some rule forbids a step."""
    found: set[str] = set()
    for rule in rules.rules:
        if rule.kind.name == "documents" and rule.severity == "block" and _reads_papers(rule.needs):
            found.update(rule.parameters.maybe("required", tuple) or ())
    return frozenset(found)


def _reads_papers(needs: Sequence[object]) -> bool:
    return any(getattr(need, "fact", None) == _PAPERS for need in needs)


def check_listed(rules: RuleSet, step: str, name: str) -> None:
    """Refuse a paper that the step does not ask for."""
    if not any(asked.id == name for each in rules.steps if each.id == step for asked in each.materials):
        raise MaterialNotListedError(step=step, name=name)


def check_file(media_type: str, data: bytes) -> str:
    """The digest of a file; refuses one that does not begin as its media type does."""
    beginning = _BEGINNINGS.get(media_type)
    if beginning is None or not data.startswith(beginning):
        violation = Violation("file", "文件内容与其类型不符。", "The file is not what it says.")
        raise MaterialFileRefusedError([violation])
    return sha256(data).hexdigest()
