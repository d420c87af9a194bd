"""Who works with the system in which role: roles given beside those that posts bring, and the demo logins."""

from collections.abc import Sequence
from dataclasses import dataclass

from deploy.local.demo.people import People
from deploy.local.demo.structure import ROOT, Structure
from deploy.local.logins import ADMINISTRATOR, Login


@dataclass(frozen=True)
class Part:
    """A role over a unit; `given` where no post of the structure brings it. The slot `member` is an oath taker."""

    role: str
    slot: str
    unit: str
    given: bool = False


# Whoever enters the demonstration: the administrator may not write of admissions.
CLERK = Part("organization_department", "organization-clerk", ROOT, given=True)
PARTS = (
    CLERK,
    Part("student_affairs_department", "affairs-clerk", ROOT, given=True),
    Part("university_leader", "president", ROOT),
    Part("committee_secretary", "community-secretary", "community"),
    Part("general_branch_secretary", "general-secretary-0", "general-0"),
    Part("branch_secretary", "joint-0-0-teacher-0", "joint-0-0"),
    Part("branch_officer", "joint-0-0-teacher-1", "joint-0-0"),
    Part("party_group_leader", "joint-0-0-teacher-2", "joint-0-0", given=True),
    Part("organizer", "organizer", "community"),
    Part("counsellor", "counsellor-0", "academy-0"),
    Part("unit_leader", "school-head-0", "school-0"),
    Part("teacher", "joint-0-1-teacher-2", "school-1", given=True),
    Part("member", "member", "joint-0-0", given=True),
    *(Part("judge", f"judge-{number}", "community", given=True) for number in range(3)),
    Part("auditor", "auditor", ROOT, given=True),
)


def player(everybody: People, slot: str) -> tuple[str, str, str]:
    """Id, number and name of whoever plays a part."""
    person = everybody.oath_takers[0].person if slot == "member" else everybody.slots[slot]
    return person.person_id, person.number, person.name


def logins(plan: Structure, everybody: People) -> Sequence[Login]:
    """One demo login for each role, the administrator first."""
    units = (*plan.units, *plan.joint_branches)
    names = {ROOT: "全校"} | {unit.key: unit.name for unit in units}
    found: dict[str, Login] = {ADMINISTRATOR.role: ADMINISTRATOR}
    for part in PARTS:
        _, number, name = player(everybody, part.slot)
        found.setdefault(part.role, Login(part.role, number, name, names[part.unit]))
    return list(found.values())
