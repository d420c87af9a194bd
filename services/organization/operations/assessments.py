"""Record and read what units say of their own part in programmes."""

from uuid import UUID

from chassis.calls import Call
from chassis.paging import Page, decode_token, page_of, page_size
from organization.domain.programmes import Assessment, Grade, check_assessment
from organization.errors import ProgrammeAssessedError
from organization.events import programmes as facts
from organization.operations.programmes import READ, keep, present, take
from organization.repository import assessments, programmes


async def assess_programme(
    call: Call, programme_id: UUID, unit_id: UUID, *, year: int, grade: Grade, summary: str
) -> Assessment:
    """Record what a unit says of its own part in a programme in a year."""
    seen = await present(call, programme_id)
    async with call.transaction() as work:
        programme = await take(work, seen, unit_id)
        check_assessment(programme, unit_id, year, work.today)
        if await assessments.exists(work, programme_id, unit_id, year):
            raise ProgrammeAssessedError(unit_id=unit_id, year=year)
        new = Assessment(programme_id, unit_id, year, grade, summary, call.person_id, work.now)
        await assessments.add(work, new)
        await keep(work, programme)
        after = await programmes.find(work, programme_id)
        assert after is not None, "it was kept just now"
        work.emit(facts.programme_assessed(after, new))
        work.audit_change(
            "programme", programme_id, None, {"assessed_by": unit_id, "year": year, "grade": grade}
        )
        return work.answer(new)


async def list_assessments(
    call: Call,
    *,
    programme_id: UUID | None,
    unit_id: UUID | None,
    year: int | None,
    size: int,
    token: str,
) -> Page[Assessment]:
    """List what units said of their own part in programmes that the caller may read."""
    after = decode_token(token, UUID, int, UUID)
    most = page_size(size)
    found = await assessments.page(
        call.database,
        await call.access.filters(READ),
        programme_id=programme_id,
        unit_id=unit_id,
        year=year,
        after=(after[0], after[1], after[2]) if after else None,
        most=most + 1,
    )
    return page_of(found, most, lambda each: (each.programme_id, each.year, each.unit_id))
