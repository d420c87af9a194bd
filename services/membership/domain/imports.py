"""Turns a case on paper into an admission case: the order of its steps, what the rules say, what follows for the roll.

Nothing is forbidden by a rule here, since it happened; what cannot have happened so is told field by field.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from chassis.errors import Violation
from membership.domain import decisions
from membership.domain import steps as names
from membership.domain.acts import Act, take
from membership.domain.admission import AdmissionCase, CaseHead, CaseState
from membership.domain.ballots import Ballot, BallotPurpose, BallotState, ConversionOutcome, totals_problem
from membership.domain.evidence import Standing, documents_of, evidence, outcome_operations, probation_end
from membership.domain.members import Member, MembershipStatus
from membership.domain.paper import PaperCase, PaperStep, act_of, misplaced, people_of, units_of
from membership.domain.roll_entries import roll_problem
from membership.domain.steps import Catalogue
from membership.domain.units import Unit, Use
from membership.domain.verdicts import Judgement, judge
from rulebook import Fact, Period, PeriodFormatError, RuleSet

_PURPOSES = {
    names.BRANCH_MEETING: BallotPurpose.ADMISSION,
    names.CONVERSION_MEETING: BallotPurpose.CONVERSION,
}
# Steps without a number, and the one that each of them follows.
_BESIDE = {
    names.CONVERSION_REVIEW: names.CONVERSION_REQUEST,
    names.THOUGHT_REPORT: names.ACTIVIST,
}
_FULL = MembershipStatus.FULL


@dataclass(frozen=True, slots=True)
class Known:
    """What the service knows of everybody and everything that the cases name."""

    today: date
    now: datetime
    by: UUID | None
    born_on: Mapping[UUID, date | None]
    units: Mapping[UUID, Unit]
    members: Mapping[UUID, Member]
    living_cases: Mapping[UUID, UUID]


@dataclass
class Problems:
    """What cannot be, each with the path of its field."""

    found: list[Violation] = field(default_factory=list)

    def add(self, path: str, zh: str, en: str) -> None:
        """Tell one."""
        self.found.append(Violation(path, zh, en))


def bring_in(
    paper: PaperCase, known: Known, rules: RuleSet, *, case_id: UUID, path: str, problems: Problems
) -> AdmissionCase:
    """The case with every step on paper; only worth keeping where no problem was added."""
    _check_named(paper, known, path, problems)
    run = _Run(paper, known, rules, Catalogue.of(rules), path, problems)
    case = run.begin(case_id)
    # Within a day the catalogue orders the steps; the hearing before a conversion has the number of its request.
    ordered = sorted(
        paper.steps,
        key=lambda item: (
            item.occurred_on,
            run.catalogue.number(item.step),
            item.step == names.CONVERSION_REVIEW,
        ),
    )
    for step in ordered:
        if not run.may_take(case, step):
            # What comes after it would only repeat the same problem.
            return case
        case = run.take(case, step)
    _check_roll(case, known, path, problems)
    return replace(case, head=replace(case.head, version=1))


def _check_named(paper: PaperCase, known: Known, path: str, problems: Problems) -> None:
    for person in people_of(paper, path):
        if person.id not in known.born_on:
            problems.add(person.path, "人员未登记。", "is not registered.")
    for unit in units_of(paper, path):
        if unit.id not in known.units:
            problems.add(unit.path, "本服务不知道该单位。", "is not known here.")
    present = known.living_cases.get(paper.person_id)
    if present is not None:
        problems.add(f"{path}.person_id", f"已有案卷 {present}。", f"has the case {present} already.")


def _check_roll(case: AdmissionCase, known: Known, path: str, problems: Problems) -> None:
    head = case.head
    unit, member = known.units.get(head.unit_id), known.members.get(head.person_id)
    use = Use.ADMISSION if head.probation_from is None else Use.FORMAL_RELATIONSHIP
    if unit is not None:
        days = [known.today] if head.state is CaseState.OPEN else []
        if head.probation_from is not None and member is None:
            days.append(head.probation_from)
        if not unit.suits(use):
            problems.add(f"{path}.unit_id", "此类单位不能办理。", "is a unit that may not do this.")
        elif missing := [day for day in days if not unit.is_in_force(day)]:
            problems.add(
                f"{path}.unit_id", f"该单位在 {missing[0]} 不存在。", f"does not exist on {missing[0]}."
            )
        elif unit.frozen_by is not None:
            problems.add(
                f"{path}.unit_id",
                f"单位正由流程 {unit.frozen_by} 办理。",
                f"is held by the process {unit.frozen_by}.",
            )
    problem = roll_problem(case, member, today=known.today)
    if problem is not None:
        problems.add(f"{path}.person_id", *problem)


@dataclass(frozen=True)
class _Run:
    """One case being brought in."""

    paper: PaperCase
    known: Known
    rules: RuleSet
    catalogue: Catalogue
    path: str
    problems: Problems

    def begin(self, case_id: UUID) -> AdmissionCase:
        """The case with its application."""
        paper, now = self.paper, self.known.now
        if paper.applied_on > self.known.today:
            self.problems.add(f"{self.path}.applied_on", "日期在将来。", "lies in the future.")
        head = CaseHead(
            case_id=case_id,
            person_id=paper.person_id,
            unit_id=paper.unit_id,
            applied_on=paper.applied_on,
            pack_digest=self.rules.digest,
            state=CaseState.OPEN,
            stage=1,
            step=names.APPLICATION,
            version=0,
            created_at=now,
            updated_at=now,
            source_reference=paper.source_reference,
        )
        case, act = AdmissionCase(head), paper.application()
        return self._after(case, act, self._judged(case, act, self.catalogue.operations(act.step)))

    def may_take(self, case: AdmissionCase, step: PaperStep) -> bool:
        """Whether the step can have been taken then; says why not."""
        before = len(self.problems.found)
        at = f"{self.path}.steps[{step.index}]"
        if step.occurred_on > self.known.today:
            self.problems.add(f"{at}.occurred_on", "日期在将来。", "lies in the future.")
        elif step.occurred_on < self.paper.applied_on:
            self.problems.add(f"{at}.occurred_on", "早于申请日期。", "lies before the application.")
        else:
            self._check_order(case, step, at)
        for name in misplaced(step):
            self.problems.add(f"{at}.{name}", "此步骤不记录该项。", "is not recorded with this step.")
        self._check_values(case, step, at)
        return len(self.problems.found) == before

    def _check_order(self, case: AdmissionCase, step: PaperStep, at: str) -> None:
        catalogue, taken, name = self.catalogue, case.taken, step.step
        if case.head.state is CaseState.REVOKED:
            self.problems.add(f"{at}.step", "预备党员资格已取消。", "follows the end of the case.")
        elif name == names.APPLICATION:
            self.problems.add(f"{at}.step", "申请写在 appliedOn。", "is what appliedOn says.")
        elif name not in _BESIDE and catalogue.named(name) is None:
            self.problems.add(f"{at}.step", "流程中没有此步骤。", "is not in the catalogue of that day.")
        elif (missing := self._awaited(case, name)) is not None:
            later = next((item for item in self.paper.steps if item.step == missing), None)
            if later is None:
                self.problems.add(f"{at}.step", f"缺少“{missing}”。", f"needs {missing} before it.")
            else:
                zh, en = (
                    f"早于“{missing}”（{later.occurred_on}）。",
                    f"lies before {missing} ({later.occurred_on}).",
                )
                self.problems.add(f"{at}.occurred_on", zh, en)
        elif not self._is_repeatable(name, taken):
            self.problems.add(f"{at}.step", "此步骤不能再办。", "was taken already, or its time was over.")

    def _awaited(self, case: AdmissionCase, name: str) -> str | None:
        needed = _BESIDE.get(name, names.APPROVAL if name in names.LOOSE else None)
        if needed is not None:
            return None if needed in case.taken else needed
        missing = self.catalogue.missing_before(name, case.taken)
        return None if missing is None else missing.id

    def _is_repeatable(self, name: str, taken: list[str]) -> bool:
        found = self.catalogue.named(name)
        ends = names.PERIOD_ENDS if found is not None and found.periodic else names.REPEATABLE
        if name in _BESIDE:
            return self.catalogue.may_take(name, taken)
        if found is not None and found.periodic:
            return name not in ends or ends[name] not in taken
        return name not in taken or (name in ends and ends[name] not in taken)

    def _check_values(self, case: AdmissionCase, step: PaperStep, at: str) -> None:
        if step.ballot is not None:
            base = step.ballot.stated_should_attend or 0
            problem = totals_problem(step.ballot, base=base)
            if problem is not None:
                self.problems.add(
                    f"{at}.ballot", f"票数彼此矛盾：{problem}。", f"contradicts itself: {problem}."
                )
        if step.step == names.CONVERSION_APPROVAL:
            self._check_extension(step, at)
        start = step.probation_from
        if start is not None and not self.paper.applied_on <= start <= step.occurred_on:
            self.problems.add(
                f"{at}.probation_from",
                "应在申请与审批之间。",
                "lies between the application and the approval.",
            )
        full = step.full_member_from
        begun = case.head.probation_from
        if full is not None and (full > self.known.today or (begun is not None and full <= begun)):
            self.problems.add(
                f"{at}.full_member_from",
                "应在预备期开始之后，且不在将来。",
                "lies after the begin of probation and not in the future.",
            )

    def _check_extension(self, step: PaperStep, at: str) -> None:
        if (step.outcome is ConversionOutcome.EXTEND) != (step.extension is not None):
            self.problems.add(
                f"{at}.extension",
                "延长预备期须写明期限，其他决定不写。",
                "An extension states its length, and no other decision does.",
            )
        elif step.extension is not None:
            try:
                Period.parse(step.extension)
            except PeriodFormatError:
                self.problems.add(f"{at}.extension", "不是期限。", "is not a period.")

    def take(self, case: AdmissionCase, step: PaperStep) -> AdmissionCase:
        """The case after the step, with what follows from it."""
        act = act_of(step)
        match step.step:
            case names.BRANCH_MEETING | names.CONVERSION_MEETING:
                return self._voted(case, step, act)
            case names.APPROVAL:
                return self._approved(case, step, act)
            case names.CONVERSION_APPROVAL:
                return self._decided(case, step, act)
        after = self._after(case, act, self._judged(case, act, self.catalogue.operations(step.step)))
        if step.step == names.OATH:
            return after.noted(oath_on=step.occurred_on)
        return after.noted(state=CaseState.ARCHIVED) if step.step == names.ARCHIVE else after

    def _voted(self, case: AdmissionCase, step: PaperStep, act: Act) -> AdmissionCase:
        operations = self.catalogue.operations(step.step)
        if step.ballot is None:
            return self._after(case, act, self._judged(case, act, operations))
        judgements = self._judged(case, act, (*operations, *self.catalogue.vote_operations(step.step)))
        number = len(case.ballots) + 1
        purpose = _PURPOSES[step.step]
        outcome = step.outcome if purpose is BallotPurpose.CONVERSION else None
        ballot = Ballot(
            number=number,
            purpose=purpose,
            state=BallotState.PASSED,
            totals=replace(step.ballot, outcome=outcome),
            should_attend=step.ballot.stated_should_attend or 0,
            entered_by=self.known.by,
            judgements=judgements,
        )
        return self._after(case, act, judgements).with_detail(ballot=number).with_ballot(ballot)

    def _approved(self, case: AdmissionCase, step: PaperStep, act: Act) -> AdmissionCase:
        start = step.probation_from or case.day_of(names.BRANCH_MEETING)
        assert start is not None, "the order lets nobody be approved before the branch meeting"
        after = self._after(case, act, self._judged(case, act, self.catalogue.operations(step.step)))
        end = probation_end(self.rules, start)
        return decisions.approved(after, approver=step.unit_id, start=start, end=end)

    def _decided(self, case: AdmissionCase, step: PaperStep, act: Act) -> AdmissionCase:
        due = decisions.end_of_probation(case, step.extension)
        end = step.full_member_from or due
        if step.outcome is ConversionOutcome.CONVERT and end > self.known.today:
            self.problems.add(
                f"{self.path}.steps[{step.index}].occurred_on",
                f"预备期到 {end} 才满。",
                f"comes before the end of probation ({end}).",
            )
        stated: dict[str, Fact] = {
            "standing_starts_on": end,
            "probation_ends_on": due,
            "probation_extended_until": due,
        }
        if not any(item.step == names.CONVERSION_REVIEW and item.documents for item in self.paper.steps):
            # Which opinions were heard, and when, is not on paper.
            stated["conversion_acts"] = None
        (operation,) = self.catalogue.operations(step.step)
        judgements = self._judged(case, act, outcome_operations(step.outcome, operation), stated)
        after = self._after(case, act, judgements)
        return decisions.decided(after, step.outcome, extension=step.extension, end=end)

    def _after(self, case: AdmissionCase, act: Act, judgements: tuple[Judgement, ...]) -> AdmissionCase:
        return take(case, act, self.catalogue, judgements, now=self.known.now, by=self.known.by)

    def _judged(
        self,
        case: AdmissionCase,
        act: Act,
        operations: tuple[str, ...],
        stated: Mapping[str, Fact] | None = None,
    ) -> tuple[Judgement, ...]:
        """What the rules say whose facts are known; a rule that lacks one says nothing of the past."""
        papers = documents_of(case, act.documents, only_brought=act.only_stated_documents)
        facts = {
            **self._companion_facts(act),
            **self._unit_facts(act),
            "case_documents": papers,
            **act.facts,
            **(stated or {}),
        }
        standing = Standing(
            born_on=self.known.born_on.get(self.paper.person_id),
            belongs_to_branch=case.head.probation_from is not None,
        )
        judgements = judge(self.rules, operations, evidence(case, standing, facts), on=act.occurred_on)
        return tuple(item for item in judgements if not item.verdict.missing and not item.verdict.unusable)

    def _companion_facts(self, act: Act) -> dict[str, Fact]:
        if act.step not in (names.CONTACTS, names.INTRODUCERS) or not act.people:
            return {}
        found = [self._status(person, act.occurred_on) for person in act.people]
        if any(status is None for status in found):
            # The roll does not reach back to the day.
            return {}
        all_full = all(status is _FULL for status in found)
        if act.step == names.CONTACTS:
            return {"contacts_are_full_members": all_full}
        sanction = MembershipStatus.PARTY_PROBATION_SANCTION
        return {
            "introducers_are_full_members": all_full,
            "introducer_under_sanction": any(status is sanction for status in found),
        }

    def _status(self, person_id: UUID, day: date) -> MembershipStatus | None:
        member = self.known.members.get(person_id)
        period = None if member is None else member.status_on(day)
        return None if period is None else period.status

    def _unit_facts(self, act: Act) -> dict[str, Fact]:
        unit = self.known.units.get(act.units[0]) if act.units else None
        if unit is None:
            return {}
        facts: Mapping[str, Callable[[Unit], dict[str, Fact]]] = {
            names.TRAINING: lambda unit: {"training_organizer": unit.training_organizer},
            names.APPROVAL: lambda unit: {"approver_type": unit.approver_type},
            names.CONVERSION_APPROVAL: lambda unit: {"approver_type": unit.approver_type},
        }
        return facts[act.step](unit) if act.step in facts else {}
