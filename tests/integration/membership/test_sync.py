"""Campus sync at the service: compared, entered, entered again, and nobody deleted for a system's silence."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from chassis.calls import Caller
from chassis.database import UnitOfWork
from chassis.errors import EtagMismatchError, PermissionDeniedError
from chassis.schedule import Slot
from chassis.statements import query
from membership.domain.sync_batches import MOST_AT_ONCE
from membership.errors.sync import (
    SyncBatchNotFoundError,
    SyncBatchOvertakenError,
    SyncDepartureSettledError,
    SyncHasProblemsError,
)
from membership.operations import sync as batches
from membership.operations import sync_entering
from shuyuan.membership.v1 import person_pb2, person_service_pb2
from shuyuan.membership.v1 import roster_import_pb2 as rosters
from shuyuan.membership.v1 import sync_batch_pb2 as shapes
from shuyuan.membership.v1 import sync_service_pb2 as pb
from tests.integration.membership.office import Office

ALL, GOOD = rosters.ROSTER_POLICY_ALL_OR_NOTHING, rosters.ROSTER_POLICY_ACCEPT_GOOD
CLIENT = "campus-students"
COUNTS = query(
    sa.text(
        """SELECT (SELECT count(*) FROM person) AS persons, (SELECT count(*) FROM account WHERE active) AS accounts,
                  (SELECT count(*) FROM affiliation WHERE recorded_until IS NULL) AS ties,
                  (SELECT count(*) FROM residence WHERE recorded_until IS NULL) AS rooms,
                  (SELECT count(*) FROM sync_part) AS parts,
                  (SELECT count(*) FROM sync_difference WHERE CAST(changes AS text) LIKE '%学院%') AS values,
                  (SELECT count(*) FROM event_log) AS events"""
    )
)


def rows(count: int, *, start: int = 0, **fields: Any) -> list[shapes.SyncPerson]:
    values: dict[str, Any] = {
        "kind": person_pb2.PERSON_KIND_STUDENT,
        "category": person_pb2.PERSON_CATEGORY_UNDERGRADUATE,
        "birth_date": "2005-03-01",
        "room": "西13-402",
        "affiliations": [
            shapes.SyncAffiliation(
                kind=person_pb2.AFFILIATION_KIND_SCHOOL, unit="数学学院", first_day="2023-09-01"
            )
        ],
    }
    return [
        shapes.SyncPerson(
            **{
                "external_id": f"k{n}",
                "name": f"学生{n}",
                "campus_number": f"2023{n:05d}",
                **values,
                **fields,
            }
        )
        for n in range(start, start + count)
    ]


class System:
    """A campus system and the office it speaks to."""

    def __init__(self, office: Office) -> None:
        self.office = office

    async def ask(self, rpc: str, request: Any, *, by: UUID | str | None = CLIENT, **values: Any) -> Any:
        return await self.office.ask(f"SyncService/{rpc}", request, by=by, **values)

    async def send(self, people: list[shapes.SyncPerson], *, by: str = CLIENT, **fields: Any) -> Any:
        request = pb.SendSyncBatchRequest(source="students", rows=people, **fields)
        return (await self.ask("SendSyncBatch", request, by=by)).sync_batch

    async def apply(self, batch: Any, policy: Any = ALL) -> Any:
        request = pb.ApplySyncBatchRequest(batch_id=batch.batch_id, policy=policy)
        return (await self.ask("ApplySyncBatch", request, if_match=batch.etag)).sync_batch

    async def synchronize(self, people: list[shapes.SyncPerson], **fields: Any) -> Any:
        return await self.apply(await self.send(people, **fields))

    async def differences(self, batch: Any) -> list[tuple[str, list[str]]]:
        request = pb.ListSyncDifferencesRequest(batch_id=batch.batch_id, page_size=200)
        found = (await self.ask("ListSyncDifferences", request)).differences
        kinds = shapes.SyncDifference.Kind
        return [
            (kinds.Name(item.kind).removeprefix("KIND_"), [change.field for change in item.changes])
            for item in found
        ]

    async def departures(self, state: Any = 0) -> list[Any]:
        request = pb.ListSyncDeparturesRequest(state=state)
        return list((await self.ask("ListSyncDepartures", request)).sync_departures)

    async def decide(self, departure: Any, **fields: Any) -> Any:
        request = pb.DecideSyncDepartureRequest(departure_id=departure.departure_id, reason="核实", **fields)
        answer = await self.ask("DecideSyncDeparture", request, by=None, if_match=departure.etag)
        return answer.sync_departure

    async def person(self, number: str) -> Any:
        request = person_service_pb2.ListPersonsRequest(campus_number=number)
        (found,) = (await self.office.ask("PersonService/ListPersons", request)).persons
        return found

    async def rooms(self, person_id: str) -> list[tuple[str, str]]:
        request = person_service_pb2.ListResidencesRequest(person_id=person_id)
        answer = await self.office.ask("PersonService/ListResidences", request)
        return [(stay.room, stay.valid_from) for stay in answer.residences]

    async def counts(self) -> dict[str, int]:
        row = await self.office.real_database.fetch_one(COUNTS)
        assert row is not None
        return dict(row)

    def call(self) -> Any:
        return self.office.call(Caller("system", service="membership"), "timed/membership.enter-batches")


@pytest.fixture
async def system(office: Office) -> System:
    await office.unit("university")
    await office.unit("school", name="数学学院")
    await office.unit("school", name="物理学院")
    return System(office)


async def test_a_batch_is_compared_then_entered(system: System) -> None:
    sent = await system.send(rows(3))
    assert (sent.state, sent.new_persons, sent.problems) == (shapes.SyncBatch.STATE_CHECKED, 3, 0)
    assert await system.differences(sent) == [("NEW", [])] * 3
    assert (await system.counts())["persons"] == 0

    done = await system.apply(sent)

    assert done.state == shapes.SyncBatch.STATE_APPLIED
    counts = await system.counts()
    assert (counts["persons"], counts["accounts"], counts["ties"], counts["rooms"]) == (3, 3, 3, 3)
    assert (counts["parts"], counts["values"]) == (0, 0)
    person = await system.person("202300001")
    assert (person.name, len(person.affiliations)) == ("学生1", 1)
    assert await system.rooms(person.person_id) == [("西13-402", "2024-10-08")]
    assert "sync_batch.applied" in await system.office.events("sync_batch")


async def test_the_same_again_changes_nothing_whatever_is_asked(system: System) -> None:
    await system.synchronize(rows(3))
    before = await system.counts()

    again = await system.synchronize(rows(3), complete=True)

    assert (again.unchanged_persons, again.new_persons, again.changed_persons) == (3, 0, 0)
    after = await system.counts()
    # What is new is said of the batch alone: sent, compared, chosen, applied.
    assert after == before | {"events": before["events"] + 4}


async def test_differences_are_shown_entered_and_keep_their_history(system: System) -> None:
    await system.synchronize(rows(3))
    there = await system.person("202300001")
    system.office.clock.go_to(date(2025, 9, 1))
    moved = rows(
        1,
        start=1,
        name="学生一",
        campus_number="2025G0001",
        room="东1-101",
        affiliations=[shapes.SyncAffiliation(kind=person_pb2.AFFILIATION_KIND_SCHOOL, unit="物理学院")],
    )

    sent = await system.send(moved)

    assert await system.differences(sent) == [
        ("CHANGED", ["affiliations.school", "room", "name", "campusNumber"])
    ]
    await system.apply(sent)
    assert await system.differences(sent) == [
        ("CHANGED", ["affiliations.school", "room", "name", "campusNumber"])
    ]
    after = await system.person("2025G0001")
    assert (after.person_id, after.name, after.version) == (there.person_id, "学生一", there.version + 1)
    assert [(tie.valid_from, tie.valid_until) for tie in after.affiliations] == [
        ("2023-09-01", "2025-09-01"),
        ("2025-09-01", ""),
    ]
    assert await system.rooms(after.person_id) == [("西13-402", "2024-10-08"), ("东1-101", "2025-09-01")]
    found = await system.office.ask(
        "PersonService/ListAccounts", person_service_pb2.ListAccountsRequest(person_id=after.person_id)
    )
    assert sorted(account.active for account in found.accounts) == [False, True]
    assert "person.synchronized" in await system.office.events("person")


async def test_who_is_registered_already_is_linked_by_the_number(system: System) -> None:
    person_id = await system.office.person("学生0", number="202300000")
    sent = await system.send(rows(2))
    assert (sent.new_persons, sent.linked_persons) == (1, 1)
    await system.apply(sent)
    assert (await system.person("202300000")).person_id == str(person_id)


async def test_bad_rows_are_told_by_row_and_field_and_the_good_ones_may_go_in(system: System) -> None:
    people = [*rows(2), *rows(1, start=2, birth_date="昨天"), *rows(1, start=3, name="")]
    sent = await system.send(people)
    found = await system.ask("ListSyncProblems", pb.ListSyncProblemsRequest(batch_id=sent.batch_id))
    assert [(item.row, item.field) for item in found.problems] == [(3, "birthDate"), (4, "name")]

    with pytest.raises(SyncHasProblemsError):
        await system.apply(sent)
    assert (await system.counts())["persons"] == 0
    done = await system.apply(sent, GOOD)
    assert (done.new_persons, (await system.counts())["persons"]) == (2, 2)


async def test_who_is_no_longer_named_is_proposed_and_a_person_decides(system: System) -> None:
    await system.synchronize(rows(4))
    partial = await system.send(rows(1))
    assert partial.absent_persons == 0
    complete = await system.send(rows(2), complete=True)
    assert complete.absent_persons == 2
    assert (await system.departures()) == []
    await system.apply(complete)
    assert (await system.counts())["persons"] == 4

    again = await system.synchronize(rows(2), complete=True)
    assert again.absent_persons == 0
    stays, leaves = sorted(await system.departures(), key=lambda item: item.person_id)
    with pytest.raises(EtagMismatchError):
        await system.ask(
            "DecideSyncDeparture",
            pb.DecideSyncDepartureRequest(departure_id=stays.departure_id, reason="核实"),
            by=None,
            if_match="7",
        )
    gone = await system.decide(leaves, left=True, left_on="2024-10-01")
    assert gone.state == shapes.SyncDeparture.STATE_LEFT
    await system.decide(stays)
    with pytest.raises(SyncDepartureSettledError):
        await system.decide(gone, left=True, left_on="2024-10-01")
    request = person_service_pb2.GetPersonRequest(person_id=leaves.person_id)
    person = (await system.office.ask("PersonService/GetPerson", request)).person
    assert [tie.valid_until for tie in person.affiliations] == ["2024-10-01"]
    counts = await system.counts()
    assert (counts["persons"], counts["accounts"]) == (4, 3)
    assert "person.departed" in await system.office.events("person")

    back = await system.synchronize(rows(4), complete=True)
    # The tie of the one who left begins again; the other was never gone.
    assert (back.changed_persons, back.absent_persons) == (1, 0)
    assert (await system.synchronize(rows(2), complete=True)).absent_persons == 2
    assert len(await system.departures()) == 2
    await system.synchronize(rows(4))
    assert (await system.departures()) == []
    assert len(await system.departures(shapes.SyncDeparture.STATE_RETURNED)) == 2


async def test_a_client_reaches_its_own_source_alone(system: System) -> None:
    sent = await system.send(rows(1))
    with pytest.raises(PermissionDeniedError):
        await system.send(rows(1), by="campus-staff")
    with pytest.raises(PermissionDeniedError):
        await system.send(rows(1), by="activity")
    with pytest.raises(SyncBatchNotFoundError):
        await system.ask("GetSyncBatch", pb.GetSyncBatchRequest(batch_id=sent.batch_id), by="campus-staff")
    listed = await system.ask("ListSyncBatches", pb.ListSyncBatchesRequest(), by="campus-staff")
    assert list(listed.sync_batches) == []
    with pytest.raises(PermissionDeniedError):
        request = pb.DecideSyncDepartureRequest(departure_id=sent.batch_id, reason="核实")
        await system.ask("DecideSyncDeparture", request)


async def test_an_older_batch_does_not_undo_a_newer_one(system: System) -> None:
    older = await system.send(rows(2))
    newer = await system.synchronize(rows(2, name="新名"))
    with pytest.raises(SyncBatchOvertakenError) as refused:
        await system.apply(older)
    assert refused.value.metadata["newer_batch_id"] == newer.batch_id


async def test_large_batches_come_in_parts_and_work_in_the_background(system: System) -> None:
    people = rows(MOST_AT_ONCE + 1)
    batch = await system.send(people[:MOST_AT_ONCE], more_follows=True)
    request = pb.AddSyncRowsRequest(batch_id=batch.batch_id, rows=people[MOST_AT_ONCE:])
    batch = (await system.ask("AddSyncRows", request, if_match=batch.etag)).sync_batch
    assert (batch.state, batch.rows) == (shapes.SyncBatch.STATE_CHECKING, len(people))

    assert await sync_entering.work_off(system.call(), system.office.means) == 1
    batch = (await system.ask("GetSyncBatch", pb.GetSyncBatchRequest(batch_id=batch.batch_id))).sync_batch
    assert (batch.state, batch.new_persons) == (shapes.SyncBatch.STATE_CHECKED, len(people))
    batch = await system.apply(batch)
    assert batch.state == shapes.SyncBatch.STATE_APPLYING
    assert await sync_entering.work_off(system.call(), system.office.means) == 1

    counts = await system.counts()
    assert (counts["persons"], counts["ties"], counts["rooms"]) == (len(people),) * 3


async def test_the_number_of_statements_does_not_grow_with_the_rows(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    await system.synchronize(rows(300))
    run: list[str] = []
    for name in ("fetch", "fetch_one", "fetch_value", "execute", "execute_many", "copy"):
        monkeypatch.setattr(UnitOfWork, name, _noted(getattr(UnitOfWork, name), name, run))
    numbers = []
    for count in (2, 200):
        run.clear()
        await system.synchronize(rows(count, name=f"改名{count}", room=f"东{count}"))
        numbers.append(len(run))
    assert numbers[0] == numbers[1] < 60


def _noted(method: Any, name: str, run: list[str]) -> Any:
    async def noting(self: UnitOfWork, *args: Any, **values: Any) -> Any:
        run.append(name)
        return await method(self, *args, **values)

    return noting


async def test_what_nobody_applies_is_given_up_after_a_month(system: System) -> None:
    sent = await system.send(rows(1))
    for days, left in ((29, 0), (31, 1)):
        day = date(2024, 10, 8) + timedelta(days=days)
        system.office.clock.go_to(day)
        call = system.call()
        slot = Slot("membership.discard-batches", day.isoformat(), day)
        async with call.transaction() as work:
            await work.execute(
                query(
                    sa.text(
                        """INSERT INTO timed_run (name, slot, attempts, due_at)
                           VALUES ('membership.discard-batches', :slot, 0, now())"""
                    )
                ),
                slot=slot.key,
            )
        assert await batches.discard_abandoned(call, slot) == left
    found = (await system.ask("GetSyncBatch", pb.GetSyncBatchRequest(batch_id=sent.batch_id))).sync_batch
    assert found.state == shapes.SyncBatch.STATE_DISCARDED
    assert (await system.counts())["parts"] == 0
