"""What this service holds on a person: which tables are about one, what of them has fewer readers, and what of them
goes when the person is erased.

Histories are never changed: they say on which days which unit or status belonged to an id, and stay as such facts.
Of the two that hold words (the room of a stay, the reason of a reduction) the words go and the days stay.
"""

from chassis.holdings import Description, Holdings, Withheld
from membership import tables
from membership.repository.person_files import WITHHELD_STEPS

_CASES = "t.case_id IN (SELECT k.case_id FROM admission_case k WHERE k.person_id = :subject_id)"
_WORDLESS = "CAST('' AS text)"
_STEPS = ", ".join(f"'{step}'" for step in WITHHELD_STEPS)
# What somebody wrote into a step, beside days, ids and chosen values.
_WORDS = ("reason", "delay_reason", "group_name", "archive_reference", "note", "content", "finding")
_WRITTEN = ", ".join(f"'{name}'" for name in _WORDS)
_DETAIL_WITHOUT_WORDS = f"""SELECT coalesce(jsonb_object_agg(
        e.key, CASE WHEN e.key IN ({_WRITTEN}) THEN to_jsonb(CAST('' AS text)) ELSE e.value END), '{{}}')
    FROM jsonb_each(t.detail) e"""
_ITEMS_WITHOUT_WORDS = """SELECT coalesce(jsonb_agg(jsonb_set(e.value, '{text}', to_jsonb(CAST('' AS text)))
        ORDER BY e.ordinality), '[]') FROM jsonb_array_elements(t.items) WITH ORDINALITY e"""
# What somebody entered into a set of records that nothing else of the system fills.
_ENTRIES = """SELECT e.person_id AS subject_id,
        ARRAY[e.word, e.description, e.valid_from::text, e.valid_until::text] AS cells
    FROM record_entry e
    WHERE e.person_id = ANY (CAST(:subject_ids AS uuid[])) AND e.record_set = '{record_set}'"""

