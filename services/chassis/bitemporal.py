"""History in two dimensions: what was true on a day, and what was believed at an instant.

A correction closes the rows it contradicts and opens the ones that say what is believed now, all with one
instant. Nothing else ever changes a row: a trigger refuses it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE, ExcludeConstraint

from chassis.database import Record
from chassis.errors import InvalidArgumentError, Violation
from chassis.intervals import Interval, cut
from chassis.statements import Query, insert, query

if TYPE_CHECKING:
    from chassis.database import UnitOfWork

__all__ = [
    "History",
    "Interval",
    "believed",
    "believed_now",
    "believed_on",
    "cut",
    "history_columns",
    "history_constraints",
    "history_ddl",
    "interval_of",
    "period",
    "range_of",
]

Row = tuple[Any, ...]
_TICK = timedelta(microseconds=1)
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call] # SQLAlchemy leaves it untyped


def history_columns() -> "list[sa.Column[Any]]":
    """The columns of every table with history, beside its subject and its values."""
    return [
        sa.Column("row_id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("valid", DATERANGE, nullable=False),
        sa.Column("recorded_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_until", sa.DateTime(timezone=True)),
    ]


def history_constraints(table_name: str, subject: Sequence[str]) -> list[sa.Constraint]:
    """No empty period, no belief that ended before it began, and one belief per subject and day."""
    conv = sa.schema.conv
    return [
        sa.CheckConstraint("NOT isempty(valid)", name=conv(f"{table_name}_valid_check")),
        sa.CheckConstraint("recorded_until > recorded_from", name=conv(f"{table_name}_recorded_check")),
        ExcludeConstraint(
            *[(sa.column(name), "=") for name in subject],
            (sa.column("valid"), "&&"),
            where=sa.text("recorded_until IS NULL"),
            using="gist",
            name=f"{table_name}_believed_excl",
        ),
    ]


def history_ddl(table_name: str) -> list[str]:
    """The trigger that refuses to change what was recorded; its function comes with the frame's tables."""
    return [
        f"CREATE TRIGGER {table_name}_guard BEFORE UPDATE OR DELETE ON {table_name} "
        "FOR EACH ROW EXECUTE FUNCTION history_guard()"
    ]


def _parameters() -> "tuple[sa.BindParameter[date], sa.BindParameter[datetime]]":
    return sa.bindparam("as_of", type_=sa.Date), sa.bindparam("known_at", type_=sa.DateTime(timezone=True))


def believed_now(table: sa.FromClause) -> "sa.ColumnElement[bool]":
    """Rows believed now, of any day."""
    return table.c.recorded_until.is_(None)


def believed_on(table: sa.FromClause) -> "sa.ColumnElement[bool]":
    """Rows believed now that hold on the day of the parameter `as_of`."""
    return sa.and_(believed_now(table), table.c.valid.op("@>")(_parameters()[0]))


def believed(table: sa.FromClause) -> "sa.ColumnElement[bool]":
    """Rows by the parameters `as_of` (None: any day) and `known_at` (None: believed now)."""
    as_of, known_at = _parameters()
    then = sa.and_(
        table.c.recorded_from <= known_at,
        sa.or_(table.c.recorded_until.is_(None), table.c.recorded_until > known_at),
    )
    return sa.and_(
        sa.or_(as_of.is_(None), table.c.valid.op("@>")(as_of)),
        sa.case((known_at.is_(None), table.c.recorded_until.is_(None)), else_=then),
    )


def range_of(interval: Interval) -> "asyncpg.Range[date]":
    """The interval as PostgreSQL takes it."""
    return asyncpg.Range(interval.start, interval.end)


def interval_of(days: Any) -> Interval:
    """The interval in a column `valid`."""
    return Interval(days.lower, days.upper)


def period(start: date, end: date | None, *, field: str = "valid_until") -> Interval:
    """The interval a request asks for; refuses an end that does not lie after the start, naming the field."""
    interval = Interval.of(start, end)
    if interval is None:
        raise InvalidArgumentError([Violation(field, "必须晚于开始日期。", "must lie after the first day.")])
    return interval


