"""The rows of this service that follow a person who was merged into another, and go back with them.

The copy follows the events of membership, and what an indicator counted stays as it was counted.
"""

from chassis.subject_moves import SubjectMoves
from evaluation import tables

MOVES = SubjectMoves(
    tables.metadata,
    ("person_id", "judge_id"),
    without=("person", "indicator_evidence"),
)
