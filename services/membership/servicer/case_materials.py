"""CaseMaterialService over gRPC."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from google.api import httpbody_pb2

from chassis.calls import answer, current, parse_uuid
from membership.domain.case_materials import ListedMaterial, ListedStep
from membership.events import shapes
from membership.events.case_materials import material
from membership.operations import case_materials
from membership.operations.means import Means
from shuyuan.membership.v1 import case_material_pb2, case_material_service_pb2_grpc
from shuyuan.membership.v1 import case_material_service_pb2 as pb


class CaseMaterialServicer(case_material_service_pb2_grpc.CaseMaterialServiceServicer):
    """Keeps the papers of admission cases."""

    def __init__(self, means: Means) -> None:
        self._means = means

    async def GetMaterialChecklist(
        self, request: pb.GetMaterialChecklistRequest, context: Any
    ) -> pb.GetMaterialChecklistResponse:
        case_id = parse_uuid(request.case_id, field_name="case_id")
        found = await case_materials.checklist(current(), self._means, case_id)
        return pb.GetMaterialChecklistResponse(steps=_steps(found))

    async def SubmitCaseMaterial(
        self, request: pb.SubmitCaseMaterialRequest, context: Any
    ) -> pb.SubmitCaseMaterialResponse:
        call = current()
        work = case_materials.submit(
            call,
            self._means,
            parse_uuid(request.case_id, field_name="case_id"),
            step=request.step,
            name=request.name,
            media_type=request.file.content_type,
            data=request.file.data,
        )
        return await answer(call, work, lambda made: pb.SubmitCaseMaterialResponse(material=material(made)))

    async def GetCaseMaterialFile(
        self, request: pb.GetCaseMaterialFileRequest, context: Any
    ) -> pb.GetCaseMaterialFileResponse:
        found, data = await case_materials.read_file(current(), self._means, _id(request))
        file = httpbody_pb2.HttpBody(content_type=found.media_type, data=data)
        return pb.GetCaseMaterialFileResponse(file=file)

    async def ReviewCaseMaterial(
        self, request: pb.ReviewCaseMaterialRequest, context: Any
    ) -> pb.ReviewCaseMaterialResponse:
        call = current()
        work = case_materials.review(call, _id(request), accepted=request.accepted, note=request.note)
        return await answer(call, work, lambda made: pb.ReviewCaseMaterialResponse(material=material(made)))


def _id(request: Any) -> UUID:
    return parse_uuid(request.material_id, field_name="material_id")


def _steps(found: Iterable[ListedStep]) -> list[case_material_pb2.ChecklistStep]:
    return [
        case_material_pb2.ChecklistStep(
            step=each.step.id,
            number=each.step.number,
            stage=shapes.stage_number(each.stage),
            zh=each.step.zh,
            en=each.step.en,
            actor=each.step.actor,
            occurred_on=shapes.day_text(each.occurred_on),
            materials=[_listed(item) for item in each.materials],
        )
        for each in found
    ]


def _listed(item: ListedMaterial) -> case_material_pb2.ChecklistMaterial:
    return case_material_pb2.ChecklistMaterial(
        name=item.asked.id,
        zh=item.asked.zh,
        en=item.asked.en,
        template=item.asked.template,
        required=item.required,
        stated=item.stated,
        material=None if item.sent is None else material(item.sent),
    )
