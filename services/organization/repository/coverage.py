"""SQL about coverage: the subjects of a day and what they are to have, less what they have.

As known at an instant are names and campuses, zones, links and appointments; what membership says of people, and the
lives of units and places, are as believed now.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.access import within
from chassis.bitemporal import interval_of
from chassis.database import Reader, Record
from chassis.statements import Query, query
from organization.domain.coverage import (
    APPLIES,
    Count,
    CoverageAspect,
    Evidence,
    Gap,
    Source,
    SubjectKind,
)
from organization.repository.beliefs import Beliefs, as_now, as_then, beliefs

_DAY = "CAST(:day AS date)"
_NULL = "CAST(NULL AS boolean)"
_SUBJECTS = f"""
    SELECT p.place_id AS subject_id, 'building' AS kind, p.name, p.campus_id, p.unit_id
      FROM place p
     WHERE p.kind = 'building' AND p.opened_on <= {_DAY} AND (p.closed_on IS NULL OR p.closed_on > {_DAY})
    UNION ALL
    SELECT u.unit_id, u.kind, d.name, d.campus_id, u.unit_id
      FROM unit u
      JOIN unit_description d ON d.unit_id = u.unit_id AND {{believed:d}} AND d.valid @> {_DAY}
     WHERE u.kind IN ('class', 'club')
"""
_STANDS = f"(b.established_on <= {_DAY} AND (b.dissolved_on IS NULL OR b.dissolved_on > {_DAY}))"
# Not `EXISTS`: the set is read once, not once for each person.
_PEOPLE = f"""
    member AS MATERIALIZED (SELECT m.person_id FROM member_period m WHERE m.valid @> {_DAY}),
    staff AS MATERIALIZED (SELECT k.person_id FROM person_kind k WHERE k.kind = 'staff')
"""
_MEMBERS, _STAFF = "IN (SELECT person_id FROM member)", "IN (SELECT person_id FROM staff)"
# A building stands alone and everything in it is at most three places further in, so the outermost is the building.
_AROUND = """
    LEFT JOIN place p1 ON p1.place_id = p0.parent_id
    LEFT JOIN place p2 ON p2.place_id = p1.parent_id
    LEFT JOIN place p3 ON p3.place_id = p2.parent_id
"""
_OUTERMOST = "coalesce(p3.place_id, p2.place_id, p1.place_id, p0.place_id)"
# Everything recorded towards any aspect, of any day. What counts on the day is `_COUNTS`.
_EVIDENCE = f"""
    SELECT {_OUTERMOST} AS subject_id, 'zone' AS aspect, 'zone' AS source, t.zone_id AS resource_id, t.unit_id,
           t.valid, {_STANDS} AS branch_stands, {_NULL} AS is_member, {_NULL} AS is_staff
      FROM zone_term t JOIN unit b ON b.unit_id = t.unit_id JOIN place p0 ON p0.place_id = t.area_id {_AROUND}
     WHERE {{believed:t}}
    UNION ALL
    SELECT t.area_id, 'branch', 'zone', t.zone_id, t.unit_id, t.valid, {_STANDS}, {_NULL}, {_NULL}
      FROM zone_term t JOIN unit b ON b.unit_id = t.unit_id JOIN place p ON p.place_id = t.area_id
     WHERE {{believed:t}} AND p.kind = 'building'
    UNION ALL
    SELECT t.area_id, 'zone', 'zone', t.zone_id, t.unit_id, t.valid, {_STANDS}, {_NULL}, {_NULL}
      FROM zone_term t JOIN unit b ON b.unit_id = t.unit_id JOIN unit c ON c.unit_id = t.area_id
     WHERE {{believed:t}}
    UNION ALL
    SELECT t.class_id, 'branch', 'class_link', t.link_id, t.unit_id, t.valid, {_STANDS}, {_NULL}, {_NULL}
      FROM class_link_term t JOIN unit b ON b.unit_id = t.unit_id
     WHERE {{believed:t}}
    UNION ALL
    SELECT t.class_id, 'teacher', 'class_link', t.link_id, t.unit_id, t.valid, {_STANDS}, {_NULL},
           l.contact_person_id {_STAFF}
      FROM class_link_term t JOIN unit b ON b.unit_id = t.unit_id JOIN class_link l ON l.link_id = t.link_id
     WHERE {{believed:t}}
    UNION ALL
    SELECT b.host_id, 'branch', 'hosted_branch', b.unit_id, b.unit_id,
           daterange(b.established_on, b.dissolved_on), {_NULL}, {_NULL}, {_NULL}
      FROM unit b WHERE b.host_id IS NOT NULL AND b.kind = 'branch'
    UNION ALL
    SELECT {_OUTERMOST}, 'member', 'plaque', q.plaque_id, q.unit_id, daterange(q.issued_on, q.withdrawn_on),
           {_NULL}, q.person_id {_MEMBERS}, {_NULL}
      FROM plaque q JOIN place p0 ON p0.place_id = q.place_id {_AROUND}
    UNION ALL
    SELECT a.unit_id, 'member', 'affiliation', NULL, NULL, a.valid, {_NULL}, a.person_id {_MEMBERS}, {_NULL}
      FROM person_class a
    UNION ALL
    SELECT b.host_id, 'member', 'participation', NULL, b.unit_id, a.valid, {_STANDS}, a.person_id {_MEMBERS}, {_NULL}
      FROM member_participation a JOIN unit b ON b.unit_id = a.unit_id
     WHERE b.host_id IS NOT NULL
    UNION ALL
    SELECT coalesce(b.host_id, b.unit_id), 'teacher', 'appointment', t.appointment_id, b.unit_id, t.valid,
           {_STANDS}, {_NULL}, a.person_id {_STAFF}
      FROM appointment_term t
      JOIN appointment a ON a.appointment_id = t.appointment_id
      JOIN post o ON o.post_id = a.post_id
      JOIN unit b ON b.unit_id = o.unit_id
     WHERE {{believed:t}} AND (b.kind = 'club' OR b.host_id IS NOT NULL)
