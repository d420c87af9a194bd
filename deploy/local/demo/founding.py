"""Enters units, people, posts and members: what stands before anything happens, and the reorganisation of 2020."""

from collections.abc import Iterator, Sequence
from typing import Any

from deploy.local.demo import structure
from deploy.local.demo.asking import LARGE_AT_ONCE, Gateway, LoadError, batched
from deploy.local.demo.people import People, Person
from deploy.local.demo.roles import CLERK, PARTS, player
from deploy.local.demo.structure import ROOT, Post, Reorganization, Structure, Unit

# Where each service is asked whether it has heard of something.
MEMBERSHIP, ACTIVITY, EVALUATION = (
    "/v1/members?pageSize=1",
    "/v1/ceremonies?pageSize=1",
    "/v1/awards?pageSize=1",
)
ORGANIZATION = "/v1/posts?pageSize=1"
PEOPLE_AT_ONCE, MEMBERS_AT_ONCE = 250, 250


class Founding:
    """Ids of units and posts by their keys, as they come to be known."""

    def __init__(self, gateway: Gateway, plan: Structure, everybody: People) -> None:
        self._gateway, self._plan, self._people = gateway, plan, everybody
        self._slots = everybody.slots
        self._campuses: dict[str, str] = {}
        self._posts: dict[str, str] = {}
        self.units: dict[str, str] = {}

    @property
    def clerk(self) -> str:
        """The number of whoever enters the demonstration."""
        return self._slots[CLERK.slot].number

    def number(self, slot: str) -> str:
        """The campus number of a part."""
        return self._slots[slot].number

    def person_id(self, slot: str) -> str:
        """The id of a part."""
        return self._slots[slot].person_id

    def post_id(self, key: str) -> str:
        """The id of a post."""
        return self._posts[key]

    def campus_id(self, code: str) -> str:
        """The id of a campus."""
        return self._campuses[code]

    # ── units ────────────────────────────────────────────────────────────────────────────────────────────

    def establish_units(self) -> None:
        """Campuses, then the units level by level."""
        roots = self._gateway.get("/v1/units?kind=KIND_UNIVERSITY")
        self.units[ROOT] = roots["units"][0]["unitId"]
        self._gateway.each("校区 campuses", structure.CAMPUSES, self._add_campus)
        for number, level in enumerate(levels(self._plan.units), 1):
            self._gateway.each(f"组织 units, tier {number}", level, self.establish)
        self._gateway.settle(MEMBERSHIP, ACTIVITY, EVALUATION)

    def _add_campus(self, campus: tuple[str, str]) -> None:
        code, name = campus
        made = self._gateway.post("/v1/campuses", {"code": code, "name": name}, key=f"campus-{code}")
        self._campuses[code] = made["campusId"]

    def establish(self, unit: Unit, by: str | None = None) -> None:
        """Establish a unit whose parent, sponsors and host stand."""
        body = {
            "parentUnitId": self.units[unit.parent],
            "unit": self._described(unit),
            "establishedOn": unit.on,
        }
        if unit.secretary:
            body["secretary"] = {
                "personId": self.person_id(unit.secretary),
                "basisPostId": self._posts[unit.basis],
            }
        made = self._gateway.post("/v1/units", body, key=f"unit-{unit.key}", **({"by": by} if by else {}))
        self.units[unit.key] = made["unitId"]

    def _described(self, unit: Unit) -> dict[str, Any]:
        body: dict[str, Any] = {"kind": unit.kind, "name": unit.name, **unit.more}
        if unit.form:
            body["form"] = unit.form
        if unit.function:
            body["function"] = unit.function
        if unit.campus:
            body["campusId"] = self._campuses[unit.campus]
        if unit.host:
            body["hostUnitId"] = self.units[unit.host]
        if unit.sponsors:
            body["sponsors"] = [
                {"sponsorUnitId": self.units[key], "part": part} for key, part in unit.sponsors
            ]
        return body

    # ── people ───────────────────────────────────────────────────────────────────────────────────────────

    def register_people(self) -> None:
        """Everybody with their affiliations, and the roles that no post brings."""
        batches = list(enumerate(batched(self._people.persons, PEOPLE_AT_ONCE)))
        self._gateway.each("人员 people", batches, self._register, at_once=LARGE_AT_ONCE)
        for part in PARTS:
            if part.given and part.unit in self.units:
                self._grant(part.role, part.slot, part.unit)
        self._gateway.settle(MEMBERSHIP, ORGANIZATION, EVALUATION)

    def _register(self, batch: tuple[int, Sequence[Person]]) -> None:
        number, people = batch
        body = {"people": [self._input(person) for person in people]}
        self._gateway.post("/v1/persons:batchRegister", body, key=f"people-{number}")

    def _input(self, person: Person) -> dict[str, Any]:
        return {
            "personId": person.person_id,
            "name": person.name,
            "campusNumber": person.number,
            "kind": person.kind,
            "category": person.category,
            "birthDate": person.born.isoformat(),
            "affiliations": [
                {"kind": kind, "unitId": self.units[unit], "validFrom": since.isoformat()}
                for kind, unit, since in person.affiliations
            ],
        }

    def _grant(self, role: str, slot: str, unit: str) -> None:
        body = {
            "personId": player(self._people, slot)[0],
            "role": f"ROLE_{role.upper()}",
            "unitId": self.units[unit],
            "reason": "示范数据中的职责",
        }
        self._gateway.post("/v1/grants", body, key=f"grant-{role}-{slot}")

    # ── posts ────────────────────────────────────────────────────────────────────────────────────────────

    def fill_posts(self) -> None:
        """Posts with whoever holds them, then the seats that are bound to posts."""
        self._fill("职务 posts", [post for post in self._plan.posts if not post.bound])
        self._fill("席位 bound seats", [post for post in self._plan.posts if post.bound])
        self._gateway.settle(MEMBERSHIP)

    def _fill(self, stage: str, posts: Sequence[Post]) -> None:
        self._gateway.each(stage, posts, self._create)
        self._gateway.each(f"{stage}: holders", [post for post in posts if post.holder], self._appoint)

    def _create(self, post: Post) -> None:
        body: dict[str, Any] = {
            "unitId": self.units[post.unit],
            "kind": post.kind,
            "title": post.title,
            "seats": 1,
            "validFrom": post.on,
        }
        if post.bound:
            body["boundPostId"] = self._posts[post.bound]
        made = self._gateway.post("/v1/posts", body, key=f"post-{post.key}", by=self.clerk)
        self._posts[post.key] = made["postId"]

    def _appoint(self, post: Post) -> None:
        body = {
            "postId": self._posts[post.key],
            "personId": self.person_id(post.holder),
            "method": post.method,
            "validFrom": post.on,
        }
        self._gateway.post("/v1/appointments", body, key=f"appointment-{post.key}", by=self.clerk)

    # ── members ──────────────────────────────────────────────────────────────────────────────────────────

    def enter_members(self) -> None:
        """Members with their standing, a branch never torn apart: its roll is known whole from one instant on."""
        batches = list(enumerate(whole_branches(self._people.members)))
        self._gateway.each("党员 members", batches, self._enter, at_once=LARGE_AT_ONCE)

    def _enter(self, batch: tuple[int, Sequence[Person]]) -> None:
        number, people = batch
        members = [
            {
                "personId": person.person_id,
                "unitId": self.units[person.member.branch],
                "relationshipFrom": person.member.since.isoformat(),
                "status": "MEMBERSHIP_STATUS_FULL",
                "probationFrom": person.member.probation_from.isoformat(),
                "standingFrom": person.member.standing_from.isoformat(),
            }
            for person in people
            if person.member
        ]
        self._gateway.post(
            "/v1/members:batchEstablish", {"members": members}, key=f"members-{number}", by=self.clerk
        )

    # ── the reorganisation ───────────────────────────────────────────────────────────────────────────────

    def reorganize(self) -> None:
        """The old branches of every academy become joint branches, with members and open cases."""
        self._gateway.settle(ORGANIZATION)
        stage = "重组 reorganisation"
        self._gateway.each(stage, self._plan.reorganizations, self._reorganize)
        self._gateway.settle(MEMBERSHIP, ACTIVITY, EVALUATION)
        self._fill("支委 branch officers", self._plan.branch_posts)
        for part in PARTS:
            if part.given and part.unit.startswith("joint"):
                self._grant(part.role, part.slot, part.unit)
        self._gateway.settle(MEMBERSHIP)

    def _reorganize(self, planned: Reorganization) -> None:
        draft = self._gateway.post(
            "/v1/reorganizations", self._plan_of(planned), key=planned.key, by=self.clerk
        )
        path = f"/v1/reorganizations/{draft['reorganizationId']}"
        approved = self._gateway.post(
            f"{path}:approve", {}, key=f"{planned.key}-approve", by=self.clerk, etag=draft["etag"]
        )
        self._gateway.post(
            f"{path}:execute", {}, key=f"{planned.key}-execute", by=self.clerk, etag=approved["etag"]
        )
        ended = ("STATE_COMPLETED", "STATE_UNDONE")
        done = self._gateway.until(
            lambda: self._gateway.get(path), lambda it: it["state"] in ended, planned.title
        )
        if done["state"] != "STATE_COMPLETED":
            raise LoadError(f"The demonstration was not loaded: {planned.title}: {done['failure']}")
        for unit in done["establishes"]:
            self.units[unit["key"]] = unit["unitId"]

    def _plan_of(self, planned: Reorganization) -> dict[str, Any]:
        moves = []
        for move in planned.moves:
            one = {"fromUnitId": self.units[move.source], "toKey": move.target}
            if move.school:
                one["affiliatedUnitId"] = self.units[move.school]
            moves.append(one)
        return {
            "unitId": self.units[planned.unit],
            "title": planned.title,
            "plan": {
                "effectiveOn": structure.REORGANIZED_ON,
                "dissolvesUnitIds": [self.units[key] for key in planned.dissolves],
                "establishes": [
                    {"key": unit.key, "parentUnitId": self.units[unit.parent], "unit": self._described(unit)}
                    for unit in planned.establishes
                ],
                "moves": moves,
            },
        }


def levels(units: Sequence[Unit]) -> Iterator[list[Unit]]:
    """The units in stages: parent, sponsors and host of each come in an earlier one."""
    done, waiting = {ROOT}, list(units)
    while waiting:
        level = [unit for unit in waiting if _needs(unit) <= done]
        assert level, f"units that need each other: {waiting}"
        yield level
        done |= {unit.key for unit in level}
        waiting = [unit for unit in waiting if unit.key not in done]


def _needs(unit: Unit) -> set[str]:
    hosts = {unit.host} if unit.host else set()
    return {unit.parent, *hosts, *(key for key, _ in unit.sponsors)}


def whole_branches(members: Sequence[Person]) -> Iterator[list[Person]]:
    """The members in batches, no branch torn apart."""
    batch: list[Person] = []
    branches: dict[str, list[Person]] = {}
    for person in members:
        if person.member:
            branches.setdefault(person.member.branch, []).append(person)
    for people in branches.values():
        if len(batch) + len(people) > MEMBERS_AT_ONCE:
            yield batch
            batch = []
        batch += people
    yield batch
