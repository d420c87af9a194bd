"""A branch in the running system, founded over HTTP by the administrator, with what tests do to it again and again."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from uuid import uuid4

from tests.support.http import Api


@dataclass
class University:
    """The administrator's view of a fresh branch; every answer is awaited until the copies have it."""

    api: Api
    branch: str
    # The last write of each service: what the next call waits for.
    after: str = ""

    @classmethod
    async def found(cls, api: Api) -> Self:
        """A committee below the university, and a branch below that."""
        university = cls(api, "")
        roots = await university.get("/v1/units", kind="KIND_UNIVERSITY")
        parent = roots["units"][0]["unitId"]
        for kind, form in (
            ("KIND_UNIVERSITY_COMMITTEE", None),
            ("KIND_PRIMARY_COMMITTEE", None),
            ("KIND_BRANCH", "FORM_COHORT"),
        ):
            parent = await university._below(parent, kind, form)
        university.branch = parent
        return university

    async def _below(self, parent: str, kind: str, form: str | None) -> str:
        body: dict[str, Any] = {
            "parentUnitId": parent,
            "unit": {"kind": kind, "name": f"{kind} {uuid4()}"},
        }
        if form is not None:
            body["unit"] |= {"form": form, "cohortYear": 2024}
        made = await self.post("/v1/units", body)
        found: str = made["unitId"]
        return found

    async def register(self, count: int) -> list[str]:
        """People of the register."""
        people = [{"name": f"同学{n}", "kind": "PERSON_KIND_STUDENT"} for n in range(count)]
        made = await self.post("/v1/persons:batchRegister", {"people": people})
        found: list[str] = made["personIds"]
        return found

    def meeting(self, **values: Any) -> dict[str, Any]:
        """What a meeting of two hours that begins now is convened with."""
        start = datetime.now(UTC).replace(microsecond=0)
        body: dict[str, Any] = {
            "unitId": self.branch,
            "kind": "MEETING_KIND_PARTY_LECTURE",
            "title": "党课",
            "plannedStartTime": start.isoformat().replace("+00:00", "Z"),
            "plannedEndTime": (start + timedelta(hours=2)).isoformat().replace("+00:00", "Z"),
            "agenda": [
                {"kind": "KIND_STUDY", "title": "学习", "learningMode": "LEARNING_MODE_EXPERT_GUIDANCE"}
            ],
        }
        return body | values

    async def convene(self, **values: Any) -> dict[str, Any]:
        made: dict[str, Any] = await self.post("/v1/meetings", self.meeting(**values))
        return made

    async def post(self, path: str, body: Any = None) -> Any:
        answer = await self.api.post(path, body, headers=self._headers())
        return self._read(answer)

    async def get(self, path: str, **params: Any) -> Any:
        return self._read(await self.api.get(path, headers=self._headers(), **params))

    def _headers(self) -> dict[str, str]:
        return {"After-Event": self.after} if self.after else {}

    def _read(self, answer: Any) -> Any:
        assert answer.is_success, f"{answer.status_code}: {answer.text}"
        self.after = answer.headers.get("Event-Id", self.after)
        return answer.json()
