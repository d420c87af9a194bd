"""Information grants and views: their public shape, and the facts about grants as events of the contract."""

from activity.domain.information import InformationGrant, Shared, View
from activity.events.shapes import number, text
from chassis.events import Event
from chassis.message_values import stamp
from shuyuan.activity.v1 import events_pb2, information_pb2

FIELD = information_pb2.InformationField.DESCRIPTOR


def grant_message(grant: InformationGrant) -> information_pb2.InformationGrant:
    """A grant."""
    return information_pb2.InformationGrant(
        information_grant_id=str(grant.information_grant_id),
        unit_id=str(grant.unit_id),
        viewer_unit_id=str(grant.viewer_unit_id),
        fields=[number(FIELD, field) for field in grant.fields],
        purpose=grant.purpose,
        valid_from=grant.days.start.isoformat(),
        valid_until=grant.days.end.isoformat() if grant.days.end else None,
        end_reason=grant.end_reason,
        create_time=stamp(grant.created_at),
        update_time=stamp(grant.updated_at),
        version=grant.version,
        etag=str(grant.version),
    )


def shared_message(shared: Shared) -> information_pb2.SharedInformation:
    """What is seen of a person; in no event."""
    return information_pb2.SharedInformation(
        person_id=str(shared.reach.person_id),
        unit_id=str(shared.reach.unit_id),
        fields=[number(FIELD, field) for field in shared.reach.fields],
        branch_unit_id=text(shared.branch_id),
        expected_count=shared.expected,
        attended_count=shared.attended,
        credited_minutes=shared.credited_minutes,
        talk_count=shared.talks,
    )


def view_message(view: View) -> information_pb2.InformationView:
    """Who saw what of whom; in no event."""
    return information_pb2.InformationView(
        view_id=str(view.view_id),
        person_id=str(view.person_id),
        viewer_person_id=str(view.viewer_id),
        viewer_unit_id=str(view.viewer_unit_id),
        unit_id=str(view.unit_id),
        information_grant_id=str(view.information_grant_id),
        fields=[number(FIELD, field) for field in view.fields],
        year=view.year,
        purpose=view.purpose,
        time=stamp(view.viewed_at),
    )


def information_granted(grant: InformationGrant) -> Event:
    """A unit lets another see something."""
    data = events_pb2.InformationGrantGranted(information_grant=grant_message(grant))
    return Event(grant.information_grant_id, grant.version, data)


def information_ended(grant: InformationGrant) -> Event:
    """It no longer does, from a day on."""
    data = events_pb2.InformationGrantEnded(information_grant=grant_message(grant))
    return Event(grant.information_grant_id, grant.version, data)
