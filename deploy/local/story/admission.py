"""Chapters two to four: from the application to full membership, with every refusal on the way."""

import datetime as dt
from typing import Any

from deploy.local.story.stage import Scene, Stage

SECRETARY, OFFICER = "member-1", "member-2"
CONTACTS = ["member-3", "member-4"]


def case(stage: Stage) -> Any:
    """The admission case as it is now."""
    return stage.get(f"/v1/admissionCases/{stage.things['case']}", by="applicant")


def step(stage: Stage, verb: str, *, by: str = SECRETARY, key: str | None = None, **fields: Any) -> Any:
    """Take a step of the case today, with the version that is there now."""
    path = f"/v1/admissionCases/{stage.things['case']}:{verb}"
    return stage.post(path, _today(stage, fields), by=by, etag=case(stage)["etag"], key=key)


def refused(
    stage: Stage, verb: str, *, by: str = SECRETARY, status: int, etag: str | None = None, **fields: Any
) -> Any:
    """A step that must be refused; says which rule, and changes nothing."""
    path = f"/v1/admissionCases/{stage.things['case']}:{verb}"
    before = case(stage)
    reason, rule = fields.pop("reason", None), fields.pop("rule", None)
    problem = stage.refused(
        path,
        _today(stage, fields),
        by=by,
        status=status,
        etag=etag or before["etag"],
        reason=reason,
        rule=rule,
    )
    assert case(stage) == before, "a refused step changed the case"
    return problem


def _today(stage: Stage, fields: dict[str, Any]) -> dict[str, Any]:
    return {"occurredOn": stage.today.isoformat()} | fields


def clears_on(problem: Any, rule: str) -> dt.date:
    """The day from which a rule of a refusal can be satisfied."""
    days = [verdict["clearsOn"] for verdict in problem["verdicts"] if verdict["ruleId"] == rule]
    return dt.date.fromisoformat(days[0])


def apply(stage: Stage) -> None:
    """The applicant applies; asking twice with one key is asking once, a key with other words is refused."""
    stage.after(1)
    application = {
        "personId": stage.people["applicant"],
        "unitId": stage.units["joint"],
        "appliedOn": stage.today.isoformat(),
        "route": "APPLICATION_ROUTE_WORK_OR_STUDY_UNIT",
        "isChineseCitizen": True,
        "acceptsProgramme": True,
    }
    key = f"{stage.run}-application"
    opened = stage.post("/v1/admissionCases", application, by="applicant", key=key)
    again = stage.post("/v1/admissionCases", application, by="applicant", key=key)
    assert again == opened, "a repeated request was answered differently"
    stage.things["case"], stage.things["opened"] = opened["caseId"], opened
    other = application | {"acceptsProgramme": False}
    stage.refused("/v1/admissionCases", other, by="applicant", status=422, key=key)
    stage.refused("/v1/admissionCases", application, by="applicant", status=409)
    stage.refused("/v1/admissionCases", application | {"wish": "soon"}, by="applicant", status=400)


def talk(stage: Stage) -> None:
    """The branch talks to the applicant within a month; the counsellor may not, an old version may not."""
    stage.after(12)
    talker: dict[str, Any] = {"talkerPersonId": stage.people[OFFICER]}
    refused(stage, "recordTalk", by="counsellor", status=403, **talker)
    step(stage, "recordTalk", **talker)
    refused(stage, "recordTalk", status=412, etag=stage.things["opened"]["etag"], **talker)


def become_activist(stage: Stage) -> None:
    """Too early at first: the refusal names the rule and its day; on that day it passes."""
    stage.after(40)
    decision: dict[str, Any] = {"recommendedByLeague": True, "decidedBy": "DECISION_BODY_BRANCH_COMMITTEE"}
    early = refused(
        stage, "determineActivist", status=422, rule="LOC-02", noticedFrom=stage.ago(14), **decision
    )
    day = clears_on(early, "LOC-02")
    for _ in range(2):
        # Two layers speak of this interval: the later day decides.
        day = max(
            day,
            *(clears_on(early, verdict["ruleId"]) for verdict in early["verdicts"] if "clearsOn" in verdict),
        )
    stage.go_to(day)
    step(stage, "determineActivist", noticedFrom=stage.ago(14), **decision)
    stage.things["activist_on"] = stage.today
    stage.after(5)
    step(stage, "recordFiling", by="committee", kind="FILING_KIND_ACTIVIST")
    stage.after(5)
    people = [stage.people[name] for name in CONTACTS]
    step(stage, "assignContacts", personIds=people, noDirectRelatives=True)


