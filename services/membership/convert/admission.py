"""Requests and answers about admission cases; each request of a step becomes one act."""

from collections.abc import Sequence
from typing import Any

from chassis.calls import parse_uuid
from membership.convert.values import (
    day,
    enum_name,
    ids,
    needed_name,
    optional_day,
    optional_id,
    optional_text,
    page_of,
)
from membership.domain import acts, reviews
from membership.domain import steps as names
from membership.domain.acts import Act
from membership.domain.admission import CaseHead
from membership.domain.ballots import ConversionOutcome, Exclusion, Totals
from membership.domain.verdicts import Override
from membership.events import shapes
from membership.operations.admission import Application, NextStep, Timeline
from membership.operations.decisions import Decision
from membership.operations.oaths import Eligibility
from membership.repository.cases import CaseFilter
from shuyuan.membership.v1 import admission_case_pb2 as cases
from shuyuan.membership.v1 import admission_service_pb2 as service
from shuyuan.membership.v1 import events_pb2 as events


def override(request: Any) -> Override | None:
    """The rules that the caller asks to set aside."""
    if not request.HasField("override"):
        return None
    return Override(request.override.reason, frozenset(request.override.rule_ids))


def occurred_on(request: Any) -> Any:
    """The day of the step."""
    return day(request.occurred_on, "occurred_on")


def application(request: service.OpenAdmissionCaseRequest) -> Application:
    """What an applicant hands in."""
    return Application(
        person_id=parse_uuid(request.person_id, field_name="person_id"),
        unit_id=parse_uuid(request.unit_id, field_name="unit_id"),
        applied_on=day(request.applied_on, "applied_on"),
        route=needed_name(cases.ApplicationRoute, "APPLICATION_ROUTE", request.route, "route"),
        is_chinese_citizen=request.is_chinese_citizen,
        accepts_programme=request.accepts_programme,
        override=override(request),
    )


def talk(request: service.RecordTalkRequest) -> Act:
    """The first talk."""
    talker = parse_uuid(request.talker_person_id, field_name="talker_person_id")
    return acts.talk(occurred_on(request), talker).overridden_by(override(request))


def activist(request: service.DetermineActivistRequest) -> Act:
    """Determining the activist."""
    return acts.activist(
        occurred_on(request),
        by_members=request.recommended_by_members,
        by_league=request.recommended_by_league,
        decision=enum_name(cases.DecisionBody, "DECISION_BODY", request.decided_by),
        noticed_from=optional_day(request, "noticed_from"),
    ).overridden_by(override(request))


def filing(request: service.RecordFilingRequest) -> Act:
    """A decision taken on file."""
    kind = needed_name(cases.FilingKind, "FILING_KIND", request.kind, "kind")
    return acts.filing(f"{kind}_filing", occurred_on(request)).overridden_by(override(request))


def contacts(request: service.AssignContactsRequest) -> Act:
    """Assigning contacts."""
    return acts.contacts(
        occurred_on(request),
        ids(request.person_ids, "person_ids"),
        no_relatives=request.no_direct_relatives,
        load_consented=request.committee_consents_to_load,
    ).overridden_by(override(request))


def assessment(request: service.RecordAssessmentRequest) -> Act:
    """An assessment of an activist or prospect."""
    return acts.assessment(names.CULTIVATION, occurred_on(request)).overridden_by(override(request))


def thought_report(request: service.RecordThoughtReportRequest) -> Act:
    """A written thought report."""
    return acts.plain(
        names.THOUGHT_REPORT,
        occurred_on(request),
        archive_reference=optional_text(request, "archive_reference"),
    )


def review_item(request: service.RecordPoliticalReviewItemRequest) -> Act:
    """What was found about one area of the political review."""
    prefix = "POLITICAL_REVIEW_ITEM_RESULT"
    return reviews.review_item(
        occurred_on(request),
        needed_name(cases.PoliticalReviewArea, "POLITICAL_REVIEW_AREA", request.area, "area"),
        reviews.ItemResult(needed_name(cases.PoliticalReviewItemResult, prefix, request.result, "result")),
        parse_uuid(request.reviewer_person_id, field_name="reviewer_person_id"),
        request.note,
    )


def noticed_step(request: service.RaiseNoticeObjectionRequest) -> str:
    """What had been announced, by the name of its step."""
    return needed_name(cases.NoticedStep, "NOTICED_STEP", request.noticed_step, "noticed_step")


