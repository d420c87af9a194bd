"""What this service holds on a person: honours, appointments as a judge, and the evidence behind indicators."""

from chassis.holdings import Description, Holdings, Withheld
from evaluation import tables

HOLDINGS = Holdings(
    Description(
        metadata=tables.metadata,
        about=("person_id", "judge_id"),
        # What a judge thought of a nomination is known to the judge and to whoever may read scores.
        withheld=[Withheld("judge_score", ("score", "remark"))],
    )
)
