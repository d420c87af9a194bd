"""Timed work of the membership service, beside the chores of the frame."""

from chassis.calls import Call
from chassis.schedule import Daily, Slot, Timed
from membership.operations import inbox, transfers
from membership.operations.means import Means


def schedule(means: Means) -> list[Timed]:
    """The table of timed work; of each row the newest day is enough, it covers every day before."""

    async def expire_transfers(call: Call, slot: Slot) -> int:
        return await transfers.announce_expired(call, means, slot)

    async def remind(call: Call, slot: Slot) -> int:
        return await inbox.remind(call, means, slot)

    return [
        Timed("membership.expire-transfers", Daily(), expire_transfers),
        Timed("membership.remind", Daily(), remind),
    ]
