"""What this service asks of membership, answered as domain values."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from grpc.aio import Channel

from activity.domain.ceremonies import Eligibility
from activity.domain.selections import Studies
from chassis.grpc_client import Siblings
from shuyuan.membership.v1 import (
    admission_service_pb2,
    admission_service_pb2_grpc,
    person_pb2,
    person_service_pb2,
    person_service_pb2_grpc,
)

# The most persons that membership names in one answer.
LABELS_AT_ONCE = 500


class Membership:
    """The membership service, asked by our own token."""

    def __init__(self, siblings: Siblings) -> None:
        self._siblings = siblings

    async def known_persons(self, person_ids: Sequence[UUID]) -> set[UUID]:
        """Those of the persons who are registered; of whoever was merged into another nothing new is written."""
        labels = await self._labels(person_ids)
        return {UUID(label.person_id) for label in labels if not label.HasField("merged_into_person_id")}

    async def studies(self, person_ids: Sequence[UUID]) -> Studies:
        """Which of the people study, and who of them for a bachelor's degree."""
        labels = await self._labels(person_ids)
        undergraduate = person_pb2.PERSON_CATEGORY_UNDERGRADUATE
        return Studies(
            students=frozenset(
                UUID(label.person_id) for label in labels if label.kind == person_pb2.PERSON_KIND_STUDENT
            ),
            undergraduates=frozenset(
                UUID(label.person_id) for label in labels if label.category == undergraduate
            ),
        )

    async def _labels(self, person_ids: Sequence[UUID]) -> list[person_pb2.PersonLabel]:
        stub = person_service_pb2_grpc.PersonServiceStub(self._channel())
        labels: list[person_pb2.PersonLabel] = []
        for start in range(0, len(person_ids), LABELS_AT_ONCE):
            asked = [str(person_id) for person_id in person_ids[start : start + LABELS_AT_ONCE]]
            request = person_service_pb2.BatchGetPersonLabelsRequest(person_ids=asked)
            labels += (await stub.BatchGetPersonLabels(request)).labels
        return labels

    async def oath_eligibility(self, person_ids: Iterable[UUID], held_on: date) -> Eligibility:
        """Who may take the oath on a day, with their cases, and why the others may not."""
        stub = admission_service_pb2_grpc.AdmissionServiceStub(self._channel())
        request = admission_service_pb2.CheckOathEligibilityRequest(
            person_ids=[str(person_id) for person_id in person_ids], held_on=held_on.isoformat()
        )
        response = await stub.CheckOathEligibility(request)
        return Eligibility(
            cases={UUID(each.person_id): UUID(each.case_id) for each in response.eligible},
            refusals={UUID(each.person_id): each.reason for each in response.refused},
        )

    def _channel(self) -> Channel:
        return self._siblings.channel("membership", as_service=True)
