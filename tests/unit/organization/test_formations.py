"""Templates and temporary branches: what a template must say, who fits in, and when a branch ends."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import InvalidArgumentError
from organization.domain.formation_templates import (
    NewTemplate,
    Template,
    TemplateKind,
    TemplatePost,
    check_template,
)
from organization.domain.posts import PostKind
from organization.domain.temporary_branches import (
    Hindrance,
    NewBranch,
    Officer,
    TemporaryBranch,
    check_end,
    check_kind,
    check_officers,
    unit_of,
)
from organization.domain.units import Form, Purpose, State
from organization.errors import FormationTemplateRetiredError, UnitAlreadyDissolvedError

NOW = datetime(2024, 9, 1, tzinfo=UTC)
SECRETARY = TemplatePost(PostKind.SECRETARY, "书记", 1)
MEMBERS = TemplatePost(PostKind.COMMITTEE_MEMBER, "委员", 2)


def says(**changes: object) -> NewTemplate:
    fields: dict[str, object] = {
        "kind": TemplateKind.TEMPORARY_BRANCH,
        "name": "支教团",
        "purpose": Purpose.CULTIVATION_CONTINUITY,
        "task": "支教",
        "posts": (SECRETARY, MEMBERS),
        "default_length": "P1M",
    }
    return NewTemplate(**(fields | changes))  # type: ignore[arg-type] # the fields of a template


def template(**changes: object) -> Template:
    return Template(uuid4(), says(**changes), None, NOW, NOW, 1)


def officer(kind: PostKind, person_id: UUID | None = None) -> Officer:
    return Officer(kind, person_id or uuid4(), None, "")


def fields(error: pytest.ExceptionInfo[InvalidArgumentError]) -> list[str]:
    return [each.field for each in error.value.violations]


class TestTemplates:
    @pytest.mark.parametrize(
        ("changes", "broken"),
        [
            ({"posts": ()}, ["t.posts"]),
            ({"posts": (MEMBERS,)}, ["t.posts"]),
            ({"purpose": None}, ["t.purpose"]),
            ({"default_length": ""}, ["t.default_length"]),
            ({"posts": (SECRETARY, SECRETARY)}, ["t.posts[1].kind"]),
            ({"posts": (SECRETARY, TemplatePost(PostKind.CHAIR, "组长", 1))}, ["t.posts[1].kind"]),
            ({"kind": TemplateKind.VANGUARD_TEAM}, ["t.purpose", "t.posts", "t.default_length"]),
            ({"name": " 支教团"}, ["t.name"]),
        ],
    )
    def test_what_a_template_lacks_or_cannot_have_is_named(
        self, changes: dict[str, object], broken: list[str]
    ) -> None:
        with pytest.raises(InvalidArgumentError) as refused:
            check_template(says(**changes), path="t")

        assert fields(refused) == broken

    def test_the_kind_never_changes(self) -> None:
        team = says(kind=TemplateKind.VANGUARD_TEAM, purpose=None, posts=(), default_length="")
        check_template(team, path="t")
        with pytest.raises(InvalidArgumentError) as refused:
            check_template(team, path="t", before=TemplateKind.TEMPORARY_BRANCH)
        assert fields(refused) == ["t.kind"]

    def test_nothing_is_set_up_from_a_retired_template_or_one_of_another_kind(self) -> None:
        used = template()
        assert check_kind(used, TemplateKind.TEMPORARY_BRANCH, path="b") is used
        with pytest.raises(InvalidArgumentError):
            check_kind(used, TemplateKind.VANGUARD_TEAM, path="b")
        with pytest.raises(InvalidArgumentError):
            check_kind(None, TemplateKind.TEMPORARY_BRANCH, path="b")
        with pytest.raises(FormationTemplateRetiredError):
            check_kind(used.retired(NOW.date(), at=NOW), TemplateKind.TEMPORARY_BRANCH, path="b")


class TestSettingUp:
    def test_the_template_says_what_is_not_said(self) -> None:
        new = NewBranch(uuid4(), uuid4(), uuid4(), "支部", "", None, None, None, ())

        unit = unit_of(template(), new, on=date(2024, 1, 31))

        assert (unit.form, unit.task, unit.purpose) == (
            Form.TEMPORARY,
            "支教",
            Purpose.CULTIVATION_CONTINUITY,
        )
        # The missing 31st of February becomes the last day of the month (C1).
        assert unit.planned_end_on == date(2024, 2, 29)

    def test_officers_have_seats_and_there_is_a_secretary(self) -> None:
        twice = uuid4()
        good = [
            officer(PostKind.SECRETARY),
            officer(PostKind.COMMITTEE_MEMBER),
            officer(PostKind.COMMITTEE_MEMBER),
        ]
        check_officers(template(), good, path="b")
        for officers, broken in (
            ([officer(PostKind.COMMITTEE_MEMBER)], ["b.officers"]),
            ([*good, officer(PostKind.COMMITTEE_MEMBER)], ["b.officers[3].post_kind"]),
            ([*good, officer(PostKind.ORGANIZER)], ["b.officers[3].post_kind"]),
            (
                [officer(PostKind.SECRETARY, twice), officer(PostKind.COMMITTEE_MEMBER, twice)],
                ["b.officers[1].person_id"],
            ),
        ):
            with pytest.raises(InvalidArgumentError) as refused:
                check_officers(template(), officers, path="b")
            assert fields(refused) == broken


def branch(
    *, end: date = date(2024, 9, 1), hindered: date | None = None, dissolved: date | None = None
) -> TemporaryBranch:
    hindrances = (Hindrance("UNIT_HAS_MEMBERS", 1),) if hindered else ()
    return TemporaryBranch(
        unit_id=uuid4(),
        name="支部",
        purpose=Purpose.MAJOR_EVENT,
        task="任务",
        established_on=date(2024, 1, 1),
        planned_end_on=end,
        dissolved_on=dissolved,
        template_id=None,
        hindrances=hindrances,
        hindered_since=hindered,
        frozen_by=None,
        version=1,
        day=date(2024, 9, 1),
    )


class TestEnding:
    def test_the_task_ends_after_the_first_day(self) -> None:
        check_end(branch(), date(2024, 1, 2))
        with pytest.raises(InvalidArgumentError):
            check_end(branch(), date(2024, 1, 1))
        with pytest.raises(UnitAlreadyDissolvedError):
            check_end(branch(dissolved=date(2024, 8, 1)), date(2024, 9, 2))

    def test_the_state_follows_the_day(self) -> None:
        assert branch().state is State.ACTIVE
        assert branch(dissolved=date(2024, 9, 2)).state is State.ACTIVE
        assert branch(dissolved=date(2024, 9, 1)).state is State.DISSOLVED

    @given(st.integers(0, 400), st.booleans())
    def test_a_branch_that_nothing_hindered_ends_on_its_day_however_late_it_is_seen(
        self, late: int, hindered: bool
    ) -> None:
        end = date(2024, 9, 1)
        today = date.fromordinal(end.toordinal() + late)

        ending = branch(end=end, hindered=end if hindered else None).ending(today)

        assert ending == (today if hindered else end)
