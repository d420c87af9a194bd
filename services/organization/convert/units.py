"""Requests and answers about units and campuses."""

from functools import lru_cache
from uuid import UUID

from chassis.paging import Page
from organization.convert.values import (
    chosen,
    enum_of,
    id_of,
    optional_day,
    optional_id,
    optional_text,
)
from organization.domain.elections import Background
from organization.domain.units import (
    Campus,
    DescriptionChange,
    Form,
    Function,
    Kind,
    Lineage,
    NewSponsor,
    NewUnit,
    Part,
    Purpose,
    State,
    TreeNode,
    Unit,
    UnitFact,
)
from organization.events.shapes import campus_message, day, instant, number, text, unit_message
from organization.operations.appointments import NewSecretary
from organization.repository.units import Filter
from shuyuan.organization.v1 import appointment_pb2, unit_pb2, unit_service_pb2

_BACKGROUND = appointment_pb2.Appointment.Background.DESCRIPTOR
_KIND = unit_pb2.Unit.Kind.DESCRIPTOR
_FORM = unit_pb2.Unit.Form.DESCRIPTOR
_FUNCTION = unit_pb2.Unit.Function.DESCRIPTOR
_PURPOSE = unit_pb2.Unit.Purpose.DESCRIPTOR
_STATE = unit_pb2.Unit.State.DESCRIPTOR
_PART = unit_pb2.Sponsorship.Part.DESCRIPTOR
_LINEAGE = unit_pb2.Lineage.Kind.DESCRIPTOR
_ASPECT = unit_pb2.UnitFact.Aspect.DESCRIPTOR


def part_of(given: int, field: str) -> Part:
    """The part of a sponsor; unspecified means that it carries the unit."""
    return enum_of(_PART, Part, given, field) or Part.SPONSOR


def new_unit(given: unit_pb2.UnitInput, path: str) -> NewUnit:
    """What a unit is established with."""
    return NewUnit(
        kind=chosen(_KIND, Kind, given.kind, f"{path}.kind"),
        name=given.name,
        form=enum_of(_FORM, Form, given.form, f"{path}.form"),
        short_name=given.short_name,
        function=enum_of(_FUNCTION, Function, given.function, f"{path}.function"),
        campus_id=optional_id(given.campus_id, f"{path}.campus_id"),
        sponsors=tuple(
            NewSponsor(
                id_of(each.sponsor_unit_id, f"{path}.sponsors[{place}].sponsor_unit_id"),
                part_of(each.part, f"{path}.sponsors[{place}].part"),
            )
            for place, each in enumerate(given.sponsors)
        ),
        cohort_year=given.cohort_year if given.HasField("cohort_year") else None,
        major_code=optional_text(given, "major_code"),
        purpose=enum_of(_PURPOSE, Purpose, given.purpose, f"{path}.purpose"),
        host_id=optional_id(given.host_unit_id, f"{path}.host_unit_id"),
        task=optional_text(given, "task"),
        planned_end_on=optional_day(given, "planned_end_on", path=f"{path}.planned_end_on"),
    )


def secretary(request: unit_service_pb2.EstablishUnitRequest, title: str) -> NewSecretary | None:
    """The secretary with whom a temporary branch is founded."""
    if not request.HasField("secretary"):
        return None
    given = request.secretary
    return NewSecretary(
        person_id=id_of(given.person_id, "secretary.person_id"),
        title=title,
        basis_post_id=optional_id(given.basis_post_id, "secretary.basis_post_id"),
        document_number=given.document_number,
        background=enum_of(_BACKGROUND, Background, given.background, "secretary.background"),
    )


def description_change(request: unit_service_pb2.UpdateUnitRequest) -> DescriptionChange:
    """What is to change about name, short name and campus."""
    return DescriptionChange(
        name=optional_text(request, "name"),
        short_name=optional_text(request, "short_name"),
        campus_id=optional_id(request.campus_id, "campus_id"),
        leaves_campus=request.leaves_campus,
    )


