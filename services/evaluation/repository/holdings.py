"""What this service holds on a person: honours, appointments as a judge, and the evidence behind indicators.

The copy of the person goes by membership's events; what stays says that an id was honoured or judged.
"""

from chassis.holdings import Description, Holdings, Withheld
from evaluation import tables

HOLDINGS = Holdings(
    Description(
        metadata=tables.metadata,
        about=("person_id", "judge_id", "subject_id"),
        # What a judge thought of a nomination is known to the judge and to whoever may read scores.
        withheld=[Withheld("judge_score", ("score", "remark"))],
        emptied={
            "honour": {"evidence": "CAST('' AS text)", "withdraw_reason": "CAST('' AS text)"},
            "model_post": {
                "basis": "CAST('' AS text)",
                "pledge": "CAST('' AS text)",
                "reason": "CAST('' AS text)",
            },
        },
        # What gave way in a merge is not kept beyond the person.
        dropped=("folded_row",),
        copied=("person",),
        ties={
            "model_post": """SELECT m.model_post_id AS id FROM model_post m
                WHERE m.person_id = :subject_id AND (m.state = 'nominated' OR (m.state = 'approved'
                  AND (upper_inf(m.valid) OR upper(m.valid) > CAST(:today AS date))))""",
            "edition": """SELECT DISTINCT a.edition_id AS id FROM judge_assignment a
                JOIN edition e ON e.edition_id = a.edition_id
                WHERE a.person_id = :subject_id AND e.state NOT IN ('published', 'cancelled')""",
        },
        record_sets={
            "awards": """SELECT h.person_id AS subject_id,
                    ARRAY[h.title, h.kind, h.level, h.issuer, h.year::text, h.awarded_on::text] AS cells
                FROM honour h
                WHERE h.person_id = ANY (CAST(:subject_ids AS uuid[])) AND h.withdrawn_at IS NULL""",
        },
    )
)
