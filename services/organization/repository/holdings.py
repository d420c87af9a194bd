"""What this service holds on a person: posts, roles, pairings, votes asked of them, and copies of membership's facts."""

from chassis.holdings import Description, Holdings
from organization import tables

HOLDINGS = Holdings(
    Description(
        metadata=tables.metadata,
        about=("person_id", "contact_person_id"),
        through={
            "appointment_term": """t.appointment_id IN (
                SELECT a.appointment_id FROM appointment a WHERE a.person_id = :subject_id)""",
            "role_grant_term": """t.grant_id IN (
                SELECT g.grant_id FROM role_grant g WHERE g.person_id = :subject_id)""",
        },
    )
)