HOLDINGS = Holdings(
    Description(
        metadata=tables.metadata,
        about=("person_id",),
        through={
            # Who turned out to be the same person keeps a row of their own.
            "person": "t.merged_into = :subject_id",
            "case_step": _CASES,
            "case_ballot": _CASES,
            "case_companion": _CASES,
            "admission_form": _CASES,
            "case_material": _CASES,
            "standing_entry": """t.standing_case_id IN (
                SELECT k.standing_case_id FROM standing_case k WHERE k.person_id = :subject_id)""",
            "pledge_evidence": """t.pledge_id IN (
                SELECT k.pledge_id FROM pledge k WHERE k.person_id = :subject_id)""",
            "peer_mentor_entry": """t.peer_mentor_id IN (
                SELECT k.peer_mentor_id FROM peer_mentor k WHERE k.person_id = :subject_id)""",
        },
        withheld=[
            # What the political review found has fewer readers than the file.
            Withheld("case_step", ("detail", "verdicts"), f"t.step IN ({_STEPS})", from_subject=True),
        ],
        emptied={
            "person": {
                "name": _WORDLESS,
                "pinyin": _WORDLESS,
                "number_sealed": "CAST(NULL AS bytea)",
                "born_on": "CAST(NULL AS date)",
            },
            "admission_case": {"source_reference": "CAST(NULL AS text)"},
            "case_step": {"detail": _DETAIL_WITHOUT_WORDS},
            "standing_entry": {
                "reason": _WORDLESS,
                "document_reference": "CAST(NULL AS text)",
                "correction_reason": "CAST(NULL AS text)",
            },
            "transfer": {
                "to_organization": "CASE WHEN t.to_organization IS NULL THEN NULL ELSE '' END",
                "reason": "CAST(NULL AS text)",
                "refusal": "CAST(NULL AS text)",
            },
            "person_export": {"file_sealed": "CAST(NULL AS bytea)"},
            "sync_difference": {"external_id": _WORDLESS},
            "sync_departure": {"reason": _WORDLESS},
            "pledge": {"items": _ITEMS_WITHOUT_WORDS, "reason": _WORDLESS, "opinion": _WORDLESS},
            "pledge_evidence": {"note": _WORDLESS, "reference": _WORDLESS},
            "peer_mentor": {"reason": _WORDLESS},
            "person_merge": {"reason": _WORDLESS},
            "peer_mentor_entry": {"note": _WORDLESS},
            "secondment": {"reason": _WORDLESS},
            "residence": {"room": _WORDLESS},
            "dues_reduction": {"reason": _WORDLESS},
            "dues_payment": {"correction_reason": "CAST(NULL AS text)"},
        },
        dropped=(
            "person_identity",
            "inbox_item",
            "account",
            "person_source",
            "case_material",
            "record_entry",
        ),
        ties={
            "admission_case": """SELECT k.case_id AS id FROM admission_case k
                WHERE k.person_id = :subject_id AND k.state = 'open'""",
            "case_companion": """SELECT c.case_id AS id FROM case_companion c
                JOIN admission_case k ON k.case_id = c.case_id
                WHERE c.person_id = :subject_id AND k.state = 'open'
                  AND (c.valid_until IS NULL OR c.valid_until > CAST(:today AS date))""",
            "relationship": """SELECT r.unit_id AS id FROM relationship r
                WHERE r.person_id = :subject_id AND r.recorded_until IS NULL
                  AND (upper(r.valid) IS NULL OR upper(r.valid) > CAST(:today AS date))""",
            "participation": """SELECT r.unit_id AS id FROM participation r
                WHERE r.person_id = :subject_id AND r.recorded_until IS NULL
                  AND (upper(r.valid) IS NULL OR upper(r.valid) > CAST(:today AS date))""",
            "peer_mentor": """SELECT k.peer_mentor_id AS id FROM peer_mentor k
                WHERE k.person_id = :subject_id
                  AND (k.valid_until IS NULL OR k.valid_until > CAST(:today AS date))""",
            "peer_mentee": """SELECT k.peer_mentor_id AS id FROM peer_mentee k
                WHERE k.person_id = :subject_id
                  AND (k.valid_until IS NULL OR k.valid_until > CAST(:today AS date))""",
            "secondment": """SELECT k.secondment_id AS id FROM secondment k
                WHERE k.person_id = :subject_id AND k.state IN ('nominated', 'approved')
                  AND (k.valid_until IS NULL OR k.valid_until > CAST(:today AS date))""",
            "transfer": """SELECT r.transfer_id AS id FROM transfer r
                WHERE r.person_id = :subject_id AND r.state IN ('started', 'expired')""",
            "standing_case": """SELECT k.standing_case_id AS id FROM standing_case k
                WHERE k.person_id = :subject_id AND k.state = 'open'""",
            # An entry that was merged into another one goes with it.
            "person_merge": """SELECT g.merge_id AS id FROM person_merge g
                WHERE g.merged_person_id = :subject_id AND g.state = 'merged'""",
            "person_export": """SELECT e.export_id AS id FROM person_export e
                WHERE e.person_id = :subject_id AND e.state = 'gathering'""",
        },
        record_sets={
            "abroad": """SELECT k.person_id AS subject_id,
                    ARRAY[k.ground, k.since::text, k.state, k.kept_through::text] AS cells
                FROM standing_case k
                WHERE k.person_id = ANY (CAST(:subject_ids AS uuid[])) AND k.kind = 'abroad'""",
            "hardship": _ENTRIES.format(record_set="hardship"),
            "family": _ENTRIES.format(record_set="family"),
            "dues": """SELECT d.person_id AS subject_id,
                    ARRAY[to_char(d.month, 'YYYY-MM'), d.amount::text, p.paid_on::text, p.manner] AS cells
                FROM dues_month d JOIN dues_payment p ON p.payment_id = d.payment_id
                WHERE d.person_id = ANY (CAST(:subject_ids AS uuid[])) AND d.month >= CAST(:since AS date)""",
            "cultivation": """SELECT k.person_id AS subject_id,
                    ARRAY[s.occurred_on::text, s.number::text, s.step, k.state] AS cells
                FROM case_step s JOIN admission_case k ON k.case_id = s.case_id
                WHERE k.person_id = ANY (CAST(:subject_ids AS uuid[])) AND NOT s.superseded""",
        },
    )
)
