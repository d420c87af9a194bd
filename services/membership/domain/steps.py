"""In which order the steps of admission may be taken, over whatever catalogue the case began under.

The catalogue (order, stages, names) is data of the rulebook. Here stands only what is ours to say: which
steps wait for nobody, which may be taken again, and which day a step may not lie before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from rulebook import RuleSet, Stage, Step

APPLICATION: Final = "application"
ACTIVIST: Final = "activist"
CONTACTS: Final = "contacts"
CULTIVATION: Final = "cultivation_assessment"
PROSPECT: Final = "prospect"
PROSPECT_FILING: Final = "prospect_filing"
INTRODUCERS: Final = "introducers"
POLITICAL_REVIEW: Final = "political_review"
TRAINING: Final = "training"
COMMITTEE_REVIEW: Final = "committee_review"
PRE_REVIEW: Final = "pre_review"
ADMISSION_FORM: Final = "admission_form"
BRANCH_MEETING: Final = "branch_meeting"
SUPERIOR_TALK: Final = "superior_talk"
APPROVAL: Final = "approval"
ASSIGNMENT: Final = "assignment"
OATH: Final = "oath"
PROBATION_ASSESSMENT: Final = "probation_assessment"
CONVERSION_REQUEST: Final = "conversion_request"
# The hearing of opinions before the conversion meeting (DEV-28); the flow chart has no number for it.
CONVERSION_REVIEW: Final = "conversion_review"
# The quarterly report of activists and probationary members (LOC-04); it has no number either.
THOUGHT_REPORT: Final = "thought_report"
# Findings about single areas before the review is concluded, and objections to public notices; no numbers either.
REVIEW_ITEM: Final = "political_review_item"
OBJECTION: Final = "notice_objection"
SETTLEMENT: Final = "objection_settlement"
CONVERSION_MEETING: Final = "conversion_meeting"
CONVERSION_APPROVAL: Final = "conversion_approval"
ARCHIVE: Final = "archive"

# Taken at any time after the approval; nothing waits for them.
LOOSE: Final = frozenset({"approval_filing", ASSIGNMENT, OATH})
# May be taken again until the step named has been taken: contacts change, a training or a review expires, a year's
# series of forms ends (LOC-14).
REPEATABLE: Final[Mapping[str, str]] = {
    CONTACTS: APPROVAL,
    INTRODUCERS: BRANCH_MEETING,
    POLITICAL_REVIEW: BRANCH_MEETING,
    TRAINING: BRANCH_MEETING,
    PRE_REVIEW: BRANCH_MEETING,
    ADMISSION_FORM: BRANCH_MEETING,
}
# A resolution that was not sent up in time is discussed again (LOC-09); as long as it stands nobody is asked to.
DISCUSSED_AGAIN: Final[Mapping[str, str]] = {BRANCH_MEETING: SUPERIOR_TALK}
# Periodic steps come to an end with these.
PERIOD_ENDS: Final[Mapping[str, str]] = {
    CULTIVATION: BRANCH_MEETING,
    PROBATION_ASSESSMENT: CONVERSION_MEETING,
}
# Run side by side between the prospect's determination and the committee's review.
PARALLEL: Final = frozenset({PROSPECT_FILING, INTRODUCERS, POLITICAL_REVIEW, TRAINING})
# Undone by an extension of the probation, so that they are taken again at its end.
OF_CONVERSION: Final = frozenset({CONVERSION_REQUEST, CONVERSION_REVIEW, CONVERSION_MEETING})

# Recorded beside the steps; the case does not go on by them.
ALONGSIDE: Final = frozenset({THOUGHT_REPORT, REVIEW_ITEM, OBJECTION, SETTLEMENT})
# What the political review found has fewer readers than the rest of a case.
OF_REVIEW: Final = frozenset({POLITICAL_REVIEW, REVIEW_ITEM})
# Steps that a public notice announces.
NOTICED: Final = (ACTIVIST, PROSPECT, BRANCH_MEETING, "conversion_approval")
WITHDRAWAL: Final = "withdrawal"
# Chinese names of what the catalogue has no step for.
BESIDE_CATALOGUE: Final[Mapping[str, str]] = {
    CONVERSION_REVIEW: "听取意见和支部委员会审查转正",
    THOUGHT_REPORT: "提交思想汇报",
    REVIEW_ITEM: "政治审查分项审查",
    OBJECTION: "公示期间收到异议",
    SETTLEMENT: "核查公示异议",
    WITHDRAWAL: "终止发展",
}
# Beside the catalogue: the step after whose number each is ordered, who acts, and what the rulebook is asked.
_BESIDE_NUMBER: Final[Mapping[str, str]] = {
    CONVERSION_REVIEW: CONVERSION_REQUEST,
    THOUGHT_REPORT: "activist_filing",
    REVIEW_ITEM: PROSPECT_FILING,
    OBJECTION: APPLICATION,
    SETTLEMENT: APPLICATION,
}
_BESIDE_ACTOR: Final[Mapping[str, str]] = {
    CONVERSION_REVIEW: "branch_committee",
    THOUGHT_REPORT: "applicant",
}
_BESIDE_OPERATION: Final[Mapping[str, str]] = {THOUGHT_REPORT: "duty.thought_report"}
# Steps that have a verb of their own in the contract.
WITH_VERBS: Final = frozenset(
    {
        *(
            APPLICATION,
            "talk",
            ACTIVIST,
            "activist_filing",
            CONTACTS,
            CULTIVATION,
            PROSPECT,
            "prospect_filing",
        ),
        *(INTRODUCERS, POLITICAL_REVIEW, TRAINING, COMMITTEE_REVIEW, PRE_REVIEW, ADMISSION_FORM),
        *(BRANCH_MEETING, SUPERIOR_TALK, APPROVAL, "approval_filing", ASSIGNMENT, OATH, PROBATION_ASSESSMENT),
        *(
            CONVERSION_REQUEST,
            CONVERSION_REVIEW,
            THOUGHT_REPORT,
            REVIEW_ITEM,
            OBJECTION,
            SETTLEMENT,
            CONVERSION_MEETING,
            CONVERSION_APPROVAL,
            ARCHIVE,
        ),
    }
)


@dataclass(frozen=True)
class Catalogue:
    """The steps of a rule set, asked about what comes next."""

    steps: tuple[Step, ...]
    stages: tuple[Stage, ...]
    declared: frozenset[str] = frozenset()

    @classmethod
    def of(cls, rules: RuleSet) -> "Catalogue":
        """The catalogue of a rule set, made once."""
        known = _CATALOGUES.get(rules.digest)
        if known is None:
            known = _CATALOGUES[rules.digest] = cls._made(rules)
        return known

    @classmethod
    def _made(cls, rules: RuleSet) -> "Catalogue":
        return cls(rules.steps, rules.stages, frozenset(rules.operation_names))

    def named(self, step: str) -> Step | None:
        """The step of a name, None where the catalogue has none."""
        return self._named.get(step)

    @cached_property
    def _named(self) -> dict[str, Step]:
        return {item.id: item for item in self.steps}

    def number(self, step: str) -> int:
        """The number by which a step is ordered."""
        found = self.named(_BESIDE_NUMBER.get(step, step))
        return found.number if found else 0

    def zh(self, step: str) -> str:
        """The Chinese name of a step."""
        found = self.named(step)
        return BESIDE_CATALOGUE.get(step, step) if found is None else found.zh

    def actor(self, step: str) -> str:
        """Who takes a step, by the name in the rulebook."""
        found = self.named(step)
        return _BESIDE_ACTOR.get(step, "") if found is None else found.actor

    def stage(self, step: str) -> int:
        """The number of the stage that a step belongs to."""
        found = self.named(_BESIDE_NUMBER.get(step, step))
        return next((stage.number for stage in self.stages if found and stage.id == found.stage), 1)

    def operations(self, step: str) -> tuple[str, ...]:
        """What the rulebook is asked before the step is taken."""
        found = self.named(step)
        if found is not None:
            return (found.operation,)
        # Only where a pack in force declares it.
        beside = _BESIDE_OPERATION.get(step)
        return () if beside not in self.declared else (beside,)

    def vote_operations(self, step: str) -> tuple[str, ...]:
        """What the rulebook is asked once votes have been counted."""
        found = self.named(step)
        return () if found is None or found.vote_operation is None else (found.vote_operation,)

    def awaited(self, taken: Sequence[str]) -> Step | None:
        """The step that everything else waits for; None when the last one is taken."""
        return next((step for step in self._core if step.id not in taken), None)

    @cached_property
    def _core(self) -> list[Step]:
        return [step for step in self.steps if self._is_core(step)]

    def takeable(self, taken: Sequence[str]) -> list[Step]:
        """Every step that may be taken next, as far as the order goes."""
        awaited = self.awaited(taken)
        return [
            step
            for step in self.steps
            if self._is_takeable(step, taken, awaited)
            and not (step.id in taken and step.id in DISCUSSED_AGAIN)
        ]

    def may_take(self, step: str, taken: Sequence[str]) -> bool:
        """Whether the order lets the step be taken now."""
        if step == CONVERSION_REVIEW:
            return CONVERSION_REQUEST in taken and CONVERSION_MEETING not in taken and step not in taken
        if step == THOUGHT_REPORT:
            return ACTIVIST in taken and CONVERSION_APPROVAL not in taken
        if step == REVIEW_ITEM:
            return PROSPECT in taken and BRANCH_MEETING not in taken
        if step in (OBJECTION, SETTLEMENT):
            return CONVERSION_APPROVAL not in taken
        found = self.named(step)
        return found is not None and self._is_takeable(found, taken, self.awaited(taken))

    @staticmethod
    def _is_takeable(found: Step, taken: Sequence[str], awaited: Step | None) -> bool:
        if found.id in LOOSE:
            return APPROVAL in taken and found.id not in taken
        if found.periodic:
            end = PERIOD_ENDS.get(found.id)
            return (awaited is None or found.number < awaited.number) and (end is None or end not in taken)
        if found.id in taken:
            end = REPEATABLE.get(found.id) or DISCUSSED_AGAIN.get(found.id)
            return end is not None and end not in taken
        return awaited is not None and awaited.id == found.id

    def precedes(self, earlier: str, later: str) -> bool:
        """Whether `later` may not lie on a day before `earlier`."""
        found = self.named(earlier)
        if found is None or not self._is_core(found):
            return False
        if earlier in PARALLEL and later in PARALLEL:
            return False
        return found.number < self.number(later)

    def missing_before(self, step: str, taken: Sequence[str]) -> Step | None:
        """The first step that a step taken in the past must have had before it, and had not."""
        number = self.number(step)
        return next(
            (
                item
                for item in self.steps
                if item.number < number
                and self._is_core(item)
                and item.id not in taken
                and not (item.id in PARALLEL and step in PARALLEL)
            ),
            None,
        )

    @staticmethod
    def _is_core(step: Step) -> bool:
        return not step.periodic and step.id not in LOOSE


# Rule sets are few and kept for ever, and so are their catalogues.
_CATALOGUES: dict[str, Catalogue] = {}
