"""Enters what members take upon themselves: model posts, secondments, a peer mentor and pledges.

As much of it at every size; the last of a kind is left undecided where somebody decides on it.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from deploy.local.demo import admissions, structure
from deploy.local.demo.asking import Gateway
from deploy.local.demo.founding import EVALUATION, MEMBERSHIP, Founding
from deploy.local.demo.people import People, Person
from deploy.local.demo.structure import Structure

BRANCH = "joint-0-0"
# Branch and what the post is; its first student holds it.
MODEL_POSTS = (("joint-0-0", "宿舍楼宇服务岗"), ("joint-1-0", "实验室安全岗"), ("joint-2-0", "图书馆服务岗"))
SECONDED = ("joint-0-0", "joint-1-0", "joint-2-0")
# Guides since the autumn after its mentees became full members.
GUIDES_FROM, GUIDED_ON, RATED_ON = "2022-09-01", "2022-10-14", "2023-06-20"
MENTOR_YEAR, MENTEE_YEAR, MENTEES = 2018, 2019, 2
ACTS = ("SHOW_IDENTITY", "SET_IMAGE", "TAKE_THE_LEAD")
PLEDGING = ("joint-0-0-teacher-0", "joint-0-0-teacher-1", "joint-1-0-teacher-0")


class Commitments:
    """What members take upon themselves, in a university whose admissions are over."""

    def __init__(self, gateway: Gateway, plan: Structure, everybody: People, founding: Founding) -> None:
        self._gateway, self._plan, self._people, self._founding = gateway, plan, everybody, founding
        self._guides: Mapping[str, Sequence[Person]] = admissions.guides(everybody)

    def make(self, day: date) -> None:
        """All of them; pledges are for the year of the day."""
        self._gateway.settle(MEMBERSHIP, EVALUATION)
        self._gateway.each("示范岗 model posts", enumerate(MODEL_POSTS), self._nominate)
        self._gateway.each("选派 secondments", enumerate(SECONDED), self._second)
        self._gateway.each("朋辈 peer mentors", (BRANCH,), self._mentor)
        self._gateway.each(
            "承诺 pledges", enumerate(PLEDGING), lambda numbered: self._pledge(*numbered, day=day)
        )

    def _post(self, path: str, body: Any, key: str, *, etag: str | None = None, by: str | None = None) -> Any:
        return self._gateway.post(path, body, key=key, by=by or self._founding.clerk, etag=etag)

    def _nominate(self, numbered: tuple[int, tuple[str, str]]) -> None:
        """The branch nominates; the first is displayed, the last waits for its approval."""
        number, (branch, post) = numbered
        body = {
            "unitId": self._founding.units[branch],
            "personId": self._guides[branch][0].person_id,
            "post": post,
            "basis": "带动同学共同进步",
            "pledge": "有求必应",
        }
        secretary = self._founding.number(f"{branch}-teacher-0")
        made = self._post("/v1/modelPosts", body, f"model-{branch}", by=secretary)
        path = f"/v1/modelPosts/{made['modelPostId']}"
        if number < len(MODEL_POSTS) - 1:
            document = {"documentNumber": f"示党组〔2022〕{number + 20}号"}
            made = self._post(f"{path}:approve", document, f"model-{branch}-approve")
        if number == 0:
            place = {"place": "一站式服务大厅"}
            self._post(f"{path}:display", place, f"model-{branch}-display", etag=made["etag"])

    def _second(self, numbered: tuple[int, str]) -> None:
        """The head of the school nominates one of its teachers; the last waits for its approval."""
        number, branch = numbered
        unit = next(each for each in self._plan.joint_branches if each.key == branch)
        school = next(key for key, _ in unit.sponsors if key.startswith("school"))
        body = {
            "fromUnitId": self._founding.units[school],
            "personId": self._founding.person_id(f"{branch}-teacher-2"),
            "toUnitId": self._founding.units[branch],
            "purposes": ["SECONDMENT_PURPOSE_CULTIVATION_CONTACT", "SECONDMENT_PURPOSE_TALK"],
            "qualification": "学科带头人",
            "validFrom": structure.REORGANIZED_ON,
        }
        head = self._founding.number(school.replace("school", "school-head"))
        made = self._post("/v1/secondments", body, f"secondment-{branch}", by=head)
        if number < len(SECONDED) - 1:
            path = f"/v1/secondments/{made['secondmentId']}:approve"
            self._post(path, {}, f"secondment-{branch}-approve", etag=made["etag"])

    def _mentor(self, branch: str) -> None:
        """A student of an upper year guides two who swore."""
        mentor = next(person for person in self._guides[branch] if _year(person) == MENTOR_YEAR)
        takers = (each for each in self._people.oath_takers if each.joint == branch)
        mentees = [each.person.person_id for each in takers if _year(each.person) == MENTEE_YEAR][:MENTEES]
        grounds = ["SELECTION_GROUND_BRANCH_RECOMMENDATION", "SELECTION_GROUND_SCHOLARSHIP"]
        body = {
            "unitId": self._founding.units[branch],
            "personId": mentor.person_id,
            "cohortYear": MENTOR_YEAR,
            "grounds": grounds,
            "validFrom": GUIDES_FROM,
        }
        made = self._post("/v1/peerMentors", body, f"mentor-{branch}")
        assigned = [{"personId": each, "cohortYear": MENTEE_YEAR} for each in mentees]
        for verb, said in (
            ("assign", {"mentees": assigned, "validFrom": GUIDES_FROM}),
            ("log", {"occurredOn": GUIDED_ON, "menteePersonIds": mentees, "note": "带学党章"}),
            ("assess", {"assessedOn": RATED_ON, "rating": "MENTOR_RATING_QUALIFIED", "opinion": "尽责"}),
        ):
            path = f"/v1/peerMentors/{made['peerMentorId']}:{verb}"
            made = self._post(path, said, f"mentor-{branch}-{verb}", etag=made["etag"])

    def _pledge(self, number: int, slot: str, *, day: date) -> None:
        """Members write their own; the first has shown a deed, the last is not published."""
        acts, own = [f"PLEDGE_ACT_{act}" for act in ACTS], self._founding.number(slot)
        body = {
            "personId": self._founding.person_id(slot),
            "year": day.year,
            "items": [{"act": act, "text": "我承诺做到"} for act in acts],
        }
        made = self._post("/v1/pledges", body, f"pledge-{slot}", by=own)
        path = f"/v1/pledges/{made['pledgeId']}"
        if number < len(PLEDGING) - 1:
            made = self._post(f"{path}:publish", {}, f"pledge-{slot}-publish", etag=made["etag"])
        if number == 0:
            deed = {"act": acts[0], "occurredOn": day.isoformat(), "note": "佩戴党徽值班"}
            self._post(f"{path}:addEvidence", deed, f"pledge-{slot}-deed", etag=made["etag"], by=own)


def _year(person: Person) -> int:
    """The year in which a student began."""
    return min(since for _, _, since in person.affiliations).year
