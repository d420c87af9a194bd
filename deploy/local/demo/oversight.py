"""Enters how work is held to its duties: checklists of student branches, a project, an inspection, a campaign.

One branch has a duty left open, and the campaign has not reached its target.
"""

from typing import Any

from deploy.local.demo.asking import Gateway
from deploy.local.demo.founding import MEMBERSHIP, Founding
from deploy.local.demo.structure import REORGANIZED_ON, ROOT, Structure

# Each duty of article 13 and what the branches say of it.
DUTIES = (
    ("CARRY_OUT_DECISIONS", "支部大会和党小组会传达学习"),
    ("EDUCATE_MEMBERS", "三会一课、主题党日、谈心谈话"),
    ("TAKE_PART_IN_STUDENT_AFFAIRS", "指导团支部、班委会和社团"),
    ("CULTIVATE_AND_ADMIT", "培养联系人每半年考察一次"),
    ("KNOW_AND_SERVE_STUDENTS", "进宿舍走访，收集并答复诉求"),
)
# Of a year and with three full members, so that it could found a branch (BR-04).
PROJECT, PROJECT_FROM, PROJECT_UNTIL = "智慧社区建设专班", "2022-01-10", "2023-01-10"
INSPECTED_SINCE, INSPECTED_ON = "2022-03-01", "2022-08-26"
CAMPAIGN, TARGET = "百名辅导员讲四史", 100
TOPICS = ("党史", "新中国史", "改革开放史", "社会主义发展史")
CAMPAIGN_FROM, TOLD_ON = "2021-03-01", "2021-05-04"
# Fewer than the target, so that it is seen what is missing.
SPEAKERS = 24


class Oversight:
    """What is asked of branches and committees, entered by the clerk."""

    def __init__(self, gateway: Gateway, plan: Structure, founding: Founding) -> None:
        self._gateway, self._plan, self._founding = gateway, plan, founding

    def exercise(self) -> None:
        """Checklists, then the inspection, then the campaign."""
        self._gateway.settle(MEMBERSHIP)
        branches = [unit.key for unit in self._plan.joint_branches]
        self._gateway.each("清单 checklists", enumerate(branches), self._declare)
        self._gateway.each("专班 projects", (PROJECT,), self._project)
        self._gateway.each("检查 inspections", ("party",), self._inspect)
        self._gateway.each("百名 campaigns", (CAMPAIGN,), self._campaign)

    def _post(self, path: str, body: Any, key: str, *, etag: str | None = None) -> Any:
        return self._gateway.post(path, body, key=key, by=self._founding.clerk, etag=etag)

    def _declare(self, numbered: tuple[int, str]) -> None:
        """All five duties; the first branch leaves the last one open."""
        number, branch = numbered
        path = f"/v1/units/{self._founding.units[branch]}/branchChecklist:declare"
        for version, (duty, statement) in enumerate(DUTIES[: len(DUTIES) - (number == 0)]):
            body = {
                "duty": f"STUDENT_BRANCH_DUTY_{duty}",
                "statement": statement,
                "validFrom": REORGANIZED_ON,
            }
            self._post(path, body, f"checklist-{branch}-{duty}", etag=str(version))

    def _project(self, name: str) -> None:
        """Three teachers work on it, and it has no branch."""
        unit = {"kind": "KIND_TASK_TEAM", "name": name, "plannedEndOn": PROJECT_UNTIL}
        body = {"parentUnitId": self._founding.units[ROOT], "unit": unit, "establishedOn": PROJECT_FROM}
        made = self._post("/v1/units", body, "project")
        assigned = {
            "personIds": [self._founding.person_id(slot) for _, slot in self._speakers()[:3]],
            "task": "平台建设",
            "validFrom": PROJECT_FROM,
        }
        path = f"/v1/projects/{made['unitId']}:assignMembers"
        self._post(path, assigned, "project-members", etag=made["etag"])

    def _inspect(self, committee: str) -> None:
        """The city looked at how members are admitted, and found one thing wanting."""
        body = {
            "unitId": self._founding.units[committee],
            "level": "LEVEL_COUNTY_OR_CITY",
            "inspector": "市委组织部",
            "startsOn": INSPECTED_SINCE,
        }
        duty = self._post("/v1/inspectionDuties", body, f"inspection-{committee}")
        inspected = {
            "inspectedOn": INSPECTED_ON,
            "basis": "市组通〔2022〕8号",
            "conclusion": "总体规范",
            "problems": ["个别谈话记录不全"],
        }
        path = f"/v1/inspectionDuties/{duty['inspectionDutyId']}:record"
        self._post(path, inspected, f"inspection-{committee}-record")

    def _campaign(self, name: str) -> None:
        """Staff tell the four histories in turn."""
        unit_id = self._founding.units["party"]
        programme = self._post(
            "/v1/programmes",
            {
                "unitId": unit_id,
                "code": name,
                "name": name,
                "issuer": "党委宣传部",
                "validFrom": CAMPAIGN_FROM,
            },
            "campaign-programme",
        )
        path = f"/v1/programmes/{programme['programmeId']}"
        begun = self._post(f"{path}:setCampaign", {"target": TARGET, "topics": TOPICS}, "campaign", etag="0")
        parts = [
            {
                "personId": self._founding.person_id(slot),
                "unitId": self._founding.units[branch],
                "topic": TOPICS[number % len(TOPICS)],
                "contributedOn": TOLD_ON,
            }
            for number, (branch, slot) in enumerate(self._speakers())
        ]
        self._post(f"{path}/campaign:record", {"contributions": parts}, "campaign-told", etag=begun["etag"])

    def _speakers(self) -> list[tuple[str, str]]:
        """Branches with the slots of their teachers who tell."""
        slots = [
            (unit.key, f"{unit.key}-teacher-{number}")
            for unit in self._plan.joint_branches
            for number in range(3)
        ]
        return slots[:SPEAKERS]
