"""Two entries of one person in one place: which of the two rows stays. Rows are as JSON has them; nothing here stores."""

from datetime import datetime

from activity.domain.ceremonies import Outcome
from activity.domain.selections import SeatOutcome
from chassis.folding import Decision, Row

# How far somebody came in an oath ceremony, the furthest first.
_FURTHEST = (Outcome.SWORN, Outcome.PRESENT, Outcome.EXPECTED, Outcome.REFUSED, Outcome.ABSENT)
ONE_PERSON = "与同组另一条登记为同一人"


def attendance(survivor: Row, other: Row, now: datetime) -> Decision:
    """Who came stays before who did not, the earlier check-in before the later; expected is who was so under either."""
    changes = {"expected": bool(survivor["expected"] or other["expected"])}
    if _is_earlier(other["checked_in_at"], survivor["checked_in_at"]):
        return Decision(survivor=None, other=changes)
    return Decision(survivor=changes, other=None)


def _is_earlier(one: str | None, than: str | None) -> bool:
    if one is None:
        return False
    return than is None or datetime.fromisoformat(one) < datetime.fromisoformat(than)


def class_hours(survivor: Row, other: Row, now: datetime) -> Decision:
    """Half a day is learnt once: what counts for more stays."""
    if other["credited_minutes"] > survivor["credited_minutes"]:
        return Decision(survivor=None)
    return Decision(other=None)


def oath(survivor: Row, other: Row, now: datetime) -> Decision:
    """Nobody takes the oath twice at one ceremony: who came further stays."""
    further, less = (_FURTHEST.index(Outcome(row["outcome"])) for row in (other, survivor))
    return Decision(survivor=None) if further < less else Decision(other=None)


def talk(survivor: Row, other: Row, now: datetime) -> Decision:
    """Who took part took part once."""
    return Decision(other=None)


def seat(survivor: Row, other: Row, now: datetime) -> Decision:
    """In one group of a draft list the earlier place in the lot stays; the later is excluded, and says why."""
    aside = {"outcome": SeatOutcome.EXCLUDED.value, "reason": ONE_PERSON}
    if other["position"] < survivor["position"]:
        return Decision(survivor=aside)
    return Decision(other=aside)
