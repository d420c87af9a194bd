"""The generator of the demonstration university: every figure of the article, and nobody of it."""

from collections import Counter
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from random import Random

import pytest

from deploy.local.demo import admissions, founding, history, names, people, roles, structure
from deploy.local.demo.people import People, Person
from deploy.local.demo.sizes import Size, UnknownSizeError
from deploy.local.demo.structure import Structure
from shuyuan.organization.v1 import role_pb2

SIZES = ("small", "x3", "university")


def made(size: str) -> tuple[Size, Structure, People]:
    wanted = Size.parse(size)
    plan = structure.of(wanted)
    return wanted, plan, people.of(wanted, plan)


@pytest.fixture(scope="module", params=SIZES)
def university(request: pytest.FixtureRequest) -> tuple[Size, Structure, People]:
    return made(request.param)


@pytest.fixture(scope="module")
def small() -> tuple[Size, Structure, People]:
    return made("small")


def kinds(plan: Structure) -> Counter[str]:
    return Counter(unit.kind for unit in plan.units)


class TestSizes:
    @pytest.mark.parametrize(
        ("text", "number"), [("small", 2_000), ("university", 60_000), ("x3", 6_000), ("2500", 2_500)]
    )
    def test_a_size_is_a_name_a_factor_or_a_number_of_people(self, text: str, number: int) -> None:
        assert Size.parse(text).people == number

    @pytest.mark.parametrize("text", ["", "huge", "x0", "1999", "x501", "-1", "3x", "2000.5", "none"])
    def test_any_other_size_is_refused_in_one_line(self, text: str) -> None:
        with pytest.raises(UnknownSizeError) as refused:
            Size.parse(text)
        assert "\n" not in str(refused.value)


class TestFiguresOfTheArticle:
    def test_eighteen_departments_serve_the_leading_group_and_one_of_them_leads(
        self, university: tuple[Size, Structure, People]
    ) -> None:
        _, plan, _ = university
        group = next(unit for unit in plan.units if unit.kind == "KIND_LEADING_GROUP")
        parts = Counter(part for _, part in group.sponsors)
        assert parts == {"PART_LEAD": 1, "PART_PARTICIPANT": 17}
        assert kinds(plan)["KIND_DEPARTMENT"] == 18
        assert {key for key, _ in group.sponsors} == set(structure.department_keys())

    def test_the_article_names_seven_of_the_departments(self, small: tuple[Size, Structure, People]) -> None:
        _, plan, _ = small
        found = {unit.name for unit in plan.units if unit.kind == "KIND_DEPARTMENT"}
        assert {
            *("党委学工部", "党委组织部", "党委宣传部", "党委统战部"),
            *("教务处", "就业创业指导中心", "团委"),
        } <= found
        assert len(structure.NAMED_DEPARTMENTS) == 7

    def test_two_chairs_follow_the_party_secretary_and_the_president(
        self, small: tuple[Size, Structure, People]
    ) -> None:
        _, plan, _ = small
        chairs = [post.bound for post in plan.posts if post.kind == "KIND_CHAIR"]
        assert chairs == ["secretary", "president"]

    def test_three_campuses_and_nine_academies_bear_their_names(
        self, small: tuple[Size, Structure, People]
    ) -> None:
        _, plan, _ = small
        assert [name for _, name in structure.CAMPUSES] == ["兴庆校区", "雁塔校区", "创新港"]
        academies = [unit.name.removesuffix("书院") for unit in plan.units if unit.kind == "KIND_ACADEMY"]
        assert academies == ["彭康", "文治", "宗濂", "启德", "仲英", "励志", "崇实", "南洋", "钱学森"]

    def test_three_tiers_stand_one_below_the_other(self, university: tuple[Size, Structure, People]) -> None:
        _, plan, _ = university
        parents = {unit.key: unit for unit in plan.units}
        for joint in plan.joint_branches:
            general = parents[joint.parent]
            assert general.kind == "KIND_ACADEMY_GENERAL_BRANCH"
            assert parents[general.parent].kind == "KIND_COMMUNITY_COMMITTEE"

    def test_a_school_and_an_academy_carry_each_joint_branch(
        self, university: tuple[Size, Structure, People]
    ) -> None:
        _, plan, _ = university
        for joint in plan.joint_branches:
            assert [key.split("-")[0] for key, _ in joint.sponsors] == ["school", "academy"]

    def test_cohort_and_major_branches_become_joint_branches(
        self, university: tuple[Size, Structure, People]
    ) -> None:
        _, plan, _ = university
        gone = {key for one in plan.reorganizations for key in one.dissolves}
        forms = Counter(unit.form for unit in plan.units if unit.key in gone)
        assert forms["FORM_COHORT"] == forms["FORM_MAJOR"] == len(plan.joint_branches) / 2
        moved = {(move.source, move.target) for one in plan.reorganizations for move in one.moves}
        assert {source for source, _ in moved} == gone
        assert {target for _, target in moved} == {unit.key for unit in plan.joint_branches}

    def test_temporary_branches_have_a_task_and_an_appointed_secretary(
        self, small: tuple[Size, Structure, People]
    ) -> None:
        _, plan, everybody = small
        temporary = [unit for unit in plan.temporary if unit.form == "FORM_TEMPORARY"]
        assert [unit.name for unit in temporary[:2]] == ["研究生支教团临时党支部", "西迁精神读书会临时党支部"]
        epidemic = [unit for unit in temporary if history.is_epidemic(unit.key)]
        assert [unit.campus for unit in epidemic] == [code for code, _ in structure.CAMPUSES]
        posts = {post.key: post.kind for post in plan.posts}
        assert {posts[unit.basis] for unit in epidemic} == {"KIND_DEPUTY_HEAD", "KIND_DEPUTY_SECRETARY"}
        assert all(unit.more["task"] and unit.secretary in everybody.slots for unit in temporary)

    def test_edition_n_of_twenty_two_was_in_the_year_n_plus_1999(
        self, small: tuple[Size, Structure, People]
    ) -> None:
        _, plan, _ = small
        ids = {unit.key: unit.key for unit in plan.joint_branches}
        found = history.editions(plan, ids)
        assert [edition["number"] for edition in found] == list(range(1, 23))
        assert all(edition["number"] == edition["year"] - 1999 for edition in found)
        assert all(len(edition["results"]) == 10 for edition in found if "results" in edition)

    def test_a_hundred_swear_on_the_first_of_july_2021(
        self, university: tuple[Size, Structure, People]
    ) -> None:
        _, _, everybody = university
        assert len(everybody.oath_takers) == 100
        assert admissions.OATH_ON == "2021-07-01"
        assert everybody.applicants[:100] == tuple(everybody.oath_takers)


