"""Campaigns: a number of people who are each to do their part in a programme, and how far it is."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from organization.domain.programmes import Programme
from organization.domain.rules import judge
from organization.domain.structure import Outlines
from organization.domain.units import Findings
from rulebook import Verdict


@dataclass(frozen=True, slots=True)
class Contribution:
    """Somebody has done their part."""

    person_id: UUID
    unit_id: UUID
    topic: str
    on: date


@dataclass(frozen=True, slots=True)
class Campaign:
    """How many are to do their part, and how many have by a day, by topic."""

    programme_id: UUID
    target: int
    topics: tuple[str, ...]
    counts: Mapping[str, int]
    version: int
    day: date

    @property
    def reached(self) -> int:
        """How many have done their part."""
        return sum(self.counts.values())

    @property
    def by_topic(self) -> list[tuple[str, int]]:
        """The same for each topic of the campaign, and for those on none that it has."""
        listed = [(topic, self.counts.get(topic, 0)) for topic in self.topics]
        rest = self.reached - sum(count for _, count in listed)
        return [*listed, ("", rest)] if rest or not listed else listed

    def verdicts(self) -> list[Verdict]:
        """What the rules say of the number that was reached (SEED-06)."""
        return judge("campaign.complete", {"campaign_count": self.reached}, self.day)


def check_contributions(
    programme: Programme,
    campaign: Campaign,
    new: Sequence[Contribution],
    *,
    known: Outlines,
    registered: Container[UUID],
    today: date,
) -> None:
    """Refuse parts of somebody unknown or named twice, from no unit, on another topic, or on a day that does not count."""
    findings = Findings()
    for number, each in enumerate(new):
        path, unit = f"contributions[{number}]", known.get(each.unit_id)
        findings.check_registered(each.person_id, registered, f"{path}.person_id")
        if each.person_id in {other.person_id for other in new[:number]}:
            findings.add(f"{path}.person_id", "人员重复。", "The person is named twice.")
        if unit is None or each.on not in unit.life:
            findings.add(f"{path}.unit_id", "该组织在当日并非存续。", "The unit does not exist on the day.")
        if each.topic and each.topic not in campaign.topics:
            findings.add(f"{path}.topic", "不是该主题活动的主题。", "It is no topic of the campaign.")
        if each.on > today or each.on not in programme.days:
            findings.add(
                f"{path}.contributed_on",
                "须在项目期内且不晚于今天。",
                "It lies in the programme, and not ahead.",
            )
    findings.refuse_if_any()
