"""Terms of office: their public shape, and the facts about them as events of the contract."""

from collections.abc import Callable

from chassis.events import Event
from organization.domain.terms import Term
from organization.events.shapes import day, instant, number
from shuyuan.organization.v1 import events_pb2, term_pb2

Announce = Callable[[Term], Event]
_STATE = term_pb2.Term.State.DESCRIPTOR


def term_message(term: Term) -> term_pb2.Term:
    """A term as everybody who may read terms sees it."""
    return term_pb2.Term(
        term_id=str(term.term_id),
        unit_id=str(term.unit_id),
        number=term.number,
        started_on=term.started_on.isoformat(),
        ends_on=term.ends_on.isoformat(),
        election_due_on=term.election_due_on.isoformat(),
        reminder_on=term.reminder_on.isoformat(),
        reminded_on=day(term.reminded_on),
        ended_on=day(term.ended_on),
        shift_reason=term.shift_reason,
        shift_document_number=term.shift_document_number,
        document_number=term.document_number,
        override_reason=term.override_reason,
        state=number(_STATE, term.state),
        create_time=instant(term.created_at),
        update_time=instant(term.updated_at),
        version=term.version,
        etag=str(term.version),
    )


def term_begun(term: Term) -> Event:
    """A term began."""
    return Event(term.term_id, term.version, events_pb2.TermBegun(term=term_message(term)))


def term_ended(term: Term) -> Event:
    """A term ended with the next election."""
    return Event(term.term_id, term.version, events_pb2.TermEnded(term=term_message(term)))


def election_shifted(term: Term) -> Event:
    """An election was approved for another day."""
    return Event(term.term_id, term.version, events_pb2.TermElectionShifted(term=term_message(term)))


def term_reminded(term: Term) -> Event:
    """The time to prepare an election has come."""
    return Event(term.term_id, term.version, events_pb2.TermReminded(term=term_message(term)))


def term_corrected(term: Term, reason: str) -> Event:
    """What was entered about a term was corrected."""
    data = events_pb2.TermCorrected(reason=reason, term=term_message(term))
    return Event(term.term_id, term.version, data)
