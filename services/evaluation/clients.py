"""What this service asks of those who recorded the facts, answered as domain values; never inside a unit of work."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from chassis.errors import DeadlineExceededError, UnavailableError
from chassis.grpc_client import Siblings
from chassis.message_values import maybe_stamp, uuids
from evaluation.domain.recorded import RollMember, Status, UnitActivity
from evaluation.errors import FactsUnavailableError
from shuyuan.activity.v1 import activity_fact_service_pb2 as facts_pb
from shuyuan.activity.v1 import activity_fact_service_pb2_grpc, meeting_pb2
from shuyuan.membership.v1 import member_pb2, person_pb2, roll_service_pb2, roll_service_pb2_grpc

PAGE = 200


class Recorders:
    """Activity and membership, asked under our own name."""

    def __init__(self, siblings: Siblings) -> None:
        self._siblings = siblings

    async def unit_activity(self, unit_id: UUID, period_from: date, period_until: date) -> UnitActivity:
        """What the unit did in the period, with the ids behind each number."""
        # `from` is a word of Python, so the fields are named by a map.
        period = {"from": period_from.isoformat(), "to": period_until.isoformat()}
        request = facts_pb.GetUnitFactsRequest(unit_id=str(unit_id), **period)
        channel = self._siblings.channel("activity", as_service=True)
        stub = activity_fact_service_pb2_grpc.ActivityFactServiceStub(channel)
        try:
            answer = await stub.GetUnitFacts(request)
        except (UnavailableError, DeadlineExceededError):
            raise FactsUnavailableError(service="activity") from None
        return _activity(answer.facts)

    async def roll(
        self, unit_id: UUID | None, as_of: date, known_at: datetime | None = None
    ) -> list[RollMember]:
        """The members of a unit and of those below it on a day, as known at an instant; of everywhere for None."""
        channel = self._siblings.channel("membership", as_service=True)
        stub = roll_service_pb2_grpc.RollServiceStub(channel)
        members: list[RollMember] = []
        token = ""
        while True:
            request = roll_service_pb2.ListMembersRequest(
                page_size=PAGE,
                page_token=token,
                unit_id=str(unit_id) if unit_id else None,
                as_of=as_of.isoformat(),
                known_at=maybe_stamp(known_at),
            )
            try:
                page = await stub.ListMembers(request)
            except (UnavailableError, DeadlineExceededError):
                raise FactsUnavailableError(service="membership") from None
            members += [_member(member) for member in page.members if member.statuses]
            token = page.next_page_token
            if not token:
                return members


def _activity(facts: facts_pb.UnitFacts) -> UnitActivity:
    prefix = "MEETING_KIND_"
    return UnitActivity(
        meetings_by_kind={
            meeting_pb2.MeetingKind.Name(kind.kind).removeprefix(prefix).lower(): (
                kind.held_count,
                uuids(kind.meeting_ids),
            )
            for kind in facts.kinds
        },
        meetings_held=facts.meetings_held,
        study_first=facts.first_item_study_count,
        study_breaches=uuids(facts.first_item_breach_meeting_ids),
        attendance_rate=Decimal(facts.attendance_rate) if facts.HasField("attendance_rate") else None,
        teacher_attendances=facts.teacher_attendances,
        class_hours=Decimal(facts.class_hours or "0"),
        sworn=facts.sworn_count,
        ceremony_ids=uuids(facts.ceremony_ids),
        talks=facts.talks_recorded,
    )


def _member(member: member_pb2.Member) -> RollMember:
    status = member_pb2.MembershipStatus.Name(member.statuses[0].status)
    return RollMember(
        person_id=UUID(member.person_id),
        status=Status(status.removeprefix("MEMBERSHIP_STATUS_").lower()),
        is_staff=member.kind == person_pb2.PERSON_KIND_STAFF,
        branch_id=UUID(member.relationships[0].unit_id) if member.relationships else None,
    )
