"""Registering people, what is kept of them, and who may see it."""

from datetime import date
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from chassis.errors import EtagMismatchError, InvalidArgumentError, PermissionDeniedError
from chassis.ids import number_key
from chassis.statements import query
from membership.errors import CampusNumberTakenError, UnitKindNotAllowedError, UnitNotInForceError
from shuyuan.membership.v1 import person_pb2
from shuyuan.membership.v1 import person_service_pb2 as pb
from tests.integration.membership.office import ISSUER, Office

STORED = query(sa.text("SELECT number_sealed, pinyin FROM person WHERE person_id = :person_id"))
SCHOOL, ACADEMY = person_pb2.AFFILIATION_KIND_SCHOOL, person_pb2.AFFILIATION_KIND_ACADEMY


async def get(office: Office, person_id: UUID, *, by: UUID | None = None) -> person_pb2.Person:
    answer = await office.ask("PersonService/GetPerson", pb.GetPersonRequest(person_id=str(person_id)), by=by)
    found: person_pb2.Person = answer.person
    return found


async def affiliate(
    office: Office,
    person: person_pb2.Person,
    unit: UUID,
    since: str,
    *,
    until: str | None = None,
    kind: person_pb2.AffiliationKind.ValueType = SCHOOL,
) -> person_pb2.Person:
    request = pb.SetAffiliationRequest(
        person_id=person.person_id,
        affiliation=person_pb2.Affiliation(kind=kind, unit_id=str(unit), valid_from=since, valid_until=until),
    )
    answer = await office.ask("PersonService/SetAffiliation", request, if_match=person.etag)
    found: person_pb2.Person = answer.person
    return found


class TestRegistering:
    async def test_the_number_is_sealed_masked_and_logs_in(self, office: Office) -> None:
        person_id = await office.person("钱学森", number="2026001234")

        row = await office.real_database.fetch_one(STORED, person_id=person_id)
        assert row is not None
        assert b"2026001234" not in row["number_sealed"]
        assert row["pinyin"] == "qian xue sen"
        assert (await get(office, person_id)).campus_number == "****1234"
        key = number_key(b"identity-key-of-tests", ISSUER, "2026001234")
        assert await office.control.person_of(ISSUER, key) == person_id

    async def test_events_carry_no_name_and_no_number(self, office: Office) -> None:
        await office.person("钱学森", number="2026001234")
        rows = await office.real_database.fetch(query(sa.text("SELECT data FROM event_log")))
        assert len(rows) == 2
        assert not [row for row in rows if "钱学森" in row["data"] or "1234" in row["data"]]

    async def test_a_number_belongs_to_one_person(self, office: Office) -> None:
        first = await office.person(number="2026001234")
        with pytest.raises(CampusNumberTakenError) as refused:
            await office.person(number="2026001234")
        assert refused.value.metadata == {"person_id": str(first)}

    async def test_a_batch_is_all_or_nothing(self, office: Office) -> None:
        people = [
            pb.PersonInput(name=f"学生{n}", kind=person_pb2.PERSON_KIND_STUDENT, campus_number=f"N{n % 2}")
            for n in range(3)
        ]
        with pytest.raises(CampusNumberTakenError):
            await office.ask("PersonService/RegisterPeople", pb.RegisterPeopleRequest(people=people))
        assert await office.events() == []

    async def test_a_thousand_people_are_registered_at_once(self, office: Office) -> None:
        people = [
            pb.PersonInput(
                name=f"学生{n}",
                kind=person_pb2.PERSON_KIND_STUDENT,
                campus_number=f"N{n:06}",
                person_id=str(uuid4()),
            )
            for n in range(1000)
        ]
        answer = await office.ask("PersonService/RegisterPeople", pb.RegisterPeopleRequest(people=people))
        assert list(answer.person_ids) == [person.person_id for person in people]

    async def test_a_birth_date_ahead_is_refused(self, office: Office) -> None:
        with pytest.raises(InvalidArgumentError):
            await office.person(born="2030-01-01")

    async def test_only_the_register_s_keepers_register(self, office: Office) -> None:
        await office.unit("university")
        stranger = await office.person()
        request = pb.RegisterPersonRequest(
            person=pb.PersonInput(name="某人", kind=person_pb2.PERSON_KIND_STAFF)
        )
        with pytest.raises(PermissionDeniedError):
            await office.ask("PersonService/RegisterPerson", request, by=stranger)


