"""The code and the contract say the same: reasons, enums, permissions, statements."""

import inspect
from enum import StrEnum
from importlib import import_module

import pytest
from google.protobuf.descriptor import EnumDescriptor

from chassis import contract
from chassis.errors import ServiceError
from organization import errors
from organization.domain import (
    documents,
    duties,
    election_ballots,
    elections,
    grants,
    places,
    posts,
    programmes,
    reorganizations,
    terms,
    units,
)
from organization.domain.coverage import CoverageAspect, Obstacle, Source, SubjectKind
from organization.domain.pacts import Answer, PactState
from organization.events.shapes import number
from shuyuan.annotations.v1 import annotations_pb2
from shuyuan.organization.v1 import (
    access_service_pb2,
    appointment_pb2,
    appointment_service_pb2,
    ballot_service_pb2,
    class_link_service_pb2,
    coverage_pb2,
    coverage_service_pb2,
    document_pb2,
    document_service_pb2,
    duty_pb2,
    duty_service_pb2,
    election_pb2,
    election_service_pb2,
    error_reason_pb2,
    events_pb2,
    finding_service_pb2,
    grant_pb2,
    grant_service_pb2,
    pact_pb2,
    pact_service_pb2,
    pairing_service_pb2,
    party_group_service_pb2,
    place_pb2,
    place_service_pb2,
    plaque_service_pb2,
    programme_pb2,
    programme_service_pb2,
    reorganization_pb2,
    reorganization_service_pb2,
    role_pb2,
    term_pb2,
    term_service_pb2,
    unit_pb2,
    unit_service_pb2,
    vanguard_team_service_pb2,
    zone_service_pb2,
)

FILES = (
    ballot_service_pb2,
    programme_service_pb2,
    document_service_pb2,
    unit_service_pb2,
    pairing_service_pb2,
    vanguard_team_service_pb2,
    coverage_service_pb2,
    pact_service_pb2,
    appointment_service_pb2,
    grant_service_pb2,
    access_service_pb2,
    reorganization_service_pb2,
    place_service_pb2,
    zone_service_pb2,
    class_link_service_pb2,
    plaque_service_pb2,
    duty_service_pb2,
    election_service_pb2,
    finding_service_pb2,
    term_service_pb2,
    party_group_service_pb2,
)


def test_every_error_has_its_reason_in_the_contract_and_every_reason_its_error() -> None:
    raised = {
        error.reason
        for _, error in inspect.getmembers(errors, inspect.isclass)
        if issubclass(error, ServiceError) and error.__module__.startswith(errors.__name__)
    }
    listed = {
        value.name.removeprefix("ERROR_REASON_")
        for value in error_reason_pb2.ErrorReason.DESCRIPTOR.values
        if value.number
    }

    assert raised == listed


