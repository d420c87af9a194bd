"""SQL about what units say of their own part in programmes."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Reader, UnitOfWork
from chassis.statements import insert, query
from organization import tables
from organization.domain.programmes import Assessment, Grade
from organization.repository.programmes import reaches

_PAGE = query(
    sa.select(sa.text("s.programme_id, s.unit_id, s.year, s.grade, s.summary, s.person_id, s.created_at"))
    .select_from(sa.text("programme_assessment s JOIN programme g USING (programme_id)"))
    .where(
        sa.text(
            """(CAST(:programme_id AS uuid) IS NULL OR s.programme_id = :programme_id)
               AND (CAST(:unit_id AS uuid) IS NULL OR s.unit_id = :unit_id)
               AND (CAST(:year AS integer) IS NULL OR s.year = :year)
               AND (CAST(:after_id AS uuid) IS NULL OR (s.programme_id, s.year, s.unit_id)
                    > (CAST(:after_id AS uuid), CAST(:after_year AS integer), CAST(:after_unit AS uuid)))"""
        ),
        reaches(),
    )
    .order_by(sa.text("s.programme_id, s.year, s.unit_id"))
    .limit(sa.bindparam("most", type_=sa.Integer)),
    planned_anew=True,
)
_EXISTS = query(
    sa.text(
        """SELECT EXISTS (SELECT FROM programme_assessment
            WHERE programme_id = :programme_id AND unit_id = :unit_id AND year = :year)"""
    )
)
_ADD = query(
    insert(
        tables.programme_assessment,
        "programme_id",
        "unit_id",
        "year",
        "grade",
        "summary",
        "person_id",
        "created_at",
    )
)


async def exists(reader: Reader, programme_id: UUID, unit_id: UUID, year: int) -> bool:
    """Whether the unit has assessed its part in the year."""
    return bool(await reader.fetch_value(_EXISTS, programme_id=programme_id, unit_id=unit_id, year=year))


async def add(work: UnitOfWork, new: Assessment) -> None:
    """Keep a new assessment."""
    await work.execute(
        _ADD,
        programme_id=new.programme_id,
        unit_id=new.unit_id,
        year=new.year,
        grade=new.grade,
        summary=new.summary,
        person_id=new.person_id,
        created_at=new.created_at,
    )


async def page(
    reader: Reader,
    scope: dict[str, Any],
    *,
    programme_id: UUID | None,
    unit_id: UUID | None,
    year: int | None,
    after: tuple[UUID, int, UUID] | None,
    most: int,
) -> list[Assessment]:
    """Assessments of programmes that the caller may see."""
    after_id, after_year, after_unit = after or (None, None, None)
    rows = await reader.fetch(
        _PAGE,
        programme_id=programme_id,
        unit_id=unit_id,
        year=year,
        after_id=after_id,
        after_year=after_year,
        after_unit=after_unit,
        most=most,
        **scope,
    )
    return [
        Assessment(
            programme_id=row["programme_id"],
            unit_id=row["unit_id"],
            year=row["year"],
            grade=Grade(row["grade"]),
            summary=row["summary"],
            person_id=row["person_id"],
            created_at=row["created_at"],
        )
        for row in rows
    ]
