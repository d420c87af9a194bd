"""SQL about posts and appointments."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.access import within
from chassis.bitemporal import History, Interval, interval_of
from chassis.database import Reader, Record, UnitOfWork
from chassis.statements import insert, query
from organization import tables
from organization.domain.elections import Background
from organization.domain.posts import Appointment, Method, Post, PostKind
from organization.domain.units import Kind
from organization.repository.beliefs import as_now, as_then, beliefs
from organization.repository.election_documents import verdicts

_TERM = History(tables.appointment_term, ["appointment_id"], [])

_POST = "p.post_id, p.unit_id, p.kind, p.title, p.seats, p.role, p.role_unit_id, p.bound_post_id, p.valid_from, p.valid_until, p.version"
_GET_POST = query(sa.text(f"SELECT {_POST} FROM post p WHERE p.post_id = :post_id"))
_LOCK_POST = query(sa.text(f"SELECT {_POST} FROM post p WHERE p.post_id = :post_id FOR UPDATE"))
_EXISTS_ON = (
    "p.valid_from <= CAST(:day AS date) AND (p.valid_until IS NULL OR p.valid_until > CAST(:day AS date))"
)
_POSTS_PAGE = query(
    sa.select(sa.text(_POST))
    .select_from(sa.text("post p"))
    .where(
        sa.text(
            f"""(CAST(:unit_id AS uuid) IS NULL OR p.unit_id = :unit_id)
                AND (CAST(:kind AS text) IS NULL OR p.kind = :kind)
                AND (CAST(:day AS date) IS NULL OR {_EXISTS_ON})
                AND (CAST(:after_id AS uuid) IS NULL OR p.post_id > :after_id)"""
        ),
        within(sa.literal_column("p.unit_id", sa.Uuid)),
    )
    .order_by(sa.text("p.post_id"))
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_POSTS_OF = query(
    sa.text(
        f"""SELECT {_POST} FROM post p
             WHERE p.unit_id = ANY (CAST(:unit_ids AS uuid[]))
               AND (p.valid_until IS NULL OR p.valid_until > CAST(:day AS date))
             ORDER BY p.post_id"""
    )
)
_BOUND_TO = query(
    sa.text(
        """SELECT post_id FROM post WHERE bound_post_id = :post_id
              AND (valid_until IS NULL OR valid_until > CAST(:day AS date)) LIMIT 1"""
    )
)
_SITES = query(
    sa.text(
        """SELECT p.post_id, p.kind, u.kind AS unit_kind FROM post p JOIN unit u USING (unit_id)
            WHERE p.post_id = ANY (CAST(:post_ids AS uuid[]))"""
    )
)
_ADD_POST = query(
    insert(
        tables.post,
        "post_id",
        "unit_id",
        "kind",
        "title",
        "seats",
        "role",
        "role_unit_id",
        "bound_post_id",
        "valid_from",
        "created_at",
        "updated_at",
        "version",
    )
)
_END_POST = query(
    sa.text(
        """UPDATE post SET valid_until = CAST(:day AS date), version = version + 1, updated_at = :now
            WHERE post_id = :post_id"""
    )
)


def _read_post(row: Record) -> Post:
    return Post(
        post_id=row["post_id"],
        unit_id=row["unit_id"],
        kind=PostKind(row["kind"]),
        title=row["title"],
        seats=row["seats"],
        role=row["role"],
        role_unit_id=row["role_unit_id"],
        bound_post_id=row["bound_post_id"],
        days=Interval(row["valid_from"], row["valid_until"]),
        version=row["version"],
    )


async def find_post(reader: Reader, post_id: UUID) -> Post | None:
    """The post, if there is one."""
    row = await reader.fetch_one(_GET_POST, post_id=post_id)
    return None if row is None else _read_post(row)


async def lock_post(work: UnitOfWork, post_id: UUID) -> Post | None:
    """The post; nobody else changes it or who holds it until the end of the unit of work."""
    row = await work.fetch_one(_LOCK_POST, post_id=post_id)
    return None if row is None else _read_post(row)


async def posts_page(
    reader: Reader,
    scope: dict[str, Any],
    *,
    unit_id: UUID | None,
    kind: PostKind | None,
    day: date | None,
    after_id: UUID | None,
    most: int,
) -> list[Post]:
    """Posts that the caller may see, by id."""
    rows = await reader.fetch(
        _POSTS_PAGE, unit_id=unit_id, kind=kind, day=day, after_id=after_id, most=most, **scope
    )
    return [_read_post(row) for row in rows]


async def posts_of(reader: Reader, unit_ids: Iterable[UUID], *, since: date) -> list[Post]:
    """The posts of these units that exist on some day from `since`."""
    return [_read_post(row) for row in await reader.fetch(_POSTS_OF, unit_ids=list(unit_ids), day=since)]


async def seat_bound_to(reader: Reader, post_id: UUID, *, since: date) -> UUID | None:
    """A seat that follows the post on some day from `since`."""
    found: UUID | None = await reader.fetch_value(_BOUND_TO, post_id=post_id, day=since)
    return found


async def sites(reader: Reader, post_ids: Iterable[UUID]) -> dict[UUID, tuple[PostKind, Kind]]:
    """What sort of post each is, and in what sort of unit."""
    rows = await reader.fetch(_SITES, post_ids=list(post_ids))
    return {row["post_id"]: (PostKind(row["kind"]), Kind(row["unit_kind"])) for row in rows}


async def add_post(work: UnitOfWork, post: Post) -> None:
    """Keep a new post."""
    await work.execute(
        _ADD_POST,
        post_id=post.post_id,
        unit_id=post.unit_id,
        kind=post.kind,
        title=post.title,
        seats=post.seats,
        role=post.role,
        role_unit_id=post.role_unit_id,
        bound_post_id=post.bound_post_id,
        valid_from=post.days.start,
        created_at=work.now,
        updated_at=work.now,
        version=post.version,
    )


async def end_post(work: UnitOfWork, post_id: UUID, day: date) -> None:
    """End a post on a day."""
    await work.execute(_END_POST, post_id=post_id, day=day, now=work.now)


_APPOINTMENT = """
    a.appointment_id, a.post_id, p.unit_id, p.kind, a.person_id, a.method, t.valid, a.basis_post_id,
    a.document_number, a.reason, a.updated_at, a.version, a.background, a.verdicts, a.override_reason
