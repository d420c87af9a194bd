"""The organization service in this process on a real database: people call it over gRPC, membership is a fake."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import grpc
import sqlalchemy as sa
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from chassis import access, protojson
from chassis.calls import ServiceContext, system_call
from chassis.clock import Clock
from chassis.contract import role_permissions
from chassis.database import Database, Record
from chassis.grpc_server import GrpcServer
from chassis.ids import new_id, number_key
from chassis.interceptors import Gate
from chassis.process_runner import ProcessRunner
from chassis.settings import Settings
from chassis.statements import query
from chassis.tokens import Claims
from chassis.wire_errors import from_rpc_error
from organization.clients import Membership
from organization.domain.elections import Elector
from organization.domain.findings import Size
from organization.domain.reorganizations import Preview, RollMove
from organization.main import build
from organization.operations import copying, dissolution, execution
from organization.operations.bootstrap import bootstrap
from shuyuan.organization.v1 import (
    access_service_pb2_grpc,
    appointment_pb2,
    appointment_service_pb2,
    appointment_service_pb2_grpc,
    ballot_service_pb2_grpc,
    branch_checklist_pb2,
    branch_checklist_service_pb2,
    branch_checklist_service_pb2_grpc,
    campaign_service_pb2_grpc,
    class_link_service_pb2_grpc,
    coverage_service_pb2_grpc,
    document_service_pb2_grpc,
    duty_service_pb2_grpc,
    election_service_pb2_grpc,
    emergency_service_pb2_grpc,
    finding_service_pb2_grpc,
    formation_template_service_pb2_grpc,
    grant_service_pb2_grpc,
    pact_service_pb2_grpc,
    pairing_service_pb2_grpc,
    party_group_service_pb2_grpc,
    place_service_pb2_grpc,
    plaque_service_pb2_grpc,
    programme_service_pb2_grpc,
    reorganization_service_pb2_grpc,
    role_pb2,
    temporary_branch_service_pb2_grpc,
    term_service_pb2_grpc,
    unit_pb2,
    unit_service_pb2,
    unit_service_pb2_grpc,
    vanguard_team_service_pb2_grpc,
    zone_service_pb2_grpc,
)

ISSUER = "https://issuer.test"
ADMIN = "admin"
FOUNDED = date(2020, 1, 1)
_AUDIT = query(sa.text("SELECT * FROM audit_log ORDER BY seq"))
_EVENTS = query(
    sa.text("SELECT event_id, noun, verb, resource_id, resource_version, data FROM event_log ORDER BY seq")
)


class FakeMembership(Membership):
    """Says what a test tells it to."""

    def __init__(self) -> None:
        self.rolls: dict[UUID, int] = {}
        self.standing: dict[UUID, date] = {}
        self.strangers: set[UUID] = set()
        self.participants: dict[UUID, int] = {}
        self.roll: list[Elector] = []
        self.sizes: dict[UUID, tuple[Size, ...]] = {}
        self.answer: Callable[[Sequence[RollMove]], Preview] = lambda moves: Preview((), (), ())
        self.failure: Exception | None = None
        self.asked = 0
        self.waited_for: list[UUID | None] = []

    async def count_roll(
        self, unit_id: UUID, on: date, *, after_event: UUID | None = None, participants: bool = True
    ) -> int:
        self.waited_for.append(after_event)
        if self.failure is not None:
            raise self.failure
        return self.rolls.get(unit_id, 0) + (self.participants.get(unit_id, 0) if participants else 0)

    async def describe(self, person_ids: Iterable[UUID]) -> dict[UUID, date | None]:
        if self.failure is not None:
            raise self.failure
        return {each: self.standing.get(each) for each in person_ids if each not in self.strangers}

    async def electors(self, unit_id: UUID, on: date) -> list[Elector]:
        self.asked += 1
        if self.failure is not None:
            raise self.failure
        return list(self.roll)

    async def members(self, unit_id: UUID, on: date) -> set[UUID]:
        return {each.person_id for each in await self.electors(unit_id, on)}

    async def preview(
        self, moves: Iterable[RollMove], on: date, *, after_event: UUID | None = None
    ) -> Preview:
        self.waited_for.append(after_event)
        self.asked += 1
        if self.failure is not None:
            raise self.failure
        return self.answer(list(moves))

    async def trace_sizes(self, unit_ids: Iterable[UUID], until: date) -> dict[UUID, tuple[Size, ...]]:
        self.asked += 1
        if self.failure is not None:
            raise self.failure
        return {
            unit_id: tuple(size for size in self.sizes.get(unit_id, ()) if size.since <= until)
            for unit_id in unit_ids
        }


class Numbers:
    """Stands for the issuer: the token is the campus number itself, or `service:<name>`."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    async def verify(self, token: str) -> Claims:
        service = token.removeprefix("service:") if token.startswith("service:") else None
        account = number_key(self._key, ISSUER, token)
        return Claims(
            issuer=ISSUER, subject=token, expires=time.time() + 60, account_key=account, service=service
        )


