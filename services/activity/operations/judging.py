"""What others judge a unit by: its periodic duties, and the facts of a period with their evidence."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from activity.domain import rules
from activity.domain.meetings import DUTIES, MeetingKind
from activity.domain.rules import Judgement
from activity.domain.unit_facts import UnitFacts, check_period
from activity.operations.units import known_unit
from activity.repository import meetings, talks, unit_facts
from chassis.calls import Call


@dataclass(frozen=True, slots=True)
class Duty:
    """A periodic duty: the meeting that fulfils it (None: talks), the last time, and what its rule says today."""

    kind: MeetingKind | None
    last_on: date | None
    last_meeting_id: UUID | None
    judgements: tuple[Judgement, ...]


async def list_meeting_duties(call: Call, unit_id: UUID) -> tuple[Duty, ...]:
    """Say of each duty of a unit whether it is overdue; the contract asks for the permission before."""
    unit = await known_unit(call.database, unit_id)
    duties = DUTIES.get(unit.kind, ())
    held = await meetings.last_held(call.database, unit_id) if duties else {}
    today = call.clock.today()
    found = []
    for kind, operation in duties:
        if kind is None:
            last, meeting_id = await talks.last_held(call.database, unit_id), None
        else:
            last, meeting_id = held.get(kind, (None, None))
        judgements = rules.duty_judgements(operation, last=last, anchor=unit.established_on, on=today)
        found.append(Duty(kind, last, meeting_id, judgements))
    return tuple(found)


async def get_unit_facts(call: Call, unit_id: UUID, *, first: date, until: date) -> UnitFacts:
    """Count what a unit and the units below it did; the contract asks for the permission before."""
    check_period(first, until)
    return await unit_facts.gather(call.database, unit_id, first=first, until=until)
