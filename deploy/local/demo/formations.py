"""Enters what is set up for a task: templates, functional and temporary branches, and an emergency that is over.

The branches of the epidemic are set up by its emergency, with a vanguard team, and go when it ends.
"""

from collections.abc import Sequence
from typing import Any

from deploy.local.demo import admissions, history, structure
from deploy.local.demo.asking import Gateway, LoadError
from deploy.local.demo.founding import MEMBERSHIP, ORGANIZATION, Founding
from deploy.local.demo.people import People
from deploy.local.demo.structure import Structure, Unit

# The temporary branch of this body is set up from a template; the emergency sets up those of the epidemic.
FROM_TEMPLATE = "temporary-reading"
CLUB, EVENT, TEAM = "club", "event", "team"
SECRETARY = {"posts": [{"kind": "KIND_SECRETARY"}]}
TEMPLATES: dict[str, dict[str, Any]] = {
    CLUB: {
        "kind": "KIND_TEMPORARY_BRANCH",
        "name": "学生社团临时党支部",
        "purpose": "PURPOSE_CLUB_GUIDANCE",
        "task": "社团活动期间的党员教育管理",
        "defaultLength": "P1Y",
        **SECRETARY,
    },
    EVENT: {
        "kind": "KIND_TEMPORARY_BRANCH",
        "name": "重大任务临时党支部",
        "purpose": "PURPOSE_MAJOR_EVENT",
        "task": "重大任务期间的党员教育管理",
        "defaultLength": "P6M",
        **SECRETARY,
    },
    TEAM: {"kind": "KIND_VANGUARD_TEAM", "name": "应急党员先锋队", "task": "楼栋值守与物资配送"},
}
EMERGENCY = {"name": "2021年疫情防控", "documentNumber": "示党发〔2021〕31号"}
OVER = "疫情防控任务完成"


class Formations:
    """What is set up for a task, in a university whose units, people and joint branches stand."""

    def __init__(self, gateway: Gateway, plan: Structure, everybody: People, founding: Founding) -> None:
        self._gateway, self._plan, self._people = gateway, plan, everybody
        self._founding = founding
        self._templates: dict[str, str] = {}

    def set_up(self) -> None:
        """Templates and branches with their members, and the emergency; it takes its branches along when it ends."""
        epidemic = [unit for unit in self._plan.temporary if history.is_epidemic(unit.key)]
        plain = [unit for unit in self._plan.temporary if unit not in epidemic and unit.key != FROM_TEMPLATE]
        single = [unit for unit in self._plan.temporary if unit.key == FROM_TEMPLATE]
        by = self._founding.clerk
        self._gateway.each("模板 templates", TEMPLATES, self._create)
        self._gateway.each("临时党支部 temporary", plain, lambda unit: self._founding.establish(unit, by))
        self._gateway.each("临时党支部 from a template", single, self._from_template)
        (emergency,) = self._gateway.each("应急 emergency", (epidemic,), self._declare)
        self._gateway.settle(MEMBERSHIP)
        parts = history.participations(self._plan, self._people)
        self._gateway.each("参加 participations", parts, self._take_part)
        self._gateway.settle(ORGANIZATION)
        self._end(emergency)
        self._gateway.each("撤销 dissolved", epidemic, self._check_gone)

    def _post(self, path: str, body: Any, key: str, *, etag: str | None = None) -> Any:
        return self._gateway.post(path, body, key=key, by=self._founding.clerk, etag=etag)

    def _create(self, key: str) -> None:
        made = self._post("/v1/formationTemplates", TEMPLATES[key], f"template-{key}")
        self._templates[key] = made["templateId"]

    def _branch(self, unit: Unit, template: str) -> dict[str, Any]:
        founding = self._founding
        officer = {
            "postKind": "KIND_SECRETARY",
            "personId": founding.person_id(unit.secretary),
            "basisPostId": founding.post_id(unit.basis),
        }
        body = {
            "templateId": self._templates[template],
            "parentUnitId": founding.units[unit.parent],
            "hostUnitId": founding.units[unit.host],
            "name": unit.name,
            "task": unit.more["task"],
            "establishedOn": unit.on,
            "plannedEndOn": unit.more["plannedEndOn"],
            "officers": [officer],
        }
        return body | ({"campusId": founding.campus_id(unit.campus)} if unit.campus else {})

    def _from_template(self, unit: Unit) -> None:
        body = {"branch": self._branch(unit, CLUB)}
        self._founding.units[unit.key] = self._post("/v1/temporaryBranches", body, unit.key)["unitId"]

    def _take_part(self, part: history.Participation) -> None:
        path = f"/v1/members/{part.person.person_id}"
        body = {"unitId": self._founding.units[part.unit], "validFrom": part.since}
        if part.until:
            body["validUntil"] = part.until
        # Nothing has changed the member since it was entered, so its version is still the first.
        self._post(f"{path}:addParticipation", body, f"participation-{part.person.number}", etag="1")

    # ── the emergency ────────────────────────────────────────────────────────────────────────────────────

    def _declare(self, units: Sequence[Unit]) -> Any:
        """Declare it with everything that it sets up; the deputy secretary is named to approve more."""
        body = EMERGENCY | {
            "unitId": self._founding.units["community"],
            "approverPersonId": self._founding.person_id("deputy-secretary"),
            "startedOn": structure.EPIDEMIC_FROM,
            "branches": [self._branch(unit, EVENT) for unit in units],
            "teams": [self._team()],
        }
        declared = self._post("/v1/emergencies", body, "emergency")
        branches = [each["unitId"] for each in declared["formations"] if "unitId" in each]
        for unit, unit_id in zip(units, branches, strict=True):
            self._founding.units[unit.key] = unit_id
        return declared

    def _team(self) -> dict[str, Any]:
        guides = admissions.guides(self._people)["joint-1-0"]
        leader, *members = [each.person_id for each in guides if each.kind == "PERSON_KIND_STUDENT"][:4]
        return {
            "templateId": self._templates[TEAM],
            "unitId": self._founding.units["general-1"],
            "name": "疫情防控党员先锋队",
            "leaderPersonId": leader,
            "memberPersonIds": members,
            "formedOn": structure.EPIDEMIC_FROM,
        }

    def _end(self, emergency: Any) -> None:
        path = f"/v1/emergencies/{emergency['emergencyId']}:end"
        body = {"endedOn": structure.EPIDEMIC_UNTIL, "reason": OVER}
        self._post(path, body, "emergency-end", etag=emergency["etag"])

    def _check_gone(self, unit: Unit) -> None:
        """A process holds the branch until it is dissolved, or the branch shows what stands in the way."""
        path = f"/v1/temporaryBranches/{self._founding.units[unit.key]}"
        found = self._gateway.until(
            lambda: self._gateway.get(path), lambda it: "frozenByProcessId" not in it, unit.name
        )
        if found["state"] != "STATE_DISSOLVED":
            raise LoadError(f"The demonstration was not loaded: {unit.name} was not dissolved.")