def prospect(request: service.DetermineProspectRequest) -> Act:
    """Determining the prospective member."""
    return acts.prospect(
        occurred_on(request),
        group_heard=request.group_heard,
        contacts_heard=request.contacts_heard,
        members_and_masses_heard=request.members_heard and request.masses_heard,
        decided=request.decided_by_committee,
        noticed_from=optional_day(request, "noticed_from"),
    ).overridden_by(override(request))


def introducers(request: service.AssignIntroducersRequest) -> Act:
    """Assigning introducers."""
    return acts.introducers(
        occurred_on(request),
        ids(request.person_ids, "person_ids"),
        no_relatives=request.no_direct_relatives,
    ).overridden_by(override(request))


def political_review(request: service.RecordPoliticalReviewRequest) -> Act:
    """That the political review was done."""
    prefix = "POLITICAL_REVIEW_CONCLUSION"
    return acts.political_review(
        occurred_on(request),
        conclusion=needed_name(cases.PoliticalReviewConclusion, prefix, request.conclusion, "conclusion"),
        reviewer=parse_uuid(request.reviewer_person_id, field_name="reviewer_person_id"),
        archive_reference=request.archive_reference,
        all_areas=request.all_areas_covered,
        home_heard=request.registered_residence_heard,
        residence_heard=request.residence_heard,
    ).overridden_by(override(request))


def training(request: service.RecordTrainingRequest) -> Act:
    """The short concentrated training."""
    return acts.training(
        occurred_on(request),
        days=request.days,
        class_hours=request.class_hours,
        organizer=parse_uuid(request.organizer_unit_id, field_name="organizer_unit_id"),
    ).overridden_by(override(request))


def committee_review(request: service.PassCommitteeReviewRequest) -> Act:
    """The branch committee's review."""
    return acts.plain(names.COMMITTEE_REVIEW, occurred_on(request)).overridden_by(override(request))


def pre_review(request: service.RecordPreReviewRequest) -> Act:
    """The pre-review."""
    return acts.pre_review(
        occurred_on(request),
        reviewer=parse_uuid(request.reviewer_unit_id, field_name="reviewer_unit_id"),
        result=needed_name(cases.PreReviewResult, "PRE_REVIEW_RESULT", request.result, "result"),
        written=request.written,
        leaves_unit_on=optional_day(request, "leaves_unit_on"),
    ).overridden_by(override(request))


def admission_form(request: service.IssueAdmissionFormRequest) -> Act:
    """The admission form."""
    act = acts.admission_form(occurred_on(request), form_number=request.form_number)
    return act.overridden_by(override(request))


def superior_talk(request: service.RecordSuperiorTalkRequest) -> Act:
    """The talk before approval."""
    return acts.superior_talk(
        occurred_on(request),
        talker=parse_uuid(request.talker_person_id, field_name="talker_person_id"),
        role=needed_name(cases.TalkerRole, "TALKER_ROLE", request.talker_role, "talker_role"),
        opinion_written=request.opinion_written,
    ).overridden_by(override(request))


def approval(request: service.ApproveAdmissionRequest) -> Act:
    """The approval of the admission."""
    return acts.decision(
        names.APPROVAL,
        occurred_on(request),
        approver=parse_uuid(request.approver_unit_id, field_name="approver_unit_id"),
        collectively=request.decided_collectively,
        individually=request.decided_individually,
        delay_reason=optional_text(request, "delay_reason"),
    ).overridden_by(override(request))


def assignment(request: service.AssignToGroupRequest) -> Act:
    """Into the life of a branch and group."""
    act = acts.plain(names.ASSIGNMENT, occurred_on(request), group_name=optional_text(request, "group_name"))
    return act.overridden_by(override(request))


def probation_assessment(request: service.RecordProbationAssessmentRequest) -> Act:
    """An assessment of a probationary member."""
    act = acts.assessment(names.PROBATION_ASSESSMENT, occurred_on(request))
    return act.overridden_by(override(request))


def conversion_request(request: service.RequestConversionRequest) -> Act:
    """The request for conversion."""
    return acts.conversion_request(occurred_on(request)).overridden_by(override(request))


def conversion_review(request: service.ReviewConversionRequest) -> Act:
    """Opinions and review before the conversion meeting."""
    return acts.conversion_review(
        occurred_on(request),
        group_heard=request.group_heard,
        members_heard=request.members_heard,
        masses_heard=request.masses_heard,
    ).overridden_by(override(request))


