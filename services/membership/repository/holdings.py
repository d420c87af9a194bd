"""What this service holds on a person: which tables are about one, and what of them has fewer readers."""

from chassis.holdings import Description, Holdings, Withheld
from membership import tables
from membership.repository.person_files import WITHHELD_STEPS

_CASES = "t.case_id IN (SELECT k.case_id FROM admission_case k WHERE k.person_id = :subject_id)"
_STEPS = ", ".join(f"'{step}'" for step in WITHHELD_STEPS)

HOLDINGS = Holdings(
    Description(
        metadata=tables.metadata,
        about=("person_id",),
        through={
            "case_step": _CASES,
            "case_ballot": _CASES,
            "case_companion": _CASES,
            "admission_form": _CASES,
            "standing_entry": """t.standing_case_id IN (
                SELECT k.standing_case_id FROM standing_case k WHERE k.person_id = :subject_id)""",
        },
        withheld=[
            # What the political review found has fewer readers than the file.
            Withheld("case_step", ("detail", "verdicts"), f"t.step IN ({_STEPS})", from_subject=True),
        ],
    )
)
