"""A standing case with an act that was another one than is written: gone through anew from that act on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from chassis.days import CAMPUS
from chassis.intervals import Interval
from membership.domain.members import Member, MembershipStatus
from membership.domain.standing import LEAVING, STATUS_ACTS, Act, Entry, StandingCase, State, opened
from membership.errors import DayOutOfOrderError, FieldsContradictError
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


def effect(act: Act) -> Act | None:
    """What an act makes of the membership: both ways of leaving are one, most acts change nothing."""
    if act in LEAVING:
        return Act.REMOVAL
    return act if act in STATUS_ACTS else None


def check_kind(written: Act, right: Entry) -> None:
    """Refuse an opening that was none, another opening, and a time limit of what sets none."""
    if (written is Act.OPENING) != (right.act is Act.OPENING):
        raise FieldsContradictError.of(
            "act",
            "立项只能更正为立项，其他行为也不能更正为立项。",
            "The opening of a case stays one, and nothing else is.",
        )
    if (right.act is Act.RECTIFICATION_ORDER) != (right.until is not None):
        raise FieldsContradictError.of(
            "until",
            "限期改正须写明期限，其他行为不写。",
            "A rectification order states its last day, and nothing else.",
        )


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


def undone(member: Member, act: Act, written: date) -> Shift:
    """What the roll says where a decision changed nothing; refuses what something recorded later stands on."""
    before = member.status_on(written - timedelta(days=1))
    since = member.status_on(written)
    starts = [item.valid_from for item in member.statuses] + [
        item.valid_from for item in member.relationships
    ]
    later = [start for start in starts if start > written]
    if before is None or (act in LEAVING and later):
        raise DayOutOfOrderError(day=written, bound=f"< {min(later, default=written)}")
    if act in LEAVING:
        latest = member.latest
        if latest is None:
            raise DayOutOfOrderError(day=written, bound="-")
        return Shift(Interval(before.valid_from), before.status, Interval(latest.valid_from), latest.unit_id)
    if since is None or since.valid_from != written:
        raise DayOutOfOrderError(day=written, bound=f"> {written}")
    return Shift(Interval(before.valid_from, since.valid_until), before.status, Interval(written), None)


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
