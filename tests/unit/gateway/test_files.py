"""A request whose body is a file: its bytes go on as they are, bounded, and only of the types the contract takes."""

import httpx2
import pytest

from gateway.contract import routes
from gateway.openapi import read_document
from shuyuan.membership.v1 import roster_import_pb2
from tests.unit.gateway.upstreams import FakeService

PATH = "/v1/rosterImports?kind=ROSTER_KIND_PERSONS"
CSV = {"content-type": "text/csv; charset=utf-8"}


async def test_the_bytes_and_their_type_go_on_with_the_query(
    client: httpx2.AsyncClient, service: FakeService
) -> None:
    answer = await client.post(PATH, content=b"a,\xff\n", headers={**CSV, "idempotency-key": "k-1"})

    assert answer.status_code == 200
    (request,) = service.requests
    assert (request.file.data, request.file.content_type) == (b"a,\xff\n", "text/csv")
    assert request.kind == roster_import_pb2.ROSTER_KIND_PERSONS
    assert service.metadata["idempotency-key"] == "k-1"


@pytest.mark.parametrize("media_type", [None, "application/json", "text/plain", "multipart/form-data"])
async def test_another_type_is_refused(
    client: httpx2.AsyncClient, service: FakeService, media_type: str | None
) -> None:
    headers = {} if media_type is None else {"content-type": media_type}

    answer = await client.post(PATH, content=b"{}", headers=headers)

    assert (answer.status_code, answer.json()["reason"]) == (415, "MEDIA_TYPE_NOT_SUPPORTED")
    assert service.calls == 0


async def test_the_bound_and_one_byte_more(client: httpx2.AsyncClient, service: FakeService) -> None:
    (route,) = [route for route in routes() if route.operation_id == "membership_uploadRoster"]
    assert route.file_field is not None
    most = route.file_field.rules.max_bytes

    assert (await client.post(PATH, content=bytes(most + 1), headers=CSV)).status_code == 413
    assert service.calls == 0


async def test_a_parameter_that_is_wrong_is_named(client: httpx2.AsyncClient, service: FakeService) -> None:
    answer = await client.post("/v1/rosterImports", content=b"a", headers=CSV)

    assert answer.status_code == 400
    assert answer.json()["violations"][0]["pointer"] == "/kind"


def test_the_document_names_types_and_bound() -> None:
    body = read_document()["paths"]["/v1/rosterImports"]["post"]["requestBody"]

    assert set(body["content"]) == {
        "text/csv",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
    assert body["x-max-bytes"] == 10 * 1024 * 1024


async def test_a_file_without_a_type_has_the_usual_one_of_its_route(
    client: httpx2.AsyncClient, service: FakeService
) -> None:
    path = "/v1/persons/01900000-0000-7000-8000-000000000000/file?purpose=x"

    answer = await client.get(path)

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
