"""Merging persons at the service: everything that named the one names the other, and goes back exactly."""

from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from chassis.errors import EtagMismatchError
from chassis.statements import query
from membership.errors import FieldsContradictError, PersonNotFoundError
from membership.errors.merging import PersonMergeNotReversibleError, PersonsNotMergeableError
from shuyuan.membership.v1 import (
    admission_service_pb2,
    member_pb2,
    person_file_service_pb2,
    person_merge_pb2,
    person_pb2,
    person_service_pb2,
    roll_service_pb2,
)
from shuyuan.membership.v1 import person_merge_service_pb2 as pb
from tests.integration.membership.campus import Campus
from tests.integration.membership.office import Office

ONE, OTHER = "110105200503011238", "110105200503011246"
NAMED = query(
    sa.text(
        """SELECT (SELECT count(*) FROM account WHERE person_id = :person_id) AS accounts,
                  (SELECT count(*) FROM access_account WHERE person_id = :person_id) AS logins,
                  (SELECT count(*) FROM admission_case WHERE person_id = :person_id) AS cases,
                  (SELECT count(*) FROM inbox_item WHERE person_id = :person_id) AS items,
                  (SELECT count(*) FROM member WHERE person_id = :person_id) AS rolls,
                  (SELECT count(*) FROM relationship WHERE person_id = :person_id AND recorded_until IS NULL) AS ties"""
    )
)


class Register:
    """The office as somebody who clears duplicates uses it."""

    campus: Campus

    def __init__(self, office: Office) -> None:
        self.office = office

    @classmethod
    def at(cls, campus: Campus) -> "Register":
        register = cls(campus.office)
        register.campus = campus
        return register

    async def person(self, person_id: UUID | str) -> Any:
        request = person_service_pb2.GetPersonRequest(person_id=str(person_id))
        return (await self.office.ask("PersonService/GetPerson", request)).person

    async def merge(self, kept: UUID, merged: UUID, *, etag: str | None = None) -> Any:
        request = pb.MergePersonsRequest(person_id=str(kept), merged_person_id=str(merged), reason="重复登记")
        etag = etag or (await self.person(kept)).etag
        return (await self.office.ask("PersonMergeService/MergePersons", request, if_match=etag)).person_merge

    async def reverse(self, found: Any) -> Any:
        request = pb.ReversePersonMergeRequest(merge_id=found.merge_id, reason="误合并")
        answer = await self.office.ask("PersonMergeService/ReversePersonMerge", request, if_match=found.etag)
        return answer.person_merge

    async def review(self, kept: UUID, merged: UUID) -> tuple[list[str], dict[str, int]]:
        request = pb.ReviewPersonMergeRequest(person_id=str(kept), merged_person_id=str(merged))
        answer = await self.office.ask("PersonMergeService/ReviewPersonMerge", request)
        names = [
            person_merge_pb2.MergeObstacle.Name(item).removeprefix("MERGE_OBSTACLE_")
            for item in answer.obstacles
        ]
        return names, {item.noun: item.rows for item in answer.moved}

    async def named(self, person_id: UUID) -> dict[str, int]:
        row = await self.office.real_database.fetch_one(NAMED, person_id=person_id)
        assert row is not None
        return dict(row)

    async def identify(self, person_id: UUID, number: str) -> None:
        request = person_file_service_pb2.SetIdentityNumberRequest(
            person_id=str(person_id), identity_number=number
        )
        await self.office.ask("PersonFileService/SetIdentityNumber", request)


@pytest.fixture
async def register(campus: Campus) -> Register:
    return Register.at(campus)


NOTHING = {"accounts": 0, "logins": 0, "cases": 0, "items": 0, "rolls": 0, "ties": 0}


