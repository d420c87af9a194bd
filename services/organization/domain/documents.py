"""Documents: their editions and articles, what is in force on a day, and when a trial is to be reviewed."""

from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from organization.domain.units import Findings, refuse
from organization.errors import DocumentNotOnTrialError, DocumentRepealedError


class DocumentState(StrEnum):
    """Where a document stands on a day."""

    PLANNED = "planned"
    IN_FORCE = "in_force"
    REPEALED = "repealed"


class Outcome(StrEnum):
    """What came of a review."""

    CONFIRMED = "confirmed"
    EXTENDED = "extended"


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition of a document."""

    edition: int
    issued_on: date
    effective_on: date
    trial: bool
    review_due_on: date | None
    note: str


@dataclass(frozen=True, slots=True)
class Review:
    """The review of an edition on trial."""

    edition: int
    reviewed_on: date
    outcome: Outcome
    next_due_on: date | None
    conclusion: str
    person_id: UUID


@dataclass(frozen=True, slots=True)
class NewClause:
    """An article of a new edition."""

    article: str
    text: str
    rule_ids: tuple[str, ...]
    duty_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Clause:
    """An article of an edition of a document."""

    document_id: UUID
    document_number: str
    document_title: str
    edition: int
    position: int
    article: str
    text: str
    rule_ids: tuple[str, ...]
    duty_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it stands on `day`; editions and reviews are in their order."""

    document_id: UUID
    unit_id: UUID
    number: str
    title: str
    supersedes_id: UUID | None
    repealed_on: date | None
    repeal_reason: str
    editions: tuple[Edition, ...]
    reviews: tuple[Review, ...]
    created_at: datetime
    updated_at: datetime
    version: int
    day: date

    @property
    def current(self) -> Edition | None:
        """The edition effective on its day, whether or not the document is repealed by then."""
        return next((each for each in reversed(self.editions) if each.effective_on <= self.day), None)

    @property
    def state(self) -> DocumentState:
        """Where it stands on its day."""
        if self.repealed_on is not None and self.repealed_on <= self.day:
            return DocumentState.REPEALED
        return DocumentState.PLANNED if self.current is None else DocumentState.IN_FORCE

    @property
    def review_due_on(self) -> date | None:
        """Until when the edition on trial on its day is to be reviewed; None when none is on trial."""
        current = self.current
        if current is None or not current.trial or self.state is DocumentState.REPEALED:
            return None
        last = next(
            (
                each
                for each in reversed(self.reviews)
                if each.edition == current.edition and each.reviewed_on <= self.day
            ),
            None,
        )
        return current.review_due_on if last is None else last.next_due_on


def check_edition(new: Edition, before: Edition | None) -> None:
    """Refuse days in the wrong order, and a day of review that does not go with a trial."""
    findings = Findings()
    if new.effective_on < new.issued_on:
        findings.add("effective_on", "施行日期不能早于发布日期。", "It does not lie before the day of issue.")
    if before is not None and new.effective_on <= before.effective_on:
        findings.add(
            "effective_on",
            f"须晚于前一版的施行日期（{before.effective_on}）。",
            f"It lies after that of the edition before ({before.effective_on}).",
        )
    if new.trial != (new.review_due_on is not None):
        findings.add(
            "review_due_on",
            "试行文件须有评估期限，其他文件没有。",
            "A trial has a day of review, others have none.",
        )
    if new.review_due_on is not None and new.review_due_on <= new.effective_on:
        findings.add("review_due_on", "评估期限须晚于施行日期。", "It lies after the first day.")
    findings.refuse_if_any()


def check_clauses(
    clauses: Iterable[NewClause], *, rules: Set[str], duties: Set[UUID], path: str = "clauses[{}]."
) -> None:
    """Refuse an article given twice, and links to rules or duties that there are not."""
    findings = Findings()
    seen: set[str] = set()
    for number, clause in enumerate(clauses):
        place = path.format(number)
        if clause.article in seen:
            findings.add(f"{place}article", "条款号重复。", "Another article has the number.")
        seen.add(clause.article)
        for index, rule in enumerate(clause.rule_ids):
            if rule not in rules:
                findings.add(f"{place}rule_ids[{index}]", "没有此规则。", "There is no such rule.")
        for index, duty in enumerate(clause.duty_ids):
            if duty not in duties:
                findings.add(f"{place}duty_ids[{index}]", "没有此职责。", "There is no such duty.")
    findings.refuse_if_any()


def check_open(document: Document) -> None:
    """Refuse a document that has an end already."""
    if document.repealed_on is not None:
        raise DocumentRepealedError(document_id=document.document_id, repealed_on=document.repealed_on)


def check_repeal(document: Document, on: date, *, path: str = "repealed_on") -> None:
    """Refuse to end a document twice, or before it began."""
    check_open(document)
    if on <= document.editions[0].effective_on:
        refuse(path, "须晚于文件的施行日期。", "It lies after the first day of the document.")


def check_review(document: Document, outcome: Outcome, next_due_on: date | None) -> None:
    """Refuse to review what is not on trial on the document's day, or an outcome without its days."""
    if document.review_due_on is None:
        raise DocumentNotOnTrialError(document_id=document.document_id, day=document.day)
    if (outcome is Outcome.EXTENDED) != (next_due_on is not None):
        refuse(
            "next_due_on",
            "继续试行须填写下次评估期限，转为正式则不填。",
            "An extension has a next day of review, a confirmation has none.",
        )
    if next_due_on is not None and next_due_on <= document.day:
        refuse("next_due_on", "下次评估期限须晚于今天。", "It lies ahead.")
