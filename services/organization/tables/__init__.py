"""Storage of the organization service.

What has a history lives in `*_term`, `unit_description`, `unit_parent` and `unit_sponsor`, two-dimensional in time;
the other tables hold what never changes and what is believed now, for speed.
"""

from organization.tables.base import metadata
from organization.tables.branch_checklists import branch_checklist, branch_duty_term
from organization.tables.campaigns import campaign, campaign_term
from organization.tables.documents import document, document_clause, document_edition, document_review
from organization.tables.duties import duty, duty_sign_off, duty_term
from organization.tables.elections import ballot_box, election, election_elector
from organization.tables.findings import finding
from organization.tables.formations import (
    emergency,
    emergency_formation,
    formation_template,
    temporary_branch,
)
from organization.tables.links import pact, pact_partner, pairing, vanguard_team, vanguard_team_member
from organization.tables.party_groups import party_group_cut, party_group_member, party_group_term
from organization.tables.people import member_participation, member_period, person_class, person_kind
from organization.tables.places import class_link, class_link_term, place, plaque, zone, zone_term
from organization.tables.posts import (
    appointment,
    appointment_term,
    grant,
    grant_term,
    merged_holding,
    merged_term,
    post,
)
from organization.tables.programmes import programme, programme_assessment, programme_term
from organization.tables.project_members import project_member_term
from organization.tables.terms import term_of_office
from organization.tables.units import (
    campus,
    reorganization,
    unit,
    unit_description,
    unit_lineage,
    unit_name,
    unit_parent,
    unit_sponsor,
)

__all__ = [
    "appointment",
    "appointment_term",
    "ballot_box",
    "branch_checklist",
    "branch_duty_term",
    "campaign",
    "campaign_term",
    "campus",
    "class_link",
    "class_link_term",
    "document",
    "document_clause",
    "document_edition",
    "document_review",
    "duty",
    "duty_sign_off",
    "duty_term",
    "election",
    "election_elector",
    "emergency",
    "emergency_formation",
    "finding",
    "formation_template",
    "grant",
    "grant_term",
    "member_participation",
    "member_period",
    "merged_holding",
    "merged_term",
    "metadata",
    "pact",
    "pact_partner",
    "pairing",
    "party_group_cut",
    "party_group_member",
    "party_group_term",
    "person_class",
    "person_kind",
    "place",
    "plaque",
    "post",
    "programme",
    "programme_assessment",
    "programme_term",
    "project_member_term",
    "reorganization",
    "temporary_branch",
    "term_of_office",
    "unit",
    "unit_description",
    "unit_lineage",
    "unit_name",
    "unit_parent",
    "unit_sponsor",
    "vanguard_team",
    "vanguard_team_member",
    "zone",
    "zone_term",
]
