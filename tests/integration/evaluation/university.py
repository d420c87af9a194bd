"""Branches, judges and students in the running system, made over HTTP by the administrator."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from uuid import uuid4

from tests.support.http import Api

# The winner must be at most thirty percent of the branches below the unit that holds the award.
BRANCHES = 4


@dataclass
class University:
    """A school of its own for each test; every answer is awaited until the copies have it."""

    api_as: Callable[[str], Api]
    root: str = ""
    school: str = ""
    branches: list[str] = field(default_factory=list)
    # Campus numbers of the office that holds the award, and of the judges, by their person ids.
    office: str = ""
    judges: dict[str, str] = field(default_factory=dict)
    # The last write of each service: what the next call waits for.
    after: str = ""

    @classmethod
    async def found(cls, api_as: Callable[[str], Api]) -> Self:
        """A committee with branches below the university, an office, and two judges."""
        made = cls(api_as)
        roots = await made.get("/v1/units", kind="KIND_UNIVERSITY")
        made.root = roots["units"][0]["unitId"]
        committee = await made._below(made.root, "KIND_UNIVERSITY_COMMITTEE")
        made.school = await made._below(committee, "KIND_PRIMARY_COMMITTEE")
        for _ in range(BRANCHES):
            made.branches.append(await made._below(made.school, "KIND_BRANCH", "FORM_COHORT"))
        numbers = [f"E{uuid4().hex[:12]}" for _ in range(3)]
        people = await made.register(*[{"campusNumber": number} for number in numbers])
        made.office, made.judges = numbers[0], dict(zip(people[1:], numbers[1:], strict=True))
        await made.post(
            "/v1/grants",
            {
                "personId": people[0],
                "role": "ROLE_ORGANIZATION_DEPARTMENT",
                "unitId": made.root,
                "reason": "评选表彰",
            },
        )
        return made

    async def _below(self, parent: str, kind: str, form: str | None = None) -> str:
        unit: dict[str, Any] = {"kind": kind, "name": f"{kind} {uuid4()}"}
        if form is not None:
            unit |= {"form": form, "cohortYear": 2024}
        body = {"parentUnitId": parent, "unit": unit, "establishedOn": "2020-01-01"}
        made = await self.post("/v1/units", body)
        found: str = made["unitId"]
        return found

    async def register(self, *people: dict[str, Any]) -> list[str]:
        """Undergraduates, unless something else is said of them."""
        usual = {"name": "同学", "kind": "PERSON_KIND_STUDENT", "category": "PERSON_CATEGORY_UNDERGRADUATE"}
        made = await self.post("/v1/persons:batchRegister", {"people": [usual | person for person in people]})
        found: list[str] = made["personIds"]
        return found

    async def enrol(self, branch: str, people: list[str]) -> None:
        """Full members of a branch since last year."""
        members = [
            {
                "personId": person,
                "unitId": branch,
                "relationshipFrom": "2025-01-01",
                "status": "MEMBERSHIP_STATUS_FULL",
                "standingFrom": "2025-01-01",
            }
            for person in people
        ]
        await self.post("/v1/members:batchEstablish", {"members": members})

    async def hold_meeting(self, branch: str) -> str:
        """A meeting of yesterday, held and closed."""
        start = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
        body = {
            "unitId": branch,
            "kind": "MEETING_KIND_THEME_DAY",
            "title": "主题党日",
            "plannedStartTime": start.isoformat().replace("+00:00", "Z"),
            "plannedEndTime": (start + timedelta(hours=1)).isoformat().replace("+00:00", "Z"),
            "agenda": [{"kind": "KIND_STUDY", "title": "学习"}],
        }
        convened = await self.post("/v1/meetings", body)
        path = f"/v1/meetings/{convened['meetingId']}"
        await self.post(f"{path}:open")
        await self.post(f"{path}:close", {"minutes": "记录"})
        found: str = convened["meetingId"]
        return found

    async def post(self, path: str, body: Any = None, *, by: str = "admin", etag: str = "") -> Any:
        """POST and its answer, which must be a success; `etag` is sent as If-Match."""
        headers = {"After-Event": self.after} if self.after else {}
        if etag:
            headers["If-Match"] = f'"{etag}"'
        return self._read(await self.api_as(by).post(path, body, headers=headers))

    async def get(self, path: str, *, by: str = "admin", **params: Any) -> Any:
        """GET and its answer, which must be a success."""
        headers = {"After-Event": self.after} if self.after else {}
        return self._read(await self.api_as(by).get(path, headers=headers, **params))

    def _read(self, answer: Any) -> Any:
        assert answer.is_success, f"{answer.status_code}: {answer.text}"
        self.after = answer.headers.get("Event-Id", self.after)
        return answer.json()
