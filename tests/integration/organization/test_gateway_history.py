"""Both dimensions of history in the running system: as of a day, and as known at an instant."""

from collections.abc import Callable
from typing import Any

import pytest

from deploy.local.stack import Stack
from tests.integration.organization.test_gateway_organization import DAY, FOUNDED, Office
from tests.support.http import Api

EVE, LATER = "2024-08-31", "2025-03-01"
# A day of the future: what ends today does not hold then.
FAR = "2199-01-01"


class Archive(Office):
    """A branch with a secretary, a role, a link to a class and a place in the tree."""

    async def fill(self) -> str:
        """Enter everything; answers an instant at which all of it was known."""
        root = (await self.get("/v1/units", kind="KIND_UNIVERSITY"))["units"][0]["unitId"]
        await self.establish("ACADEMY", "书院", root)
        await self.establish("UNIVERSITY_COMMITTEE", "党委", root)
        await self.establish("COMMUNITY_COMMITTEE", "社区党委", self.id("党委"))
        await self.establish("ACADEMY_GENERAL_BRANCH", "党总支", self.id("社区党委"))
        await self.establish("ACADEMY_GENERAL_BRANCH", "另一党总支", self.id("社区党委"))
        await self.branch("支部")
        await self.establish("CLASS", "班级", self.id("书院"))
        post = {"unitId": self.id("支部"), "kind": "KIND_SECRETARY", "validFrom": FOUNDED}
        people = [{"name": "书记", "kind": "PERSON_KIND_STAFF"}]
        made = await self.post("/v1/persons:batchRegister", {"people": people})
        (self.person,) = made["personIds"]
        appointment = {
            "postId": (await self.post("/v1/posts", post))["postId"],
            "personId": self.person,
            "method": "METHOD_ELECTED",
            "validFrom": DAY,
        }
        self.appointment = await self.post("/v1/appointments", appointment)
        link = {
            "unitId": self.id("支部"),
            "classUnitId": self.id("班级"),
            "contactPersonId": self.person,
            "validFrom": FOUNDED,
        }
        self.link = await self.post("/v1/classLinks", link)
        grant = {
            "personId": self.person,
            "role": "ROLE_ORGANIZER",
            "unitId": self.id("党总支"),
            "reason": "工作需要",
        }
        self.grant = await self.post("/v1/grants", grant)
        known: str = self.grant["updateTime"]
        return known

    async def correct(self) -> None:
        """Find out that all of it was entered wrongly, and enter what is true."""
        path = f"/v1/units/{self.id('支部')}"
        renamed = await self.api.patch(
            path, {"name": f"改名{self.mark}", "effectiveOn": EVE}, etag=self.units["支部"]["etag"]
        )
        assert renamed.status_code == 200, renamed.text
        moved = {"parentUnitId": self.id("另一党总支"), "effectiveOn": EVE}
        await self.post(f"{path}:move", moved, etag=renamed.json()["etag"])
        true = {"validFrom": LATER, "reason": "录入有误"}
        appointment, link, grant = self.appointment, self.link, self.grant
        path = f"/v1/appointments/{appointment['appointmentId']}:correct"
        await self.post(path, true, etag=appointment["etag"])
        await self.post(f"/v1/classLinks/{link['linkId']}:end", {"endsOn": EVE}, etag=link["etag"])
        await self.post(f"/v1/grants/{grant['grantId']}:revoke", {"reason": "录入有误"}, etag=grant["etag"])

    async def seen(self, day: str, **known: str) -> dict[str, Any]:
        """What is told of a day."""
        unit = await self.get(f"/v1/units/{self.id('支部')}", asOf=day, **known)
        tree = await self.get(f"/v1/units/{self.id('另一党总支')}/tree", asOf=day, **known)
        told = {}
        for name, field, asked in (
            ("appointments", "appointmentId", {"unitId": self.id("支部")}),
            ("classLinks", "linkId", {"unitId": self.id("支部")}),
            ("grants", "grantId", {"personId": self.person, "role": "ROLE_ORGANIZER"}),
        ):
            listed = (await self.get(f"/v1/{name}", asOf=day, **asked, **known))[name]
            told[name] = [(each[field], each["validFrom"], each.get("validUntil")) for each in listed]
        return {
            "name": unit["name"],
            "parent": unit["parentUnitId"],
            "below": [node["unitId"] for node in tree["nodes"]],
            **told,
        }


@pytest.mark.covers("F81")
async def test_a_correction_changes_what_is_believed_and_never_what_was_known(
    stack: Stack, api_as: Callable[[str], Api]
) -> None:
    archive = Archive(api_as("admin"))
    known = await archive.fill()
    days = (FOUNDED, EVE, DAY, LATER, FAR)
    before = {day: await archive.seen(day) for day in days}

    await archive.correct()

    then = {day: await archive.seen(day, knownAt=known) for day in days}
    now = {day: await archive.seen(day) for day in days}
    assert then == before
    # Each day tells what is true of it now; the first was entered rightly.
    assert {key: now[FOUNDED][key] for key in ("name", "parent", "below")} == {
        key: before[FOUNDED][key] for key in ("name", "parent", "below")
    }
    for day in days[1:]:
        assert (now[day]["name"], now[day]["parent"]) == (f"改名{archive.mark}", archive.id("另一党总支"))
        assert now[day]["below"] == [archive.id("另一党总支"), archive.id("支部")]
        assert then[day]["below"] == [archive.id("另一党总支")]
        assert now[day]["classLinks"] == []
    terms = {day: [each[1] for each in now[day]["appointments"]] for day in days}
    assert terms == {FOUNDED: [], EVE: [], DAY: [], LATER: [LATER], FAR: [LATER]}
    assert [each[1] for each in then[DAY]["appointments"]] == [DAY]
    assert (len(then[FAR]["grants"]), now[FAR]["grants"]) == (1, [])
