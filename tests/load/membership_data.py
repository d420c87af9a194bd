"""A university for `python -m tests.load membership`: units, rows of rosters and of a campus system, cases on paper.

Units, people, members and the first cases come by the ways that callers have. Of the cases there are far too many for
that: whoever was brought in is copied onto other people by a few statements on the service's own tables.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any
from uuid import UUID

import asyncpg

from deploy.local import sql
from deploy.local.demo import admissions, names
from deploy.local.demo.asking import LARGE_AT_ONCE, Gateway, batched
from deploy.local.demo.founding import MEMBERSHIP, ORGANIZATION

FOUNDED = "2010-09-01"
# A batch is one request, small enough for a busy machine.
CASES_AT_ONCE = 25
# What is left out of a whole admission at its end, so that the case is still open.
LAST_STEPS, FIRST_STEPS = 2, 3
# The paper begins in the autumn of 2019. Cases that are over began up to five years before and three after; open
# ones four after.
YEARS_OVER, YEARS_OPEN = range(-5, 4), 4
APPLIED_ON = "2019-09-17"

_DAY = re.compile(r"(\d{4})(-\d\d-\d\d)")
_COPIED = ("admission_case", "case_step", "case_companion", "case_ballot")
PERSON_HEADERS = [
    *("姓名", "学工号", "人员类别", "人员身份", "出生日期"),
    *("学院", "学院起始日期", "书院", "书院起始日期"),
]
MEMBER_HEADERS = ["姓名", "学工号", "党支部", "组织关系起始日期", "党员类别", "入党日期", "转正日期"]


@dataclass(frozen=True)
class University:
    """The units of a run; `tag` keeps its names and numbers apart from those of others."""

    tag: str
    units: dict[str, str]
    branches: int

    def named(self, key: str) -> str:
        """The name of a unit."""
        return f"{self.tag}{key}"

    def branch(self, number: int) -> str:
        """The branch in which somebody of this number is."""
        return f"branch-{number % self.branches}"

    def people(self, count: int) -> Iterator[list[str]]:
        """Rows of a roster of persons, each with two ties."""
        rng = Random(1)
        for number in range(count):
            ties = (self.named("school"), "2021-09-01", self.named("academy"), "2022-09-01")
            yield [names.draw(rng), f"{self.tag}{number:06}", "学生", "本科生", "1996-03-01", *ties]

    def members(self, rows: Sequence[Sequence[str]]) -> Iterator[list[str]]:
        """Rows of a roster of members: these persons, all of them full members for years."""
        for number, (name, campus_number, *_) in enumerate(rows):
            days = ("2014-06-01", "正式党员", "2012-06-01", "2013-06-01")
            yield [name, campus_number, self.named(self.branch(number)), *days]

    def synced(self, count: int, *, room: str) -> Iterator[dict[str, Any]]:
        """Rows of a campus system: people with two ties and a room."""
        rng = Random(2)
        for number in range(count):
            yield {
                "externalId": f"{self.tag}-{number}",
                "name": names.draw(rng),
                "campusNumber": f"{self.tag}s{number:06}",
                "kind": "PERSON_KIND_STUDENT",
                "category": "PERSON_CATEGORY_UNDERGRADUATE",
                "birthDate": "2005-03-01",
                "room": f"{room}-{number // 4}",
                "affiliations": [
                    {
                        "kind": f"AFFILIATION_KIND_{kind}",
                        "unit": self.named(kind.lower()),
                        "firstDay": "2024-09-01",
                        "endDay": "",
                    }
                    for kind in ("SCHOOL", "ACADEMY")
                ],
            }


def found(gateway: Gateway, tag: str, branches: int) -> University:
    """Establish the units."""
    root = gateway.get("/v1/units?kind=KIND_UNIVERSITY")["units"][0]["unitId"]
    university = University(tag, {"root": root}, branches)

    def establish(key: str, parent: str, **unit: str) -> None:
        body = {
            "parentUnitId": university.units[parent],
            "unit": {"name": university.named(key), **unit},
            "establishedOn": FOUNDED,
        }
        university.units[key] = gateway.post("/v1/units", body, key=f"unit-{key}")["unitId"]

    for key, kind, parent in (
        ("school", "SCHOOL", "root"),
        ("academy", "ACADEMY", "root"),
        ("party", "UNIVERSITY_COMMITTEE", "root"),
        ("community", "COMMUNITY_COMMITTEE", "party"),
        ("general", "ACADEMY_GENERAL_BRANCH", "community"),
    ):
        establish(key, parent, kind=f"KIND_{kind}")
    branch = {"kind": "KIND_BRANCH", "form": "FORM_MAJOR", "majorCode": "0801"}
    gateway.each("branches", range(branches), lambda n: establish(f"branch-{n}", "general", **branch))
    gateway.settle(MEMBERSHIP)
    return university


# ── cases ────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Staff:
    """Who is there: the members of each branch, and everybody who is none."""

    members: dict[str, list[str]]
    others: list[str]


async def _people(url: str, university: University) -> Staff:
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(
            "SELECT unit_id, person_id FROM relationship WHERE recorded_until IS NULL ORDER BY person_id"
        )
        keys = {UUID(unit_id): key for key, unit_id in university.units.items()}
        members: dict[str, list[str]] = {}
        for row in rows:
            if row["unit_id"] in keys:
                members.setdefault(keys[row["unit_id"]], []).append(str(row["person_id"]))
        others = await connection.fetch(
            """SELECT DISTINCT person_id FROM affiliation
                WHERE unit_id = $1 AND person_id NOT IN (SELECT person_id FROM member) ORDER BY person_id""",
            UUID(university.units["school"]),
        )
        return Staff(members, [str(row["person_id"]) for row in others])
    finally:
        await connection.close()


def people_of(url: str, university: University) -> Staff:
    """Read who is there from membership's own tables."""
    return sql.run(_people(url, university))


