"""Two entries of one person in one place, on a real database: one row stays, it is announced, and it goes back."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from activity.domain.meetings import Closing
from activity.operations import meetings
from chassis.ids import new_id
from chassis.statements import query
from shuyuan.activity.v1 import selection_pb2
from shuyuan.activity.v1 import selection_service_pb2 as pb
from tests.integration.activity.desk import NOW, Desk, voter

_ATTENDANCE = query(
    sa.text("SELECT to_jsonb(a) AS row FROM attendance a WHERE meeting_id = :meeting_id ORDER BY person_id")
)
_HOURS = query(
    sa.text("SELECT to_jsonb(e) AS row FROM class_hour_entry e ORDER BY class_hour_id, person_id, half_day")
)
_ENTRIES = query(sa.text("SELECT to_jsonb(e) AS row FROM selection_entry e ORDER BY roster_id, position"))
_FOLDED = query(sa.text("SELECT table_name, before FROM folded_row ORDER BY table_name, key"))
_LEFT = query(
    sa.text(
        """SELECT (SELECT count(*) FROM attendance WHERE person_id = :person_id)
                + (SELECT count(*) FROM class_hour_entry WHERE person_id = :person_id)
                + (SELECT count(*) FROM selection_entry WHERE person_id = :person_id)"""
    )
)


async def rows(desk: Desk, statement: Any, **values: Any) -> list[dict[str, Any]]:
    return [row["row"] for row in await desk.database.fetch(statement, **values)]


async def tell(desk: Desk, verb: str, merge_id: UUID, kept: UUID, merged: UUID) -> None:
    named = "intoPersonId" if verb == "merged" else "fromPersonId"
    told = {"mergeId": str(merge_id), named: str(kept), "person": {}}
    await desk.receive("membership", "person", merged, told, verb=verb)


async def reassigned(desk: Desk, noun: str) -> list[dict[str, Any]]:
    return [data for kind, data in await desk.events() if kind == f"{noun}.reassigned"]


async def test_both_at_one_meeting_are_one_who_came_first_and_two_again(desk: Desk) -> None:
    merge_id, (kept, merged, third) = new_id(), await desk.people(3)
    meeting = await desk.convene(voters=[kept, third])
    await meetings.open_meeting(desk.call(), meeting.meeting_id)
    await meetings.check_in(desk.call(), meeting.meeting_id, [voter(merged)], desk.membership)
    desk.clock.instant = NOW + timedelta(minutes=5)
    await meetings.check_in(desk.call(), meeting.meeting_id, [voter(kept)], desk.membership)
    await meetings.close_meeting(desk.call(), meeting.meeting_id, Closing(minutes="会议记录"))
    attended, learned = await rows(desk, _ATTENDANCE, meeting_id=meeting.meeting_id), await rows(desk, _HOURS)
    counted = await meetings.get_meeting(desk.call(), meeting.meeting_id)

    for _ in range(2):
        await tell(desk, "merged", merge_id, kept, merged)

    found = await meetings.get_meeting(desk.call(), meeting.meeting_id)
    now = {UUID(row["person_id"]): row for row in await rows(desk, _ATTENDANCE, meeting_id=found.meeting_id)}
    first = {UUID(row["person_id"]): row for row in attended}[merged]
    assert set(now) == {kept, third}
    assert (now[kept]["checked_in_at"], now[kept]["expected"]) == (first["checked_in_at"], True)
    assert (counted.expected_count, counted.present_count) == (2, 2)
    assert (found.expected_count, found.present_count, found.version) == (2, 1, counted.version + 1)
    assert {UUID(row["person_id"]) for row in await rows(desk, _HOURS)} == {kept}
    assert await desk.database.fetch_value(_LEFT, person_id=merged) == 0
    (told,) = await reassigned(desk, "meeting")
    assert (told["fromPersonId"], told["toPersonId"]) == (str(merged), str(kept))
    assert [each["personId"] for each in told["attendances"]] == [str(kept)]
    assert told["meeting"]["presentCount"] == 1
    (told,) = await reassigned(desk, "class_hour")
    assert {each["personId"] for each in told["classHour"]["entries"]} == {str(kept)}
    assert told["classHour"]["version"] == 2
    # What gave way is on record.
    folded = [(row["table_name"], row["before"]["person_id"]) for row in await desk.database.fetch(_FOLDED)]
    assert ("attendance", str(kept)) in folded

    await tell(desk, "restored", merge_id, kept, merged)

    again = await meetings.get_meeting(desk.call(), meeting.meeting_id)
    assert await rows(desk, _ATTENDANCE, meeting_id=meeting.meeting_id) == attended
    assert await rows(desk, _HOURS) == learned
    assert (again.expected_count, again.present_count) == (2, 2)
    assert await desk.database.fetch(_FOLDED) == []
    told = (await reassigned(desk, "meeting"))[-1]
    assert (told["fromPersonId"], told["toPersonId"]) == (str(kept), str(merged))
    assert {each["personId"] for each in told["attendances"]} == {str(kept), str(merged)}


async def test_what_was_noted_since_stays_when_two_are_two_again(desk: Desk) -> None:
    merge_id, (kept, merged) = new_id(), await desk.people(2)
    meeting = await desk.convene(voters=[kept, merged])
    await tell(desk, "merged", merge_id, kept, merged)
    await meetings.open_meeting(desk.call(), meeting.meeting_id)
    await meetings.check_in(desk.call(), meeting.meeting_id, [voter(kept)], desk.membership)

    await tell(desk, "restored", merge_id, kept, merged)

    attended = await rows(desk, _ATTENDANCE, meeting_id=meeting.meeting_id)
    came = {UUID(row["person_id"]): row["checked_in_at"] is not None for row in attended}
    found = await meetings.get_meeting(desk.call(), meeting.meeting_id)
    assert came == {kept: True, merged: False}
    assert (found.expected_count, found.present_count) == (2, 1)


async def test_a_draft_list_has_one_place_and_a_final_one_keeps_both(desk: Desk) -> None:
    merge_id, (kept, merged, third) = new_id(), await desk.people(3)
    desk.membership.students |= {kept, merged, third}
    minority = selection_pb2.SELECTOR_ETHNIC_MINORITY
    for person in (kept, merged, third):
        given = pb.GiveSelectionConsentRequest(
            person_id=str(person), unit_id=str(desk.branch), selector=minority
        )
        await desk.ask("SelectionConsentService/GiveSelectionConsent", given, by=person)
    build = pb.BuildSelectionRosterRequest(
        unit_id=str(desk.committee),
        title="青年讲师团",
        purpose="研习",
        quotas=[selection_pb2.SelectionQuota(selector=minority, seats=3)],
    )
    path = "SelectionRosterService"
    draft, final = [
        (await desk.ask(f"{path}/BuildSelectionRoster", build, by=desk.committee_secretary)).roster
        for _ in range(2)
    ]
    confirm = pb.ConfirmSelectionRosterRequest(roster_id=final.roster_id)
    await desk.ask(
        f"{path}/ConfirmSelectionRoster", confirm, by=desk.committee_secretary, if_match=final.etag
    )
    before = await rows(desk, _ENTRIES)

    await tell(desk, "merged", merge_id, kept, merged)

    entries = await rows(desk, _ENTRIES)
    both = {
        roster.roster_id: sorted(
            row["outcome"]
            for row in entries
            if row["roster_id"] == roster.roster_id and row["person_id"] == str(kept)
        )
        for roster in (draft, final)
    }
    assert both == {draft.roster_id: ["chosen", "excluded"], final.roster_id: ["chosen", "chosen"]}
    changed = [
        data["selectionRoster"] for kind, data in await desk.events() if kind == "selection_roster.changed"
    ]
    assert [(each["rosterId"], each["quotas"][0]["candidateCount"]) for each in changed] == [
        (draft.roster_id, 2)
    ]
    assert {each["toPersonId"] for each in await reassigned(desk, "selection_consent")} == {str(kept)}

    await tell(desk, "restored", merge_id, kept, merged)

    assert await rows(desk, _ENTRIES) == before
