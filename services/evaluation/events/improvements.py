"""Improvement items: their public shape, and the facts about them as events of the contract."""

from typing import Any

from chassis.events import Event
from chassis.message_values import stamp
from evaluation.domain.improvements import ImprovementItem
from evaluation.events.shapes import day, exact, number, text
from shuyuan.evaluation.v1 import events_pb2, improvement_item_pb2

STATE = improvement_item_pb2.ImprovementItem.State.DESCRIPTOR
OUTCOME = improvement_item_pb2.ImprovementItem.Outcome.DESCRIPTOR


def improvement_message(item: ImprovementItem) -> improvement_item_pb2.ImprovementItem:
    """An item as those see it who may."""
    return improvement_item_pb2.ImprovementItem(
        improvement_item_id=str(item.improvement_item_id),
        award_id=str(item.award_id),
        edition_id=str(item.edition_id),
        unit_id=str(item.unit_id),
        criterion_key=item.criterion_key,
        criterion_name=item.criterion_name,
        score=f"{item.score:f}",
        threshold=f"{item.threshold:f}",
        state=number(STATE, item.state),
        measure=item.measure,
        due_on=day(item.due_on),
        report=item.report,
        reported_on=day(item.reported_on),
        reason=item.reason,
        next_edition_id=text(item.next_edition_id),
        next_score=exact(item.next_score),
        outcome=number(OUTCOME, item.outcome),
        create_time=stamp(item.created_at),
        update_time=stamp(item.updated_at),
        version=item.version,
        etag=str(item.version),
    )


def _event(item: ImprovementItem, kind: Any) -> Event:
    return Event(item.improvement_item_id, item.version, kind(improvement_item=improvement_message(item)))


def proposed(item: ImprovementItem) -> Event:
    """A score was low."""
    return _event(item, events_pb2.ImprovementItemProposed)


def planned(item: ImprovementItem) -> Event:
    """The unit has planned what it does."""
    return _event(item, events_pb2.ImprovementItemPlanned)


def reported(item: ImprovementItem) -> Event:
    """The unit has reported what it did."""
    return _event(item, events_pb2.ImprovementItemReported)


def returned(item: ImprovementItem) -> Event:
    """The report is not enough."""
    return _event(item, events_pb2.ImprovementItemReturned)


def closed(item: ImprovementItem) -> Event:
    """What was done is enough."""
    return _event(item, events_pb2.ImprovementItemClosed)


def dismissed(item: ImprovementItem) -> Event:
    """Nothing need be done."""
    return _event(item, events_pb2.ImprovementItemDismissed)


def followed_up(item: ImprovementItem) -> Event:
    """The next edition said what came of it."""
    return _event(item, events_pb2.ImprovementItemFollowedUp)