def bring_in(
    gateway: Gateway, university: University, staff: Staff, people: Sequence[str], *, over: bool
) -> None:
    """Enter a case of each of these people from paper: whole admissions, or the first part of them."""
    what = "cases-over" if over else "cases-open"
    batches = list(enumerate(batched(enumerate(people), CASES_AT_ONCE)))

    def enter(batch: tuple[int, tuple[tuple[int, str], ...]]) -> None:
        number, applicants = batch
        papers = [_paper(university, staff, order, person, over=over) for order, person in applicants]
        body = {"sourceReference": university.tag, "cases": papers}
        gateway.post("/v1/admissionCases:import", body, key=f"{what}-{number}")

    gateway.each(what, batches, enter, at_once=LARGE_AT_ONCE)
    gateway.settle(ORGANIZATION)


def _paper(university: University, staff: Staff, order: int, person: str, *, over: bool) -> dict[str, Any]:
    branch = university.branch(order)
    guides = staff.members[branch]
    around = admissions.Around(guides, guides[0], university.units["community"])
    steps = admissions.steps("member", around, order, order)
    years = YEARS_OVER[order % len(YEARS_OVER)] if over else YEARS_OPEN
    if not over:
        steps = steps[: FIRST_STEPS + order % (len(steps) - FIRST_STEPS - LAST_STEPS + 1)]
    paper: dict[str, Any] = _later(
        {
            "personId": person,
            "unitId": university.units[branch],
            "appliedOn": APPLIED_ON,
            "route": "APPLICATION_ROUTE_WORK_OR_STUDY_UNIT",
            "isChineseCitizen": True,
            "acceptsProgramme": True,
            "steps": steps,
        },
        years,
    )
    return paper


def _later(value: Any, years: int) -> Any:
    """The same with every day so many years later; there is no 29 February among them."""
    if isinstance(value, dict):
        return {key: _later(one, years) for key, one in value.items()}
    if isinstance(value, list):
        return [_later(one, years) for one in value]
    found = _DAY.fullmatch(value) if isinstance(value, str) else None
    return value if found is None else f"{int(found[1]) + years}{found[2]}"


async def _copy(url: str, branches: Sequence[UUID], people: Sequence[UUID], *, is_open: bool) -> None:
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await connection.execute(
                """CREATE TEMP TABLE copied ON COMMIT DROP AS
                   WITH source AS (
                       SELECT case_id, row_number() OVER (ORDER BY case_id) - 1 AS place, count(*) OVER () AS all_of_them
                         FROM admission_case
                        WHERE unit_id = ANY ($1::uuid[]) AND (state = 'open') = $2)
                   SELECT s.case_id AS old_id, gen_random_uuid() AS case_id, p.person_id
                     FROM unnest($3::uuid[]) WITH ORDINALITY AS p (person_id, place)
                     JOIN source s ON s.place = p.place % s.all_of_them""",
                branches,
                is_open,
                people,
            )
            for table in _COPIED:
                extra = ", 'person_id', c.person_id" if table == "admission_case" else ""
                await connection.execute(
                    f"""INSERT INTO {table}
                        SELECT (jsonb_populate_record(t, jsonb_build_object('case_id', c.case_id{extra}))).*
                          FROM {table} t JOIN copied c ON c.old_id = t.case_id"""
                )
        # As autovacuum would a moment later.
        await connection.execute("ANALYZE")
    finally:
        await connection.close()


def copy_cases(url: str, university: University, people: Sequence[str], *, over: bool) -> None:
    """Let each of these people have a copy of one of the cases that were brought in."""
    branches = [UUID(university.units[university.branch(number)]) for number in range(university.branches)]
    sql.run(_copy(url, branches, [UUID(person) for person in people], is_open=not over))
