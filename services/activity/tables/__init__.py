"""Storage of the activity service, beside the tables of the frame."""

from activity.tables.base import metadata
from activity.tables.ceremonies import ceremony, oath_taker
from activity.tables.copies import person, relationship, unit
from activity.tables.information import information_grant, information_view
from activity.tables.meetings import attendance, class_hour, class_hour_entry, meeting
from activity.tables.merges import folded_row, merged_row
from activity.tables.resources import resource, resource_booking, share_grant
from activity.tables.selections import honour, selection_consent, selection_entry, selection_roster
from activity.tables.talks import talk, talk_participant
from activity.tables.work_orders import work_order, work_order_step

__all__ = [
    "attendance",
    "ceremony",
    "class_hour",
    "class_hour_entry",
    "folded_row",
    "honour",
    "information_grant",
    "information_view",
    "meeting",
    "merged_row",
    "metadata",
    "oath_taker",
    "person",
    "relationship",
    "resource",
    "resource_booking",
    "selection_consent",
    "selection_entry",
    "selection_roster",
    "share_grant",
    "talk",
    "talk_participant",
    "unit",
    "work_order",
    "work_order_step",
]
