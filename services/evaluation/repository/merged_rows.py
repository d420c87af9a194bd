"""The rows of this service that follow a person who was merged into another, and go back with them.

The copy follows the events of membership, and what an indicator counted stays as it was counted. So does what a ranking
counted: it must come out the same when it is computed again. Where both have scored one criterion, the survivor's score
counts; the other stays under the former id, who is on the panel no more.
"""

from chassis.subject_moves import Fold, Rules, SubjectMoves
from evaluation import tables
from evaluation.domain import merging

_RANKED = "EXISTS (SELECT FROM edition e WHERE e.edition_id = t.edition_id AND e.ranked_at IS NOT NULL)"
MOVES = SubjectMoves(
    tables.metadata,
    ("person_id", "judge_id"),
    Rules(
        without=("person", "indicator_evidence"),
        stays={"judge_assignment": _RANKED, "judge_score": _RANKED},
        within={"judge_assignment": ("edition", "edition_id")},
        folds={
            "judge_assignment": Fold(merging.judge),
            "honour": Fold(merging.honour),
            "model_post": Fold(merging.model_post),
        },
    ),
)
