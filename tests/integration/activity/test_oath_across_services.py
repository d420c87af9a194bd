"""An oath from the roll to the case and back: both services on their own databases, events carried between them."""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest

from activity.consumers import CONSUMERS
from activity.domain.ceremonies import Ceremony, CeremonyState, Eligibility, Outcome
from activity.errors import OathTakerNotEligibleError
from activity.operations import ceremonies
from activity.operations.ceremonies import OATH, NewCeremony
from chassis import calls, migrate
from chassis.calls import Caller
from chassis.copies import Copy
from chassis.database import Database
from chassis.process_runner import ProcessRunner
from chassis.received import ReceivedEvent
from membership.consumers import consumers as membership_consumers
from shuyuan.membership.v1 import admission_case_pb2
from shuyuan.membership.v1 import admission_service_pb2 as service
from tests.integration.activity.desk import EVENTS, Desk
from tests.integration.membership.campus import Campus
from tests.integration.membership.office import Office
from tests.support.databases import DatabaseServer

OATH_DAY = date(2026, 7, 1)


class Courier:
    """Carries what one service has announced to the consumers of the other, as often as it is told to."""

    def __init__(self, source: str, database: Database, rows: Iterable[Copy], to: Any) -> None:
        self._source = source
        self._database = database
        self._rows = {row.noun: row for row in rows if row.source == source}
        self._call = to

    async def deliver(self) -> None:
        """Carry everything that was ever announced: what was applied before has to change nothing."""
        for position, row in enumerate(await self._database.fetch(EVENTS), start=1):
            consumer = self._rows.get(row["noun"])
            if consumer is None:
                continue
            event = ReceivedEvent(
                id=row["event_id"],
                source=self._source,
                type=row["type"],
                noun=row["noun"],
                verb=row["verb"],
                resource_id=row["resource_id"],
                version=row["resource_version"],
                position=position,
                epoch=1,
                time=row["occurred_at"],
                actor=row["actor_id"],
                traceparent=None,
                data=orjson.loads(row["data"]),
            )
            call = self._call()
            calls.enter(call)
            async with call.transaction() as work:
                await consumer.handler(work, event)


