"""Timed work of the membership service, beside the chores of the frame."""

from chassis.schedule import Daily, Timed
from membership.operations import transfers

SCHEDULE: list[Timed] = [
    # The newest day is enough: it announces every letter that ran out before it.
    Timed("membership.expire-transfers", Daily(), transfers.announce_expired),
]
