"""The rows of this service that follow a person who was merged into another, and go back with them.

The copies follow the events of membership.
"""

from activity import tables
from chassis.subject_moves import SubjectMoves

MOVES = SubjectMoves(
    tables.metadata,
    ("person_id", "convener_id", "lead_id"),
    without=("person", "relationship"),
)
