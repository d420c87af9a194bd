"""Gathers, in few queries, what the rules read; and keeps the rule set that every case began under."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from chassis.database import Reader, UnitOfWork
from chassis.days import CAMPUS
from membership.domain import steps as names
from membership.domain.acts import Act
from membership.domain.admission import AdmissionCase
from membership.domain.evidence import Standing
from membership.domain.members import MembershipStatus
from membership.domain.units import Unit, Use
from membership.errors import DayOutOfOrderError, PersonUnknownError, UnitUnknownError
from membership.repository import case_materials, cases, members, persons, record_sets, units
from rulebook import Fact, NoRulesInForceError, Pack, RuleBook, RuleSet, UnknownDigestError


class Rules:
    """The rule book of the running process, and in the database every rule set that a case began under."""

    def __init__(self, book: RuleBook) -> None:
        self._book = book

    @property
    def book(self) -> RuleBook:
        """The rule book."""
        return self._book

    @property
    def packs(self) -> tuple[Pack, ...]:
        """The packs in use."""
        return self._book.packs

    async def begin(self, work: UnitOfWork, applied_on: date) -> RuleSet:
        """The rule set of an application's day (C18), kept for ever."""
        rules = self.in_force(applied_on)
        if rules is None:
            first = min(pack.effective_from for pack in self._book.packs)
            raise DayOutOfOrderError(day=applied_on, bound=f">= {first}")
        await self.keep(work, rules)
        return rules

    @staticmethod
    async def keep(work: UnitOfWork, rules: RuleSet) -> None:
        """Keep a rule set for ever; its content is large, so it is written down only once."""
        if not await cases.is_kept(work, rules.digest):
            await cases.keep_rule_set(work, rules.digest, rules.to_json())

    def in_force(self, applied_on: date) -> RuleSet | None:
        """The rule set of an application's day; None before the first pack."""
        try:
            return self._book.in_force(applied_on)
        except NoRulesInForceError:
            return None

    async def of(self, reader: Reader, digest: str) -> RuleSet:
        """The rule set that a case began under, whatever packs are loaded today."""
        try:
            return self._book.by_digest(digest)
        except UnknownDigestError:
            content = await cases.rule_set(reader, digest)
            if content is None:
                raise
            self._book.keep(RuleSet.from_json(content))
            return self._book.by_digest(digest)


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was found for one act."""

    standing: Standing
    facts: dict[str, Fact]
    # Papers whose newest file was returned: until it is sent again they are not there.
    returned: frozenset[str] = frozenset()
    # What is recorded and stands whatever the request declares.
    recorded: dict[str, Fact] = field(default_factory=dict)


async def known_unit(reader: Reader, unit_id: UUID) -> Unit:
    """The unit; refuses one that is not known here."""
    found = await units.find(reader, unit_id)
    if found is None:
        raise UnitUnknownError(unit_id=unit_id)
    return found


async def usable_unit(reader: Reader, unit_id: UUID, use: Use, *, day: date) -> Unit:
    """The unit, fit for the use on the day."""
    found = await known_unit(reader, unit_id)
    found.check_in_force(day)
    found.check_use(use)
    return found


async def check_people_known(reader: Reader, people: Iterable[UUID]) -> None:
    """Refuse people who are not registered."""
    wanted = set(people)
    if not wanted:
        return
    missing = wanted - set(await persons.known(reader, wanted))
    if missing:
        raise PersonUnknownError(person_id=min(missing))


async def standing_of(reader: Reader, case: AdmissionCase, *, day: date) -> Standing:
    """What is known of the applicant beside the case."""
    applicant = case.head.person_id
    found = await persons.known(reader, [applicant])
    member = await members.find(reader, applicant, as_of=day)
    return Standing(
        born_on=found[applicant][1] if applicant in found else None,
        belongs_to_branch=member is not None and member.unit_on(day) == case.head.unit_id,
    )


# Who accompanies a case is no direct relative of the applicant, whatever is declared.
_RELATIVES = {
    names.CONTACTS: "contact_is_direct_relative",
    names.INTRODUCERS: "introducer_is_direct_relative",
}


async def gather(reader: Reader, case: AdmissionCase, act: Act) -> Gathered:
    """What the rules read for an act, beside what the case and the request say."""
    await check_people_known(reader, act.people)
    facts = await _companion_facts(reader, case, act)
    if act.step == names.TRAINING:
        organizer = await known_unit(reader, act.units[0])
        facts["training_organizer"] = organizer.training_organizer
    elif act.step in (names.APPROVAL, names.CONVERSION_APPROVAL):
        approver = await usable_unit(reader, act.units[0], Use.APPROVAL, day=act.occurred_on)
        facts["approver_type"] = approver.approver_type
    elif act.step == names.PRE_REVIEW:
        await usable_unit(reader, act.units[0], Use.APPROVAL, day=act.occurred_on)
    returned = await case_materials.returned(reader, case.head.case_id)
    recorded = await _recorded_facts(reader, case, act)
    return Gathered(await standing_of(reader, case, day=act.occurred_on), facts, returned, recorded)


async def _recorded_facts(reader: Reader, case: AdmissionCase, act: Act) -> dict[str, Fact]:
    fact = _RELATIVES.get(act.step)
    if fact is None:
        return {}
    found = await record_sets.direct_relatives(reader, case.head.person_id, act.people)
    return {fact: True} if found else {}


async def _companion_facts(reader: Reader, case: AdmissionCase, act: Act) -> dict[str, Fact]:
    if act.step not in (names.CONTACTS, names.INTRODUCERS):
        return {}
    statuses = await members.statuses(reader, act.people, day=act.occurred_on)
    full = all(statuses.get(person) is MembershipStatus.FULL for person in act.people)
    if act.step == names.INTRODUCERS:
        sanction = MembershipStatus.PARTY_PROBATION_SANCTION
        return {
            "introducers_are_full_members": full,
            "introducer_under_sanction": any(status is sanction for status in statuses.values()),
        }
    loads = await cases.contact_loads(reader, act.people, without=case.head.case_id)
    return {
        "contacts_are_full_members": full,
        # With the applicant who is being assigned.
        "contact_load": max(loads.values(), default=0) + 1,
    }


def end_of_day(day: date) -> datetime:
    """The last instant of a campus day."""
    midnight = datetime.combine(day + timedelta(days=1), time(), tzinfo=CAMPUS)
    return midnight.astimezone(UTC) - timedelta(microseconds=1)


async def voters(reader: Reader, unit_id: UUID, *, day: date, now: datetime) -> list[UUID]:
    """The voters of a branch on a day, as known then (C10, C14)."""
    known_at = min(now, end_of_day(day))
    # What is believed now and what was known a moment ago differ only by what is being written.
    return await members.voters(reader, unit_id, day=day, known_at=known_at if known_at < now else None)
