"""What happened: twenty-two editions of the award, the honours of a year, two indicators, temporary branches.

Plain data, in the order in which it is entered; nothing here asks the gateway.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from deploy.local.demo.people import SEED, People, Person
from deploy.local.demo.sizes import Size
from deploy.local.demo.structure import EPIDEMIC_UNTIL, Structure

END_OF_YEAR = "2021-12-31"
YEAR = 2021
# Edition n was in the year n + 1999.
EDITIONS, BEFORE_FIRST, WINNERS = 22, 1999, 10
MODEL_STUDENTS, MODEL_MEMBERS = 20, 12

AWARD: dict[str, Any] = {
    "name": "本科生“十佳党支部”",
    "level": "AWARD_LEVEL_UNIVERSITY",
    "eligibleKinds": ["KIND_BRANCH"],
    "firstYear": BEFORE_FIRST + 1,
    "dimensions": [{"key": "branch", "name": "战斗堡垒作用"}, {"key": "members", "name": "先锋模范作用"}],
    "criteria": [
        {
            "key": "org_life",
            "dimensionKey": "branch",
            "name": "组织生活",
            "weight": "0.40",
            "source": "CRITERION_SOURCE_FACT",
            "fact": "FACT_KEY_BRANCH_GENERAL_MEETINGS",
            "bands": [{"atLeast": "0", "score": "40"}, {"atLeast": "4", "score": "100"}],
        },
        {
            "key": "defence",
            "dimensionKey": "members",
            "name": "现场答辩",
            "weight": "0.60",
            "source": "CRITERION_SOURCE_JUDGES",
        },
    ],
}


def editions(plan: Structure, unit_ids: dict[str, str]) -> list[dict[str, Any]]:
    """The twenty-two past editions; of the early ones only some evidence is left."""
    rng = Random(SEED)  # noqa: S311 - synthetic results
    found = []
    for number in range(1, EDITIONS + 1):
        year = number + BEFORE_FIRST
        edition = {"number": number, "year": year, "quota": WINNERS, "awardedOn": f"{year}-12-09"}
        if number > EDITIONS - 2:
            chosen = rng.sample(plan.joint_branches, WINNERS)
            edition["results"] = [
                {"place": place, "unitId": unit_ids[unit.key], "unitName": unit.name, "winner": True}
                for place, unit in enumerate(chosen, 1)
            ]
        elif number > 8:
            edition["results"] = [
                {"place": place, "unitName": f"{year}年度第{place}名党支部", "winner": True}
                for place in range(1, WINNERS + 1)
            ]
        if number > 4:
            notice = {"description": "表彰决定", "reference": f"示范党〔{year}〕{number:02}号"}
            edition["evidence"] = [notice]
        found.append(edition)
    return found


def honours(size: Size, people: People) -> Iterator[dict[str, Any]]:
    """Honours of 2021: members in exactly the shares of the article, others beside them."""
    rng = Random(SEED)  # noqa: S311 - synthetic honours
    oath = {applicant.person.number for applicant in people.oath_takers}
    members = [person for person in people.undergraduates if person.member or person.number in oath]
    others = [
        person
        for person in people.undergraduates
        if not person.member and person.number not in oath and person.affiliations[0][2].year < YEAR
    ]
    for person in [
        *rng.sample(members, MODEL_MEMBERS),
        *rng.sample(others, MODEL_STUDENTS - MODEL_MEMBERS),
    ]:
        yield _honour(person, "MODEL_STUDENT", "优秀学生标兵", "2021-11-20")
    honoured = rng.sample(members, size.honoured_members)
    for number, person in enumerate([*honoured, *rng.sample(others, len(others) // 4)]):
        if number % 3 == 0:
            yield _honour(person, "COMMENDATION", "优秀学生干部", "2021-11-25")
        else:
            yield _honour(person, "SCHOLARSHIP", "校级奖学金", "2021-10-15")
    for person, title in zip(
        rng.sample(members, 2), ("全国大学生年度人物", "大学生自强之星标兵"), strict=True
    ):
        yield _honour(
            person, "NATIONAL", title, "2021-05-04", issuer="全国评选组委会（示例）", level="NATIONAL"
        )


def _honour(
    person: Person, kind: str, title: str, day: str, issuer: str = "示范大学", level: str = "UNIVERSITY"
) -> dict[str, Any]:
    return {
        "personId": person.person_id,
        "kind": f"HONOUR_KIND_{kind}",
        "title": title,
        "issuer": issuer,
        "level": f"AWARD_LEVEL_{level}",
        "year": YEAR,
        "awardedOn": day,
        "evidence": f"示范大学{YEAR}年表彰文件",
    }


COUNTED = ["MEMBERSHIP_STATUS_PROBATIONARY", "MEMBERSHIP_STATUS_FULL"]
UNDERGRADUATES = ["PERSON_CATEGORY_UNDERGRADUATE"]
# Two shares that look alike: the one divides by model students, the other by members.
INDICATORS: tuple[tuple[dict[str, Any], str | None], ...] = (
    (
        {
            "code": "members_among_model_students",
            "name": "本科生优秀学生标兵中党员比例",
            "definition": {
                "denominator": "POPULATION_HONOURED_PERSONS",
                "honourKinds": ["HONOUR_KIND_MODEL_STUDENT"],
                "membershipStatuses": COUNTED,
                "personCategories": UNDERGRADUATES,
                "asOfBasis": "AS_OF_BASIS_AWARD_DATE",
            },
        },
        None,
    ),
    (
        {
            "code": "honoured_among_members",
            "name": "党员获得奖学金及表彰奖励比例",
            "definition": {
                "denominator": "POPULATION_MEMBERS",
                "honourKinds": ["HONOUR_KIND_SCHOLARSHIP", "HONOUR_KIND_COMMENDATION"],
                "membershipStatuses": COUNTED,
                "personCategories": UNDERGRADUATES,
                "asOfBasis": "AS_OF_BASIS_NAMED_DAY",
            },
        },
        END_OF_YEAR,
    ),
)


@dataclass(frozen=True)
class Participation:
    """A member takes part in a functional or temporary branch beside the own one."""

    person: Person
    unit: str
    since: str
    until: str | None = None


def participations(plan: Structure, people: People) -> list[Participation]:
    """Four students in each functional and temporary branch; postgraduates, whom nothing has moved since."""
    students = [person for person in people.members if person.category == "PERSON_CATEGORY_MASTER"]
    chosen = iter(students)
    return [
        Participation(next(chosen), unit.key, unit.on, EPIDEMIC_UNTIL if is_epidemic(unit.key) else None)
        for unit in plan.temporary
        for _ in range(4)
    ]


def is_epidemic(key: str) -> bool:
    """Whether the unit is one of the temporary branches of the epidemic, which are dissolved again."""
    return key.startswith("epidemic")
