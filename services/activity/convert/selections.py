"""Consents and target lists on the wire."""

from uuid import UUID

from activity.domain.selections import Quota, RosterState, SeatOutcome, Selector
from activity.events.selections import OUTCOME, SELECTOR, STATE
from activity.events.shapes import value
from activity.operations.consents import NewConsent
from activity.operations.selections import NewRoster
from activity.repository.consents import ConsentFilter
from chassis.message_values import maybe_day, maybe_uuid
from shuyuan.activity.v1 import selection_service_pb2 as pb


def _selector(given: int) -> Selector:
    found = value(SELECTOR, Selector, given)
    assert found is not None, "the contract requires it"
    return found


def new_consent(request: pb.GiveSelectionConsentRequest) -> NewConsent:
    """What somebody agrees to."""
    return NewConsent(
        person_id=UUID(request.person_id),
        unit_id=UUID(request.unit_id),
        selector=_selector(request.selector),
        valid_until=maybe_day(request, "valid_until"),
        statement=request.statement,
    )


def consent_filter(request: pb.ListSelectionConsentsRequest) -> ConsentFilter:
    """What a list is narrowed to."""
    return ConsentFilter(
        unit_id=maybe_uuid(request, "unit_id"),
        person_id=maybe_uuid(request, "person_id"),
        in_force_only=request.in_force_only,
    )


def new_roster(request: pb.BuildSelectionRosterRequest) -> NewRoster:
    """What a list is built with."""
    return NewRoster(
        unit_id=UUID(request.unit_id),
        title=request.title,
        purpose=request.purpose,
        quotas=tuple(Quota(_selector(quota.selector), quota.seats) for quota in request.quotas),
    )


def roster_state(request: pb.ListSelectionRostersRequest) -> RosterState | None:
    """The state asked for."""
    return value(STATE, RosterState, request.state)


def outcome(request: pb.ListSelectionEntriesRequest) -> SeatOutcome | None:
    """The outcome asked for."""
    return value(OUTCOME, SeatOutcome, request.outcome)
