"""Which rows followed a person who was merged into another."""

from activity.tables.base import metadata
from chassis.subject_moves import merged_rows

merged_row = merged_rows(metadata)
