"""Objections raised while a public notice hangs, and how each was settled. Pure."""

from dataclasses import dataclass
from datetime import date

from membership.domain import steps as names
from membership.domain.acts import Act, plain
from membership.domain.admission import AdmissionCase, TakenStep
from membership.errors import (
    DayOutOfOrderError,
    StepNotDueError,
)
from membership.errors.papers import (
    ObjectionNotOpenError,
)


@dataclass(frozen=True, slots=True)
class Objection:
    """One objection; the words are missing for readers who need not know them."""

    number: int
    step: str
    raised_on: date
    content: str | None = None
    settled_on: date | None = None
    upheld: bool = False
    finding: str | None = None

    def stands_against(self, posted_on: date | None) -> bool:
        """Whether what is announced from a day on must wait: one that was upheld ends with a newer notice."""
        if self.settled_on is None:
            return True
        return self.upheld and (posted_on is None or posted_on <= self.settled_on)


def objections(case: AdmissionCase) -> tuple[Objection, ...]:
    """The objections of a case, in the order in which they were raised."""
    settled = {step.detail["number"]: step for step in case.steps if step.step == names.SETTLEMENT}
    return tuple(
        _objection(step, settled.get(step.detail["number"]))
        for step in case.steps
        if step.step == names.OBJECTION
    )


def _objection(raised: TakenStep, settled: TakenStep | None) -> Objection:
    detail = raised.detail
    found = Objection(
        detail["number"], detail["noticed_step"], raised.occurred_on, content=detail.get("content")
    )
    if settled is None:
        return found
    return Objection(
        found.number,
        found.step,
        found.raised_on,
        found.content,
        settled.occurred_on,
        settled.detail["upheld"],
        settled.detail.get("finding"),
    )


def standing_objections(case: AdmissionCase, step: str, posted_on: date | None) -> int:
    """How many objections stand against a step whose notice was posted on a day."""
    return sum(each.step == step and each.stands_against(posted_on) for each in objections(case))


def raising(case: AdmissionCase, step: str, content: str, *, on: date) -> Act:
    """The act of an objection; refuses one to what was done already."""
    if step in case.taken:
        raise StepNotDueError(
            case_id=case.head.case_id, step=names.OBJECTION, state=case.head.state, awaited=step
        )
    number = len(objections(case)) + 1
    return plain(names.OBJECTION, on, number=number, noticed_step=step, content=content)


def settling(case: AdmissionCase, number: int, *, upheld: bool, finding: str, on: date) -> Act:
    """The act of settling an objection; refuses one that is not open, or a day before it was raised."""
    found = next((each for each in objections(case) if each.number == number), None)
    if found is None or found.settled_on is not None:
        raise ObjectionNotOpenError(case_id=case.head.case_id, number=number)
    if on < found.raised_on:
        raise DayOutOfOrderError(day=on, bound=f">= {found.raised_on}")
    return plain(names.SETTLEMENT, on, number=number, upheld=upheld, finding=finding)
