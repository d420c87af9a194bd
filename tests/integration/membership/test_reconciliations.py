"""Exports for reconciliation at the service: scoped, masked unless allowed and then seen, gone after their days."""

import io
import zipfile
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis import sheets
from chassis.calls import Caller
from chassis.errors import EtagMismatchError, PermissionDeniedError
from chassis.schedule import Slot
from membership.errors import FieldsContradictError, RosterTooLargeError
from membership.errors.record_sets import (
    ReconciliationForbiddenError,
    ReconciliationNotFoundError,
    ReconciliationNotReadyError,
    RecordEntryNotFoundError,
)
from membership.operations import reconciliations
from shuyuan.membership.v1 import record_set_pb2
from shuyuan.membership.v1 import record_set_service_pb2 as pb
from tests.integration.membership.archive import Archive
from tests.integration.membership.campus import Campus
from tests.integration.membership.test_person_files import BORN, department, identify, readings
from tests.unit.membership.test_identity import number_of

CSV = record_set_pb2.Reconciliation.FORMAT_CSV
READY = record_set_pb2.Reconciliation.STATE_READY
FAMILY = record_set_pb2.RECORD_SET_FAMILY


@pytest.fixture
def archive(campus: Campus) -> Archive:
    return Archive(campus)


async def begin(campus: Campus, by: UUID, **fields: Any) -> Any:
    asked = record_set_pb2.Reconciliation(format=CSV, **({"purpose": "年度对账"} | fields))
    request = pb.BeginReconciliationRequest(reconciliation=asked)
    answer = await campus.office.ask("RecordSetService/BeginReconciliation", request, by=by)
    return answer.reconciliation


async def state(campus: Campus, made: Any, by: UUID) -> Any:
    request = pb.GetReconciliationRequest(reconciliation_id=made.reconciliation_id)
    return (await campus.office.ask("RecordSetService/GetReconciliation", request, by=by)).reconciliation


async def tables(campus: Campus, made: Any, by: UUID, part: int = 0) -> dict[str, list[dict[str, str]]]:
    request = pb.DownloadReconciliationRequest(reconciliation_id=made.reconciliation_id, part=part)
    answer = await campus.office.ask("RecordSetService/DownloadReconciliation", request, by=by)
    found = {}
    with zipfile.ZipFile(io.BytesIO(answer.file.data)) as file:
        for name in file.namelist():
            sheet = sheets.read(file.read(name), sheets.CSV, most_rows=1000)
            rows = [dict(zip(sheet.headers, row, strict=True)) for _, row in sheet.rows]
            found[name.removesuffix(".csv")] = rows
    return found


async def enter(campus: Campus, person: UUID, by: UUID, word: str = "父亲", **fields: Any) -> Any:
    values: dict[str, Any] = {"record_set": FAMILY, "word": word} | fields
    entry = record_set_pb2.RecordEntry(**values)
    request = pb.AddRecordEntryRequest(person_id=str(person), record_entry=entry)
    return (await campus.office.ask("RecordSetService/AddRecordEntry", request, by=by)).record_entry


async def test_every_set_of_the_members_in_scope_is_there_and_numbers_are_masked(
    campus: Campus, archive: Archive
) -> None:
    member = campus.members[2]
    await identify(campus, member, number_of(BORN))
    await enter(campus, member, member, description="教师")
    clerk = await department(campus)

    made = await begin(campus, clerk, unit_id=str(campus.branch))
    with pytest.raises(ReconciliationNotReadyError):
        await tables(campus, made, clerk)
    await archive.settle()

    found = await state(campus, made, clerk)
    assert (found.state, found.members) == (READY, len(campus.members))
    files = await tables(campus, made, clerk)
    assert len(files) == 9
    assert len(files["党员基本信息"]) == len(campus.members)
    (numbered,) = [row for row in files["党员基本信息"] if row["公民身份号码"]]
    assert numbered["公民身份号码"] == "*" * 14 + number_of(BORN)[-4:]
    (entered,) = files["家庭成员"]
    assert (entered["称谓"], entered["说明"]) == ("父亲", "教师")
    assert {row["党组织"] for row in files["党内职务"]} == {"organization posts"}
    assert len(files["参加组织生活"]) == len(campus.members)
    assert await readings(campus, member, member) == []
    with pytest.raises(PermissionDeniedError):
        await tables(campus, made, await department(campus))


async def test_numbers_in_full_are_seen_by_each_member_with_the_purpose(
    campus: Campus, archive: Archive
) -> None:
    member = campus.members[2]
    await identify(campus, member, number_of(BORN))
    clerk = await department(campus)
    made = await begin(campus, clerk, unit_id=str(campus.branch), unmasked=True, purpose="与全国系统核对")
    await archive.settle()

    files = await tables(campus, made, clerk)
    assert number_of(BORN) in {row["公民身份号码"] for row in files["党员基本信息"]}
    for each in (member, campus.members[5]):
        assert [purpose for _, purpose in await readings(campus, each, each)] == ["与全国系统核对"]


