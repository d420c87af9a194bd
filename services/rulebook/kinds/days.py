"""Kinds that are decided by days: not before, not after, cadence, validity, publicity.

The last day of a period is in time (C2), a minimum interval is satisfied on its end itself (C3) and
nothing rolls over to a working day (C4).
"""

from datetime import date
from typing import ClassVar

from ..facts import FactReader, FactType
from ..parameters import PERIOD, WINDOW, Parameters, ParameterSpec, Stricter
from ..periods import NO_END, Period, last_day_ending_before
from ..workdays import NoticeWindow
from .base import Outcome, Role, within


class NotBefore:
    """
    The act waits until `interval` has passed since a day.

    `paused_days` are days that do not count (C17). A rule that binds `act` judges that day instead
    of the day of judging, so that waiting does not clear it.
    """

    name: ClassVar[str] = "not_before"
    roles: ClassVar[tuple[Role, ...]] = (
        Role("since", FactType.DAY),
        Role("paused_days", FactType.WHOLE, required=False),
        Role("act", FactType.DAY, required=False),
    )
    parameters: ClassVar[tuple[ParameterSpec, ...]] = (
        ParameterSpec("interval", PERIOD, Stricter.HIGHER, required=True),
    )

    def evaluate(self, parameters: Parameters, facts: FactReader, on: date) -> Outcome:
        interval = parameters.need("interval", Period)
        first = Period(days=facts.whole("paused_days")).after(interval.after(facts.day("since")))
        if facts.has("act"):
            act = facts.day("act")
            return Outcome(act >= first, seen=act.isoformat(), needed=f"≥ {first.isoformat()}")
        return within(on, first=first, last=None, seen=on.isoformat(), needed=f"≥ {first.isoformat()}")


class NotAfter:
    """
    The act is done `within` a period after a day, or at the latest a `lead` before one.

    With a stated reason the later end `extended_within` counts.
    """

    name: ClassVar[str] = "not_after"
    roles: ClassVar[tuple[Role, ...]] = (
        Role("since", FactType.DAY, required=False),
        Role("until", FactType.DAY, required=False),
        Role("act", FactType.DAY, required=False),
        Role("extension_reason", FactType.TEXT, required=False, optional=True),
    )
    parameters: ClassVar[tuple[ParameterSpec, ...]] = (
        ParameterSpec("within", PERIOD, Stricter.LOWER, reads=("since",)),
        ParameterSpec("lead", PERIOD, Stricter.HIGHER, reads=("until",)),
        ParameterSpec(
            "extended_within",
            PERIOD,
            Stricter.LOWER,
            loosens=True,
            reads=("extension_reason",),
            beside="within",
        ),
    )

    def evaluate(self, parameters: Parameters, facts: FactReader, on: date) -> Outcome:
        last = min(self._ends(parameters, facts), default=NO_END)
        if facts.has("act"):
            act = facts.day("act")
            return Outcome(act <= last, seen=act.isoformat(), needed=f"≤ {last.isoformat()}")
        return within(on, first=None, last=last, seen=on.isoformat(), needed=f"≤ {last.isoformat()}")

    @staticmethod
    def _ends(parameters: Parameters, facts: FactReader) -> list[date]:
        ends = []
        period = parameters.maybe("within", Period)
        if "extended_within" in parameters and facts.text("extension_reason").strip():
            period = parameters.need("extended_within", Period)
        if period is not None:
            ends.append(period.after(facts.day("since")))
        lead = parameters.maybe("lead", Period)
        if lead is not None:
            ends.append(lead.before(facts.day("until")))
        return ends


class Cadence:
    """
    A periodic duty was done in time: `every` period since the last act, or since the anchor (C6).

    Waiting never clears it, only the next act does.
    """

    name: ClassVar[str] = "cadence"
    roles: ClassVar[tuple[Role, ...]] = (
        Role("last", FactType.DAY, optional=True),
        Role("anchor", FactType.DAY),
    )
    parameters: ClassVar[tuple[ParameterSpec, ...]] = (
        ParameterSpec("every", PERIOD, Stricter.LOWER, required=True),
        ParameterSpec("grace", PERIOD, Stricter.LOWER, loosens=True, beside="every"),
    )

    def evaluate(self, parameters: Parameters, facts: FactReader, on: date) -> Outcome:
        start = facts.day("last") if facts.has("last") else facts.day("anchor")
        grace = parameters.maybe("grace", Period) or Period()
        due = grace.after(parameters.need("every", Period).after(start))
        return within(on, first=None, last=due, seen=start.isoformat(), needed=f"≤ {due.isoformat()}")


class Validity:
    """
    Something issued is still valid (`valid_for`), or enough time remains before an end (`remaining`).

    An end is more than `remaining` away: ending on the last day of that period is within it (C2).
    Where it is known that there is no end, the fact is NO_END.
    """

    name: ClassVar[str] = "validity"
    roles: ClassVar[tuple[Role, ...]] = (
        Role("issued", FactType.DAY, required=False),
        Role("until", FactType.DAY, required=False),
    )
    parameters: ClassVar[tuple[ParameterSpec, ...]] = (
        ParameterSpec("valid_for", PERIOD, Stricter.LOWER, reads=("issued",)),
        ParameterSpec("remaining", PERIOD, Stricter.HIGHER, reads=("until",)),
    )

    def evaluate(self, parameters: Parameters, facts: FactReader, on: date) -> Outcome:
        first, lasts, seen = None, [], []
        valid_for = parameters.maybe("valid_for", Period)
        if valid_for is not None:
            first = facts.day("issued")
            lasts.append(valid_for.after(first))
            seen.append(first.isoformat())
        remaining = parameters.maybe("remaining", Period)
        if remaining is not None and facts.day("until") != NO_END:
            lasts.append(last_day_ending_before(facts.day("until"), remaining))
            seen.append(facts.day("until").isoformat())
        last = min(lasts, default=None)
        needed = "" if last is None else f"≤ {last.isoformat()}"
        return within(on, first=first, last=last, seen=", ".join(seen), needed=needed)


class Publicity:
    """A public notice has hung for its window before the act (C5)."""

    name: ClassVar[str] = "publicity"
    roles: ClassVar[tuple[Role, ...]] = (Role("posted", FactType.DAY),)
    parameters: ClassVar[tuple[ParameterSpec, ...]] = (
        ParameterSpec("window", WINDOW, Stricter.HIGHER, required=True),
    )

    def evaluate(self, parameters: Parameters, facts: FactReader, on: date) -> Outcome:
        posted = facts.day("posted")
        reckoned = parameters.need("window", NoticeWindow).next_step_after(posted)
        return Outcome(
            satisfied=on >= reckoned.day,
            seen=posted.isoformat(),
            needed=f"≥ {reckoned.day.isoformat()}",
            clears_on=None if on >= reckoned.day else reckoned.day,
            provisional=reckoned.provisional,
        )


DAY_KINDS = (NotBefore(), NotAfter(), Cadence(), Validity(), Publicity())
