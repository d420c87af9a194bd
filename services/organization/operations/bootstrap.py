"""Set an installation up: the university and its first administrator; doing it again changes nothing."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from chassis.calls import Call
from chassis.ids import new_id
from chassis.intervals import Interval
from organization.domain.grants import ADMINISTRATOR, Basis
from organization.domain.units import Kind, NewUnit
from organization.operations import founding, grants
from organization.repository import grants as kept_grants
from organization.repository import units


@dataclass(frozen=True, slots=True)
class SetUp:
    """What the installation has after it."""

    root_id: UUID
    grant_id: UUID


async def bootstrap(call: Call, *, person_id: UUID, name: str, established_on: date) -> SetUp:
    """Establish the university, unless there is one, and let the person administer it."""
    async with call.transaction() as work:
        await work.lock(founding.STRUCTURE)
        root_id = await units.root_id(work)
        if root_id is None:
            root_id = new_id()
            new = NewUnit(kind=Kind.UNIVERSITY, name=name)
            await founding.begin(work, root_id, None, new, on=established_on)
        days = Interval(work.today)
        grant_id = await kept_grants.twin(
            work, person_id=person_id, role=ADMINISTRATOR, unit_id=root_id, days=days
        )
        if grant_id is None:
            given = await grants.give(
                work, person_id, ADMINISTRATOR, root_id, days, Basis.BOOTSTRAP, reason="bootstrap"
            )
            grant_id = given.grant_id
        return work.answer(SetUp(root_id, grant_id))
