"""Enters what carries Party work into the community: places and who answers for them, groups, pacts, terms, an election.

As much of it at every size: it shows what there is, and some classes and the club stay without, as gaps to be found.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from deploy.local.demo import admissions, structure
from deploy.local.demo.asking import Gateway
from deploy.local.demo.founding import MEMBERSHIP, ORGANIZATION, Founding
from deploy.local.demo.people import People, Person
from deploy.local.demo.structure import ACADEMIES, REORGANIZED_ON
from deploy.local.logins import ADMINISTRATOR_NUMBER

OPENED_ON, FORMED_ON, AGREED_ON = "2020-09-01", "2021-09-01", "2022-03-01"
# Classes of the first academies are looked after; those of the others are gaps.
LINKED, TEAMS = 6, 3
# Elects its committee when the demonstration is loaded; its posts and their seats are made for that.
ELECTING = "postgraduate-branch-0-0"
OFFICERS = ("SECRETARY", "ORGANIZATION_OFFICER", "PUBLICITY_OFFICER")
TERM = timedelta(days=3 * 365)
HOURS = [{"weekday": day, "opensAt": "08:00", "closesAt": "22:00"} for day in range(1, 6)]


class Community:
    """The community of a university whose units, people and joint branches stand."""

    def __init__(self, gateway: Gateway, everybody: People, founding: Founding) -> None:
        self._gateway, self._people, self._founding = gateway, everybody, founding
        self._guides: Mapping[str, Sequence[Person]] = admissions.guides(everybody)

    def settle(self) -> None:
        """The community of each academy, then what joins several, then the election."""
        self._gateway.settle(ORGANIZATION)
        self._gateway.each("社区 community", range(len(ACADEMIES)), self._academy)
        self._gateway.each("结对 pairings", (("secretary", 0), ("deputy", 1)), self._pair)
        self._gateway.each("共建 pacts", ("joint-0-0", "joint-2-0"), self._join)
        self._gateway.each("选举 elections", (ELECTING,), self._elect)

    def _post(self, path: str, body: Any, key: str, *, etag: str | None = None, by: str | None = None) -> Any:
        return self._gateway.post(path, body, key=key, by=by or self._founding.clerk, etag=etag)

    # ── one academy ──────────────────────────────────────────────────────────────────────────────────────

    def _academy(self, number: int) -> None:
        branch, teacher = f"joint-{number}-0", self._founding.person_id(f"joint-{number}-0-teacher-2")
        units = self._founding.units
        building, room = self._places(number)
        area = {"unitId": units[branch], "placeId": building, "validFrom": OPENED_ON}
        self._post("/v1/zones", area, f"zone-{number}")
        plaque = {
            "unitId": units[branch],
            "placeId": room,
            "personId": self._students(branch)[0].person_id,
            "issuedOn": FORMED_ON,
        }
        self._post("/v1/plaques", plaque, f"plaque-{number}")
        self._class(number, branch, teacher)
        group = {
            "branchUnitId": units[branch],
            "name": "第一党小组",
            "leaderPersonId": teacher,
            "establishedOn": OPENED_ON,
        }
        self._post("/v1/partyGroups", group, f"party-group-{number}")
        for joint in range(2):
            term = {"unitId": units[f"joint-{number}-{joint}"], "startedOn": REORGANIZED_ON, "number": 1}
            self._post("/v1/terms", term, f"term-{number}-{joint}")
        if number < TEAMS:
            self._team(number, branch)

    def _students(self, branch: str) -> Sequence[Person]:
        return [person for person in self._guides[branch] if person.kind == "PERSON_KIND_STUDENT"]

    def _places(self, number: int) -> tuple[str, str]:
        """A building of the academy with what is in it; answers the building and a room."""
        common = {
            "unitId": self._founding.units[f"academy-{number}"],
            "campusId": self._founding.campus_id(structure.campus_of(number)),
            "openedOn": OPENED_ON,
        }

        def place(kind: str, name: str, inside: str | None = None, **more: Any) -> str:
            body = common | {"kind": f"KIND_{kind}", "name": name, **more}
            if inside is not None:
                body["parentPlaceId"] = inside
            made: str = self._post("/v1/places", body, f"place-{number}-{kind}")["placeId"]
            return made

        building = place("BUILDING", f"{ACADEMIES[number]}书院东{number + 1}舍")
        floor = place("FLOOR", "3层", building)
        place("MEMBER_HOME", "党员之家", building, capacity=40, openingHours=HOURS)
        place("WORKSTATION", "党员工作站", building, openingHours=HOURS)
        return building, place("ROOM", "301", floor)

    def _class(self, number: int, branch: str, teacher: str) -> None:
        units, since = self._founding.units, {"validFrom": FORMED_ON}
        unit = {
            "kind": "KIND_CLASS",
            "name": f"{ACADEMIES[number]}书院2101班",
            "campusId": self._founding.campus_id(structure.campus_of(number)),
        }
        body = {"parentUnitId": units[f"academy-{number}"], "unit": unit, "establishedOn": FORMED_ON}
        made = self._post("/v1/units", body, f"class-{number}")["unitId"]
        if number < LINKED:
            common = {"unitId": units[branch], "classUnitId": made, **since}
            self._post("/v1/classLinks", common | {"contactPersonId": teacher}, f"class-link-{number}")
            self._post("/v1/zones", common, f"class-zone-{number}")

    def _team(self, number: int, branch: str) -> None:
        leader, *members = [person.person_id for person in self._students(branch)[:5]]
        body = {
            "unitId": self._founding.units[branch],
            "name": f"{ACADEMIES[number]}书院党员先锋队",
            "mission": "迎新与社区志愿服务",
            "leaderPersonId": leader,
            "memberPersonIds": members,
            "formedOn": FORMED_ON,
        }
        self._post("/v1/vanguardTeams", body, f"team-{number}")

    # ── what joins several ───────────────────────────────────────────────────────────────────────────────

    def _pair(self, pair: tuple[str, int]) -> None:
        post, academy = pair
        holder = {"secretary": "party-secretary", "deputy": "deputy-secretary"}[post]
        body = {
            "unitId": self._founding.units[f"joint-{academy}-0"],
            "personId": self._founding.person_id(holder),
            "postId": self._founding.post_id(post),
            "plan": "每学期参加一次支部组织生活",
            "validFrom": FORMED_ON,
        }
        self._post("/v1/pairings", body, f"pairing-{post}")

    def _join(self, branch: str) -> None:
        partners = [self._founding.units[key] for key in ("office-committee", "retirees-committee")]
        body = {
            "unitId": self._founding.units[branch],
            "title": "“1+X”支部共建",
            "plan": "联学联做联建",
            "partnerUnitIds": partners,
            "leastPartners": len(partners),
            "validFrom": AGREED_ON,
        }
        pact = self._post("/v1/pacts", body, f"pact-{branch}")
        for number, partner in enumerate(partners):
            path = f"/v1/pacts/{pact['pactId']}:consent"
            self._post(path, {"unitId": partner}, f"consent-{branch}-{number}")

    # ── an election ──────────────────────────────────────────────────────────────────────────────────────

    def _elect(self, branch: str) -> None:
        """Three officers of four candidates, by totals on paper that one enters and another confirms.

        It is held on the day of the load, because a roll of the past counts as it was known then.
        """
        unit = self._founding.units[branch]
        posts = [self._officer(unit, kind) for kind in OFFICERS]
        voters = [
            person.person_id
            for person in self._people.members
            if person.member and person.member.branch == branch
        ]
        self._gateway.settle(MEMBERSHIP, ORGANIZATION)
        begun = self._gateway.get(f"/v1/elections?unitId={unit}")["elections"]
        day = begun[0]["heldOn"] if begun else self._gateway.get("/v1/clock")["today"]
        plan = {
            "unitId": unit,
            "kind": "KIND_TERM",
            "heldOn": day,
            "seats": [{"postId": post, "seats": 1} for post in posts],
            "termUntil": (date.fromisoformat(day) + TERM).isoformat(),
        }
        election = self._post("/v1/elections", plan, f"election-{day}")
        for verb, body, is_other in election_steps(posts, voters, day):
            path, key = f"/v1/elections/{election['electionId']}:{verb}", f"election-{day}-{verb}"
            key = f"{key}-{body['personId']}" if "personId" in body else key
            by = ADMINISTRATOR_NUMBER if is_other else None
            election = self._post(path, body, key, etag=election["etag"], by=by)

    def _officer(self, unit: str, kind: str) -> str:
        body = {"unitId": unit, "kind": f"KIND_{kind}", "seats": 1, "validFrom": structure.FOUNDED}
        made: str = self._post("/v1/posts", body, f"post-{ELECTING}-{kind}")["postId"]
        return made


def election_steps(
    posts: Sequence[str], voters: Sequence[str], day: str
) -> list[tuple[str, dict[str, Any], bool]]:
    """The steps after the plan: verb, body, and whether somebody else than the one before takes it."""
    candidates, most = voters[: len(posts) + 1], len(voters)
    nominations = [
        (
            "nominate",
            {
                "personId": person,
                "source": "SOURCE_PARTY_GROUP",
                "background": "BACKGROUND_OUTSTANDING_STUDENT",
            },
            False,
        )
        for person in candidates
    ]
    totals = {
        "heldOn": day,
        "present": most,
        "ballotsIssued": most,
        "ballotsReturned": most,
        "ballotsInvalid": 0,
        "secretBallot": True,
        "votes": [
            {"personId": person, "votes": most - number if number < len(posts) else 1}
            for number, person in enumerate(candidates)
        ],
    }
    results = [
        {"postId": post, "personId": person, "votes": len(posts) - 1 if number == 0 else 0}
        for number, (post, person) in enumerate(zip(posts, candidates, strict=False))
    ]
    return [
        *nominations,
        ("submit", {"documentNumber": "示党支〔2022〕1号"}, False),
        ("approve", {"documentNumber": "示党组〔2022〕8号"}, True),
        ("fixRoll", {}, False),
        ("enterTotals", {"totals": totals}, False),
        ("confirmTotals", {"number": 1}, True),
        ("electPosts", {"heldOn": day, "present": len(posts), "results": results}, False),
        ("file", {"documentNumber": "示党支〔2022〕2号"}, False),
        ("confirm", {"documentNumber": "示党组〔2022〕9号"}, True),
    ]
