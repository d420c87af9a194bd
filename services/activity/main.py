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
from chassis.runtime import Service
from chassis.settings import Settings
from shuyuan.activity.v1 import (
    activity_fact_service_pb2_grpc,
    ceremony_service_pb2_grpc,
    class_hour_service_pb2_grpc,
    error_reason_pb2,
    information_service_pb2_grpc,
    meeting_service_pb2_grpc,
    resource_booking_service_pb2_grpc,
    resource_service_pb2_grpc,
    selection_service_pb2_grpc,
    talk_service_pb2_grpc,
    work_order_service_pb2_grpc,
)
from shuyuan.organization.v1 import role_pb2


def build(settings: Settings) -> Service:
    """Put the service together; nothing runs yet."""
    siblings = Siblings(settings)
    membership = Membership(siblings)
    return Service(
        name="activity",
        settings=settings,
        servicers=[
            (meeting_service_pb2_grpc.add_MeetingServiceServicer_to_server, MeetingServicer(membership)),
            (class_hour_service_pb2_grpc.add_ClassHourServiceServicer_to_server, ClassHourServicer()),
            (ceremony_service_pb2_grpc.add_CeremonyServiceServicer_to_server, CeremonyServicer(membership)),
            (talk_service_pb2_grpc.add_TalkServiceServicer_to_server, TalkServicer(membership)),
            (work_order_service_pb2_grpc.add_WorkOrderServiceServicer_to_server, WorkOrderServicer()),
            (
                selection_service_pb2_grpc.add_SelectionConsentServiceServicer_to_server,
                SelectionConsentServicer(membership),
            ),
            (
                selection_service_pb2_grpc.add_SelectionRosterServiceServicer_to_server,
                SelectionRosterServicer(membership),
            ),
            (
                information_service_pb2_grpc.add_InformationServiceServicer_to_server,
                InformationServicer(),
            ),
            (resource_service_pb2_grpc.add_ResourceServiceServicer_to_server, ResourceServicer()),
            (
                resource_booking_service_pb2_grpc.add_ResourceBookingServiceServicer_to_server,
                ResourceBookingServicer(),
            ),
            (
                activity_fact_service_pb2_grpc.add_ActivityFactServiceServicer_to_server,
                ActivityFactServicer(),
            ),
        ],
        consumers=CONSUMERS,
        schedule=SCHEDULE,
        processes=[OATH],
        reasons=error_reason_pb2.ErrorReason.DESCRIPTOR,
        roles=role_pb2.Role.DESCRIPTOR,
        metadata=tables.metadata,
        holdings=HOLDINGS,
        siblings=siblings,
    )
