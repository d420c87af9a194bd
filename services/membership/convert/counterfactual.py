"""Requests and answers about other rules."""

from chassis.paging import encode_token
from chassis.verdicts import to_message
from membership.convert.values import optional_day, optional_text
from membership.domain.counterfactual import Difference, OtherValue, Page
from membership.events.shapes import enum_number
from membership.operations.counterfactual import Supposition, layer_of
from rulebook import Verdict
from shuyuan.membership.v1 import counterfactual_service_pb2 as pb
from shuyuan.rules.v1 import verdict_pb2


def supposition(request: pb.ReevaluateCasesRequest) -> Supposition:
    """What is supposed."""
    return Supposition(
        change=_change(request.change) if request.HasField("change") else None,
        packs=tuple(request.packs),
        draft=optional_text(request, "draft"),
        rules_on=optional_day(request, "rules_on"),
    )


def _change(message: pb.ParameterChange) -> OtherValue:
    layer = layer_of(optional_text(message, "layer"))
    return OtherValue(message.rule_id, message.parameter, message.value, layer)


def page(found: Page, language: str) -> pb.ReevaluateCasesResponse:
    """What would differ."""
    return pb.ReevaluateCasesResponse(
        cases=[
            pb.CaseReevaluation(
                case_id=str(item.head.case_id),
                person_id=str(item.head.person_id),
                unit_id=str(item.head.unit_id),
                applied_on=item.head.applied_on.isoformat(),
                differences=[_difference(each, language) for each in item.differences],
            )
            for item in found.differing
        ],
        evaluated_cases=found.evaluated,
        undecided=[
            pb.UndecidedRule(rule_id=rule_id, cases=count)
            for rule_id, count in sorted(found.undecided.items())
        ],
        next_page_token=encode_token(found.last) if found.has_more else "",
    )


def _difference(found: Difference, language: str) -> pb.VerdictDifference:
    return pb.VerdictDifference(
        step=found.step,
        occurred_on=found.occurred_on.isoformat(),
        rule_id=found.rule_id,
        effect_before=enum_number(pb.RuleEffect, "RULE_EFFECT", found.effect_before),
        effect_after=enum_number(pb.RuleEffect, "RULE_EFFECT", found.effect_after),
        before=_verdict(found.before, language),
        after=_verdict(found.after, language),
    )


def _verdict(found: Verdict | None, language: str) -> verdict_pb2.Verdict | None:
    return None if found is None else to_message(found, language)
