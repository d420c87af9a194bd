"""Rosters as files: what is exported is taken again, and gives the same people."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from google.api import httpbody_pb2

from chassis import sheets
from chassis.database import Database
from chassis.statements import query
from membership.errors import RosterTooLargeError
from membership.operations import roster_exports
from shuyuan.membership.v1 import roster_import_pb2 as shapes
from shuyuan.membership.v1 import roster_service_pb2 as pb
from tests.integration.membership.office import Office
from tests.support.databases import DatabaseServer

UNITS = {name: uuid4() for name in ("university", "school", "twin", "branch")}
PERSONS, MEMBERS = shapes.ROSTER_KIND_PERSONS, shapes.ROSTER_KIND_MEMBERS
TABLE = [
    ["姓名", "学工号", "人员类别", "人员身份", "出生日期", "学院", "学院起始日期", "班级", "班级起始日期"],
    ["欧阳修", "0007", "学生", "本科生", "2005-03-01", "数学学院", "2023-09-01", "", ""],
    ["=张三", "2023-A", "教职工", "", "", "", "", str(UNITS["twin"]), "2023-09-02"],
    ["李四", "", "学生", "博士研究生", "", "", "", "", ""],
]
ROLL = [
    ["姓名", "学工号", "党支部", "组织关系起始日期", "党员类别", "入党日期", "转正日期"],
    ["欧阳修", "0007", "第一党支部", "2023-09-10", "正式党员", "2021-06-01", "2022-06-01"],
    ["=张三", "2023-A", "第一党支部", "2024-01-01", "预备党员", "2024-01-01", ""],
]
AUDIT = query(sa.text("SELECT changes::text AS t FROM audit_log WHERE noun = 'roster_export'"))


async def furnish(office: Office) -> Office:
    await office.unit("university", unit_id=UNITS["university"])
    root = UNITS["university"]
    await office.unit("school", unit_id=UNITS["school"], name="数学学院", parent=root)
    await office.unit("class", name="一班", parent=root)
    await office.unit("class", unit_id=UNITS["twin"], name="一班", parent=root)
    await office.unit("branch", form="cohort", unit_id=UNITS["branch"], name="第一党支部", parent=root)
    return office


async def take_in(office: Office, kind: Any, data: bytes, media_type: str = sheets.XLSX) -> None:
    request = pb.UploadRosterRequest(
        kind=kind, file=httpbody_pb2.HttpBody(content_type=media_type, data=data)
    )
    sent = (await office.ask("RosterService/UploadRoster", request)).roster_import
    apply = pb.ApplyRosterRequest(import_id=sent.import_id, policy=shapes.ROSTER_POLICY_ALL_OR_NOTHING)
    await office.ask("RosterService/ApplyRoster", apply, if_match=sent.etag)


async def export(office: Office, kind: Any, *, by: UUID, **fields: Any) -> bytes:
    request = pb.ExportRosterRequest(kind=kind, purpose="年度党内统计", **fields)
    answer = await office.ask("RosterService/ExportRoster", request, by=by)
    return bytes(answer.file.data)


async def clerk(office: Office, unit: str = "university") -> UUID:
    person = uuid4()
    await office.grant(person, "ROLE_ORGANIZATION_DEPARTMENT", UNITS[unit])
    return person


@pytest.fixture
async def full(office: Office) -> Office:
    await furnish(office)
    await take_in(office, PERSONS, sheets.write(TABLE[0], TABLE[1:], sheets.XLSX))
    await take_in(office, MEMBERS, sheets.write(ROLL[0], ROLL[1:], sheets.CSV), sheets.CSV)
    return office


@pytest.mark.parametrize("form", ["XLSX", "CSV"])
async def test_what_is_exported_and_taken_elsewhere_is_the_same(
    full: Office, postgres: DatabaseServer, migrated: str, form: str
) -> None:
    wanted = {"format": pb.RosterFormat.Value(f"ROSTER_FORMAT_{form}")}
    media_type = getattr(sheets, form)
    by = await clerk(full)
    persons = await export(full, PERSONS, by=by, **wanted)
    roll = await export(full, MEMBERS, by=by, **wanted)
    database = await Database.connect(
        postgres.create_database("membership", template=migrated), digest_key=b"0123456789abcdef"
    )
    other = await furnish(Office(database, date(2024, 10, 8)))

    await take_in(other, PERSONS, persons, media_type)
    await take_in(other, MEMBERS, roll, media_type)

    again = await clerk(other)
    for kind, before in ((PERSONS, persons), (MEMBERS, roll)):
        after = await export(other, kind, by=again, **wanted)
        assert _read(after, media_type) == _read(before, media_type)
    await database.close()


def _read(data: bytes, media_type: str) -> sheets.Sheet:
    return sheets.read(data, media_type, most_rows=100)


async def test_the_roster_of_persons_says_what_was_taken(full: Office) -> None:
    sheet = _read(await export(full, PERSONS, by=await clerk(full)), sheets.XLSX)

    found = {row[1]: dict(zip(sheet.headers, row, strict=True)) for _, row in sheet.rows}
    assert set(found) == {"欧阳修", "=张三", "李四"}
    for expected in TABLE[1:]:
        given = dict(zip(TABLE[0], expected, strict=True))
        assert {header: found[given["姓名"]][header] for header in given} == given


async def test_who_leads_a_branch_exports_its_roll_only(full: Office) -> None:
    mine, other = uuid4(), await full.unit("branch", form="cohort", parent=UNITS["university"])
    await full.members(other, 1)
    await full.grant(mine, "ROLE_BRANCH_SECRETARY", UNITS["branch"])

    sheet = _read(await export(full, MEMBERS, by=mine), sheets.XLSX)

    assert sorted(row[1] for _, row in sheet.rows) == ["=张三", "欧阳修"]
    narrowed = _read(await export(full, MEMBERS, by=await clerk(full), unit_id=str(other)), sheets.XLSX)
    assert [row[1] for _, row in narrowed.rows] == ["党员0"]


async def test_the_purpose_is_kept_and_no_name_with_it(full: Office) -> None:
    await export(full, PERSONS, by=await clerk(full))

    (row,) = await full.real_database.fetch(AUDIT)
    assert "年度党内统计" in row["t"]
    assert "张三" not in row["t"]


async def test_a_roster_has_a_bound(full: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    by = await clerk(full)
    monkeypatch.setattr(roster_exports, "MOST_ROWS", 3)
    await export(full, PERSONS, by=by)
    monkeypatch.setattr(roster_exports, "MOST_ROWS", 2)

    with pytest.raises(RosterTooLargeError):
        await export(full, PERSONS, by=by)
