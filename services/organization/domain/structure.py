"""Which unit may stand below, beside and inside which: one table, and the checks that read it.

The table says what a regulation or the nature of a body makes impossible; how many there are of what is a
matter of rule packs.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from chassis.intervals import Interval
from organization.domain.units import (
    Findings,
    Form,
    Kind,
    NewUnit,
    Outline,
    Part,
    Sponsorship,
    TreeNode,
    Unit,
)

_ADMINISTRATION = frozenset({Kind.UNIVERSITY, Kind.SCHOOL, Kind.ACADEMY, Kind.DEPARTMENT})
_COMMITTEES = frozenset(
    {Kind.COMMUNITY_COMMITTEE, Kind.PRIMARY_COMMITTEE, Kind.STAFF_COMMITTEE, Kind.RETIREES_COMMITTEE}
)

# The parents that a unit of each kind may have.
PARENTS: Mapping[Kind, frozenset[Kind]] = {
    Kind.UNIVERSITY: frozenset(),
    Kind.UNIVERSITY_COMMITTEE: frozenset({Kind.UNIVERSITY}),
    Kind.STANDING_COMMITTEE: frozenset({Kind.UNIVERSITY_COMMITTEE}),
    Kind.PRESIDENT_MEETING: frozenset({Kind.UNIVERSITY}),
    Kind.DEPARTMENT: frozenset({Kind.UNIVERSITY, Kind.UNIVERSITY_COMMITTEE}),
    Kind.LEADING_GROUP: frozenset({Kind.UNIVERSITY, Kind.UNIVERSITY_COMMITTEE}),
    Kind.SCHOOL: frozenset({Kind.UNIVERSITY}),
    Kind.ACADEMY: frozenset({Kind.UNIVERSITY}),
    Kind.COMMUNITY_COMMITTEE: frozenset({Kind.UNIVERSITY_COMMITTEE}),
    Kind.PRIMARY_COMMITTEE: frozenset({Kind.UNIVERSITY_COMMITTEE}),
    Kind.STAFF_COMMITTEE: frozenset({Kind.UNIVERSITY_COMMITTEE}),
    Kind.RETIREES_COMMITTEE: frozenset({Kind.UNIVERSITY_COMMITTEE}),
    Kind.ACADEMY_GENERAL_BRANCH: frozenset({Kind.COMMUNITY_COMMITTEE, Kind.UNIVERSITY_COMMITTEE}),
    Kind.GENERAL_BRANCH: _COMMITTEES | {Kind.UNIVERSITY_COMMITTEE},
    Kind.BRANCH: _COMMITTEES | {Kind.UNIVERSITY_COMMITTEE, Kind.ACADEMY_GENERAL_BRANCH, Kind.GENERAL_BRANCH},
    Kind.PARTY_GROUP: frozenset({Kind.BRANCH}),
    Kind.STUDENT_ORGANIZATION: _ADMINISTRATION,
    Kind.CLUB: _ADMINISTRATION | {Kind.STUDENT_ORGANIZATION},
    Kind.TASK_TEAM: _ADMINISTRATION | {Kind.STUDENT_ORGANIZATION},
    Kind.CLASS: frozenset({Kind.SCHOOL, Kind.ACADEMY}),
}

_CARRIERS = frozenset({Kind.SCHOOL, Kind.ACADEMY, Kind.DEPARTMENT})
_BODIES = frozenset({Kind.STUDENT_ORGANIZATION, Kind.CLUB, Kind.TASK_TEAM})

# The units that may sponsor a unit of each kind; a kind that is absent has no sponsors.
SPONSORS: Mapping[Kind, frozenset[Kind]] = {
    Kind.LEADING_GROUP: frozenset({Kind.DEPARTMENT}),
    Kind.PRIMARY_COMMITTEE: _CARRIERS,
    Kind.GENERAL_BRANCH: _CARRIERS,
    Kind.ACADEMY_GENERAL_BRANCH: _CARRIERS,
    Kind.BRANCH: _CARRIERS | _BODIES | {Kind.UNIVERSITY},
    Kind.STUDENT_ORGANIZATION: _CARRIERS,
    Kind.CLUB: _CARRIERS,
    Kind.TASK_TEAM: _CARRIERS,
    Kind.CLASS: frozenset({Kind.SCHOOL, Kind.ACADEMY}),
}

# The bodies in which a functional or temporary branch may be established.
HOSTS: Mapping[Form, frozenset[Kind]] = {
    Form.FUNCTIONAL: _BODIES,
    Form.TEMPORARY: _BODIES | {Kind.UNIVERSITY, Kind.SCHOOL, Kind.ACADEMY, Kind.DEPARTMENT},
}

# Units of the Party's own hierarchy; the others are what it works in.
PARTY_KINDS = _COMMITTEES | {
    Kind.UNIVERSITY_COMMITTEE,
    Kind.STANDING_COMMITTEE,
    Kind.ACADEMY_GENERAL_BRANCH,
    Kind.GENERAL_BRANCH,
    Kind.BRANCH,
    Kind.PARTY_GROUP,
}

Outlines = Mapping[UUID, Outline]


def check_parent(
    kind: Kind, parent: Outline | None, days: Interval, *, path: str, findings: Findings
) -> None:
    """Note a parent that is unknown, of the wrong kind, or does not exist on all of the days."""
    if parent is None:
        findings.add(path, "没有此组织。", "There is no such unit.")
    elif parent.kind not in PARENTS[kind]:
        findings.add(
            path,
            f"此类组织的上级不能是 {parent.kind.value}。",
            f"A {kind.value} does not stand below a {parent.kind.value}.",
        )
    else:
        _check_alive(parent, days, path=path, findings=findings)


def check_sponsor(
    unit: tuple[Kind, Form | None],
    sponsor: Outline | None,
    days: Interval,
    *,
    part: Part,
    path: str,
    findings: Findings,
) -> None:
    """Note a sponsor that is unknown, of the wrong kind or part, or does not exist on all of the days."""
    kind, _ = unit
    if sponsor is None:
        findings.add(path, "没有此组织。", "There is no such unit.")
    elif sponsor.kind not in SPONSORS.get(kind, frozenset()):
        findings.add(
            path,
            f"{sponsor.kind.value} 不能是此类组织的共建单位。",
            f"A {sponsor.kind.value} does not sponsor a {kind.value}.",
        )
    elif (part is Part.SPONSOR) == (kind is Kind.LEADING_GROUP):
        findings.add(
            path,
            "领导小组有牵头单位和参与单位，其他组织有共建单位。",
            "A leading group has lead and participating departments, other units have sponsors.",
        )
    else:
        _check_alive(sponsor, days, path=path, findings=findings)


def _check_alive(other: Outline, days: Interval, *, path: str, findings: Findings) -> None:
    if not other.life.covers(days):
        findings.add(
            path,
            f"该组织在 {days.start} 起的全部期间内须存续（{_span(other.life)}）。",
            f"The unit must exist for all of the time from {days.start} (it does {_span(other.life)}).",
        )


def _span(life: Interval) -> str:
    return f"{life.start} – {life.end or ''}"


def related_ids(new: NewUnit, parent_id: UUID) -> set[UUID]:
    """The units that a new unit is related to, to be looked up before it is judged."""
    hosts = {new.host_id} if new.host_id else set()
    return {parent_id, *hosts, *(sponsor.sponsor_id for sponsor in new.sponsors)}


def check_relations(
    new: NewUnit,
    parent_id: UUID,
    known: Outlines,
    *,
    days: Interval,
    path: str,
    parent_path: str,
    findings: Findings,
) -> None:
    """Note what is wrong with parent, sponsors and host of a new unit."""
    check_parent(new.kind, known.get(parent_id), days, path=parent_path, findings=findings)
    seen: set[UUID] = set()
    for number, sponsor in enumerate(new.sponsors):
        place = f"{path}.sponsors[{number}].sponsor_unit_id"
        if sponsor.sponsor_id in seen:
            findings.add(place, "同一单位只填一次。", "A unit is named once.")
        seen.add(sponsor.sponsor_id)
        check_sponsor(
            (new.kind, new.form),
            known.get(sponsor.sponsor_id),
            days,
            part=sponsor.part,
            path=place,
            findings=findings,
        )
    if new.host_id is not None and new.form is not None and new.form in HOSTS:
        _check_host(new.form, known.get(new.host_id), days, path=f"{path}.host_unit_id", findings=findings)


def _check_host(form: Form, host: Outline | None, days: Interval, *, path: str, findings: Findings) -> None:
    if host is None:
        findings.add(path, "没有此组织。", "There is no such unit.")
    elif host.kind not in HOSTS[form]:
        findings.add(
            path, f"不能依托 {host.kind.value} 设立。", f"It is not established in a {host.kind.value}."
        )
    elif days.start not in host.life:
        findings.add(path, "依托组织在成立日期须存续。", "The host must exist on the first day.")


def check_move(
    unit: Unit, parent: Outline | None, *, on: date, below: Iterable[tuple[UUID, Interval]], path: str
) -> Interval:
    """Refuse a move that does not fit; answers the days for which the unit goes below the parent.

    `below` are the units below the moved one, each with the days on which it is.
    """
    findings = Findings()
    if unit.kind is Kind.UNIVERSITY:
        findings.add("unit_id", "学校没有上级组织。", "The university has no parent.")
        findings.refuse_if_any()
    days = days_from(unit, on, path="effective_on", findings=findings)
    check_parent(unit.kind, parent, days, path=path, findings=findings)
    if parent is not None and (
        parent.unit_id == unit.unit_id
        or any(other == parent.unit_id and span.overlaps(days) for other, span in below)
    ):
        findings.add(path, "上级组织不能是其自身或其下级。", "The parent is the unit itself or below it.")
    findings.refuse_if_any()
    return days


def days_from(unit: Unit, on: date, *, path: str, findings: Findings) -> Interval:
    """The days of the unit's life from a day on; notes a day outside it and answers the whole life then."""
    if on not in unit.life:
        findings.add(
            path,
            f"日期须在组织存续期内（{_span(unit.life)}）。",
            f"The day must lie in the unit's life ({_span(unit.life)}).",
        )
        return unit.life
    return Interval(on, unit.life.end)