"""
_OF = "appointment a JOIN post p USING (post_id) JOIN appointment_term t ON t.appointment_id = a.appointment_id AND {believed:t}"
_GET = beliefs(f"SELECT {_APPOINTMENT} FROM {_OF} WHERE a.appointment_id = :appointment_id")
# What was cancelled is believed no longer: its last term is shown, to whoever asks for what is known since.
_GET_CANCELLED = query(
    sa.text(
        f"""SELECT {_APPOINTMENT} FROM appointment a JOIN post p USING (post_id)
              JOIN appointment_term t ON t.appointment_id = a.appointment_id
             WHERE a.appointment_id = :appointment_id AND a.cancelled
               AND (CAST(:known_at AS timestamptz) IS NULL OR t.recorded_until <= CAST(:known_at AS timestamptz))
             ORDER BY t.recorded_until DESC LIMIT 1"""
    )
)
_HELD = beliefs(
    f"""SELECT {_APPOINTMENT} FROM {_OF}
         WHERE a.post_id = ANY (CAST(:post_ids AS uuid[]))
           AND (CAST(:day AS date) IS NULL OR t.valid @> CAST(:day AS date))
         ORDER BY lower(t.valid), a.appointment_id"""
)
_HOLDS_POST = query(
    sa.text(
        as_now(
            f"""SELECT EXISTS (SELECT FROM {_OF}
                 WHERE a.post_id = :post_id AND a.person_id = :person_id AND t.valid @> CAST(:day AS date))"""
        )
    )
)
_PAGE_FILTERS = """
    (CAST(:unit_id AS uuid) IS NULL OR p.unit_id = :unit_id)
    AND (CAST(:post_id AS uuid) IS NULL OR a.post_id = :post_id)
    AND (CAST(:person_id AS uuid) IS NULL OR a.person_id = :person_id)
    AND (CAST(:kind AS text) IS NULL OR p.kind = :kind)
    AND (CAST(:day AS date) IS NULL OR t.valid @> CAST(:day AS date))
    AND (CAST(:after_id AS uuid) IS NULL
         OR (lower(t.valid), a.appointment_id) > (CAST(:after AS date), CAST(:after_id AS uuid)))
