"""Packages at the service: gathered in the background, disclosed with a purpose, gone after their days."""

import io
import zipfile
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest
import sqlalchemy as sa

from chassis import holdings
from chassis.calls import Caller
from chassis.errors import PermissionDeniedError
from chassis.schedule import Slot
from chassis.statements import query
from membership.errors import FieldsContradictError
from membership.errors.erasures import PersonExportNotReadyError, PersonExportUnderwayError
from membership.operations import person_exports
from shuyuan.membership.v1 import person_export_pb2
from shuyuan.membership.v1 import person_export_service_pb2 as pb
from tests.integration.membership.archive import Archive
from tests.integration.membership.campus import Campus
from tests.integration.membership.test_person_files import department, readings

STORED = query(sa.text("SELECT file_sealed FROM person_export"))
READY = person_export_pb2.PersonExport.STATE_READY
GATHERING = person_export_pb2.PersonExport.STATE_GATHERING


@pytest.fixture
def archive(campus: Campus) -> Archive:
    return Archive(campus)


async def begin(campus: Campus, person: UUID, by: UUID, purpose: str = "") -> Any:
    request = pb.BeginPersonExportRequest(person_id=str(person), purpose=purpose)
    return (await campus.office.ask("PersonExportService/BeginPersonExport", request, by=by)).person_export


async def state(campus: Campus, export_id: str, by: UUID) -> Any:
    request = pb.GetPersonExportRequest(export_id=export_id)
    return (await campus.office.ask("PersonExportService/GetPersonExport", request, by=by)).person_export


async def download(campus: Campus, export_id: str, by: UUID) -> dict[str, Any]:
    request = pb.DownloadPersonExportRequest(export_id=export_id)
    answer = await campus.office.ask("PersonExportService/DownloadPersonExport", request, by=by)
    with zipfile.ZipFile(io.BytesIO(answer.file.data)) as archive:
        return {name: orjson.loads(archive.read(name)) for name in archive.namelist()}


async def test_the_own_package_is_gathered_from_all_services(campus: Campus, archive: Archive) -> None:
    await campus.reviewed()
    made = await begin(campus, campus.applicant, campus.applicant)
    assert made.state == GATHERING
    with pytest.raises(PersonExportNotReadyError):
        await download(campus, made.export_id, campus.applicant)
    with pytest.raises(PersonExportUnderwayError):
        await begin(campus, campus.applicant, campus.applicant)
    await archive.settle()

    found = await state(campus, made.export_id, campus.applicant)
    assert found.state == READY
    files = await download(campus, made.export_id, campus.applicant)
    assert set(files) == {
        "person.json",
        "membership.json",
        "organization.json",
        "activity.json",
        "evaluation.json",
        "manifest.json",
    }
    assert archive.siblings.asked == [("organization", True), ("activity", True), ("evaluation", True)]
    records = files["membership.json"]["records"]
    assert {"person", "admission_case", "case_step", "case_companion"} <= set(records)
    steps = {step["step"]: step for step in records["case_step"]}
    assert "detail" in steps["talk"]
    assert "detail" not in steps["political_review"]
    assert files["membership.json"]["withheld"] == ["case_step.detail", "case_step.verdicts"]
    assert not await readings(campus, campus.applicant, campus.applicant)
    (row,) = await campus.office.real_database.fetch(STORED)
    assert not row["file_sealed"].startswith(b"PK")


async def test_others_need_a_purpose_and_the_person_sees_who_took_it(
    campus: Campus, archive: Archive
) -> None:
    clerk = await department(campus)
    with pytest.raises(PermissionDeniedError):
        await begin(campus, campus.applicant, campus.secretary, "好奇")
    with pytest.raises(FieldsContradictError):
        await begin(campus, campus.applicant, clerk, " ")
    made = await begin(campus, campus.applicant, clerk, "本人书面申请")
    await archive.settle()

    for stranger in (campus.secretary, campus.applicant):
        with pytest.raises(PermissionDeniedError):
            await download(campus, made.export_id, stranger)
    files = await download(campus, made.export_id, clerk)
    assert "number_sealed" not in files["membership.json"]["records"]["person"][0]
    assert [purpose for _, purpose in await readings(campus, campus.applicant, campus.applicant)] == [
        "本人书面申请"
    ]


async def test_a_service_that_is_away_only_delays_it(campus: Campus, archive: Archive) -> None:
    archive.siblings.away.add("activity")
    made = await begin(campus, campus.applicant, campus.applicant)
    await archive.settle()
    assert (await state(campus, made.export_id, campus.applicant)).state == GATHERING


async def test_a_file_is_gone_after_its_days(campus: Campus, archive: Archive) -> None:
    made = await begin(campus, campus.applicant, campus.applicant)
    await archive.settle()
    office, today = campus.office, campus.office.clock.today()

    async def expire(days: int) -> int:
        office.clock.go_to(today + timedelta(days=days))
        call = office.call(Caller("system", service="membership"))
        return await person_exports.expire(call, Slot("membership.expire-person-exports", str(days), today))

    assert await expire(6) == 0
    await download(campus, made.export_id, campus.applicant)
    assert await expire(7) == 1
    assert (await state(campus, made.export_id, campus.applicant)).state != READY
    with pytest.raises(PersonExportNotReadyError):
        await download(campus, made.export_id, campus.applicant)
    (row,) = await office.real_database.fetch(STORED)
    assert row["file_sealed"] is None


async def test_a_page_ends_where_the_next_begins(campus: Campus, archive: Archive) -> None:
    made = []
    for _ in range(3):
        made.append((await begin(campus, campus.applicant, campus.applicant)).export_id)
        await archive.settle()
    seen: list[str] = []
    token = ""
    while True:
        request = pb.ListPersonExportsRequest(person_id=str(campus.applicant), page_size=2, page_token=token)
        answer = await campus.office.ask(
            "PersonExportService/ListPersonExports", request, by=campus.applicant
        )
        seen += [item.export_id for item in answer.person_exports]
        token = answer.next_page_token
        if not token:
            break
    assert seen == made[::-1]


async def test_what_is_read_in_many_pages_is_all_of_it(
    campus: Campus, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    await campus.reviewed()

    async def records(most: int) -> dict[str, Any]:
        monkeypatch.setattr(holdings, "ROWS_AT_ONCE", most)
        made = await begin(campus, campus.applicant, campus.applicant)
        await archive.settle()
        files = await download(campus, made.export_id, campus.applicant)
        found: dict[str, Any] = files["membership.json"]["records"]
        del found["person_export"]
        return found

    assert await records(2) == await records(200)
