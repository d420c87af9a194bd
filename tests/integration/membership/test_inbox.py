"""The inbox on real tables: what is waited for follows every change, who finds it, and reminders once each."""

import asyncio
import json
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from chassis.calls import Caller, ServiceContext
from chassis.schedule import ScheduleRunner, Slot
from chassis.statements import query
from membership.domain.members import RollMove
from membership.operations.inbox import remind
from membership.operations.reorganizations import apply_moves
from membership.repository import inbox as repository
from membership.schedule import schedule
from shuyuan.membership.v1 import admission_case_pb2 as cases
from shuyuan.membership.v1 import inbox_pb2, roll_service_pb2, transfer_service_pb2
from shuyuan.membership.v1 import inbox_service_pb2 as pb
from tests.integration.membership.campus import Campus
from tests.integration.membership.office import Office
from tests.integration.membership.paper import on_paper, register, steps_until

OVERDUE, DUE = inbox_pb2.InboxItem.URGENCY_OVERDUE, inbox_pb2.InboxItem.URGENCY_DUE
REMINDERS = query(sa.text("SELECT data FROM event_log WHERE noun = 'reminder' ORDER BY seq"))
FORGET = query(sa.text("DELETE FROM inbox_item RETURNING item_id"))


async def found(office: Office, by: UUID | None = None, **fields: Any) -> pb.ListInboxItemsResponse:
    values = {"until": "2099-12-31"} | fields
    answer: pb.ListInboxItemsResponse = await office.ask(
        "InboxService/ListInboxItems", pb.ListInboxItemsRequest(**values), by=by
    )
    return answer


async def told(office: Office, by: UUID | None = None, **fields: Any) -> list[tuple[str, str, int]]:
    answer = await found(office, by, **fields)
    return [(item.step, item.due_on, item.urgency) for item in answer.items]


def timer(office: Office) -> Any:
    """What the service runs each day, as the office's day is."""
    # The settings are for the wire and for what is outside; a timer asks for neither.
    settings: Any = None
    context = ServiceContext("membership", settings, office.database, office.clock, office.control)
    table = [timed for timed in schedule(office.means, office.elsewhere) if timed.name == "membership.remind"]
    runner = ScheduleRunner(context, table)
    return lambda: runner.run_due(table[0])


async def reminders(office: Office) -> list[tuple[str, str, str]]:
    rows = [row["data"] for row in await office.real_database.fetch(REMINDERS)]
    items = [(row if isinstance(row, dict) else json.loads(row))["reminder"]["item"] for row in rows]
    return [(item["step"], item["dueOn"], item["urgency"].removeprefix("URGENCY_")) for item in items]


class TestFollowing:
    async def test_each_step_replaces_what_was_waited_for(self, campus: Campus) -> None:
        office = campus.office
        case = await campus.apply()
        assert await told(office, campus.secretary) == [
            ("talk", "2024-11-08", inbox_pb2.InboxItem.URGENCY_UPCOMING)
        ]

        await campus.on("2024-11-08", case, "RecordTalk", talker_person_id=str(campus.officer))

        assert [step for step, *_ in await told(office, campus.secretary)] == ["activist"]

    async def test_an_item_carries_its_reason_in_the_reader_s_language(self, campus: Campus) -> None:
        case = await campus.apply()
        (item,) = (await found(campus.office, campus.secretary)).items
        assert (item.case_id, item.person_id, item.unit_id) == (
            case.case_id,
            str(campus.applicant),
            str(campus.branch),
        )
        assert (item.rule_id, item.actor, item.days_left) == ("DEV-03", "branch_committee", 31)
        assert (item.source.document, item.source.article) == ("中国共产党发展党员工作细则", "7")
        assert "≤ 2024-11-08" in item.message
        english = await campus.office.ask(
            "InboxService/ListInboxItems",
            pb.ListInboxItemsRequest(until="2099-12-31"),
            by=campus.secretary,
            language="en",
        )
        assert english.items[0].message != item.message

    async def test_a_withdrawn_case_waits_for_nothing(self, campus: Campus) -> None:
        case = await campus.apply()
        await campus.on("2024-10-09", case, "WithdrawCase", by=campus.applicant, reason="出国")
        assert await told(campus.office, campus.secretary) == []

    async def test_probation_and_its_extension(self, campus: Campus) -> None:
        case = await campus.ripe()
        due = await told(campus.office, campus.secretary)
        assert ("conversion_meeting", "2027-06-12", DUE) in due
        case = await campus.vote(case, "2027-06-14", conversion_outcome=cases.CONVERSION_OUTCOME_EXTEND)
        await campus.decide(
            case,
            "2027-06-25",
            cases.CONVERSION_OUTCOME_EXTEND,
            extension="P6M",
            noticed_from="2027-06-15",
        )
        opened = {step: day for step, day, _ in await told(campus.office, campus.secretary)}
        assert opened["conversion_meeting"] == "2027-12-12"
        assert opened["conversion_request"] == "2027-11-12"

    async def test_cases_from_paper_come_with_what_they_wait_for(self, campus: Campus) -> None:
        office = campus.office
        office.clock.go_to(date(2025, 9, 1))
        await office.ask(
            "AdmissionService/ImportAdmissionCases",
            register(on_paper(campus, campus.applicant, steps_until(campus, "conversion_approval"))),
        )
        assert "archive" in {step for step, *_ in await told(office, campus.secretary)}

    async def test_what_was_there_before_the_inbox_is_written_by_the_timer(self, campus: Campus) -> None:
        office = campus.office
        await campus.activist()
        await _sent(campus, campus.members[5])
        before = await told(office, campus.secretary)
        assert {step for step, *_ in before} >= {"prospect", "introduction_letter"}
        await office.real_database.fetch(FORGET)

        await timer(office)()

        assert await told(office, campus.secretary) == before


