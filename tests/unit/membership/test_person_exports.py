"""Packages of everything held on a person: what is in the zip, and on which days it can be downloaded."""

import hashlib
import io
import zipfile
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import orjson
import pytest

from membership.domain.person_exports import (
    KEPT_FOR,
    ExportState,
    Package,
    Part,
    PersonExport,
    package,
)
from membership.errors.erasures import PersonExportNotReadyError

PERSON, OFFICER = UUID(int=1), UUID(int=2)
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
READY_ON = date(2026, 3, 2)


def asked(by: UUID = PERSON) -> PersonExport:
    return PersonExport(UUID(int=9), PERSON, ExportState.GATHERING, by, "核对", NOW)


def ready() -> PersonExport:
    return asked().ready(Package(b"zip", 3), today=READY_ON)


class TestDays:
    def test_it_cannot_be_downloaded_before_it_is_ready(self) -> None:
        with pytest.raises(PersonExportNotReadyError):
            asked().check_downloadable(today=READY_ON)

    @pytest.mark.parametrize("days", [0, KEPT_FOR.days - 1])
    def test_it_can_be_downloaded_up_to_the_day_before_it_expires(self, days: int) -> None:
        ready().check_downloadable(today=READY_ON + timedelta(days=days))

    @pytest.mark.parametrize("days", [KEPT_FOR.days, KEPT_FOR.days + 1])
    def test_it_cannot_be_downloaded_from_the_day_on_which_it_expires(self, days: int) -> None:
        with pytest.raises(PersonExportNotReadyError):
            ready().check_downloadable(today=READY_ON + timedelta(days=days))

    def test_its_file_is_gone_once_it_has_expired(self) -> None:
        with pytest.raises(PersonExportNotReadyError):
            ready().expired().check_downloadable(today=READY_ON)


class TestPackage:
    def test_it_holds_a_document_of_each_service_and_their_digests(self) -> None:
        parts = [
            Part("membership", {"person": ['{"name": "张三"}']}, {}, ["case_step.detail"]),
            Part(
                "activity", {"talk": ['{"a": 1}', '{"a": 2}'], "meeting": []}, {"meeting.convener_id": 4}, []
            ),
        ]
        made = package(asked(OFFICER), {"name": "张三"}, parts, now=NOW)

        with zipfile.ZipFile(io.BytesIO(made.data)) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        assert set(files) == {"person.json", "membership.json", "activity.json", "manifest.json"}
        assert "张三".encode() in files["membership.json"]
        assert orjson.loads(files["activity.json"]) == {
            "records": {"meeting": [], "talk": [{"a": 1}, {"a": 2}]},
            "namedElsewhere": {"meeting.convener_id": 4},
            "withheld": [],
        }
        manifest = orjson.loads(files["manifest.json"])
        assert manifest["requestedBy"] == str(OFFICER)
        assert manifest["files"]["activity.json"] == hashlib.sha256(files["activity.json"]).hexdigest()
        assert made.records == 3

    def test_the_same_records_make_the_same_file(self) -> None:
        parts = [Part("membership", {"person": ["{}"]}, {}, [])]
        assert package(asked(), {}, parts, now=NOW).data == package(asked(), {}, parts, now=NOW).data
