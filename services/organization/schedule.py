"""Timed work of the organization service, beside the chores of the frame."""

from chassis.calls import Call
from chassis.process import ProcessKind
from chassis.schedule import Daily, Slot, Timed
from organization.clients import Membership
from organization.operations import office_terms, temporary_branches

# The newest day is enough: it reminds of every election whose day of reminding has come.
REMIND = Timed("organization.remind-terms", Daily(), office_terms.remind_terms)


def schedule(membership: Membership, dissolution: ProcessKind) -> list[Timed]:
    """The table of timed work."""

    async def end_tasks(call: Call, slot: Slot) -> int:
        return await temporary_branches.end_due(call, membership, dissolution, slot)

    # The newest day is enough here too: it ends every branch whose task is over.
    return [REMIND, Timed("organization.end-temporary-branches", Daily(), end_tasks)]
