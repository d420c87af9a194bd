"""The papers of admission cases: the checklist, sending, reading and reviewing."""

import asyncio
from uuid import UUID

from chassis.calls import Call
from chassis.ids import new_id
from membership.domain import case_materials as domain
from membership.domain.admission import CaseState
from membership.domain.case_materials import CaseMaterial, ListedStep
from membership.errors.papers import (
    MaterialNotFoundError,
)
from membership.events import case_materials as events
from membership.operations import admission
from membership.operations.means import Means
from membership.operations.taking import ADVANCE, hold, require_on_case
from membership.repository import case_materials


async def checklist(call: Call, means: Means, case_id: UUID) -> tuple[ListedStep, ...]:
    """Every step of a case's catalogue with its papers; whoever reads the case reads it."""
    case = await admission.get_case(call, means, case_id)
    rules = await means.rules.of(call.database, case.head.pack_digest)
    return domain.checklist(case, rules, await case_materials.of_case(call.database, case_id))


async def submit(
    call: Call, means: Means, case_id: UUID, *, step: str, name: str, media_type: str, data: bytes
) -> CaseMaterial:
    """Send a paper for a step; applicants send their own."""
    await require_on_case(call, case_id, ADVANCE, own=True)
    digest = await asyncio.to_thread(domain.check_file, media_type, data)
    async with call.transaction() as work:
        held = await hold(work, means, case_id, also=CaseState.CONVERTED)
        domain.check_listed(held.rules, step, name)
        made = CaseMaterial(
            material_id=new_id(),
            case_id=case_id,
            step=step,
            name=name,
            media_type=media_type,
            file_bytes=len(data),
            sha256=digest,
            submitted_by=call.caller.person_id,
            created_at=work.now,
            updated_at=work.now,
        )
        await case_materials.add(work, means.cipher, made, data)
        work.emit(events.submitted(made))
        work.audit_change("case_material", made.material_id, None, _audited(made))
        return work.answer(made)


async def read_file(call: Call, means: Means, material_id: UUID) -> tuple[CaseMaterial, bytes]:
    """The file of a paper; applicants read their own."""
    found = await _require(call, material_id, own=True)
    return found, await case_materials.file(call.database, means.cipher, material_id)


async def review(call: Call, material_id: UUID, *, accepted: bool, note: str) -> CaseMaterial:
    """Accept a paper, or return it with what is wrong."""
    await _require(call, material_id)
    async with call.transaction() as work:
        before = await case_materials.lock(work, material_id)
        assert before is not None, "papers are never deleted"
        call.check_etag(before.version)
        after = before.reviewed(accepted=accepted, note=note, by=call.caller.person_id, at=work.now)
        await case_materials.review(work, after)
        work.emit(events.reviewed(after))
        work.audit_change("case_material", material_id, _audited(before), _audited(after))
        return work.answer(after)


async def _require(call: Call, material_id: UUID, *, own: bool = False) -> CaseMaterial:
    found = await case_materials.find(call.database, material_id)
    if found is None:
        # Who may not lead cases anywhere learns nothing about which papers exist.
        await call.access.require(ADVANCE, unit=None)
        raise MaterialNotFoundError(material_id=material_id)
    await require_on_case(call, found.case_id, ADVANCE, own=own)
    return found


def _audited(material: CaseMaterial) -> dict[str, object]:
    return {
        "case_id": material.case_id,
        "step": material.step,
        "name": material.name,
        "sha256": material.sha256,
        "state": material.state,
        "version": material.version,
    }
