"""Rules whose days make people do something again, or ask some people for more, as a caller meets them."""

from typing import Any

import pytest

from membership.errors import StepForbiddenError
from shuyuan.membership.v1 import admission_case_pb2 as pb
from tests.integration.membership.campus import Campus, refused_rules


@pytest.mark.covers("DEV-13")
async def test_of_a_mobile_person_both_organizations_are_heard(campus: Campus) -> None:
    """The route of the application says who is a mobile person."""
    application = campus.application
    campus.application = lambda day="2024-10-08", **fields: application(  # type: ignore[method-assign]
        day, route=pb.APPLICATION_ROUTE_MOBILE_RESIDENCE, **fields
    )
    case = await campus.prospect()
    review: dict[str, Any] = {
        "conclusion": pb.POLITICAL_REVIEW_CONCLUSION_QUALIFIED,
        "reviewer_person_id": str(campus.officer),
        "archive_reference": "ZS-2026-018",
        "all_areas_covered": True,
    }
    filed = await campus.on(
        "2026-04-25", case, "RecordFiling", by=campus.approver, kind=pb.FILING_KIND_PROSPECT
    )
    introduced = await campus.on(
        "2026-04-28",
        filed,
        "AssignIntroducers",
        person_ids=[str(person) for person in campus.members[2:4]],
        no_direct_relatives=True,
    )

    with pytest.raises(StepForbiddenError) as caught:
        await campus.on("2026-05-10", introduced, "RecordPoliticalReview", residence_heard=True, **review)
    assert refused_rules(caught.value) == ["DEV-13"]
    after = await campus.on(
        "2026-05-10",
        introduced,
        "RecordPoliticalReview",
        residence_heard=True,
        registered_residence_heard=True,
        **review,
    )
    assert after.step == "political_review"


@pytest.mark.covers("LOC-09")
async def test_a_resolution_that_was_not_sent_up_in_time_is_discussed_again(campus: Campus) -> None:
    case = await campus.vote(await campus.reviewed(), "2026-06-12")
    talk: dict[str, Any] = {
        "talker_person_id": str(campus.approver),
        "talker_role": pb.TALKER_ROLE_COMMITTEE_MEMBER,
        "opinion_written": True,
    }
    with pytest.raises(StepForbiddenError) as caught:
        await campus.on("2026-09-13", case, "RecordSuperiorTalk", by=campus.approver, **talk)
    assert refused_rules(caught.value) == ["LOC-09"]

    # The second meeting counts from its own day.
    again = await campus.on(
        "2026-06-20", case, "EnterBallotTotals", **campus.totals(noticed_from="2026-06-01")
    )
    again = await campus.office.step(again, "ConfirmBallotTotals", by=campus.officer, number=2)
    sent = await campus.on("2026-09-20", again, "RecordSuperiorTalk", by=campus.approver, **talk)

    assert sent.step == "superior_talk"
    assert [ballot.state for ballot in sent.ballots] == [pb.AdmissionBallot.STATE_PASSED] * 2
