"""Dues: a member's book in one statement, payments by month, arrears counted where they are, publications."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.bitemporal import History
from chassis.database import Reader, Record, UnitOfWork
from chassis.intervals import Interval
from chassis.statements import insert, query
from membership import tables
from membership.domain.dues import (
    Arrears,
    Base,
    Book,
    Category,
    Kept,
    Manner,
    Paid,
    Publication,
    Reduction,
)
from membership.domain.dues_duties import Unpaid
from membership.repository.history import believed, span

BASES = History(tables.dues_base, ["person_id"], ["category", "monthly_pay"])
REDUCTIONS = History(
    tables.dues_reduction,
    ["person_id"],
    ["amount", "reason", "studied_on", "approver_unit_id", "approved_on"],
)


def _listed(table: str, pairs: str) -> str:
    # Money goes through JSON as text: a number there would be a float.
    return f"""(SELECT coalesce(jsonb_agg(jsonb_build_object({pairs},
                       'valid_from', lower(h.valid), 'valid_until', upper(h.valid)) ORDER BY lower(h.valid)),
                       CAST('[]' AS jsonb))
                  FROM {table} h WHERE h.person_id = :person_id AND {believed("h")})"""


_BOOK = query(
    sa.text(
        f"""SELECT coalesce((SELECT a.version FROM dues_account a WHERE a.person_id = :person_id), 0) AS version,
                   (SELECT coalesce(jsonb_object_agg(l.unit_id, l.from_month), CAST('{{}}' AS jsonb))
                      FROM dues_ledger l WHERE l.unit_id IN (
                           SELECT r.unit_id FROM relationship r WHERE r.person_id = :person_id)) AS ledgers,
                   {_listed("dues_base", "'category', h.category, 'monthly_pay', CAST(h.monthly_pay AS text)")}
                     AS bases,
                   {_listed("dues_reduction", "'amount', CAST(h.amount AS text)")} AS reductions,
                   (SELECT coalesce(jsonb_agg(jsonb_build_object('month', m.month, 'paid_on', p.paid_on,
                           'amount', CAST(m.amount AS text))), CAST('[]' AS jsonb))
                      FROM (SELECT person_id, month, payment_id, amount FROM dues_month
                             UNION ALL SELECT person_id, month, payment_id, amount FROM dues_month_corrected
                              WHERE CAST(:known_at AS timestamptz) IS NOT NULL) m
                      JOIN dues_payment p USING (payment_id)
                     WHERE m.person_id = :person_id AND (CAST(:known_at AS timestamptz) IS NULL
                           OR (p.recorded_at <= CAST(:known_at AS timestamptz) AND (p.superseded_at IS NULL
                               OR p.superseded_at > CAST(:known_at AS timestamptz))))) AS paid"""
    )
)
_TOUCH = query(
    sa.text(
        """INSERT INTO dues_account (person_id, version, updated_at) VALUES (:person_id, 1, :now)
           ON CONFLICT (person_id) DO UPDATE SET version = dues_account.version + 1, updated_at = :now
           RETURNING version"""
    )
)
_ADD_PAYMENT = query(
    insert(
        tables.dues_payment,
        "payment_id",
        "person_id",
        "unit_id",
        "gift",
        "forwarded",
        "amount",
        "paid_on",
        "manner",
        "pack_digest",
        "verdicts",
        "recorded_at",
        "recorded_by",
    )
)
_ADD_MONTH = query(insert(tables.dues_month, "person_id", "month", "payment_id", "amount"))
_PAYMENTS = """SELECT p.payment_id, p.person_id, p.unit_id, p.gift, p.forwarded, p.amount, p.paid_on, p.manner,
                     p.recorded_at, p.recorded_by, p.superseded_at, p.superseded_by, p.corrected_by,
                     p.correction_reason,
                     ARRAY(SELECT m.month FROM dues_month m WHERE m.payment_id = p.payment_id
                           UNION SELECT c.month FROM dues_month_corrected c WHERE c.payment_id = p.payment_id
                           ORDER BY 1) AS months
                FROM dues_payment p"""
_PAYMENT = query(sa.text(f"{_PAYMENTS} WHERE p.payment_id = :payment_id FOR UPDATE OF p"))
_PAYMENTS_OF = query(
    sa.text(
        f"""{_PAYMENTS} WHERE p.person_id = :person_id
               AND (CAST(:after AS uuid) IS NULL OR p.payment_id > CAST(:after AS uuid))
             ORDER BY p.payment_id LIMIT :size"""
    )
)
_TAKE_BACK = query(
    sa.text(
        """WITH gone AS (DELETE FROM dues_month WHERE payment_id = :payment_id
                         RETURNING payment_id, month, person_id, amount)
           INSERT INTO dues_month_corrected (payment_id, month, person_id, amount)
           SELECT payment_id, month, person_id, amount FROM gone"""
    )
)
_SUPERSEDE = query(
    sa.text(
        """UPDATE dues_payment SET superseded_at = :now, superseded_by = :by, corrected_by = :corrected_by,
                  correction_reason = :reason WHERE payment_id = :payment_id"""
    )
)
_OPEN_LEDGER = query(
    sa.text(
        """INSERT INTO dues_ledger (unit_id, from_month, created_at) VALUES (:unit_id, :from_month, :now)
           ON CONFLICT DO NOTHING RETURNING unit_id"""
    )
)
_LEDGER = query(sa.text("SELECT from_month FROM dues_ledger WHERE unit_id = :unit_id"))

_SPAN = "daterange(m.month, CAST(m.month + interval '1 month' AS date))"


def _unpaid(where: str) -> str:
    """The unpaid months that are over, each owed to the branch at its end; in runs of consecutive ones."""
    return f"""
        WITH unpaid AS (
            SELECT r.person_id, r.unit_id, m.month FROM dues_ledger l
              JOIN relationship r ON r.unit_id = l.unit_id AND r.recorded_until IS NULL
             CROSS JOIN LATERAL (
                   SELECT CAST(g AS date) AS month FROM generate_series(
                          greatest(CAST(l.from_month AS timestamp), CAST(:first_month AS timestamp),
                                   date_trunc('month', CAST(lower(r.valid) AS timestamp))),
                          CAST(:last_month AS timestamp), interval '1 month') g) m
             WHERE {where} AND r.valid && {_SPAN}
               AND NOT EXISTS (SELECT FROM relationship n WHERE n.person_id = r.person_id
                       AND n.recorded_until IS NULL AND n.valid && {_SPAN} AND lower(n.valid) > lower(r.valid))
               AND EXISTS (SELECT FROM membership_status s WHERE s.person_id = r.person_id
                       AND s.recorded_until IS NULL AND s.status <> 'suspended' AND s.valid && {_SPAN})
               AND NOT EXISTS (SELECT FROM dues_month p WHERE p.person_id = r.person_id AND p.month = m.month)
               AND NOT EXISTS (SELECT FROM dues_reduction d WHERE d.person_id = r.person_id
                       AND d.recorded_until IS NULL AND d.amount = 0 AND d.valid && {_SPAN})),
        numbered AS (
            SELECT u.*, CAST(extract(year FROM month) * 12 + extract(month FROM month) AS integer)
                        - row_number() OVER (PARTITION BY person_id ORDER BY month) AS run FROM unpaid u),
        runs AS (
            SELECT person_id, min(month) AS unpaid_since, count(*) AS consecutive_months,
                   (array_agg(unit_id ORDER BY month DESC))[1] AS unit_id,
                   sum(count(*)) OVER (PARTITION BY person_id) AS unpaid_months
              FROM numbered GROUP BY person_id, run),
        found AS (
            SELECT runs.*, unpaid_since + make_interval(months => CAST(:months AS integer), days => CAST(:days AS integer))
                           <= unpaid_since + consecutive_months * interval '1 month' AS finding FROM runs)"""


_IN_SCOPE = """(CAST(:unit_id AS uuid) IS NULL OR EXISTS (
                    SELECT FROM access_closure b WHERE b.ancestor_id = CAST(:unit_id AS uuid)
                       AND b.descendant_id = r.unit_id AND b.valid @> CAST(:access_day AS date)
                       AND NOT b.reading_only))
               AND EXISTS (
                    SELECT FROM access_closure c WHERE c.ancestor_id = ANY (CAST(:access_units AS uuid[]))
                       AND c.descendant_id = r.unit_id AND c.valid @> CAST(:access_day AS date)
                       AND (CAST(:access_reading AS boolean) OR NOT c.reading_only))"""
_ARREARS = query(
    sa.text(
        f"""{_unpaid(f"(CAST(:after AS uuid) IS NULL OR r.person_id > CAST(:after AS uuid)) AND {_IN_SCOPE}")}
            SELECT DISTINCT ON (person_id) person_id, unit_id, unpaid_months, unpaid_since, consecutive_months,
                   finding
              FROM found WHERE finding OR NOT CAST(:findings_only AS boolean)
             ORDER BY person_id, consecutive_months DESC, unpaid_since DESC LIMIT :size"""
    )
)
_IN_ARREARS = query(
    sa.text(
        f"""{_unpaid("r.unit_id = CAST(:unit_id AS uuid)")}
            SELECT count(DISTINCT person_id) FROM found"""
    )
)
_STILL_THERE = """EXISTS (SELECT FROM relationship c WHERE c.person_id = r.person_id
                       AND c.recorded_until IS NULL AND c.valid @> CAST(:day AS date))"""
_UNPAID_OF = query(
    sa.text(
        f"""{_unpaid(f"r.person_id = ANY (CAST(:person_ids AS uuid[])) AND {_STILL_THERE}")}
            SELECT person_id, (array_agg(unit_id ORDER BY unpaid_since DESC))[1] AS unit_id,
                   min(unpaid_since) AS first, max(unpaid_since) FILTER (
                       WHERE unpaid_since + consecutive_months * interval '1 month'
                             > CAST(:last_month AS timestamp)) AS run_since
              FROM found GROUP BY person_id ORDER BY person_id"""
    )
)
_PAYERS = query(
    sa.text(
        """SELECT DISTINCT r.person_id FROM dues_ledger l
             JOIN relationship r ON r.unit_id = l.unit_id AND r.recorded_until IS NULL
            WHERE r.person_id > :after ORDER BY r.person_id LIMIT :size"""
    )
)
_PAYERS_OF = query(
    sa.text("SELECT DISTINCT person_id FROM relationship WHERE unit_id = :unit_id AND recorded_until IS NULL")
)
_LEDGERS = query(
    sa.text("SELECT unit_id FROM dues_ledger WHERE unit_id > :after ORDER BY unit_id LIMIT :size")
)
_PUBLISHING = query(
    sa.text(
        """SELECT l.unit_id, l.from_month,
                  (SELECT max(p.published_on) FROM dues_publication p WHERE p.unit_id = l.unit_id) AS last
             FROM dues_ledger l JOIN unit u USING (unit_id)
            WHERE l.unit_id = ANY (CAST(:unit_ids AS uuid[]))
              AND (u.dissolved_on IS NULL OR u.dissolved_on > CAST(:day AS date))"""
    )
)
_COLLECTED = query(
    sa.text(
        """SELECT (SELECT count(DISTINCT m.person_id) FROM dues_month m JOIN dues_payment p USING (payment_id)
                    WHERE p.unit_id = :unit_id AND m.month BETWEEN :first AND :last) AS payers,
                  (SELECT coalesce(sum(m.amount), 0) FROM dues_month m JOIN dues_payment p USING (payment_id)
                    WHERE p.unit_id = :unit_id AND m.month BETWEEN :first AND :last) AS collected,
                  coalesce(sum(g.amount) FILTER (WHERE NOT g.forwarded), 0) AS gifts,
                  coalesce(sum(g.amount) FILTER (WHERE g.forwarded), 0) AS gifts_forwarded
             FROM dues_payment g
            WHERE g.unit_id = :unit_id AND g.gift AND g.superseded_at IS NULL AND g.paid_on BETWEEN :first AND :last_day"""
    )
)
_PUBLICATION = (
    "publication_id",
    "unit_id",
    "year",
    "published_on",
    "payers",
    "collected",
    "gifts",
    "gifts_forwarded",
    "members_in_arrears",
    "created_at",
)
_PUBLISH = query(insert(tables.dues_publication, *_PUBLICATION))
_LAST_PUBLISHED = query(
    sa.text("SELECT max(published_on), bool_or(year = :year) FROM dues_publication WHERE unit_id = :unit_id")
)
_PUBLICATIONS = query(
    sa.text(
        f"""SELECT {", ".join(f"r.{name}" for name in _PUBLICATION)} FROM dues_publication r
             WHERE (CAST(:after AS uuid) IS NULL OR r.publication_id > CAST(:after AS uuid))
               AND (CAST(:year AS integer) IS NULL OR r.year = CAST(:year AS integer))
               AND {_IN_SCOPE}
             ORDER BY r.publication_id LIMIT :size"""
    )
)


@dataclass(frozen=True, slots=True)
class Span:
    """The months that are looked at for arrears, and how long a run of them makes a finding."""

    first_month: date
    last_month: date
    months: int
    days: int


async def book(
    reader: Reader, person_id: UUID, default: Category | None, *, known_at: datetime | None = None
) -> Book:
    """What is recorded of a member's dues, as believed at an instant (None: now)."""
    row = await reader.fetch_one(_BOOK, person_id=person_id, known_at=known_at)
    assert row is not None
    return Book(
        ledgers={UUID(unit): date.fromisoformat(day) for unit, day in row["ledgers"].items()},
        bases=[
            Base(Category(item["category"]), _money(item["monthly_pay"]), *span(item))
            for item in row["bases"]
        ],
        reductions=[Reduction(Decimal(item["amount"]), *span(item)) for item in row["reductions"]],
        paid={
            date.fromisoformat(item["month"]): Paid(
                Decimal(item["amount"]), date.fromisoformat(item["paid_on"])
            )
            for item in row["paid"]
        },
        default=default,
        version=row["version"],
    )


