"""What this service holds on a person: posts, roles, pairings, votes asked of them, and copies of membership's facts.

Copies go by membership's events; what stays says that an id held a post on some days.
"""

from chassis.holdings import Description, Holdings
from organization import tables

_WORDLESS = "CAST('' AS text)"

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
        emptied={
            "appointment": {"reason": _WORDLESS, "override_reason": _WORDLESS},
            "role_grant": {"reason": _WORDLESS},
            "plaque": {"reason": _WORDLESS},
            "pairing": {"reason": _WORDLESS},
            "duty_sign_off": {"note": _WORDLESS},
            "election_elector": {"exclusion_reason": _WORDLESS},
        },
        copied=("person_kind", "person_class", "member_period", "member_participation"),
        ties={
            "appointment": """SELECT a.appointment_id AS id FROM appointment a
                JOIN appointment_term k ON k.appointment_id = a.appointment_id
                WHERE a.person_id = :subject_id AND k.recorded_until IS NULL
                  AND (upper(k.valid) IS NULL OR upper(k.valid) > CAST(:today AS date))""",
            "grant": """SELECT g.grant_id AS id FROM role_grant g
                WHERE g.person_id = :subject_id AND NOT g.revoked
                  AND (g.valid_until IS NULL OR g.valid_until > CAST(:today AS date))""",
            "plaque": """SELECT p.plaque_id AS id FROM plaque p
                WHERE p.person_id = :subject_id AND p.withdrawn_on IS NULL""",
            "pairing": """SELECT p.pairing_id AS id FROM pairing p
                WHERE p.person_id = :subject_id
                  AND (p.valid_until IS NULL OR p.valid_until > CAST(:today AS date))""",
            "vanguard_team": """SELECT m.team_id AS id FROM vanguard_team_member m
                WHERE m.person_id = :subject_id
                  AND (upper(m.valid) IS NULL OR upper(m.valid) > CAST(:today AS date))""",
            # Who is named to approve beforehand, while the emergency lasts.
            "emergency": """SELECT e.emergency_id AS id FROM emergency e
                WHERE e.person_id = :subject_id
                  AND (e.ended_on IS NULL OR e.ended_on > CAST(:today AS date))""",
            "election": """SELECT e.election_id AS id FROM election e
                WHERE e.state NOT IN ('completed', 'withdrawn')
                  AND position(CAST(:subject_id AS uuid)::text IN e.candidates::text) > 0""",
        },
        record_sets={
            "posts": """SELECT a.person_id AS subject_id, ARRAY[
                    (SELECT d.name FROM unit_description d
                      WHERE d.unit_id = p.unit_id AND d.recorded_until IS NULL
                      ORDER BY lower(d.valid) DESC LIMIT 1),
                    p.title, lower(k.valid)::text, upper(k.valid)::text, a.method, a.document_number] AS cells
                FROM appointment a JOIN post p ON p.post_id = a.post_id
                JOIN appointment_term k ON k.appointment_id = a.appointment_id AND k.recorded_until IS NULL
                WHERE a.person_id = ANY (CAST(:subject_ids AS uuid[]))""",
        },
    )
)
