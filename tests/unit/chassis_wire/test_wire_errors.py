"""What an exception becomes on the wire; nothing that was not meant to leaves the process."""

from dataclasses import dataclass, field
from datetime import date
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest
from google.protobuf.descriptor import FieldDescriptor
from google.rpc import error_details_pb2, status_pb2

from chassis import contract, errors, wire_errors
from chassis.errors import (
    ConflictError,
    EtagMismatchError,
    IdempotencyInFlightError,
    IdempotencyMismatchError,
    InvalidArgumentError,
    NotFoundError,
    RulesError,
    ServiceError,
    UnavailableError,
    Violation,
)
from shuyuan.rules.v1 import verdict_pb2

CATEGORIES = [
    value
    for value in vars(errors).values()
    if isinstance(value, type) and issubclass(value, ServiceError) and value is not ServiceError
]


def details(status: status_pb2.Status, kind: Any) -> list[Any]:
    found = []
    for detail in status.details:
        message = kind()
        if detail.Unpack(message):
            found.append(message)
    return found


@pytest.mark.parametrize("kind", CATEGORIES, ids=lambda kind: kind.__name__)
def test_every_category_has_a_status_and_a_registered_reason(kind: type[Any]) -> None:
    assert kind.status in wire_errors.CODES
    assert contract.is_registered(kind.reason)
    assert kind.__name__.endswith("Error")


def test_a_reason_is_given_with_the_services_domain_and_its_data() -> None:
    status = wire_errors.to_status(EtagMismatchError(seen=3, current=4), "activity", "zh-CN")

    (info,) = details(status, error_details_pb2.ErrorInfo)
    assert (info.reason, info.domain) == ("ETAG_MISMATCH", "activity.shuyuan")
    assert dict(info.metadata) == {"seen": "3", "current": "4"}


def test_sentences_are_filled_from_the_data_and_never_fail() -> None:
    assert contract.fill("{kind} of {process_id}", {"kind": "transfer"}) == "transfer of —"


def test_violations_are_told_in_both_languages() -> None:
    error = InvalidArgumentError([Violation("unit.name", "不能为空", "must not be empty")])

    (zh,) = details(wire_errors.to_status(error, "x", "zh-CN"), error_details_pb2.BadRequest)
    (en,) = details(wire_errors.to_status(error, "x", "en"), error_details_pb2.BadRequest)

    assert (zh.field_violations[0].field, zh.field_violations[0].description) == ("unit.name", "不能为空")
    assert zh.field_violations[0].localized_message.message == "must not be empty"
    assert en.field_violations[0].description == "must not be empty"


@dataclass
class AVerdict:
    """The shape of the rule engine's verdict."""

    rule_id: str = "DEV-09"
    satisfied: bool = False
    severity: str = "block"
    layer: str = "nation"
    pack_digest: str = "d"
    seen: Any = date(2026, 1, 5)
    needed: Any = "2027-01-05"
    facts: dict[str, Any] = field(default_factory=lambda: {"activist_on": date(2026, 1, 5), "count": 3})
    clears_on: date | None = date(2027, 1, 5)
    provisional: bool = True
    source: Any = field(default_factory=lambda: SimpleNamespace(doc="细则", article="第十三条", url=None))

    def message(self, language: str = "zh-CN") -> str:
        return f"said in {language}"


def test_verdicts_go_along_with_the_blocking_ones_first() -> None:
    verdicts = [AVerdict("A", satisfied=True), AVerdict("B", severity="warn"), AVerdict("C")]

    (found,) = details(wire_errors.to_status(RulesError(verdicts), "x", "en"), verdict_pb2.Verdicts)

    assert [each.rule_id for each in found.verdicts] == ["C", "A", "B"]
    first = found.verdicts[0]
    assert (first.seen, first.clears_on, first.message) == ("2026-01-05", "2027-01-05", "said in en")
    assert {fact.name: fact.value for fact in first.facts} == {"activist_on": "2026-01-05", "count": "3"}
    assert (first.source.document, first.severity) == ("细则", verdict_pb2.SEVERITY_BLOCK)


def test_every_field_of_a_verdict_is_filled() -> None:
    """A field added to the contract must be filled here too."""
    (found,) = details(wire_errors.to_status(RulesError([AVerdict()]), "x", "zh-CN"), verdict_pb2.Verdicts)
    empty = {
        each.name
        for each in verdict_pb2.Verdict.DESCRIPTOR.fields
        if each.type != FieldDescriptor.TYPE_BOOL and not getattr(found.verdicts[0], each.name)
    }

    assert empty == {"override_reason"}


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (TimeoutError(), "DEADLINE_EXCEEDED"),
        (asyncpg.QueryCanceledError("x"), "DEADLINE_EXCEEDED"),
        (ConnectionRefusedError(), "UNAVAILABLE"),
        (asyncpg.ConnectionDoesNotExistError("x"), "UNAVAILABLE"),
        (asyncpg.AdminShutdownError("x"), "UNAVAILABLE"),
        (asyncpg.CannotConnectNowError("x"), "UNAVAILABLE"),
        (asyncpg.InterfaceError("pool is closing"), "UNAVAILABLE"),
        (asyncpg.InterfaceError("connection is closed"), "UNAVAILABLE"),
        (NotFoundError(), "NOT_FOUND"),
    ],
)
def test_known_failures_have_their_status(error: Exception, status: str) -> None:
    known = wire_errors.classify(error)

    assert known is not None and known.status == status


@pytest.mark.parametrize(
    "error", [ValueError("x"), asyncpg.UniqueViolationError("x"), asyncpg.InterfaceError("bad argument")]
)
def test_everything_else_is_a_defect(error: Exception) -> None:
    assert wire_errors.classify(error) is None


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (EtagMismatchError, "ABORTED"),
        (IdempotencyMismatchError, "FAILED_PRECONDITION"),
        (IdempotencyInFlightError, "ABORTED"),
        (UnavailableError, "UNAVAILABLE"),
    ],
)
def test_the_table_of_the_contract_holds(kind: type[ServiceError], status: str) -> None:
    assert kind.status == status


def test_an_error_says_what_and_with_which_data() -> None:
    assert str(ConflictError(unit_id=7)) == "CONFLICT (unit_id=7)"
    assert str(ConflictError()) == "CONFLICT"