def stamp(instant: datetime) -> Timestamp:
    """An instant as the contract carries it."""
    message = Timestamp()
    message.FromDatetime(instant)
    return message


class World:
    """One university, and whoever calls about it."""

    def __init__(self, database: Database, url: str) -> None:
        self.database = database
        self.membership = FakeMembership()
        self.clock = Clock(movable=True)
        settings = Settings(
            environment="test", database_url=url, issuer=ISSUER, identity_key="MDEyMzQ1Njc4OWFiY2RlZg=="
        )
        self.service = build(settings)
        control = access.AccessControl(database, self.clock, role_permissions(role_pb2.Role.DESCRIPTOR))
        self.context = ServiceContext("organization", settings, database, self.clock, control)
        self.process = execution.reorganization_process(self.membership)
        self.dissolution = dissolution.dissolution_process(self.membership)
        self.runner = ProcessRunner(self.context, [self.process, self.dissolution])
        self._stack = AsyncExitStack()
        self.root, self.admin = UUID(int=0), UUID(int=0)

    async def start(self) -> None:
        """Serve."""
        gate = Gate(self.context, Numbers(self.context.settings.identity_key_bytes), protojson.check)  # type: ignore[arg-type] # stands for the issuer
        for _, servicer in self.service.servicers:
            if hasattr(servicer, "_membership"):
                servicer._membership = self.membership
            if hasattr(servicer, "_kind"):
                servicer._kind = self.process
            if hasattr(servicer, "_dissolution"):
                servicer._dissolution = self.dissolution
        server = GrpcServer(self.context.settings, gate, self.service.servicers)
        await server.start()
        self._stack.push_async_callback(server.stop, 0)
        channel = await self._stack.enter_async_context(grpc.aio.insecure_channel(f"127.0.0.1:{server.port}"))
        self.stubs = SimpleNamespace(
            units=unit_service_pb2_grpc.UnitServiceStub(channel),
            pairings=pairing_service_pb2_grpc.PairingServiceStub(channel),
            teams=vanguard_team_service_pb2_grpc.VanguardTeamServiceStub(channel),
            pacts=pact_service_pb2_grpc.PactServiceStub(channel),
            coverage=coverage_service_pb2_grpc.CoverageServiceStub(channel),
            campuses=unit_service_pb2_grpc.CampusServiceStub(channel),
            appointments=appointment_service_pb2_grpc.AppointmentServiceStub(channel),
            grants=grant_service_pb2_grpc.GrantServiceStub(channel),
            access=access_service_pb2_grpc.AccessServiceStub(channel),
            places=place_service_pb2_grpc.PlaceServiceStub(channel),
            zones=zone_service_pb2_grpc.ZoneServiceStub(channel),
            checklists=branch_checklist_service_pb2_grpc.BranchChecklistServiceStub(channel),
            class_links=class_link_service_pb2_grpc.ClassLinkServiceStub(channel),
            plaques=plaque_service_pb2_grpc.PlaqueServiceStub(channel),
            documents=document_service_pb2_grpc.DocumentServiceStub(channel),
            programmes=programme_service_pb2_grpc.ProgrammeServiceStub(channel),
            campaigns=campaign_service_pb2_grpc.CampaignServiceStub(channel),
            duties=duty_service_pb2_grpc.DutyServiceStub(channel),
            elections=election_service_pb2_grpc.ElectionServiceStub(channel),
            ballots=ballot_service_pb2_grpc.BallotServiceStub(channel),
            party_groups=party_group_service_pb2_grpc.PartyGroupServiceStub(channel),
            emergencies=emergency_service_pb2_grpc.EmergencyServiceStub(channel),
            templates=formation_template_service_pb2_grpc.FormationTemplateServiceStub(channel),
            temporary=temporary_branch_service_pb2_grpc.TemporaryBranchServiceStub(channel),
            terms=term_service_pb2_grpc.TermServiceStub(channel),
            findings=finding_service_pb2_grpc.FindingServiceStub(channel),
            reorganizations=reorganization_service_pb2_grpc.ReorganizationServiceStub(channel),
        )

    async def set_up(self) -> None:
        """Establish the university with an administrator."""
        self.admin = await self.person(ADMIN)
        done = await bootstrap(
            system_call(self.context, "bootstrap"),
            person_id=self.admin,
            name="示范大学",
            established_on=date(2000, 1, 1),
        )
        self.root = done.root_id

    async def stop(self) -> None:
        """Stop serving."""
        assert self.service.siblings is not None
        await self._stack.aclose()
        await self.service.siblings.close()

    async def person(self, number: str) -> UUID:
        """Somebody with an account, who may do nothing yet."""
        person_id = new_id()
        key = number_key(self.context.settings.identity_key_bytes, ISSUER, number)
        async with system_call(self.context, "test").transaction() as work:
            await access.put_account(work, ISSUER, key, person_id, True)
        return person_id

    async def copy_person(self, person_id: UUID) -> None:
        """Let our copy of membership's people know somebody."""
        async with system_call(self.context, "test").transaction() as work:
            await copying.keep_person(work, person_id, "student", [])

    async def ask(
        self,
        method: Callable[..., Awaitable[Message]],
        request: Message,
        *,
        by: str = ADMIN,
        etag: str | None = None,
        key: str | None = None,
        language: str = "en",
    ) -> Any:
        """Call a method as somebody; an error is raised as the category it stands for."""
        metadata = [("authorization", f"Bearer {by}"), ("accept-language", language)]
        metadata += [("if-match", f'"{etag}"')] if etag else []
        metadata += [("idempotency-key", key)] if key else []
        try:
            return await method(request, metadata=metadata)
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from None

    async def establish(
        self,
        kind: str,
        name: str,
        parent: UUID | str | None = None,
        *,
        on: date = FOUNDED,
        sponsors: Sequence[tuple[UUID | str, str]] = (),
        secretary: unit_service_pb2.SecretaryInput | None = None,
        by: str = ADMIN,
        **fields: Any,
    ) -> Any:
        """Establish a unit; kind, form and the like by their names in the domain."""
        given = unit_pb2.UnitInput(
            kind=unit_pb2.Unit.Kind.Value(f"KIND_{kind.upper()}"),
            name=name,
            sponsors=[
                unit_pb2.SponsorInput(
                    sponsor_unit_id=str(other), part=unit_pb2.Sponsorship.Part.Value(f"PART_{part.upper()}")
                )
                for other, part in sponsors
            ],
        )
        for field, value in fields.items():
            if field in ("form", "function", "purpose"):
                enum = {"form": unit_pb2.Unit.Form, "function": unit_pb2.Unit.Function}.get(
                    field, unit_pb2.Unit.Purpose
                )
                value = enum.Value(f"{field.upper()}_{value.upper()}")
            setattr(given, field, value)
        request = unit_service_pb2.EstablishUnitRequest(
            parent_unit_id=str(parent or self.root),
            unit=given,
            established_on=on.isoformat(),
            secretary=secretary,
        )
        answer = await self.ask(self.stubs.units.EstablishUnit, request, by=by)
        return answer.unit

    async def begin_dissolving(
        self, unit: unit_pb2.Unit, *successors: unit_pb2.Unit, on: date, by: str = ADMIN
    ) -> Any:
        """Ask for a unit to be dissolved; answers it frozen."""
        request = unit_service_pb2.DissolveUnitRequest(
            unit_id=unit.unit_id,
            dissolved_on=on.isoformat(),
            successor_unit_ids=[each.unit_id for each in successors],
            reason="调整",
        )
        return (await self.ask(self.stubs.units.DissolveUnit, request, by=by, etag=unit.etag)).unit

    async def dissolve(self, unit: unit_pb2.Unit, *successors: unit_pb2.Unit, on: date) -> Any:
        """Dissolve a unit; answers it as it stands afterwards."""
        await self.begin_dissolving(unit, *successors, on=on)
        await self.work_off()
        return await self.unit(unit.unit_id)

    async def unit(
        self,
        unit_id: UUID | str,
        *,
        as_of: date | None = None,
        known_at: datetime | None = None,
        by: str = ADMIN,
    ) -> Any:
        """Read a unit."""
        request = unit_service_pb2.GetUnitRequest(
            unit_id=str(unit_id),
            as_of=as_of.isoformat() if as_of else None,
            known_at=stamp(known_at) if known_at else None,
        )
        return (await self.ask(self.stubs.units.GetUnit, request, by=by)).unit

    async def post(self, unit_id: str, kind: str, *, on: date = FOUNDED, **fields: Any) -> Any:
        """Create a post."""
        request = appointment_service_pb2.CreatePostRequest(
            unit_id=unit_id,
            kind=appointment_pb2.Post.Kind.Value(f"KIND_{kind.upper()}"),
            valid_from=on.isoformat(),
            **fields,
        )
        return (await self.ask(self.stubs.appointments.CreatePost, request)).post

    async def appoint(
        self,
        post_id: str,
        person_id: UUID,
        *,
        on: date = FOUNDED,
        until: date | None = None,
        method: str = "appointed",
        by: str = ADMIN,
        **fields: Any,
    ) -> Any:
        """Appoint somebody to a post."""
        request = appointment_service_pb2.AppointToPostRequest(
            post_id=post_id,
            person_id=str(person_id),
            method=appointment_pb2.Appointment.Method.Value(f"METHOD_{method.upper()}"),
            valid_from=on.isoformat(),
            valid_until=until.isoformat() if until else None,
            **fields,
        )
        return (await self.ask(self.stubs.appointments.AppointToPost, request, by=by)).appointment

    async def declare_duties(self, unit_id: str, *, since: date = FOUNDED) -> Any:
        """Let a branch of students say of all its duties that they are fulfilled since a day."""
        answer = None
        for version, duty in enumerate(branch_checklist_pb2.StudentBranchDuty.values()[1:]):
            request = branch_checklist_service_pb2.DeclareBranchDutyRequest(
                unit_id=unit_id,
                duty=branch_checklist_pb2.StudentBranchDuty.ValueType(duty),
                statement="按计划落实",
                valid_from=since.isoformat(),
            )
            answer = await self.ask(self.stubs.checklists.DeclareBranchDuty, request, etag=str(version))
        return answer

    async def events(self, noun: str | None = None) -> list[Record]:
        """What has been announced, in order."""
        rows = await self.database.fetch(_EVENTS)
        return [row for row in rows if noun in (None, row["noun"])]

    async def audited(self) -> str:
        """Everything that the audit says, as one text."""
        return str([dict(row) for row in await self.database.fetch(_AUDIT)])

    async def work_off(self) -> None:
        """Do the steps of processes that are due."""
        while await self.runner.run_one():
            pass

    def instant(self) -> datetime:
        """An instant after everything done so far."""
        return self.clock.now() + timedelta(microseconds=1)


