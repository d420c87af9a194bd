"""The OpenAPI document: valid, committed as derived, and true to the routes."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from gateway.contract import routes
from gateway.openapi import document_bytes, read_document
from gateway.statuses import STATUSES
from tests.contract.documents import leads_somewhere, references

GOLDEN = Path(__file__).resolve().parents[2] / "gateway" / "openapi.json"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The document as readers get it."""
    parsed: dict[str, Any] = orjson.loads(document_bytes())
    return parsed


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for path in document["paths"].values() for operation in path.values()]


def test_the_committed_document_is_the_derived_one() -> None:
    assert GOLDEN.read_bytes() == document_bytes(), "run `python -m gateway openapi > gateway/openapi.json`"


def test_is_valid_openapi(document: dict[str, Any]) -> None:
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    assert [name for name in references(document) if not leads_somewhere(document, name)] == []


def test_has_an_operation_for_each_route(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for operation in operations(document)]

    assert sorted(names) == sorted(route.operation_id for route in routes())
    assert len(set(names)) == len(names)


def test_every_operation_says_what_it_does(document: dict[str, Any]) -> None:
    silent = [one["operationId"] for one in operations(document) if not one["description"].strip()]

    assert silent == []


def test_every_operation_documents_its_problems(document: dict[str, Any]) -> None:
    for operation in operations(document):
        problems = {int(status) for status in operation["responses"] if int(status) >= 400}
        assert problems <= set(STATUSES)
        assert {400, 404, 500, 503, 504} <= problems
        assert (401 in problems) == (operation.get("security") != [])


def test_an_update_wants_if_match(document: dict[str, Any]) -> None:
    guarded = {route.operation_id for route in routes() if route.access.if_match}
    for operation in operations(document):
        wants = {"$ref": "#/components/parameters/IfMatchRequired"} in operation["parameters"]
        assert wants == (operation["operationId"] in guarded)
        assert wants == ("428" in operation["responses"])


def test_requests_hold_nothing_that_the_system_sets(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for name, schema in schemas.items():
        if schema.get("additionalProperties") is False:
            assert not [key for key, value in schema["properties"].items() if value.get("readOnly")], name


def test_answers_list_what_is_always_printed() -> None:
    unit = read_document()["components"]["schemas"]["Unit"]

    assert {"unitId", "name", "etag", "parents"} <= set(unit["required"])
    assert "dissolvedOn" not in unit["required"]
    assert unit["properties"]["etag"]["readOnly"] is True
