"""Standing cases and dues in the inbox, on real tables and through the gateway; reminders once each."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from chassis.calls import Caller
from chassis.statements import query
from deploy.local.stack import Stack
from membership.domain.members import RollMove
from membership.operations import waiting
from membership.operations.reorganizations import apply_moves
from shuyuan.membership.v1 import dues_service_pb2 as dues
from shuyuan.membership.v1 import inbox_service_pb2, standing_case_pb2, standing_service_pb2
from tests.integration.membership.city import City
from tests.integration.membership.office import Office
from tests.integration.membership.test_dues import Branch, branch
from tests.integration.membership.test_inbox import REMINDERS, timer
from tests.integration.membership.test_merging import Register
from tests.integration.membership.test_stack_dues import Till
from tests.support.http import Api

__all__ = ["branch"]

FORGET = query(sa.text("DELETE FROM inbox_item"))
FREE = query(sa.text("SELECT person_id FROM member WHERE person_id = :person_id FOR UPDATE SKIP LOCKED"))


async def items(office: Office, by: UUID | None = None, **wanted: Any) -> list[tuple[str, str, str]]:
    values = {"until": "2099-12-31"} | wanted
    answer = await office.ask(
        "InboxService/ListInboxItems", inbox_service_pb2.ListInboxItemsRequest(**values), by=by
    )
    return [(item.step, item.due_on, item.person_id) for item in answer.items]


async def opened(branch: Branch, person: UUID, kind: str, since: str, ground: str = "UNSPECIFIED") -> Any:
    request = standing_service_pb2.OpenStandingCaseRequest(
        person_id=str(person),
        kind=getattr(standing_case_pb2, f"STANDING_CASE_KIND_{kind}"),
        ground=getattr(standing_case_pb2, f"STANDING_GROUND_{ground}"),
        since=since,
        reason="核实情况",
    )
    return (await branch.office.ask("StandingService/OpenStandingCase", request)).standing_case


async def test_a_standing_case_waits_until_it_is_over_and_follows_its_member(branch: Branch) -> None:
    office, person = branch.office, branch.people[0]
    case = await opened(branch, person, "ABROAD", "2024-02-29", "STUDY_ABROAD")
    wanted: dict[str, Any] = {"person_id": str(person), "until": "2024-12-31"}
    mine = [item for item in await items(office, **wanted) if item[0] == "contact"]
    assert mine == [("contact", "2024-08-29", str(person))]
    contact = standing_service_pb2.RecordStandingContactRequest(
        standing_case_id=case.standing_case_id, contacted_on="2024-07-01", reached=True, note="电话"
    )
    case = (
        await office.ask("StandingService/RecordStandingContact", contact, if_match=case.etag)
    ).standing_case
    assert ("contact", "2025-01-01", str(person)) in await items(office, person_id=str(person))

    target = await office.unit("branch", parent=branch.committee, form="staff")
    plan = [RollMove(uuid4(), branch.unit, target)]
    async with office.call(Caller("system", service="membership")).transaction() as work:
        await apply_moves(work, office.means, uuid4(), plan, effective_on=date(2024, 7, 10))
    assert "contact" in {step for step, *_ in await items(office, unit_id=str(target))}

    before = await items(office)
    await office.real_database.fetch(FORGET)
    await timer(office)()
    assert await items(office) == before
    end = standing_service_pb2.EndStandingCaseRequest(
        standing_case_id=case.standing_case_id, ended_on="2024-07-10", reason="已回国"
    )
    await office.ask("StandingService/EndStandingCase", end, if_match=case.etag)
    assert "contact" not in {step for step, *_ in await items(office)}


async def test_arrears_stand_in_the_inbox_until_they_are_paid(branch: Branch) -> None:
    office, (first, second, _) = branch.office, branch.people
    arrears = await items(office, person_id=str(first))
    assert arrears == [
        ("dues_finding", "2024-07-01", str(first)),
        ("dues_arrears", "2024-07-31", str(first)),
    ]
    for person in (first, second):
        await branch.declare(person, "2000", "2024-01")
    await branch.pay(first, "2024-01", amount="10.00", on="2024-07-10")
    assert await items(office, person_id=str(first)) == [
        ("dues_finding", "2024-08-01", str(first)),
        ("dues_arrears", "2024-08-29", str(first)),
    ]
    months = [f"2024-0{number}" for number in range(1, 7)]
    await branch.pay(second, *months, amount="60.00", on="2024-07-10")
    assert await items(office, person_id=str(second)) == []
    # Time alone brings the next month.
    office.clock.go_to(date(2024, 8, 1))
    run = timer(office)
    await run()
    assert ("dues_arrears", "2025-01-31", str(second)) in await items(office, person_id=str(second))


async def test_nobody_leaves_the_roll_while_their_arrears_are_counted(branch: Branch) -> None:
    office, (first, *_) = branch.office, branch.people
    system = Caller("system", service="membership")
    async with office.call(system).transaction() as round_, office.call(system).transaction() as leaving:
        await waiting.keep_arrears(round_, office.means, [first])
        # Whoever would let the member leave waits, and counts after the round.
        assert await leaving.fetch(FREE, person_id=first) == []
        round_.answer(None)
        leaving.answer(None)


async def test_the_arrears_of_a_merged_person_are_the_survivors_at_once(branch: Branch) -> None:
    office, (merged, *_) = branch.office, branch.people
    kept = await office.person("重复登记")
    owed = await items(office, person_id=str(merged))
    register = Register(office)

    made = await register.merge(kept, merged)

    assert await items(office, person_id=str(merged)) == []
    assert [each[:2] for each in await items(office, person_id=str(kept))] == [each[:2] for each in owed]
    await register.reverse(made)
    assert (await items(office, person_id=str(merged)), await items(office, person_id=str(kept))) == (
        owed,
        [],
    )


async def test_publication_is_due_yearly_and_reminded_of_once(branch: Branch) -> None:
    office = branch.office
    publication = [item for item in await items(office) if item[0] == "dues_publication"]
    assert publication == [("dues_publication", "2025-01-01", "")]
    office.clock.go_to(date(2025, 1, 2))
    run = timer(office)
    await run()
    await run()
    rows = [row["data"] for row in await office.real_database.fetch(REMINDERS)]
    given = [(json.loads(row) if isinstance(row, str) else row)["reminder"]["item"] for row in rows]
    assert [item["urgency"] for item in given if item["step"] == "dues_publication"] == ["URGENCY_OVERDUE"]
    request = dues.PublishDuesRequest(unit_id=str(branch.unit), year=2024, published_on="2025-01-02")
    await office.ask("DuesService/PublishDues", request)
    due = [item for item in await items(office, until="2026-12-31") if item[0] == "dues_publication"]
    assert due == [("dues_publication", "2026-01-02", "")]


@pytest.mark.covers("MGT-08", "MGT-05", "DUE-09", "DUE-12", "F39")
async def test_a_secretary_misses_neither_contacts_nor_dues_through_the_gateway(
    stack: Stack, api_as: Callable[[str], Api]
) -> None:
    city = await City.found(stack, api_as)
    till = Till(city)
    abroad, lost = city.members[4], city.members[5]
    for person, kind, ground, days in (
        (abroad, "ABROAD", "STANDING_GROUND_STUDY_ABROAD", 200),
        (lost, "LOST_CONTACT", "STANDING_GROUND_UNSPECIFIED", 30),
    ):
        body = {
            "personId": person,
            "kind": f"STANDING_CASE_KIND_{kind}",
            "ground": ground,
            "since": city.ago(days),
            "reason": "核实情况",
        }
        if ground.endswith("UNSPECIFIED"):
            del body["ground"]
        await city.post("secretary", "/v1/standingCases", body)
    until = (city.today + timedelta(days=400)).isoformat()
    unit = city.units["cohort"]

    async def waited(who: str, **wanted: Any) -> set[tuple[str, str, str]]:
        found = (await city.get(who, "/v1/inbox", unitId=unit, until=until, **wanted))["items"]
        return {
            (item["step"], item.get("personId", ""), item["urgency"].removeprefix("URGENCY_"))
            for item in found
        }

    assert {("contact", abroad, "OVERDUE"), ("suspension", lost, "UPCOMING")} <= await waited("secretary")
    await till.open("cohort")
    owing = {("dues_arrears", city.members[6], "OVERDUE"), ("dues_finding", city.members[6], "DUE")}
    assert owing <= await waited("secretary")
    assert "dues_publication" in {step for step, *_ in await waited("secretary")}
    assert await waited("applicant") == set()
    owed = list(reversed(till.over))
    await till.do(city.members[6], "pay", till.payment(*owed, amount=f"{len(owed) * 20 / 100:.2f}"))
    assert {person for _, person, _ in await waited("secretary")}.isdisjoint({city.members[6]})