class History:
    """Writes the history of one table. `subject` names the columns of the exclusion, `values` the others."""

    def __init__(self, table: sa.Table, subject: Sequence[str], values: Sequence[str]) -> None:
        self.table = table
        self._subject = tuple(subject)
        self._values = tuple(values)
        mine = sa.and_(*[table.c[name] == sa.bindparam(name, type_=table.c[name].type) for name in subject])
        self._overlapping = query(
            sa.select(table).where(
                mine,
                believed_now(table),
                table.c.valid.op("&&")(sa.bindparam("asked", type_=DATERANGE)),
            )
        )
        latest = sa.func.greatest(sa.func.max(table.c.recorded_from), sa.func.max(table.c.recorded_until))
        self._latest = query(sa.select(latest).where(mine))
        self._close = query(
            sa.update(table)
            .where(table.c.row_id == sa.any_(sa.bindparam("rows", type_=ARRAY(sa.BigInteger))))
            .values(recorded_until=sa.bindparam("instant", type_=sa.DateTime(timezone=True)))
        )
        self._open: Query = query(insert(table, *self._subject, *self._values, "valid", "recorded_from"))
        self._overlapping_many, self._latest_many = self._of_many()
        self._close_many = query(
            sa.text(
                f"""UPDATE {table.name} h SET recorded_until = w.instant
                      FROM unnest(CAST(:rows AS bigint[]), CAST(:instants AS timestamptz[])) AS w (row_id, instant)
                     WHERE h.row_id = w.row_id"""
            )
        )

    async def record(
        self,
        work: "UnitOfWork",
        subject: Mapping[str, Any],
        interval: Interval,
        values: Mapping[str, Any] | None,
    ) -> datetime | None:
        """Believe from now on that `values` hold for the subject on the interval (None: that nothing does).

        Answers the instant of the change, None when it was believed already. Other days keep what was believed
        of them.
        """
        await work.lock(self._lock_name(subject))
        rows = await work.fetch(self._overlapping, **subject, asked=range_of(interval))
        if self._says_already(rows, interval, values):
            return None
        latest = await work.fetch_value(self._latest, **subject)
        instant: datetime = work.now if latest is None else max(work.now, latest + _TICK)
        if rows:
            await work.execute(self._close, rows=[row["row_id"] for row in rows], instant=instant)
        opened: list[tuple[Interval, Any]] = [
            (rest, row) for row in rows for rest in interval_of(row["valid"]).minus(interval)
        ]
        if values is not None:
            opened.append((interval, values))
        if opened:
            await work.execute_many(
                self._open, [self._row(subject, row, days, instant) for days, row in opened]
            )
        return instant

    async def begin_many(
        self, work: "UnitOfWork", rows: Iterable[tuple[Mapping[str, Any], Interval, Mapping[str, Any]]]
    ) -> None:
        """Begin the histories of many new subjects (subject, interval, values) at once; for imports.

        The exclusion refuses a subject that is believed something on those days already.
        """
        await self.bring_in(
            work, self.rows((subject, values, days, work.now) for subject, days, values in rows)
        )

    def rows(self, opened: Iterable[tuple[Mapping[str, Any], Any, Interval, datetime]]) -> list[Row]:
        """Rows for `bring_in`, of subject, values, interval and instant; made without the database."""
        subject_names, value_names = self._subject, self._values
        return [
            (
                *[subject[name] for name in subject_names],
                *[values[name] for name in value_names],
                range_of(days),
                instant,
            )
            for subject, values, days, instant in opened
        ]

    async def bring_in(self, work: "UnitOfWork", rows: Iterable[Row]) -> None:
        """Write rows by COPY."""
        await work.copy(self.table, [*self._subject, *self._values, "valid", "recorded_from"], rows)

    async def record_many(
        self,
        work: "UnitOfWork",
        wanted: Sequence[tuple[Mapping[str, Any], Interval, Mapping[str, Any] | None]],
    ) -> None:
        """`record` for many subjects, each at most once, in four statements.

        The caller holds the subjects by a lock of its own, as thousands of locks by name are too many.
        """
        if not wanted:
            return
        asked = self._asked([subject for subject, _, _ in wanted])
        days = [range_of(interval) for _, interval, _ in wanted]
        found: dict[int, list[Record]] = {}
        for row in await work.fetch(self._overlapping_many, **asked, asked=days):
            found.setdefault(row["place"] - 1, []).append(row)
        latest = {row["place"] - 1: row["latest"] for row in await work.fetch(self._latest_many, **asked)}
        closed: list[tuple[int, datetime]] = []
        opened: list[tuple[Mapping[str, Any], Any, Interval, datetime]] = []
        for place, (subject, interval, values) in enumerate(wanted):
            rows = found.get(place, [])
            if self._says_already(rows, interval, values):
                continue
            instant = max(work.now, latest[place] + _TICK) if place in latest else work.now
            closed += [(row["row_id"], instant) for row in rows]
            opened += [
                (subject, row, rest, instant)
                for row in rows
                for rest in interval_of(row["valid"]).minus(interval)
            ]
            if values is not None:
                opened.append((subject, values, interval, instant))
        await work.execute(
            self._close_many, rows=[row for row, _ in closed], instants=[instant for _, instant in closed]
        )
        await self.bring_in(work, self.rows(opened))

    def _asked(self, subjects: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
        return {name: [subject[name] for subject in subjects] for name in self._subject}

    def _of_many(self) -> tuple[Query, Query]:
        table, names = self.table.name, self._subject
        types = {name: self.table.c[name].type.compile(_DIALECT) for name in names}
        arrays = ", ".join(f"CAST(:{name} AS {types[name]}[])" for name in names)
        mine = " AND ".join(f"h.{name} = w.{name}" for name in names)
        subjects = ", ".join(names)
        overlapping = f"""
            SELECT w.place, h.* FROM unnest({arrays}, CAST(:asked AS daterange[]))
                   WITH ORDINALITY AS w ({subjects}, asked, place)
              JOIN {table} h ON {mine} AND h.recorded_until IS NULL AND h.valid && w.asked"""
        latest = f"""
            SELECT w.place, greatest(max(h.recorded_from), max(h.recorded_until)) AS latest
              FROM unnest({arrays}) WITH ORDINALITY AS w ({subjects}, place)
              JOIN {table} h ON {mine} GROUP BY w.place"""
        return query(sa.text(overlapping)), query(sa.text(latest))

    def _lock_name(self, subject: Mapping[str, Any]) -> str:
        return f"{self.table.name}|" + "|".join(str(subject[name]) for name in self._subject)

    def _says_already(self, rows: list[Record], interval: Interval, values: Mapping[str, Any] | None) -> bool:
        if values is None:
            return not rows
        return (
            len(rows) == 1
            and interval_of(rows[0]["valid"]).covers(interval)
            and all(rows[0][name] == values[name] for name in self._values)
        )

    def _row(
        self, subject: Mapping[str, Any], values: Any, days: Interval, instant: datetime
    ) -> dict[str, Any]:
        return {
            **{name: subject[name] for name in self._subject},
            **{name: values[name] for name in self._values},
            "valid": range_of(days),
            "recorded_from": instant,
        }
