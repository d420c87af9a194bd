"""Selection groups: who meets a rule, how seats are filled, what consent allows. Nobody is looked at without it."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from activity.domain.fields import refuse
from activity.errors import (
    SelectionConsentWithdrawnError,
    SelectionPersonNotOnRosterError,
    SelectionRosterWrongStateError,
)
from rulebook.periods import Period

# Roles that a duty in a branch brings: whoever has one is of the backbone.
DUTY_ROLES: Final = ("ROLE_BRANCH_SECRETARY", "ROLE_BRANCH_OFFICER", "ROLE_PARTY_GROUP_LEADER")
_USUAL: Final = Period.parse("P1Y")
_LONGEST: Final = Period.parse("P2Y")


class Selector(StrEnum):
    """A group that people are selected from."""

    BACKBONE = "backbone"
    ETHNIC_MINORITY = "ethnic_minority"
    NATIONAL_SCHOLARSHIP = "national_scholarship"


class RosterState(StrEnum):
    """Where a target list stands."""

    DRAFT = "draft"
    CONFIRMED = "confirmed"


class SeatOutcome(StrEnum):
    """Whether a person has a seat."""

    CHOSEN = "chosen"
    WAITING = "waiting"
    ELSEWHERE = "elsewhere"
    EXCLUDED = "excluded"


@dataclass(frozen=True, slots=True)
class Consent:
    """Somebody agrees to be taken into consideration; `selector` is None once it is withdrawn."""

    consent_id: UUID
    person_id: UUID
    unit_id: UUID
    selector: Selector | None
    given_on: date
    valid_until: date
    withdrawn_on: date | None
    statement: str
    created_at: datetime
    updated_at: datetime
    version: int

    def withdrawn(self, today: date, now: datetime) -> "Consent":
        """It no longer holds, and what it said is erased."""
        if self.withdrawn_on is not None:
            raise SelectionConsentWithdrawnError(consent_id=self.consent_id)
        return replace(self, selector=None, withdrawn_on=today, updated_at=now, version=self.version + 1)


@dataclass(frozen=True, slots=True)
class Studies:
    """Those of some people who study, and who of them for a bachelor's degree."""

    students: frozenset[UUID]
    undergraduates: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Known:
    """What the records say of those who agreed."""

    students: Collection[UUID]
    undergraduates: Collection[UUID]
    members_with_duty: Collection[UUID]
    scholars: Collection[UUID]

    def meets(self, selector: Selector, person_id: UUID) -> bool:
        """Whether somebody who agreed to be considered with a group belongs to it."""
        match selector:
            case Selector.BACKBONE:
                return person_id in self.undergraduates and person_id in self.members_with_duty
            case Selector.NATIONAL_SCHOLARSHIP:
                return person_id in self.students and person_id in self.scholars
            case Selector.ETHNIC_MINORITY:
                # Said by the person with the consent; no register is asked.
                return person_id in self.students


@dataclass(frozen=True, slots=True)
class Quota:
    """How many are taken from a group at most, and how many there were."""

    selector: Selector
    seats: int
    candidates: int = 0
    chosen: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """One person on a list with one group; `position` is the place on the whole list."""

    position: int
    place: int
    person_id: UUID
    selector: Selector
    consent_id: UUID
    outcome: SeatOutcome
    reason: str


@dataclass(frozen=True, slots=True)
class Roster:
    """A target list without its people."""

    roster_id: UUID
    unit_id: UUID
    title: str
    purpose: str
    as_of: date
    state: RosterState
    quotas: tuple[Quota, ...]
    confirmed_at: datetime | None
    created_at: datetime
    updated_at: datetime
    version: int

    def check_draft(self) -> None:
        """Refuse to change a list that is final."""
        if self.state is not RosterState.DRAFT:
            raise SelectionRosterWrongStateError(roster_id=self.roster_id)

    def filled(self, entries: Iterable[Entry], now: datetime) -> "tuple[Roster, tuple[Entry, ...]]":
        """The list with its seats filled anew."""
        self.check_draft()
        quotas, seated = fill(self.quotas, entries)
        return replace(self, quotas=quotas, updated_at=now, version=self.version + 1), seated

    def confirmed(self, now: datetime) -> "Roster":
        """It is final."""
        self.check_draft()
        return replace(self, state=RosterState.CONFIRMED, confirmed_at=now)