def sponsor_counts(sponsors: Iterable[Outline]) -> dict[Kind, int]:
    """How many sponsors there are of each kind."""
    counts: dict[Kind, int] = {}
    for sponsor in sponsors:
        counts[sponsor.kind] = counts.get(sponsor.kind, 0) + 1
    return counts


def overlapping(sponsors: Iterable[Sponsorship], sponsor_id: UUID, days: Interval) -> Sponsorship | None:
    """A sponsorship of the same sponsor on some of the days."""
    return next((s for s in sponsors if s.sponsor_id == sponsor_id and s.days.overlaps(days)), None)


@dataclass(slots=True)
class Forest:
    """What stood where on a day: by unit its parent, its sponsors, its name with campus, its kind with form."""

    parents: dict[UUID, UUID] = field(default_factory=dict)
    sponsors: dict[UUID, list[UUID]] = field(default_factory=dict)
    described: dict[UUID, tuple[str, UUID | None]] = field(default_factory=dict)
    kinds: dict[UUID, tuple[Kind, Form | None]] = field(default_factory=dict)

    def tree(self, root: UUID, *, most_depth: int) -> list[TreeNode]:
        """The units below one, with it: parents before their children, siblings by name; empty without it."""
        if root not in self.described:
            return []
        children: dict[UUID, list[UUID]] = {}
        for unit, parent in self.parents.items():
            if unit in self.described:
                children.setdefault(parent, []).append(unit)
        nodes: list[TreeNode] = []
        waiting: list[tuple[UUID, UUID | None, int]] = [(root, None, 0)]
        while waiting:
            unit, parent_id, depth = waiting.pop()
            nodes.append(self._node(unit, parent_id, depth))
            if depth < most_depth and unit in children:
                below = sorted(children[unit], key=self._order, reverse=True)
                waiting += [(each, unit, depth + 1) for each in below]
        return nodes

    def _order(self, unit: UUID) -> tuple[str, UUID]:
        return self.described[unit][0], unit

    def _node(self, unit: UUID, parent_id: UUID | None, depth: int) -> TreeNode:
        kind, form = self.kinds[unit]
        name, campus_id = self.described[unit]
        sponsors = tuple(sorted(self.sponsors.get(unit, ())))
        return TreeNode(unit, parent_id, kind, form, name, campus_id, sponsors, depth)


def only_party(nodes: Iterable[TreeNode]) -> list[TreeNode]:
    """Party organisations, and the units through which they hang on the root; parents come before children."""
    nodes = list(nodes)
    parents = {node.unit_id: node.parent_id for node in nodes}
    kept: set[UUID] = set()
    for node in nodes:
        place: UUID | None = node.unit_id if node.kind in PARTY_KINDS else None
        while place is not None and place not in kept:
            kept.add(place)
            place = parents.get(place)
    return [node for node in nodes if node.unit_id in kept]