def share(part: int, whole: int) -> Decimal:
    return (Decimal(100) * part / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)


class TestIndicators:
    def test_sixty_percent_of_the_model_students_are_members(
        self, university: tuple[Size, Structure, People]
    ) -> None:
        size, _, everybody = university
        models = conferred(history.honours(size, everybody), "MODEL_STUDENT")
        assert share(len(models & members_of(everybody)), len(models)) == Decimal("60.0")

    def test_sixty_point_two_percent_of_the_members_were_honoured(
        self, university: tuple[Size, Structure, People]
    ) -> None:
        size, _, everybody = university
        honoured = conferred(history.honours(size, everybody), "SCHOLARSHIP", "COMMENDATION")
        members = members_of(everybody)
        assert share(len(honoured & members), len(members)) == Decimal("60.2")

    def test_nobody_is_honoured_twice_with_what_counts_once(
        self, small: tuple[Size, Structure, People]
    ) -> None:
        size, _, everybody = small
        found = [(honour["personId"], honour["kind"]) for honour in history.honours(size, everybody)]
        assert len(found) == len(set(found))


def conferred(honours: object, *wanted: str) -> set[str]:
    return {
        honour["personId"]
        for honour in honours  # type: ignore[attr-defined]
        if honour["kind"].removeprefix("HONOUR_KIND_") in wanted
    }


def members_of(everybody: People) -> set[str]:
    """Undergraduates who were members at the end of 2021."""
    sworn = {applicant.person.number for applicant in everybody.oath_takers}
    return {
        person.person_id for person in everybody.undergraduates if person.member or person.number in sworn
    }


