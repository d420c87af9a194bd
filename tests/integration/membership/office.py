"""The membership service without its wire: its servicers called as the interceptor would call them, on real tables.

Business time is set by the test; grants are rows as the organization service's events would leave them.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any, cast
from uuid import UUID, uuid4

import sqlalchemy as sa
from google.protobuf import descriptor_pool
from google.protobuf.message import Message

from chassis import calls
from chassis.access import AccessControl, put_grant, replace_edges
from chassis.calls import Call, Caller
from chassis.clock import Clock
from chassis.contract import access_of, role_permissions
from chassis.database import Database
from chassis.days import CAMPUS
from chassis.field_cipher import FieldCipher
from chassis.statements import Query, query
from membership.domain.units import Unit
from membership.facts import Rules
from membership.operations.means import Means
from membership.operations.units import keep_unit
from membership.servicer.admission import AdmissionServicer
from membership.servicer.case_materials import CaseMaterialServicer
from membership.servicer.compliance import ComplianceServicer
from membership.servicer.counterfactual import CounterfactualServicer
from membership.servicer.dues import DuesServicer
from membership.servicer.forms import AdmissionFormServicer
from membership.servicer.inbox import InboxServicer
from membership.servicer.inspections import InspectionServicer
from membership.servicer.merging import PersonMergeServicer
from membership.servicer.peer_mentors import PeerMentorServicer
from membership.servicer.people import PersonServicer
from membership.servicer.person_files import PersonFileServicer
from membership.servicer.plans import AdmissionPlanServicer
from membership.servicer.pledges import PledgeServicer
from membership.servicer.rolls import RollServicer
from membership.servicer.rosters import RosterServicer
from membership.servicer.secondments import SecondmentServicer
from membership.servicer.standing import StandingServicer
from membership.servicer.sync import SyncServicer
from membership.servicer.transfers import TransferServicer
from rulebook import RuleBook
from shuyuan.membership.v1 import (
    admission_service_pb2,
    member_pb2,
    person_pb2,
    person_service_pb2,
    roll_service_pb2,
)
from shuyuan.organization.v1 import role_pb2

ISSUER = "https://issuer.test"
EVENTS = query(sa.text("SELECT noun, verb, resource_id, resource_version, data FROM event_log ORDER BY seq"))
ROLES = role_permissions(role_pb2.Role.DESCRIPTOR)
BOOK = RuleBook.shipped()


class SetClock(Clock):
    """A business clock that stands where the test puts it."""

    def __init__(self, day: date) -> None:
        super().__init__()
        self.instant = datetime.combine(day, time(9), tzinfo=CAMPUS).astimezone(UTC)

    def now(self) -> datetime:
        return self.instant

    def go_to(self, day: date, at: time = time(9)) -> None:
        self.instant = datetime.combine(day, at, tzinfo=CAMPUS).astimezone(UTC)


class CountingDatabase:
    """The database, counting what is asked of it outside units of work."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.asked: list[str] = []

    async def fetch(self, statement: Query, /, **params: Any) -> Any:
        self.asked.append(statement.sql)
        return await self._database.fetch(statement, **params)

    async def fetch_one(self, statement: Query, /, **params: Any) -> Any:
        self.asked.append(statement.sql)
        return await self._database.fetch_one(statement, **params)

    async def fetch_value(self, statement: Query, /, **params: Any) -> Any:
        self.asked.append(statement.sql)
        return await self._database.fetch_value(statement, **params)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)


class Elsewhere:
    """The other services, and what they hold of whom."""

    def __init__(self) -> None:
        self.kept: dict[str, dict[UUID, tuple[str, ...]]] = {}

    async def held(self, service: str, person_ids: Sequence[UUID]) -> dict[UUID, tuple[str, ...]]:
        return {each: what for each, what in self.kept.get(service, {}).items() if each in person_ids}


