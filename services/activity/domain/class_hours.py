"""Class hours: learning time split by half days, and what of it counts.

An hour is a class hour; half a day counts at most what the rules say (EDU-03), whatever it is made of. Noon
on campus divides the day, and an evening belongs to the second half.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_DOWN, Decimal
from enum import IntEnum
from uuid import UUID

from activity.domain.plans import LONGEST_SESSION, Capacity, LearningMode, Session
from chassis.days import CAMPUS
from chassis.errors import InvalidArgumentError, Violation

NOON = time(12)
FIRST_YEAR = 1921
_CENT = Decimal("0.01")


class Half(IntEnum):
    """Which half of a day."""

    MORNING = 1
    AFTERNOON = 2


HalfDay = tuple[date, Half]


@dataclass(frozen=True, slots=True)
class Share:
    """Learning time of one half day in one mode."""

    learned_on: date
    half: Half
    mode: LearningMode
    minutes: int


@dataclass(frozen=True, slots=True)
class Entry:
    """What one person learnt in one half day in one mode, and how much of it counts."""

    person_id: UUID
    learned_on: date
    half: Half
    mode: LearningMode
    minutes: int
    credited: int
    meeting_id: UUID | None = None
    material: str | None = None


@dataclass(frozen=True, slots=True)
class Credit:
    """Class hours credited in one act."""

    class_hour_id: UUID
    meeting_id: UUID | None
    entries: tuple[Entry, ...]
    created_at: datetime
    version: int = 1


@dataclass(frozen=True, slots=True)
class Account:
    """A person's credited minutes of a year, by mode."""

    person_id: UUID
    year: int
    minutes: Mapping[LearningMode, int]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.minutes.values())


def shares(sessions: Iterable[Session]) -> tuple[Share, ...]:
    """
    The learning time of sessions by half day and mode, in the order of time.

    Counted from minute to minute, so that noon and midnight cost nobody the seconds on both sides of them.
    """
    sums: dict[tuple[date, Half, LearningMode], timedelta] = {}
    for session in sessions:
        assert session.learning_mode is not None, "sessions are settled before they are counted"
        for day, half, length in _halves(_on_the_minute(session.start), _on_the_minute(session.end)):
            key = (day, half, session.learning_mode)
            sums[key] = sums.get(key, timedelta()) + length
    return tuple(
        Share(day, half, mode, int(length.total_seconds() // 60))
        for (day, half, mode), length in sums.items()
    )


def _on_the_minute(instant: datetime) -> datetime:
    return instant.astimezone(CAMPUS).replace(second=0, microsecond=0)


def _halves(start: datetime, end: datetime) -> Iterable[tuple[date, Half, timedelta]]:
    moment = start
    while moment < end:
        morning = moment.time() < NOON
        noon = datetime.combine(moment.date(), NOON, CAMPUS)
        midnight = datetime.combine(moment.date() + timedelta(days=1), time(0), CAMPUS)
        until = min(end, noon if morning else midnight)
        yield moment.date(), Half.MORNING if morning else Half.AFTERNOON, until - moment
        moment = until


def earns_class_hours(capacity: Capacity) -> bool:
    """Whether somebody in this capacity gets class hours."""
    return capacity is not Capacity.GUEST


def credit(
    person_id: UUID,
    learned: Sequence[Share],
    *,
    already: Mapping[HalfDay, int],
    most: Mapping[date, int | None],
    meeting_id: UUID | None = None,
    material: str | None = None,
) -> tuple[Entry, ...]:
    """
    What a person gets for learning time.

    Args:
        already: credited minutes of the half days concerned.
        most: the most that half a day may count, by day; None where nothing limits it.
    """
    used = dict(already)
    entries = []
    for share in learned:
        half_day = (share.learned_on, share.half)
        limit = most[share.learned_on]
        room = share.minutes if limit is None else max(0, limit - used.get(half_day, 0))
        credited = min(share.minutes, room)
        used[half_day] = used.get(half_day, 0) + credited
        entries.append(
            Entry(
                person_id,
                share.learned_on,
                share.half,
                share.mode,
                share.minutes,
                credited,
                meeting_id,
                material,
            )
        )
    return tuple(entries)


def self_study(start: datetime, end: datetime, now: datetime) -> Session:
    """The session of somebody who studied alone; refused where it cannot have been."""
    if end <= start:
        raise InvalidArgumentError(
            [Violation("end_time", "结束时间应晚于开始时间", "must be after start_time")]
        )
    if end - start > LONGEST_SESSION:
        raise InvalidArgumentError(
            [Violation("end_time", "一次最长十二小时", "is at most twelve hours long")]
        )
    if end > now:
        raise InvalidArgumentError(
            [Violation("end_time", "结束时间不能晚于现在", "must not lie in the future")]
        )
    return Session(start, end, LearningMode.SELF_STUDY)


def year_asked(year: int, today: date) -> int:
    """The year of a request, the running one for 0; refused where nobody could have learnt in it."""
    if year == 0:
        return today.year
    if not FIRST_YEAR <= year <= today.year:
        zh, en = f"年份应在 {FIRST_YEAR} 与 {today.year} 之间", f"must be from {FIRST_YEAR} to {today.year}"
        raise InvalidArgumentError([Violation("year", zh, en)])
    return year


def judged_day(year: int, today: date) -> date:
    """The day on which a year is judged: its last one, today for the running one."""
    return min(date(year, 12, 31), today)


def hours_text(minutes: int) -> str:
    """Minutes as class hours, two digits after the point, rounded down."""
    return str((Decimal(minutes) / 60).quantize(_CENT, rounding=ROUND_DOWN))
