"""The laws of history on real rows: beliefs never overlap, and what was known at an instant never changes."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import asyncpg
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql

from chassis.bitemporal import (
    History,
    Interval,
    believed,
    believed_now,
    history_columns,
    history_constraints,
    history_ddl,
    interval_of,
)
from chassis.ids import new_id
from chassis.statements import query
from chassis.tables import new_metadata
from tests.integration.chassis_storage.probe import Probe

DIALECT: Any = postgresql.dialect()  # type: ignore[no-untyped-call] # SQLAlchemy leaves it untyped
DAY_ZERO = date(2026, 9, 1)

posting = sa.Table(
    "posting",
    new_metadata(),
    sa.Column("lamp_id", sa.Uuid, nullable=False),
    sa.Column("room", sa.Text, nullable=False),
    *history_columns(),
    *history_constraints("posting", ["lamp_id"]),
)
HISTORY = History(posting, ["lamp_id"], ["room"])
MINE = posting.c.lamp_id == sa.bindparam("lamp_id", type_=sa.Uuid)
READ = query(sa.select(posting).where(MINE, believed(posting)).order_by(posting.c.valid))
NOW = query(sa.select(posting).where(MINE, believed_now(posting)).order_by(posting.c.valid))
ALL = query(sa.select(posting).where(MINE))


@pytest.fixture
async def postings(probe: Probe) -> Probe:
    """The probe with a table of where its lamps stand."""
    create = str(sa.schema.CreateTable(posting).compile(dialect=DIALECT))
    for statement in (create, *history_ddl("posting")):
        await probe.database.fetch(query(sa.text(statement)))
    return probe


async def put(probe: Probe, lamp_id: Any, room: str | None, start: date, end: date | None = None) -> Any:
    async with probe.call().transaction() as work:
        values = None if room is None else {"room": room}
        return work.answer(await HISTORY.record(work, {"lamp_id": lamp_id}, Interval(start, end), values))


async def believed_of(probe: Probe, lamp_id: Any) -> list[tuple[str, Interval]]:
    rows = await probe.database.fetch(NOW, lamp_id=lamp_id)
    return [(row["room"], interval_of(row["valid"])) for row in rows]


def days(offset: int) -> date:
    return DAY_ZERO + timedelta(days=offset)


class TestRecord:
    async def test_a_correction_splits_what_was_believed(self, postings: Probe) -> None:
        lamp_id = new_id()
        await put(postings, lamp_id, "a", days(0))
        await put(postings, lamp_id, "b", days(10), days(20))

        rows = await postings.database.fetch(NOW, lamp_id=lamp_id)
        assert [(row["room"], interval_of(row["valid"])) for row in rows] == [
            ("a", Interval(days(0), days(10))),
            ("b", Interval(days(10), days(20))),
            ("a", Interval(days(20), None)),
        ]

    async def test_believing_the_same_again_records_nothing(self, postings: Probe) -> None:
        lamp_id = new_id()
        await put(postings, lamp_id, "a", days(0))

        assert await put(postings, lamp_id, "a", days(3), days(4)) is None
        assert len(await postings.database.fetch(ALL, lamp_id=lamp_id)) == 1

    async def test_nothing_can_be_believed_again(self, postings: Probe) -> None:
        lamp_id = new_id()
        await put(postings, lamp_id, "a", days(0))
        await put(postings, lamp_id, None, days(5))

        (row,) = await postings.database.fetch(NOW, lamp_id=lamp_id)
        assert interval_of(row["valid"]) == Interval(days(0), days(5))

    async def test_writers_of_one_subject_queue(self, postings: Probe) -> None:
        lamp_id = new_id()
        await asyncio.gather(*(put(postings, lamp_id, f"r{n}", days(n), days(n + 5)) for n in range(12)))

        rows = await postings.database.fetch(NOW, lamp_id=lamp_id)
        covered = [interval_of(row["valid"]) for row in rows]
        assert all(not a.overlaps(b) for a, b in pairwise(covered))

    async def test_many_new_subjects_begin_at_once(self, postings: Probe) -> None:
        new = [({"lamp_id": new_id()}, Interval(days(0)), {"room": "a"}) for _ in range(500)]
        async with postings.call().transaction() as work:
            await HISTORY.begin_many(work, new)
            work.answer(None)

        assert await postings.database.fetch_value(query(sa.text("SELECT count(*) FROM posting"))) == 500

    @settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        before=st.lists(
            st.tuples(
                st.integers(0, 3),
                st.sampled_from(["a", "b"]),
                st.integers(0, 8),
                st.integers(1, 6) | st.none(),
            ),
            max_size=12,
        ),
        wanted=st.lists(st.sampled_from(["a", "b", None]), min_size=4, max_size=4),
        start=st.integers(0, 8),
        length=st.integers(1, 6) | st.none(),
    )
    async def test_many_subjects_at_once_end_as_one_by_one(
        self,
        postings: Probe,
        before: list[tuple[int, str, int, int | None]],
        wanted: list[str | None],
        start: int,
        length: int | None,
    ) -> None:
        pairs = [(new_id(), new_id()) for _ in wanted]
        for number, place, first, count in before:
            for lamp_id in pairs[number]:
                await put(
                    postings, lamp_id, place, days(first), None if count is None else days(first + count)
                )
        interval = Interval(days(start), None if length is None else days(start + length))

        for (lamp_id, _), room in zip(pairs, wanted, strict=True):
            await put(postings, lamp_id, room, interval.start, interval.end)
        values = [None if room is None else {"room": room} for room in wanted]
        others = [{"lamp_id": other} for _, other in pairs]
        async with postings.call().transaction() as work:
            await HISTORY.record_many(
                work, [(other, interval, value) for other, value in zip(others, values, strict=True)]
            )
            work.answer(None)

        for one, other in pairs:
            assert await believed_of(postings, one) == await believed_of(postings, other)


class TestGuard:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE posting SET room = 'x'",
            "UPDATE posting SET valid = daterange('2020-01-01', NULL)",
            "UPDATE posting SET recorded_until = now() + interval '1 day', room = 'x'",
            "DELETE FROM posting",
        ],
    )
    async def test_what_was_recorded_cannot_be_changed(self, postings: Probe, statement: str) -> None:
        await put(postings, new_id(), "a", days(0))

        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await postings.database.fetch(query(sa.text(statement)))

    async def test_a_closed_row_stays_closed_as_it_is(self, postings: Probe) -> None:
        lamp_id = new_id()
        await put(postings, lamp_id, "a", days(0))
        await put(postings, lamp_id, "b", days(0))

        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await postings.database.fetch(
                query(sa.text("UPDATE posting SET recorded_until = now() WHERE recorded_until IS NOT NULL"))
            )

    async def test_an_empty_period_is_refused(self, postings: Probe) -> None:
        statement = "INSERT INTO posting (lamp_id, room, valid, recorded_from) VALUES (gen_random_uuid(), 'a', 'empty', now())"
        with pytest.raises(asyncpg.CheckViolationError):
            await postings.database.fetch(query(sa.text(statement)))


CHANGE = st.tuples(
    st.integers(0, 12), st.one_of(st.none(), st.integers(1, 12)), st.one_of(st.none(), st.sampled_from("abc"))
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(CHANGE, min_size=1, max_size=8))
async def test_every_sequence_of_corrections_keeps_the_laws(postings: Probe, changes: list[Any]) -> None:
    """Believed now equals the last word on each day; each earlier instant keeps what was believed at it."""
    lamp_id = new_id()
    model: dict[int, str | None] = {}
    snapshots: list[tuple[datetime, dict[int, str | None]]] = [(datetime(2020, 1, 1, tzinfo=UTC), {})]
    for start, length, room in changes:
        end = None if length is None else start + length
        instant = await put(postings, lamp_id, room, days(start), None if end is None else days(end))
        model = {**model, **dict.fromkeys(range(start, 40 if end is None else end), room)}
        if instant is not None:
            snapshots.append((instant, dict(model)))

    for instant, expected in snapshots:
        for day in range(0, 30, 3):
            rows = await postings.database.fetch(READ, lamp_id=lamp_id, as_of=days(day), known_at=instant)
            assert [row["room"] for row in rows] == [r for r in [expected.get(day)] if r is not None]