def consent_end(asked: date | None, today: date) -> date:
    """The first day on which a consent no longer holds: a year from today unless said, two at most."""
    end = asked or _USUAL.after(today)
    if not today < end <= _LONGEST.after(today):
        refuse("valid_until", "须晚于今天，且不超过两年", "lies after today, within two years")
    return end


def check_statement(statement: str, *, own: bool) -> None:
    """Another person's consent is one that was signed."""
    if not own and not statement.strip():
        refuse("statement", "代为登记须注明书面同意书", "names the signed form of another person's consent")


def check_quotas(quotas: Sequence[Quota]) -> None:
    """Refuse a group named twice."""
    if len({quota.selector for quota in quotas}) < len(quotas):
        refuse("quotas", "同一人群不能重复", "names a group once")


def drawn(
    roster_id: UUID, quotas: Sequence[Quota], consents: Iterable[Consent], known: Known
) -> tuple[Entry, ...]:
    """Those who agreed and meet the rule, group by group by lot; the lot of one list is always the same."""
    by_group: dict[Selector, dict[UUID, UUID]] = {quota.selector: {} for quota in quotas}
    for consent in consents:
        group = None if consent.selector is None else by_group.get(consent.selector)
        if group is not None and consent.selector and known.meets(consent.selector, consent.person_id):
            # One who agreed to several units is one candidate.
            group.setdefault(consent.person_id, consent.consent_id)
    entries: list[Entry] = []
    for selector, group in by_group.items():
        for place, person_id in enumerate(sorted(group, key=lambda each: _lot(roster_id, each)), 1):
            entries.append(
                Entry(
                    position=len(entries) + 1,
                    place=place,
                    person_id=person_id,
                    selector=selector,
                    consent_id=group[person_id],
                    outcome=SeatOutcome.WAITING,
                    reason="",
                )
            )
    return tuple(entries)


def _lot(roster_id: UUID, person_id: UUID) -> bytes:
    return hashlib.sha256(roster_id.bytes + person_id.bytes).digest()


def fill(quotas: Sequence[Quota], entries: Iterable[Entry]) -> tuple[tuple[Quota, ...], tuple[Entry, ...]]:
    """Fill the seats group by group in the order of the lot; nobody gets two, and no seat stays free in vain."""
    by_group: dict[Selector, list[Entry]] = {quota.selector: [] for quota in quotas}
    for entry in sorted(entries, key=lambda each: each.position):
        by_group[entry.selector].append(entry)
    seated: set[UUID] = set()
    filled: list[Entry] = []
    counted: list[Quota] = []
    for quota in quotas:
        free = quota.seats
        group = by_group[quota.selector]
        for entry in group:
            outcome = _outcome(entry, has_seat=entry.person_id in seated, free=free)
            if outcome is SeatOutcome.CHOSEN:
                free -= 1
                seated.add(entry.person_id)
            filled.append(replace(entry, outcome=outcome))
        candidates = sum(entry.outcome is not SeatOutcome.EXCLUDED for entry in group)
        counted.append(replace(quota, candidates=candidates, chosen=quota.seats - free))
    return tuple(counted), tuple(filled)


def _outcome(entry: Entry, *, has_seat: bool, free: int) -> SeatOutcome:
    if entry.outcome is SeatOutcome.EXCLUDED:
        return SeatOutcome.EXCLUDED
    if has_seat:
        return SeatOutcome.ELSEWHERE
    return SeatOutcome.CHOSEN if free else SeatOutcome.WAITING


def excluded(entries: Sequence[Entry], person_id: UUID, reason: str) -> tuple[Entry, ...]:
    """The list without somebody, in every group."""
    if person_id not in {entry.person_id for entry in entries}:
        raise SelectionPersonNotOnRosterError(person_id=person_id)
    return tuple(
        replace(entry, outcome=SeatOutcome.EXCLUDED, reason=reason) if entry.person_id == person_id else entry
        for entry in entries
    )
