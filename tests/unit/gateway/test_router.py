import pytest

from gateway.router import Index
from tests.support.costs import steps


def index(*entries: tuple[str, str]) -> Index[str]:
    made: Index[str] = Index()
    for method, template in entries:
        made.add(method, template, f"{method} {template}")
    return made


ROUTES = index(
    ("GET", "/v1/units"),
    ("POST", "/v1/units"),
    ("GET", "/v1/units/{unit_id}"),
    ("PATCH", "/v1/units/{unit_id}"),
    ("POST", "/v1/units/{unit_id}:dissolve"),
    ("POST", "/v1/units:batchEstablish"),
    ("GET", "/v1/units/{unit_id}/tree"),
    ("GET", "/v1/units/mine"),
    ("GET", "/v1/{service}/events"),
    ("POST", "/v1/clock:advance"),
)


@pytest.mark.parametrize(
    ("path", "methods", "values"),
    [
        ("/v1/units", {"GET", "POST"}, ()),
        ("/v1/units/a", {"GET", "PATCH"}, ("a",)),
        ("/v1/units/a:dissolve", {"POST"}, ("a",)),
        ("/v1/units:batchEstablish", {"POST"}, ()),
        ("/v1/units/a/tree", {"GET"}, ("a",)),
        ("/v1/units/mine", {"GET"}, ()),
        ("/v1/units/mine:dissolve", {"POST"}, ("mine",)),
        ("/v1/organization/events", {"GET"}, ("organization",)),
        ("/v1/clock:advance", {"POST"}, ()),
    ],
)
def test_finds_what_is_served(path: str, methods: set[str], values: tuple[str, ...]) -> None:
    found = ROUTES.find(path)

    assert found is not None
    assert (set(found.methods), found.values) == (methods, values)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "",
        "x",
        "/v1",
        "/v1/units/",
        "/v1//units",
        "/v1/units/a:unknown",
        "/v1/units/a/",
        "/v1/units:",
        "/v1/x",
    ],
)
def test_finds_nothing_else(path: str) -> None:
    assert ROUTES.find(path) is None


def test_two_routes_of_one_shape_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="twice"):
        index(("GET", "/v1/units/{unit_id}"), ("GET", "/v1/units/{id}"))


@pytest.mark.parametrize("collection", ["units", "things"])
def test_cost_does_not_grow_with_the_number_of_routes(collection: str) -> None:
    """Four hundred routes, in one collection or in many, cost what ten do."""

    def build(number: int) -> Index[str]:
        made: Index[str] = Index()
        for at in range(number):
            name = "units" if collection == "units" else f"things{at}"
            made.add("POST", f"/v1/{name}/{{unit_id}}:verb{at}", str(at))
        return made

    def cost(number: int) -> int:
        made, last = build(number), number - 1
        name = "units" if collection == "units" else f"things{last}"
        path = f"/v1/{name}/0192f0c1-2b7a-7cc3-8000-0123456789ab:verb{last}"
        assert made.find(path) is not None
        return steps(lambda: made.find(path))

    assert cost(400) == cost(10) > 0
