"""Timed work of the membership service: none of its own in this release; the frame has its own chores."""

from chassis.schedule import Timed

SCHEDULE: list[Timed] = []