class TestAffiliations:
    @pytest.mark.covers("S16")
    async def test_a_student_belongs_to_a_school_and_an_academy(self, office: Office) -> None:
        school, academy = await office.unit("school"), await office.unit("academy")
        person = await get(office, await office.person(affiliations=((SCHOOL, school), (ACADEMY, academy))))
        assert {tie.kind: tie.unit_id for tie in person.affiliations} == {
            SCHOOL: str(school),
            ACADEMY: str(academy),
        }

    async def test_a_change_of_school_leaves_the_academy_and_the_past(self, office: Office) -> None:
        school, other, academy = [await office.unit(kind) for kind in ("school", "school", "academy")]
        person = await get(office, await office.person(affiliations=((SCHOOL, school), (ACADEMY, academy))))

        person = await affiliate(office, person, other, "2024-09-01")

        assert [(tie.unit_id, tie.valid_until) for tie in person.affiliations if tie.kind == SCHOOL] == [
            (str(school), "2024-09-01"),
            (str(other), ""),
        ]
        assert [tie.unit_id for tie in person.affiliations if tie.kind == ACADEMY] == [str(academy)]

    async def test_what_was_known_before_a_correction_stays_readable(self, office: Office) -> None:
        school, other = await office.unit("school"), await office.unit("school")
        person = await get(office, await office.person(affiliations=((SCHOOL, school),)))
        before = office.clock.now()
        office.clock.go_to(date(2024, 10, 9))
        await affiliate(office, person, other, "2023-09-01")

        request = pb.ListAffiliationsRequest(person_id=person.person_id, as_of="2024-01-01")
        request.known_at.FromDatetime(before)
        answer = await office.ask("PersonService/ListAffiliations", request)

        assert [tie.unit_id for tie in answer.affiliations] == [str(school)]

    async def test_repeating_a_statement_changes_nothing(self, office: Office) -> None:
        school = await office.unit("school")
        person = await get(office, await office.person())
        once = await affiliate(office, person, school, "2023-09-01")
        twice = await affiliate(office, once, school, "2023-09-01")
        assert once.version == twice.version == 2

    async def test_a_school_is_no_academy(self, office: Office) -> None:
        school = await office.unit("school")
        person = await get(office, await office.person())
        with pytest.raises(UnitKindNotAllowedError):
            await affiliate(office, person, school, "2023-09-01", kind=ACADEMY)

    async def test_a_unit_that_is_not_there_yet_is_refused(self, office: Office) -> None:
        school = await office.unit("school", since=date(2024, 1, 1))
        person = await get(office, await office.person())
        with pytest.raises(UnitNotInForceError):
            await affiliate(office, person, school, "2023-12-31")