"""
_COUNTS = f"""
    e.valid @> {_DAY} AND e.branch_stands IS NOT FALSE AND e.is_member IS NOT FALSE AND e.is_staff IS NOT FALSE
"""
_APPLIES = ", ".join(f"('{kind}', '{aspect}')" for kind, aspects in APPLIES.items() for aspect in aspects)
# Every subject with what it lacks, null for nothing: the set difference itself. Each step is read once, also where
# the tables have no statistics yet and a plan would repeat it for each row.
_SUBJECTS_WITH_GAPS = f"""
    WITH {_PEOPLE},
    subject AS MATERIALIZED ({_SUBJECTS}),
    present AS MATERIALIZED (SELECT e.subject_id, e.aspect FROM ({_EVIDENCE}) e WHERE {_COUNTS}),
    lacking AS MATERIALIZED (
        SELECT s.subject_id, a.aspect FROM subject s JOIN (VALUES {_APPLIES}) a (kind, aspect) ON a.kind = s.kind
        EXCEPT
        SELECT subject_id, aspect FROM present),
    gap AS MATERIALIZED (SELECT subject_id, array_agg(aspect) AS aspects FROM lacking GROUP BY subject_id)
    SELECT s.*, gap.aspects FROM subject s LEFT JOIN gap ON gap.subject_id = s.subject_id
