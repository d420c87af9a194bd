"""Timed work of the activity service, beside the chores of the frame."""

from activity.operations import work_orders
from chassis.schedule import Daily, Timed

SCHEDULE: list[Timed] = [
    # The newest day is enough: it tells of every day that has come near or passed.
    Timed("activity.tell-of-work-orders", Daily(), work_orders.tell_of_work_orders),
]