class TestReading:
    async def test_people_read_their_own_file(self, office: Office) -> None:
        person_id = await office.person("本人")
        assert (await get(office, person_id, by=person_id)).name == "本人"

    async def test_a_counsellor_reads_the_students_of_the_school_and_no_others(self, office: Office) -> None:
        university = await office.unit("university")
        school, other = [await office.unit("school", parent=university) for _ in range(2)]
        counsellor = await office.person("辅导员")
        mine = await office.person("甲", affiliations=((SCHOOL, school),))
        foreign = await office.person("乙", affiliations=((SCHOOL, other),))
        await office.grant(counsellor, "ROLE_COUNSELLOR", school)

        assert (await get(office, mine, by=counsellor)).name == "甲"
        with pytest.raises(PermissionDeniedError):
            await get(office, foreign, by=counsellor)
        page = await office.ask("PersonService/ListPersons", pb.ListPersonsRequest(), by=counsellor)
        assert [person.person_id for person in page.persons] == [str(mine)]

    async def test_a_page_is_one_query_whatever_its_size(self, office: Office) -> None:
        university = await office.unit("university")
        school = await office.unit("school", parent=university)
        for number in range(5):
            await office.person(f"学生{number}", affiliations=((SCHOOL, school),))
        counting = office.count_queries()

        page = await office.ask("PersonService/ListPersons", pb.ListPersonsRequest(page_size=3))

        assert len(page.persons) == 3
        assert page.next_page_token
        assert len([sql for sql in counting.asked if "FROM person p" in sql]) == 1

    async def test_a_number_finds_its_person(self, office: Office) -> None:
        await office.unit("university")
        await office.person("甲", number="A0001")
        wanted = await office.person("乙", number="A0002")
        page = await office.ask("PersonService/ListPersons", pb.ListPersonsRequest(campus_number="A0002"))
        assert [person.person_id for person in page.persons] == [str(wanted)]

    async def test_a_token_of_another_list_is_refused(self, office: Office) -> None:
        with pytest.raises(InvalidArgumentError):
            await office.ask("PersonService/ListPersons", pb.ListPersonsRequest(page_token="bad"))

    async def test_a_part_of_the_name_or_its_initials_finds_somebody(self, office: Office) -> None:
        await office.unit("university")
        for name in ("张三丰", "李小明", "Ann Lee"):
            await office.person(name)

        async def found(text: str) -> list[str]:
            page = await office.ask("PersonService/ListPersons", pb.ListPersonsRequest(name=text))
            return [person.name for person in page.persons]

        assert await found("三") == await found("zsf") == await found("ZS") == ["张三丰"]
        assert await found("xm") == ["李小明"]
        assert await found("Lee") == ["Ann Lee"]
        assert await found("丰三") == await found("zz") == []

    async def test_services_get_names_in_batches(self, office: Office) -> None:
        known = await office.person("甲")
        request = pb.BatchGetPersonLabelsRequest(person_ids=[str(known), str(uuid4())])
        answer = await office.ask("PersonService/BatchGetPersonLabels", request, by="activity")
        assert [(label.name, label.pinyin) for label in answer.labels] == [("甲", "jia")]

    async def test_people_get_no_batches_of_names(self, office: Office) -> None:
        known = await office.person("甲")
        request = pb.BatchGetPersonLabelsRequest(person_ids=[str(known)])
        with pytest.raises(PermissionDeniedError):
            await office.ask("PersonService/BatchGetPersonLabels", request, by=known)


class TestCorrecting:
    async def test_a_correction_needs_the_etag_that_was_read(self, office: Office) -> None:
        person = await get(office, await office.person("张山"))
        request = pb.UpdatePersonRequest(person_id=person.person_id, name="张珊")
        answer = await office.ask("PersonService/UpdatePerson", request, if_match=person.etag)
        assert (answer.person.name, answer.person.birth_date) == ("张珊", "2005-03-01")
        with pytest.raises(EtagMismatchError):
            await office.ask("PersonService/UpdatePerson", request, if_match=person.etag)

    async def test_the_audit_holds_no_name(self, office: Office) -> None:
        person = await get(office, await office.person("张山"))
        request = pb.UpdatePersonRequest(person_id=person.person_id, name="张珊")
        await office.ask("PersonService/UpdatePerson", request, if_match=person.etag)
        rows = await office.real_database.fetch(query(sa.text("SELECT changes::text AS t FROM audit_log")))
        assert not [row for row in rows if "张" in row["t"]]

    async def test_a_closed_login_is_nobody(self, office: Office) -> None:
        person_id = await office.person(number="2026001234")
        accounts = await office.ask(
            "PersonService/ListAccounts", pb.ListAccountsRequest(person_id=str(person_id))
        )
        (account,) = accounts.accounts
        request = pb.SetAccountActiveRequest(account_id=account.account_id, active=False)
        answer = await office.ask("PersonService/SetAccountActive", request, if_match=account.etag)

        assert answer.account.version == 2
        assert await office.control.person_of(ISSUER, account.number_key) is None
