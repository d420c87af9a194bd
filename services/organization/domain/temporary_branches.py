"""Temporary branches: what one set up from a template becomes, and when and why it ends or does not."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from organization.domain.elections import Background
from organization.domain.formation_templates import Template, TemplateKind
from organization.domain.posts import PostKind
from organization.domain.units import Findings, Form, Kind, NewUnit, Purpose, State, refuse
from organization.errors import UnitAlreadyDissolvedError


@dataclass(frozen=True, slots=True)
class Officer:
    """Somebody appointed to a post of the template in the step that sets the branch up."""

    post_kind: PostKind
    person_id: UUID
    basis_post_id: UUID | None
    document_number: str
    background: Background | None = None


@dataclass(frozen=True, slots=True)
class NewBranch:
    """A temporary branch to be set up from a template."""

    template_id: UUID
    parent_id: UUID
    host_id: UUID
    name: str
    task: str
    campus_id: UUID | None
    established_on: date | None
    planned_end_on: date | None
    officers: tuple[Officer, ...]


@dataclass(frozen=True, slots=True)
class Hindrance:
    """One thing that stands in the way of dissolving a unit: the reason of the refusal, and how many."""

    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class TemporaryBranch:
    """What a temporary branch has beside other units; `day` is today."""

    unit_id: UUID
    name: str
    purpose: Purpose
    task: str
    established_on: date
    planned_end_on: date | None
    dissolved_on: date | None
    template_id: UUID | None
    hindrances: tuple[Hindrance, ...]
    hindered_since: date | None
    frozen_by: UUID | None
    version: int
    day: date

    @property
    def state(self) -> State:
        """Where it stands on its day."""
        if self.day < self.established_on:
            return State.PLANNED
        is_over = self.dissolved_on is not None and self.dissolved_on <= self.day
        return State.DISSOLVED if is_over else State.ACTIVE

    def ending(self, today: date) -> date:
        """The first day without it, when nothing stands in the way today.

        What stood in the way until now was there after the planned end, so the branch was too.
        """
        assert self.planned_end_on is not None, "a branch without an end is never due"
        return self.planned_end_on if self.hindered_since is None else max(self.planned_end_on, today)


def check_officers(template: Template, officers: Sequence[Officer], *, path: str) -> None:
    """Refuse officers for whom the template has no seat, somebody named twice, and a branch without a secretary."""
    findings = Findings()
    seats = {post.kind: post.seats for post in template.says.posts}
    taken: Counter[PostKind] = Counter()
    for number, officer in enumerate(officers):
        taken[officer.post_kind] += 1
        place = f"{path}.officers[{number}]"
        if officer.post_kind not in seats:
            findings.add(f"{place}.post_kind", "模板没有此职务。", "The template has no such post.")
        elif taken[officer.post_kind] > seats[officer.post_kind]:
            findings.add(
                f"{place}.post_kind",
                f"此职务只有 {seats[officer.post_kind]} 个职数。",
                f"The post has {seats[officer.post_kind]} seats.",
            )
        if officer.person_id in {each.person_id for each in officers[:number]}:
            findings.add(f"{place}.person_id", "人员重复。", "The person is named twice.")
    if not taken[PostKind.SECRETARY]:
        findings.add(f"{path}.officers", "须指定书记。", "A secretary must be appointed.")
    findings.refuse_if_any()


def check_kind(template: Template | None, wanted: TemplateKind, *, path: str) -> Template:
    """The template, if there is one of the kind from which something is still set up."""
    if template is None or template.says.kind is not wanted:
        refuse(f"{path}.template_id", "没有此类模板。", "There is no such template of this kind.")
    template.check_used()
    return template


def unit_of(template: Template, new: NewBranch, *, on: date) -> NewUnit:
    """The unit that a template makes of what is asked for."""
    return NewUnit(
        kind=Kind.BRANCH,
        form=Form.TEMPORARY,
        name=new.name,
        campus_id=new.campus_id,
        purpose=template.says.purpose,
        host_id=new.host_id,
        task=new.task or template.says.task,
        planned_end_on=new.planned_end_on or template.end_after(on),
    )


def check_end(branch: TemporaryBranch, on: date) -> None:
    """Refuse an end of the task of a branch that is over, or one not after its first day."""
    if branch.dissolved_on is not None:
        raise UnitAlreadyDissolvedError(unit_id=branch.unit_id, dissolved_on=branch.dissolved_on)
    if on <= branch.established_on:
        refuse("ends_on", "须晚于成立日期。", "It lies after the first day of its life.")
