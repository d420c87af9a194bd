"""Puts the membership service together."""

import argparse

from chassis.calls import ServiceContext, system_call
from chassis.field_cipher import FieldCipher
from chassis.grpc_client import Siblings
from chassis.grpc_server import registered
from chassis.ids import bootstrap_person_id
from chassis.runtime import Command, Service
from membership import tables
from membership.clients import Subjects
from membership.consumers import consumers
from membership.domain.people import NewPerson, PersonKind
from membership.facts import Rules
from membership.operations import people
from membership.operations.erasures import Archivist
from membership.operations.means import Means
from membership.operations.person_exports import export_process
from membership.operations.reconciliations import reconciliation_process
from membership.repository.holdings import HOLDINGS
from membership.repository.sealed import SEALED
from membership.schedule import schedule
from membership.servicer.admission import AdmissionServicer
from membership.servicer.case_materials import CaseMaterialServicer
from membership.servicer.compliance import ComplianceServicer
from membership.servicer.counterfactual import CounterfactualServicer
from membership.servicer.dues import DuesServicer
from membership.servicer.erasures import PersonErasureServicer
from membership.servicer.forms import AdmissionFormServicer
from membership.servicer.inbox import InboxServicer
from membership.servicer.inspections import InspectionServicer
from membership.servicer.merging import PersonMergeServicer
from membership.servicer.peer_mentors import PeerMentorServicer
from membership.servicer.people import PersonServicer
from membership.servicer.person_exports import PersonExportServicer
from membership.servicer.person_files import PersonFileServicer
from membership.servicer.plans import AdmissionPlanServicer
from membership.servicer.pledges import PledgeServicer
from membership.servicer.record_sets import RecordSetServicer
from membership.servicer.rolls import RollServicer
from membership.servicer.rosters import RosterServicer
from membership.servicer.secondments import SecondmentServicer
from membership.servicer.standing import StandingServicer
from membership.servicer.sync import SyncServicer
from membership.servicer.transfers import TransferServicer
from membership.settings import Settings
from rulebook import RuleBook
from shuyuan.membership.v1 import error_reason_pb2
from shuyuan.organization.v1 import role_pb2


def means_of(settings: Settings) -> Means:
    """What operations work with."""
    return Means(
        cipher=FieldCipher(settings.field_key_ring),
        identity_key=settings.identity_key_bytes if settings.identity_key else b"",
        issuer=settings.issuer,
        rules=Rules(RuleBook.shipped(*settings.rule_packs)),
    )


def build(settings: Settings) -> Service:
    """The service as it runs."""
    means = means_of(settings)
    siblings = Siblings(settings)
    subjects = Subjects(siblings)
    gathering = export_process(means, subjects)
    writing = reconciliation_process(means, subjects)
    archivist = Archivist(means, subjects, RuleBook.shipped(*settings.retention_packs))
    return Service(
        name="membership",
        settings=settings,
        servicers=registered(
            PersonServicer(means),
            PersonMergeServicer(means),
            PersonFileServicer(means),
            PersonErasureServicer(archivist),
            RecordSetServicer(means, writing),
            PersonExportServicer(means, gathering),
            RollServicer(means),
            AdmissionServicer(means),
            AdmissionFormServicer(means),
            AdmissionPlanServicer(means),
            CounterfactualServicer(means),
            DuesServicer(means),
            CaseMaterialServicer(means),
            PledgeServicer(means),
            PeerMentorServicer(means),
            SecondmentServicer(),
            StandingServicer(means),
            RosterServicer(means, subjects),
            SyncServicer(means),
            TransferServicer(means),
            ComplianceServicer(means),
            InspectionServicer(means),
            InboxServicer(means),
        ),
        consumers=consumers(means),
        schedule=schedule(means, subjects),
        processes=[gathering, writing, archivist.process],
        holdings=HOLDINGS,
        sealed=SEALED,
        reasons=error_reason_pb2.DESCRIPTOR.enum_types_by_name["ErrorReason"],
        roles=role_pb2.DESCRIPTOR.enum_types_by_name["Role"],
        metadata=tables.metadata,
        commands=[_bootstrap(means)],
        siblings=siblings,
    )


def _bootstrap(means: Means) -> Command:
    def add_arguments(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--number", required=True, help="staff number of the first administrator")
        parser.add_argument("--name", default="系统管理员", help="the administrator's name")

    async def run(context: ServiceContext, arguments: argparse.Namespace) -> int:
        person_id = bootstrap_person_id(means.issuer, arguments.number)
        new = NewPerson(
            person_id=person_id,
            name=arguments.name,
            kind=PersonKind.STAFF,
            campus_number=arguments.number,
        )
        await people.bootstrap(system_call(context, "bootstrap"), means, new)
        print(f"membership: first administrator {person_id}")  # noqa: T201 - a command's answer
        return 0

    return Command("bootstrap", "register the first administrator and the login", add_arguments, run)