class Membership:
    """The membership service as the activity service asks it, without a wire between them."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def known_persons(self, person_ids: Sequence[UUID]) -> set[UUID]:
        return set(person_ids)

    async def oath_eligibility(self, person_ids: Iterable[UUID], held_on: date) -> Eligibility:
        request = service.CheckOathEligibilityRequest(
            person_ids=[str(person_id) for person_id in person_ids], held_on=held_on.isoformat()
        )
        answer = await self._office.ask("AdmissionService/CheckOathEligibility", request, by="activity")
        return Eligibility(
            {UUID(each.person_id): UUID(each.case_id) for each in answer.eligible},
            {UUID(each.person_id): each.reason for each in answer.refused},
        )


class Both:
    """The two services, with an applicant whose admission is approved."""

    def __init__(self, desk: Desk, campus: Campus) -> None:
        self.desk = desk
        self.campus = campus
        office = campus.office
        self.membership = Membership(office)
        self.to_membership = Courier(
            "activity",
            desk.database,
            membership_consumers(office.means),
            lambda: office.call(Caller("system", service="membership")),
        )
        self.to_activity = Courier("membership", office.real_database, CONSUMERS, desk.system)

    async def go_to_oath_day(self) -> None:
        self.campus.office.clock.go_to(OATH_DAY)
        self.desk.clock.instant = datetime(2026, 7, 1, 2, 0, tzinfo=UTC)

    async def plan(self) -> Ceremony:
        lead = self.desk.committee_secretary
        call = await self.desk.checked(lead, ceremonies.PLAN, self.desk.committee)
        new = NewCeremony(self.desk.committee, "七一新党员宣誓", OATH_DAY, lead, "")
        return await ceremonies.plan_ceremony(call, new, self.membership)

    async def hold(self) -> Ceremony:
        """Plan, put the applicant on the roll, call it, hold."""
        planned = await self.plan()
        who = [self.campus.applicant]
        await ceremonies.add_oath_takers(self._call(), planned.ceremony_id, who, self.membership)
        await ceremonies.call_roll(self._call(), planned.ceremony_id, who)
        return await ceremonies.hold_ceremony(self._call(), planned.ceremony_id, None)

    async def work(self) -> None:
        """Another replica, or the same after a restart, takes up whatever process is due."""
        runner = ProcessRunner(self.desk.context, [OATH])
        while await runner.run_one():
            pass

    async def read(self, ceremony: Ceremony) -> Ceremony:
        return await ceremonies.get_ceremony(self._call(), ceremony.ceremony_id)

    async def case(self, case_id: str) -> admission_case_pb2.AdmissionCase:
        request = service.GetAdmissionCaseRequest(case_id=case_id)
        answer = await self.campus.office.ask(
            "AdmissionService/GetAdmissionCase", request, by=self.campus.applicant
        )
        found: admission_case_pb2.AdmissionCase = answer.admission_case
        return found

    def _call(self) -> calls.Call:
        return self.desk.call(self.desk.committee_secretary)


@pytest.fixture(scope="session")
async def migrated_membership(postgres: DatabaseServer) -> str:
    url = postgres.create_database("oath_template")
    await migrate.upgrade(url, migrate.folder_of("membership"))
    return url


@pytest.fixture
async def both(desk: Desk, postgres: DatabaseServer, migrated_membership: str) -> AsyncIterator[Both]:
    url = postgres.create_database("oath", template=migrated_membership)
    database = await Database.connect(url, digest_key=b"0123456789abcdef")
    yield Both(desk, await Campus.found(Office(database, date(2024, 10, 8))))
    await database.close()


async def ready_to_swear(both: Both) -> Any:
    case = await both.campus.approved()
    case = await both.campus.on(
        "2026-06-22",
        case,
        "RecordFiling",
        by=both.campus.approver,
        kind=admission_case_pb2.FILING_KIND_APPROVAL,
    )
    case = await both.campus.on("2026-06-23", case, "AssignToGroup", group_name="第一党小组")
    await both.go_to_oath_day()
    return case


@pytest.mark.covers("S60", "S29")
async def test_an_oath_taken_stands_in_the_case_and_completes_the_ceremony(both: Both) -> None:
    case = await ready_to_swear(both)

    ceremony = await both.hold()
    await both.work()
    await both.to_membership.deliver()
    await both.to_activity.deliver()
    await both.work()

    sworn = await both.case(case.case_id)
    assert (sworn.oath_on, sworn.ceremony_id) == ("2026-07-01", str(ceremony.ceremony_id))
    done = await both.read(ceremony)
    assert done.state is CeremonyState.COMPLETED
    assert [taker.outcome for taker in done.roll] == [Outcome.SWORN]


@pytest.mark.covers("S60")
async def test_everything_carried_twice_and_in_between_restarts_changes_nothing(both: Both) -> None:
    case = await ready_to_swear(both)

    ceremony = await both.hold()
    for _ in range(3):
        await both.work()
        await both.to_membership.deliver()
        await both.to_membership.deliver()
        await both.to_activity.deliver()
        await both.to_activity.deliver()

    names = [name for name, _ in await both.desk.events()]
    assert names.count("ceremony.completed") == 1
    told = [row["verb"] for row in await both.campus.office.real_database.fetch(EVENTS)]
    assert told.count("sworn") == 1
    assert (await both.read(ceremony)).state is CeremonyState.COMPLETED
    assert (await both.case(case.case_id)).oath_on == "2026-07-01"


@pytest.mark.covers("S60")
async def test_somebody_who_has_sworn_elsewhere_meanwhile_is_refused_with_the_reason(both: Both) -> None:
    await ready_to_swear(both)
    first, second = await both.hold(), await both.hold()

    await both.to_membership.deliver()
    await both.to_activity.deliver()
    await both.work()

    assert [taker.outcome for taker in (await both.read(first)).roll] == [Outcome.SWORN]
    (taker,) = (await both.read(second)).roll
    assert (taker.outcome, taker.refusal) == (Outcome.REFUSED, "ALREADY_SWORN")


async def test_nobody_gets_onto_a_roll_before_the_approval(both: Both) -> None:
    await both.campus.apply()
    await both.go_to_oath_day()

    with pytest.raises(OathTakerNotEligibleError) as early:
        await both.hold()

    assert "NOT_APPROVED" in early.value.violations[0].en


@pytest.mark.covers("S60")
async def test_nobody_swears_twice(both: Both) -> None:
    await ready_to_swear(both)
    await both.hold()
    await both.to_membership.deliver()

    with pytest.raises(OathTakerNotEligibleError) as late:
        await both.hold()

    assert "ALREADY_SWORN" in late.value.violations[0].en
