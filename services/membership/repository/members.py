"""Members: relationships, statuses and participations in two dimensions of time, and rolls counted from them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Reader, Record, UnitOfWork
from chassis.intervals import Interval
from chassis.statements import insert, query
from membership import tables
from membership.domain.members import (
    Elector,
    HeldCounts,
    Member,
    MembershipStatus,
    NewMember,
    Participation,
    Relationship,
    StatusPeriod,
    UnitRoll,
)
from membership.domain.people import PersonKind
from membership.repository import reorganizing
from membership.repository.history import (
    PARTICIPATIONS,
    RELATIONSHIPS,
    STATUSES,
    believed,
    holding,
    periods,
    span,
)


def _facts(person: str) -> str:
    """The three histories of a member, as believed at :known_at and holding on :as_of."""
    where = f"h.person_id = {person} AND {believed('h')} AND {holding('h')}"
    return f"""
        {periods("relationship", ["unit_id"], where)} AS relationships,
        {periods("membership_status", ["status"], where)} AS statuses,
        {periods("participation", ["unit_id", "kind"], where)} AS participations
    """


_WITHHELD = reorganizing.of_member("m.person_id")
_HEAD = "m.person_id, p.name, p.kind, m.standing_from, m.version, m.updated_at"
_FIND = query(
    sa.text(
        f"""SELECT {_HEAD}, {_facts("m.person_id")} FROM member m JOIN person p USING (person_id)
             WHERE m.person_id = :person_id"""
    )
)
_SHOW = query(
    sa.text(
        f"""SELECT {_HEAD}, {_facts("m.person_id")}, {_WITHHELD} FROM member m JOIN person p USING (person_id)
             WHERE m.person_id = :person_id"""
    )
)
_FIND_MANY = query(
    sa.text(
        f"""SELECT {_HEAD}, {_facts("m.person_id")} FROM member m JOIN person p USING (person_id)
             WHERE m.person_id = ANY (CAST(:person_ids AS uuid[])) ORDER BY m.person_id"""
    )
)
_LIST = query(
    sa.text(
        f"""SELECT {_HEAD}, {_facts("m.person_id")}, {_WITHHELD}
              FROM relationship r JOIN member m USING (person_id) JOIN person p USING (person_id)
             WHERE {believed("r")} AND {holding("r")}
               AND (CAST(:after AS uuid) IS NULL OR r.person_id > CAST(:after AS uuid))
               AND (CAST(:status AS text) IS NULL OR EXISTS (
                    SELECT FROM membership_status s WHERE s.person_id = r.person_id
                       AND {believed("s")} AND {holding("s")} AND s.status = CAST(:status AS text)))
               AND (CAST(:unit_id AS uuid) IS NULL OR EXISTS (
                    SELECT FROM access_closure b WHERE b.ancestor_id = CAST(:unit_id AS uuid)
                       AND b.descendant_id = r.unit_id AND b.valid @> CAST(:as_of AS date)
                       AND NOT b.reading_only))
               AND EXISTS (
                    SELECT FROM access_closure c WHERE c.ancestor_id = ANY (CAST(:access_units AS uuid[]))
                       AND c.descendant_id = r.unit_id AND c.valid @> CAST(:access_day AS date)
                       AND (CAST(:access_reading AS boolean) OR NOT c.reading_only))
             ORDER BY r.person_id LIMIT :size"""
    )
)
_LOCK = query(sa.text("SELECT version FROM member WHERE person_id = :person_id FOR UPDATE"))
_LOCK_MANY = query(
    sa.text(
        """SELECT person_id FROM member WHERE person_id = ANY (CAST(:person_ids AS uuid[]))
            ORDER BY person_id FOR UPDATE"""
    )
)
_ESTABLISHED = query(
    sa.text("SELECT person_id FROM member WHERE person_id = ANY (CAST(:person_ids AS uuid[]))")
)
_COUNTS = query(
    sa.text(
        f"""SELECT count(*) FILTER (WHERE s.status = 'full') AS full,
                   count(*) FILTER (WHERE s.status = 'probationary') AS probationary,
                   count(*) FILTER (WHERE s.status NOT IN ('full', 'probationary')) AS without_rights,
                   count(*) FILTER (WHERE s.status IS NOT NULL AND p.kind = 'staff') AS staff,
                   count(*) FILTER (WHERE s.status IS NOT NULL AND p.kind = 'student') AS students,
                   (SELECT count(*) FROM participation q WHERE q.unit_id = :unit_id
                       AND {believed("q")} AND {holding("q")}) AS participants,
                   (SELECT count(*) FROM admission_case k WHERE k.unit_id = :unit_id
                       AND k.state = 'open' AND k.stage = 1) AS applicants,
                   (SELECT count(*) FROM admission_case k WHERE k.unit_id = :unit_id
                       AND k.state = 'open' AND k.stage = 2) AS activists,
                   (SELECT count(*) FROM admission_case k WHERE k.unit_id = :unit_id
                       AND k.state = 'open' AND k.stage IN (3, 4)) AS prospects,
                   {reorganizing.of_unit(":unit_id")}
              FROM relationship r JOIN person p USING (person_id)
              LEFT JOIN membership_status s ON s.person_id = r.person_id AND {believed("s")} AND {holding("s")}
             WHERE r.unit_id = :unit_id AND {believed("r")} AND {holding("r")}"""
    )
)
_VOTERS = query(
    sa.text(
        f"""SELECT r.person_id FROM relationship r
              JOIN membership_status s ON s.person_id = r.person_id AND {believed("s")} AND {holding("s")}
             WHERE r.unit_id = :unit_id AND {believed("r")} AND {holding("r")} AND s.status = 'full'
             ORDER BY r.person_id"""
    )
)
_ELECTORS = query(
    sa.text(
        f"""SELECT r.person_id, s.status, m.standing_from
              FROM access_closure b
              JOIN relationship r ON r.unit_id = b.descendant_id AND {believed("r")} AND {holding("r")}
              JOIN member m ON m.person_id = r.person_id
              JOIN membership_status s ON s.person_id = r.person_id AND {believed("s")} AND {holding("s")}
             WHERE b.ancestor_id = :unit_id AND b.valid @> CAST(:as_of AS date) AND NOT b.reading_only
             ORDER BY r.person_id"""
    )
)
_STATUSES = query(
    sa.text(
        f"""SELECT s.person_id, s.status FROM membership_status s
             WHERE s.person_id = ANY (CAST(:person_ids AS uuid[])) AND {believed("s")} AND {holding("s")}"""
    )
)
_STANDINGS = query(
    sa.text(
        """SELECT p.person_id, m.standing_from FROM person p LEFT JOIN member m USING (person_id)
            WHERE p.person_id = ANY (CAST(:person_ids AS uuid[]))
              AND p.erased_at IS NULL AND p.merged_into IS NULL
            ORDER BY p.person_id"""
    )
)
_ON_ROSTER = """EXISTS (
                   SELECT FROM relationship r JOIN access_closure c ON c.descendant_id = r.unit_id
                    WHERE r.person_id = m.person_id AND r.recorded_until IS NULL
                      AND r.valid @> CAST(:access_day AS date) AND c.valid @> CAST(:access_day AS date)
                      AND c.ancestor_id = ANY (CAST(:access_units AS uuid[]))
                      AND (CAST(:access_reading AS boolean) OR NOT c.reading_only))
               AND (CAST(:unit_id AS uuid) IS NULL OR EXISTS (
                   SELECT FROM relationship r JOIN access_closure c ON c.descendant_id = r.unit_id
                    WHERE r.person_id = m.person_id AND r.recorded_until IS NULL
                      AND r.valid @> CAST(:access_day AS date) AND c.valid @> CAST(:access_day AS date)
                      AND c.ancestor_id = CAST(:unit_id AS uuid) AND NOT c.reading_only))"""
_ROSTER_SIZE = query(
    sa.text(
        f"""SELECT count(*) FROM (SELECT FROM member m WHERE {_ON_ROSTER} LIMIT CAST(:most AS integer)) f"""
    )
)
_ROSTER = query(
    sa.text(
        f"""SELECT {_HEAD}, {_facts("m.person_id")}, {_WITHHELD} FROM member m JOIN person p USING (person_id)
             WHERE {_ON_ROSTER}
             ORDER BY p.pinyin, m.person_id LIMIT :size"""
    )
)
_HELD = query(
    sa.text(
        """SELECT (SELECT count(*) FROM relationship h WHERE h.unit_id = :unit_id AND h.recorded_until IS NULL
                      AND (upper(h.valid) IS NULL OR upper(h.valid) > CAST(:day AS date))) AS relationships,
                  (SELECT count(*) FROM participation h WHERE h.unit_id = :unit_id AND h.recorded_until IS NULL
                      AND (upper(h.valid) IS NULL OR upper(h.valid) > CAST(:day AS date))) AS participations,
                  (SELECT count(*) FROM affiliation h WHERE h.unit_id = :unit_id AND h.recorded_until IS NULL
                      AND (upper(h.valid) IS NULL OR upper(h.valid) > CAST(:day AS date))) AS affiliations,
                  (SELECT count(*) FROM admission_case h WHERE h.unit_id = :unit_id
                      AND h.state = 'open') AS open_cases"""
    )
)
_ADD = query(insert(tables.member, "person_id", "standing_from", "version", "updated_at"))
_TOUCH = query(
    sa.text(
        """UPDATE member SET version = version + 1, updated_at = :now
            WHERE person_id = ANY (CAST(:person_ids AS uuid[]))"""
    )
)
_SET_STANDING = query(
    sa.text("UPDATE member SET standing_from = :standing_from WHERE person_id = :person_id")
)


def _relationship(row: Mapping[str, Any]) -> Relationship:
    return Relationship(UUID(row["unit_id"]), *span(row))


def _status(row: Mapping[str, Any]) -> StatusPeriod:
    return StatusPeriod(MembershipStatus(row["status"]), *span(row))


def _participation(row: Mapping[str, Any]) -> Participation:
    return Participation(UUID(row["unit_id"]), row["kind"], *span(row))


def _member(row: Record) -> Member:
    return Member(
        person_id=row["person_id"],
        name=row["name"],
        kind=PersonKind(row["kind"]),
        relationships=tuple(_relationship(item) for item in row["relationships"]),
        statuses=tuple(_status(item) for item in row["statuses"]),
        participations=tuple(_participation(item) for item in row["participations"]),
        standing_from=row["standing_from"],
        version=row["version"],
        updated_at=row["updated_at"],
    )


async def find(
    reader: Reader, person_id: UUID, *, as_of: date | None = None, known_at: datetime | None = None
) -> Member | None:
    """A member, of a day (None: all days) and as believed at an instant (None: now)."""
    row = await reader.fetch_one(_FIND, person_id=person_id, as_of=as_of, known_at=known_at)
    return None if row is None else _member(row)


async def show(
    reader: Reader, person_id: UUID, *, as_of: date | None, known_at: datetime | None
) -> Member | None:
    """The same for whoever asks from outside: refused while a reorganisation moves the member."""
    row = await reader.fetch_one(_SHOW, person_id=person_id, as_of=as_of, known_at=known_at)
    if row is None:
        return None
    reorganizing.refuse([row])
    return _member(row)


async def find_many(reader: Reader, person_ids: Sequence[UUID]) -> list[Member]:
    """The members among these persons, with everything believed now."""
    rows = await reader.fetch(_FIND_MANY, person_ids=list(person_ids), as_of=None, known_at=None)
    return [_member(row) for row in rows]


async def page(
    reader: Reader,
    *,
    scope: Mapping[str, Any],
    unit_id: UUID | None,
    status: str | None,
    as_of: date,
    known_at: datetime | None,
    after: UUID | None,
    size: int,
) -> list[Member]:
    """Members of the caller's scope on a day, in the order of their ids."""
    rows = await reader.fetch(
        _LIST,
        unit_id=unit_id,
        status=status,
        as_of=as_of,
        known_at=known_at,
        after=after,
        size=size,
        **scope,
    )
    reorganizing.refuse(rows)
    if not rows and unit_id is not None:
        # Those who come to new units are still shown elsewhere, where the caller may not look.
        await reorganizing.refuse_below(reader, unit_id, day=as_of, known_at=known_at)
    return [_member(row) for row in rows]