class Campus:
    """The tree that the article describes, small: three tiers, a school, two academies, a club."""

    committee: unit_pb2.Unit
    community: unit_pb2.Unit
    general_branch: unit_pb2.Unit
    other_general_branch: unit_pb2.Unit
    school: unit_pb2.Unit
    academy: unit_pb2.Unit
    club: unit_pb2.Unit

    @classmethod
    async def build(cls, world: World) -> "Campus":
        """Establish it."""
        campus = cls()
        campus.committee = await world.establish("university_committee", "中共示范大学委员会")
        campus.community = await world.establish(
            "community_committee", "学生社区党委", campus.committee.unit_id
        )
        campus.school, campus.academy, campus.club = await asyncio.gather(
            world.establish("school", "机械工程学院"),
            world.establish("academy", "彭康书院"),
            world.establish("club", "西迁精神读书会"),
        )
        campus.general_branch = await world.establish(
            "academy_general_branch", "彭康书院党总支", campus.community.unit_id
        )
        campus.other_general_branch = await world.establish(
            "academy_general_branch", "南洋书院党总支", campus.community.unit_id
        )
        return campus

    async def branch(self, world: World, name: str, form: str = "cohort", **fields: Any) -> Any:
        """A branch below the general branch; a cohort branch when nothing else is said."""
        if form == "cohort":
            fields.setdefault("cohort_year", 2021)
        return await world.establish("branch", name, self.general_branch.unit_id, form=form, **fields)

    async def joint(self, world: World, name: str, **fields: Any) -> Any:
        """A joint branch of the school and the academy."""
        sponsors = [(self.school.unit_id, "sponsor"), (self.academy.unit_id, "sponsor")]
        return await self.branch(world, name, "joint_teacher_student", sponsors=sponsors, **fields)
