"""Puts the organization service together, and holds its own command: `bootstrap`."""

import argparse
from datetime import date

from chassis.calls import ServiceContext, enter, system_call
from chassis.grpc_client import Siblings
from chassis.grpc_server import registered
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
    error_reason_pb2,
    role_pb2,
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
        servicers=registered(
            UnitServicer(membership, dissolution),
            CampusServicer(),
            AppointmentServicer(membership),
            GrantServicer(),
            AccessServicer(),
            PlaceServicer(),
            ZoneServicer(),
            ClassLinkServicer(),
            DocumentServicer(),
            ProgrammeServicer(),
            DutyServicer(),
            PlaqueServicer(),
            VanguardTeamServicer(membership),
            FormationTemplateServicer(),
            EmergencyServicer(membership, dissolution),
            TemporaryBranchServicer(membership, dissolution),
            BranchChecklistServicer(),
            CampaignServicer(membership),
            ProjectMemberServicer(membership),
            PairingServicer(),
            CoverageServicer(),
            PactServicer(),
            ElectionServicer(membership),
            BallotServicer(),
            PartyGroupServicer(membership),
            TermServicer(),
            FindingServicer(membership),
            ReorganizationServicer(membership, process),
        ),
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
