"""Timed work of the organization service, beside the chores of the frame."""

from chassis.schedule import Daily, Timed
from organization.operations import office_terms

SCHEDULE: list[Timed] = [
    # The newest day is enough: it reminds of every election whose day of reminding has come.
    Timed("organization.remind-terms", Daily(), office_terms.remind_terms),
]
