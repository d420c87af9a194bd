"""Kinds that are decided by what is true or present: eligibility, documents, deny list, order."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import ClassVar

from ..facts import FactReader, FactType, fact_text
from ..parameters import NAMES, PERIOD, SEQUENCE, Parameters, ParameterSpec, Stricter
from ..periods import Period
from .base import Outcome, Role, within


class Eligibility:
    """
    A person or body fulfils conditions: facts that are true or false, a value, an age.

    An age is reached on the birthday itself (C19).
    """

    name: ClassVar[str] = "eligibility"
    roles: ClassVar[tuple[Role, ...]] = (
        Role("value", FactType.TEXT, required=False),
        Role("born", FactType.DAY, required=False),
    )
    parameters: ClassVar[tuple[ParameterSpec, ...]] = (
        ParameterSpec("all_true", NAMES, Stricter.HIGHER),
        ParameterSpec("all_false", NAMES, Stricter.HIGHER),
        ParameterSpec("one_of", NAMES, Stricter.LOWER, reads=("value",)),
        ParameterSpec("min_age", PERIOD, Stricter.HIGHER, reads=("born",)),
    )

    def evaluate(self, parameters: Parameters, facts: FactReader, on: date) -> Outcome:
        seen, needed, satisfied = self._conditions(parameters, facts)
        min_age = parameters.maybe("min_age", Period)
        if min_age is None:
            return Outcome(satisfied, seen="; ".join(seen), needed="; ".join(needed))
        reached = min_age.after(facts.day("born"))
        outcome = within(
            on,
            first=reached,
            last=None,
            seen="; ".join([on.isoformat(), *seen]),
            needed="; ".join([f"≥ {reached.isoformat()}", *needed]),
        )
        # Waiting brings the birthday and nothing else.
        return outcome if satisfied else replace(outcome, satisfied=False, clears_on=None)

    @staticmethod
    def _conditions(parameters: Parameters, facts: FactReader) -> tuple[list[str], list[str], bool]:
        seen, needed, satisfied = [], [], True
        for name, wanted in (("all_true", True), ("all_false", False)):
            for fact in parameters.maybe(name, tuple) or ():
                held = facts.flag_named(fact)
                seen.append(f"{fact}={fact_text(held)}")
                needed.append(f"{fact}={fact_text(wanted)}")
                satisfied = satisfied and held is wanted
        allowed = parameters.maybe("one_of", tuple)
        if allowed is not None:
            seen.append(facts.text("value"))
            needed.append(" | ".join(allowed))
            satisfied = satisfied and facts.text("value") in allowed
        return seen, needed, satisfied


class Documents:
    """All `required` papers are there, and at least one of `any_of`."""

    name: ClassVar[str] = "documents"
    roles: ClassVar[tuple[Role, ...]] = (Role("documents", FactType.NAMES),)
    parameters: ClassVar[tuple[ParameterSpec, ...]] = (
        ParameterSpec("required", NAMES, Stricter.HIGHER),
        ParameterSpec("any_of", NAMES, Stricter.LOWER),
    )

    def evaluate(self, parameters: Parameters, facts: FactReader, on: date) -> Outcome:
        present = set(facts.names("documents"))
        required = parameters.maybe("required", tuple) or ()
        any_of = parameters.maybe("any_of", tuple) or ()
        relevant = [name for name in (*required, *any_of) if name in present]
        needed = [*required, " | ".join(any_of)] if any_of else list(required)
        return Outcome(
            satisfied=present.issuperset(required) and (not any_of or not present.isdisjoint(any_of)),
            seen=", ".join(relevant),
            needed=", ".join(needed),
        )


class DenyList:
    """
    A value is not on the list; where `subjects` is set, only those subjects are asked.
    """

    name: ClassVar[str] = "deny_list"
    roles: ClassVar[tuple[Role, ...]] = (
        Role("value", FactType.TEXT),
        Role("subject", FactType.TEXT, required=False),
    )
    parameters: ClassVar[tuple[ParameterSpec, ...]] = (
        ParameterSpec("denied", NAMES, Stricter.HIGHER, required=True),
        ParameterSpec("subjects", NAMES, Stricter.HIGHER, loosens=True, reads=("subject",)),
    )

    def evaluate(self, parameters: Parameters, facts: FactReader, on: date) -> Outcome:
        denied = parameters.need("denied", tuple)
        subjects = parameters.maybe("subjects", tuple)
        applies = subjects is None or facts.text("subject") in subjects
        return Outcome(
            satisfied=not applies or facts.text("value") not in denied,
            seen=facts.text("value"),
            needed=f"∉ {{{', '.join(denied)}}}",
        )


class Order:
    """
    Acts follow each other as the `sequence` says, or one item stands `first`.

    Other acts may lie between; an act that was repeated counts by its last time, so that what
    must follow it follows the repetition too.
    """

    name: ClassVar[str] = "order"
    roles: ClassVar[tuple[Role, ...]] = (Role("items", FactType.NAMES),)
    parameters: ClassVar[tuple[ParameterSpec, ...]] = (
        ParameterSpec("sequence", SEQUENCE, Stricter.NONE),
        ParameterSpec("first", SEQUENCE, Stricter.NONE),
    )

    def evaluate(self, parameters: Parameters, facts: FactReader, on: date) -> Outcome:
        items = list(facts.names("items"))
        sequence = parameters.maybe("sequence", tuple) or ()
        first = parameters.maybe("first", tuple) or ()
        return Outcome(
            satisfied=_follows(items, sequence) and tuple(items[: len(first)]) == first,
            seen=" → ".join(items),
            needed=" → ".join(sequence or first),
        )


def _follows(items: Sequence[str], sequence: Sequence[str]) -> bool:
    last_place = {item: place for place, item in enumerate(items)}
    places = [last_place.get(step, -1) for step in sequence]
    return -1 not in places and places == sorted(places)


CONDITION_KINDS = (Eligibility(), Documents(), DenyList(), Order())