async def test_a_case_and_a_login_move_and_go_back(register: Register) -> None:
    office, merged = register.office, register.campus.applicant
    case = await register.campus.apply()
    kept = await office.person("申请人", number="2023001")
    before = await register.named(merged)
    assert before["cases"] == 1

    made = await register.merge(kept, merged)

    assert {item.noun: item.rows for item in made.moved} == {"admission_case": 1}
    assert await register.named(merged) == NOTHING
    assert (await register.named(kept)) == before | {"accounts": 1, "logins": 1}
    gone = await register.person(merged)
    assert gone.merged_into_person_id == str(kept)
    for noun, verb in (("admission_case", "reassigned"), ("person", "merged"), ("person_merge", "made")):
        assert f"{noun}.{verb}" in await office.events(noun)
    listed = await office.ask(
        "PersonService/ListPersons", person_service_pb2.ListPersonsRequest(name="申请人")
    )
    assert [person.person_id for person in listed.persons] == [str(kept)]
    request = admission_service_pb2.GetAdmissionCaseRequest(case_id=case.case_id)
    found = (await office.ask("AdmissionService/GetAdmissionCase", request)).admission_case
    assert (found.person_id, found.version) == (str(kept), case.version + 1)

    back = await register.reverse(made)

    assert back.state == person_merge_pb2.PersonMerge.STATE_REVERSED
    assert await register.named(merged) == before
    assert await register.named(kept) == NOTHING | {"accounts": 1, "logins": 1}
    assert (await register.person(merged)).merged_into_person_id == ""
    assert (await office.events("person"))[-2:].count("person.restored") == 1
    with pytest.raises(PersonMergeNotReversibleError):
        await register.reverse(back)


async def test_a_member_is_another_persons_with_the_whole_history(register: Register) -> None:
    office, merged = register.office, register.campus.members[5]
    kept = await office.person("党员5", number="2023005")
    before = await register.named(merged)

    made = await register.merge(kept, merged)

    assert await register.named(kept) == before | {"accounts": 1, "logins": 1}
    member = await office.ask("RollService/GetMember", roll_service_pb2.GetMemberRequest(person_id=str(kept)))
    assert [item.status for item in member.member.statuses] == [member_pb2.MEMBERSHIP_STATUS_FULL]
    assert (await office.events("member"))[-2:] == ["member.reassigned"] * 2
    await register.reverse(made)
    assert await register.named(merged) == before


async def test_what_is_believed_of_both_stays_as_the_one_who_remains_has_it(register: Register) -> None:
    office = register.office
    school = await office.unit("school", parent=register.campus.university)
    other = await office.unit("school", parent=register.campus.university)
    tie = person_pb2.AFFILIATION_KIND_SCHOOL
    kept = await office.person("李四", affiliations=((tie, school),))
    merged = await office.person("李四", affiliations=((tie, other),))
    request = person_service_pb2.SetAffiliationRequest(
        person_id=str(merged),
        affiliation=person_pb2.Affiliation(kind=tie, unit_id=str(other), valid_from="2021-09-01"),
    )
    await office.ask("PersonService/SetAffiliation", request)

    made = await register.merge(kept, merged)

    ties = [
        (item.unit_id, item.valid_from, item.valid_until)
        for item in (await register.person(kept)).affiliations
    ]
    assert ties == [(str(other), "2021-09-01", "2023-09-01"), (str(school), "2023-09-01", "")]
    assert list((await register.person(merged)).affiliations) == []
    await register.reverse(made)
    assert [item.unit_id for item in (await register.person(kept)).affiliations] == [str(school)]
    assert [item.valid_from for item in (await register.person(merged)).affiliations] == ["2021-09-01"]


