"""The domain's words and the contract's are the same, so that nothing can be said that the other does not know."""

from enum import StrEnum
from itertools import pairwise

import pytest
from google.protobuf.descriptor import EnumDescriptor

from activity import errors
from activity.domain.bookings import Basis, BookingState
from activity.domain.ceremonies import CeremonyState, Outcome
from activity.domain.information import InformationField
from activity.domain.meetings import DUTIES, MeetingKind, MeetingState
from activity.domain.plans import Capacity, ItemKind, LearningMode
from activity.domain.resources import Origin, ResourceKind, ResourceState, ShareScope
from activity.domain.selections import RosterState, SeatOutcome, Selector
from activity.domain.talks import TalkKind
from activity.domain.work_orders import WorkOrderAct, WorkOrderState
from activity.events import information, resources, selections, shapes, work_orders
from chassis.errors import ServiceError
from shuyuan.activity.v1 import error_reason_pb2
from shuyuan.organization.v1 import unit_pb2


@pytest.mark.parametrize(
    ("words", "enum"),
    [
        (MeetingKind, shapes.KIND),
        (LearningMode, shapes.MODE),
        (Capacity, shapes.CAPACITY),
        (ItemKind, shapes.ITEM_KIND),
        (MeetingState, shapes.MEETING_STATE),
        (CeremonyState, shapes.CEREMONY_STATE),
        (Outcome, shapes.OUTCOME),
        (TalkKind, shapes.TALK_KIND),
        (WorkOrderState, work_orders.STATE),
        (WorkOrderAct, work_orders.ACT),
        (ResourceKind, resources.KIND),
        (Origin, resources.ORIGIN),
        (ResourceState, resources.STATE),
        (ShareScope, resources.SCOPE),
        (BookingState, resources.BOOKING_STATE),
        (Basis, resources.BASIS),
        (Selector, selections.SELECTOR),
        (InformationField, information.FIELD),
        (RosterState, selections.STATE),
        (SeatOutcome, selections.OUTCOME),
    ],
)
def test_every_word_has_its_number_and_back(words: type[StrEnum], enum: EnumDescriptor) -> None:
    numbers = [shapes.number(enum, word) for word in words]

    assert sorted(numbers) == [value.number for value in enum.values if value.number]
    assert [shapes.value(enum, words, number) for number in numbers] == list(words)


def test_every_error_has_a_reason_in_the_contract_and_the_other_way_round() -> None:
    named = {
        error.reason
        for error in vars(errors).values()
        if isinstance(error, type) and issubclass(error, ServiceError) and error.__module__ == errors.__name__
    }

    known = {
        value.name.removeprefix("ERROR_REASON_")
        for value in error_reason_pb2.ErrorReason.DESCRIPTOR.values
        if value.number
    }
    assert named == known


def test_duties_are_of_kinds_of_units_that_exist() -> None:
    kinds = {value.name.removeprefix("KIND_") for value in unit_pb2.Unit.Kind.DESCRIPTOR.values}

    assert set(DUTIES) <= kinds


def test_kinds_of_meetings_keep_the_order_of_the_contract() -> None:
    numbers = [shapes.number(shapes.KIND, kind) for kind in MeetingKind]

    assert all(first < second for first, second in pairwise(numbers))
