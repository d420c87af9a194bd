"""Timed work of the organization service, beside the chores of the frame."""

from datetime import time

from chassis.calls import Call
from chassis.process import ProcessKind
from chassis.schedule import Daily, Slot, Timed
from organization.clients import Membership
from organization.operations import findings, office_terms, temporary_branches

# The newest day is enough: it reminds of every election whose day of reminding has come.
REMIND = Timed("organization.remind-terms", Daily(), office_terms.remind_terms)


def schedule(membership: Membership, dissolution: ProcessKind) -> list[Timed]:
    """The table of timed work."""

    async def end_tasks(call: Call, slot: Slot) -> int:
        return await temporary_branches.end_due(call, membership, dissolution, slot)

    async def scan_findings(call: Call, slot: Slot) -> int:
        return await findings.scan_all(call, membership, slot)

    # The newest day is enough here too: it ends every branch whose task is over, and finds how everything stands.
    return [
        REMIND,
        Timed("organization.end-temporary-branches", Daily(), end_tasks),
        Timed("organization.scan-findings", Daily(time(0, 30)), scan_findings),
    ]
