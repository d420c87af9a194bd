"""Meetings, one by one and by the page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from activity import tables
from activity.domain import rules
from activity.domain.meetings import Meeting, MeetingKind, MeetingState, Vote
from activity.domain.plans import AgendaItem, ItemKind, LearningMode, Plan, Session
from chassis.access import within_text
from chassis.database import Reader, Record, UnitOfWork
from chassis.statements import Query, insert, query

_KEYS = ("meeting_id", "unit_id", "kind", "convener_id", "created_at")
_CHANGING = (
    "state", "title", "place", "online_link", "planned_start", "planned_end", "planned_on", "agenda",
    "sessions", "themes", "begins_with_study", "exception_reason", "judgements", "expected_count",
    "present_count", "opened_at", "ended_at", "minutes", "resolution", "vote", "cancel_reason", "version",
    "updated_at",
)  # fmt: skip
_COLUMNS = ", ".join(f"m.{name}" for name in (*_KEYS, *_CHANGING))
# What a page leaves out: it may be long, and few look at it.
_SHORT = _COLUMNS.replace("m.judgements", "'[]'::jsonb AS judgements")
_SHORT = _SHORT.replace("m.minutes", "'' AS minutes").replace("m.resolution", "'' AS resolution")

_ADD = query(insert(tables.meeting, *_KEYS, *_CHANGING))
_SAVE = query(
    sa.update(tables.meeting)
    .where(tables.meeting.c.meeting_id == sa.bindparam("of", type_=sa.Uuid))
    .values(
        {tables.meeting.c[name]: sa.bindparam(name, type_=tables.meeting.c[name].type) for name in _CHANGING}
    )
)
_FIND = query(sa.text(f"SELECT {_COLUMNS} FROM meeting m WHERE m.meeting_id = :meeting_id"))
_LOCK = query(sa.text(f"SELECT {_COLUMNS} FROM meeting m WHERE m.meeting_id = :meeting_id FOR UPDATE"))
_UNIT_OF = query(sa.text("SELECT unit_id FROM meeting WHERE meeting_id = :meeting_id"))


_NARROWED = """
    (CAST(:after_start AS timestamptz) IS NULL
     OR (m.planned_start, m.meeting_id) {beyond} (CAST(:after_start AS timestamptz), CAST(:after_id AS uuid)))
    AND (CAST(:kind AS text) IS NULL OR m.kind = CAST(:kind AS text))
    AND (CAST(:state AS text) IS NULL OR m.state = CAST(:state AS text))
    AND (CAST(:first_day AS date) IS NULL OR m.planned_on >= CAST(:first_day AS date))
    AND (CAST(:end_day AS date) IS NULL OR m.planned_on < CAST(:end_day AS date))
    AND (CAST(:theme AS text) IS NULL OR CAST(:theme AS text) = ANY (m.themes))"""
_ORDER = "ORDER BY m.planned_start {order}, m.meeting_id {order} LIMIT :size"
_BELOW = """EXISTS (
    SELECT FROM access_closure b
     WHERE b.descendant_id = m.unit_id AND b.ancestor_id = CAST(:unit_id AS uuid)
       AND b.valid @> CAST(:access_day AS date) AND NOT b.reading_only)"""
# The units of a page: those below one unit as far as they are in scope, or all that are in scope.
_REACH = {
    "unit": f"""SELECT DISTINCT c.descendant_id AS unit_id FROM access_closure c
         WHERE c.ancestor_id = CAST(:unit_id AS uuid) AND c.valid @> CAST(:access_day AS date)
           AND NOT c.reading_only AND {within_text("c.descendant_id")}""",
    "scope": """SELECT DISTINCT c.descendant_id AS unit_id FROM access_closure c
         WHERE c.ancestor_id = ANY (CAST(:access_units AS uuid[])) AND c.valid @> CAST(:access_day AS date)
           AND (CAST(:access_reading AS boolean) OR NOT c.reading_only)""",
}


def _page(shape: str, *, latest_first: bool) -> Query:
    """
    A page must cost the same however many meetings others have held, so each way to ask has its own statement.

    The whole university goes along the planned start; units are asked one by one for as many as a page
    holds; a person's meetings are found by the attendances.
    """
    narrowed = _NARROWED.format(beyond="<" if latest_first else ">")
    order = _ORDER.format(order="DESC" if latest_first else "ASC")
    if shape == "university":
        return query(sa.text(f"SELECT {_SHORT} FROM meeting m WHERE {narrowed} {order}"))
    if shape == "person":
        return query(
            sa.text(
                f"""SELECT {_SHORT} FROM attendance a JOIN meeting m ON m.meeting_id = a.meeting_id
                     WHERE a.person_id = CAST(:person_id AS uuid) AND {narrowed}
                       AND (CAST(:unit_id AS uuid) IS NULL OR {_BELOW})
                       AND (CAST(:own AS boolean) OR {within_text("m.unit_id")}) {order}"""
            )
        )
    return query(
        sa.text(
            f"""SELECT {_SHORT} FROM ({_REACH[shape]}) u
                 CROSS JOIN LATERAL (
                    SELECT * FROM meeting m WHERE m.unit_id = u.unit_id AND {narrowed} {order}) m
                 {order}"""
        )
    )


_LIST = {
    (shape, latest_first): _page(shape, latest_first=latest_first)
    for shape in ("university", "unit", "scope", "person")
    for latest_first in (True, False)
}

_LAST_HELD = query(
    sa.text(
        """SELECT DISTINCT ON (kind) kind, planned_on, meeting_id FROM meeting
            WHERE unit_id = :unit_id AND state = 'closed' ORDER BY kind, planned_on DESC, meeting_id"""
    )
)


@dataclass(frozen=True, slots=True)
class MeetingFilter:
    """What a list of meetings is narrowed to; None is no condition."""

    unit_id: UUID | None = None
    kind: MeetingKind | None = None
    state: MeetingState | None = None
    first_day: date | None = None
    end_day: date | None = None
    theme: str | None = None
    person_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """Where the caller may look: by grants, everywhere, or (`own`) as the person whom the filter names."""

    access: Mapping[str, Any]
    everywhere: bool
    own: bool


def _values(meeting: Meeting) -> dict[str, Any]:
    plan = meeting.plan
    return {
        "state": meeting.state.value,
        "title": plan.title,
        "place": plan.place,
        "online_link": plan.online_link,
        "planned_start": plan.start,
        "planned_end": plan.end,
        "planned_on": meeting.planned_on,
        "agenda": [[i.kind.value, i.title, i.learning_mode, i.material] for i in plan.agenda],
        "sessions": [[s.start.isoformat(), s.end.isoformat(), s.learning_mode] for s in plan.sessions],
        "themes": list(plan.themes),
        "begins_with_study": meeting.begins_with_study,
        "exception_reason": meeting.exception_reason,
        "judgements": rules.to_records(meeting.judgements),
        "expected_count": meeting.expected_count,
        "present_count": meeting.present_count,
        "opened_at": meeting.opened_at,
        "ended_at": meeting.ended_at,
        "minutes": meeting.minutes,
        "resolution": meeting.resolution,
        "vote": _vote_record(meeting.vote),
        "cancel_reason": meeting.cancel_reason,
        "version": meeting.version,
        "updated_at": meeting.updated_at,
    }


def _vote_record(vote: Vote | None) -> list[int] | None:
    return None if vote is None else [vote.in_favour, vote.against, vote.abstained]


def _item(kind: str, title: str, mode: str | None, material: str) -> AgendaItem:
    return AgendaItem(ItemKind(kind), title, None if mode is None else LearningMode(mode), material)


def _session(start: str, end: str, mode: str) -> Session:
    return Session(datetime.fromisoformat(start), datetime.fromisoformat(end), LearningMode(mode))


def _meeting(row: Record) -> Meeting:
    plan = Plan(
        title=row["title"],
        start=row["planned_start"],
        end=row["planned_end"],
        agenda=tuple(_item(*item) for item in row["agenda"]),
        place=row["place"],
        online_link=row["online_link"],
        sessions=tuple(_session(*session) for session in row["sessions"]),
        themes=tuple(row["themes"]),
    )
    return Meeting(
        meeting_id=row["meeting_id"],
        unit_id=row["unit_id"],
        kind=MeetingKind(row["kind"]),
        state=MeetingState(row["state"]),
        plan=plan,
        exception_reason=row["exception_reason"],
        judgements=rules.from_records(row["judgements"]),
        expected_count=row["expected_count"],
        present_count=row["present_count"],
        opened_at=row["opened_at"],
        ended_at=row["ended_at"],
        minutes=row["minutes"],
        resolution=row["resolution"],
        vote=None if row["vote"] is None else Vote(*row["vote"]),
        cancel_reason=row["cancel_reason"],
        convener_id=row["convener_id"],
        version=row["version"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


async def add(work: UnitOfWork, meeting: Meeting) -> None:
    """Keep a new meeting."""
    await work.execute(
        _ADD,
        meeting_id=meeting.meeting_id,
        unit_id=meeting.unit_id,
        kind=meeting.kind.value,
        convener_id=meeting.convener_id,
        created_at=meeting.created_at,
        **_values(meeting),
    )


async def save(work: UnitOfWork, meeting: Meeting) -> None:
    """Keep a meeting as it stands now; its row is locked by `lock`."""
    await work.execute(_SAVE, of=meeting.meeting_id, **_values(meeting))


async def find(reader: Reader, meeting_id: UUID) -> Meeting | None:
    """The meeting, None where there is none."""
    row = await reader.fetch_one(_FIND, meeting_id=meeting_id)
    return None if row is None else _meeting(row)


async def lock(work: UnitOfWork, meeting_id: UUID) -> Meeting | None:
    """The meeting, its row held until the end of the unit of work."""
    row = await work.fetch_one(_LOCK, meeting_id=meeting_id)
    return None if row is None else _meeting(row)


async def unit_of(reader: Reader, meeting_id: UUID) -> UUID | None:
    """The unit of a meeting, which never changes; None where there is no such meeting."""
    found: UUID | None = await reader.fetch_value(_UNIT_OF, meeting_id=meeting_id)
    return found


async def list_page(
    reader: Reader,
    wanted: MeetingFilter,
    *,
    latest_first: bool,
    after: tuple[datetime, UUID] | None,
    size: int,
    reach: Reach,
) -> list[Meeting]:
    """Meetings within the caller's reach by planned start."""
    values: dict[str, Any] = {
        "after_start": after[0] if after else None,
        "after_id": after[1] if after else None,
        "kind": wanted.kind.value if wanted.kind else None,
        "state": wanted.state.value if wanted.state else None,
        "first_day": wanted.first_day,
        "end_day": wanted.end_day,
        "theme": wanted.theme,
        "size": size,
    }
    if wanted.person_id is not None:
        shape = "person"
        values |= {"person_id": wanted.person_id, "unit_id": wanted.unit_id, "own": reach.own, **reach.access}
    elif wanted.unit_id is not None:
        shape = "unit"
        values |= {"unit_id": wanted.unit_id, **reach.access}
    elif reach.everywhere:
        shape = "university"
    else:
        shape = "scope"
        values |= reach.access
    rows = await reader.fetch(_LIST[shape, latest_first], **values)
    return [_meeting(row) for row in rows]


async def last_held(reader: Reader, unit_id: UUID) -> dict[MeetingKind, tuple[date, UUID]]:
    """The last closed meeting of each kind of the very unit."""
    rows = await reader.fetch(_LAST_HELD, unit_id=unit_id)
    return {MeetingKind(row["kind"]): (row["planned_on"], row["meeting_id"]) for row in rows}
