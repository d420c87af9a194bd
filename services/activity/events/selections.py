"""Consents and target lists: their public shape, and the facts about them as events of the contract."""

from uuid import UUID

from activity.domain.selections import Consent, Entry, Quota, Roster
from activity.events.shapes import number
from chassis.events import Event
from chassis.message_values import maybe_stamp, stamp
from shuyuan.activity.v1 import events_pb2, selection_pb2

SELECTOR = selection_pb2.Selector.DESCRIPTOR
STATE = selection_pb2.SelectionRoster.State.DESCRIPTOR
OUTCOME = selection_pb2.SelectionEntry.Outcome.DESCRIPTOR


def consent_message(consent: Consent) -> selection_pb2.SelectionConsent:
    """A consent for those who may read it; events strip the group."""
    return selection_pb2.SelectionConsent(
        consent_id=str(consent.consent_id),
        person_id=str(consent.person_id),
        unit_id=str(consent.unit_id),
        selector=number(SELECTOR, consent.selector),
        given_on=consent.given_on.isoformat(),
        valid_until=consent.valid_until.isoformat(),
        withdrawn_on=consent.withdrawn_on.isoformat() if consent.withdrawn_on else None,
        statement=consent.statement,
        create_time=stamp(consent.created_at),
        update_time=stamp(consent.updated_at),
        version=consent.version,
        etag=str(consent.version),
    )


def _quota_message(quota: Quota) -> selection_pb2.SelectionQuota:
    return selection_pb2.SelectionQuota(
        selector=number(SELECTOR, quota.selector),
        seats=quota.seats,
        candidate_count=quota.candidates,
        chosen_count=quota.chosen,
    )


def roster_message(roster: Roster) -> selection_pb2.SelectionRoster:
    """A list without its people."""
    return selection_pb2.SelectionRoster(
        roster_id=str(roster.roster_id),
        unit_id=str(roster.unit_id),
        title=roster.title,
        purpose=roster.purpose,
        as_of=roster.as_of.isoformat(),
        state=number(STATE, roster.state),
        quotas=[_quota_message(quota) for quota in roster.quotas],
        confirm_time=maybe_stamp(roster.confirmed_at),
        create_time=stamp(roster.created_at),
        update_time=stamp(roster.updated_at),
        version=roster.version,
        etag=str(roster.version),
    )


def entry_message(entry: Entry) -> selection_pb2.SelectionEntry:
    """One person on a list; in no event."""
    return selection_pb2.SelectionEntry(
        person_id=str(entry.person_id),
        selector=number(SELECTOR, entry.selector),
        place=entry.place,
        outcome=number(OUTCOME, entry.outcome),
        reason=entry.reason,
    )


def consent_given(consent: Consent) -> Event:
    """Somebody agreed."""
    data = events_pb2.SelectionConsentGiven(selection_consent=consent_message(consent))
    return Event(consent.consent_id, consent.version, data)


def consent_withdrawn(consent: Consent) -> Event:
    """A consent was withdrawn."""
    data = events_pb2.SelectionConsentWithdrawn(selection_consent=consent_message(consent))
    return Event(consent.consent_id, consent.version, data)


def consent_reassigned(consent: Consent, before: UUID, after: UUID) -> Event:
    """A consent of one person is another's."""
    data = events_pb2.SelectionConsentReassigned(
        from_person_id=str(before), to_person_id=str(after), selection_consent=consent_message(consent)
    )
    return Event(consent.consent_id, consent.version, data)


def roster_built(roster: Roster) -> Event:
    """A list was built."""
    data = events_pb2.SelectionRosterBuilt(selection_roster=roster_message(roster))
    return Event(roster.roster_id, roster.version, data)


def roster_changed(roster: Roster) -> Event:
    """Somebody was excluded, or withdrew."""
    data = events_pb2.SelectionRosterChanged(selection_roster=roster_message(roster))
    return Event(roster.roster_id, roster.version, data)


def roster_confirmed(roster: Roster) -> Event:
    """A list is final."""
    data = events_pb2.SelectionRosterConfirmed(selection_roster=roster_message(roster))
    return Event(roster.roster_id, roster.version, data)
