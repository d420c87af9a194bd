"""Enters how school and academy work together: a promotion meeting with its orders, shared resources, information.

As much of it at every size. What has a last day is planned from the day of the meeting, which is the day of the load.
"""

from datetime import date, timedelta
from typing import Any

from deploy.local.demo.asking import Gateway
from deploy.local.demo.founding import ACTIVITY, Founding

MEETING = "学生社区建设推进会"
# Title, unit that does it, and how far it has come.
ORDERS = (
    ("建成楼内党员活动室", "academy-0", ("accept", "report", "close")),
    ("选派教师党员进社区", "school-0", ("accept",)),
    ("排查宿舍安全隐患", "academy-1", ()),
)
STEPS: dict[str, dict[str, Any]] = {
    "accept": {},
    "report": {"note": "活动室已启用", "evidence": ["验收单第7号"]},
    "close": {"note": "情况属实"},
}
# The first is shared with the first academy, the others are offered to everybody.
RESOURCES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("school-0", {"kind": "KIND_PLACE", "origin": "ORIGIN_INSIDE", "name": "开放实验室", "capacity": 60}),
    (
        "academy-1",
        {"kind": "KIND_PLACE", "origin": "ORIGIN_INSIDE", "name": "学生活动中心", "capacity": 120},
    ),
    (
        "school-1",
        {
            "kind": "KIND_PRACTICE_BASE",
            "origin": "ORIGIN_OUTSIDE",
            "name": "实践教育基地",
            "provider": "示范企业",
        },
    ),
)
SHARED_WITH = "academy-0"
INFORMATION = ("INFORMATION_FIELD_ATTENDANCE", "INFORMATION_FIELD_CLASS_HOURS")
DUE_IN, BOOKED_IN = timedelta(days=60), timedelta(days=14)


class Cooperation:
    """What units do together, in a university whose units and people stand."""

    def __init__(self, gateway: Gateway, founding: Founding) -> None:
        self._gateway, self._founding = gateway, founding

    def arrange(self) -> date:
        """The meeting and its orders, then what is shared; answers the day of the meeting."""
        self._gateway.settle(ACTIVITY)
        day = self._day()
        (meeting,) = self._gateway.each("推进会 promotion meeting", (day,), self._hold)
        orders = list(zip(self._issue(meeting, day), ORDERS, strict=True))
        self._gateway.each("任务 work orders", orders, lambda each: self._follow(*each[0], each[1][2]))
        resources = self._gateway.each("资源 resources", RESOURCES, self._register)
        self._share(resources[0], day)
        self._inform()
        return day

    def _post(self, path: str, body: Any, key: str) -> Any:
        return self._gateway.post(path, body, key=key, by=self._founding.clerk)

    def _day(self) -> date:
        """The day of the meeting: today, or the one on which an interrupted load held it."""
        asked = f"/v1/meetings?kind=MEETING_KIND_PROMOTION_MEETING&unitId={self._founding.units['community']}"
        held = self._gateway.get(asked)["meetings"]
        today = held[0]["plannedStartTime"][:10] if held else self._gateway.get("/v1/clock")["today"]
        return date.fromisoformat(today)

    def _hold(self, day: date) -> str:
        body = {
            "unitId": self._founding.units["community"],
            "kind": "MEETING_KIND_PROMOTION_MEETING",
            "title": MEETING,
            # Nine o'clock on the campus.
            "plannedStartTime": f"{day}T01:00:00Z",
            "plannedEndTime": f"{day}T03:00:00Z",
            "agenda": [
                {"kind": "KIND_STUDY", "title": "学习"},
                {"kind": "KIND_ASSIGNMENT", "title": "部署社区建设"},
            ],
        }
        meeting: str = self._post("/v1/meetings", body, "promotion")["meetingId"]
        self._post(f"/v1/meetings/{meeting}:open", {}, "promotion-open")
        said = {"minutes": "会议部署三项工作", "resolution": "分工落实"}
        self._post(f"/v1/meetings/{meeting}:close", said, "promotion-close")
        return meeting

    def _issue(self, meeting: str, day: date) -> list[tuple[int, str]]:
        units = self._founding.units
        orders = [
            {
                "assigneeUnitId": units[unit],
                "decision": MEETING,
                "title": title,
                "dueOn": (day + DUE_IN).isoformat(),
            }
            for title, unit, _ in ORDERS
        ]
        body = {"unitId": units["community"], "meetingId": meeting, "workOrders": orders}
        issued = self._post("/v1/workOrders:issue", body, "orders")["workOrders"]
        return [(number, each["workOrderId"]) for number, each in enumerate(issued)]

    def _follow(self, number: int, order: str, steps: tuple[str, ...]) -> None:
        for step in steps:
            self._post(f"/v1/workOrders/{order}:{step}", STEPS[step], f"order-{number}-{step}")

    def _register(self, resource: tuple[str, dict[str, Any]]) -> str:
        unit, said = resource
        body = said | {"unitId": self._founding.units[unit], "offered": resource != RESOURCES[0]}
        made: str = self._post("/v1/resources", body, f"resource-{unit}")["resourceId"]
        return made

    def _share(self, resource: str, day: date) -> None:
        """The academy may use it when the school approves, and has asked for a morning."""
        units = self._founding.units
        body = {
            "resourceId": resource,
            "granteeUnitId": units[SHARED_WITH],
            "scope": "SCOPE_ON_APPROVAL",
            "terms": "每周开放两次",
        }
        self._post("/v1/shareGrants", body, "share")
        booked = day + BOOKED_IN
        asked = {
            "resourceId": resource,
            "userUnitId": units[SHARED_WITH],
            "startTime": f"{booked}T01:00:00Z",
            "endTime": f"{booked}T03:00:00Z",
            "attendeeCount": 30,
            "purpose": "联合主题党日",
        }
        booking = self._post("/v1/resourceBookings", asked, "booking")["bookingId"]
        self._post(f"/v1/resourceBookings/{booking}:approve", {"note": "同意"}, "booking-approve")

    def _inform(self) -> None:
        """The school sees how the students of the academy's branches take part."""
        body = {
            "unitId": self._founding.units["general-0"],
            "viewerUnitId": self._founding.units["school-0"],
            "fields": list(INFORMATION),
            "purpose": "双院协同育人",
        }
        self._post("/v1/informationGrants", body, "information")
