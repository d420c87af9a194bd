"""`python -m tests.load reorganization`: branches of a size with their members and open cases become joint branches.

Everything goes through the gateway. What each process spends is counted beside the time that passed, because the
machine is shared; what the simulation promised is compared with what the rolls say afterwards.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from deploy.local.demo.asking import LARGE_AT_ONCE, Gateway, batched
from deploy.local.demo.founding import MEMBERSHIP, ORGANIZATION
from deploy.local.stack import Stack
from tests.load.spending import Meter

# What issue 3 promises, in seconds of both cores together.
SIMULATED, EXECUTED = 10.0, 30.0
LOOK_AGAIN = 1.0
FOUNDED, DAY = "2020-09-01", "2024-09-01"
# A batch is one request, small enough for a busy machine.
PEOPLE, CASES = 200, 50


def add_options(parser: argparse.ArgumentParser) -> None:
    """The sizes of a run."""
    parser.add_argument("--branches", type=int, default=300, help="branches that are dissolved (300)")
    parser.add_argument("--members", type=int, default=17_000, help="memberships that move (17000)")
    parser.add_argument("--cases", type=int, default=1_000, help="open cases that move along (1000)")
    parser.add_argument("--kill", action="store_true", help="kill membership in the middle of the execution")


def main(options: argparse.Namespace) -> int:
    """Build, simulate, execute, compare; exit code 1 when a number of the issue is missed or a roll differs."""
    folder = Path(tempfile.mkdtemp(prefix="shuyuan-bench-"))
    folder.chmod(0o755)
    stack = Stack(folder, mode="test")
    try:
        stack.start(say=lambda text: print(text, file=sys.stderr))
        gateway = Gateway(stack.gateway_url, stack.token, _show, "bench")
        try:
            return Run(stack, gateway, options).measure()
        finally:
            gateway.close()
    finally:
        stack.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _show(stage: str, done: int, total: int) -> None:
    if done == total:
        print(f"  {stage}: {total}", file=sys.stderr, flush=True)


class Run:
    """One reorganisation of the size that was asked for."""

    def __init__(self, stack: Stack, gateway: Gateway, options: argparse.Namespace) -> None:
        self._stack, self._gateway, self._options = stack, gateway, options
        self._meter = Meter(stack)
        self._units: dict[str, str] = {}

    def measure(self) -> int:
        """Do it all and print it."""
        self._build()
        draft = self._gateway.post("/v1/reorganizations", self._plan(), key="draft")
        path = f"/v1/reorganizations/{draft['reorganizationId']}"
        promised, simulated = self._meter.spend(
            lambda: self._gateway.post(f"{path}:simulate", {}, key="simulate")
        )
        approved = self._gateway.post(f"{path}:approve", {}, key="approve", etag=draft["etag"])
        done, executed = self._meter.spend(lambda: self._execute(path, approved["etag"]))
        wrong = self._differences(promised, done)
        print(f"simulated in {simulated} (at most {SIMULATED:g} s)")
        print(f"executed in {executed} (at most {EXECUTED:g} s)")
        print(
            f"{done['state']}: {done.get('movedPersons')} people and {done.get('movedCases')} cases moved; "
            f"differences from the simulation: {wrong or 'none'}"
        )
        return 1 if wrong or simulated.wall > SIMULATED or executed.wall > EXECUTED else 0

    # ── building ─────────────────────────────────────────────────────────────────────────────────────────

    def _build(self) -> None:
        root = self._gateway.get("/v1/units?kind=KIND_UNIVERSITY")["units"][0]["unitId"]
        self._units["root"] = root
        for key, kind, parent in (
            ("school", "SCHOOL", "root"),
            ("academy", "ACADEMY", "root"),
            ("party", "UNIVERSITY_COMMITTEE", "root"),
            ("community", "COMMUNITY_COMMITTEE", "party"),
            ("general", "ACADEMY_GENERAL_BRANCH", "community"),
        ):
            self._establish(key, {"kind": f"KIND_{kind}", "name": key}, parent)
        branch = {"kind": "KIND_BRANCH", "form": "FORM_MAJOR", "majorCode": "0801"}
        self._gateway.each(
            "branches",
            range(self._options.branches),
            lambda n: self._establish(f"old-{n}", branch | {"name": f"第{n}党支部"}, "general"),
        )
        self._gateway.settle(MEMBERSHIP)
        people = list(enumerate(batched(self._people(), PEOPLE)))
        self._gateway.each("people", people, self._register, at_once=LARGE_AT_ONCE)
        members = list(enumerate(batched(range(self._options.members), PEOPLE)))
        self._gateway.each("members", members, self._enter, at_once=LARGE_AT_ONCE)
        cases = list(enumerate(batched(range(self._options.cases), CASES)))
        self._gateway.each("cases", cases, self._bring_in, at_once=LARGE_AT_ONCE)
        self._gateway.settle(ORGANIZATION)

    def _establish(self, key: str, unit: dict[str, Any], parent: str) -> None:
        body = {"parentUnitId": self._units[parent], "unit": unit, "establishedOn": FOUNDED}
        self._units[key] = self._gateway.post("/v1/units", body, key=f"unit-{key}")["unitId"]

    def _people(self) -> Iterator[dict[str, Any]]:
        for number in range(self._options.members + self._options.cases):
            rank = number // self._options.branches
            staff = number < self._options.members and rank % 10 < 2
            yield {
                "personId": self._person(number),
                "name": "李明",
                "campusNumber": f"B{number:06}",
                "kind": "PERSON_KIND_STAFF" if staff else "PERSON_KIND_STUDENT",
                "category": "PERSON_CATEGORY_TEACHER" if staff else "PERSON_CATEGORY_UNDERGRADUATE",
                "birthDate": "2000-01-01",
                "affiliations": [
                    {"kind": f"AFFILIATION_KIND_{kind}", "unitId": self._units[unit], "validFrom": FOUNDED}
                    # Every other one belongs to the academy: two moves share a branch.
                    for kind, unit in (("SCHOOL", "school"), ("ACADEMY", "academy"))[: 1 + rank % 2]
                ],
            }

    @staticmethod
    def _person(number: int) -> str:
        return str(uuid5(NAMESPACE_URL, f"bench/{number}"))

    def _old(self, number: int) -> str:
        return self._units[f"old-{number % self._options.branches}"]

    def _register(self, batch: tuple[int, tuple[dict[str, Any], ...]]) -> None:
        number, people = batch
        self._gateway.post("/v1/persons:batchRegister", {"people": people}, key=f"people-{number}")

    def _enter(self, batch: tuple[int, tuple[int, ...]]) -> None:
        number, people = batch
        members = [
            {
                "personId": self._person(person),
                "unitId": self._old(person),
                "relationshipFrom": "2021-09-01",
                "status": "MEMBERSHIP_STATUS_FULL",
                "probationFrom": "2019-06-01",
                "standingFrom": "2020-06-01",
            }
            for person in people
        ]
        self._gateway.post("/v1/members:batchEstablish", {"members": members}, key=f"members-{number}")

    def _bring_in(self, batch: tuple[int, tuple[int, ...]]) -> None:
        number, people = batch
        cases = [
            {
                "personId": self._person(self._options.members + one),
                "unitId": self._old(one),
                "appliedOn": "2021-09-17",
                "route": "APPLICATION_ROUTE_WORK_OR_STUDY_UNIT",
                "isChineseCitizen": True,
                "acceptsProgramme": True,
                "steps": [
                    {"step": "talk", "occurredOn": "2021-09-29", "personIds": [self._person(one)]},
                ],
            }
            for one in people
        ]
        body = {"sourceReference": "bench", "cases": cases}
        self._gateway.post("/v1/admissionCases:import", body, key=f"cases-{number}")

    def _plan(self) -> dict[str, Any]:
        """Each old branch goes half to a joint branch of its own, half to that of its neighbour."""
        most = self._options.branches
        sponsors = [{"sponsorUnitId": self._units[key]} for key in ("school", "academy")]
        unit = {"kind": "KIND_BRANCH", "form": "FORM_JOINT_TEACHER_STUDENT", "sponsors": sponsors}
        moves = []
        for number in range(most):
            source = self._units[f"old-{number}"]
            moves += [
                {"fromUnitId": source, "toKey": f"n{number}", "affiliatedUnitId": self._units["academy"]},
                {"fromUnitId": source, "toKey": f"n{(number + 1) % most}"},
            ]
        return {
            "unitId": self._units["general"],
            "title": "优化党支部设置形式",
            "plan": {
                "effectiveOn": DAY,
                "dissolvesUnitIds": [self._units[f"old-{n}"] for n in range(most)],
                "establishes": [
                    {
                        "key": f"n{n}",
                        "parentUnitId": self._units["general"],
                        "unit": unit | {"name": f"师生联合第{n}党支部"},
                    }
                    for n in range(most)
                ],
                "moves": moves,
            },
        }

    # ── executing ────────────────────────────────────────────────────────────────────────────────────────

    def _execute(self, path: str, etag: str) -> dict[str, Any]:
        self._gateway.post(f"{path}:execute", {}, key="execute", etag=etag)
        if self._options.kill:
            self._kill_in_the_middle(path)
        # The whole plan comes with each answer: asking all the time would be most of what is measured.
        while (done := self._gateway.get(path))["state"] == "STATE_EXECUTING":
            time.sleep(LOOK_AGAIN)
        found: dict[str, Any] = done
        return found

    def _kill_in_the_middle(self, path: str) -> None:
        """After organization has committed its part and before membership has answered."""
        new = self._gateway.get(path)["establishes"][0]["unitId"]
        self._gateway.until(
            lambda: self._gateway.every(f"/v1/units?parentUnitId={self._units['general']}", "units"),
            lambda units: any(unit["unitId"] == new for unit in units),
            "the part of organization",
        )
        self._stack.kill("membership")
        self._stack.start("membership")

    def _differences(self, promised: dict[str, Any], done: dict[str, Any]) -> list[str]:
        """Where rolls and counts differ from what the simulation said."""
        wrong = [] if promised["executable"] else ["the simulation said that it cannot be executed"]
        coming: Counter[str] = Counter()
        for move in promised["moves"]:
            coming[move["move"]["toUnitId"]] += move["staff"] + move["students"]
        if done["state"] != "STATE_COMPLETED":
            return [*wrong, f"{done['state']} {done['failure']}: {promised['obstacles'][:3]}"]
        if sum(coming.values()) != done["movedPersons"]:
            wrong.append(f"promised {sum(coming.values())} people")
        if sum(len(move["caseIds"]) for move in promised["moves"]) != done.get("movedCases"):
            wrong.append("another number of cases")
        rolls = self._gateway.each(
            "rolls", coming, lambda unit: self._gateway.get(f"/v1/rolls/{unit}?asOf={DAY}")
        )
        for unit, roll in zip(coming, rolls, strict=True):
            if roll["fullMembers"] != coming[unit]:
                wrong.append(f"{unit}: {roll['fullMembers']} for {coming[unit]}")
        return wrong[:10]