def unit_filter(request: unit_service_pb2.ListUnitsRequest) -> Filter:
    """What a page of units is asked for."""
    return Filter(
        kind=enum_of(_KIND, Kind, request.kind, "kind"),
        form=enum_of(_FORM, Form, request.form, "form"),
        parent_id=optional_id(request.parent_unit_id, "parent_unit_id"),
        below_id=optional_id(request.below_unit_id, "below_unit_id"),
        sponsor_id=optional_id(request.sponsor_unit_id, "sponsor_unit_id"),
        campus_id=optional_id(request.campus_id, "campus_id"),
        state=enum_of(_STATE, State, request.state, "state"),
        purpose=enum_of(_PURPOSE, Purpose, request.purpose, "purpose"),
        name=request.name or None,
    )


def units_page(page: Page[Unit]) -> unit_service_pb2.ListUnitsResponse:
    """A page of units."""
    answer = unit_service_pb2.ListUnitsResponse(next_page_token=page.next_token)
    add = answer.units.add
    for unit in page.items:
        add().MergeFromString(_unit_bytes(unit))
    return answer


# Most units of a page have been read before and are the same; to parse one costs a twentieth of building it.
@lru_cache(maxsize=4096)
def _unit_bytes(unit: Unit) -> bytes:
    return unit_message(unit).SerializeToString()


def tree(nodes: list[TreeNode]) -> unit_service_pb2.GetTreeResponse:
    """The tree of a day; ids as text are made once each, since most stand in it twice."""
    texts: dict[UUID, str] = {node.unit_id: str(node.unit_id) for node in nodes}
    return unit_service_pb2.GetTreeResponse(
        nodes=[
            unit_pb2.TreeNode(
                unit_id=texts[node.unit_id],
                parent_unit_id=None if node.parent_id is None else texts[node.parent_id],
                kind=number(_KIND, node.kind),
                form=number(_FORM, node.form),
                name=node.name,
                campus_id=text(node.campus_id),
                sponsor_unit_ids=[str(each) for each in node.sponsor_ids],
                depth=node.depth,
            )
            for node in nodes
        ]
    )


def lineage(steps: list[Lineage]) -> unit_service_pb2.ListUnitLineageResponse:
    """The descent of a unit."""
    return unit_service_pb2.ListUnitLineageResponse(
        steps=[
            unit_pb2.Lineage(
                from_unit_id=str(step.from_unit_id),
                to_unit_id=str(step.to_unit_id),
                kind=number(_LINEAGE, step.kind),
                effective_on=step.effective_on.isoformat(),
                reorganization_id=text(step.reorganization_id),
            )
            for step in steps
        ]
    )


def history(page: Page[UnitFact]) -> unit_service_pb2.ListUnitHistoryResponse:
    """A page of what was recorded about a unit."""
    return unit_service_pb2.ListUnitHistoryResponse(
        facts=[_fact(fact) for fact in page.items], next_page_token=page.next_token
    )


def _fact(fact: UnitFact) -> unit_pb2.UnitFact:
    described = fact.description
    return unit_pb2.UnitFact(
        aspect=number(_ASPECT, fact.aspect),
        valid_from=fact.days.start.isoformat(),
        valid_until=day(fact.days.end),
        recorded_time=instant(fact.recorded_at),
        replaced_time=instant(fact.replaced_at),
        name=None if described is None else described.name,
        short_name=None if described is None else described.short_name,
        campus_id=None if described is None else text(described.campus_id),
        other_unit_id=text(fact.other_id),
        part=number(_PART, fact.part),
    )


def campuses_page(page: Page[Campus]) -> unit_service_pb2.ListCampusesResponse:
    """A page of campuses."""
    return unit_service_pb2.ListCampusesResponse(
        campuses=[campus_message(campus) for campus in page.items], next_page_token=page.next_token
    )
