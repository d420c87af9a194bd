"""Which rows followed a person who was merged into another, and which gave way to the survivor's."""

from activity.tables.base import metadata
from chassis.subject_moves import folded_rows, merged_rows

merged_row = merged_rows(metadata)
folded_row = folded_rows(metadata)
