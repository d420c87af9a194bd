"""Templates of temporary branches and vanguard teams: what each must say, and what follows from it."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from organization.domain.posts import PostKind, possible_posts
from organization.domain.units import Findings, Kind, Purpose, check_name
from organization.errors import FormationTemplateRetiredError
from rulebook.periods import Period


class TemplateKind(StrEnum):
    """What is set up from a template."""

    TEMPORARY_BRANCH = "temporary_branch"
    VANGUARD_TEAM = "vanguard_team"


@dataclass(frozen=True, slots=True)
class TemplatePost:
    """A post that a branch of the template has from its first day."""

    kind: PostKind
    title: str
    seats: int


@dataclass(frozen=True, slots=True)
class NewTemplate:
    """What a template says."""

    kind: TemplateKind
    name: str
    purpose: Purpose | None
    task: str
    posts: tuple[TemplatePost, ...]
    default_length: str


@dataclass(frozen=True, slots=True)
class Template:
    """A template; changing it changes nothing of what was set up from it before."""

    template_id: UUID
    says: NewTemplate
    retired_on: date | None
    created_at: datetime
    updated_at: datetime
    version: int

    def end_after(self, start: date) -> date:
        """The day on which a branch that begins on a day is dissolved by itself."""
        return Period.parse(self.says.default_length).after(start)

    def changed(self, says: NewTemplate, *, at: datetime) -> "Template":
        """The template after what it says was replaced."""
        self.check_used()
        return replace(self, says=says, updated_at=at, version=self.version + 1)

    def retired(self, on: date, *, at: datetime) -> "Template":
        """The template after it was retired."""
        self.check_used()
        return replace(self, retired_on=on, updated_at=at, version=self.version + 1)

    def check_used(self) -> None:
        """Refuse a template from which nothing is set up any longer."""
        if self.retired_on is not None:
            raise FormationTemplateRetiredError(template_id=self.template_id, retired_on=self.retired_on)


def check_template(new: NewTemplate, *, path: str, before: TemplateKind | None = None) -> None:
    """Refuse a template that lacks what its kind needs, or says what its kind cannot have."""
    findings = Findings()
    check_name(new.name, path=f"{path}.name", findings=findings)
    if before is not None and new.kind is not before:
        findings.add(f"{path}.kind", "模板类别不能更改。", "The kind of a template never changes.")
    is_branch = new.kind is TemplateKind.TEMPORARY_BRANCH
    fields = {"purpose": new.purpose, "posts": new.posts, "default_length": new.default_length}
    for field, value in fields.items():
        if is_branch and not value:
            findings.add(f"{path}.{field}", "临时党支部模板须填写此项。", "A temporary branch needs it.")
        if not is_branch and value:
            findings.add(f"{path}.{field}", "先锋队模板不填写此项。", "A vanguard team does not have it.")
    if is_branch:
        _check_posts(new.posts, path=path, findings=findings)
    findings.refuse_if_any()


def _check_posts(posts: tuple[TemplatePost, ...], *, path: str, findings: Findings) -> None:
    kinds = [post.kind for post in posts]
    for number, kind in enumerate(kinds):
        if kind not in possible_posts(Kind.BRANCH):
            findings.add(f"{path}.posts[{number}].kind", "党支部没有此类职务。", "A branch has no such post.")
        if kind in kinds[:number]:
            findings.add(
                f"{path}.posts[{number}].kind", "同类职务只填一次。", "A kind of post is named once."
            )
    if posts and PostKind.SECRETARY not in kinds:
        findings.add(f"{path}.posts", "须设书记。", "There must be a secretary.")
