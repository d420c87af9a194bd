"""What other services announce, as domain values."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from membership.convert.values import day, ids, optional_id
from membership.domain.members import RollMove
from membership.domain.units import Unit
from membership.operations.oaths import Sworn
from shuyuan.activity.v1 import ceremony_pb2
from shuyuan.organization.v1 import reorganization_pb2


def unit(resource: Mapping[str, Any]) -> Unit:
    """A unit, from its public representation."""
    dissolved, frozen = resource.get("dissolvedOn"), resource.get("frozenByProcessId")
    return Unit(
        unit_id=UUID(resource["unitId"]),
        kind=resource["kind"].removeprefix("KIND_").lower(),
        form=_form(resource.get("form", "")),
        established_on=day(resource["establishedOn"], "established_on"),
        dissolved_on=day(dissolved, "dissolved_on") if dissolved else None,
        frozen_by=UUID(frozen) if frozen else None,
        name=resource.get("name", ""),
    )


def _form(name: str) -> str:
    form = name.removeprefix("FORM_").lower()
    return "" if form == "unspecified" else form


def move(message: reorganization_pb2.RollMove) -> RollMove:
    """One move of a reorganisation."""
    return RollMove(
        move_id=UUID(message.move_id),
        from_unit_id=UUID(message.from_unit_id),
        to_unit_id=UUID(message.to_unit_id),
        affiliated_unit_id=optional_id(message, "affiliated_unit_id"),
        person_ids=frozenset(ids(message.person_ids, "person_ids")),
    )


def touched(message: reorganization_pb2.Reorganization) -> list[UUID]:
    """The units that a reorganisation holds while it is executed: those it dissolves, and those people go to."""
    targets = [move.to_unit_id for move in message.moves]
    return [UUID(unit_id) for unit_id in dict.fromkeys([*message.dissolves_unit_ids, *targets])]


def sworn(message: ceremony_pb2.Sworn) -> Sworn:
    """Somebody who took the oath."""
    return Sworn(UUID(message.person_id), UUID(message.case_id))
