"""The people of the demonstration university from a seeded generator: who they are, where they belong, what they are
in the Party. The same size and seed give the same people.

They are as they were at the end of 2021; nobody has left since. Nothing here asks the gateway.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from uuid import UUID, uuid5

from deploy.local.demo import names, structure
from deploy.local.demo.sizes import OATH_TAKERS, Size
from deploy.local.demo.structure import Structure

SEED = 20_210_701
NAMESPACE = UUID("5d4a1c60-7a4e-5a54-9c55-202107010100")
COHORTS = range(2017, 2022)
SCHOOL, ACADEMY, DEPARTMENT = (f"AFFILIATION_KIND_{kind}" for kind in ("SCHOOL", "ACADEMY", "DEPARTMENT"))


@dataclass(frozen=True)
class Membership:
    """A member's branch and standing, as it was before the demonstration's own history."""

    branch: str
    since: date
    probation_from: date
    standing_from: date


@dataclass(frozen=True)
class Person:
    """One synthetic person; `slot` is the part that the structure has for them."""

    number: str
    name: str
    kind: str
    category: str
    born: date
    affiliations: tuple[tuple[str, str, date], ...]
    member: Membership | None = None
    slot: str = ""
    # The joint branch to which the reorganisation brings a member of an old one.
    joint: str = ""

    @property
    def person_id(self) -> str:
        """The id that the person is registered with."""
        return str(uuid5(NAMESPACE, self.number))


@dataclass(frozen=True)
class Applicant:
    """Somebody with an admission case in a joint branch; `reached` is applicant, activist or member."""

    person: Person
    joint: str
    reached: str
    applied_on: str


@dataclass(frozen=True)
class People:
    """Everybody, and who applied; the hundred oath takers come first."""

    persons: tuple[Person, ...]
    applicants: tuple[Applicant, ...]

    @property
    def oath_takers(self) -> list[Applicant]:
        """Those who were admitted in 2021."""
        return [applicant for applicant in self.applicants if applicant.reached == "member"]

    @property
    def slots(self) -> dict[str, Person]:
        """Whoever has a part, by the part."""
        return {person.slot: person for person in self.persons if person.slot}

    @property
    def members(self) -> list[Person]:
        """Members before the demonstration's own history, those of a branch together."""
        found = [person for person in self.persons if person.member]
        return sorted(
            found, key=lambda person: (person.member.branch if person.member else "", person.number)
        )

    @property
    def undergraduates(self) -> list[Person]:
        return [person for person in self.persons if person.category == "PERSON_CATEGORY_UNDERGRADUATE"]


# Parts that no post of the structure has: people who work with the system.
EXTRA_SLOTS = ("organization-clerk", "affairs-clerk", "auditor", "judge-0", "judge-1", "judge-2")


def of(size: Size, plan: Structure, seed: int = SEED) -> People:
    """The people of a university of this size."""
    rng = Random(seed)  # noqa: S311 - synthetic people, no secrets
    students, applicants = _undergraduates(rng, size)
    staff = list(_staff(rng, size, plan))
    return People((*staff, *students, *_postgraduates(rng, size)), tuple(applicants))


def _person(rng: Random, number: str, category: str, born: date, **more: object) -> Person:
    student = category in ("UNDERGRADUATE", "MASTER", "DOCTORAL")
    return Person(
        number=number,
        name=names.draw(rng),
        kind="PERSON_KIND_STUDENT" if student else "PERSON_KIND_STAFF",
        category=f"PERSON_CATEGORY_{category}",
        born=born,
        **more,  # type: ignore[arg-type]
    )


def _some_day(rng: Random, first: date, days: int) -> date:
    return first + timedelta(days=rng.randrange(days))


# How far the applicants of a cohort have come: who applied in 2019 swore in 2021.
REACHED = {
    2018: ("member", "2019-09-16"),
    2019: ("member", "2019-09-16"),
    2020: ("activist", "2020-09-28"),
    2021: ("applicant", "2021-09-17"),
}


