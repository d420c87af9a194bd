"""What this service holds on a person: attendance, class hours, talks, oaths, and copies of membership's facts.

Copies go by membership's events; what stays says that an id was present, or learned so many minutes.
"""

from activity import tables
from chassis.holdings import Description, Holdings, Withheld

HOLDINGS = Holdings(
    Description(
        metadata=tables.metadata,
        about=("person_id", "subject_id"),
        through={
            "talk": """t.talk_id IN (
                SELECT p.talk_id FROM talk_participant p WHERE p.person_id = :subject_id)""",
        },
        # Only those who talked, and whoever may read talks of the unit, know what was said.
        withheld=[Withheld("talk", ("summary",))],
        emptied={
            "talk": {"summary": "CAST('' AS text)"},
            "class_hour": {"material": "CASE WHEN t.material IS NULL THEN NULL ELSE '' END"},
            "oath_taker": {"refusal": "CAST(NULL AS text)"},
            "information_view": {"purpose": "CAST('' AS text)"},
            "selection_consent": {"selector": "CAST(NULL AS text)", "statement": "CAST('' AS text)"},
        },
        # What gave way in a merge is not kept beyond the person.
        # A list that was decided keeps its numbers; with which group somebody was on it is not kept.
        dropped=("selection_entry", "folded_row"),
        copied=("person", "relationship"),
        ties={
            "meeting": """SELECT m.meeting_id AS id FROM meeting m
                JOIN attendance a ON a.meeting_id = m.meeting_id
                WHERE a.person_id = :subject_id AND m.state IN ('planned', 'open')
                  AND m.planned_on >= CAST(:today AS date)""",
            "ceremony": """SELECT c.ceremony_id AS id FROM ceremony c
                JOIN oath_taker o ON o.ceremony_id = c.ceremony_id
                WHERE o.person_id = :subject_id AND c.state IN ('planned', 'held')""",
        },
        record_sets={
            "activities": """SELECT a.person_id AS subject_id, ARRAY[m.planned_on::text, m.kind, m.title,
                    CASE WHEN a.checked_in_at IS NULL THEN '缺席' ELSE '出席' END] AS cells
                FROM attendance a JOIN meeting m ON m.meeting_id = a.meeting_id
                WHERE a.person_id = ANY (CAST(:subject_ids AS uuid[])) AND m.state = 'closed'
                  AND m.planned_on >= CAST(:since AS date)""",
        },
    )
)
