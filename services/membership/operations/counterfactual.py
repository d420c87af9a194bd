"""Judging recorded history by other rules, a page of cases at a time; changes nothing and keeps nothing."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from chassis.calls import Call
from chassis.errors import Violation
from membership.domain.counterfactual import Hypothesis, OtherPacks, OtherValue, Page, reevaluate
from membership.domain.evidence import Standing
from membership.errors import FieldsContradictError, HypothesisRefusedError
from membership.facts import known_unit
from membership.operations.means import Means
from membership.repository import cases, persons
from rulebook import (
    PACKS_DIRECTORY,
    Layer,
    Pack,
    PackError,
    RuleBook,
    RuleContentError,
    UnknownRuleError,
    read_pack,
    shipped_pack,
    with_parameter,
)

_DRAFT = "draft.yaml"


@dataclass(frozen=True, slots=True)
class Supposition:
    """What somebody supposes the rules to be, as it was asked."""

    change: OtherValue | None = None
    packs: tuple[str, ...] = ()
    draft: str | None = None
    rules_on: date | None = None


def hypothesis(means: Means, supposed: Supposition) -> Hypothesis:
    """The rules that are supposed; refuses what is none, with every line that is wrong."""
    if (supposed.change is not None) == bool(supposed.packs or supposed.draft is not None):
        raise FieldsContradictError.of(
            "change",
            "须在修改参数与更换规则包（或草案）之间选择一项。",
            "Give either a change, or packs or a draft.",
        )
    if supposed.change is not None:
        return _changed(means, supposed.change)
    try:
        return OtherPacks(_book(means.rules.packs, supposed.packs, supposed.draft), supposed.rules_on)
    except PackError as error:
        raise HypothesisRefusedError(
            [_refused("draft", str(problem)) for problem in error.problems[:20]]
        ) from None


def _changed(means: Means, change: OtherValue) -> OtherValue:
    """The change, tried on the rules of every pack in use so that a wrong one is refused before any case is read."""
    rules = [rule for pack in means.rules.packs for rule in pack.rules if rule.id == change.rule_id]
    if not rules:
        raise HypothesisRefusedError([_refused("change.rule_id", str(UnknownRuleError(change.rule_id)))])
    try:
        for pack in means.rules.packs:
            with_parameter(
                means.rules.book.in_force(pack.effective_from),
                change.rule_id,
                change.parameter,
                change.value,
                layer=change.layer,
            )
    except RuleContentError as error:
        raise HypothesisRefusedError([_refused("change.value", str(error))]) from None
    return change


def _book(in_use: tuple[Pack, ...], named: tuple[str, ...], draft: str | None) -> RuleBook:
    packs = in_use
    if named:
        missing = [name for name in named if not (PACKS_DIRECTORY / f"{name}.yaml").is_file()]
        if missing:
            raise HypothesisRefusedError([_refused("packs", f"no pack {', '.join(missing)}")])
        packs = tuple(shipped_pack(name) for name in named)
    if draft is not None:
        drafted = read_pack(draft, file=_DRAFT)
        packs = (*(pack for pack in packs if pack.name != drafted.name), drafted)
    return RuleBook(packs)


def _refused(field: str, told: str) -> Violation:
    return Violation(field, f"假设的规则不成立：{told}", told)


async def run(
    call: Call, means: Means, unit_id: UUID, supposed: Supposition, *, after: UUID | None, size: int
) -> Page:
    """Judge a page of the cases of a unit and everything below it again."""
    await known_unit(call.database, unit_id)
    other = hypothesis(means, supposed)
    heads = await cases.below(call.database, unit_id, day=call.clock.today(), after=after, size=size + 1)
    shown = heads[:size]
    rules = {
        digest: await means.rules.of(call.database, digest)
        for digest in sorted({head.pack_digest for head in shown})
    }
    known = await persons.known(call.database, {head.person_id for head in shown})
    found = []
    wanted = [(head, rules[head.pack_digest]) for head in shown]
    for case in await cases.whole_many(call.database, wanted):
        recorded = rules[case.head.pack_digest]
        standing = Standing(known[case.head.person_id][1], belongs_to_branch=True)
        supposed_rules = other.rules_for(recorded, case.head.applied_on)
        found.append(reevaluate(case, standing, recorded, supposed_rules))
        # Nothing here waits for anybody; others who ask this service must not wait for a whole page.
        await asyncio.sleep(0)
    return Page(
        differing=tuple(item for item in found if item.differences),
        evaluated=len(shown),
        undecided=Counter(rule_id for item in found for rule_id in item.undecided),
        last=shown[-1].case_id if shown else None,
        has_more=len(heads) > size,
    )


def layer_of(text: str | None) -> Layer | None:
    """A layer by its name."""
    return None if text is None else Layer(text)
