"""Puts the organization service together, and holds its own command: `bootstrap`."""

import argparse
from datetime import date

from chassis.calls import ServiceContext, enter, system_call
from chassis.grpc_client import Siblings
from chassis.ids import bootstrap_person_id
from chassis.runtime import Command, Service
from organization import tables
from organization.clients import Membership
from organization.consumers import CONSUMERS
from organization.operations.bootstrap import bootstrap
from organization.operations.dissolution import dissolution_process
from organization.operations.execution import reorganization_process
from organization.repository.holdings import HOLDINGS
from organization.schedule import schedule
from organization.servicer.appointments import AppointmentServicer
from organization.servicer.ballots import BallotServicer
from organization.servicer.branch_checklists import BranchChecklistServicer
from organization.servicer.campaigns import CampaignServicer
from organization.servicer.coverage import CoverageServicer
from organization.servicer.documents import DocumentServicer
from organization.servicer.duties import DutyServicer
from organization.servicer.elections import ElectionServicer
from organization.servicer.emergencies import EmergencyServicer
from organization.servicer.findings import FindingServicer
from organization.servicer.formations import FormationTemplateServicer, TemporaryBranchServicer
from organization.servicer.grants import AccessServicer, GrantServicer
from organization.servicer.links import ClassLinkServicer, PlaqueServicer
from organization.servicer.pacts import PactServicer
from organization.servicer.pairings import PairingServicer
from organization.servicer.party_groups import PartyGroupServicer
from organization.servicer.places import PlaceServicer, ZoneServicer
from organization.servicer.programmes import ProgrammeServicer
from organization.servicer.project_members import ProjectMemberServicer
from organization.servicer.reorganizations import ReorganizationServicer
from organization.servicer.terms import TermServicer
from organization.servicer.units import CampusServicer, UnitServicer
from organization.servicer.vanguard_teams import VanguardTeamServicer
from organization.settings import Settings
from shuyuan.organization.v1 import (
    access_service_pb2_grpc,
    appointment_service_pb2_grpc,
    ballot_service_pb2_grpc,
    branch_checklist_service_pb2_grpc,
    campaign_service_pb2_grpc,
    class_link_service_pb2_grpc,
    coverage_service_pb2_grpc,
    document_service_pb2_grpc,
    duty_service_pb2_grpc,
    election_service_pb2_grpc,
    emergency_service_pb2_grpc,
    error_reason_pb2,
    finding_service_pb2_grpc,
    formation_template_service_pb2_grpc,
    grant_service_pb2_grpc,
    pact_service_pb2_grpc,
    pairing_service_pb2_grpc,
    party_group_service_pb2_grpc,
    place_service_pb2_grpc,
    plaque_service_pb2_grpc,
    programme_service_pb2_grpc,
    project_member_service_pb2_grpc,
    reorganization_service_pb2_grpc,
    role_pb2,
    temporary_branch_service_pb2_grpc,
    term_service_pb2_grpc,
    unit_service_pb2_grpc,
    vanguard_team_service_pb2_grpc,
    zone_service_pb2_grpc,
)


def _add_bootstrap_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--number", required=True, help="campus number of the first administrator")
    parser.add_argument("--name-zh", required=True, help="name of the university")
    parser.add_argument(
        "--established-on",
        type=date.fromisoformat,
        default=date(1900, 1, 1),
        help="first day of its record, YYYY-MM-DD; nothing can be recorded before it",
    )


async def _bootstrap(context: ServiceContext, arguments: argparse.Namespace) -> int:
    call = system_call(context, "bootstrap")
    enter(call)
    done = await bootstrap(
        call,
        person_id=bootstrap_person_id(context.settings.issuer, arguments.number),
        name=arguments.name_zh,
        established_on=arguments.established_on,
    )
    print(f"organization: university {done.root_id}, administrator grant {done.grant_id}")  # noqa: T201 - a command's answer
    return 0


