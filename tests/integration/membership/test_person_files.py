"""A person's file: everything held, numbers sealed, and every reading by others kept."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
import sqlalchemy as sa

from chassis.errors import PermissionDeniedError
from chassis.statements import query
from membership.errors import (
    FieldsContradictError,
    IdentityNumberTakenError,
    IdentityNumberUnknownError,
)
from shuyuan.membership.v1 import person_file_pb2
from shuyuan.membership.v1 import person_file_service_pb2 as pb
from tests.integration.membership.campus import Campus
from tests.unit.membership.test_identity import number_of

BORN = date(2005, 3, 1)
STORED = query(sa.text("SELECT number_sealed, number_key FROM person_identity"))
AUDIT = query(sa.text("SELECT changes::text AS t FROM audit_log"))


async def identify(campus: Campus, person: UUID, number: str, etag: str = "*") -> Any:
    request = pb.SetIdentityNumberRequest(person_id=str(person), identity_number=number)
    answer = await campus.office.ask("PersonFileService/SetIdentityNumber", request, if_match=etag)
    return answer.person


async def numbers(campus: Campus, person: UUID, by: UUID, purpose: str = "") -> Any:
    request = pb.RevealPersonNumbersRequest(person_id=str(person), purpose=purpose)
    return (await campus.office.ask("PersonFileService/RevealPersonNumbers", request, by=by)).numbers


async def file_of(campus: Campus, person: UUID, by: UUID, purpose: str = "") -> dict[str, Any]:
    request = pb.ExportPersonFileRequest(person_id=str(person), purpose=purpose)
    answer = await campus.office.ask("PersonFileService/ExportPersonFile", request, by=by)
    document: dict[str, Any] = orjson.loads(answer.file.data)
    return document


async def readings(campus: Campus, person: UUID, by: UUID) -> list[tuple[Any, str]]:
    request = pb.ListDisclosuresRequest(person_id=str(person))
    answer = await campus.office.ask("PersonFileService/ListDisclosures", request, by=by)
    return [(item.kind, item.purpose) for item in answer.disclosures]


async def department(campus: Campus) -> UUID:
    person = uuid4()
    await campus.office.grant(person, "ROLE_ORGANIZATION_DEPARTMENT", campus.university)
    return person


class TestIdentityNumbers:
    async def test_a_number_is_sealed_found_by_its_hash_and_in_no_log(self, campus: Campus) -> None:
        number = number_of(BORN)
        person = await identify(campus, campus.applicant, number)

        assert person.version == 2
        (row,) = await campus.office.real_database.fetch(STORED)
        assert number.encode() not in row["number_sealed"]
        assert number not in row["number_key"]
        clerk = await department(campus)
        request = pb.FindPersonByIdentityNumberRequest(identity_number=number.lower(), purpose="函调")
        found = await campus.office.ask("PersonFileService/FindPersonByIdentityNumber", request, by=clerk)
        assert found.person_id == str(campus.applicant)
        assert await readings(campus, campus.applicant, campus.applicant) == [
            (person_file_pb2.DISCLOSURE_KIND_LOOKUP, "函调")
        ]
        assert not [row for row in await campus.office.real_database.fetch(AUDIT) if number in row["t"]]

    async def test_one_number_has_one_person(self, campus: Campus) -> None:
        await identify(campus, campus.applicant, number_of(BORN))
        again = await identify(campus, campus.applicant, number_of(BORN))
        assert again.version == 2
        with pytest.raises(IdentityNumberTakenError):
            await identify(campus, campus.members[3], number_of(BORN))

        corrected = await identify(campus, campus.applicant, number_of(BORN, 8))
        assert corrected.version == 3
        assert (await identify(campus, campus.members[3], number_of(BORN))).version == 2
        request = pb.FindPersonByIdentityNumberRequest(identity_number=number_of(BORN, 9), purpose="函调")
        with pytest.raises(IdentityNumberUnknownError):
            await campus.office.ask("PersonFileService/FindPersonByIdentityNumber", request)


class TestReading:
    async def test_others_need_the_permission_and_a_purpose_and_are_seen(self, campus: Campus) -> None:
        await identify(campus, campus.applicant, number_of(BORN))
        await campus.apply()
        clerk = await department(campus)
        with pytest.raises(PermissionDeniedError):
            await numbers(campus, campus.applicant, campus.secretary, "好奇")
        with pytest.raises(FieldsContradictError):
            await numbers(campus, campus.applicant, clerk, " ")
        assert await readings(campus, campus.applicant, campus.applicant) == []

        own = await numbers(campus, campus.applicant, campus.applicant)
        read = await numbers(campus, campus.applicant, clerk, "政审函调")

        assert own.identity_number == read.identity_number == number_of(BORN)
        assert await readings(campus, campus.applicant, campus.applicant) == [
            (person_file_pb2.DISCLOSURE_KIND_NUMBERS, "政审函调")
        ]

    async def test_the_own_file_holds_everything_but_what_is_withheld(self, campus: Campus) -> None:
        await identify(campus, campus.applicant, number_of(BORN))
        await campus.reviewed()

        file = await file_of(campus, campus.applicant, campus.applicant)

        assert file["numbers"]["identityNumber"] == number_of(BORN)
        records = file["records"]
        assert {"person", "person_identity", "admission_case", "case_step", "case_companion"} <= set(records)
        assert records["person_identity"][0].keys() == {"person_id", "recorded_at"}
        steps = {step["step"]: step for step in records["case_step"]}
        assert "detail" in steps["talk"]
        assert "detail" not in steps["political_review"]
        assert file["withheld"] == [
            f"case_step.detail: {step}"
            for step in (
                "political_review",
                "political_review_item",
                "notice_objection",
                "objection_settlement",
            )
        ]

    async def test_the_file_of_somebody_else_is_masked_and_noted(self, campus: Campus) -> None:
        await identify(campus, campus.applicant, number_of(BORN))
        clerk = await department(campus)

        file = await file_of(campus, campus.applicant, clerk, "档案核对")

        assert file["numbers"]["identityNumber"] == "*" * 14 + number_of(BORN)[-4:]
        assert number_of(BORN) not in str(file)
        assert await readings(campus, campus.applicant, clerk) == [
            (person_file_pb2.DISCLOSURE_KIND_FILE, "档案核对")
        ]

    async def test_nobody_reads_the_list_of_somebody_else(self, campus: Campus) -> None:
        with pytest.raises(PermissionDeniedError):
            await readings(campus, campus.applicant, campus.members[5])