async def roster(
    reader: Reader, *, scope: Mapping[str, Any], unit_id: UUID | None, size: int
) -> list[Member]:
    """Members of today in the caller's scope, with everything believed of them, in the order of their names."""
    rows = await reader.fetch(_ROSTER, unit_id=unit_id, as_of=None, known_at=None, size=size, **scope)
    reorganizing.refuse(rows)
    return [_member(row) for row in rows]


async def roster_size(reader: Reader, *, scope: Mapping[str, Any], unit_id: UUID | None, most: int) -> int:
    """How many members `roster` would give, counted up to so many."""
    size: int = await reader.fetch_value(_ROSTER_SIZE, unit_id=unit_id, most=most, **scope)
    return size


async def lock(work: UnitOfWork, person_id: UUID) -> int | None:
    """Make other writers of the member wait; the version, None where the person is no member."""
    version: int | None = await work.fetch_value(_LOCK, person_id=person_id)
    return version


async def lock_many(work: UnitOfWork, person_ids: Sequence[UUID]) -> None:
    """Make other writers of these members wait."""
    await work.fetch(_LOCK_MANY, person_ids=list(person_ids))


async def established(reader: Reader, person_ids: Iterable[UUID]) -> set[UUID]:
    """Who of these persons is in a roll already, or was."""
    return {row["person_id"] for row in await reader.fetch(_ESTABLISHED, person_ids=list(person_ids))}


