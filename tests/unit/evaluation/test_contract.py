"""The domain's words and the contract's are the same, so that nothing can be said that the other does not know."""

from enum import StrEnum

import pytest
from google.protobuf.descriptor import EnumDescriptor

from chassis.errors import ServiceError
from evaluation import errors
from evaluation.domain.awards import FactKey, Level, MissingScorePolicy, Source, TieRule
from evaluation.domain.editions import EditionState
from evaluation.domain.honours import HonourKind
from evaluation.domain.indicators import Basis, Population
from evaluation.domain.model_posts import ModelPostState
from evaluation.domain.nominations import NominationState
from evaluation.domain.recorded import ACTIVITY_METHOD, MEMBERSHIP_METHOD, Status
from evaluation.events import model_posts, shapes
from shuyuan.activity.v1 import activity_fact_service_pb2
from shuyuan.evaluation.v1 import error_reason_pb2
from shuyuan.membership.v1 import roll_service_pb2


@pytest.mark.parametrize(
    ("words", "enum"),
    [
        (Level, shapes.LEVEL),
        (Source, shapes.SOURCE),
        (FactKey, shapes.FACT),
        (MissingScorePolicy, shapes.POLICY),
        (TieRule, shapes.TIE_RULE),
        (EditionState, shapes.EDITION_STATE),
        (NominationState, shapes.NOMINATION_STATE),
        (HonourKind, shapes.HONOUR_KIND),
        (Population, shapes.POPULATION),
        (Basis, shapes.BASIS),
        (Status, shapes.STATUS),
        (ModelPostState, model_posts.STATE),
    ],
)
def test_every_word_has_its_number_and_back(words: type[StrEnum], enum: EnumDescriptor) -> None:
    numbers = [shapes.number(enum, word) for word in words]

    assert sorted(numbers) == [value.number for value in enum.values if value.number]
    assert [shapes.value(enum, words, number) for number in numbers] == list(words)


def test_every_error_has_a_reason_in_the_contract_and_the_other_way_round() -> None:
    named = {
        error.reason
        for error in vars(errors).values()
        if isinstance(error, type) and issubclass(error, ServiceError) and error.__module__ == errors.__name__
    }

    known = {
        value.name.removeprefix("ERROR_REASON_")
        for value in error_reason_pb2.ErrorReason.DESCRIPTOR.values
        if value.number
    }
    assert named == known


def test_traces_name_methods_that_exist() -> None:
    methods = {
        f"{service.full_name}/{method.name}"
        for file in (activity_fact_service_pb2, roll_service_pb2)
        for service in file.DESCRIPTOR.services_by_name.values()
        for method in service.methods
    }

    assert {ACTIVITY_METHOD, MEMBERSHIP_METHOD} <= methods
