"""The tables of parents and sponsors, shapes, moves and the order of a tree."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from chassis.errors import InvalidArgumentError
from chassis.intervals import Interval
from organization.domain.structure import (
    HOSTS,
    PARENTS,
    PARTY_KINDS,
    SPONSORS,
    Forest,
    check_move,
    check_relations,
    only_party,
)
from organization.domain.units import (
    Findings,
    Form,
    Kind,
    NewSponsor,
    NewUnit,
    Outline,
    Parentage,
    Part,
    State,
    TreeNode,
    Unit,
    check_shape,
)

NOW = datetime(2024, 1, 1, tzinfo=UTC)
SINCE = date(2020, 1, 1)


def uid(number: int) -> UUID:
    return UUID(int=number)


def outline(number: int, kind: Kind, *, since: date = SINCE, until: date | None = None) -> Outline:
    return Outline(uid(number), kind, None, Interval(since, until))


def unit(kind: Kind = Kind.BRANCH, *, until: date | None = None, day: date = SINCE) -> Unit:
    life = Interval(SINCE, until)
    return Unit(
        unit_id=uid(1),
        kind=kind,
        form=Form.COHORT if kind is Kind.BRANCH else None,
        name="支部",
        short_name="",
        function=None,
        campus_id=None,
        life=life,
        parents=(Parentage(uid(9), life),),
        sponsors=(),
        successor_ids=(),
        cohort_year=2021,
        major_code=None,
        purpose=None,
        host_id=None,
        task=None,
        planned_end_on=None,
        created_at=NOW,
        updated_at=NOW,
        version=1,
        day=day,
    )


def relations(new: NewUnit, *known: Outline, on: date = SINCE) -> list[str]:
    findings = Findings()
    check_relations(
        new,
        known[0].unit_id,
        {each.unit_id: each for each in known},
        days=Interval(on),
        path="unit",
        parent_path="parent_unit_id",
        findings=findings,
    )
    return [violation.field for violation in findings.violations]


class TestTables:
    def test_every_kind_but_the_university_has_parents(self) -> None:
        assert set(PARENTS) == set(Kind)
        assert [kind for kind in Kind if not PARENTS[kind]] == [Kind.UNIVERSITY]

    def test_every_unit_can_be_reached_from_the_university(self) -> None:
        reached = {Kind.UNIVERSITY}
        for _ in Kind:
            reached |= {kind for kind in Kind if PARENTS[kind] & reached}

        assert reached == set(Kind)

    def test_no_kind_stands_below_itself_however_deep(self) -> None:
        """So that a circle needs no more than two units of the wrong kinds, which the table refuses."""
        above = {kind: set(PARENTS[kind]) for kind in Kind}
        for _ in Kind:
            above = {
                kind: parents | {high for each in parents for high in above[each]}
                for kind, parents in above.items()
            }

        assert [kind for kind in Kind if kind in above[kind]] == []

    @pytest.mark.covers("S26")
    def test_the_three_tiers_are_possible(self) -> None:
        assert Kind.COMMUNITY_COMMITTEE in PARENTS[Kind.ACADEMY_GENERAL_BRANCH]
        assert Kind.ACADEMY_GENERAL_BRANCH in PARENTS[Kind.BRANCH]

    @pytest.mark.covers("S44")
    def test_branches_stand_below_the_committees_of_staff_and_retirees(self) -> None:
        assert {Kind.STAFF_COMMITTEE, Kind.RETIREES_COMMITTEE} <= PARENTS[Kind.BRANCH]

    def test_party_units_stand_below_party_units_or_the_university(self) -> None:
        for kind in PARTY_KINDS:
            assert PARENTS[kind] <= PARTY_KINDS | {Kind.UNIVERSITY}

    def test_sponsors_and_hosts_are_outside_the_party_hierarchy(self) -> None:
        for carriers in (*SPONSORS.values(), *HOSTS.values()):
            assert not carriers & PARTY_KINDS


class TestRelations:
    def test_an_unknown_parent_is_named(self) -> None:
        findings = Findings()
        check_relations(
            NewUnit(Kind.SCHOOL, "学院"),
            uid(5),
            {},
            days=Interval(SINCE),
            path="unit",
            parent_path="parent_unit_id",
            findings=findings,
        )

        assert [violation.field for violation in findings.violations] == ["parent_unit_id"]

    @pytest.mark.parametrize(
        ("day", "refused"),
        [(date(2020, 1, 1), []), (date(2019, 12, 31), ["parent_unit_id"])],
    )
    def test_a_unit_begins_on_the_first_day_of_its_parent_at_the_earliest(
        self, day: date, refused: list[str]
    ) -> None:
        assert relations(NewUnit(Kind.SCHOOL, "学院"), outline(1, Kind.UNIVERSITY), on=day) == refused

    def test_a_parent_that_ends_takes_no_unit_without_end(self) -> None:
        parent = outline(1, Kind.UNIVERSITY, until=date(2030, 1, 1))

        assert relations(NewUnit(Kind.SCHOOL, "学院"), parent) == ["parent_unit_id"]

    def test_a_sponsor_is_named_once(self) -> None:
        sponsors = (NewSponsor(uid(2)), NewSponsor(uid(2)))
        new = NewUnit(Kind.BRANCH, "支部", form=Form.STAFF, sponsors=sponsors)

        refused = relations(new, outline(1, Kind.PRIMARY_COMMITTEE), outline(2, Kind.SCHOOL))

        assert refused == ["unit.sponsors[1].sponsor_unit_id"]

    @pytest.mark.covers("S7", "S8")
    @pytest.mark.parametrize(
        ("kind", "part", "fits"),
        [
            (Kind.LEADING_GROUP, Part.LEAD, True),
            (Kind.LEADING_GROUP, Part.PARTICIPANT, True),
            (Kind.LEADING_GROUP, Part.SPONSOR, False),
            (Kind.PRIMARY_COMMITTEE, Part.LEAD, False),
        ],
    )
    def test_only_leading_groups_have_lead_and_participants(self, kind: Kind, part: Part, fits: bool) -> None:
        new = NewUnit(kind, "组织", sponsors=(NewSponsor(uid(2), part),))

        refused = relations(new, outline(1, Kind.UNIVERSITY_COMMITTEE), outline(2, Kind.DEPARTMENT))

        assert (refused == []) is fits

    def test_a_party_branch_is_no_host(self) -> None:
        new = NewUnit(Kind.BRANCH, "支部", form=Form.FUNCTIONAL, host_id=uid(2))

        refused = relations(new, outline(1, Kind.PRIMARY_COMMITTEE), outline(2, Kind.BRANCH))

        assert refused == ["unit.host_unit_id"]


class TestShape:
    @pytest.mark.parametrize(
        ("new", "refused"),
        [
            (NewUnit(Kind.BRANCH, "支部"), ["unit.form"]),
            (NewUnit(Kind.SCHOOL, "学院", form=Form.STAFF), ["unit.form"]),
            (NewUnit(Kind.DEPARTMENT, "教务处"), ["unit.function"]),
            (NewUnit(Kind.SCHOOL, " 学院"), ["unit.name"]),
            (NewUnit(Kind.BRANCH, "支部", form=Form.COHORT), ["unit.cohort_year"]),
            (
                NewUnit(Kind.BRANCH, "支部", form=Form.TEMPORARY),
                ["unit.purpose", "unit.host_unit_id", "unit.task"],
            ),
            (
                NewUnit(Kind.BRANCH, "支部", form=Form.STAFF, planned_end_on=SINCE),
                ["unit.planned_end_on"],
            ),
        ],
    )
    def test_what_is_missing_or_too_much_is_all_said_at_once(self, new: NewUnit, refused: list[str]) -> None:
        findings = Findings()

        check_shape(new, path="unit", findings=findings)

        assert [violation.field for violation in findings.violations] == refused


class TestMove:
    @staticmethod
    def move(parent: Outline | None, **given: Any) -> Interval:
        moved = given.pop("moved", unit())
        arguments = {"on": date(2024, 1, 1), "below": [], "path": "parent_unit_id", **given}
        return check_move(moved, parent, **arguments)

    def test_a_unit_moves_until_its_end(self) -> None:
        moved = unit(until=date(2025, 1, 1))

        days = self.move(outline(2, Kind.PRIMARY_COMMITTEE), moved=moved)

        assert days == Interval(date(2024, 1, 1), date(2025, 1, 1))

    def test_a_unit_below_on_some_of_the_days_is_no_parent(self) -> None:
        parent = outline(2, Kind.PRIMARY_COMMITTEE)
        later = Interval(date(2026, 1, 1), date(2026, 2, 1))

        with pytest.raises(InvalidArgumentError):
            self.move(parent, below=[(parent.unit_id, later)])

    def test_a_unit_that_was_below_before_may_be_a_parent(self) -> None:
        parent = outline(2, Kind.PRIMARY_COMMITTEE)
        earlier = Interval(date(2022, 1, 1), date(2023, 1, 1))

        assert self.move(parent, below=[(parent.unit_id, earlier)]).start == date(2024, 1, 1)

    def test_the_university_does_not_move(self) -> None:
        with pytest.raises(InvalidArgumentError) as refused:
            self.move(outline(2, Kind.UNIVERSITY), moved=unit(Kind.UNIVERSITY))

        assert refused.value.violations[0].field == "unit_id"

    def test_a_unit_does_not_move_after_its_end(self) -> None:
        moved = unit(until=date(2024, 1, 1))

        with pytest.raises(InvalidArgumentError) as refused:
            self.move(outline(2, Kind.PRIMARY_COMMITTEE), moved=moved)

        assert refused.value.violations[0].field == "effective_on"


class TestState:
    @pytest.mark.parametrize(
        ("day", "state"),
        [
            (date(2019, 12, 31), State.PLANNED),
            (date(2020, 1, 1), State.ACTIVE),
            (date(2024, 12, 31), State.ACTIVE),
            (date(2025, 1, 1), State.DISSOLVED),
        ],
    )
    def test_a_unit_lives_from_its_first_day_to_the_day_before_its_end(self, day: date, state: State) -> None:
        assert unit(until=date(2025, 1, 1), day=day).state is state


def node(number: int, parent: int | None, kind: Kind = Kind.BRANCH) -> TreeNode:
    above = None if parent is None else uid(parent)
    return TreeNode(uid(number), above, kind, None, str(number), None, (), 0)


class TestTree:
    @staticmethod
    def forest() -> Forest:
        forest = Forest()
        for number, parent in ((4, 2), (3, 1), (1, None), (2, 1)):
            forest.kinds[uid(number)] = (Kind.CLUB, None)
            forest.described[uid(number)] = (f"组织{number}", None)
            if parent is not None:
                forest.parents[uid(number)] = uid(parent)
        return forest

    def test_parents_come_before_their_children_and_siblings_by_name(self) -> None:
        nodes = self.forest().tree(uid(1), most_depth=9)

        assert [(each.unit_id.int, each.depth) for each in nodes] == [(1, 0), (2, 1), (4, 2), (3, 1)]

    def test_a_tree_ends_at_the_depth_asked_for(self) -> None:
        assert len(self.forest().tree(uid(1), most_depth=1)) == 3

    def test_a_subtree_begins_at_its_own_root(self) -> None:
        nodes = self.forest().tree(uid(2), most_depth=9)

        assert [(each.unit_id.int, each.parent_id) for each in nodes] == [(2, None), (4, uid(2))]

    def test_there_is_no_tree_below_what_did_not_exist(self) -> None:
        assert self.forest().tree(uid(7), most_depth=9) == []

    def test_the_party_tree_keeps_what_it_hangs_on(self) -> None:
        nodes = [
            node(1, None, Kind.UNIVERSITY),
            node(2, 1, Kind.SCHOOL),
            node(3, 1, Kind.UNIVERSITY_COMMITTEE),
            node(4, 2, Kind.CLASS),
            node(5, 3, Kind.BRANCH),
        ]

        assert [each.unit_id.int for each in only_party(nodes)] == [1, 3, 5]
