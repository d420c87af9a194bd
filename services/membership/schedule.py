"""Timed work of the membership service, beside the chores of the frame."""

from datetime import timedelta

from chassis.calls import Call
from chassis.schedule import Daily, Every, Slot, Timed
from membership.clients import Subjects
from membership.operations import (
    inbox,
    person_exports,
    reconciliations,
    roster_returns,
    rosters,
    sync,
    sync_entering,
    transfers,
)
from membership.operations.means import Means

# Large rosters are entered and taken back for longer than anybody's call; they begin when they are asked for, these
# slots find what a crash left.
_ENTER_ROSTERS = Every(timedelta(seconds=30))
_ENTER_BATCHES = Every(timedelta(seconds=30))


def schedule(means: Means, subjects: Subjects) -> list[Timed]:
    """The table of timed work; of each daily row the newest day is enough, it covers every day before."""

    async def expire_transfers(call: Call, slot: Slot) -> int:
        return await transfers.announce_expired(call, means, slot)

    async def remind(call: Call, slot: Slot) -> int:
        return await inbox.remind(call, means, slot)

    async def enter_rosters(call: Call, slot: Slot) -> int:
        return await rosters.enter_waiting(call, means)

    async def take_rosters_back(call: Call, slot: Slot) -> int:
        return await roster_returns.take_back_waiting(call, means, subjects)

    async def look_after_rosters(call: Call, slot: Slot) -> int:
        return await roster_returns.look_after(call, subjects)

    async def enter_batches(call: Call, slot: Slot) -> int:
        return await sync_entering.work_off(call, means)

    async def expire_reconciliations(call: Call, slot: Slot) -> int:
        return await reconciliations.expire(call, means, slot)

    return [
        Timed("membership.expire-transfers", Daily(), expire_transfers),
        Timed("membership.expire-person-exports", Daily(), person_exports.expire),
        Timed("membership.expire-reconciliations", Daily(), expire_reconciliations),
        Timed("membership.remind", Daily(), remind),
        Timed("membership.discard-rosters", Daily(), rosters.discard_abandoned),
        Timed("membership.enter-rosters", _ENTER_ROSTERS, enter_rosters, rosters.WAITING),
        Timed("membership.take-rosters-back", _ENTER_ROSTERS, take_rosters_back, rosters.WAITING),
        Timed("membership.look-after-rosters", Every(timedelta(minutes=1)), look_after_rosters),
        Timed("membership.discard-batches", Daily(), sync.discard_abandoned),
        Timed("membership.enter-batches", _ENTER_BATCHES, enter_batches, sync.WAITING),
    ]
