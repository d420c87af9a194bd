"""Add, change and read campuses."""

from uuid import UUID

from chassis.calls import Call
from chassis.database import UnitOfWork
from chassis.ids import new_id
from chassis.paging import Page, decode_token, page_of, page_size
from organization.domain.units import Campus, Findings, check_name
from organization.errors import CampusCodeTakenError, CampusNotFoundError
from organization.events import facts
from organization.repository import campuses


async def create_campus(call: Call, *, code: str, name: str) -> Campus:
    """Add a campus."""
    _check(name)
    async with call.transaction() as work:
        campus = Campus(new_id(), code, name, version=1)
        await _check_code(work, campus)
        await campuses.add(work, campus)
        work.emit(facts.campus_created(campus))
        work.audit_change("campus", campus.campus_id, None, {"code": code, "name": name})
        return work.answer(campus)


async def update_campus(call: Call, campus_id: UUID, *, code: str, name: str) -> Campus:
    """Change code and name of a campus."""
    _check(name)
    async with call.transaction() as work:
        await work.lock(f"campus:{campus_id}")
        before = await _present(work, campus_id)
        call.check_etag(before.version)
        campus = Campus(campus_id, code, name, version=before.version + 1)
        await _check_code(work, campus)
        await campuses.change(work, campus)
        work.emit(facts.campus_updated(campus))
        work.audit_change(
            "campus", campus_id, {"code": before.code, "name": before.name}, {"code": code, "name": name}
        )
        return work.answer(campus)


def _check(name: str) -> None:
    findings = Findings()
    check_name(name, path="campus.name", findings=findings)
    findings.refuse_if_any()


async def _check_code(work: UnitOfWork, campus: Campus) -> None:
    await work.lock("campus.codes")
    if await campuses.with_code(work, campus.code) not in (None, campus.campus_id):
        raise CampusCodeTakenError(code=campus.code)


async def _present(work: UnitOfWork, campus_id: UUID) -> Campus:
    campus = await campuses.find(work, campus_id)
    if campus is None:
        raise CampusNotFoundError(campus_id=campus_id)
    return campus


async def get_campus(call: Call, campus_id: UUID) -> Campus:
    """Read a campus."""
    campus = await campuses.find(call.database, campus_id)
    if campus is None:
        raise CampusNotFoundError(campus_id=campus_id)
    return campus


async def list_campuses(call: Call, *, size: int, token: str) -> Page[Campus]:
    """List the campuses by code."""
    after = decode_token(token, str)
    most = page_size(size)
    found = await campuses.page(call.database, after=after[0] if after else "", most=most + 1)
    return page_of(found, most, lambda campus: (campus.code,))
