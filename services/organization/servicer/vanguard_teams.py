"""VanguardTeamService."""

from typing import Any

from chassis.calls import answer, current
from organization.clients import Membership
from organization.convert import vanguard_teams as convert
from organization.convert.values import id_of, ids_of, optional_day, optional_id
from organization.events.vanguard_teams import team_message
from organization.operations import vanguard_teams as teams
from shuyuan.organization.v1 import vanguard_team_service_pb2 as pb
from shuyuan.organization.v1 import vanguard_team_service_pb2_grpc


class VanguardTeamServicer(vanguard_team_service_pb2_grpc.VanguardTeamServiceServicer):
    """Vanguard teams."""

    def __init__(self, membership: Membership) -> None:
        self._membership = membership

    async def FormVanguardTeam(
        self, request: pb.FormVanguardTeamRequest, context: Any
    ) -> pb.FormVanguardTeamResponse:
        """Form a team."""
        call = current()
        new = teams.NewTeam(
            unit_id=id_of(request.unit_id, "unit_id"),
            name=request.name,
            mission=request.mission,
            leader_id=id_of(request.leader_person_id, "leader_person_id"),
            member_ids=tuple(ids_of(list(request.member_person_ids), "member_person_ids")),
            formed_on=optional_day(request, "formed_on"),
        )
        done = teams.form_team(call, self._membership, new)
        return await answer(call, done, lambda team: pb.FormVanguardTeamResponse(team=team_message(team)))

    async def GetVanguardTeam(
        self, request: pb.GetVanguardTeamRequest, context: Any
    ) -> pb.GetVanguardTeamResponse:
        """Read a team."""
        call = current()
        done = teams.get_team(call, id_of(request.team_id, "team_id"))
        return await answer(call, done, lambda team: pb.GetVanguardTeamResponse(team=team_message(team)))

    async def ListVanguardTeams(
        self, request: pb.ListVanguardTeamsRequest, context: Any
    ) -> pb.ListVanguardTeamsResponse:
        """List teams."""
        call = current()
        done = teams.list_teams(
            call,
            unit_id=optional_id(request.unit_id, "unit_id"),
            person_id=optional_id(request.person_id, "person_id"),
            campus_id=optional_id(request.campus_id, "campus_id"),
            as_of=optional_day(request, "as_of"),
            size=request.page_size,
            token=request.page_token,
        )
        return await answer(call, done, convert.teams_page)

    async def AddVanguardTeamMember(
        self, request: pb.AddVanguardTeamMemberRequest, context: Any
    ) -> pb.AddVanguardTeamMemberResponse:
        """Let somebody come to a team."""
        call = current()
        done = teams.add_member(
            call,
            self._membership,
            id_of(request.team_id, "team_id"),
            person_id=id_of(request.person_id, "person_id"),
            valid_from=optional_day(request, "valid_from"),
        )
        return await answer(
            call, done, lambda team: pb.AddVanguardTeamMemberResponse(team=team_message(team))
        )

    async def EndVanguardTeamMember(
        self, request: pb.EndVanguardTeamMemberRequest, context: Any
    ) -> pb.EndVanguardTeamMemberResponse:
        """Let somebody leave a team."""
        call = current()
        done = teams.end_member(
            call,
            id_of(request.team_id, "team_id"),
            person_id=id_of(request.person_id, "person_id"),
            ends_on=optional_day(request, "ends_on"),
        )
        return await answer(
            call, done, lambda team: pb.EndVanguardTeamMemberResponse(team=team_message(team))
        )

    async def ChangeVanguardTeamLeader(
        self, request: pb.ChangeVanguardTeamLeaderRequest, context: Any
    ) -> pb.ChangeVanguardTeamLeaderResponse:
        """Let another person lead a team."""
        call = current()
        done = teams.change_leader(
            call,
            self._membership,
            id_of(request.team_id, "team_id"),
            person_id=id_of(request.person_id, "person_id"),
            valid_from=optional_day(request, "valid_from"),
        )
        return await answer(
            call, done, lambda team: pb.ChangeVanguardTeamLeaderResponse(team=team_message(team))
        )

    async def DisbandVanguardTeam(
        self, request: pb.DisbandVanguardTeamRequest, context: Any
    ) -> pb.DisbandVanguardTeamResponse:
        """Disband a team."""
        call = current()
        done = teams.disband_team(
            call,
            id_of(request.team_id, "team_id"),
            disbanded_on=optional_day(request, "disbanded_on"),
            reason=request.reason,
        )
        return await answer(call, done, lambda team: pb.DisbandVanguardTeamResponse(team=team_message(team)))
