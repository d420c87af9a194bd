"""AdmissionService over gRPC. Every step is the same three moves; only what it converts and who may take it differ."""

from collections.abc import Awaitable
from typing import Any, TypeVar
from uuid import UUID

from chassis.calls import answer, current, parse_uuid
from chassis.paging import decode_token, page_size
from membership.convert import admission as convert
from membership.convert import importing as import_convert
from membership.convert.values import ids, optional_day
from membership.domain.acts import Act
from membership.domain.admission import AdmissionCase
from membership.events import shapes
from membership.operations import admission, ballots, decisions, importing, notices, oaths
from membership.operations.means import Means
from membership.operations.taking import ADVANCE, APPROVE, FILE
from shuyuan.membership.v1 import admission_import_pb2 as import_pb
from shuyuan.membership.v1 import admission_service_pb2 as pb
from shuyuan.membership.v1 import admission_service_pb2_grpc

R = TypeVar("R")


def _id(request: Any) -> UUID:
    return parse_uuid(request.case_id, field_name="case_id")


async def _answer(kind: type[R], work: Awaitable[AdmissionCase]) -> R:
    call = current()
    build: Any = kind
    rendered = await answer(call, work, lambda case: build(admission_case=shapes.case(case, call.language)))
    assert isinstance(rendered, kind)
    return rendered


