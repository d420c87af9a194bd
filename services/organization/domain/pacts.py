"""Pacts of co-building: who takes part on a day, and whether that is enough for the pact to stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from chassis.intervals import Interval
from organization.domain.structure import PARTY_KINDS
from organization.domain.units import Findings, Kind, Outline, refuse
from organization.domain.zones import check_branch
from organization.errors import (
    PactAnsweredError,
    PactNotJoinedError,
    PactNotPartnerError,
    PactOverError,
)

# A Party group acts through its branch, a standing committee through its committee.
PARTNER_KINDS = PARTY_KINDS - {Kind.PARTY_GROUP, Kind.STANDING_COMMITTEE}


class Answer(StrEnum):
    """What a unit answered."""

    OPEN = "open"
    CONSENTED = "consented"
    REFUSED = "refused"


class PactState(StrEnum):
    """Where a pact stands on a day."""

    PROPOSED = "proposed"
    AGREED = "agreed"
    STANDING = "standing"
    LAPSED = "lapsed"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Partner:
    """A unit that was asked, and what it answered."""

    unit_id: UUID
    answer: Answer = Answer.OPEN
    answered_on: date | None = None
    left_on: date | None = None
    reason: str = ""
    dissolved_on: date | None = None

    def takes_part(self, day: date) -> bool:
        """Whether it has consented by the day, has not left, and exists."""
        return (
            self.answer is Answer.CONSENTED
            and self._answered_by(day)
            and not _over(self.left_on, day)
            and not _over(self.dissolved_on, day)
        )

    def may_still_consent(self, day: date) -> bool:
        """Whether its answer was open on the day, and it exists."""
        return not self._answered_by(day) and not _over(self.dissolved_on, day)

    def _answered_by(self, day: date) -> bool:
        return self.answered_on is not None and self.answered_on <= day


def _over(end: date | None, day: date) -> bool:
    return end is not None and end <= day


@dataclass(frozen=True, slots=True)
class Pact:
    """A pact as it stands on `day`."""

    pact_id: UUID
    unit_id: UUID
    title: str
    plan: str
    least_partners: int
    partners: tuple[Partner, ...]
    proposed_on: date
    days: Interval
    ended_on: date | None
    reason: str
    created_at: datetime
    updated_at: datetime
    version: int
    day: date
    unit_dissolved_on: date | None = None

    @property
    def state(self) -> PactState:
        """Where it stands on its day; nothing but the days of consent decides."""
        if any(_over(end, self.day) for end in (self.days.end, self.ended_on, self.unit_dissolved_on)):
            return PactState.ENDED
        taking = sum(partner.takes_part(self.day) for partner in self.partners)
        if taking >= self.least_partners:
            return PactState.AGREED if self.day < self.days.start else PactState.STANDING
        undecided = sum(partner.may_still_consent(self.day) for partner in self.partners)
        return PactState.PROPOSED if taking + undecided >= self.least_partners else PactState.LAPSED

    def partner(self, unit_id: UUID) -> Partner:
        """The partner that is the unit."""
        found = next((each for each in self.partners if each.unit_id == unit_id), None)
        if found is None:
            raise PactNotPartnerError(pact_id=self.pact_id, unit_id=unit_id)
        return found


def check_proposal(
    unit_id: UUID, partner_ids: Sequence[UUID], least: int, known: Mapping[UUID, Outline], days: Interval
) -> None:
    """Refuse a proposal by what is no branch, or to whom nobody can agree."""
    check_branch(known.get(unit_id), days)
    findings = Findings()
    for number, partner_id in enumerate(partner_ids):
        path = f"partner_unit_ids[{number}]"
        partner = known.get(partner_id)
        if partner_id == unit_id or partner_id in partner_ids[:number]:
            findings.add(
                path, "共建单位不能重复，也不能是本支部。", "It is the branch itself, or named twice."
            )
        elif partner is None or partner.kind not in PARTNER_KINDS:
            findings.add(
                path, "不是党支部、党总支或党委。", "It is no branch, general branch or Party committee."
            )
        elif days.start not in partner.life:
            findings.add(path, "该组织当日并非存续。", "It does not exist on the first day.")
    if least > len(partner_ids):
        findings.add("least_partners", "不能多于所邀单位数。", "More are needed than are asked.")
    findings.refuse_if_any()


def answered(pact: Pact, unit_id: UUID, answer: Answer, *, on: date, at: datetime, reason: str = "") -> Pact:
    """The pact after a partner's answer; each answers once, while there is something to agree to."""
    partner = pact.partner(unit_id)
    if pact.state in (PactState.ENDED, PactState.LAPSED):
        raise PactOverError(pact_id=pact.pact_id)
    if partner.answered_on is not None:
        raise PactAnsweredError(unit_id=unit_id, answered_on=partner.answered_on)
    if _over(partner.dissolved_on, on):
        refuse("unit_id", "该组织已撤销。", "It is dissolved.")
    return _with(pact, replace(partner, answer=answer, answered_on=on, reason=reason), at)


def left(pact: Pact, unit_id: UUID, *, on: date, at: datetime, reason: str) -> Pact:
    """The pact after a partner said from which day on it no longer takes part."""
    partner = pact.partner(unit_id)
    if pact.state is PactState.ENDED:
        raise PactOverError(pact_id=pact.pact_id)
    if partner.answer is not Answer.CONSENTED or partner.left_on is not None:
        raise PactNotJoinedError(unit_id=unit_id)
    assert partner.answered_on is not None, "consent has its day"
    if on <= partner.answered_on:
        refuse("leaves_on", "退出日期须晚于同意日期。", "It lies after the day of consent.")
    return _with(pact, replace(partner, left_on=on, reason=reason), at)


def ended(pact: Pact, *, on: date, at: datetime, reason: str) -> Pact:
    """The pact after its branch ended it, or took the proposal back."""
    ends = [end for end in (pact.days.end, pact.ended_on, pact.unit_dissolved_on) if end is not None]
    if ends and min(ends) <= on:
        raise PactOverError(pact_id=pact.pact_id)
    if on < pact.proposed_on:
        refuse("ends_on", "结束日期不能早于提出日期。", "It does not lie before the proposal.")
    return replace(pact, ended_on=on, reason=reason, updated_at=at, version=pact.version + 1)


def _with(pact: Pact, partner: Partner, at: datetime) -> Pact:
    partners = tuple(partner if each.unit_id == partner.unit_id else each for each in pact.partners)
    return replace(pact, partners=partners, updated_at=at, version=pact.version + 1)
