"""What the rules find on a branch as it stands, on the boundary and on the days beside it, and since when."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.intervals import Interval
from organization.domain.branch_checklists import StudentDuty
from organization.domain.findings import Examined, Finding, Recorded, Seated, Size, findings_of, turned
from organization.domain.posts import PostKind
from organization.domain.rules import judge
from organization.domain.units import Form, Kind
from organization.domain.verdicts import kept

FOUNDED, DAY = date(2022, 9, 1), date(2024, 9, 1)
OFFICERS = (PostKind.ORGANIZATION_OFFICER, PostKind.PUBLICITY_OFFICER, PostKind.DISCIPLINE_OFFICER)


def seats(*kinds: PostKind, since: date = FOUNDED, until: date | None = None) -> tuple[Seated, ...]:
    """Each post held by somebody else."""
    return tuple(
        Seated(kind, UUID(int=number), Interval(since, until)) for number, kind in enumerate(kinds, start=1)
    )


DUTIES = tuple((duty.value, Interval(FOUNDED)) for duty in StudentDuty)
COMMITTEE = seats(PostKind.SECRETARY, *OFFICERS)


def branch(
    full: int = 10,
    *,
    probationary: int = 0,
    seated: tuple[Seated, ...] = COMMITTEE,
    form: Form = Form.COHORT,
    since: date = FOUNDED,
    duties: tuple[tuple[str, Interval], ...] = DUTIES,
    **known: object,
) -> Examined:
    size = Size(since, full=full, members=full + probationary, staff=1, students=full - 1)
    return Examined(
        UUID(int=1),
        "支部",
        Kind.BRANCH,
        form,
        Interval(FOUNDED),
        sizes=(size,),
        seated=seated,
        duties=duties,
        **known,  # type: ignore[arg-type] # passed on as it is
    )


def broken(unit: Examined, on: date = DAY) -> list[str]:
    return [finding.verdict.rule_id for finding in findings_of(unit, on)]


def finding(unit: Examined, rule_id: str, on: date = DAY) -> Finding:
    (found,) = [each for each in findings_of(unit, on) if each.verdict.rule_id == rule_id]
    return found


class TestSize:
    def test_nothing_is_found_on_a_branch_that_stands_well(self) -> None:
        assert broken(branch()) == []

    @pytest.mark.parametrize(("full", "rules"), [(2, ["BR-01", "BR-06"]), (3, []), (4, [])])
    def test_three_full_members_keep_a_branch(self, full: int, rules: list[str]) -> None:
        assert broken(branch(full, seated=seats(PostKind.SECRETARY))) == rules

    @pytest.mark.parametrize(("probationary", "rules"), [(39, []), (40, []), (41, ["BR-02"])])
    def test_fifty_members_of_every_status_are_the_most(self, probationary: int, rules: list[str]) -> None:
        assert broken(branch(10, probationary=probationary)) == rules

    def test_a_finding_shows_what_was_seen_needed_and_where_it_is_written(self) -> None:
        found = finding(branch(2, seated=seats(PostKind.SECRETARY)), "BR-01").verdict

        assert (found.seen, found.needed, found.source.article) == ("2", "≥ 3", "4")

    def test_a_branch_without_a_roll_has_nobody(self) -> None:
        empty = Examined(UUID(int=1), "支部", Kind.BRANCH, Form.COHORT, Interval(FOUNDED))

        assert finding(empty, "BR-01").since == FOUNDED


class TestCommittee:
    @pytest.mark.parametrize(
        ("full", "rules"),
        [(6, []), (7, ["BR-21", "BR-21.usual", "HE-04"]), (8, ["BR-21", "BR-21.usual", "HE-04"])],
    )
    def test_seven_full_members_need_a_committee(self, full: int, rules: list[str]) -> None:
        assert broken(branch(full, seated=seats(PostKind.SECRETARY))) == rules

    @pytest.mark.parametrize(
        ("more", "rules"),
        [(1, []), (2, ["BR-21.usual"]), (3, ["BR-21.usual"]), (4, ["BR-21", "BR-21.usual"])],
    )
    def test_five_are_usual_and_seven_the_most(self, more: int, rules: list[str]) -> None:
        unit = branch(20, seated=seats(PostKind.SECRETARY, *OFFICERS, *[PostKind.COMMITTEE_MEMBER] * more))

        assert broken(unit) == rules

    def test_somebody_with_two_posts_counts_once(self) -> None:
        both = Seated(PostKind.DEPUTY_SECRETARY, UUID(int=1), Interval(FOUNDED))

        assert broken(branch(6, seated=(*seats(PostKind.SECRETARY), both))) == []
        assert "BR-22" in broken(branch(6))

    def test_a_committee_fills_its_posts(self) -> None:
        lacking = seats(PostKind.SECRETARY, *OFFICERS[:2], PostKind.COMMITTEE_MEMBER)

        assert broken(branch(seated=lacking)) == ["BR-21.posts"]

    def test_a_post_that_falls_vacant_is_found_from_that_day(self) -> None:
        left = seats(PostKind.SECRETARY, until=DAY)
        unit = branch(5, seated=left)

        assert broken(unit, DAY - timedelta(days=1)) == []
        assert finding(unit, "BR-22.secretary").since == DAY


class TestForms:
    @pytest.mark.parametrize("form", [Form.FUNCTIONAL, Form.TEMPORARY])
    def test_a_branch_of_participants_only_needs_a_secretary(self, form: Form) -> None:
        assert broken(branch(0, form=form, seated=seats(PostKind.SECRETARY))) == []
        assert broken(branch(0, form=form, seated=())) == ["BR-22.secretary"]

    def test_a_joint_branch_keeps_both_sponsors_and_both_sorts_of_members(self) -> None:
        both = ((Kind.SCHOOL, Interval(FOUNDED)), (Kind.ACADEMY, Interval(FOUNDED, DAY)))
        joint = branch(form=Form.JOINT_TEACHER_STUDENT, sponsors=both)

        assert broken(joint, DAY - timedelta(days=1)) == []
        assert broken(joint) == ["BR-06", "SEED-04.academy"]
        only_students = Size(DAY, full=10, members=10, students=10)
        changed = replace(joint, sizes=(*joint.sizes, only_students))
        assert finding(changed, "SEED-04.members").since == DAY

    def test_a_branch_of_mostly_students_rests_on_what_students_share(self) -> None:
        for form in (Form.COHORT, Form.MAJOR):
            assert broken(branch(form=form)) == []
        for form in (Form.STAFF, Form.RETIREES):
            # Ten members, of whom nine are students.
            assert broken(branch(form=form)) == ["HE-05"]
        half = Size(FOUNDED, full=10, members=10, staff=5, students=5)
        assert broken(replace(branch(form=Form.STAFF), sizes=(half,))) == []
        more = Size(DAY, full=11, members=11, staff=5, students=6)
        assert finding(replace(branch(form=Form.STAFF), sizes=(half, more)), "HE-05").since == DAY

    def test_a_joint_branch_of_small_units_covers_five(self) -> None:
        six = tuple((Kind.DEPARTMENT, Interval(FOUNDED)) for _ in range(6))

        assert broken(branch(form=Form.JOINT_SMALL_UNITS, sponsors=six[:5])) == []
        assert broken(branch(form=Form.JOINT_SMALL_UNITS, sponsors=six)) == ["BR-03"]


class TestProjects:
    @staticmethod
    def _team(*hosted: Interval) -> Examined:
        return Examined(
            UUID(int=1), "支教团", Kind.TASK_TEAM, None, Interval(date(2024, 3, 1)), hosted=hosted
        )

    @pytest.mark.parametrize(("day", "rules"), [(31, []), (32, []), (33, ["BR-04"])])
    def test_six_months_bring_a_branch(self, day: int, rules: list[str]) -> None:
        assert broken(self._team(), date(2024, 7, 31) + timedelta(days=day)) == rules

    @staticmethod
    def _manned(*full: Interval, ends: date | None = None) -> Examined:
        crew = tuple((UUID(int=number), days) for number, days in enumerate(full, start=1))
        return replace(TestProjects._team(), crew=crew, planned_end_on=ends)

    @pytest.mark.parametrize(
        ("ends", "rules"),
        [
            (date(2024, 8, 31), []),
            (date(2024, 9, 1), ["BR-04.members"]),
            (date(2024, 9, 2), ["BR-04.members"]),
        ],
    )
    def test_one_that_is_to_last_six_months_and_has_the_members_wants_one_at_once(
        self, ends: date, rules: list[str]
    ) -> None:
        team = self._manned(*[Interval(date(2024, 3, 1))] * 3, ends=ends)

        assert broken(team, date(2024, 3, 1)) == rules

    def test_one_without_the_members_wants_none_however_long_it_lasts(self) -> None:
        start = date(2024, 3, 1)
        team = self._manned(Interval(start), Interval(start), Interval(DAY + timedelta(days=60)))

        assert broken(self._manned(), date(2024, 12, 1)) == []
        assert broken(team, DAY + timedelta(days=59)) == []
        found = finding(team, "BR-04.members", DAY + timedelta(days=80))
        assert (found.since, found.verdict.severity.value) == (DAY + timedelta(days=60), "block")

    def test_its_lack_is_found_from_the_day_after_the_period(self) -> None:
        assert finding(self._team(), "BR-04", date(2024, 12, 1)).since == date(2024, 9, 2)

    def test_a_branch_in_it_is_enough_while_it_lasts(self) -> None:
        team = self._team(Interval(date(2024, 4, 1), date(2024, 11, 1)))

        assert broken(team, date(2024, 10, 31)) == []
        assert finding(team, "BR-04", date(2024, 11, 5)).since == date(2024, 11, 1)


class TestDuties:
    @pytest.mark.parametrize(("day", "rules"), [(-1, []), (0, ["HE-07"]), (1, ["HE-07"])])
    def test_all_five_are_fulfilled(self, day: int, rules: list[str]) -> None:
        until = [(StudentDuty.CULTIVATE_AND_ADMIT.value, Interval(FOUNDED, DAY))]
        rest = [each for each in DUTIES if each[0] != StudentDuty.CULTIVATE_AND_ADMIT]

        assert broken(branch(duties=(*rest, *until)), DAY + timedelta(days=day)) == rules

    def test_they_are_missed_from_the_day_on_which_one_was_opened_again(self) -> None:
        unit = branch(duties=tuple((duty, Interval(FOUNDED, DAY)) for duty, _ in DUTIES))

        assert finding(unit, "HE-07", DAY + timedelta(days=40)).since == DAY

    def test_a_branch_of_staff_has_none(self) -> None:
        staff = replace(branch(form=Form.STAFF, duties=()), sizes=(Size(FOUNDED, 10, 10, staff=10),))

        assert broken(staff) == []


class TestPartySchools:
    @staticmethod
    def _university(*schools: Interval) -> Examined:
        return Examined(UUID(int=1), "学校", Kind.UNIVERSITY, None, Interval(FOUNDED), schools=schools)

    @pytest.mark.parametrize(("day", "rules"), [(-1, []), (0, ["HE-09"]), (1, ["HE-09"])])
    def test_a_university_runs_one(self, day: int, rules: list[str]) -> None:
        university = self._university(Interval(FOUNDED, DAY))

        assert broken(university, DAY + timedelta(days=day)) == rules
        assert broken(self._university()) == ["HE-09"]

    def test_its_lack_is_found_from_the_day_on_which_the_last_was_dissolved(self) -> None:
        assert finding(self._university(Interval(FOUNDED, DAY)), "HE-09", date(2025, 1, 1)).since == DAY


class TestSince:
    def test_it_is_found_from_the_day_on_which_it_broke(self) -> None:
        sizes = (Size(FOUNDED, full=5, members=5), Size(date(2024, 5, 1), full=2, members=2))
        unit = Examined(
            UUID(int=1),
            "支部",
            Kind.BRANCH,
            Form.COHORT,
            Interval(FOUNDED),
            sizes=sizes,
            seated=seats(PostKind.SECRETARY),
        )

        assert broken(unit, date(2024, 4, 30)) == []
        assert finding(unit, "BR-01", date(2024, 5, 1)).since == date(2024, 5, 1)
        assert finding(unit, "BR-01").since == date(2024, 5, 1)

    def test_what_was_mended_for_a_day_stands_anew(self) -> None:
        steps = [(FOUNDED, 2), (date(2023, 5, 1), 3), (date(2023, 5, 2), 1)]
        sizes = tuple(Size(day, full=full, members=full) for day, full in steps)
        unit = Examined(UUID(int=1), "支部", Kind.BRANCH, Form.COHORT, Interval(FOUNDED), sizes=sizes)

        assert finding(unit, "BR-01").since == date(2023, 5, 2)

    def test_nothing_is_found_before_there_was_a_rule(self) -> None:
        old = Examined(UUID(int=1), "支部", Kind.BRANCH, Form.COHORT, Interval(date(2010, 1, 1)))

        assert finding(old, "BR-01").since == date(2018, 10, 28)
        assert broken(old, date(2010, 6, 1)) == []

    # Whichever example comes first also reads the rule packs.
    @settings(deadline=None, max_examples=40)
    @given(
        st.lists(
            st.tuples(st.integers(0, 700), st.integers(0, 12)), max_size=8, unique_by=lambda step: step[0]
        )
    )
    def test_the_rule_is_broken_on_every_day_since_and_was_kept_before(
        self, steps: list[tuple[int, int]]
    ) -> None:
        sizes = tuple(
            Size(FOUNDED + timedelta(days=after), full=full, members=full) for after, full in sorted(steps)
        )
        unit = Examined(UUID(int=1), "支部", Kind.BRANCH, Form.COHORT, Interval(FOUNDED), sizes=sizes)

        for each in findings_of(unit, DAY):
            rule = each.verdict.rule_id
            assert rule in broken(unit, each.since)
            assert each.since == FOUNDED or rule not in broken(unit, each.since - timedelta(days=1))
            turns = [size.since for size in sizes if each.since < size.since <= DAY]
            assert all(rule in broken(unit, turn) for turn in turns)


def test_only_what_turned_since_the_last_scan_is_news() -> None:
    unit, other = UUID(int=1), UUID(int=2)
    said = judge("branch.establish", {"full_member_count": 2, "member_count": 2}, DAY)
    (verdict,) = [each for each in said if not each.satisfied]
    found = [Finding(each, "支部", verdict, DAY) for each in (unit, other)]
    at = datetime(2024, 9, 1, tzinfo=UTC)
    held = Recorded(UUID(int=9), unit, "支部", DAY, kept([verdict])[0], at)

    assert turned([], found) == (found, [])
    assert turned([held], found) == ([found[1]], [])
    assert turned([held], []) == ([], [held])
    assert turned([held], found[:1]) == ([], [])