async def test_what_stands_against_it_is_told_and_nothing_moves(register: Register) -> None:
    campus, office = register.campus, register.office
    await campus.activist()
    twin = await office.person("申请人")
    await office.ask("AdmissionService/OpenAdmissionCase", campus.application(person_id=str(twin)), by=twin)
    await register.identify(twin, ONE)
    await register.identify(campus.applicant, OTHER)
    obstacles, moved = await register.review(campus.applicant, twin)
    assert obstacles == ["BOTH_HAVE_OPEN_CASES", "DIFFERENT_IDENTITY"]
    assert moved == {"admission_case": 1, "person_identity": 1}
    with pytest.raises(PersonsNotMergeableError) as refused:
        await register.merge(campus.applicant, twin)
    assert refused.value.metadata["obstacles"] == "both_have_open_cases, different_identity"
    assert (await register.review(campus.members[2], campus.members[3]))[0] == ["BOTH_ON_ROLL", "IN_ONE_CASE"]
    # A contact is not the person they lead, and neither is who talked with them.
    assert (await register.review(campus.members[2], campus.applicant))[0] == ["IN_ONE_CASE"]
    assert (await register.review(campus.officer, campus.applicant))[0] == ["IN_ONE_CASE"]


async def test_a_merged_person_is_named_no_more(register: Register) -> None:
    office = register.office
    kept, merged, third = [await office.person("王五") for _ in range(3)]
    with pytest.raises(EtagMismatchError):
        await register.merge(kept, merged, etag="7")
    with pytest.raises(FieldsContradictError):
        await register.merge(kept, kept)
    made = await register.merge(kept, merged)
    request = person_service_pb2.UpdatePersonRequest(person_id=str(merged), name="王六")
    with pytest.raises(PersonNotFoundError):
        await office.ask("PersonService/UpdatePerson", request)
    assert (await register.review(third, merged))[0] == ["MERGED_BEFORE"]

    await register.merge(third, kept)
    with pytest.raises(PersonMergeNotReversibleError) as refused:
        await register.reverse(made)
    assert refused.value.metadata["facts"] == "person_merge"


async def test_what_was_corrected_since_does_not_go_back(register: Register) -> None:
    office = register.office
    school = await office.unit("school", parent=register.campus.university)
    tie = person_pb2.AFFILIATION_KIND_SCHOOL
    kept, merged = await office.person("赵六"), await office.person("赵六", affiliations=((tie, school),))
    made = await register.merge(kept, merged)
    request = person_service_pb2.SetAffiliationRequest(
        person_id=str(kept),
        affiliation=person_pb2.Affiliation(kind=tie, unit_id=str(school), valid_from="2022-09-01"),
    )
    await office.ask("PersonService/SetAffiliation", request)

    with pytest.raises(PersonMergeNotReversibleError) as refused:
        await register.reverse(made)

    assert refused.value.metadata["facts"] == "affiliation"
    assert (await register.person(merged)).merged_into_person_id == str(kept)


async def test_pairs_of_one_name_and_birth_date_are_listed_page_by_page(register: Register) -> None:
    office: Office = register.office
    people = sorted([await office.person("同名", born="2004-02-29") for _ in range(3)])
    born_later = await office.person("同名", born="2004-03-01")
    await office.person("同名", born=None)
    slip = await office.person("童名", born="2004-03-01")
    pairs: list[tuple[str, str]] = []
    slips: list[tuple[set[str], int]] = []
    token = ""
    while True:
        request = pb.ListPersonDuplicatesRequest(page_size=2, page_token=token)
        answer = await office.ask("PersonMergeService/ListPersonDuplicates", request)
        pairs += [
            (item.person.person_id, item.other.person_id)
            for item in answer.duplicates
            if item.person.name == item.other.name == "同名"
        ]
        slips += [
            ({item.person.person_id, item.other.person_id}, item.likeness)
            for item in answer.duplicates
            if str(slip) in (item.person.person_id, item.other.person_id)
        ]
        token = answer.next_page_token
        if not token:
            break
    assert slips == [({str(slip), str(born_later)}, person_merge_pb2.NAME_LIKENESS_SOUND)]
    one, two, three = map(str, people)
    assert pairs == [(one, two), (one, three), (two, three)]
