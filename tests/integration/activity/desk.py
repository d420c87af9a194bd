"""Calls to the operations of activity as the interceptor would make them, on a real database, with a movable clock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import orjson
import sqlalchemy as sa
from google.protobuf import descriptor_pool
from google.protobuf.message import Message

from activity.consumers import CONSUMERS
from activity.domain.ceremonies import Eligibility
from activity.domain.meetings import Closing, Meeting, MeetingKind
from activity.domain.plans import AgendaItem, Capacity, ItemKind, Participant, Plan
from activity.domain.selections import Studies
from activity.domain.units import Unit
from activity.operations import copying, meetings
from activity.operations.meetings import NewMeeting
from activity.servicer.ceremonies import CeremonyServicer
from activity.servicer.class_hours import ClassHourServicer
from activity.servicer.information import InformationServicer
from activity.servicer.meetings import ActivityFactServicer, MeetingServicer
from activity.servicer.resources import ResourceBookingServicer, ResourceServicer
from activity.servicer.selections import SelectionConsentServicer, SelectionRosterServicer
from activity.servicer.talks import TalkServicer
from activity.servicer.work_orders import WorkOrderServicer
from chassis import access, calls
from chassis.access import AccessControl
from chassis.calls import Call, Caller, ServiceContext
from chassis.clock import Clock
from chassis.contract import access_of, role_permissions
from chassis.copies import ReceivedEvent
from chassis.database import Database
from chassis.ids import new_id
from chassis.protojson import check
from chassis.settings import Settings
from chassis.statements import query
from shuyuan.organization.v1 import role_pb2

T = TypeVar("T")

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)  # noon on campus
LONG_AGO = date(2020, 1, 1)
EVENTS = query(sa.text("SELECT * FROM event_log ORDER BY seq"))
AUDIT = query(sa.text("SELECT * FROM audit_log ORDER BY seq"))

STUDY = AgendaItem(ItemKind.STUDY, "学习党的创新理论")
REPORT = AgendaItem(ItemKind.REPORT, "听取工作汇报")


class FixedClock(Clock):
    """A business clock that stands until it is moved."""

    def __init__(self) -> None:
        super().__init__()
        self.instant = NOW

    def now(self) -> datetime:
        return self.instant


@dataclass
class FakeMembership:
    """Stands in for the membership service at the seam of `clients`."""

    registered: set[UUID] = field(default_factory=set)
    cases: dict[UUID, UUID] = field(default_factory=dict)
    refusals: dict[UUID, str] = field(default_factory=dict)
    asked: list[list[UUID]] = field(default_factory=list)
    students: set[UUID] = field(default_factory=set)
    undergraduates: set[UUID] = field(default_factory=set)

    async def known_persons(self, person_ids: Sequence[UUID]) -> set[UUID]:
        self.asked.append(list(person_ids))
        return self.registered & set(person_ids)

    async def studies(self, person_ids: Sequence[UUID]) -> Studies:
        named = frozenset(person_ids)
        return Studies(named & self.students, named & self.undergraduates)

    async def oath_eligibility(self, person_ids: Iterable[UUID], held_on: date) -> Eligibility:
        named = set(person_ids)
        return Eligibility(
            {person: case for person, case in self.cases.items() if person in named},
            {person: reason for person, reason in self.refusals.items() if person in named},
        )


class Desk:
    """A small university: the root, a committee, a branch with a Party group, and another branch."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = FixedClock()
        self.control = AccessControl(database, self.clock, role_permissions(role_pb2.Role.DESCRIPTOR))
        self.membership = FakeMembership()
        self.servicers: dict[str, Any] = {
            "MeetingService": MeetingServicer(self.membership),
            "ActivityFactService": ActivityFactServicer(),
            "ClassHourService": ClassHourServicer(),
            "CeremonyService": CeremonyServicer(self.membership),
            "TalkService": TalkServicer(self.membership),
            "WorkOrderService": WorkOrderServicer(),
            "ResourceService": ResourceServicer(),
            "InformationService": InformationServicer(),
            "SelectionConsentService": SelectionConsentServicer(self.membership),
            "SelectionRosterService": SelectionRosterServicer(self.membership),
            "ResourceBookingService": ResourceBookingServicer(),
        }
        self.university, self.committee, self.branch, self.group, self.other = (new_id() for _ in range(5))
        self.secretary, self.committee_secretary, self.member = (new_id() for _ in range(3))
        self.context = ServiceContext(
            "activity", Settings(environment="test"), database, self.clock, self.control
        )

    async def furnish(self) -> None:
        """Apply what organization and membership would have announced."""
        for unit_id, kind, parent in (
            (self.university, "UNIVERSITY", None),
            (self.committee, "PRIMARY_COMMITTEE", self.university),
            (self.branch, "BRANCH", self.committee),
            (self.group, "PARTY_GROUP", self.branch),
            (self.other, "BRANCH", self.committee),
        ):
            await self.keep_unit(unit_id, kind, parent)
        await self.grant(self.secretary, "ROLE_BRANCH_SECRETARY", self.branch)
        await self.grant(self.committee_secretary, "ROLE_COMMITTEE_SECRETARY", self.committee)
        await self.grant(self.member, "ROLE_MEMBER", self.branch)
        await self.register(self.secretary, self.committee_secretary, self.member)

    async def keep_unit(self, unit_id: UUID, kind: str, parent: UUID | None) -> None:
        async with self.system().transaction() as work:
            await copying.keep_unit(work, Unit(unit_id, kind, LONG_AGO, None), version=1)
            await access.replace_edges(work, unit_id, [(parent, LONG_AGO, None)] if parent else [])

    async def grant(self, person_id: UUID, role: str, unit_id: UUID) -> None:
        async with self.system().transaction() as work:
            await access.put_grant(work, new_id(), person_id, role, unit_id, LONG_AGO, None, False)

    async def register(self, *person_ids: UUID, branch: UUID | None = None) -> None:
        async with self.system().transaction() as work:
            for person_id in person_ids:
                await copying.keep_person(work, person_id)
                await copying.keep_relationships(work, person_id, [(branch or self.branch, LONG_AGO, None)])

    async def people(self, count: int, *, branch: UUID | None = None) -> list[UUID]:
        """Registered people with their relationship in the branch."""
        found = [new_id() for _ in range(count)]
        await self.register(*found, branch=branch)
        return found

    def system(self) -> Call:
        return calls.system_call(self.context, "test")

    def call(self, person_id: UUID | None = None, **values: Any) -> Call:
        """A call by a person, the branch's secretary unless said otherwise."""
        caller = Caller("person", person_id=person_id or self.secretary, issuer="test", subject="1")
        call = Call(
            service="activity",
            method="/shuyuan.activity.v1.MeetingService/Test",
            caller=caller,
            access=self.control.access_for(caller),
            database=self.database,
            clock=self.clock,
        )
        return replace(call, **values)

    async def ask(self, path: str, request: Message, *, by: UUID | str | None = None, **values: Any) -> Any:
        """Call `Service/Method` as a person (an id) or a sibling (its name), as the interceptor does."""
        service, _, method = path.partition("/")
        descriptor = descriptor_pool.Default().FindServiceByName(f"shuyuan.activity.v1.{service}")
        option = access_of(descriptor.methods_by_name[method])
        assert option is not None
        assert check(request) == []
        call = self.call(by if isinstance(by, UUID) else None, method=path, **values)
        if isinstance(by, str):
            call.caller = Caller("service", service=by)
        call.access = self.control.access_for(call.caller, option)
        await call.access.precheck(lambda: UUID(getattr(request, option.scope_field[0])))
        calls.enter(call)
        answer = await getattr(self.servicers[service], method)(request, None)
        assert call.access.checked
        return answer

    async def checked(self, person_id: UUID | None, permission: str, unit_id: UUID) -> Call:
        """A call for which the contract has already asked for the permission on a unit."""
        call = self.call(person_id)
        await call.access.require(permission, unit=unit_id)
        return call

    async def convene(
        self,
        *,
        by: UUID | None = None,
        unit_id: UUID | None = None,
        kind: MeetingKind = MeetingKind.BRANCH_GENERAL_MEETING,
        agenda: Sequence[AgendaItem] = (STUDY, REPORT),
        hours: float = 2,
        start: datetime = NOW - timedelta(hours=3),
        voters: Sequence[UUID] = (),
        others: Sequence[Participant] = (),
        exception: str | None = None,
        **plan: Any,
    ) -> Meeting:
        """Convene a meeting this morning from nine to eleven, unless something else is said."""
        unit_id = unit_id or self.branch
        call = await self.checked(by, meetings.CONVENE, unit_id)
        expected = (*(Participant(person, Capacity.VOTER) for person in voters), *others)
        new = NewMeeting(
            unit_id=unit_id,
            kind=kind,
            plan=Plan(
                title="十一月会议",
                start=start,
                end=start + timedelta(hours=hours),
                agenda=tuple(agenda),
                **plan,
            ),
            participants=expected,
            exception_reason=exception,
        )
        return await meetings.convene_meeting(call, new, self.membership)

    async def held(self, *present: Participant, closing: Closing | None = None, **values: Any) -> Meeting:
        """A meeting that was convened, opened, attended and closed."""
        meeting = await self.convene(**values)
        await meetings.open_meeting(self.call(), meeting.meeting_id)
        if present:
            await meetings.check_in(self.call(), meeting.meeting_id, present, self.membership)
        return await meetings.close_meeting(
            self.call(), meeting.meeting_id, closing or Closing(minutes="会议记录")
        )

    async def events(self) -> list[tuple[str, dict[str, Any]]]:
        """What was announced: (noun.verb, data)."""
        rows = await self.database.fetch(EVENTS)
        return [(f"{row['noun']}.{row['verb']}", orjson.loads(row["data"])) for row in rows]

    async def audited(self) -> str:
        """Everything that the audit says, as one text."""
        return str([dict(row) for row in await self.database.fetch(AUDIT)])

    async def receive(
        self, source: str, noun: str, resource_id: UUID, data: dict[str, Any], verb: str = ""
    ) -> None:
        """Have our consumers hear an event of another service, as the follower would."""
        event = ReceivedEvent(
            id=new_id(), source=source, type="", noun=noun, verb=verb, resource_id=resource_id, version=1,
            position=1, epoch=1, time=NOW, actor=None, traceparent=None, data=data,
        )  # fmt: skip
        (row,) = [row for row in CONSUMERS if (row.source, row.noun) == (source, noun)]
        async with self.system().transaction() as work:
            await row.handler(work, event)


def voter(person_id: UUID) -> Participant:
    return Participant(person_id, Capacity.VOTER)
