"""Emergencies between the contract and the domain."""

from collections.abc import Iterable

from chassis.paging import Page
from organization.convert.formations import new_branch
from organization.convert.values import id_of, ids_of, optional_day
from organization.domain.emergencies import Emergency, EmergencyPerson
from organization.events.emergencies import emergency_message, person_message
from organization.operations.emergencies import NewEmergency, TeamFromTemplate, Wanted
from organization.operations.vanguard_teams import NewTeam
from shuyuan.organization.v1 import emergency_service_pb2 as pb
from shuyuan.organization.v1 import temporary_branch_pb2


def new_emergency(request: pb.DeclareEmergencyRequest) -> NewEmergency:
    """What an emergency is declared with."""
    return NewEmergency(
        unit_id=id_of(request.unit_id, "unit_id"),
        name=request.name,
        approver_id=id_of(request.approver_person_id, "approver_person_id"),
        document_number=request.document_number,
        started_on=optional_day(request, "started_on"),
    )


def wanted(
    branches: Iterable[temporary_branch_pb2.TemporaryBranchInput], teams: Iterable[pb.EmergencyTeamInput]
) -> Wanted:
    """What is to be set up in one step."""
    return Wanted(
        branches=tuple(new_branch(each, f"branches[{number}]") for number, each in enumerate(branches)),
        teams=tuple(_team(each, f"teams[{number}]") for number, each in enumerate(teams)),
    )


def _team(given: pb.EmergencyTeamInput, path: str) -> TeamFromTemplate:
    members = ids_of(list(given.member_person_ids), f"{path}.member_person_ids")
    team = NewTeam(
        unit_id=id_of(given.unit_id, f"{path}.unit_id"),
        name=given.name,
        mission=given.mission,
        leader_id=id_of(given.leader_person_id, f"{path}.leader_person_id"),
        member_ids=tuple(members),
        formed_on=optional_day(given, "formed_on", path=f"{path}.formed_on"),
    )
    return TeamFromTemplate(id_of(given.template_id, f"{path}.template_id"), team)


def emergencies_page(page: Page[Emergency]) -> pb.ListEmergenciesResponse:
    """A page of emergencies."""
    return pb.ListEmergenciesResponse(
        emergencies=[emergency_message(each) for each in page.items], next_page_token=page.next_token
    )


def people_page(page: Page[EmergencyPerson]) -> pb.ListEmergencyPeopleResponse:
    """A page of people in an emergency."""
    return pb.ListEmergencyPeopleResponse(
        people=[person_message(each) for each in page.items], next_page_token=page.next_token
    )