class AdmissionServicer(admission_service_pb2_grpc.AdmissionServiceServicer):
    """Leads admission cases."""

    def __init__(self, means: Means) -> None:
        self._means = means

    async def _step(
        self, kind: type[R], request: Any, act: Act, *, permission: str = ADVANCE, own: bool = False
    ) -> R:
        work = admission.take_step(current(), self._means, _id(request), act, permission=permission, own=own)
        return await _answer(kind, work)

    async def OpenAdmissionCase(
        self, request: pb.OpenAdmissionCaseRequest, context: Any
    ) -> pb.OpenAdmissionCaseResponse:
        application = convert.application(request)
        return await _answer(
            pb.OpenAdmissionCaseResponse, admission.open_case(current(), self._means, application)
        )

    async def GetAdmissionCase(
        self, request: pb.GetAdmissionCaseRequest, context: Any
    ) -> pb.GetAdmissionCaseResponse:
        call = current()
        case = await admission.get_case(call, self._means, _id(request))
        return pb.GetAdmissionCaseResponse(admission_case=shapes.case(case, call.language))

    async def ListAdmissionCases(
        self, request: pb.ListAdmissionCasesRequest, context: Any
    ) -> pb.ListAdmissionCasesResponse:
        size = page_size(request.page_size)
        (after,) = decode_token(request.page_token, UUID) or (None,)
        rows = await admission.list_cases(current(), convert.wanted(request), after=after, size=size)
        return convert.page(rows, size)

    async def ListCaseVerdicts(
        self, request: pb.ListCaseVerdictsRequest, context: Any
    ) -> pb.ListCaseVerdictsResponse:
        call = current()
        steps = await admission.next_steps(call, self._means, _id(request))
        return pb.ListCaseVerdictsResponse(
            next_steps=[convert.next_step(step, call.language) for step in steps]
        )

    async def GetCaseTimeline(
        self, request: pb.GetCaseTimelineRequest, context: Any
    ) -> pb.GetCaseTimelineResponse:
        call = current()
        timeline = await admission.timeline(call, self._means, _id(request))
        return convert.timeline(timeline, call.language)

    async def RecordTalk(self, request: pb.RecordTalkRequest, context: Any) -> pb.RecordTalkResponse:
        return await self._step(pb.RecordTalkResponse, request, convert.talk(request))

    async def DetermineActivist(
        self, request: pb.DetermineActivistRequest, context: Any
    ) -> pb.DetermineActivistResponse:
        return await self._step(pb.DetermineActivistResponse, request, convert.activist(request))

    async def RecordFiling(self, request: pb.RecordFilingRequest, context: Any) -> pb.RecordFilingResponse:
        return await self._step(pb.RecordFilingResponse, request, convert.filing(request), permission=FILE)

    async def AssignContacts(
        self, request: pb.AssignContactsRequest, context: Any
    ) -> pb.AssignContactsResponse:
        return await self._step(pb.AssignContactsResponse, request, convert.contacts(request))

    async def RecordAssessment(
        self, request: pb.RecordAssessmentRequest, context: Any
    ) -> pb.RecordAssessmentResponse:
        return await self._step(pb.RecordAssessmentResponse, request, convert.assessment(request))

    async def RecordThoughtReport(
        self, request: pb.RecordThoughtReportRequest, context: Any
    ) -> pb.RecordThoughtReportResponse:
        return await self._step(
            pb.RecordThoughtReportResponse, request, convert.thought_report(request), own=True
        )

    async def RecordPoliticalReviewItem(
        self, request: pb.RecordPoliticalReviewItemRequest, context: Any
    ) -> pb.RecordPoliticalReviewItemResponse:
        return await self._step(pb.RecordPoliticalReviewItemResponse, request, convert.review_item(request))

    async def RaiseNoticeObjection(
        self, request: pb.RaiseNoticeObjectionRequest, context: Any
    ) -> pb.RaiseNoticeObjectionResponse:
        work = notices.raise_objection(
            current(),
            self._means,
            _id(request),
            step=convert.noticed_step(request),
            content=request.content,
            on=convert.occurred_on(request),
        )
        return await _answer(pb.RaiseNoticeObjectionResponse, work)

    async def SettleNoticeObjection(
        self, request: pb.SettleNoticeObjectionRequest, context: Any
    ) -> pb.SettleNoticeObjectionResponse:
        work = notices.settle_objection(
            current(),
            self._means,
            _id(request),
            request.number,
            upheld=request.upheld,
            finding=request.finding,
            on=convert.occurred_on(request),
        )
        return await _answer(pb.SettleNoticeObjectionResponse, work)

    async def DetermineProspect(
        self, request: pb.DetermineProspectRequest, context: Any
    ) -> pb.DetermineProspectResponse:
        return await self._step(pb.DetermineProspectResponse, request, convert.prospect(request))

    async def AssignIntroducers(
        self, request: pb.AssignIntroducersRequest, context: Any
    ) -> pb.AssignIntroducersResponse:
        return await self._step(pb.AssignIntroducersResponse, request, convert.introducers(request))

    async def RecordPoliticalReview(
        self, request: pb.RecordPoliticalReviewRequest, context: Any
    ) -> pb.RecordPoliticalReviewResponse:
        return await self._step(pb.RecordPoliticalReviewResponse, request, convert.political_review(request))

    async def RecordTraining(
        self, request: pb.RecordTrainingRequest, context: Any
    ) -> pb.RecordTrainingResponse:
        return await self._step(pb.RecordTrainingResponse, request, convert.training(request))

    async def PassCommitteeReview(
        self, request: pb.PassCommitteeReviewRequest, context: Any
    ) -> pb.PassCommitteeReviewResponse:
        return await self._step(pb.PassCommitteeReviewResponse, request, convert.committee_review(request))

    async def RecordPreReview(
        self, request: pb.RecordPreReviewRequest, context: Any
    ) -> pb.RecordPreReviewResponse:
        return await self._step(
            pb.RecordPreReviewResponse, request, convert.pre_review(request), permission=APPROVE
        )

    async def IssueAdmissionForm(
        self, request: pb.IssueAdmissionFormRequest, context: Any
    ) -> pb.IssueAdmissionFormResponse:
        return await self._step(pb.IssueAdmissionFormResponse, request, convert.admission_form(request))

    async def RecordSuperiorTalk(
        self, request: pb.RecordSuperiorTalkRequest, context: Any
    ) -> pb.RecordSuperiorTalkResponse:
        return await self._step(
            pb.RecordSuperiorTalkResponse, request, convert.superior_talk(request), permission=FILE
        )

    async def AssignToGroup(self, request: pb.AssignToGroupRequest, context: Any) -> pb.AssignToGroupResponse:
        return await self._step(pb.AssignToGroupResponse, request, convert.assignment(request))

    async def RecordProbationAssessment(
        self, request: pb.RecordProbationAssessmentRequest, context: Any
    ) -> pb.RecordProbationAssessmentResponse:
        return await self._step(
            pb.RecordProbationAssessmentResponse, request, convert.probation_assessment(request)
        )

    async def RequestConversion(
        self, request: pb.RequestConversionRequest, context: Any
    ) -> pb.RequestConversionResponse:
        return await self._step(
            pb.RequestConversionResponse, request, convert.conversion_request(request), own=True
        )

    async def ReviewConversion(
        self, request: pb.ReviewConversionRequest, context: Any
    ) -> pb.ReviewConversionResponse:
        return await self._step(pb.ReviewConversionResponse, request, convert.conversion_review(request))

    async def ArchiveCase(self, request: pb.ArchiveCaseRequest, context: Any) -> pb.ArchiveCaseResponse:
        return await self._step(pb.ArchiveCaseResponse, request, convert.archive(request))

    async def RecordFurtherStep(
        self, request: pb.RecordFurtherStepRequest, context: Any
    ) -> pb.RecordFurtherStepResponse:
        work = admission.take_further_step(
            current(), self._means, _id(request), convert.further_step(request)
        )
        return await _answer(pb.RecordFurtherStepResponse, work)

    async def EnterBallotTotals(
        self, request: pb.EnterBallotTotalsRequest, context: Any
    ) -> pb.EnterBallotTotalsResponse:
        work = ballots.enter_totals(
            current(),
            self._means,
            _id(request),
            convert.totals(request),
            override=convert.override(request),
        )
        return await _answer(pb.EnterBallotTotalsResponse, work)

    async def ConfirmBallotTotals(
        self, request: pb.ConfirmBallotTotalsRequest, context: Any
    ) -> pb.ConfirmBallotTotalsResponse:
        work = ballots.confirm_totals(current(), self._means, _id(request), request.number)
        return await _answer(pb.ConfirmBallotTotalsResponse, work)

    async def RejectBallotTotals(
        self, request: pb.RejectBallotTotalsRequest, context: Any
    ) -> pb.RejectBallotTotalsResponse:
        work = ballots.reject_totals(current(), self._means, _id(request), request.number)
        return await _answer(pb.RejectBallotTotalsResponse, work)

    async def ApproveAdmission(
        self, request: pb.ApproveAdmissionRequest, context: Any
    ) -> pb.ApproveAdmissionResponse:
        work = decisions.approve(current(), self._means, _id(request), convert.approval(request))
        return await _answer(pb.ApproveAdmissionResponse, work)

    async def ApproveConversion(
        self, request: pb.ApproveConversionRequest, context: Any
    ) -> pb.ApproveConversionResponse:
        work = decisions.approve_conversion(current(), self._means, _id(request), convert.conversion(request))
        return await _answer(pb.ApproveConversionResponse, work)

    async def WithdrawCase(self, request: pb.WithdrawCaseRequest, context: Any) -> pb.WithdrawCaseResponse:
        work = admission.withdraw(
            current(),
            self._means,
            _id(request),
            occurred_on=convert.occurred_on(request),
            reason=request.reason,
        )
        return await _answer(pb.WithdrawCaseResponse, work)

    async def ImportAdmissionCases(
        self, request: import_pb.ImportAdmissionCasesRequest, context: Any
    ) -> import_pb.ImportAdmissionCasesResponse:
        call = current()
        work = importing.import_cases(call, self._means, import_convert.papers(request))
        return await answer(call, work, lambda cases: import_convert.imported(cases, call.language))

    async def CheckOathEligibility(
        self, request: pb.CheckOathEligibilityRequest, context: Any
    ) -> pb.CheckOathEligibilityResponse:
        found = await oaths.check_eligibility(
            current(), ids(request.person_ids, "person_ids"), held_on=optional_day(request, "held_on")
        )
        return convert.eligibility(found)
