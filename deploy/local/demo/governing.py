"""Enters what the university has decided: the pilot programme, the duties of its units, and two documents."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from deploy.local.demo.asking import Gateway
from deploy.local.demo.founding import Founding
from deploy.local.demo.sizes import Size
from deploy.local.demo.structure import ACADEMIES, LEAD, ROOT, department_keys, school_of

DECIDED_ON, REVIEW_DUE_ON = "2019-10-01", "2022-10-01"
PILOT = "一站式"
# What each department answers for, in the order of `department_keys`.
DEPARTMENT_DUTIES = (
    *("学生社区党建牵头", "党员发展与教育管理", "网络思想引领", "党外学生骨干培养", "学业辅导与预警"),
    *("就业指导进社区", "社区团学活动", "研究生导师进社区", "学生科研训练", "辅导员队伍建设"),
    *("国际学生融入", "社区建设经费", "社区后勤服务", "社区安全与应急", "智慧社区平台"),
    *("社区书屋与阅读", "健康与心理服务", "党课与党员培训"),
)


@dataclass(frozen=True)
class Duty:
    """A duty and the keys of the units that answer for it; several of them share it."""

    key: str
    title: str
    units: tuple[str, ...]


def duties(size: Size) -> list[Duty]:
    """One for each department, and one that each academy shares with a school."""
    alone = [
        Duty(key, title, (key,)) for key, title in zip(department_keys(), DEPARTMENT_DUTIES, strict=True)
    ]
    shared = [
        Duty(
            f"academy-{number}",
            f"{name}书院与学院协同育人",
            (f"academy-{number}", f"school-{school_of(size, number, 0)}"),
        )
        for number, name in enumerate(ACADEMIES)
    ]
    return [*alone, *shared]


class Governing:
    """What is decided, entered by the clerk."""

    def __init__(self, gateway: Gateway, size: Size, founding: Founding) -> None:
        self._gateway, self._size, self._founding = gateway, size, founding

    def decide(self) -> None:
        """The programme, then the duties, then the documents that lead to them."""
        self._gateway.each("项目 programmes", [PILOT], self._join)
        joint = self._gateway.each("职责 duties", duties(self._size), self._publish)
        shared = [duty["dutyId"] for duty in joint if duty["joint"]]
        self._gateway.each("文件 documents", list(enumerate(_documents(shared))), self._register)

    def _join(self, code: str) -> None:
        founding, units = self._founding, self._founding.units
        programme = self._post(
            "/v1/programmes",
            {
                "unitId": units[ROOT],
                "code": code,
                "name": "“一站式”学生社区综合管理模式建设",
                "issuer": "教育部",
                "firstResponsiblePostId": founding.post_id("group-KIND_FIRST_RESPONSIBLE-secretary"),
                "leaderInChargePostId": founding.post_id("group-KIND_LEADER_IN_CHARGE-vice-president"),
                "validFrom": DECIDED_ON,
            },
            "programme",
        )
        path = f"/v1/programmes/{programme['programmeId']}:setParticipation"
        for key in (LEAD, *(f"academy-{number}" for number in range(len(ACADEMIES)))):
            body = {
                "unitId": units[key],
                "batch": 1,
                "status": "STATUS_PILOT",
                "validFrom": DECIDED_ON,
            }
            programme = self._post(path, body, f"participation-{key}", etag=programme["etag"])

    def _publish(self, duty: Duty) -> Any:
        units = self._founding.units
        body = {
            "unitId": units["leading-group"],
            "title": duty.title,
            "joint": len(duty.units) > 1,
            "validFrom": DECIDED_ON,
            "assignments": [{"unitId": units[key], "part": "PART_ACCOUNTABLE"} for key in duty.units],
        }
        return self._post("/v1/duties", body, f"duty-{duty.key}")

    def _register(self, numbered: tuple[int, dict[str, Any]]) -> None:
        number, document = numbered
        body = {
            "unitId": self._founding.units["party"],
            "issuedOn": DECIDED_ON,
            "effectiveOn": DECIDED_ON,
            **document,
        }
        self._post("/v1/documents", body, f"document-{number}")

    def _post(self, path: str, body: Any, key: str, *, etag: str | None = None) -> Any:
        return self._gateway.post(path, body, key=key, by=self._founding.clerk, etag=etag)


def _documents(shared: Sequence[str]) -> list[dict[str, Any]]:
    """The two documents of the published case; the articles are invented."""
    return [
        {
            "number": "示党发〔2019〕12号",
            "title": "党建引领加强学院书院协同育人举措",
            "clauses": [
                {
                    "article": "第一条",
                    "text": "成立学生思想政治工作领导小组，党委书记、校长任双组长。",
                    "ruleIds": ["SEED-02", "SEED-03"],
                },
                {
                    "article": "第二条",
                    "text": "学院书院共建师生联合党支部。",
                    "ruleIds": ["SEED-04", "SEED-04.academy", "SEED-04.members"],
                },
            ],
        },
        {
            "number": "示党发〔2019〕13号",
            "title": "学院书院协同育人工作方案（试行）",
            "trial": True,
            "reviewDueOn": REVIEW_DUE_ON,
            "clauses": [
                {"article": "第一条", "text": "学院书院责任共担、各有侧重。", "dutyIds": list(shared)}
            ],
        },
    ]
