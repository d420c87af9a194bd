"""ElectionService."""

from typing import Any

from chassis.calls import answer, current
from organization.clients import Membership
from organization.convert import elections as convert
from organization.convert.elections import shown
from organization.convert.values import day_of, id_of, optional_day, optional_id
from organization.operations import election_results, election_votes, elections
from shuyuan.organization.v1 import election_service_pb2 as pb
from shuyuan.organization.v1 import election_service_pb2_grpc


class ElectionServicer(election_service_pb2_grpc.ElectionServiceServicer):
    """Elections, step by step."""

    def __init__(self, membership: Membership) -> None:
        self._membership = membership

    async def PlanElection(self, request: pb.PlanElectionRequest, context: Any) -> pb.PlanElectionResponse:
        """Plan an election."""
        call = current()
        done = elections.plan_election(call, id_of(request.unit_id, "unit_id"), convert.new_election(request))
        return await answer(call, done, lambda each: pb.PlanElectionResponse(election=shown(each)))

    async def GetElection(self, request: pb.GetElectionRequest, context: Any) -> pb.GetElectionResponse:
        """Read an election."""
        call = current()
        done = elections.get_election(call, id_of(request.election_id, "election_id"))
        return await answer(call, done, lambda each: pb.GetElectionResponse(election=shown(each)))

    async def ListElections(self, request: pb.ListElectionsRequest, context: Any) -> pb.ListElectionsResponse:
        """List elections."""
        call = current()
        done = elections.list_elections(
            call,
            unit_id=optional_id(request.unit_id, "unit_id"),
            state=convert.state_of(request.state),
            size=request.page_size,
            token=request.page_token,
        )
        return await answer(call, done, convert.elections_page)

    async def NominateCandidate(
        self, request: pb.NominateCandidateRequest, context: Any
    ) -> pb.NominateCandidateResponse:
        """Nominate a candidate."""
        call = current()
        done = elections.nominate_candidate(
            call, id_of(request.election_id, "election_id"), convert.candidate(request)
        )
        return await answer(call, done, lambda each: pb.NominateCandidateResponse(election=shown(each)))

    async def RemoveCandidate(
        self, request: pb.RemoveCandidateRequest, context: Any
    ) -> pb.RemoveCandidateResponse:
        """Take a candidate off the list."""
        call = current()
        done = elections.remove_candidate(
            call, id_of(request.election_id, "election_id"), id_of(request.person_id, "person_id")
        )
        return await answer(call, done, lambda each: pb.RemoveCandidateResponse(election=shown(each)))

    async def SubmitCandidates(
        self, request: pb.SubmitCandidatesRequest, context: Any
    ) -> pb.SubmitCandidatesResponse:
        """Put the candidates before the superior."""
        call = current()
        done = elections.submit_candidates(
            call,
            self._membership,
            id_of(request.election_id, "election_id"),
            document_number=request.document_number,
        )
        return await answer(call, done, lambda each: pb.SubmitCandidatesResponse(election=shown(each)))

    async def ApproveCandidates(
        self, request: pb.ApproveCandidatesRequest, context: Any
    ) -> pb.ApproveCandidatesResponse:
        """Approve the candidates."""
        call = current()
        done = elections.approve_candidates(
            call, id_of(request.election_id, "election_id"), document_number=request.document_number
        )
        return await answer(call, done, lambda each: pb.ApproveCandidatesResponse(election=shown(each)))

    async def ReturnCandidates(
        self, request: pb.ReturnCandidatesRequest, context: Any
    ) -> pb.ReturnCandidatesResponse:
        """Return the candidates."""
        call = current()
        done = elections.return_candidates(
            call, id_of(request.election_id, "election_id"), reason=request.reason
        )
        return await answer(call, done, lambda each: pb.ReturnCandidatesResponse(election=shown(each)))

    async def WithdrawElection(
        self, request: pb.WithdrawElectionRequest, context: Any
    ) -> pb.WithdrawElectionResponse:
        """Give an election up."""
        call = current()
        done = elections.withdraw_election(
            call, id_of(request.election_id, "election_id"), reason=request.reason
        )
        return await answer(call, done, lambda each: pb.WithdrawElectionResponse(election=shown(each)))

    async def FixElectoralRoll(
        self, request: pb.FixElectoralRollRequest, context: Any
    ) -> pb.FixElectoralRollResponse:
        """Fix who votes."""
        call = current()
        done = election_votes.fix_roll(
            call,
            self._membership,
            id_of(request.election_id, "election_id"),
            roll_on=optional_day(request, "roll_on"),
            exclusions=convert.exclusions(request),
            congress=convert.congress(request),
        )
        return await answer(call, done, lambda each: pb.FixElectoralRollResponse(election=shown(each)))

    async def EnterElectionTotals(
        self, request: pb.EnterElectionTotalsRequest, context: Any
    ) -> pb.EnterElectionTotalsResponse:
        """Enter totals."""
        call = current()
        done = election_votes.enter_totals(
            call, id_of(request.election_id, "election_id"), convert.totals(request.totals)
        )
        return await answer(call, done, lambda each: pb.EnterElectionTotalsResponse(election=shown(each)))

    async def ConfirmElectionTotals(
        self, request: pb.ConfirmElectionTotalsRequest, context: Any
    ) -> pb.ConfirmElectionTotalsResponse:
        """Confirm totals."""
        call = current()
        done = election_votes.confirm_totals(call, id_of(request.election_id, "election_id"), request.number)
        return await answer(call, done, lambda each: pb.ConfirmElectionTotalsResponse(election=shown(each)))

    async def RejectElectionTotals(
        self, request: pb.RejectElectionTotalsRequest, context: Any
    ) -> pb.RejectElectionTotalsResponse:
        """Reject totals."""
        call = current()
        done = election_votes.reject_totals(call, id_of(request.election_id, "election_id"), request.number)
        return await answer(call, done, lambda each: pb.RejectElectionTotalsResponse(election=shown(each)))

    async def AcceptVacancies(
        self, request: pb.AcceptVacanciesRequest, context: Any
    ) -> pb.AcceptVacanciesResponse:
        """Consent to fewer seats."""
        call = current()
        done = election_votes.accept_vacancies(
            call, id_of(request.election_id, "election_id"), reason=request.reason
        )
        return await answer(call, done, lambda each: pb.AcceptVacanciesResponse(election=shown(each)))

    async def ElectPosts(self, request: pb.ElectPostsRequest, context: Any) -> pb.ElectPostsResponse:
        """Enter who holds which post."""
        call = current()
        done = election_results.elect_posts(
            call,
            id_of(request.election_id, "election_id"),
            held_on=day_of(request.held_on, "held_on"),
            present=request.present,
            results=convert.results(request),
        )
        return await answer(call, done, lambda each: pb.ElectPostsResponse(election=shown(each)))

    async def FileElection(self, request: pb.FileElectionRequest, context: Any) -> pb.FileElectionResponse:
        """Report the result."""
        call = current()
        done = election_results.file_election(
            call, id_of(request.election_id, "election_id"), document_number=request.document_number
        )
        return await answer(call, done, lambda each: pb.FileElectionResponse(election=shown(each)))

    async def ReturnElection(
        self, request: pb.ReturnElectionRequest, context: Any
    ) -> pb.ReturnElectionResponse:
        """Return the result."""
        call = current()
        done = election_results.return_election(
            call, id_of(request.election_id, "election_id"), reason=request.reason
        )
        return await answer(call, done, lambda each: pb.ReturnElectionResponse(election=shown(each)))

    async def ConfirmElection(
        self, request: pb.ConfirmElectionRequest, context: Any
    ) -> pb.ConfirmElectionResponse:
        """Confirm the result."""
        call = current()
        done = election_results.confirm_election(
            call, id_of(request.election_id, "election_id"), document_number=request.document_number
        )
        return await answer(call, done, lambda each: pb.ConfirmElectionResponse(election=shown(each)))

    async def ListElectionElectors(
        self, request: pb.ListElectionElectorsRequest, context: Any
    ) -> pb.ListElectionElectorsResponse:
        """List the roll."""
        call = current()
        done = election_votes.list_electors(
            call, id_of(request.election_id, "election_id"), size=request.page_size, token=request.page_token
        )
        return await answer(call, done, convert.electors_page)
