"""Peer mentors on real tables."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from chassis.errors import EtagMismatchError, PermissionDeniedError
from membership.errors.commitments import (
    PeerMenteeTakenError,
    PeerMentorForbiddenError,
    PeerMentorOverlapsError,
)
from shuyuan.membership.v1 import peer_mentor_pb2, person_pb2
from shuyuan.membership.v1 import peer_mentor_service_pb2 as pb
from tests.integration.membership.campus import Campus

OUTSTANDING = [
    peer_mentor_pb2.SELECTION_GROUND_BRANCH_RECOMMENDATION,
    peer_mentor_pb2.SELECTION_GROUND_COMMENDATION,
]


async def select(campus: Campus, person_id: UUID, **fields: Any) -> Any:
    values: dict[str, Any] = {
        "unit_id": str(campus.branch),
        "person_id": str(person_id),
        "cohort_year": 2021,
        "grounds": OUTSTANDING,
    }
    request = pb.SelectPeerMentorRequest(**(values | fields))
    answer = await campus.office.ask("PeerMentorService/SelectPeerMentor", request, by=campus.secretary)
    return answer.peer_mentor


async def act(
    campus: Campus, rpc: str, mentor: Any, /, *, by: UUID | None = None, etag: str = "", **fields: Any
) -> Any:
    request = getattr(pb, f"{rpc}Request")(peer_mentor_id=mentor.peer_mentor_id, **fields)
    answer = await campus.office.ask(
        f"PeerMentorService/{rpc}", request, by=by or campus.secretary, if_match=etag or mentor.etag
    )
    return answer.peer_mentor


def mentees(*people: UUID) -> list[Any]:
    return [pb.NewPeerMentee(person_id=str(person), cohort_year=2023) for person in people]


async def test_a_mentor_is_selected_guides_works_and_is_rated(campus: Campus) -> None:
    office, (mentor_id, first, second) = campus.office, campus.members[2:5]
    mentor = await select(campus, mentor_id)
    assert {item.rule_id: item.satisfied for item in mentor.verdicts} == {
        "PEER-01": True,
        "PEER-01.standing": True,
        "PEER-01.ground": True,
    }
    with pytest.raises(PeerMentorOverlapsError):
        await select(campus, mentor_id)
    guiding = await act(campus, "AssignPeerMentees", mentor, mentees=mentees(first, second))
    with pytest.raises(EtagMismatchError):
        await act(campus, "ReleasePeerMentee", mentor, person_id=str(first))
    again = await act(campus, "AssignPeerMentees", guiding, mentees=mentees(first))
    assert again.version == guiding.version

    office.clock.go_to(date(2024, 11, 1))
    done: dict[str, Any] = {"occurred_on": "2024-10-30", "mentee_person_ids": [str(first)], "note": "讲党史"}
    with pytest.raises(PermissionDeniedError):
        await act(campus, "LogPeerMentoring", guiding, by=first, **done)
    logged = await act(campus, "LogPeerMentoring", guiding, by=mentor_id, **done)
    with pytest.raises(PermissionDeniedError):
        await act(campus, "EndPeerMentor", logged, by=mentor_id, reason="x")
    office.clock.go_to(date(2024, 12, 2))
    rating = peer_mentor_pb2.MENTOR_RATING_QUALIFIED
    rated = await act(
        campus, "AssessPeerMentor", logged, assessed_on="2024-12-01", rating=rating, opinion="尽责"
    )
    # A day more than a month after the last work.
    (verdict,) = rated.entries[-1].verdicts
    assert (verdict.rule_id, verdict.satisfied, rated.rating) == ("PEER-03", False, rating)
    ended = await act(campus, "EndPeerMentor", rated, reason="毕业")
    assert [item.valid_until for item in ended.mentees] == ["2024-12-02", "2024-12-02"]
    assert await office.events("peer_mentor") == [
        "peer_mentor.selected",
        "peer_mentor.mentees_assigned",
        "peer_mentor.logged",
        "peer_mentor.assessed",
        "peer_mentor.ended",
    ]


async def test_who_is_no_student_of_the_branch_or_not_outstanding_is_refused(campus: Campus) -> None:
    office = campus.office
    (teacher,) = await office.members(campus.branch, 1, kind=person_pb2.PERSON_KIND_STAFF)
    elsewhere = await office.unit("branch", parent=campus.general_branch, form="cohort")
    (stranger,) = await office.members(elsewhere, 1)
    for person, fields, rule in (
        (teacher, {}, "PEER-01"),
        (stranger, {}, "PEER-01"),
        (campus.members[2], {"grounds": OUTSTANDING[:1]}, "PEER-01.ground"),
        # A day before half a year of standing.
        (campus.members[2], {"valid_from": "2022-11-30"}, "PEER-01.standing"),
    ):
        with pytest.raises(PeerMentorForbiddenError) as caught:
            await select(campus, person, **fields)
        assert rule in [item.rule_id for item in caught.value.verdicts if item.forbids]
    # The general branch may select where the branch may not.
    approver = campus.approver
    request = pb.SelectPeerMentorRequest(
        unit_id=str(campus.general_branch), person_id=str(stranger), cohort_year=2021, grounds=OUTSTANDING
    )
    answer = await office.ask("PeerMentorService/SelectPeerMentor", request, by=approver)
    assert answer.peer_mentor.unit_id == str(campus.general_branch)


async def test_nobody_is_guided_by_two_and_a_page_is_one_statement(campus: Campus) -> None:
    one, two = await select(campus, campus.members[2]), await select(campus, campus.members[3])
    one = await act(campus, "AssignPeerMentees", one, mentees=mentees(campus.members[5]))
    with pytest.raises(PeerMenteeTakenError):
        await act(campus, "AssignPeerMentees", two, mentees=mentees(campus.members[5]))
    one = await act(campus, "ReleasePeerMentee", one, person_id=str(campus.members[5]), ends_on="2024-11-01")
    two = await act(
        campus, "AssignPeerMentees", two, mentees=mentees(campus.members[5]), valid_from="2024-11-01"
    )
    counted = campus.office.count_queries()
    page = await _list(campus, campus.secretary, page_size=1)
    assert len([sql for sql in counted.asked if "FROM peer_mentor p" in sql]) == 1
    rest = await _list(campus, campus.secretary, page_token=page.next_page_token)
    assert [len(found.peer_mentors) for found in (page, rest)] == [1, 1]
    mine = await _list(campus, campus.members[5])
    assert [item.person_id for item in mine.peer_mentors] == [str(each) for each in campus.members[2:4]]
    assert list((await _list(campus, campus.applicant)).peer_mentors) == []


async def _list(campus: Campus, by: UUID, **fields: Any) -> Any:
    request = pb.ListPeerMentorsRequest(**fields)
    return await campus.office.ask("PeerMentorService/ListPeerMentors", request, by=by)
