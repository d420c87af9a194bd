"""Every RPC from its request message to its answer, with what the contract asks of the caller before."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from google.protobuf.descriptor_pool import Default

from chassis.errors import PermissionDeniedError
from chassis.message_values import stamp
from shuyuan.activity.v1 import (
    activity_fact_service_pb2,
    ceremony_pb2,
    ceremony_service_pb2,
    class_hour_service_pb2,
    meeting_pb2,
    meeting_service_pb2,
    talk_pb2,
    talk_service_pb2,
)
from tests.integration.activity.desk import NOW, Desk

START = NOW - timedelta(hours=3)
VOTER = meeting_pb2.ATTENDANCE_CAPACITY_VOTER


def convening(desk: Desk, *people: UUID, **values: Any) -> meeting_service_pb2.ConveneMeetingRequest:
    study = meeting_pb2.AgendaItem(
        kind=meeting_pb2.AgendaItem.KIND_STUDY,
        title="学习党章",
        learning_mode=meeting_pb2.LEARNING_MODE_EXPERT_GUIDANCE,
        material="《中国共产党章程》",
    )
    given: dict[str, Any] = {
        "unit_id": str(desk.branch),
        "kind": meeting_pb2.MEETING_KIND_PARTY_LECTURE,
        "title": "云党课",
        "planned_start_time": stamp(START),
        "planned_end_time": stamp(START + timedelta(hours=2)),
        "place": "线上",
        "online_link": "https://example.edu.cn/live",
        "agenda": [study],
        "themes": ["vanguard"],
        "participants": named(*people),
    }
    return meeting_service_pb2.ConveneMeetingRequest(**(given | values))


def named(*people: UUID) -> list[meeting_pb2.Participant]:
    return [meeting_pb2.Participant(person_id=str(person), capacity=VOTER) for person in people]


async def convened(desk: Desk, *people: UUID, **values: Any) -> meeting_pb2.Meeting:
    answer = await desk.ask("MeetingService/ConveneMeeting", convening(desk, *people, **values))
    found: meeting_pb2.Meeting = answer.meeting
    return found


@pytest.mark.covers("S61", "S3", "S55")
async def test_a_meeting_is_answered_as_it_was_asked_for(desk: Desk) -> None:
    people = await desk.people(2)

    meeting = await convened(desk, *people)

    assert (meeting.title, meeting.place, meeting.online_link) == (
        "云党课",
        "线上",
        "https://example.edu.cn/live",
    )
    assert meeting.planned_start_time.ToDatetime() == START.replace(tzinfo=None)
    assert meeting.agenda[0].material == "《中国共产党章程》"
    assert list(meeting.themes) == ["vanguard"]
    assert meeting.sessions[0].learning_mode == meeting_pb2.LEARNING_MODE_EXPERT_GUIDANCE
    assert (meeting.expected_count, meeting.begins_with_study, meeting.etag) == (2, True, "1")
    assert meeting.convener_person_id == str(desk.secretary)
    assert not meeting.HasField("agenda_exception_reason") and not meeting.HasField("open_time")


@pytest.mark.covers("S31", "S57")
async def test_a_meeting_runs_over_its_rpcs(desk: Desk) -> None:
    people = await desk.people(2)
    meeting_id = (await convened(desk, *people)).meeting_id
    pb = meeting_service_pb2

    await desk.ask("MeetingService/OpenMeeting", pb.OpenMeetingRequest(meeting_id=meeting_id))
    checked = await desk.ask(
        "MeetingService/CheckIn", pb.CheckInRequest(meeting_id=meeting_id, participants=named(people[0]))
    )
    await desk.ask(
        "MeetingService/AddMinutes",
        pb.AddMinutesRequest(meeting_id=meeting_id, minutes="记录"),
        if_match='"3"',
    )
    closed = await desk.ask(
        "MeetingService/CloseMeeting",
        pb.CloseMeetingRequest(
            meeting_id=meeting_id,
            resolution="一致通过",
            vote=meeting_pb2.VoteTotals(in_favour=1),
            sessions=[
                meeting_pb2.Session(start_time=stamp(START), end_time=stamp(START + timedelta(hours=1)))
            ],
        ),
    )
    read = await desk.ask("MeetingService/GetMeeting", pb.GetMeetingRequest(meeting_id=meeting_id))
    attendances = await desk.ask(
        "MeetingService/ListAttendances",
        pb.ListAttendancesRequest(meeting_id=meeting_id, capacity=VOTER, present_only=True),
    )

    assert (checked.added_count, checked.already_count) == (1, 0)
    assert checked.attendances[0].check_in_time.ToDatetime() == NOW.replace(tzinfo=None)
    assert read.meeting == closed.meeting
    assert (read.meeting.minutes, read.meeting.resolution, read.meeting.vote.in_favour) == (
        "记录",
        "一致通过",
        1,
    )
    assert [each.person_id for each in attendances.attendances] == [str(people[0])]


async def test_an_update_sends_what_changes(desk: Desk) -> None:
    people = await desk.people(3)
    meeting = await convened(desk, *people)
    pb = meeting_service_pb2
    request = pb.UpdateMeetingRequest(
        meeting_id=meeting.meeting_id,
        title="云党课（改期）",
        planned_start_time=stamp(START + timedelta(hours=1)),
        planned_end_time=stamp(START + timedelta(hours=2)),
        place="",
        agenda=pb.AgendaInput(
            items=[meeting_pb2.AgendaItem(kind=meeting_pb2.AgendaItem.KIND_STUDY, title="学习")]
        ),
        participants=pb.ParticipantsInput(items=named(people[0])),
    )

    answer = await desk.ask("MeetingService/UpdateMeeting", request, if_match='"1"')

    changed = answer.meeting
    assert (changed.title, changed.place, changed.expected_count) == ("云党课（改期）", "", 1)
    assert changed.sessions[0].start_time == changed.planned_start_time
    assert changed.online_link == meeting.online_link


async def test_a_list_follows_its_filters_and_order(desk: Desk) -> None:
    first = await convened(desk)
    second = await convened(
        desk,
        planned_start_time=stamp(START - timedelta(days=1)),
        planned_end_time=stamp(START - timedelta(hours=22)),
        kind=meeting_pb2.MEETING_KIND_THEME_DAY,
    )
    pb = meeting_service_pb2

    async def ids(**values: Any) -> list[str]:
        answer = await desk.ask("MeetingService/ListMeetings", pb.ListMeetingsRequest(**values))
        return [each.meeting_id for each in answer.meetings]

    assert await ids() == [first.meeting_id, second.meeting_id]
    assert await ids(order_by="planned_start_time") == [second.meeting_id, first.meeting_id]
    assert await ids(kind=meeting_pb2.MEETING_KIND_THEME_DAY) == [second.meeting_id]
    assert await ids(**{"from": "2026-11-24"}) == [first.meeting_id]
    assert await ids(to="2026-11-24", state=meeting_pb2.Meeting.STATE_PLANNED) == [second.meeting_id]


async def test_verdicts_speak_the_readers_language(desk: Desk) -> None:
    meeting_id = (await convened(desk)).meeting_id
    request = meeting_service_pb2.GetMeetingRequest(meeting_id=meeting_id)

    english = await desk.ask("MeetingService/GetMeeting", request, language="en")
    chinese = await desk.ask("MeetingService/GetMeeting", request)

    assert english.meeting.verdicts[0].message.startswith("The first item of the agenda")
    assert chinese.meeting.verdicts[0].message.startswith("会议第一项议题")
    assert english.meeting.verdicts[0].source.document == "学校“第一议题”制度"


async def test_duties_and_facts_are_answered_with_their_evidence(desk: Desk) -> None:
    (person,) = await desk.people(1)
    meeting_id = (await convened(desk, person)).meeting_id
    pb = meeting_service_pb2
    await desk.ask("MeetingService/OpenMeeting", pb.OpenMeetingRequest(meeting_id=meeting_id))
    await desk.ask(
        "MeetingService/CheckIn", pb.CheckInRequest(meeting_id=meeting_id, participants=named(person))
    )
    await desk.ask(
        "MeetingService/CloseMeeting", pb.CloseMeetingRequest(meeting_id=meeting_id, minutes="记录")
    )
    asking = activity_fact_service_pb2.GetUnitFactsRequest(
        unit_id=str(desk.branch), to="2027-01-01", **{"from": "2026-01-01"}
    )

    duties = await desk.ask(
        "MeetingService/ListMeetingDuties", pb.ListMeetingDutiesRequest(unit_id=str(desk.branch))
    )
    facts = (await desk.ask("ActivityFactService/GetUnitFacts", asking, by="evaluation")).facts

    lecture = next(each for each in duties.duties if each.kind == meeting_pb2.MEETING_KIND_PARTY_LECTURE)
    assert (lecture.last_held_on, lecture.last_meeting_id) == ("2026-11-24", meeting_id)
    assert lecture.verdicts[0].satisfied
    assert list(facts.kinds[0].meeting_ids) == [meeting_id]
    assert (facts.attendance_rate, facts.class_hours, facts.meetings_held) == ("100.0", "2.00", 1)
    assert getattr(facts, "from") == "2026-01-01"


async def test_no_other_service_asks_for_facts(desk: Desk) -> None:
    asking = activity_fact_service_pb2.GetUnitFactsRequest(
        unit_id=str(desk.branch), to="2027-01-01", **{"from": "2026-01-01"}
    )

    with pytest.raises(PermissionDeniedError):
        await desk.ask("ActivityFactService/GetUnitFacts", asking, by="membership")


@pytest.mark.covers("S57")
async def test_class_hours_are_recorded_read_and_listed(desk: Desk) -> None:
    pb = class_hour_service_pb2
    recorded = await desk.ask(
        "ClassHourService/RecordSelfStudy",
        pb.RecordSelfStudyRequest(
            material="党史", start_time=stamp(START), end_time=stamp(START + timedelta(minutes=90))
        ),
        by=desk.member,
    )
    read = await desk.ask(
        "ClassHourService/GetClassHours",
        pb.GetClassHoursRequest(person_id=str(desk.member), year=2026),
        by=desk.member,
    )
    listed = await desk.ask(
        "ClassHourService/ListClassHours", pb.ListClassHoursRequest(unit_id=str(desk.branch))
    )

    (entry,) = recorded.class_hour.entries
    assert (entry.credited_minutes, entry.material, entry.learned_on) == (90, "党史", "2026-11-24")
    assert (read.account.class_hours, read.account.year) == ("1.50", 2026)
    modes = {each.learning_mode: each.class_hours for each in read.account.modes}
    assert modes[meeting_pb2.LEARNING_MODE_SELF_STUDY] == "1.50" and len(modes) == 3
    hours = {each.person_id: each.class_hours for each in listed.accounts}
    assert hours[str(desk.member)] == "1.50" and hours[str(desk.secretary)] == "0.00"


@pytest.mark.covers("S60")
async def test_a_ceremony_runs_over_its_rpcs(desk: Desk) -> None:
    first, second = sorted(await desk.people(2))
    desk.membership.cases = {first: UUID(int=1), second: UUID(int=2)}
    pb = ceremony_service_pb2
    by = desk.committee_secretary
    planning = pb.PlanCeremonyRequest(
        unit_id=str(desk.committee), title="宣誓", held_on="2026-11-24", lead_person_id=str(by), place="广场"
    )
    planned = (await desk.ask("CeremonyService/PlanCeremony", planning, by=by)).ceremony
    ceremony_id = planned.ceremony_id

    people = [str(first), str(second)]
    await desk.ask(
        "CeremonyService/AddOathTakers",
        pb.AddOathTakersRequest(ceremony_id=ceremony_id, person_ids=people),
        by=by,
    )
    await desk.ask(
        "CeremonyService/RemoveOathTakers",
        pb.RemoveOathTakersRequest(ceremony_id=ceremony_id, person_ids=people[1:]),
        by=by,
    )
    await desk.ask(
        "CeremonyService/CallRoll",
        pb.CallRollRequest(ceremony_id=ceremony_id, present_person_ids=people[:1]),
        by=by,
    )
    held = await desk.ask(
        "CeremonyService/HoldCeremony",
        pb.HoldCeremonyRequest(ceremony_id=ceremony_id, held_on="2026-11-23"),
        by=by,
    )
    read = await desk.ask(
        "CeremonyService/GetCeremony", pb.GetCeremonyRequest(ceremony_id=ceremony_id), by=first
    )
    listed = await desk.ask(
        "CeremonyService/ListCeremonies",
        pb.ListCeremoniesRequest(state=ceremony_pb2.Ceremony.STATE_HELD, unit_id=str(desk.committee)),
        by=by,
    )

    assert read.ceremony == held.ceremony
    assert (held.ceremony.held_on, held.ceremony.version) == ("2026-11-23", 5)
    (taker,) = held.ceremony.oath_takers
    assert (taker.person_id, taker.outcome) == (str(first), ceremony_pb2.OathTaker.OUTCOME_PRESENT)
    assert [each.ceremony_id for each in listed.ceremonies] == [ceremony_id]
    assert not listed.ceremonies[0].oath_takers


async def test_a_planned_ceremony_is_cancelled(desk: Desk) -> None:
    pb = ceremony_service_pb2
    by = desk.committee_secretary
    planning = pb.PlanCeremonyRequest(
        unit_id=str(desk.committee), title="宣誓", held_on="2027-07-01", lead_person_id=str(by)
    )
    planned = (await desk.ask("CeremonyService/PlanCeremony", planning, by=by)).ceremony

    cancelling = pb.CancelCeremonyRequest(ceremony_id=planned.ceremony_id, reason="合并举行")
    answer = await desk.ask("CeremonyService/CancelCeremony", cancelling, by=by)

    assert answer.ceremony.cancel_reason == "合并举行"


@pytest.mark.covers("S30")
async def test_talks_are_recorded_read_listed_and_counted(desk: Desk) -> None:
    people = sorted(await desk.people(2))
    pb = talk_service_pb2
    recording = pb.RecordTalkRequest(
        unit_id=str(desk.branch),
        kind=talk_pb2.Talk.KIND_AMONG_MEMBERS,
        held_on="2026-11-20",
        person_ids=[str(person) for person in people],
        summary="谈心",
    )

    talk = (await desk.ask("TalkService/RecordTalk", recording, by=people[0])).talk
    read = await desk.ask("TalkService/GetTalk", pb.GetTalkRequest(talk_id=talk.talk_id), by=people[1])
    listed = await desk.ask(
        "TalkService/ListTalks", pb.ListTalksRequest(person_id=str(people[0]), to="2026-11-21")
    )
    counted = await desk.ask(
        "TalkService/ListTalkCounts", pb.ListTalkCountsRequest(unit_id=str(desk.branch), page_size=200)
    )

    assert read.talk == talk and talk.summary == "谈心"
    assert [each.talk_id for each in listed.talks] == [talk.talk_id]
    totals = {each.person_id: each.total for each in counted.counts}
    assert totals[str(people[0])] == totals[str(people[1])] == 1 and totals[str(desk.member)] == 0


async def test_a_cancelled_meeting_says_why(desk: Desk) -> None:
    meeting_id = (await convened(desk)).meeting_id
    cancelling = meeting_service_pb2.CancelMeetingRequest(meeting_id=meeting_id, reason="停电")

    answer = await desk.ask("MeetingService/CancelMeeting", cancelling)

    assert (answer.meeting.cancel_reason, answer.meeting.state) == (
        "停电",
        meeting_pb2.Meeting.STATE_CANCELLED,
    )


async def test_every_method_of_the_contract_is_served(desk: Desk) -> None:
    for name, servicer in desk.servicers.items():
        methods = Default().FindServiceByName(f"shuyuan.activity.v1.{name}").methods
        assert all(method.name in vars(type(servicer)) for method in methods), name
