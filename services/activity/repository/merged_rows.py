"""The rows of this service that follow a person who was merged into another, and go back with them.

The copies follow the events of their owners. A list that was confirmed keeps both places as they were decided.
"""

from activity import tables
from activity.domain import merging
from chassis.subject_moves import Fold, Rules, SubjectMoves

_DRAFT = "EXISTS (SELECT FROM selection_roster r WHERE r.roster_id = t.roster_id AND r.state = 'draft')"
MOVES = SubjectMoves(
    tables.metadata,
    ("person_id", "convener_id", "lead_id"),
    Rules(
        without=("person", "relationship", "honour"),
        within={
            "attendance": ("meeting", "meeting_id"),
            "class_hour_entry": ("class_hour", "class_hour_id"),
            "oath_taker": ("ceremony", "ceremony_id"),
            "talk_participant": ("talk", "talk_id"),
            "selection_entry": ("selection_roster", "roster_id"),
        },
        folds={
            "attendance": Fold(merging.attendance),
            "class_hour_entry": Fold(merging.class_hours),
            "oath_taker": Fold(merging.oath),
            "talk_participant": Fold(merging.talk),
            "selection_entry": Fold(merging.seat, beside=("roster_id", "selector"), among=_DRAFT),
        },
    ),
)
