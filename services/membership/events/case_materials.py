"""The shape of a paper of an admission case, and the events about it; its file is in neither."""

from chassis.events import Event
from membership.domain.case_materials import CaseMaterial
from membership.events import shapes
from shuyuan.membership.v1 import case_material_pb2, events_pb2


def material(found: CaseMaterial) -> case_material_pb2.CaseMaterial:
    """A paper as answers and events show it."""
    return case_material_pb2.CaseMaterial(
        material_id=str(found.material_id),
        case_id=str(found.case_id),
        step=found.step,
        name=found.name,
        media_type=found.media_type,
        bytes=found.file_bytes,
        sha256=found.sha256,
        state=shapes.enum_number(case_material_pb2.CaseMaterial.State, "STATE", found.state),
        note=found.note,
        submitted_by=shapes.id_text(found.submitted_by),
        reviewed_by=shapes.id_text(found.reviewed_by),
        create_time=shapes.stamp(found.created_at),
        update_time=shapes.stamp(found.updated_at),
        version=found.version,
        etag=str(found.version),
    )


def submitted(found: CaseMaterial) -> Event:
    """A paper was sent."""
    message = events_pb2.CaseMaterialSubmitted(case_material=material(found))
    return Event(found.material_id, found.version, message)


def reviewed(found: CaseMaterial) -> Event:
    """A paper was accepted or returned."""
    message = events_pb2.CaseMaterialReviewed(case_material=material(found))
    return Event(found.material_id, found.version, message)
