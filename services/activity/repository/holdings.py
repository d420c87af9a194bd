"""What this service holds on a person: attendance, class hours, talks, oaths, and copies of membership's facts."""

from activity import tables
from chassis.holdings import Description, Holdings, Withheld

HOLDINGS = Holdings(
    Description(
        metadata=tables.metadata,
        about=("person_id",),
        through={
            "talk": """t.talk_id IN (
                SELECT p.talk_id FROM talk_participant p WHERE p.person_id = :subject_id)""",
        },
        # Only those who talked, and whoever may read talks of the unit, know what was said.
        withheld=[Withheld("talk", ("summary",))],
    )
)