def be_cultivated(stage: Stage) -> None:
    """Assessed each half year; a year has to pass, and the refusal says until when."""
    opinions: dict[str, Any] = dict.fromkeys(
        ("groupHeard", "contactsHeard", "membersHeard", "massesHeard", "decidedByCommittee"), True
    )
    stage.after(165)
    step(stage, "recordAssessment")
    early = refused(
        stage, "determineProspect", status=422, rule="DEV-09", noticedFrom=stage.ago(14), **opinions
    )
    stage.after(170)
    step(stage, "recordAssessment")
    stage.go_to(clears_on(early, "DEV-09"))
    assert stage.today >= stage.things["activist_on"].replace(year=stage.things["activist_on"].year + 1)
    step(stage, "determineProspect", noticedFrom=stage.ago(14), **opinions)
    stage.after(4)
    step(stage, "recordFiling", by="committee", kind="FILING_KIND_PROSPECT")


def be_reviewed(stage: Stage) -> None:
    """Introducers, political review, training, committee review, pre-review, form."""
    stage.after(3)
    people = [stage.people[name] for name in CONTACTS]
    refused(
        stage, "assignIntroducers", status=422, rule="DEV-10", personIds=people[:1], noDirectRelatives=True
    )
    step(stage, "assignIntroducers", personIds=people, noDirectRelatives=True)
    stage.after(10)
    step(
        stage,
        "recordPoliticalReview",
        conclusion="POLITICAL_REVIEW_CONCLUSION_QUALIFIED",
        reviewerPersonId=stage.people[OFFICER],
        archiveReference=f"ZS-{stage.run}",
        allAreasCovered=True,
    )  # fmt: skip - one act on a few lines
    stage.after(8)
    step(stage, "recordTraining", days=3, organizerUnitId=stage.units["community"])
    stage.after(4)
    step(stage, "passCommitteeReview")
    stage.after(3)
    step(
        stage,
        "recordPreReview",
        by="committee",
        reviewerUnitId=stage.units["community"],
        result="PRE_REVIEW_RESULT_PASSED",
        written=True,
    )  # fmt: skip - one act on a few lines
    stage.after(2)
    step(stage, "issueAdmissionForm", formNumber=f"F-{stage.run}")