async def _sent(campus: Campus, person: UUID, **fields: Any) -> Any:
    office = campus.office
    today = office.clock.today().isoformat()
    target = await office.unit("branch", parent=campus.general_branch, form="staff")
    request = transfer_service_pb2.StartTransferRequest(
        person_id=str(person),
        from_unit_id=str(campus.branch),
        **({"letter_number": "甲-1", "letter_issued_on": today, "to_unit_id": str(target)} | fields),
    )
    return (await office.ask("TransferService/StartTransfer", request)).transfer


class TestMoving:
    async def test_a_case_that_moves_keeps_its_days_and_is_found_by_its_new_branch(
        self, campus: Campus
    ) -> None:
        office = campus.office
        await campus.activist()
        sent = await _sent(campus, campus.applicant)
        target = UUID(sent.to_unit_id)
        receiver = await office.person("新书记")
        await office.grant(receiver, "ROLE_BRANCH_SECRETARY", target)
        assert [step for step, *_ in await told(office, receiver)] == ["acceptance"]
        before = [row for row in await told(office, campus.secretary) if row[0] != "introduction_letter"]

        office.clock.go_to(date(2025, 5, 10))
        accept = transfer_service_pb2.AcceptTransferRequest(
            transfer_id=sent.transfer_id, accepted_on="2025-05-10"
        )
        await office.ask("TransferService/AcceptTransfer", accept, if_match=sent.etag)

        after = await told(office, receiver)
        assert [row for row in after if row[0] != "receipt_slip"] == before
        assert ("receipt_slip", "2025-06-10", inbox_pb2.InboxItem.URGENCY_UPCOMING) in after
        assert await told(office, campus.secretary) == []


class TestWhoFindsWhat:
    async def test_applicants_contacts_and_secretaries_and_nobody_else(self, campus: Campus) -> None:
        office = campus.office
        await campus.activist()
        everything = await told(office, campus.secretary)
        assert len(everything) == 3
        contact, other = campus.members[2], campus.members[6]
        for person in (campus.applicant, contact, campus.approver):
            assert await told(office, person) == everything
        assert await told(office, other) == []
        assert await told(office, campus.secretary, person_id=str(contact)) == everything
        assert await told(office, campus.secretary, person_id=str(other)) == []

    async def test_a_former_contact_finds_it_no_more(self, campus: Campus) -> None:
        case = await campus.activist()
        await campus.on(
            "2025-05-20",
            case,
            "AssignContacts",
            person_ids=[str(person) for person in campus.members[3:5]],
            no_direct_relatives=True,
        )
        assert await told(campus.office, campus.members[2]) == []
        assert len(await told(campus.office, campus.members[4])) == 3

    async def test_of_a_unit_and_below_of_an_urgency_and_up_to_a_day(self, campus: Campus) -> None:
        office = campus.office
        await campus.activist()
        office.clock.go_to(date(2025, 7, 16))
        other = await office.unit("branch", parent=campus.general_branch, form="staff")
        ask = campus.approver
        assert len(await told(office, ask, unit_id=str(campus.committee))) == 3
        assert await told(office, ask, unit_id=str(other)) == []
        assert await told(office, ask, urgency=OVERDUE) == [("thought_report", "2025-07-15", OVERDUE)]
        assert await told(office, ask, urgency=DUE) == []
        office.clock.go_to(date(2025, 10, 8))
        assert await told(office, ask, urgency=DUE) == [("cultivation_assessment", "2025-10-15", DUE)]
        assert await told(office, ask, until="2025-10-14") == [("thought_report", "2025-07-15", OVERDUE)]

    async def test_pages_follow_each_other_and_each_is_one_statement(self, campus: Campus) -> None:
        office = campus.office
        await campus.activist()
        whole = [item.item_id for item in (await found(office, campus.secretary)).items]
        await found(office, campus.secretary)
        counting = office.count_queries()
        seen: list[str] = []
        token = ""
        while True:
            answer = await found(office, campus.secretary, page_size=1, page_token=token)
            seen += [item.item_id for item in answer.items]
            token = answer.next_page_token
            if not token:
                break
        assert seen == whole
        pages = [sql for sql in counting.asked if "inbox_item" in sql]
        assert len(pages) == len(whole) == 3
        assert all(sql == repository._PAGE.sql for sql in pages)


