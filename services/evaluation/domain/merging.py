"""Two entries of one person in one place: which of the two rows stays. Rows are as JSON has them; nothing here stores."""

from datetime import date, datetime

from chassis.days import campus_day
from chassis.folding import Decision, Row
from chassis.intervals import Interval
from evaluation.domain.model_posts import ModelPostState

ONE_PERSON = "与同一人的另一条登记重复"


def judge(survivor: Row, other: Row, now: datetime) -> Decision:
    """Whoever judges a nomination judges it once."""
    return Decision(other=None)


def honour(survivor: Row, other: Row, now: datetime) -> Decision:
    """An honour is on record once: the other's record is withdrawn, and says why."""
    return Decision(other={"withdrawn_at": now.isoformat(), "withdraw_reason": ONE_PERSON})


def model_post(survivor: Row, other: Row, now: datetime) -> Decision:
    """Nobody is nominated twice or holds two on one day: the survivor's stays, the other's ends where that begins."""
    if ModelPostState(other["state"]) is ModelPostState.NOMINATED:
        decided = campus_day(now).isoformat()
        return Decision(
            other={"state": ModelPostState.REFUSED.value, "decided_on": decided, "reason": ONE_PERSON}
        )
    held, survivors = _days(other["valid"]), _days(survivor["valid"])
    if held is None or survivors is None or not held.overlaps(survivors):
        return Decision()
    days = Interval.of(held.start, survivors.start)
    changes = {"state": ModelPostState.REVOKED.value, "reason": ONE_PERSON}
    return Decision(other=changes | {"valid": None if days is None else f"[{days.start},{days.end})"})


def _days(text: str | None) -> Interval | None:
    if text is None:
        return None
    start, _, end = text.strip("[)").partition(",")
    return Interval(date.fromisoformat(start), date.fromisoformat(end) if end else None)
