"""Erasing a person at the service: what refuses it, what goes, what stays, and what a search finds afterwards."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
import sqlalchemy as sa

from chassis.calls import Caller
from chassis.erasing import Finding, FindingKind
from chassis.errors import EtagMismatchError
from chassis.intervals import Interval
from chassis.statements import query
from membership.domain.erasures import Tie
from membership.errors import PersonNotFoundError
from membership.errors.erasures import (
    ErasureForbiddenError,
    LegalHoldLiftedError,
    PersonOnLegalHoldError,
    PersonStillNeededError,
)
from membership.operations import merging
from membership.repository import dues
from membership.repository.sync_people import RESIDENCES
from shuyuan.membership.v1 import legal_hold_pb2, person_erasure_pb2, person_service_pb2
from shuyuan.membership.v1 import person_erasure_service_pb2 as pb
from tests.integration.membership.archive import Archive
from tests.integration.membership.campus import Campus
from tests.integration.membership.test_person_files import BORN, department, identify
from tests.unit.membership.test_identity import number_of

NAME, CLOSED, FREE = "欧阳测试", date(2024, 10, 9), date(2025, 10, 9)
STEPS = query(sa.text("SELECT step, occurred_on, detail FROM case_step ORDER BY sequence"))
MERGE = query(
    sa.text("UPDATE person SET merged_into = :into WHERE person_id = :person_id RETURNING person_id")
)
COUNTS = query(
    sa.text(
        """SELECT (SELECT count(*) FROM admission_case WHERE person_id = :person_id) AS cases,
                  (SELECT count(*) FROM account WHERE person_id = :person_id) AS accounts,
                  (SELECT count(*) FROM access_account WHERE person_id = :person_id) AS logins,
                  (SELECT count(*) FROM person_identity WHERE person_id = :person_id) AS identities,
                  (SELECT count(*) FROM audit_log WHERE resource_id = :person_id) AS audits,
                  (SELECT count(*) FROM person_erasure WHERE terms_sealed IS NOT NULL) AS sealed"""
    )
)
WORDED = query(
    sa.text(
        """SELECT 'residence' AS history, room AS words, valid, recorded_from, recorded_until
             FROM residence WHERE person_id = :person_id
           UNION ALL SELECT 'dues_reduction', reason, valid, recorded_from, recorded_until
             FROM dues_reduction WHERE person_id = :person_id
           ORDER BY 1, 3, 4"""
    )
)
REWRITE = query(sa.text("UPDATE residence SET room = '东1' WHERE person_id = :person_id RETURNING room"))
EMPTY_ANOTHER = query(
    sa.text("UPDATE dues_reduction SET reason = '', amount = 9 WHERE person_id = :person_id RETURNING reason")
)
COMPLETED = person_erasure_pb2.PersonErasure.STATE_COMPLETED


@pytest.fixture
async def archive(campus: Campus) -> Archive:
    """An archive, and an applicant who has a number and gave the application up."""
    campus.applicant = await campus.office.person(NAME, number="2024999001")
    archive = Archive(campus)
    await identify(campus, campus.applicant, number_of(BORN))
    case = await campus.apply()
    await campus.on("2024-10-09", case, "WithdrawCase", by=campus.applicant, reason=f"{NAME}出国")
    return archive


async def erase(campus: Campus, person: UUID, *, etag: str = "*", by: UUID | None = None) -> Any:
    request = pb.ErasePersonRequest(person_id=str(person), reason="保存期满")
    answer = await campus.office.ask("PersonErasureService/ErasePerson", request, by=by, if_match=etag)
    return answer.person_erasure


async def outlook(campus: Campus) -> Any:
    request = pb.CheckPersonErasureRequest(person_id=str(campus.applicant))
    answer = await campus.office.ask("PersonErasureService/CheckPersonErasure", request)
    return answer.erasure_outlook


async def place(campus: Campus, title: str) -> Any:
    hold = legal_hold_pb2.LegalHold(
        person_id=str(campus.applicant), title=title, document_reference="校纪〔2025〕3号"
    )
    request = pb.PlaceLegalHoldRequest(legal_hold=hold)
    return (await campus.office.ask("PersonErasureService/PlaceLegalHold", request)).legal_hold


async def lift(campus: Campus, hold: Any) -> Any:
    request = pb.LiftLegalHoldRequest(hold_id=hold.hold_id, reason="核查完毕")
    return await campus.office.ask("PersonErasureService/LiftLegalHold", request, if_match=hold.etag)


async def traces(campus: Campus, *names: str, numbers: tuple[str, ...] = ()) -> list[tuple[str, int]]:
    request = pb.FindPersonTracesRequest(person_id=str(campus.applicant), names=names, numbers=numbers)
    answer = await campus.office.ask("PersonErasureService/FindPersonTraces", request)
    kind = person_erasure_pb2.PersonTrace.Kind
    return [(trace.table, trace.kind) for trace in answer.traces if trace.kind != kind.KIND_NAMESAKE]


async def state(campus: Campus, erasure_id: str) -> Any:
    request = pb.GetPersonErasureRequest(erasure_id=erasure_id)
    return (await campus.office.ask("PersonErasureService/GetPersonErasure", request)).person_erasure


class TestRefused:
    async def test_a_period_forbids_it_to_its_last_day(self, campus: Campus, archive: Archive) -> None:
        campus.office.clock.go_to(date(2025, 10, 8))
        with pytest.raises(ErasureForbiddenError) as refused:
            await erase(campus, campus.applicant)
        (verdict,) = [each for each in refused.value.verdicts if not each.satisfied]
        assert (verdict.rule_id, verdict.clears_on) == ("RET-03", FREE)
        assert not (await outlook(campus)).allowed

        campus.office.clock.go_to(FREE)
        assert (await outlook(campus)).allowed
        await erase(campus, campus.applicant)

    async def test_a_hold_refuses_it_by_name_until_it_is_lifted(
        self, campus: Campus, archive: Archive
    ) -> None:
        campus.office.clock.go_to(FREE)
        first, second = await place(campus, "巡察组调阅"), await place(campus, "信访核查")
        with pytest.raises(PersonOnLegalHoldError) as refused:
            await erase(campus, campus.applicant)
        assert refused.value.metadata["title"] == "巡察组调阅"
        await lift(campus, first)
        with pytest.raises(PersonOnLegalHoldError):
            await erase(campus, campus.applicant)
        with pytest.raises(EtagMismatchError):
            await lift(campus, first)
        lifted = (await lift(campus, second)).legal_hold
        with pytest.raises(LegalHoldLiftedError):
            await lift(campus, lifted)

        listed = pb.ListLegalHoldsRequest(person_id=str(campus.applicant), page_size=1)
        page = await campus.office.ask("PersonErasureService/ListLegalHolds", listed)
        assert [hold.title for hold in page.legal_holds] == ["信访核查"]
        listed.page_token = page.next_page_token
        page = await campus.office.ask("PersonErasureService/ListLegalHolds", listed)
        assert [hold.title for hold in page.legal_holds] == ["巡察组调阅"]
        standing = pb.ListLegalHoldsRequest(standing_only=True)
        assert not (await campus.office.ask("PersonErasureService/ListLegalHolds", standing)).legal_holds
        await erase(campus, campus.applicant)

    async def test_whom_a_service_needs_stays(self, campus: Campus, archive: Archive) -> None:
        campus.office.clock.go_to(FREE)
        archive.siblings.needs = [Tie("organization", "appointment", uuid4())]
        with pytest.raises(PersonStillNeededError) as refused:
            await erase(campus, campus.applicant)
        assert refused.value.metadata["ties"] == "organization.appointment 1"
        with pytest.raises(PersonStillNeededError) as refused:
            await erase(campus, campus.secretary)
        assert "membership.relationship 1" in refused.value.metadata["ties"]


class TestErased:
    async def test_nothing_personal_is_left_and_the_facts_stay(
        self, campus: Campus, archive: Archive
    ) -> None:
        office, person = campus.office, campus.applicant
        office.clock.go_to(FREE)
        before = await traces(campus, NAME, numbers=("2024999001", number_of(BORN)))
        assert {"person", "account", "person_identity", "case_step"} <= {table for table, _ in before}

        made = await erase(campus, person)
        with pytest.raises(PersonNotFoundError):
            await erase(campus, person)
        assert [service for service, *_ in archive.siblings.erased] == []
        await archive.settle()

        assert [service for service, *_ in archive.siblings.erased] == [
            "organization",
            "activity",
            "evaluation",
        ]
        assert archive.siblings.erased[0][2].names == (NAME,)
        found = await state(campus, made.erasure_id)
        assert (found.state, list(found.places)) == (COMPLETED, [])
        assert await traces(campus, NAME, numbers=("2024999001", number_of(BORN))) == []
        row = await office.real_database.fetch_one(COUNTS, person_id=person)
        assert row is not None
        assert dict(row) | {"audits": 0} == {
            "cases": 1,
            "accounts": 0,
            "logins": 0,
            "identities": 0,
            "audits": 0,
            "sealed": 0,
        }
        assert row["audits"] > 0
        steps = [dict(each) for each in await office.real_database.fetch(STEPS)]
        assert (steps[-1]["step"], steps[-1]["occurred_on"]) == ("withdrawal", CLOSED)
        assert NAME not in str(steps)
        assert (await office.events("person"))[-1] == "person.erased"
        assert (await office.events("account"))[-1] == "account.erased"
        labels = person_service_pb2.BatchGetPersonLabelsRequest(person_ids=[str(person)])
        answer = await office.ask("PersonService/BatchGetPersonLabels", labels, by="activity")
        assert not answer.labels

    async def test_the_words_of_histories_go_and_their_days_stay(
        self, campus: Campus, archive: Archive
    ) -> None:
        office, person = campus.office, campus.applicant
        office.clock.go_to(date(2024, 11, 1))
        stays = [
            (date(2024, 9, 1), date(2025, 2, 1), f"西13-402（{NAME}）"),
            (date(2025, 2, 1), None, "西1-1"),
        ]
        waived = {
            "amount": Decimal("0.10"),
            "reason": f"{NAME}家庭困难",
            "studied_on": CLOSED,
            "approver_unit_id": campus.committee,
            "approved_on": CLOSED,
        }
        async with office.call(Caller("system", service="membership")).transaction() as work:
            for first, end, room in stays:
                await RESIDENCES.record_many(
                    work, [({"person_id": person}, Interval(first, end), {"room": room})]
                )
            for amount in ("0.10", "0.05"):
                days = Interval(date(2024, 11, 1), date(2025, 1, 1))
                await dues.reduce(work, person, days, waived | {"amount": Decimal(amount)})
        office.clock.go_to(FREE)
        before = await office.real_database.fetch(WORDED, person_id=person)
        assert len(before) == 4
        assert {"residence", "dues_reduction"} <= {table for table, _ in await traces(campus, NAME)}

        made = await erase(campus, person)
        await archive.settle()

        assert (await state(campus, made.erasure_id)).state == COMPLETED
        assert await traces(campus, NAME, numbers=("2024999001", "西13-402")) == []
        after = await office.real_database.fetch(WORDED, person_id=person)
        assert [dict(row) | {"words": ""} for row in before] == [dict(row) for row in after]
        # Emptying is all that is allowed: nobody rewrites what was recorded.
        for statement in (REWRITE, EMPTY_ANOTHER):
            with pytest.raises(asyncpg.IntegrityConstraintViolationError):
                await office.real_database.fetch(statement, person_id=person)

    async def test_who_turned_out_to_be_the_same_person_goes_too(
        self, campus: Campus, archive: Archive
    ) -> None:
        office, person = campus.office, campus.applicant
        office.clock.go_to(FREE)
        double = await office.person(NAME)
        await office.real_database.fetch(MERGE, person_id=double, into=person)
        made = await erase(campus, person)
        await archive.settle()
        assert (await state(campus, made.erasure_id)).state == COMPLETED
        assert await traces(campus, NAME) == []
        call = office.call(Caller("system", service="membership"))
        with pytest.raises(PersonNotFoundError):
            await merging.merge(call, office.means, campus.members[3], person, reason="重复")

    async def test_it_is_not_completed_while_something_is_left(
        self, campus: Campus, archive: Archive
    ) -> None:
        campus.office.clock.go_to(FREE)
        archive.siblings.left = {"activity": [Finding("talk", 1, FindingKind.RESIDUE)]}
        made = await erase(campus, campus.applicant)
        await archive.settle()
        found = await state(campus, made.erasure_id)
        assert (found.state == COMPLETED, list(found.places)) == (False, ["activity.talk"])

    async def test_a_service_that_is_away_keeps_it_from_being_begun(
        self, campus: Campus, archive: Archive
    ) -> None:
        campus.office.clock.go_to(FREE)
        archive.siblings.away.add("evaluation")
        with pytest.raises(Exception, match="UNAVAILABLE"):
            await erase(campus, campus.applicant)
        archive.siblings.away.clear()
        await erase(campus, campus.applicant, by=await department(campus))
