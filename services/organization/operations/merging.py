"""What becomes of appointments and grants when membership makes two persons one, or two again."""

from uuid import UUID

from chassis.database import UnitOfWork
from organization.events import facts
from organization.operations.grants import keep_access
from organization.repository import grants, merged_holdings, posts


async def follow(work: UnitOfWork, merge_id: UUID, *, kept: UUID, merged: UUID, is_reversed: bool) -> None:
    """Have appointments and grants follow; each is announced, so that every copy of them follows too."""
    move = merged_holdings.back if is_reversed else merged_holdings.forth
    for appointment_id in await move(work, "appointment", merge_id, kept=kept, merged=merged):
        appointment = await posts.find(work, appointment_id, day=work.today)
        # Without a term that is believed now nobody is shown it.
        if appointment is not None:
            work.emit(facts.appointment_corrected(appointment))
    for grant_id in await move(work, "grant", merge_id, kept=kept, merged=merged):
        grant = await grants.find(work, grant_id)
        assert grant is not None, "it was given a moment ago"
        await keep_access(work, grant)
        work.emit(facts.grant_changed(grant))