"""


def _page(template: str, columns: str, filters: str) -> Any:
    return query(
        sa.select(sa.text(columns))
        .select_from(sa.text(template))
        .where(
            sa.text(filters),
            # People see their own appointments wherever they are.
            sa.or_(
                within(sa.literal_column("p.unit_id", sa.Uuid)),
                sa.literal_column("a.person_id", sa.Uuid) == sa.bindparam("caller_id", type_=sa.Uuid),
            ),
        )
        .order_by(sa.text("lower(t.valid), a.appointment_id"))
        .limit(sa.bindparam("most", type_=sa.Integer))
    )


_PAGE_NOW = _page(as_now(_OF), _APPOINTMENT, _PAGE_FILTERS)
_PAGE_THEN = _page(as_then(_OF), _APPOINTMENT, _PAGE_FILTERS)
_ADD = query(
    insert(
        tables.appointment,
        "appointment_id",
        "post_id",
        "person_id",
        "method",
        "basis_post_id",
        "document_number",
        "reason",
        "created_at",
        "updated_at",
        "version",
        "background",
        "verdicts",
        "override_reason",
        "cancelled",
    )
)
_CANCEL = query(
    sa.text(
        """UPDATE appointment SET version = version + 1, updated_at = :now, reason = :reason, cancelled = true
            WHERE appointment_id = :appointment_id"""
    )
)
_CHANGE = query(
    sa.text(
        """UPDATE appointment SET version = version + 1, updated_at = :now, reason = :reason
            WHERE appointment_id = :appointment_id"""
    )
)


def _read(row: Record, day: date) -> Appointment:
    return Appointment(
        appointment_id=row["appointment_id"],
        post_id=row["post_id"],
        unit_id=row["unit_id"],
        post_kind=PostKind(row["kind"]),
        person_id=row["person_id"],
        method=Method(row["method"]),
        term=interval_of(row["valid"]),
        basis_post_id=row["basis_post_id"],
        document_number=row["document_number"],
        reason=row["reason"],
        updated_at=row["updated_at"],
        version=row["version"],
        day=day,
        background=Background(row["background"]) if row["background"] else None,
        verdicts=verdicts(row["verdicts"]),
        override_reason=row["override_reason"],
    )


async def find(
    reader: Reader, appointment_id: UUID, *, day: date, known_at: datetime | None = None
) -> Appointment | None:
    """The appointment with the term believed at an instant; None when it was not known then."""
    statement, belief = _GET.of(known_at)
    row = await reader.fetch_one(statement, appointment_id=appointment_id, **belief)
    if row is not None:
        return _read(row, day)
    row = await reader.fetch_one(_GET_CANCELLED, appointment_id=appointment_id, known_at=known_at)
    return None if row is None else replace(_read(row, day), cancelled=True)


async def held(
    reader: Reader,
    post_ids: Iterable[UUID],
    *,
    on: date | None,
    day: date,
    known_at: datetime | None = None,
) -> list[Appointment]:
    """The appointments to these posts that hold `on` a day, of any time when it is None."""
    statement, belief = _HELD.of(known_at)
    rows = await reader.fetch(statement, post_ids=list(post_ids), day=on, **belief)
    return [_read(row, day) for row in rows]


async def holds(reader: Reader, post_id: UUID, person_id: UUID, on: date) -> bool:
    """Whether the person holds the post on the day."""
    return bool(await reader.fetch_value(_HOLDS_POST, post_id=post_id, person_id=person_id, day=on))


async def page(
    reader: Reader,
    scope: dict[str, Any],
    *,
    caller_id: UUID | None,
    unit_id: UUID | None,
    post_id: UUID | None,
    person_id: UUID | None,
    kind: PostKind | None,
    on: date | None,
    known_at: datetime | None,
    after: tuple[date, UUID] | None,
    most: int,
    day: date,
) -> list[Appointment]:
    """Appointments that the caller may see, by first day."""
    first, after_id = after or (None, None)
    rows = await reader.fetch(
        _PAGE_NOW if known_at is None else _PAGE_THEN,
        caller_id=caller_id,
        unit_id=unit_id,
        post_id=post_id,
        person_id=person_id,
        kind=kind,
        day=on,
        after=first,
        after_id=after_id,
        most=most,
        **({} if known_at is None else {"known_at": known_at}),
        **scope,
    )
    return [_read(row, day) for row in rows]


async def add(work: UnitOfWork, appointment: Appointment) -> None:
    """Keep a new appointment."""
    await work.execute(
        _ADD,
        appointment_id=appointment.appointment_id,
        post_id=appointment.post_id,
        person_id=appointment.person_id,
        method=appointment.method,
        basis_post_id=appointment.basis_post_id,
        document_number=appointment.document_number,
        reason=appointment.reason,
        created_at=work.now,
        updated_at=work.now,
        version=appointment.version,
        background=appointment.background,
        verdicts=list(appointment.verdicts),
        override_reason=appointment.override_reason,
        cancelled=False,
    )
    await _TERM.begin_many(work, [({"appointment_id": appointment.appointment_id}, appointment.term, {})])


async def cancel(work: UnitOfWork, appointment: Appointment, *, reason: str) -> None:
    """Believe no term of the appointment any longer, and raise the version."""
    await _TERM.record(work, {"appointment_id": appointment.appointment_id}, appointment.term, None)
    await work.execute(_CANCEL, appointment_id=appointment.appointment_id, now=work.now, reason=reason)


async def set_term(work: UnitOfWork, appointment: Appointment, term: Interval, *, reason: str) -> None:
    """Believe another term from now on, and raise the version."""
    subject = {"appointment_id": appointment.appointment_id}
    if term != appointment.term:
        await _TERM.record(work, subject, appointment.term, None)
        await _TERM.record(work, subject, term, {})
    await work.execute(
        _CHANGE, appointment_id=appointment.appointment_id, now=work.now, reason=reason or appointment.reason
    )
