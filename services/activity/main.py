"""The composition root: what the activity service is made of."""

from activity import tables
from activity.clients import Membership
from activity.consumers import CONSUMERS
from activity.operations.ceremonies import OATH
from activity.repository.holdings import HOLDINGS
from activity.schedule import SCHEDULE
from activity.servicer.ceremonies import CeremonyServicer
from activity.servicer.class_hours import ClassHourServicer
from activity.servicer.information import InformationServicer
from activity.servicer.meetings import ActivityFactServicer, MeetingServicer
from activity.servicer.resources import ResourceBookingServicer, ResourceServicer
from activity.servicer.selections import SelectionConsentServicer, SelectionRosterServicer
from activity.servicer.talks import TalkServicer
from activity.servicer.work_orders import WorkOrderServicer
from chassis.grpc_client import Siblings
from chassis.grpc_server import registered
from chassis.runtime import Service
from chassis.settings import Settings
from shuyuan.activity.v1 import (
    error_reason_pb2,
)
from shuyuan.organization.v1 import role_pb2


def build(settings: Settings) -> Service:
    """Put the service together; nothing runs yet."""
    siblings = Siblings(settings)
    membership = Membership(siblings)
    return Service(
        name="activity",
        settings=settings,
        servicers=registered(
            MeetingServicer(membership),
            ClassHourServicer(),
            CeremonyServicer(membership),
            TalkServicer(membership),
            WorkOrderServicer(),
            SelectionConsentServicer(membership),
            SelectionRosterServicer(membership),
            InformationServicer(),
            ResourceServicer(),
            ResourceBookingServicer(),
            ActivityFactServicer(),
        ),
        consumers=CONSUMERS,
        schedule=SCHEDULE,
        processes=[OATH],
        reasons=error_reason_pb2.ErrorReason.DESCRIPTOR,
        roles=role_pb2.Role.DESCRIPTOR,
        metadata=tables.metadata,
        holdings=HOLDINGS,
        siblings=siblings,
    )