def hold_meeting(stage: Stage, topic: str) -> None:
    """The branch meets in activity: the first item is study, everybody checks in, the minutes are kept."""
    start = dt.datetime.combine(stage.today, dt.time(1), dt.UTC)
    agenda = [
        {"kind": "KIND_STUDY", "title": "第一议题学习", "learningMode": "LEARNING_MODE_GROUP_DISCUSSION"},
        {"kind": "KIND_ADMISSION", "title": topic},
    ]
    members = [*(f"member-{number}" for number in range(1, 7)), "teacher-1"]
    meeting = {
        "unitId": stage.units["joint"],
        "kind": "MEETING_KIND_BRANCH_GENERAL_MEETING",
        "title": f"支部党员大会：{topic}",
        "plannedStartTime": start.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "plannedEndTime": (start + dt.timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "participants": [
            {"personId": stage.people[name], "capacity": "ATTENDANCE_CAPACITY_VOTER"} for name in members
        ],
    }
    stage.refused("/v1/meetings", meeting | {"agenda": agenda[1:]}, by=SECRETARY, status=422, rule="SEED-01")
    path = (
        f"/v1/meetings/{stage.post('/v1/meetings', meeting | {'agenda': agenda}, by=SECRETARY)['meetingId']}"
    )

    def act(verb: str, body: Any) -> Any:
        etag = stage.get(path, by=SECRETARY)["etag"]
        return stage.post(f"{path}:{verb}", body, by=SECRETARY, etag=etag)

    act("open", {})
    act("checkIn", {"participants": meeting["participants"]})
    closed = act("close", {"minutes": f"{topic}：到会 {len(members)} 人。", "resolution": "按票决结果执行"})
    assert closed["presentCount"] == len(members), closed


BALLOT: dict[str, Any] = {
    "method": "VOTING_METHOD_SECRET_BALLOT",
    "votedSeparately": True,
    "performanceRecorded": True,
    "secretarySigned": True,
}


def count(stage: Stage, **totals: Any) -> Any:
    """Totals are entered by one person and confirmed by another; answers the ballot."""
    entered = step(stage, "enterBallotTotals", **BALLOT, **totals)
    number = entered["ballots"][-1]["number"]
    own = f"/v1/admissionCases/{stage.things['case']}:confirmBallotTotals"
    stage.refused(own, {"number": number}, by=SECRETARY, status=409, etag=entered["etag"])
    confirmed = stage.post(own, {"number": number}, by=OFFICER, etag=entered["etag"])
    return confirmed["ballots"][-1]


def vote_in_vain(stage: Stage) -> None:
    """Without a quorum nothing is voted on; with one, four of nine are not enough."""
    stage.things["noticed"] = stage.today.isoformat()
    stage.after(14)
    hold_meeting(stage, "讨论接收预备党员")
    notice: dict[str, Any] = {"noticedFrom": stage.things["noticed"]}
    refused(stage, "enterBallotTotals", status=422, rule="DEV-17", present=4, yesVotes=4, **BALLOT, **notice)
    refused(stage, "enterBallotTotals", status=409, present=10, yesVotes=10, **BALLOT, **notice)
    ballot = count(stage, present=7, yesVotes=4, noVotes=3, **notice)
    assert ballot["state"] == "STATE_FAILED", ballot
    for verdict in ballot["verdicts"]:
        if not verdict["satisfied"]:
            stage.say(f"    {verdict['ruleId']}: {verdict['message']}")


def vote_again(stage: Stage) -> None:
    """Two days later seven are present and six say yes: probation begins on this day."""
    stage.after(2)
    hold_meeting(stage, "再次讨论接收预备党员")
    ballot = count(stage, present=7, yesVotes=6, noVotes=1, noticedFrom=stage.things["noticed"])
    assert (ballot["state"], ballot["shouldAttend"]) == ("STATE_PASSED", 9), ballot
    stage.things["resolved_on"] = stage.today


def approve(stage: Stage) -> None:
    """The committee talks and approves; a general branch cannot."""
    stage.after(3)
    decided: dict[str, Any] = {"decidedCollectively": True, "decidedIndividually": True}
    step(
        stage,
        "recordSuperiorTalk",
        by="committee",
        talkerPersonId=stage.people["committee"],
        talkerRole="TALKER_ROLE_COMMITTEE_MEMBER",
        opinionWritten=True,
    )  # fmt: skip - one act on a few lines
    stage.after(5)
    refused(stage, "approve", by=SECRETARY, status=403, approverUnitId=stage.units["community"], **decided)
    refused(
        stage,
        "approve",
        by="committee",
        status=422,
        rule="DEV-21",
        approverUnitId=stage.units["general"],
        **decided,
    )  # fmt: skip - one act on a few lines
    approved = step(stage, "approve", by="committee", approverUnitId=stage.units["community"], **decided)
    assert approved["probationFrom"] == stage.things["resolved_on"].isoformat(), approved
    stage.after(2)
    step(stage, "recordFiling", by="committee", kind="FILING_KIND_APPROVAL")
    step(stage, "assignToGroup", groupName="第一党小组")


def plan_the_oath(stage: Stage) -> None:
    """A ceremony is planned; who is a member already cannot swear again."""
    stage.after(9)
    ceremony = {
        "unitId": stage.units["community"],
        "title": "新党员入党宣誓",
        "heldOn": stage.today.isoformat(),
        "leadPersonId": stage.people["committee"],
        "place": "学生社区",
    }
    planned = stage.post("/v1/ceremonies", ceremony, by="committee")
    stage.things["ceremony"] = planned["ceremonyId"]
    path = f"/v1/ceremonies/{planned['ceremonyId']}:addOathTakers"
    stage.refused(path, {"personIds": [stage.people["member-5"]]}, by="committee", status=400)
    stage.post(path, {"personIds": [stage.people["applicant"]]}, by="committee")


def swear(stage: Stage) -> None:
    """The oath is sworn; membership writes it into the case, and the ceremony is completed by its answer."""
    path = f"/v1/ceremonies/{stage.things['ceremony']}"

    def read() -> Any:
        return stage.get(path, by="committee")

    stage.post(
        f"{path}:callRoll",
        {"presentPersonIds": [stage.people["applicant"]]},
        by="committee",
        etag=read()["etag"],
    )
    stage.post(f"{path}:hold", by="committee", etag=read()["etag"])
    done = stage.until(read, lambda it: it["state"] == "STATE_COMPLETED", "the ceremony")
    assert [taker["outcome"] for taker in done["oathTakers"]] == ["OUTCOME_SWORN"], done
    sworn = stage.until(lambda: case(stage), lambda it: "oathOn" in it, "the oath in the case")
    assert (sworn["oathOn"], sworn["ceremonyId"]) == (stage.today.isoformat(), stage.things["ceremony"]), (
        sworn
    )


def serve_probation(stage: Stage) -> None:
    """Half a year of probation is assessed; the request for conversion comes a month before the end."""
    stage.after(150)
    step(stage, "recordProbationAssessment")
    end = probation_end(stage)
    stage.go_to(end - dt.timedelta(days=33))
    step(stage, "recordProbationAssessment")
    step(stage, "requestConversion", by="applicant")


def probation_end(stage: Stage) -> dt.date:
    """The first day after probation, as the case says."""
    return dt.date.fromisoformat(case(stage)["probationUntil"])


CONVERSION: dict[str, Any] = {"conversionOutcome": "CONVERSION_OUTCOME_CONVERT"}


def convert(stage: Stage) -> None:
    """A day before the end the meeting may not vote; on the day it may; standing counts from the end."""
    end = probation_end(stage)
    stage.go_to(end - dt.timedelta(days=2))
    step(stage, "reviewConversion", groupHeard=True, membersHeard=True, massesHeard=True)
    stage.go_to(end - dt.timedelta(days=1))
    refused(stage, "enterBallotTotals", status=422, present=8, yesVotes=8, **BALLOT, **CONVERSION)
    stage.go_to(end + dt.timedelta(days=2))
    hold_meeting(stage, "讨论预备党员转正")
    ballot = count(stage, present=8, yesVotes=8, **CONVERSION)
    assert ballot["state"] == "STATE_PASSED", ballot
    noticed = stage.after(1)
    stage.after(14)
    done = step(
        stage,
        "approveConversion",
        by="committee",
        approverUnitId=stage.units["community"],
        outcome="CONVERSION_OUTCOME_CONVERT",
        decidedCollectively=True,
        decidedIndividually=True,
        noticedFrom=noticed,
    )  # fmt: skip - one act on a few lines
    assert done["fullMemberFrom"] == end.isoformat(), done
    stage.say(f"    full member from {end}, decided on {stage.today}")


def archive(stage: Stage) -> None:
    """The file is archived; the member's standing and the whole timeline can be read with their reasons."""
    stage.after(6)
    documents = [
        "admission_form",
        "membership_application",
        "political_review_conclusion",
        "conversion_request",
        "cultivation_records",
    ]
    archived = step(stage, "archive", archiveReference=f"DA-{stage.run}", documents=documents)
    assert archived["state"] == "STATE_ARCHIVED", archived
    member = stage.get(f"/v1/members/{stage.people['applicant']}", by="applicant")
    assert member["standingFrom"] == archived["fullMemberFrom"], member
    timeline = stage.get(f"/v1/admissionCases/{stage.things['case']}/timeline", by="applicant")
    stage.say(f"    {len(timeline['entries'])} entries in the timeline, each with its verdicts")


SCENES = [
    Scene("An applicant applies", apply),
    Scene("The branch talks to the applicant", talk),
    Scene("The applicant becomes an activist, not a day too early", become_activist),
    Scene("A year of cultivation ends in becoming a prospect", be_cultivated),
    Scene("Introducers, political review, training, pre-review", be_reviewed),
    Scene("The branch votes, and four of nine are not enough", vote_in_vain),
    Scene("The branch votes again", vote_again),
    Scene("The committee approves", approve),
    Scene("An oath ceremony is planned", plan_the_oath),
    Scene("The oath is sworn", swear),
    Scene("Probation is served", serve_probation),
    Scene("The branch votes on conversion", convert),
    Scene("The file is archived", archive),
]
