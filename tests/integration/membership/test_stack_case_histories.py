"""Case histories in files through the gateway: previewed, entered, exported, taken back; bad files leave nothing."""

import io
import zipfile
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from chassis import sheets
from deploy.local.stack import Stack
from tests.integration.membership.city import City
from tests.support.http import Api

HEADERS = [
    "姓名",
    "学工号",
    "党支部",
    "步骤",
    "日期",
    "有关人员学工号",
    "公示日期",
    "应到人数",
    "实到人数",
    "赞成票",
]


@pytest.fixture
async def city(stack: Stack, api_as: Callable[[str], Api]) -> City:
    return await City.found(stack, api_as)


async def upload(city: City, rows: list[list[str]], *, who: str = "admin", **options: Any) -> Any:
    media_type = options.get("media_type", sheets.XLSX)
    data = options.get("data") or sheets.write(HEADERS, rows, media_type)
    return await city.api_as(city.numbers.get(who, who)).post_file(
        "/v1/rosterImports",
        data,
        media_type,
        headers={"After-Event": city.after} if city.after else None,
        kind="ROSTER_KIND_CASES",
        sourceReference="台账 DA-2025-3",
    )


def history(city: City) -> list[list[str]]:
    who = ["applicant", city.numbers["applicant"], city.units["cohort"]]
    return [
        [*who, "application", city.ago(1000), *[""] * 5],
        [*who, "talk", city.ago(990), city.numbers["officer"], *[""] * 4],
        [*who, "activist", city.ago(800), "", city.ago(830), *[""] * 3],
    ]


@pytest.mark.covers("F44", "F21")
async def test_a_history_is_previewed_entered_exported_and_taken_back(city: City) -> None:
    rows = history(city)
    wrong = [row[:] for row in rows]
    wrong[1][4], wrong[2][5] = city.ago(1001), "nobody"
    bad = (await upload(city, wrong)).json()
    assert (bad["rows"], bad["goodRows"]) == (3, 0)
    listed = await city.get("admin", f"/v1/rosterImports/{bad['importId']}/problems")
    assert [(item["row"], item["column"]) for item in listed["problems"]] == [(4, "有关人员学工号")]
    denied = await upload(city, rows, who="secretary")
    assert (denied.status_code, denied.json()["reason"]) == (403, "PERMISSION_DENIED")

    answer = await upload(city, rows)
    assert answer.status_code == 200, answer.text
    sent = answer.json()
    city.after = answer.headers["Event-Id"]
    assert (sent["rows"], sent["goodRows"], sent["problems"]) == (3, 3, 0)
    applicant = city.people["applicant"]
    nothing = await city.get("secretary", "/v1/admissionCases", personId=applicant)
    assert nothing["admissionCases"] == []
    path = f"/v1/rosterImports/{sent['importId']}"
    done = await city.post(
        "admin", f"{path}:apply", {"policy": "ROSTER_POLICY_ALL_OR_NOTHING"}, etag=sent["etag"]
    )
    (case,) = (await city.get("secretary", "/v1/admissionCases", personId=applicant))["admissionCases"]
    assert (case["step"], case["sourceReference"]) == ("activist", "台账 DA-2025-3")

    api = city.api_as(city.numbers["secretary"])
    asked: dict[str, Any] = {"kind": "ROSTER_KIND_CASES", "purpose": "核对", "unitId": city.units["cohort"]}
    file = await api.get("/v1/rosters:export", headers={"After-Event": city.after}, **asked)
    table = sheets.read(file.content, sheets.XLSX, most_rows=100)
    days = [row[table.headers.index("日期")] for _, row in table.rows]
    assert days == [city.ago(1000), city.ago(990), city.ago(800)]

    back = await city.post("admin", f"{path}:rollBack", {"reason": "导错"}, etag=done["etag"])
    assert back["state"] == "STATE_ROLLED_BACK"
    gone = await city.get("secretary", "/v1/admissionCases", personId=applicant)
    assert gone["admissionCases"] == []
    taken = await upload(city, [], data=file.content)
    assert (taken.json()["rows"], taken.json()["goodRows"]) == (3, 3)


@pytest.mark.covers("F44")
async def test_bad_files_of_histories_are_refused_and_leave_nothing(city: City) -> None:
    huge = await upload(city, [], data=bytes(100 * 1024 * 1024))
    assert (huge.status_code, huge.json()["reason"]) == (413, "BODY_TOO_LARGE")
    broken = await upload(city, [], data=b"PK\x03\x04 no workbook")
    assert (broken.status_code, broken.json()["reason"]) == (400, "ROSTER_FILE_REFUSED")
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(200 * 1024 * 1024))
    unpacked = await upload(city, [], data=bomb.getvalue())
    assert (unpacked.status_code, unpacked.json()["reason"]) == (400, "ROSTER_FILE_REFUSED")
    assert "TOO_LARGE_UNPACKED" in unpacked.text
    many = await upload(city, [[str(uuid4())] * 5] * 20_001, media_type=sheets.CSV)
    assert (many.status_code, many.json()["reason"]) == (400, "ROSTER_FILE_REFUSED")