def _undergraduates(rng: Random, size: Size) -> tuple[list[Person], list[Applicant]]:
    """Every cohort spreads evenly over the academies and their joint branches."""
    established = size.undergraduate_members - OATH_TAKERS
    full = {2017: established - established // 2, 2018: established // 2}
    left = {2018: OATH_TAKERS // 2, 2019: OATH_TAKERS // 2, 2020: size.activists, 2021: size.applicants}
    people: list[Person] = []
    applicants: list[Applicant] = []
    for index in range(size.undergraduates):
        cohort, order = COHORTS[index % len(COHORTS)], index // len(COHORTS)
        academy, joint = order % 9, order // 9 % (2 * size.pairs)
        is_member = order < full.get(cohort, 0)
        person = _undergraduate(rng, size, cohort, order, (academy, joint), is_member=is_member)
        people.append(person)
        if not is_member and left.get(cohort, 0) > 0:
            left[cohort] -= 1
            applicants.append(Applicant(person, f"joint-{academy}-{joint}", *REACHED[cohort]))
    applicants.sort(key=lambda applicant: applicant.reached != "member")
    return people, applicants


def _undergraduate(
    rng: Random, size: Size, cohort: int, order: int, where: tuple[int, int], *, is_member: bool
) -> Person:
    academy, joint = where
    entered, born = date(cohort, 9, 1), _some_day(rng, date(cohort - 19, 9, 1), 365)
    member = None
    if is_member:
        old = "cohort" if cohort == structure.COHORT_YEAR else "major"
        probation = _some_day(rng, date(2019, 5, 10), 40)
        branch = f"{old}-{academy}-{joint // 2}"
        member = Membership(branch, probation, probation, probation.replace(year=2020))
    return _person(
        rng,
        f"{cohort % 100}1{order:05}",
        "UNDERGRADUATE",
        born,
        affiliations=(
            (SCHOOL, f"school-{structure.school_of(size, academy, joint)}", entered),
            (ACADEMY, f"academy-{academy}", entered),
        ),
        member=member,
        joint=f"joint-{academy}-{joint}" if is_member else "",
    )


def _postgraduates(rng: Random, size: Size) -> Iterator[Person]:
    for index in range(size.postgraduates):
        cohort, school = 2019 + index % 3, index % size.schools
        entered, category = date(cohort, 9, 1), "DOCTORAL" if index % 4 == 3 else "MASTER"
        member = None
        if index < size.postgraduate_members:
            branch = f"postgraduate-branch-{school}-{index // size.schools % size.postgraduate_branches}"
            probation = _some_day(rng, date(cohort - 3, 5, 1), 400)
            member = Membership(branch, entered, probation, _years(probation, 1))
        yield _person(
            rng,
            f"{cohort % 100}3{index:05}",
            category,
            _some_day(rng, date(cohort - 24, 9, 1), 700),
            affiliations=((SCHOOL, f"school-{school}", entered),),
            member=member,
        )


def _years(day: date, years: int) -> date:
    # The 29th of February has no anniversary.
    return (day - timedelta(days=1) if (day.month, day.day) == (2, 29) else day).replace(
        year=day.year + years
    )


def _staff(rng: Random, size: Size, plan: Structure) -> Iterator[Person]:
    slots = list(_slots(plan))
    working, free = size.staff - size.retired, 0
    for index in range(working):
        slot, home, branch = slots[index] if index < len(slots) else ("", "", "")
        if not slot:
            school = free % size.schools
            home = f"school-{school}"
            if index < size.staff_members:
                branch = f"staff-branch-{school}-{free // size.schools % size.staff_branches}"
            free += 1
        yield _employee(rng, index, slot, home, _office(branch, index))
    for index in range(size.retired):
        branch = f"retirees-branch-{index % size.retired_branches}" if index % 2 == 0 else ""
        yield _employee(rng, working + index, "", "department-3", branch, retired=True)


def _office(branch: str, index: int) -> str:
    return f"office-branch-{index % structure.OFFICE_BRANCHES}" if branch == "office" else branch


def _slots(plan: Structure) -> Iterator[tuple[str, str, str]]:
    """Each part with the unit and the branch of whoever plays it."""
    for slot in EXTRA_SLOTS:
        yield slot, structure.LEAD if slot == "affairs-clerk" else "organization", "office"
    for post in plan.posts:
        if post.holder:
            yield post.holder, *_home(post.unit)
    for unit in plan.joint_branches:
        _, academy, joint = unit.key.split("-")
        school = next(key for key, _ in unit.sponsors if key.startswith("school"))
        for slot in structure.teachers_of(unit.key):
            yield slot, school, f"major-{academy}-{int(joint) // 2}"


def _home(unit: str) -> tuple[str, str]:
    """Where whoever has a post in a unit belongs, and in which branch."""
    if unit.startswith("school"):
        number = unit.rsplit("-", 1)[1]
        return f"school-{number}", f"staff-branch-{number}-0"
    departments = set(structure.department_keys())
    home = unit if unit in departments or unit.startswith("academy") else "organization"
    if unit.startswith("general"):
        home = f"academy-{unit.rsplit('-', 1)[1]}"
    return home, "office"


def _employee(rng: Random, index: int, slot: str, home: str, branch: str, *, retired: bool = False) -> Person:
    born = _some_day(rng, date(1940, 1, 1), 5_000) if retired else _some_day(rng, date(1962, 1, 1), 9_000)
    entered = _years(born, 27).replace(month=7, day=1)
    member = None
    if branch:
        probation = _some_day(rng, _years(born, 20), 1_500)
        since = max(entered, probation, date.fromisoformat(_first_day(branch)))
        member = Membership(branch, since, probation, _years(probation, 1))
    kind = {"academy": ACADEMY, "school": SCHOOL}.get(home.split("-")[0], DEPARTMENT)
    founded = date.fromisoformat(structure.FOUNDED)
    return _person(
        rng,
        f"{index:06}",
        _category(slot, home, retired=retired),
        born,
        affiliations=((kind, home, max(entered, founded)),),
        member=member,
        slot=slot,
        # A teacher's part is named after the joint branch into which the school sends them.
        joint=slot.rpartition("-teacher")[0],
    )


def _first_day(branch: str) -> str:
    return structure.OLD_BRANCHES_FROM if branch.startswith("major") else structure.FOUNDED


def _category(slot: str, home: str, *, retired: bool) -> str:
    if retired:
        return "RETIRED"
    if slot.startswith("counsellor"):
        return "COUNSELLOR"
    return "TEACHER" if home.startswith("school") else "ADMINISTRATOR"