@pytest.mark.parametrize(
    ("enum", "kind"),
    [
        (unit_pb2.Unit.Kind.DESCRIPTOR, units.Kind),
        (unit_pb2.Unit.Form.DESCRIPTOR, units.Form),
        (unit_pb2.Unit.Purpose.DESCRIPTOR, units.Purpose),
        (unit_pb2.Unit.Function.DESCRIPTOR, units.Function),
        (unit_pb2.Unit.State.DESCRIPTOR, units.State),
        (unit_pb2.Sponsorship.Part.DESCRIPTOR, units.Part),
        (unit_pb2.Lineage.Kind.DESCRIPTOR, units.LineageKind),
        (unit_pb2.UnitFact.Aspect.DESCRIPTOR, units.Aspect),
        (appointment_pb2.Post.Kind.DESCRIPTOR, posts.PostKind),
        (appointment_pb2.Appointment.Method.DESCRIPTOR, posts.Method),
        (appointment_pb2.Appointment.State.DESCRIPTOR, posts.AppointmentState),
        (grant_pb2.Grant.Basis.DESCRIPTOR, grants.Basis),
        (pact_pb2.Pact.State.DESCRIPTOR, PactState),
        (pact_pb2.PactPartner.Answer.DESCRIPTOR, Answer),
        (coverage_pb2.CoverageSubjectKind.DESCRIPTOR, SubjectKind),
        (coverage_pb2.CoverageAspect.DESCRIPTOR, CoverageAspect),
        (coverage_pb2.CoverageEvidence.Source.DESCRIPTOR, Source),
        (coverage_pb2.CoverageEvidence.Obstacle.DESCRIPTOR, Obstacle),
        (place_pb2.Place.Kind.DESCRIPTOR, places.PlaceKind),
        (place_pb2.Place.State.DESCRIPTOR, places.PlaceState),
        (document_pb2.Document.State.DESCRIPTOR, documents.DocumentState),
        (document_pb2.DocumentReview.Outcome.DESCRIPTOR, documents.Outcome),
        (programme_pb2.Participation.Status.DESCRIPTOR, programmes.Status),
        (programme_pb2.AccountabilityLine.Level.DESCRIPTOR, programmes.Level),
        (programme_pb2.ProgrammeAssessment.Grade.DESCRIPTOR, programmes.Grade),
        (duty_pb2.DutyAssignment.Part.DESCRIPTOR, duties.Part),
        (duty_pb2.DutyFinding.Kind.DESCRIPTOR, duties.FindingKind),
        (election_pb2.Election.Kind.DESCRIPTOR, elections.ElectionKind),
        (election_pb2.Election.State.DESCRIPTOR, elections.ElectionState),
        (election_pb2.ElectionStep.Kind.DESCRIPTOR, elections.StepKind),
        (election_pb2.ElectionContest.Kind.DESCRIPTOR, election_ballots.ContestKind),
        (election_pb2.ElectionRound.State.DESCRIPTOR, election_ballots.RoundState),
        (election_pb2.Candidate.Source.DESCRIPTOR, elections.NominationSource),
        (election_pb2.Candidate.Background.DESCRIPTOR, elections.Background),
        (term_pb2.Term.State.DESCRIPTOR, terms.TermState),
        (reorganization_pb2.Reorganization.State.DESCRIPTOR, reorganizations.ReorganizationState),
    ],
)
def test_every_value_of_the_domain_is_one_of_the_contract(enum: EnumDescriptor, kind: type[StrEnum]) -> None:
    numbers = {number(enum, value) for value in kind}

    assert numbers == {value.number for value in enum.values} - {0}


def test_every_permission_asked_for_is_given_by_some_role() -> None:
    table = contract.role_permissions(role_pb2.Role.DESCRIPTOR)
    services = [each for file in FILES for each in file.DESCRIPTOR.services_by_name.values()]
    for service in services:
        for method in service.methods:
            access = contract.access_of(method)
            assert access is not None, method.full_name
            if access.permission:
                givers = [
                    role
                    for role, given in table.items()
                    if any(contract.permits(each, access.permission) for each in given)
                ]
                assert givers, access.permission


def test_every_event_carries_its_resource_under_its_noun() -> None:
    for name, message in events_pb2.DESCRIPTOR.message_types_by_name.items():
        event = message.GetOptions().Extensions[annotations_pb2.event]
        assert event.noun and event.verb, name
        assert event.noun in message.fields_by_name, name


@pytest.mark.parametrize(
    "noun",
    [
        "units",
        "people",
        "coverage",
        "pacts",
        "pairings",
        "vanguard_teams",
        "unit_changes",
        "posts",
        "grants",
        "reorganizations",
        "campuses",
        "places",
        "zones",
        "class_links",
        "plaques",
        "documents",
        "clauses",
        "programmes",
        "assessments",
        "duties",
        "duty_questions",
        "elections",
        "findings",
        "terms",
        "party_groups",
    ],
)
def test_every_statement_is_compiled_once(noun: str) -> None:
    """Importing a repository compiles its statements and refuses one that cannot be compiled once."""
    import_module(f"organization.repository.{noun}")
