"""Pledges of members on real tables."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from chassis.errors import EtagMismatchError, PermissionDeniedError
from membership.errors import (
    MemberNotFoundError,
)
from membership.errors.commitments import (
    PledgeAlreadyMadeError,
    PledgeOwnReviewError,
)
from shuyuan.membership.v1 import pledge_pb2
from shuyuan.membership.v1 import pledge_service_pb2 as pb
from tests.integration.membership.campus import Campus

ACTS = (
    pledge_pb2.PLEDGE_ACT_SHOW_IDENTITY,
    pledge_pb2.PLEDGE_ACT_SET_IMAGE,
    pledge_pb2.PLEDGE_ACT_TAKE_THE_LEAD,
)
ITEMS = [pledge_pb2.PledgeItem(act=act, text="承诺") for act in ACTS]


async def make(campus: Campus, person_id: UUID, *, by: UUID | None = None, year: int = 2024) -> Any:
    request = pb.MakePledgeRequest(person_id=str(person_id), year=year, items=ITEMS)
    answer = await campus.office.ask("PledgeService/MakePledge", request, by=by or person_id)
    return answer.pledge


async def act(campus: Campus, verb: str, pledge: Any, *, by: UUID | None = None, **fields: Any) -> Any:
    request = getattr(pb, f"{verb}Request")(pledge_id=pledge.pledge_id, **fields)
    answer = await campus.office.ask(
        f"PledgeService/{verb}", request, by=by or campus.secretary, if_match=pledge.etag
    )
    return answer.pledge


async def seen(campus: Campus, by: UUID, **fields: Any) -> list[str]:
    request = pb.ListPledgesRequest(**fields)
    answer = await campus.office.ask("PledgeService/ListPledges", request, by=by)
    return [pledge.pledge_id for pledge in answer.pledges]


async def test_a_pledge_is_written_published_shown_and_reviewed(campus: Campus) -> None:
    office, member = campus.office, campus.members[2]
    pledge = await make(campus, member)
    with pytest.raises(PledgeAlreadyMadeError):
        await make(campus, member, by=campus.secretary)
    with pytest.raises(PermissionDeniedError):
        await make(campus, campus.members[3], by=member)
    with pytest.raises(MemberNotFoundError):
        await make(campus, campus.applicant)
    longer = await act(campus, "UpdatePledge", pledge, by=member, items=[*ITEMS, ITEMS[0]])
    with pytest.raises(EtagMismatchError):
        await act(campus, "PublishPledge", pledge)
    with pytest.raises(PermissionDeniedError):
        await act(campus, "PublishPledge", longer, by=member)
    shown = await act(campus, "PublishPledge", longer)
    assert (shown.badge_number, shown.published_on) == ("2024-00001", "2024-10-08")
    done = await act(
        campus, "AddPledgeEvidence", shown, by=member, act=ACTS[0], occurred_on="2024-10-08", note="佩戴党徽"
    )
    office.clock.go_to(date(2024, 12, 20))
    reviewed = await act(
        campus, "ReviewPledge", done, reviewed_on="2024-12-20", kept=[ACTS[2], ACTS[0]], opinion="较好"
    )
    assert (list(reviewed.review.kept), reviewed.review.reviewed_by) == (
        [ACTS[0], ACTS[2]],
        str(campus.secretary),
    )
    assert {item.rule_id: item.satisfied for item in reviewed.verdicts} == {"PLG-01": True, "PLG-02": False}
    assert await office.events("pledge") == [
        f"pledge.{verb}" for verb in ("made", "updated", "published", "evidence_added", "reviewed")
    ]


async def test_a_draft_is_read_by_few_and_what_is_published_by_the_whole_branch(campus: Campus) -> None:
    office, (writer, reader) = campus.office, campus.members[2:4]
    await office.grant(reader, "ROLE_MEMBER", campus.branch)
    pledge = await make(campus, writer)
    seeing = [writer, campus.secretary, campus.officer, campus.approver]
    for person in (*seeing, reader, campus.applicant):
        found = await seen(campus, person)
        assert (found == [pledge.pledge_id]) is (person in seeing)
    with pytest.raises(PermissionDeniedError):
        await office.ask(
            "PledgeService/GetPledge", pb.GetPledgeRequest(pledge_id=pledge.pledge_id), by=reader
        )
    shown = await act(campus, "PublishPledge", pledge)
    assert await seen(campus, reader, year=2024) == [pledge.pledge_id]
    await office.ask("PledgeService/GetPledge", pb.GetPledgeRequest(pledge_id=pledge.pledge_id), by=reader)
    # Taken back, it is hidden again, another may be made, and the badge is not given twice.
    await act(campus, "WithdrawPledge", shown, reason="写错")
    assert await seen(campus, reader) == []
    again = await act(campus, "PublishPledge", await make(campus, writer))
    assert again.badge_number == "2024-00002"
    own = await act(campus, "PublishPledge", await make(campus, campus.secretary))
    with pytest.raises(PledgeOwnReviewError):
        await act(campus, "ReviewPledge", own, reviewed_on="2024-10-08", opinion="好")


async def test_a_page_is_one_statement(campus: Campus) -> None:
    for person in campus.members[2:5]:
        await act(campus, "PublishPledge", await make(campus, person))
    counted = campus.office.count_queries()
    request = pb.ListPledgesRequest(page_size=2, unit_id=str(campus.general_branch))
    page = await campus.office.ask("PledgeService/ListPledges", request, by=campus.approver)
    assert len([sql for sql in counted.asked if "FROM pledge" in sql]) == 1
    rest = await seen(
        campus, campus.approver, page_token=page.next_page_token, unit_id=str(campus.general_branch)
    )
    assert (len(page.pledges), len(rest)) == (2, 1)
