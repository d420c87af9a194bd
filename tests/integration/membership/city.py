"""A university in the running system, seen over HTTP by the people who lead an admission.

Every step before the branch meeting lies in the past, so that no test moves the clock of the shared stack.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Self
from uuid import uuid4

import grpc

from deploy.local.stack import Stack
from shuyuan.clock.v1 import clock_service_pb2, clock_service_pb2_grpc
from tests.support.http import Api


@dataclass
class City:
    """The actors by name; every answer is awaited until the copies have what came before."""

    api_as: Callable[[str], Api]
    today: date
    numbers: dict[str, str] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    members: list[str] = field(default_factory=list)
    case: dict[str, Any] = field(default_factory=dict)
    after: str = ""

    @classmethod
    async def found(cls, stack: Stack, api_as: Callable[[str], Api]) -> Self:
        city = cls(api_as, await business_day(stack))
        await city._establish_units()
        await city._register()
        await city._give_roles()
        return city

    def ago(self, days: int) -> str:
        return (self.today - timedelta(days=days)).isoformat()

    # ── speaking HTTP ───────────────────────────────────────────────────────────────────────────────────────

    async def send(
        self, who: str, path: str, body: Any = None, *, key: str | None = None, etag: str | None = None
    ) -> Any:
        """POST as somebody; answers the response, whatever it is."""
        headers = {"After-Event": self.after} if self.after else {}
        if key is not None:
            headers["Idempotency-Key"] = key
        if etag is not None:
            headers["If-Match"] = f'"{etag}"'
        answer = await self.api_as(self.numbers.get(who, who)).post(path, body, headers=headers)
        self.after = answer.headers.get("Event-Id", self.after)
        return answer

    async def post(self, who: str, path: str, body: Any = None, **options: Any) -> Any:
        """POST that must succeed."""
        answer = await self.send(who, path, body, **options)
        assert answer.is_success, f"{path} {answer.status_code}: {answer.text}"
        return answer.json()

    async def get(self, who: str, path: str, **params: Any) -> Any:
        headers = {"After-Event": self.after} if self.after else {}
        answer = await self.api_as(self.numbers.get(who, who)).get(path, headers=headers, **params)
        assert answer.is_success, f"{path} {answer.status_code}: {answer.text}"
        return answer.json()

    # ── founding ────────────────────────────────────────────────────────────────────────────────────────────

    async def _establish_units(self) -> None:
        roots = await self.get("admin", "/v1/units", kind="KIND_UNIVERSITY")
        root = roots["units"][0]["unitId"]
        for name, parent, kind, form in (
            ("university_committee", root, "KIND_UNIVERSITY_COMMITTEE", None),
            ("committee", "university_committee", "KIND_COMMUNITY_COMMITTEE", None),
            ("general", "committee", "KIND_ACADEMY_GENERAL_BRANCH", None),
            ("cohort", "general", "KIND_BRANCH", "FORM_COHORT"),
            ("staff", "general", "KIND_BRANCH", "FORM_STAFF"),
        ):
            unit: dict[str, Any] = {"kind": kind, "name": f"{name} {uuid4()}"}
            if form is not None:
                unit["form"] = form
            if form == "FORM_COHORT":
                unit["cohortYear"] = 2023
            body = {
                "parentUnitId": self.units.get(parent, parent),
                "unit": unit,
                "establishedOn": self.ago(1500),
            }
            self.units[name] = (await self.post("admin", "/v1/units", body))["unitId"]
        for kind in ("SCHOOL", "ACADEMY"):
            body = {
                "parentUnitId": root,
                "unit": {"kind": f"KIND_{kind}", "name": f"{kind} {uuid4()}"},
                "establishedOn": self.ago(1500),
            }
            self.units[kind.lower()] = (await self.post("admin", "/v1/units", body))["unitId"]

    async def _register(self) -> None:
        tag = uuid4().hex[:8]
        names = ["secretary", "officer", "approver", "applicant"]
        self.numbers = {name: f"{name}-{tag}" for name in names}
        people = [
            {
                "name": name,
                "campusNumber": self.numbers[name],
                "kind": "PERSON_KIND_STUDENT" if name == "applicant" else "PERSON_KIND_STAFF",
                "birthDate": "2003-05-04",
            }
            for name in names
        ]
        people += [{"name": f"党员{n}", "kind": "PERSON_KIND_STUDENT"} for n in range(7)]
        made = await self.post("admin", "/v1/persons:batchRegister", {"people": people})
        self.people = dict(zip(names, made["personIds"], strict=False))
        self.members = [self.people["secretary"], self.people["officer"], *made["personIds"][4:]]
        entered = [
            {
                "personId": person,
                "unitId": self.units["staff" if number < 2 else "cohort"],
                "relationshipFrom": self.ago(1200),
                "status": "MEMBERSHIP_STATUS_FULL",
                "standingFrom": self.ago(1400),
            }
            for number, person in enumerate(self.members)
        ]
        await self.post("admin", "/v1/members:batchEstablish", {"members": entered})

    async def _give_roles(self) -> None:
        for who, role, unit in (
            ("secretary", "ROLE_BRANCH_SECRETARY", "general"),
            ("officer", "ROLE_BRANCH_OFFICER", "general"),
            ("approver", "ROLE_COMMITTEE_SECRETARY", "committee"),
        ):
            body = {
                "personId": self.people[who],
                "role": role,
                "unitId": self.units[unit],
                "reason": "测试",
            }
            await self.post("admin", "/v1/grants", body)

    # ── an admission ────────────────────────────────────────────────────────────────────────────────────────

    async def apply(self) -> None:
        body = {
            "personId": self.people["applicant"],
            "unitId": self.units["cohort"],
            "appliedOn": self.ago(1000),
            "route": "APPLICATION_ROUTE_WORK_OR_STUDY_UNIT",
            "isChineseCitizen": True,
            "acceptsProgramme": True,
        }
        self.case = await self.post("applicant", "/v1/admissionCases", body)

    async def try_step(self, who: str, verb: str, days_ago: int | None = None, **body: Any) -> Any:
        """Take a step as somebody; answers the response, whatever it is."""
        if days_ago is not None:
            body["occurredOn"] = self.ago(days_ago)
        path = f"/v1/admissionCases/{self.case['caseId']}:{verb}"
        return await self.send(who, path, body, etag=self.case["etag"])

    async def step(self, who: str, verb: str, days_ago: int | None = None, **body: Any) -> None:
        """Take a step that must succeed."""
        answer = await self.try_step(who, verb, days_ago, **body)
        assert answer.is_success, f"{verb} {answer.status_code}: {answer.text}"
        self.case = answer.json()

    async def up_to_contacts(self) -> None:
        await self.step("secretary", "recordTalk", 990, talkerPersonId=self.people["officer"])
        await self.step(
            "secretary",
            "determineActivist",
            800,
            recommendedByLeague=True,
            decidedBy="DECISION_BODY_BRANCH_COMMITTEE",
            noticedFrom=self.ago(830),
        )
        await self.step("approver", "recordFiling", 790, kind="FILING_KIND_ACTIVIST")
        await self.step(
            "secretary", "assignContacts", 780, personIds=self.members[2:4], noDirectRelatives=True
        )
        await self.step("secretary", "recordAssessment", 600)

    async def up_to_form(self) -> None:
        await self.step(
            "secretary",
            "determineProspect",
            300,
            groupHeard=True,
            contactsHeard=True,
            membersHeard=True,
            massesHeard=True,
            decidedByCommittee=True,
            noticedFrom=self.ago(330),
        )
        await self.step("approver", "recordFiling", 290, kind="FILING_KIND_PROSPECT")
        await self.step(
            "secretary", "assignIntroducers", 280, personIds=self.members[2:4], noDirectRelatives=True
        )
        await self.step(
            "secretary",
            "recordPoliticalReview",
            200,
            conclusion="POLITICAL_REVIEW_CONCLUSION_QUALIFIED",
            reviewerPersonId=self.people["officer"],
            archiveReference="ZS-7",
            allAreasCovered=True,
        )
        await self.step("secretary", "recordTraining", 150, days=3, organizerUnitId=self.units["committee"])
        await self.step("secretary", "passCommitteeReview", 30)
        await self.step(
            "approver",
            "recordPreReview",
            25,
            reviewerUnitId=self.units["committee"],
            result="PRE_REVIEW_RESULT_PASSED",
            written=True,
        )
        await self.step("secretary", "issueAdmissionForm", 20, formNumber="F-7")

    def totals(self, **fields: Any) -> dict[str, Any]:
        values = {
            "method": "VOTING_METHOD_SECRET_BALLOT",
            "present": 8,
            "yesVotes": 8,
            "votedSeparately": True,
            "performanceRecorded": True,
            "secretarySigned": True,
            "noticedFrom": self.ago(18),
        }
        return values | fields

    async def vote(self, **fields: Any) -> None:
        await self.step("secretary", "enterBallotTotals", 0, **self.totals(**fields))
        await self.step("officer", "confirmBallotTotals", number=len(self.case["ballots"]))

    async def up_to_approval(self) -> None:
        await self.step(
            "approver",
            "recordSuperiorTalk",
            0,
            talkerPersonId=self.people["approver"],
            talkerRole="TALKER_ROLE_COMMITTEE_MEMBER",
            opinionWritten=True,
        )
        await self.step(
            "approver",
            "approve",
            0,
            approverUnitId=self.units["committee"],
            decidedCollectively=True,
            decidedIndividually=True,
        )

    async def reorganise(self) -> Any:
        """The two old branches become one joint branch of a school and an academy, from today on."""
        plan = {
            "effectiveOn": self.today.isoformat(),
            "dissolvesUnitIds": [self.units["cohort"], self.units["staff"]],
            "establishes": [
                {
                    "key": "joint",
                    "parentUnitId": self.units["general"],
                    "unit": {
                        "kind": "KIND_BRANCH",
                        "form": "FORM_JOINT_TEACHER_STUDENT",
                        "name": f"联合党支部 {uuid4()}",
                        "sponsors": [
                            {"sponsorUnitId": self.units["school"]},
                            {"sponsorUnitId": self.units["academy"]},
                        ],
                    },
                }
            ],
            "moves": [{"fromUnitId": self.units[name], "toKey": "joint"} for name in ("cohort", "staff")],
        }
        body = {"unitId": self.units["general"], "title": "优化支部设置", "plan": plan}
        drafted = await self.post("approver", "/v1/reorganizations", body)
        path = f"/v1/reorganizations/{drafted['reorganizationId']}"
        approved = await self.post("approver", f"{path}:approve", {}, etag=drafted["etag"])
        await self.post("approver", f"{path}:execute", {}, etag=approved["etag"])
        return path


async def business_day(stack: Stack) -> date:
    """The day on the stack's clock, which another test may have moved."""
    async with grpc.aio.insecure_channel(stack.target("membership")) as channel:
        stub = clock_service_pb2_grpc.ClockServiceStub(channel)
        answer = await stub.GetClock(
            clock_service_pb2.GetClockRequest(), metadata=[("authorization", f"Bearer {stack.token()}")]
        )
    return date.fromisoformat(answer.today)
