"""Consents to be selected, and what the records say of those who agreed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from activity import tables
from activity.domain.selections import DUTY_ROLES, Consent, Selector
from chassis.access import within_text
from chassis.database import Reader, Record, UnitOfWork
from chassis.statements import query
from chassis.table_statements import adding, changing, names, reading

_COLUMNS = ", ".join(f"s.{name}" for name in names(tables.selection_consent))
_ADD, _CHANGE = adding(tables.selection_consent), changing(tables.selection_consent)
_FIND = reading(tables.selection_consent, "consent_id")
_LOCK = reading(tables.selection_consent, "consent_id", locked=True)
_HOLDS = "s.withdrawn_on IS NULL AND s.given_on <= CAST(:day AS date) AND s.valid_until > CAST(:day AS date)"
_SAME = query(
    sa.text(
        f"""SELECT s.consent_id FROM selection_consent s
             WHERE s.person_id = :person_id AND s.unit_id = :unit_id AND s.selector = :selector AND {_HOLDS}
             LIMIT 1"""
    )
)
_GIVEN = query(
    sa.text(
        f"""SELECT {_COLUMNS} FROM selection_consent s
             WHERE s.selector = ANY (CAST(:selectors AS text[])) AND {_HOLDS}
               AND EXISTS (SELECT FROM access_closure c
                    WHERE c.ancestor_id = :unit_id AND c.descendant_id = s.unit_id
                      AND c.valid @> CAST(:day AS date) AND NOT c.reading_only)
             ORDER BY s.consent_id"""
    )
)
_STILL_HOLD = query(
    sa.text(
        f"""SELECT s.consent_id FROM selection_consent s
             WHERE s.consent_id = ANY (CAST(:consent_ids AS uuid[])) AND {_HOLDS}"""
    )
)
_PAGE = query(
    sa.text(
        f"""SELECT {_COLUMNS} FROM selection_consent s
             WHERE (CAST(:unit_id AS uuid) IS NULL OR s.unit_id = :unit_id)
               AND (CAST(:person_id AS uuid) IS NULL OR s.person_id = :person_id)
               AND (NOT CAST(:in_force_only AS boolean) OR ({_HOLDS}))
               AND (CAST(:after AS uuid) IS NULL OR s.consent_id > CAST(:after AS uuid))
               AND (s.person_id = CAST(:own_id AS uuid) OR {within_text("s.unit_id")})
             ORDER BY s.consent_id LIMIT :most"""
    ),
    planned_anew=True,
)
# A member of the Party on the day who has a duty in a branch, as the grants of appointments say.
_WITH_DUTY = query(
    sa.text(
        """SELECT DISTINCT g.person_id FROM access_grant g
             JOIN relationship r ON r.person_id = g.person_id AND r.valid @> CAST(:day AS date)
            WHERE g.person_id = ANY (CAST(:person_ids AS uuid[])) AND NOT g.revoked
              AND g.role = ANY (CAST(:roles AS text[])) AND g.valid @> CAST(:day AS date)"""
    )
)
_SCHOLARS = query(
    sa.text(
        """SELECT DISTINCT person_id FROM honour
            WHERE person_id = ANY (CAST(:person_ids AS uuid[]))
              AND kind = 'scholarship' AND level = 'national' AND NOT withdrawn"""
    )
)
_PUT_HONOUR = query(
    sa.text(
        """INSERT INTO honour (honour_id, person_id, kind, level, withdrawn)
           VALUES (:honour_id, :person_id, :kind, :level, :withdrawn)
           ON CONFLICT (honour_id) DO UPDATE SET person_id = excluded.person_id, withdrawn = excluded.withdrawn"""
    )
)


@dataclass(frozen=True, slots=True)
class ConsentFilter:
    """What a list of consents is narrowed to; None is no condition."""

    unit_id: UUID | None = None
    person_id: UUID | None = None
    in_force_only: bool = False


def _read(row: Record) -> Consent:
    values = dict(row)
    selector = values.pop("selector")
    return Consent(selector=None if selector is None else Selector(selector), **values)


def _row(consent: Consent) -> dict[str, Any]:
    return {name: getattr(consent, name) for name in names(tables.selection_consent)}


async def add(work: UnitOfWork, consent: Consent) -> None:
    """Keep a new consent."""
    await work.execute(_ADD, **_row(consent))


async def save(work: UnitOfWork, consent: Consent) -> None:
    """Keep a consent as it stands now."""
    await work.execute(_CHANGE, **_row(consent))


async def find(reader: Reader, consent_id: UUID) -> Consent | None:
    """The consent, None where there is none."""
    row = await reader.fetch_one(_FIND, consent_id=consent_id)
    return None if row is None else _read(row)


async def lock(work: UnitOfWork, consent_id: UUID) -> Consent | None:
    """The consent, its row held until the end of the unit of work."""
    row = await work.fetch_one(_LOCK, consent_id=consent_id)
    return None if row is None else _read(row)


async def same(reader: Reader, consent: Consent) -> UUID | None:
    """A consent of the person to the unit for the group that holds on the day."""
    found: UUID | None = await reader.fetch_value(
        _SAME,
        person_id=consent.person_id,
        unit_id=consent.unit_id,
        selector=consent.selector,
        day=consent.given_on,
    )
    return found


async def given_to(reader: Reader, unit_id: UUID, selectors: Sequence[Selector], day: date) -> list[Consent]:
    """The consents that hold on a day, given to a unit and those below it."""
    rows = await reader.fetch(_GIVEN, unit_id=unit_id, selectors=list(selectors), day=day)
    return [_read(row) for row in rows]


async def still_holding(reader: Reader, consent_ids: Sequence[UUID], day: date) -> set[UUID]:
    """Those of the consents that hold on a day."""
    rows = await reader.fetch(_STILL_HOLD, consent_ids=list(consent_ids), day=day)
    return {row["consent_id"] for row in rows}


async def page(
    reader: Reader,
    scope: dict[str, Any],
    wanted: ConsentFilter,
    *,
    own_id: UUID | None,
    today: date,
    after: UUID | None,
    most: int,
) -> list[Consent]:
    """Consents that the caller may see, by id."""
    rows = await reader.fetch(
        _PAGE,
        unit_id=wanted.unit_id,
        person_id=wanted.person_id,
        in_force_only=wanted.in_force_only,
        own_id=own_id,
        day=today,
        after=after,
        most=most,
        **scope,
    )
    return [_read(row) for row in rows]


async def members_with_duty(reader: Reader, person_ids: Sequence[UUID], day: date) -> set[UUID]:
    """Those of the people who are members of the Party and have a duty in a branch."""
    rows = await reader.fetch(_WITH_DUTY, person_ids=list(person_ids), roles=list(DUTY_ROLES), day=day)
    return {row["person_id"] for row in rows}


async def scholars(reader: Reader, person_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the people who have a national scholarship."""
    rows = await reader.fetch(_SCHOLARS, person_ids=list(person_ids))
    return {row["person_id"] for row in rows}


async def put_honour(
    work: UnitOfWork, honour_id: UUID, *, person_id: UUID, kind: str, level: str, withdrawn: bool
) -> None:
    """Keep an honour as evaluation last announced it."""
    await work.execute(
        _PUT_HONOUR, honour_id=honour_id, person_id=person_id, kind=kind, level=level, withdrawn=withdrawn
    )
