"""Requests and answers about reorganisations."""

from chassis.calls import current
from chassis.paging import Page
from chassis.verdicts import to_message
from organization.convert.units import new_unit
from organization.convert.values import day_of, enum_of, id_of, ids_of, optional_id, optional_text
from organization.domain.reorganizations import (
    DraftMove,
    PreviewedMove,
    Reorganization,
    ReorganizationState,
    RollMove,
)
from organization.events.shapes import move_message, reorganization_message
from organization.operations.reorganizations import Draft, DraftUnit, Simulation
from shuyuan.organization.v1 import reorganization_pb2, reorganization_service_pb2

_STATE = reorganization_pb2.Reorganization.State.DESCRIPTOR


def draft(plan: reorganization_service_pb2.ReorganizationPlan) -> Draft:
    """A plan as it is drafted."""
    return Draft(
        effective_on=day_of(plan.effective_on, "plan.effective_on"),
        establishes=[
            DraftUnit(
                key=each.key,
                parent_id=id_of(each.parent_unit_id, f"plan.establishes[{place}].parent_unit_id"),
                new=new_unit(each.unit, f"plan.establishes[{place}].unit"),
            )
            for place, each in enumerate(plan.establishes)
        ],
        dissolves=ids_of(list(plan.dissolves_unit_ids), "plan.dissolves_unit_ids"),
        moves=[_move(each, f"plan.moves[{place}]") for place, each in enumerate(plan.moves)],
    )


def _move(given: reorganization_pb2.RollMoveInput, path: str) -> DraftMove:
    return DraftMove(
        from_unit_id=id_of(given.from_unit_id, f"{path}.from_unit_id"),
        to_unit_id=optional_id(given.to_unit_id, f"{path}.to_unit_id"),
        to_key=optional_text(given, "to_key"),
        affiliated_unit_id=optional_id(given.affiliated_unit_id, f"{path}.affiliated_unit_id"),
        person_ids=tuple(ids_of(list(given.person_ids), f"{path}.person_ids")),
    )


def state_of(given: int) -> ReorganizationState | None:
    """The state asked for, None for any."""
    return enum_of(_STATE, ReorganizationState, given, "state")


def reorganizations_page(
    page: Page[Reorganization],
) -> reorganization_service_pb2.ListReorganizationsResponse:
    """A page of reorganisations."""
    return reorganization_service_pb2.ListReorganizationsResponse(
        reorganizations=[reorganization_message(each) for each in page.items],
        next_page_token=page.next_token,
    )


def simulation(found: Simulation) -> reorganization_service_pb2.SimulateReorganizationResponse:
    """What executing a plan would do, its verdicts in the caller's language."""
    language = current().language
    preview = found.preview
    coming = {move.move_id: move for move in preview.moves}
    return reorganization_service_pb2.SimulateReorganizationResponse(
        moves=[
            _simulated(move, coming[move.move_id])
            for move in found.reorganization.plan.moves
            if move.move_id in coming
        ],
        unplaced_person_ids=[str(person) for person in preview.unplaced],
        obstacles=[
            reorganization_pb2.RollObstacle(
                person_id=str(each.person_id), unit_id=str(each.unit_id), reason=each.reason
            )
            for each in preview.obstacles
        ],
        verdicts=[to_message(verdict, language) for verdict in found.verdicts],
        executable=found.executable,
    )


def _simulated(move: RollMove, coming: PreviewedMove) -> reorganization_pb2.SimulatedMove:
    return reorganization_pb2.SimulatedMove(
        move=move_message(move),
        person_ids=[str(person) for person in coming.person_ids],
        case_ids=[str(case) for case in coming.case_ids],
        staff=coming.staff,
        students=coming.students,
    )