def conversion(request: service.ApproveConversionRequest) -> Decision:
    """What the committee decides at the end of probation."""
    act = acts.decision(
        names.CONVERSION_APPROVAL,
        occurred_on(request),
        approver=parse_uuid(request.approver_unit_id, field_name="approver_unit_id"),
        collectively=request.decided_collectively,
        individually=request.decided_individually,
    )
    outcome = needed_name(cases.ConversionOutcome, "CONVERSION_OUTCOME", request.outcome, "outcome")
    return Decision(
        act=act.overridden_by(override(request)),
        outcome=ConversionOutcome(outcome),
        extension=optional_text(request, "extension"),
        noticed_from=optional_day(request, "noticed_from"),
    )


def archive(request: service.ArchiveCaseRequest) -> Act:
    """The papers in the archive."""
    return acts.archive(
        occurred_on(request),
        archive_reference=request.archive_reference,
        documents=list(request.documents),
    ).overridden_by(override(request))


def further_step(request: service.RecordFurtherStepRequest) -> Act:
    """A step that a lower layer's catalogue adds."""
    return acts.plain(request.step, occurred_on(request)).overridden_by(override(request))


def totals(request: service.EnterBallotTotalsRequest) -> Totals:
    """What the minutes of a meeting say."""
    outcome = enum_name(cases.ConversionOutcome, "CONVERSION_OUTCOME", request.conversion_outcome)
    return Totals(
        held_on=occurred_on(request),
        method=needed_name(cases.VotingMethod, "VOTING_METHOD", request.method, "method"),
        present=request.present,
        yes=request.yes_votes,
        no=request.no_votes,
        abstentions=request.abstentions,
        written_yes=request.written_yes_votes,
        written_no=request.written_no_votes,
        exclusions=tuple(_exclusion(item) for item in request.exclusions),
        stated_should_attend=request.should_attend if request.HasField("should_attend") else None,
        voted_separately=request.voted_separately,
        performance_recorded=request.performance_recorded,
        secretary_signed=request.secretary_signed,
        notice_posted_on=optional_day(request, "noticed_from"),
        outcome=None if outcome is None else ConversionOutcome(outcome),
    )


def _exclusion(message: cases.VoterExclusion) -> Exclusion:
    return Exclusion(
        person_id=parse_uuid(message.person_id, field_name="exclusions.person_id"),
        reason=needed_name(cases.ExclusionReason, "EXCLUSION_REASON", message.reason, "exclusions.reason"),
        consent_reference=message.consent_reference,
    )


def wanted(request: service.ListAdmissionCasesRequest) -> CaseFilter:
    """Which cases a list shows."""
    return CaseFilter(
        unit_id=optional_id(request, "unit_id"),
        person_id=optional_id(request, "person_id"),
        stage=request.stage or None,
        state=enum_name(cases.AdmissionCase.State, "STATE", request.state),
        awaiting_oath=request.awaiting_oath,
    )


def page(rows: Sequence[CaseHead], size: int) -> service.ListAdmissionCasesResponse:
    """A page of cases."""
    shown, token = page_of(rows, size, "case_id")
    return service.ListAdmissionCasesResponse(
        admission_cases=[shapes.case_head(head) for head in shown], next_page_token=token
    )


def next_step(found: NextStep, language: str) -> cases.NextStep:
    """A step that comes next."""
    return cases.NextStep(
        step=found.step,
        number=found.number,
        zh=found.zh,
        possible_from=shapes.day_text(found.possible_from),
        verdicts=shapes.verdicts(found.judgements, language),
    )


def timeline(found: Timeline, language: str) -> service.GetCaseTimelineResponse:
    """The run of a case."""
    return service.GetCaseTimelineResponse(
        entries=[
            service.TimelineEntry(
                step=shapes.step(step), zh=zh, verdicts=shapes.verdicts(step.judgements, language)
            )
            for step, zh in found.entries
        ],
        next_steps=[next_step(item, language) for item in found.next_steps],
    )


def eligibility(found: Eligibility) -> service.CheckOathEligibilityResponse:
    """Who may take the oath."""
    return service.CheckOathEligibilityResponse(
        eligible=[
            service.OathEligible(
                person_id=str(item.person_id),
                case_id=str(item.case_id),
                unit_id=str(item.unit_id),
                approved_on=shapes.day_text(item.approved_on) or "",
            )
            for item in found.eligible
        ],
        refused=[
            events.OathRefusal(person_id=str(person_id), reason=reason) for person_id, reason in found.refused
        ],
    )