class TestReminding:
    async def test_what_comes_due_and_what_is_missed_is_announced_once_each(self, campus: Campus) -> None:
        office = campus.office
        case = await campus.apply()
        run = timer(office)
        office.clock.go_to(date(2024, 10, 31))
        await run()
        assert await reminders(office) == []
        for day in (date(2024, 11, 1), date(2024, 11, 2), date(2024, 11, 8)):
            office.clock.go_to(day)
            await run()
            await run()
        assert await reminders(office) == [("talk", "2024-11-08", "DUE")]
        office.clock.go_to(date(2024, 11, 9))
        await run()
        office.clock.go_to(date(2024, 11, 20))
        await run()
        assert await reminders(office) == [
            ("talk", "2024-11-08", "DUE"),
            ("talk", "2024-11-08", "OVERDUE"),
        ]

        await campus.on("2024-11-20", case, "RecordTalk", talker_person_id=str(campus.officer))
        office.clock.go_to(date(2025, 4, 1))
        await run()
        # The step may be taken from the eighth on.
        assert (await reminders(office))[2:] == [("activist", "2025-04-08", "DUE")]

    async def test_a_change_that_leaves_the_day_does_not_remind_again(self, campus: Campus) -> None:
        office = campus.office
        case = await campus.activist()
        run = timer(office)
        office.clock.go_to(date(2025, 10, 16))
        await run()
        before = await reminders(office)
        assert ("cultivation_assessment", "2025-10-15", "OVERDUE") in before
        await campus.on("2025-10-16", case, "RecordThoughtReport")

        office.clock.go_to(date(2025, 10, 17))
        await run()

        assert await reminders(office) == before

    async def test_two_that_remind_at_once_say_everything_once(self, campus: Campus) -> None:
        office = campus.office
        await campus.activist()
        office.clock.go_to(date(2026, 6, 1))
        slots = [Slot("membership.remind", key, date(2026, 6, 1)) for key in ("a", "b")]

        given = await asyncio.gather(
            *(remind(office.call(Caller("system", service="membership")), office.means, s) for s in slots)
        )

        told_of = await reminders(office)
        assert sum(given) == len(told_of) == len(set(told_of)) == 3

    async def test_a_step_that_only_waits_is_in_the_inbox_and_in_no_reminder(self, campus: Campus) -> None:
        office = campus.office
        await campus.reviewed()
        await timer(office)()
        assert "branch_meeting" in {step for step, *_ in await told(office, campus.secretary)}
        assert not [row for row in await reminders(office) if row[1] == "2026-05-30"]


async def test_a_reorganisation_takes_the_inbox_along(campus: Campus) -> None:
    office = campus.office
    await campus.activist()
    target = await office.unit("branch", parent=campus.general_branch, form="student")
    before = await told(office, campus.approver)
    plan = [RollMove(uuid4(), campus.branch, target)]

    async with office.call(Caller("system", service="membership")).transaction() as work:
        await apply_moves(work, office.means, uuid4(), plan, effective_on=date(2025, 4, 25))

    assert await told(office, campus.approver, unit_id=str(target)) == before
    roll = roll_service_pb2.GetUnitRollRequest(unit_id=str(target))
    assert (await office.ask("RollService/GetUnitRoll", roll)).roll.full_members == 9