def build(settings: Settings) -> Service:
    """The service as it is served."""
    siblings = Siblings(settings)
    membership = Membership(siblings)
    process, dissolution = reorganization_process(membership), dissolution_process(membership)
    return Service(
        name="organization",
        settings=settings,
        servicers=[
            (
                unit_service_pb2_grpc.add_UnitServiceServicer_to_server,
                UnitServicer(membership, dissolution),
            ),
            (unit_service_pb2_grpc.add_CampusServiceServicer_to_server, CampusServicer()),
            (
                appointment_service_pb2_grpc.add_AppointmentServiceServicer_to_server,
                AppointmentServicer(membership),
            ),
            (grant_service_pb2_grpc.add_GrantServiceServicer_to_server, GrantServicer()),
            (access_service_pb2_grpc.add_AccessServiceServicer_to_server, AccessServicer()),
            (place_service_pb2_grpc.add_PlaceServiceServicer_to_server, PlaceServicer()),
            (zone_service_pb2_grpc.add_ZoneServiceServicer_to_server, ZoneServicer()),
            (class_link_service_pb2_grpc.add_ClassLinkServiceServicer_to_server, ClassLinkServicer()),
            (document_service_pb2_grpc.add_DocumentServiceServicer_to_server, DocumentServicer()),
            (programme_service_pb2_grpc.add_ProgrammeServiceServicer_to_server, ProgrammeServicer()),
            (duty_service_pb2_grpc.add_DutyServiceServicer_to_server, DutyServicer()),
            (plaque_service_pb2_grpc.add_PlaqueServiceServicer_to_server, PlaqueServicer()),
            (
                vanguard_team_service_pb2_grpc.add_VanguardTeamServiceServicer_to_server,
                VanguardTeamServicer(membership),
            ),
            (
                formation_template_service_pb2_grpc.add_FormationTemplateServiceServicer_to_server,
                FormationTemplateServicer(),
            ),
            (
                emergency_service_pb2_grpc.add_EmergencyServiceServicer_to_server,
                EmergencyServicer(membership, dissolution),
            ),
            (
                temporary_branch_service_pb2_grpc.add_TemporaryBranchServiceServicer_to_server,
                TemporaryBranchServicer(membership, dissolution),
            ),
            (
                branch_checklist_service_pb2_grpc.add_BranchChecklistServiceServicer_to_server,
                BranchChecklistServicer(),
            ),
            (
                campaign_service_pb2_grpc.add_CampaignServiceServicer_to_server,
                CampaignServicer(membership),
            ),
            (
                project_member_service_pb2_grpc.add_ProjectMemberServiceServicer_to_server,
                ProjectMemberServicer(membership),
            ),
            (pairing_service_pb2_grpc.add_PairingServiceServicer_to_server, PairingServicer()),
            (coverage_service_pb2_grpc.add_CoverageServiceServicer_to_server, CoverageServicer()),
            (pact_service_pb2_grpc.add_PactServiceServicer_to_server, PactServicer()),
            (
                election_service_pb2_grpc.add_ElectionServiceServicer_to_server,
                ElectionServicer(membership),
            ),
            (ballot_service_pb2_grpc.add_BallotServiceServicer_to_server, BallotServicer()),
            (
                party_group_service_pb2_grpc.add_PartyGroupServiceServicer_to_server,
                PartyGroupServicer(membership),
            ),
            (term_service_pb2_grpc.add_TermServiceServicer_to_server, TermServicer()),
            (
                finding_service_pb2_grpc.add_FindingServiceServicer_to_server,
                FindingServicer(membership),
            ),
            (
                reorganization_service_pb2_grpc.add_ReorganizationServiceServicer_to_server,
                ReorganizationServicer(membership, process),
            ),
        ],
        consumers=CONSUMERS,
        schedule=schedule(membership, dissolution),
        processes=[process, dissolution],
        reasons=error_reason_pb2.ErrorReason.DESCRIPTOR,
        roles=role_pb2.Role.DESCRIPTOR,
        metadata=tables.metadata,
        holdings=HOLDINGS,
        commands=[
            Command(
                "bootstrap",
                "establish the university and its first administrator",
                _add_bootstrap_arguments,
                _bootstrap,
            )
        ],
        siblings=siblings,
    )
