"""Packages of everything held on a person: their states, and the file that is made of what the services answered."""

import hashlib
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import orjson

from membership.errors.erasures import PersonExportNotReadyError

# A file of somebody's whole life does not lie about.
KEPT_FOR = timedelta(days=7)
MANIFEST = "manifest.json"
# Entries bear no clock of the machine, so that the same records make the same file.
_EPOCH = (1980, 1, 1, 0, 0, 0)


class ExportState(StrEnum):
    """Where a package stands."""

    GATHERING = "gathering"
    READY = "ready"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class PersonExport:
    """A package that was asked for."""

    export_id: UUID
    person_id: UUID
    state: ExportState
    requested_by: UUID | None
    purpose: str
    created_at: datetime
    file_digest: str = ""
    file_bytes: int = 0
    records: int = 0
    expires_on: date | None = None
    version: int = 1

    @property
    def is_own(self) -> bool:
        """Whether the person asked for it."""
        return self.requested_by == self.person_id

    def ready(self, package: "Package", *, today: date) -> "PersonExport":
        """The export once its file is there."""
        return replace(
            self,
            state=ExportState.READY,
            file_digest=hashlib.sha256(package.data).hexdigest(),
            file_bytes=len(package.data),
            records=package.records,
            expires_on=today + KEPT_FOR,
            version=self.version + 1,
        )

    def expired(self) -> "PersonExport":
        """The export once its file is gone."""
        return replace(self, state=ExportState.EXPIRED, version=self.version + 1)

    def check_downloadable(self, *, today: date) -> None:
        """Refuse before the file is there, and from its last day on whether or not it has been taken away yet."""
        if self.state is not ExportState.READY:
            raise PersonExportNotReadyError(export_id=self.export_id, state=self.state)
        assert self.expires_on is not None
        if today >= self.expires_on:
            raise PersonExportNotReadyError(export_id=self.export_id, state=ExportState.EXPIRED)


@dataclass(frozen=True, slots=True)
class Part:
    """What one service holds: rows as JSON text by table, where else the person is named, what is left out."""

    service: str
    records: Mapping[str, Sequence[str]] = field(repr=False)
    mentions: Mapping[str, int]
    withheld: Sequence[str]


@dataclass(frozen=True, slots=True)
class Package:
    """A finished file."""

    data: bytes = field(repr=False)
    records: int


def package(
    found: PersonExport, person: Mapping[str, Any], parts: Sequence[Part], *, now: datetime
) -> Package:
    """The zip: the person, one document for each service, and a manifest with the digest of each."""
    documents = {"person.json": _document(person)}
    for part in parts:
        records = {
            table: [orjson.Fragment(row) for row in rows] for table, rows in sorted(part.records.items())
        }
        documents[f"{part.service}.json"] = _document(
            {"records": records, "namedElsewhere": dict(part.mentions), "withheld": list(part.withheld)}
        )
    documents[MANIFEST] = _document(
        {
            "exportId": found.export_id,
            "personId": found.person_id,
            "requestedBy": found.requested_by,
            "purpose": found.purpose,
            "gatheredAt": now,
            "files": {name: hashlib.sha256(data).hexdigest() for name, data in documents.items()},
        }
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in documents.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), data, zipfile.ZIP_DEFLATED)
    count = sum(len(rows) for part in parts for rows in part.records.values())
    return Package(file.getvalue(), count)


def _document(content: Mapping[str, Any]) -> bytes:
    # Fragments keep their own form; a second reading gives the whole document one indentation.
    # The driver's ids are of a class of its own.
    return orjson.dumps(orjson.loads(orjson.dumps(content, default=str)), option=orjson.OPT_INDENT_2)
