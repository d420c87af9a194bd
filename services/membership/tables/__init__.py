"""The tables of the membership service. Facts with a period are kept twice dated: when they hold, and when we knew."""

from membership.tables.base import metadata
from membership.tables.case_materials import case_material
from membership.tables.cases import (
    admission_case,
    case_ballot,
    case_companion,
    case_step,
    oath_roll,
    rule_set,
)
from membership.tables.dues import (
    dues_account,
    dues_base,
    dues_ledger,
    dues_month,
    dues_month_corrected,
    dues_payment,
    dues_publication,
    dues_reduction,
)
from membership.tables.erasures import legal_hold, person_erasure
from membership.tables.forms import admission_form, form_year
from membership.tables.inbox import inbox_item, reminder
from membership.tables.inspections import inspection, inspection_duty
from membership.tables.members import (
    member,
    membership_status,
    participation,
    relationship,
    reorganizing,
    roll_move,
    transfer,
    unit,
)
from membership.tables.merges import person_merge, person_merge_move
from membership.tables.peer_mentors import peer_mentee, peer_mentor, peer_mentor_entry
from membership.tables.people import account, affiliation, disclosure, person, person_identity
from membership.tables.person_exports import person_export
from membership.tables.plans import admission_plan
from membership.tables.pledges import pledge, pledge_evidence
from membership.tables.record_sets import reconciliation, reconciliation_part, record_entry
from membership.tables.rosters import roster_import, roster_problem, roster_row
from membership.tables.secondments import secondment
from membership.tables.standing import removal_end, standing_case, standing_entry
from membership.tables.sync import (
    person_source,
    residence,
    sync_batch,
    sync_departure,
    sync_difference,
    sync_part,
    sync_problem,
)

__all__ = [
    "account",
    "admission_case",
    "admission_form",
    "admission_plan",
    "affiliation",
    "case_ballot",
    "case_companion",
    "case_material",
    "case_step",
    "disclosure",
    "dues_account",
    "dues_base",
    "dues_ledger",
    "dues_month",
    "dues_month_corrected",
    "dues_payment",
    "dues_publication",
    "dues_reduction",
    "form_year",
    "inbox_item",
    "inspection",
    "inspection_duty",
    "legal_hold",
    "member",
    "membership_status",
    "metadata",
    "oath_roll",
    "participation",
    "peer_mentee",
    "peer_mentor",
    "peer_mentor_entry",
    "person",
    "person_erasure",
    "person_export",
    "person_identity",
    "person_merge",
    "person_merge_move",
    "person_source",
    "pledge",
    "pledge_evidence",
    "reconciliation",
    "reconciliation_part",
    "record_entry",
    "relationship",
    "reminder",
    "removal_end",
    "reorganizing",
    "residence",
    "roll_move",
    "roster_import",
    "roster_problem",
    "roster_row",
    "rule_set",
    "secondment",
    "standing_case",
    "standing_entry",
    "sync_batch",
    "sync_departure",
    "sync_difference",
    "sync_part",
    "sync_problem",
    "transfer",
    "unit",
]