class TestPeople:
    def test_there_are_as_many_as_asked_for_and_each_has_an_own_number(
        self, university: tuple[Size, Structure, People]
    ) -> None:
        size, _, everybody = university
        assert len(everybody.persons) == size.people
        assert len({person.number for person in everybody.persons}) == size.people

    def test_the_same_seed_gives_the_same_people_and_another_one_others(self) -> None:
        size, plan, everybody = made("small")
        assert people.of(size, plan) == everybody
        assert people.of(size, plan, seed=1) != everybody

    def test_nobody_bears_a_name_of_the_article(self, university: tuple[Size, Structure, People]) -> None:
        _, _, everybody = university
        assert not names.OF_THE_ARTICLE & {person.name for person in everybody.persons}
        assert {"宋思扬", "白玛央金"} <= names.OF_THE_ARTICLE

    def test_a_forbidden_name_is_drawn_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        first = names.draw(Random(7))
        monkeypatch.setattr(names, "OF_THE_ARTICLE", frozenset({first}))
        assert names.draw(Random(7)) != first

    def test_whoever_applies_is_eighteen(self, university: tuple[Size, Structure, People]) -> None:
        _, _, everybody = university
        for applicant in everybody.applicants:
            born = applicant.person.born
            assert date.fromisoformat(applicant.applied_on) >= born.replace(year=born.year + 18, day=1)

    def test_everybody_belongs_to_units_that_exist(self, university: tuple[Size, Structure, People]) -> None:
        _, plan, everybody = university
        since = {unit.key: date.fromisoformat(unit.on) for unit in plan.units}
        for person in everybody.persons:
            assert all(since[unit] <= day for _, unit, day in person.affiliations)
            if person.member:
                assert since[person.member.branch] <= person.member.since

    def test_undergraduates_belong_to_a_school_and_an_academy(
        self, small: tuple[Size, Structure, People]
    ) -> None:
        _, _, everybody = small
        for person in everybody.undergraduates:
            assert [kind for kind, _, _ in person.affiliations] == [people.SCHOOL, people.ACADEMY]

    def test_branches_have_from_three_to_forty_nine_members(
        self, university: tuple[Size, Structure, People]
    ) -> None:
        _, plan, everybody = university
        rolls = Counter(person.member.branch for person in everybody.members if person.member)
        formal = {
            unit.key for unit in plan.units if unit.kind == "KIND_BRANCH" and unit.form != "FORM_RETIREES"
        }
        assert formal <= set(rolls)
        assert all(3 <= rolls[branch] < 50 for branch in formal)

    def test_teachers_and_students_meet_in_each_joint_branch(
        self, university: tuple[Size, Structure, People]
    ) -> None:
        _, plan, everybody = university
        guides = admissions.guides(everybody)
        for joint in plan.joint_branches:
            kinds_there = Counter(person.kind for person in guides[joint.key])
            assert kinds_there["PERSON_KIND_STAFF"] == 3
            assert kinds_there["PERSON_KIND_STUDENT"] >= 4

    def test_a_move_by_school_brings_everybody_where_the_generator_says(
        self, small: tuple[Size, Structure, People]
    ) -> None:
        _, plan, everybody = small
        moves = [move for one in plan.reorganizations for move in one.moves]

        def goes_to(person: Person) -> str:
            belongs = {unit for _, unit, _ in person.affiliations}
            return next(
                move.target
                for move in moves
                if person.member
                and move.source == person.member.branch
                and (not move.school or move.school in belongs)
            )

        for person in everybody.members:
            if person.joint:
                assert goes_to(person) == person.joint


class TestOrder:
    def test_every_unit_comes_after_what_it_stands_on(
        self, university: tuple[Size, Structure, People]
    ) -> None:
        _, plan, _ = university
        levels = list(founding.levels(plan.units))
        assert sum(map(len, levels)) == len(plan.units)
        assert [unit.key for unit in levels[0]][:2] == ["party", "president-meeting"]

    def test_a_branch_is_entered_in_one_batch(self, university: tuple[Size, Structure, People]) -> None:
        _, _, everybody = university
        batches = list(founding.whole_branches(everybody.members))
        assert sum(map(len, batches)) == len(everybody.members)
        seen = [{person.member.branch for person in batch if person.member} for batch in batches]
        assert sum(map(len, seen)) == len(set().union(*seen))
        assert all(0 < len(batch) <= founding.MEMBERS_AT_ONCE for batch in batches)

    def test_units_of_one_parent_have_different_names(
        self, university: tuple[Size, Structure, People]
    ) -> None:
        _, plan, _ = university
        everything = [*plan.units, *plan.joint_branches, *plan.temporary]
        found = Counter((unit.parent, unit.name) for unit in everything)
        assert found.most_common(1)[0][1] == 1

    def test_every_part_is_played_by_a_person(self, university: tuple[Size, Structure, People]) -> None:
        _, plan, everybody = university
        holders = {post.holder for post in (*plan.posts, *plan.branch_posts) if post.holder}
        assert holders <= set(everybody.slots)


class TestLogins:
    def test_each_role_has_a_demo_login(self, small: tuple[Size, Structure, People]) -> None:
        _, plan, everybody = small
        known = {name.removeprefix("ROLE_").lower() for name in role_pb2.Role.DESCRIPTOR.values_by_name} - {
            "unspecified"
        }
        found = roles.logins(plan, everybody)
        assert {login.role for login in found} == known
        assert found[0].number == "admin"


class TestCases:
    def test_the_steps_of_a_case_are_in_the_order_of_their_days(
        self, small: tuple[Size, Structure, People]
    ) -> None:
        _, plan, everybody = small
        ids = {unit.key: unit.key for unit in (*plan.units, *plan.joint_branches)}
        for case in admissions.cases(everybody, ids, "committee", everybody.applicants):
            days = [step["occurredOn"] for step in case["steps"]]
            assert days == sorted(days)
            assert case["appliedOn"] < days[0]

    def test_an_oath_taker_is_admitted_before_the_oath_and_converted_after_it(
        self, small: tuple[Size, Structure, People]
    ) -> None:
        _, plan, everybody = small
        ids = {unit.key: unit.key for unit in (*plan.units, *plan.joint_branches)}
        for case in admissions.cases(everybody, ids, "committee", everybody.oath_takers):
            days = {step["step"]: step["occurredOn"] for step in case["steps"]}
            assert days["approval"] < admissions.OATH_ON < days["conversion_approval"]