async def roll(reader: Reader, unit_id: UUID, *, as_of: date, known_at: datetime | None) -> UnitRoll:
    """The roll of a unit, counted in one query."""
    row = await reader.fetch_one(_COUNTS, unit_id=unit_id, as_of=as_of, known_at=known_at)
    assert row is not None
    reorganizing.refuse([row])
    counts = {name: value for name, value in row.items() if name != "withheld"}
    return UnitRoll(unit_id=unit_id, as_of=as_of, **counts)


async def voters(reader: Reader, unit_id: UUID, *, day: date, known_at: datetime | None) -> list[UUID]:
    """Full members with their rights in the unit on a day, as known at an instant (C10, C14)."""
    rows = await reader.fetch(_VOTERS, unit_id=unit_id, as_of=day, known_at=known_at)
    return [row["person_id"] for row in rows]


async def electors(reader: Reader, unit_id: UUID, *, day: date, known_at: datetime | None) -> list[Elector]:
    """Everybody on the rolls of the unit and of those below it on a day, as known at an instant."""
    rows = await reader.fetch(_ELECTORS, unit_id=unit_id, as_of=day, known_at=known_at)
    return [Elector(row["person_id"], MembershipStatus(row["status"]), row["standing_from"]) for row in rows]


async def statuses(reader: Reader, person_ids: Iterable[UUID], *, day: date) -> dict[UUID, MembershipStatus]:
    """The status of these persons on a day; who is no member is left out."""
    rows = await reader.fetch(_STATUSES, person_ids=list(person_ids), as_of=day, known_at=None)
    return {row["person_id"]: MembershipStatus(row["status"]) for row in rows}


