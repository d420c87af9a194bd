"""A standing case with an act that was another one than is written: gone through anew from that act on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from chassis.days import CAMPUS
from chassis.intervals import Interval
from membership.domain.members import Member, MembershipStatus
from membership.domain.standing import LEAVING, Act, Entry, StandingCase, State, opened
from membership.errors import DayOutOfOrderError
from rulebook import RuleSet


@dataclass(frozen=True, slots=True)
class Shift:
    """What the roll says of the days around the two, so that the period that ends or begins there is one again."""

    days: Interval
    status: MembershipStatus | None
    # Of a decision that ended the membership: the days of the relationship, None for with nobody.
    unit_days: Interval
    unit_id: UUID | None


def corrected(
    case: StandingCase,
    entries: Sequence[Entry],
    position: int,
    rules: Mapping[date, RuleSet],
    approvers: Mapping[UUID, str],
    *,
    today: date,
) -> StandingCase:
    """
    The case after these acts, of which the one at the position was corrected.

    It and the acts after it are asked for anew and refused as they would have been; what the rules said of the others
    when they were entered stays.

    Args:
        rules: by the days of the acts from the position on, and of today.
        approvers: as what the rules know the organisations that decided.
    """
    found = _bare(case, entries[0].occurred_on)
    for index, entry in enumerate(entries):
        if index < position:
            found = _as_it_was(found, entry)
            continue
        found = _taken(found, entry, rules[entry.occurred_on], approvers, today=today)
        if index > position:
            found = replace(found, entries=(*found.entries[:-1], entry))
    return found.reckoned(rules[today])


def known(case: StandingCase, entries: Sequence[Entry], rules: RuleSet) -> StandingCase:
    """The case as its acts were known at another instant."""
    found = _bare(case, entries[0].occurred_on)
    for entry in entries:
        found = _as_it_was(found, entry)
    return found.reckoned(rules)


def _bare(case: StandingCase, since: date) -> StandingCase:
    return StandingCase(
        case.standing_case_id,
        case.person_id,
        case.unit_id,
        case.kind,
        case.ground,
        since,
        case.created_at,
        case.updated_at,
        version=case.version,
    )


def _as_it_was(found: StandingCase, entry: Entry) -> StandingCase:
    after = replace(found, entries=(*found.entries, entry)).following(entry)
    return replace(after, state=State.ENDED) if entry.act is Act.END else after


def _taken(
    found: StandingCase, entry: Entry, rules: RuleSet, approvers: Mapping[UUID, str], *, today: date
) -> StandingCase:
    match entry.act:
        case Act.OPENING:
            # A graduate is not to be kept for too long when the case is opened, however long ago that was.
            return opened(found, entry, rules, today=found.created_at.astimezone(CAMPUS).date())
        case Act.CONTACT:
            return found.contacted(entry, rules, today=today)
        case Act.END:
            return found.ended(entry, today=today)
    approver = "" if entry.approver_unit_id is None else approvers[entry.approver_unit_id]
    return found.decided(entry, rules, approver_type=approver, today=today)


def shifted(member: Member, act: Act, written: date, day: date) -> Shift:
    """What a decision of another day makes of the roll; refuses a day beyond what is recorded beside it."""
    first, end = min(written, day), max(written, day)
    starts = [item.valid_from for item in member.statuses]
    starts += [item.valid_from for item in member.relationships]
    before = member.status_on(written - timedelta(days=1))
    # Something else that was recorded of the membership begins between the two days, or was no membership before.
    between = [start for start in starts if first < start <= end and start != written]
    if before is None or before.valid_from >= first or between:
        bound = min(between, default=written)
        raise DayOutOfOrderError(day=day, bound=f"< {bound}" if day > written else f"> {bound}")
    between_days = Interval(first, end)
    if day > written:
        latest = member.latest
        since = before.valid_from if latest is None else latest.valid_from
        unit_id = None if latest is None else latest.unit_id
        return Shift(Interval(before.valid_from, day), before.status, Interval(since, day), unit_id)
    after = None if act in LEAVING else member.status_on(written)
    if after is None:
        return Shift(between_days, None, between_days, None)
    return Shift(Interval(day, after.valid_until), after.status, between_days, None)