def _money(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


async def touch(work: UnitOfWork, person_id: UUID) -> int:
    """Count a change of a member's dues; the new version."""
    version: int = await work.fetch_value(_TOUCH, person_id=person_id, now=work.now)
    return version


async def declare(work: UnitOfWork, person_id: UUID, base: Base) -> None:
    """Believe a base from its month on."""
    values = {"category": base.category.value, "monthly_pay": base.monthly_pay}
    await BASES.record(work, {"person_id": person_id}, Interval(base.valid_from), values)


async def reduce(work: UnitOfWork, person_id: UUID, days: Interval, values: Mapping[str, Any]) -> None:
    """Believe a reduction over its months."""
    await REDUCTIONS.record(work, {"person_id": person_id}, days, values)


async def add_payment(work: UnitOfWork, values: Mapping[str, Any], months: Mapping[date, Decimal]) -> None:
    """Write a payment and the months that it covers, none for a gift."""
    await work.execute(_ADD_PAYMENT, **values)
    await work.execute_many(
        _ADD_MONTH,
        [
            {
                "person_id": values["person_id"],
                "month": month,
                "payment_id": values["payment_id"],
                "amount": amount,
            }
            for month, amount in months.items()
        ],
    )


async def payment(work: UnitOfWork, payment_id: UUID) -> Kept | None:
    """A payment or gift, held until the end of the unit of work."""
    row = await work.fetch_one(_PAYMENT, payment_id=payment_id)
    return None if row is None else _kept(row)


async def payments(reader: Reader, person_id: UUID, *, after: UUID | None, size: int) -> list[Kept]:
    """What a member paid and gave, the corrected too, in the order in which it was entered."""
    rows = await reader.fetch(_PAYMENTS_OF, person_id=person_id, after=after, size=size)
    return [_kept(row) for row in rows]


def _kept(row: Record) -> Kept:
    return Kept(**dict(row) | {"manner": Manner(row["manner"]), "months": tuple(row["months"])})


async def take_back(work: UnitOfWork, payment_id: UUID) -> None:
    """Believe the months of a payment unpaid; that they were believed paid is kept."""
    await work.execute(_TAKE_BACK, payment_id=payment_id)


async def supersede(
    work: UnitOfWork,
    payment_id: UUID,
    *,
    by: UUID | None,
    reason: str,
    corrected_by: UUID | None,
    now: datetime,
) -> None:
    """Note that a payment is not believed any more, why, and what is believed in its place."""
    await work.execute(
        _SUPERSEDE, payment_id=payment_id, by=by, reason=reason, corrected_by=corrected_by, now=now
    )


async def open_ledger(work: UnitOfWork, unit_id: UUID, from_month: date) -> bool:
    """Open a branch's book; False where it is open already."""
    values = {"unit_id": unit_id, "from_month": from_month, "now": work.now}
    return await work.fetch_value(_OPEN_LEDGER, **values) is not None


async def ledger(reader: Reader, unit_id: UUID) -> date | None:
    """The first month of a branch's book."""
    month: date | None = await reader.fetch_value(_LEDGER, unit_id=unit_id)
    return month


async def arrears(
    reader: Reader,
    looked_at: Span,
    *,
    scope: Mapping[str, Any],
    unit_id: UUID | None,
    findings_only: bool,
    after: UUID | None,
    size: int,
) -> list[Arrears]:
    """Members of the caller's scope with unpaid months, in the order of their ids."""
    rows = await reader.fetch(
        _ARREARS,
        **asdict(looked_at),
        unit_id=unit_id,
        findings_only=findings_only,
        after=after,
        size=size,
        **scope,
    )
    return [Arrears(**{**dict(row), "unpaid_months": int(row["unpaid_months"])}) for row in rows]


async def in_arrears(reader: Reader, unit_id: UUID, looked_at: Span) -> int:
    """How many members owe a branch unpaid months of a span."""
    count: int = await reader.fetch_value(
        _IN_ARREARS,
        unit_id=unit_id,
        **asdict(looked_at),
    )
    return count


async def unpaid(
    reader: Reader, person_ids: Sequence[UUID], *, first_month: date, last_month: date, day: date
) -> list[Unpaid]:
    """Which members among these owe months of the span, each with what the clocks of arrears count from."""
    rows = await reader.fetch(
        _UNPAID_OF,
        person_ids=list(person_ids),
        first_month=first_month,
        last_month=last_month,
        day=day,
        months=0,
        days=0,
    )
    return [Unpaid(**dict(row)) for row in rows]


async def payers(reader: Reader, *, after: UUID, size: int) -> list[UUID]:
    """Who belongs or belonged to a branch with a book of dues, in the order of their ids."""
    return [row["person_id"] for row in await reader.fetch(_PAYERS, after=after, size=size)]


async def payers_of(reader: Reader, unit_id: UUID) -> list[UUID]:
    """Who belongs or belonged to a branch."""
    return [row["person_id"] for row in await reader.fetch(_PAYERS_OF, unit_id=unit_id)]


async def ledgers(reader: Reader, *, after: UUID, size: int) -> list[UUID]:
    """Branches with a book of dues, in the order of their ids."""
    return [row["unit_id"] for row in await reader.fetch(_LEDGERS, after=after, size=size)]


async def publishing(
    reader: Reader, unit_ids: Sequence[UUID], *, day: date
) -> list[tuple[UUID, date, date | None]]:
    """Those of these branches that are not dissolved: the first month of their book, and the last publication."""
    rows = await reader.fetch(_PUBLISHING, unit_ids=list(unit_ids), day=day)
    return [(row["unit_id"], row["from_month"], row["last"]) for row in rows]


async def collected(reader: Reader, unit_id: UUID, year: int) -> dict[str, Any]:
    """Payers, what they paid for months of a year, and the gifts of the year."""
    row = await reader.fetch_one(
        _COLLECTED,
        unit_id=unit_id,
        first=date(year, 1, 1),
        last=date(year, 12, 1),
        last_day=date(year, 12, 31),
    )
    assert row is not None
    return dict(row)


async def last_published(reader: Reader, unit_id: UUID, year: int) -> tuple[date | None, bool]:
    """The day of a branch's newest publication, and whether the year is published already."""
    row = await reader.fetch_one(_LAST_PUBLISHED, unit_id=unit_id, year=year)
    assert row is not None
    return row[0], bool(row[1])


async def publish(work: UnitOfWork, publication: Publication) -> None:
    """Write a publication."""
    await work.execute(_PUBLISH, **{name: getattr(publication, name) for name in _PUBLICATION})


async def publications(
    reader: Reader,
    *,
    scope: Mapping[str, Any],
    unit_id: UUID | None,
    year: int | None,
    after: UUID | None,
    size: int,
) -> Sequence[Publication]:
    """Publications of the caller's scope, in the order of their ids."""
    rows = await reader.fetch(_PUBLICATIONS, unit_id=unit_id, year=year, after=after, size=size, **scope)
    return [Publication(**dict(row)) for row in rows]