"""


def _gaps(source: str) -> Query:
    return query(
        sa.select(sa.text("s.*"))
        .select_from(sa.text(f"({source}) s"))
        .where(
            sa.text(
                """s.aspects IS NOT NULL
               AND (CAST(:campus_id AS uuid) IS NULL OR s.campus_id = :campus_id)
               AND (CAST(:kind AS text) IS NULL OR s.kind = :kind)
               AND (CAST(:aspect AS text) IS NULL OR CAST(:aspect AS text) = ANY (s.aspects))
               AND (CAST(:after_id AS uuid) IS NULL OR (s.kind, s.subject_id) > (CAST(:after AS text), :after_id))"""
            ),
            within(sa.literal_column("s.unit_id", sa.Uuid)),
        )
        .order_by(sa.text("s.kind, s.subject_id"))
        .limit(sa.bindparam("most", type_=sa.Integer)),
        planned_anew=True,
    )


_GAPS = Beliefs(_gaps(as_now(_SUBJECTS_WITH_GAPS)), _gaps(as_then(_SUBJECTS_WITH_GAPS)))
_SUBJECT = beliefs(
    f"SELECT s.*, CAST('{{}}' AS text[]) AS aspects FROM ({_SUBJECTS}) s WHERE s.subject_id = :subject_id"
)
_EVIDENCE_OF = beliefs(f"WITH {_PEOPLE} SELECT e.* FROM ({_EVIDENCE}) e WHERE e.subject_id = :subject_id")
_LACKS = ",\n".join(
    f"count(*) FILTER (WHERE '{each}' = ANY (s.aspects)) AS {each}" for each in CoverageAspect
)


def _counts(source: str) -> Query:
    return query(
        sa.select(
            sa.text(
                f"""s.campus_id, s.kind, count(*) AS subjects,
                count(*) FILTER (WHERE s.aspects IS NULL) AS covered, {_LACKS}"""
            )
        )
        .select_from(sa.text(f"({source}) s"))
        .where(
            sa.text("(CAST(:campus_id AS uuid) IS NULL OR s.campus_id = :campus_id)"),
            within(sa.literal_column("s.unit_id", sa.Uuid)),
        )
        .group_by(sa.text("s.campus_id, s.kind"))
        .order_by(sa.text("s.campus_id NULLS LAST, s.kind")),
        planned_anew=True,
    )


_COUNT = Beliefs(_counts(as_now(_SUBJECTS_WITH_GAPS)), _counts(as_then(_SUBJECTS_WITH_GAPS)))


def _read(row: Record) -> Gap:
    kind = SubjectKind(row["kind"])
    return Gap(
        subject_id=row["subject_id"],
        kind=kind,
        name=row["name"],
        campus_id=row["campus_id"],
        unit_id=row["unit_id"],
        lacks=tuple(each for each in CoverageAspect if each in row["aspects"]),
    )


async def page(
    reader: Reader,
    scope: dict[str, Any],
    *,
    campus_id: UUID | None,
    kind: SubjectKind | None,
    aspect: CoverageAspect | None,
    day: date,
    known_at: datetime | None,
    after: tuple[str, UUID] | None,
    most: int,
) -> list[Gap]:
    """Subjects that lack something on the day and that the caller may see, by kind and id."""
    statement, known = _GAPS.of(known_at)
    rows = await reader.fetch(
        statement,
        campus_id=campus_id,
        kind=kind,
        aspect=aspect,
        day=day,
        after=after[0] if after else None,
        after_id=after[1] if after else None,
        most=most,
        **known,
        **scope,
    )
    return [_read(row) for row in rows]


async def subject(reader: Reader, subject_id: UUID, *, day: date, known_at: datetime | None) -> Gap | None:
    """The subject, said to lack nothing; None when there is none on the day."""
    statement, known = _SUBJECT.of(known_at)
    row = await reader.fetch_one(statement, subject_id=subject_id, day=day, **known)
    return None if row is None else _read(row)


async def evidence(
    reader: Reader, subject_id: UUID, *, day: date, known_at: datetime | None
) -> list[Evidence]:
    """Everything recorded towards any aspect of the subject; what depends on a day is that of the day."""
    statement, known = _EVIDENCE_OF.of(known_at)
    rows = await reader.fetch(statement, subject_id=subject_id, day=day, **known)
    return [
        Evidence(
            aspect=CoverageAspect(row["aspect"]),
            source=Source(row["source"]),
            resource_id=row["resource_id"],
            unit_id=row["unit_id"],
            days=interval_of(row["valid"]),
            branch_stands=row["branch_stands"],
            is_member=row["is_member"],
            is_staff=row["is_staff"],
        )
        for row in rows
    ]


async def count(
    reader: Reader, scope: dict[str, Any], *, campus_id: UUID | None, day: date, known_at: datetime | None
) -> list[Count]:
    """How many subjects there are and how many lack what, by campus and kind."""
    statement, known = _COUNT.of(known_at)
    rows = await reader.fetch(statement, campus_id=campus_id, day=day, **known, **scope)
    return [
        Count(
            campus_id=row["campus_id"],
            kind=SubjectKind(row["kind"]),
            subjects=row["subjects"],
            covered=row["covered"],
            without={each: row[each.value] for each in CoverageAspect},
        )
        for row in rows
    ]
