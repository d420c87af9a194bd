"""Requests and answers about persons."""

from collections.abc import Sequence

from chassis.calls import parse_uuid
from membership.convert.values import (
    day,
    enum_name,
    needed_name,
    optional_day,
    optional_id,
    optional_text,
    page_of,
)
from membership.domain.people import (
    Affiliation,
    AffiliationKind,
    NewPerson,
    Person,
    PersonCategory,
    PersonKind,
)
from membership.events import shapes
from membership.operations.people import PersonChange, PersonFilter, new_person_id
from shuyuan.membership.v1 import person_pb2, person_service_pb2


def affiliation(message: person_pb2.Affiliation) -> Affiliation:
    """A tie."""
    kind = needed_name(person_pb2.AffiliationKind, "AFFILIATION_KIND", message.kind, "affiliation.kind")
    return Affiliation(
        kind=AffiliationKind(kind),
        unit_id=parse_uuid(message.unit_id, field_name="affiliation.unit_id"),
        valid_from=day(message.valid_from, "affiliation.valid_from"),
        valid_until=optional_day(message, "valid_until"),
    )


def category(number: int) -> PersonCategory | None:
    """The category, None for unspecified."""
    name = enum_name(person_pb2.PersonCategory, "PERSON_CATEGORY", number)
    return None if name is None else PersonCategory(name)


def new_person(message: person_service_pb2.PersonInput) -> NewPerson:
    """A person to be registered."""
    kind = needed_name(person_pb2.PersonKind, "PERSON_KIND", message.kind, "person.kind")
    return NewPerson(
        person_id=optional_id(message, "person_id") or new_person_id(),
        name=message.name.strip(),
        kind=PersonKind(kind),
        category=category(message.category),
        campus_number=optional_text(message, "campus_number"),
        birth_date=optional_day(message, "birth_date"),
        affiliations=tuple(affiliation(item) for item in message.affiliations),
    )


def change(request: person_service_pb2.UpdatePersonRequest) -> PersonChange:
    """What is to be corrected."""
    return PersonChange(
        name=optional_text(request, "name"),
        category=category(request.category),
        birth_date=optional_day(request, "birth_date"),
    )


def wanted(request: person_service_pb2.ListPersonsRequest) -> PersonFilter:
    """Which persons a list shows."""
    return PersonFilter(
        unit_id=optional_id(request, "unit_id"),
        kind=enum_name(person_pb2.PersonKind, "PERSON_KIND", request.kind),
        name=optional_text(request, "name"),
        campus_number=optional_text(request, "campus_number"),
    )


def page(rows: Sequence[Person], size: int) -> person_service_pb2.ListPersonsResponse:
    """A page of persons."""
    shown, token = page_of(rows, size, "person_id")
    return person_service_pb2.ListPersonsResponse(
        persons=[shapes.person(person) for person in shown], next_page_token=token
    )
