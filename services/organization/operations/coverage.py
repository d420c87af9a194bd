"""Read where Party work does not reach yet, and why."""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from chassis.calls import Call
from chassis.paging import Page, decode_token, page_of, page_size
from organization.domain.coverage import (
    Count,
    CoverageAspect,
    Explanation,
    Gap,
    SubjectKind,
    findings,
)
from organization.errors import CoverageSubjectNotFoundError
from organization.repository import coverage

READ = "organization.coverage.read"


async def list_gaps(
    call: Call,
    *,
    campus_id: UUID | None,
    kind: SubjectKind | None,
    aspect: CoverageAspect | None,
    as_of: date | None,
    known_at: datetime | None,
    size: int,
    token: str,
) -> Page[Gap]:
    """List what lacks something on a day, of units on which the caller may read coverage."""
    after = decode_token(token, str, UUID)
    most = page_size(size)
    found = await coverage.page(
        call.database,
        await call.access.filters(READ),
        campus_id=campus_id,
        kind=kind,
        aspect=aspect,
        day=as_of or call.clock.today(),
        known_at=known_at,
        after=(after[0], after[1]) if after else None,
        most=most + 1,
    )
    return page_of(found, most, lambda gap: (gap.kind.value, gap.subject_id))


async def explain(
    call: Call, subject_id: UUID, *, as_of: date | None, known_at: datetime | None
) -> Explanation:
    """Say what a subject has and lacks on a day, and why."""
    day = as_of or call.clock.today()
    subject = await coverage.subject(call.database, subject_id, day=day, known_at=known_at)
    if subject is None:
        await call.access.require(READ, unit=None)
        raise CoverageSubjectNotFoundError(subject_id=subject_id, as_of=day)
    await call.access.require(READ, unit=subject.unit_id)
    evidence = await coverage.evidence(call.database, subject_id, day=day, known_at=known_at)
    found = findings(subject.kind, evidence, day)
    lacks = tuple(each.aspect for each in found if not each.is_covered)
    return Explanation(replace(subject, lacks=lacks), day, found)


async def count(
    call: Call, *, campus_id: UUID | None, as_of: date | None, known_at: datetime | None
) -> list[Count]:
    """Count subjects and gaps by campus and kind."""
    return await coverage.count(
        call.database,
        await call.access.filters(READ),
        campus_id=campus_id,
        day=as_of or call.clock.today(),
        known_at=known_at,
    )
