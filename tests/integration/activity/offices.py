"""Units with people in office in the running system, each of whom asks the gateway with a token of their own."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Self
from uuid import uuid4
from zoneinfo import ZoneInfo

from tests.support.http import Api

CAMPUS = ZoneInfo("Asia/Shanghai")


def on(days: int) -> str:
    """The campus day so many days from today, as the contract writes it."""
    return (datetime.now(UTC).astimezone(CAMPUS).date() + timedelta(days=days)).isoformat()


@dataclass
class Offices:
    """A university committee with a school and an academy below it; names are new, because the stack is shared."""

    api_as: Callable[[str], Api]
    root: str = ""
    committee: str = ""
    school: str = ""
    academy: str = ""
    # The person of each campus number.
    people: dict[str, str] = field(default_factory=dict)
    # The last write of each service: what the next call waits for.
    after: str = ""

    @classmethod
    async def found(cls, api_as: Callable[[str], Api]) -> Self:
        made = cls(api_as)
        made.root = (await made.get("/v1/units", kind="KIND_UNIVERSITY"))["units"][0]["unitId"]
        made.committee = await made.establish(made.root, "UNIVERSITY_COMMITTEE")
        made.school = await made.establish(made.root, "SCHOOL")
        made.academy = await made.establish(made.root, "ACADEMY")
        return made

    async def establish(self, parent: str, kind: str, **unit: Any) -> str:
        """A unit since 2020."""
        body = {
            "parentUnitId": parent,
            "unit": {"kind": f"KIND_{kind}", "name": f"{kind} {uuid4()}", **unit},
            "establishedOn": date(2020, 1, 1).isoformat(),
        }
        made: str = (await self.post("/v1/units", body))["unitId"]
        return made

    async def register(self, name: str = "同学", **person: Any) -> str:
        """Somebody with a campus number, which is answered; `people` has the id."""
        number = f"A{uuid4().hex[:12]}"
        entry = {"name": name, "kind": "PERSON_KIND_STUDENT", "campusNumber": number, **person}
        made = await self.post("/v1/persons:batchRegister", {"people": [entry]})
        self.people[number] = made["personIds"][0]
        return number

    async def grant(self, role: str, unit: str) -> str:
        """Somebody new in office; the campus number is answered."""
        number = await self.register("老师", kind="PERSON_KIND_STAFF")
        body = {"personId": self.people[number], "role": f"ROLE_{role}", "unitId": unit, "reason": "任职"}
        await self.post("/v1/grants", body)
        return number

    async def post(self, path: str, body: Any = None, *, by: str = "admin", etag: str = "") -> Any:
        """POST and its answer, which must be a success; `etag` is sent as If-Match."""
        return self._read(await self.send(path, body, by=by, etag=etag))

    async def send(self, path: str, body: Any = None, *, by: str = "admin", etag: str = "") -> Any:
        """POST and whatever it answers."""
        headers = self._headers() | ({"If-Match": f'"{etag}"'} if etag else {})
        return await self.api_as(by).post(path, body, headers=headers)

    async def patch(self, path: str, body: Any, *, by: str = "admin", etag: str) -> Any:
        """PATCH and its answer, which must be a success."""
        return self._read(await self.api_as(by).patch(path, body, etag=etag))

    async def get(self, path: str, *, by: str = "admin", **params: Any) -> Any:
        """GET and its answer, which must be a success."""
        return self._read(await self.api_as(by).get(path, headers=self._headers(), **params))

    def _headers(self) -> dict[str, str]:
        return {"After-Event": self.after} if self.after else {}

    def _read(self, answer: Any) -> Any:
        assert answer.is_success, f"{answer.status_code}: {answer.text}"
        self.after = answer.headers.get("Event-Id", self.after)
        return answer.json()