class Office:
    """One membership service on one database."""

    def __init__(self, database: Database, day: date) -> None:
        self.real_database = database
        self.database: Any = database
        self.clock = SetClock(day)
        self.control = AccessControl(database, self.clock, ROLES)
        self.means = Means(FieldCipher({"k1": b"0" * 32}), b"identity-key-of-tests", ISSUER, Rules(BOOK))
        self.elsewhere: Any = Elsewhere()
        self.servicers: Mapping[str, Any] = {
            "PersonService": PersonServicer(self.means),
            "RollService": RollServicer(self.means),
            "AdmissionService": AdmissionServicer(self.means),
            "DuesService": DuesServicer(self.means),
            "CaseMaterialService": CaseMaterialServicer(self.means),
            "PledgeService": PledgeServicer(self.means),
            "PeerMentorService": PeerMentorServicer(self.means),
            "SecondmentService": SecondmentServicer(),
            "StandingService": StandingServicer(self.means),
            "PersonMergeService": PersonMergeServicer(self.means),
            "PersonFileService": PersonFileServicer(self.means),
            "RosterService": RosterServicer(self.means, cast(Any, self.elsewhere)),
            "SyncService": SyncServicer(self.means),
            "TransferService": TransferServicer(self.means),
            "ComplianceService": ComplianceServicer(self.means),
            "InboxService": InboxServicer(self.means),
            "InspectionService": InspectionServicer(self.means),
            "AdmissionFormService": AdmissionFormServicer(self.means),
            "AdmissionPlanService": AdmissionPlanServicer(self.means),
            "CounterfactualService": CounterfactualServicer(self.means),
        }

    def count_queries(self) -> CountingDatabase:
        """From now on, count what reads ask."""
        counting = CountingDatabase(self.real_database)
        self.database = counting
        self.control.database = counting
        return counting

    def call(self, caller: Caller, method: str = "", **values: Any) -> Call:
        return Call(
            service="membership",
            method=method,
            caller=caller,
            access=self.control.access_for(caller),
            database=self.database,
            clock=self.clock,
            **values,
        )

    async def ask(self, path: str, request: Message, *, by: UUID | str | None = None, **values: Any) -> Any:
        """Call `Service/Method` as a person (an id), a service (a name) or the service itself (None)."""
        service, _, method = path.partition("/")
        descriptor = descriptor_pool.Default().FindServiceByName(f"shuyuan.membership.v1.{service}")
        option = access_of(descriptor.methods_by_name[method])
        assert option is not None
        caller = _caller(by)
        call = self.call(caller, path, request_hash=request.SerializeToString(deterministic=True), **values)
        call.access = self.control.access_for(caller, option)
        scope = option.scope_field[0] if option.scope_field else ""
        if caller.kind != "system":
            await call.access.precheck(lambda: UUID(getattr(request, scope)) if scope else None)
        calls.enter(call)
        answer = await getattr(self.servicers[service], method)(request, None)
        assert call.access.checked
        return answer

    async def unit(
        self,
        kind: str,
        *,
        parent: UUID | None = None,
        form: str = "",
        since: date = date(2020, 1, 1),
        until: date | None = None,
        sponsors: tuple[UUID, ...] = (),
        frozen_by: UUID | None = None,
        unit_id: UUID | None = None,
        version: int = 1,
        name: str = "",
    ) -> UUID:
        """A unit as the organization service would have announced it."""
        unit_id = unit_id or uuid4()
        async with self.call(_caller(None)).transaction() as work:
            await keep_unit(work, Unit(unit_id, kind, form, since, until, frozen_by, name), version=version)
            await replace_edges(
                work,
                unit_id,
                [] if parent is None else [(parent, since, None)],
                [(sponsor, since, None) for sponsor in sponsors],
            )
        return unit_id

    async def grant(self, person_id: UUID, role: str, unit_id: UUID) -> None:
        async with self.call(_caller(None)).transaction() as work:
            await put_grant(work, uuid4(), person_id, role, unit_id, date(2020, 1, 1), None, False)

    async def person(
        self,
        name: str = "张三",
        *,
        kind: person_pb2.PersonKind.ValueType = person_pb2.PERSON_KIND_STUDENT,
        number: str | None = None,
        born: str | None = "2005-03-01",
        affiliations: tuple[tuple[person_pb2.AffiliationKind.ValueType, UUID], ...] = (),
    ) -> UUID:
        request = person_service_pb2.RegisterPersonRequest(
            person=person_service_pb2.PersonInput(
                name=name,
                kind=kind,
                campus_number=number,
                birth_date=born,
                affiliations=[
                    person_pb2.Affiliation(kind=tie, unit_id=str(unit), valid_from="2023-09-01")
                    for tie, unit in affiliations
                ],
            )
        )
        answer = await self.ask("PersonService/RegisterPerson", request)
        return UUID(answer.person.person_id)

    async def members(
        self,
        unit_id: UUID,
        count: int,
        *,
        kind: person_pb2.PersonKind.ValueType = person_pb2.PERSON_KIND_STUDENT,
        since: str = "2023-09-01",
    ) -> list[UUID]:
        """Full members of a branch."""
        people = [await self.person(f"党员{number}", kind=kind) for number in range(count)]
        request = roll_service_pb2.EstablishRelationshipsRequest(
            members=[
                roll_service_pb2.RelationshipInput(
                    person_id=str(person),
                    unit_id=str(unit_id),
                    relationship_from=since,
                    status=member_pb2.MEMBERSHIP_STATUS_FULL,
                    standing_from="2022-06-01",
                )
                for person in people
            ]
        )
        await self.ask("RollService/EstablishRelationships", request)
        return people

    async def events(self, noun: str | None = None) -> list[str]:
        rows = await self.real_database.fetch(EVENTS)
        return [f"{row['noun']}.{row['verb']}" for row in rows if noun in (None, row["noun"])]

    async def step(
        self, case: Any, rpc: str, /, *, by: UUID | str | None = None, etag: str | None = None, **fields: Any
    ) -> Any:
        """Take a step of a case with the ETag it showed; answers the case after it."""
        kind = getattr(admission_service_pb2, f"{rpc}Request")
        answer = await self.ask(
            f"AdmissionService/{rpc}",
            kind(case_id=case.case_id, **fields),
            by=by,
            if_match=etag or case.etag,
        )
        return answer.admission_case


def _caller(by: UUID | str | None) -> Caller:
    if by is None:
        return Caller("system", service="membership")
    if isinstance(by, UUID):
        return Caller("person", person_id=by)
    return Caller("service", service=by)
