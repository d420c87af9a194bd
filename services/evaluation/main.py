"""The composition root: what the evaluation service is made of."""

from chassis.grpc_client import Siblings
from chassis.grpc_server import registered
from chassis.runtime import Service
from chassis.settings import Settings
from evaluation import tables
from evaluation.clients import Recorders
from evaluation.consumers import CONSUMERS
from evaluation.repository.holdings import HOLDINGS
from evaluation.servicer.awards import AwardServicer
from evaluation.servicer.editions import EditionServicer
from evaluation.servicer.honours import HonourServicer
from evaluation.servicer.improvements import ImprovementItemServicer
from evaluation.servicer.indicators import IndicatorServicer
from evaluation.servicer.model_posts import ModelPostServicer
from evaluation.servicer.nominations import NominationServicer
from shuyuan.evaluation.v1 import error_reason_pb2
from shuyuan.organization.v1 import role_pb2


def build(settings: Settings) -> Service:
    """Put the service together; nothing runs yet."""
    siblings = Siblings(settings)
    recorders = Recorders(siblings)
    return Service(
        name="evaluation",
        settings=settings,
        servicers=registered(
            AwardServicer(),
            EditionServicer(recorders),
            NominationServicer(),
            HonourServicer(),
            ModelPostServicer(recorders),
            ImprovementItemServicer(),
            IndicatorServicer(recorders),
        ),
        consumers=CONSUMERS,
        reasons=error_reason_pb2.ErrorReason.DESCRIPTOR,
        roles=role_pb2.Role.DESCRIPTOR,
        metadata=tables.metadata,
        holdings=HOLDINGS,
        siblings=siblings,
    )