async def test_it_is_refused_without_the_permission_or_a_set(campus: Campus, archive: Archive) -> None:
    with pytest.raises(PermissionDeniedError):
        await begin(campus, campus.secretary, unit_id=str(campus.branch))
    clerk = await department(campus)
    with pytest.raises(ReconciliationForbiddenError):
        await begin(campus, clerk, record_sets=[FAMILY])


async def test_more_members_than_a_file_holds_stand_in_several(
    campus: Campus, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconciliations, "A_FILE", 4)
    clerk = await department(campus)
    made = await begin(campus, clerk, unit_id=str(campus.branch))
    await archive.settle()

    found = await state(campus, made, clerk)
    sizes = [4] * (found.members // 4) + ([found.members % 4] if found.members % 4 else [])
    assert (found.state, found.parts) == (READY, len(sizes))
    files = [await tables(campus, made, clerk, part) for part in range(1, found.parts + 1)]
    assert [len(file["党员基本信息"]) for file in files] == sizes
    # Each file has the sets of its own members.
    assert [len(file["参加组织生活"]) for file in files] == sizes
    assert await tables(campus, made, clerk) == files[0]
    with pytest.raises(ReconciliationNotFoundError):
        await tables(campus, made, clerk, found.parts + 1)
    # Together they are what one file would have been.
    monkeypatch.setattr(reconciliations, "A_FILE", found.members)
    whole = await begin(campus, clerk, unit_id=str(campus.branch))
    await archive.settle()
    one = await tables(campus, whole, clerk)
    assert {name: [row for file in files for row in file[name]] for name in one} == one


async def test_more_members_than_an_export_holds_are_refused_at_once(
    campus: Campus, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk = await department(campus)
    monkeypatch.setattr(reconciliations, "MOST_MEMBERS", len(campus.members))
    await begin(campus, clerk, unit_id=str(campus.branch))
    monkeypatch.setattr(reconciliations, "MOST_MEMBERS", len(campus.members) - 1)

    with pytest.raises(RosterTooLargeError):
        await begin(campus, clerk, unit_id=str(campus.branch))


async def test_a_service_that_is_away_only_delays_it(campus: Campus, archive: Archive) -> None:
    clerk = await department(campus)
    archive.siblings.away.add("evaluation")
    made = await begin(campus, clerk)
    await archive.settle()
    assert (await state(campus, made, clerk)).state != READY


async def test_a_file_is_gone_after_its_days(campus: Campus, archive: Archive) -> None:
    clerk, office, today = await department(campus), campus.office, campus.office.clock.today()
    made = await begin(campus, clerk)
    await archive.settle()

    async def expire(days: int) -> int:
        office.clock.go_to(today + timedelta(days=days))
        slot = Slot("membership.expire-reconciliations", str(days), today)
        call = office.call(Caller("system", service="membership"))
        return await reconciliations.expire(call, office.means, slot)

    assert await expire(6) == 0
    await tables(campus, made, clerk)
    assert await expire(7) == 1
    with pytest.raises(ReconciliationNotReadyError):
        await tables(campus, made, clerk)


async def test_entries_are_made_listed_and_removed_by_their_person(campus: Campus, archive: Archive) -> None:
    person = campus.members[3]
    first = await enter(campus, person, person)
    await enter(campus, person, person, "母亲")
    with pytest.raises(PermissionDeniedError):
        await enter(campus, person, campus.members[4])
    with pytest.raises(FieldsContradictError):
        await enter(campus, person, person, record_set=record_set_pb2.RECORD_SET_POSTS)

    listed = pb.ListRecordEntriesRequest(person_id=str(person), page_size=1)
    page = await campus.office.ask("RecordSetService/ListRecordEntries", listed, by=person)
    assert [entry.word for entry in page.record_entries] == ["父亲"]
    listed.page_token = page.next_page_token
    page = await campus.office.ask("RecordSetService/ListRecordEntries", listed, by=person)
    assert [entry.word for entry in page.record_entries] == ["母亲"]

    request = pb.RemoveRecordEntryRequest(entry_id=first.entry_id)
    with pytest.raises(EtagMismatchError):
        await campus.office.ask("RecordSetService/RemoveRecordEntry", request, by=person, if_match="7")
    await campus.office.ask("RecordSetService/RemoveRecordEntry", request, by=person, if_match=first.etag)
    with pytest.raises((RecordEntryNotFoundError, PermissionDeniedError)):
        await campus.office.ask("RecordSetService/RemoveRecordEntry", request, by=person, if_match="1")
    assert await campus.office.events("record_entry") == [
        "record_entry.added",
        "record_entry.added",
        "record_entry.removed",
    ]
