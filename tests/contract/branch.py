"""A branch with a secretary in a running stack, for documents and samples that open an admission case."""

from collections.abc import Mapping
from uuid import uuid4

from tests.support.http import Api

# Each below the one before it.
_UNITS: tuple[Mapping[str, str], ...] = (
    {"kind": "KIND_UNIVERSITY_COMMITTEE"},
    {"kind": "KIND_COMMUNITY_COMMITTEE"},
    {"kind": "KIND_ACADEMY_GENERAL_BRANCH"},
    {"kind": "KIND_BRANCH", "form": "FORM_STAFF"},
)


async def found_branch(admin: Api) -> str:
    """Make a branch, and a person who is its secretary; answers the person's campus number."""
    tag = uuid4().hex[:8]
    after: dict[str, str] = {}
    listed = await admin.get("/v1/units", kind="KIND_UNIVERSITY")
    unit_id = listed.json()["units"][0]["unitId"]
    for unit in _UNITS:
        body = {"parentUnitId": unit_id, "unit": {**unit, "name": f"{unit['kind']} {tag}"}}
        unit_id = (await admin.post("/v1/units", body)).json()["unitId"]
    person = {"name": "支部书记", "campusNumber": f"secretary-{tag}", "kind": "PERSON_KIND_STAFF"}
    registered = await admin.post("/v1/persons", {"person": person})
    grant = {
        "personId": registered.json()["personId"],
        "unitId": unit_id,
        "role": "ROLE_BRANCH_SECRETARY",
        "reason": "测试",
    }
    after = {"After-Event": registered.headers["Event-Id"]}
    granted = await admin.post("/v1/grants", grant, headers=after)
    assert granted.is_success, granted.text
    return str(person["campusNumber"])