async def standings(reader: Reader, person_ids: Iterable[UUID]) -> dict[UUID, date | None]:
    """The registered ones of these persons, each with the first day of the standing of a full member."""
    rows = await reader.fetch(_STANDINGS, person_ids=list(person_ids))
    return {row["person_id"]: row["standing_from"] for row in rows}


async def held(reader: Reader, unit_id: UUID, *, day: date) -> HeldCounts:
    """What the unit holds on a day or later."""
    row = await reader.fetch_one(_HELD, unit_id=unit_id, day=day)
    assert row is not None
    return HeldCounts(**dict(row))


async def add(work: UnitOfWork, members: Sequence[NewMember]) -> None:
    """Write new members with their first relationship and statuses."""
    await work.execute_many(
        _ADD,
        [
            {
                "person_id": new.person_id,
                "standing_from": new.standing_from if new.status is MembershipStatus.FULL else None,
                "version": 1,
                "updated_at": work.now,
            }
            for new in members
        ],
    )
    await RELATIONSHIPS.begin_many(
        work,
        [
            ({"person_id": new.person_id}, Interval(new.relationship_from), {"unit_id": new.unit_id})
            for new in members
        ],
    )
    await STATUSES.begin_many(
        work,
        [
            (
                {"person_id": new.person_id},
                Interval(period.valid_from, period.valid_until),
                {"status": period.status.value},
            )
            for new in members
            for period in new.status_periods()
        ],
    )


async def relate(work: UnitOfWork, person_id: UUID, days: Interval, unit_id: UUID | None) -> None:
    """Believe that the formal relationship is with the unit on these days (None: with none)."""
    values = None if unit_id is None else {"unit_id": unit_id}
    await RELATIONSHIPS.record(work, {"person_id": person_id}, days, values)


async def relate_many(work: UnitOfWork, days: Interval, targets: Mapping[UUID, UUID]) -> None:
    """The same for many persons with a unit each, whom the caller has locked."""
    await RELATIONSHIPS.record_many(
        work, [({"person_id": person}, days, {"unit_id": unit}) for person, unit in targets.items()]
    )


async def set_status(
    work: UnitOfWork, person_id: UUID, days: Interval, status: MembershipStatus | None
) -> None:
    """Believe that the member is this on these days (None: no member)."""
    values = None if status is None else {"status": status.value}
    await STATUSES.record(work, {"person_id": person_id}, days, values)


async def participate(
    work: UnitOfWork, person_id: UUID, unit_id: UUID, days: Interval, kind: str | None
) -> None:
    """Believe that the member takes part in the unit on these days (None: does not)."""
    values = None if kind is None else {"kind": kind}
    await PARTICIPATIONS.record(work, {"person_id": person_id, "unit_id": unit_id}, days, values)


async def end_participations(work: UnitOfWork, days: Interval, ending: Iterable[tuple[UUID, UUID]]) -> None:
    """Believe that these persons take no part in these units on the days; the caller has locked the persons."""
    await PARTICIPATIONS.record_many(
        work, [({"person_id": person, "unit_id": unit}, days, None) for person, unit in ending]
    )


async def touch(work: UnitOfWork, person_ids: Sequence[UUID]) -> None:
    """Count a change of what hangs on these members."""
    await work.execute(_TOUCH, person_ids=list(person_ids), now=work.now)


async def set_standing(work: UnitOfWork, person_id: UUID, standing_from: date) -> None:
    """Write the first day of party standing."""
    await work.execute(_SET_STANDING, person_id=person_id, standing_from=standing_from)
