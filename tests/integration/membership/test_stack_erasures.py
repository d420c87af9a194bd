"""A person is erased from all four services, through the gateway, and whatever is killed meanwhile."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from deploy.local.layout import CAMPUS_CLIENT
from deploy.local.stack import Stack
from tests.e2e.test_kills import kill_and_start
from tests.integration.membership.city import City
from tests.integration.membership.test_stack import until
from tests.integration.membership.test_stack_sync import apply, row, send
from tests.support.http import Api
from tests.support.standstill import deaf, held, stands_at


class Leaver:
    """Somebody who has left the university, of whom three services hold something."""

    def __init__(self, city: City) -> None:
        self.city = city
        tag = uuid4().hex[:10]
        self.name, self.number = f"欧阳{tag}", f"L-{tag}"
        self.person_id = ""

    @property
    def path(self) -> str:
        return f"/v1/persons/{self.person_id}"

    async def come(self) -> None:
        city = self.city
        person = {
            "name": self.name,
            "campusNumber": self.number,
            "kind": "PERSON_KIND_STUDENT",
            "birthDate": "2003-05-04",
        }
        made = await city.post("admin", "/v1/persons:batchRegister", {"people": [person]})
        (self.person_id,) = made["personIds"]
        talk = {
            "unitId": city.units["cohort"],
            "kind": "KIND_AMONG_MEMBERS",
            "heldOn": city.ago(30),
            "personIds": [self.person_id, city.people["secretary"]],
            "summary": f"与{self.name}谈毕业去向",
        }
        await city.post("secretary", "/v1/talks", talk)

    async def erase(self) -> Any:
        """Ask for it; answers the response, whatever it is."""
        person = await self.city.get("admin", self.path)
        body = {"reason": "本人申请"}
        return await self.city.send("admin", f"{self.path}:erase", body, etag=person["etag"])

    async def traces(self) -> set[str]:
        """Where something is left, as service and table."""
        body = {"names": [self.name], "numbers": [self.number]}
        found = await self.city.post("admin", f"{self.path}:findTraces", body)
        return {f"{each['service']}.{each['table']}" for each in found["traces"]}

    async def completed(self, erasure: dict[str, Any]) -> Any:
        path = f"/v1/personErasures/{erasure['erasureId']}"

        async def ask() -> Any:
            answer = await self.city.api_as("admin").get(path)
            # A service that was just killed and started is away for a moment: the answer says to ask again.
            if answer.status_code == 503:
                assert "Retry-After" in answer.headers
                return {"state": ""}
            assert answer.is_success, answer.text
            return answer.json()

        return await until(ask, lambda found: found["state"] == "STATE_COMPLETED")


@pytest.fixture
async def leaver(stack: Stack, api_as: Callable[[str], Api]) -> Leaver:
    leaver = Leaver(await City.found(stack, api_as))
    await leaver.come()
    return leaver


@pytest.mark.covers("F79", "F80")
async def test_a_person_is_erased_everywhere_once_nothing_stands_against_it(leaver: Leaver) -> None:
    city = leaver.city
    assert {"membership.person", "membership.account", "activity.talk"} <= await leaver.traces()

    placed = await city.post(
        "admin",
        "/v1/legalHolds",
        {"personId": leaver.person_id, "title": "信访核查", "documentReference": "校纪〔2025〕3号"},
    )
    refused = await leaver.erase()
    assert (refused.status_code, refused.json()["reason"]) == (409, "PERSON_ON_LEGAL_HOLD")
    assert "信访核查" in refused.json()["detail"]
    body = {"reason": "核查完毕"}
    await city.post("admin", f"/v1/legalHolds/{placed['holdId']}:lift", body, etag=placed["etag"])

    role = {"personId": leaver.person_id, "role": "ROLE_BRANCH_OFFICER", "unitId": city.units["cohort"]}
    grant = await city.post("admin", "/v1/grants", {**role, "reason": "测试"})
    refused = await leaver.erase()
    assert (refused.status_code, refused.json()["reason"]) == (409, "PERSON_STILL_NEEDED")
    outlook = await city.get("admin", f"{leaver.path}/erasureOutlook")
    assert [(tie["service"], tie["noun"]) for tie in outlook["ties"]] == [("organization", "grant")]
    etag = grant["etag"]
    await city.post("admin", f"/v1/grants/{grant['grantId']}:revoke", {"reason": "毕业"}, etag=etag)

    begun = await leaver.erase()
    assert begun.status_code == 200, begun.text
    await leaver.completed(begun.json())

    assert await leaver.traces() == set()
    gone = await city.api_as("admin").get(leaver.path)
    assert (gone.status_code, gone.json()["reason"]) == (404, "PERSON_NOT_FOUND")
    talks = await city.get("secretary", "/v1/talks", unitId=city.units["cohort"])
    assert [talk["summary"] for talk in talks["talks"]] == [""]


@pytest.mark.covers("F79", "F80")
async def test_where_somebody_lived_goes_with_them(
    stack: Stack, api_as: Callable[[str], Api], leaver: Leaver
) -> None:
    city, guest = leaver.city, Leaver(leaver.city)
    room = f"西13-402（{guest.name}）"
    lodger = row(city, guest.number, 1, name=guest.name, campusNumber=guest.number, room=room)
    async with Api(stack.gateway_url, stack.client_token(CAMPUS_CLIENT)) as system:
        batch = (await send(city, system, [lodger])).json()
        assert (await apply(city, system, batch)).json()["state"] == "STATE_APPLIED"
    (person,) = (await city.get("admin", "/v1/persons", campusNumber=guest.number))["persons"]
    guest.person_id = person["personId"]
    assert "membership.residence" in await guest.traces()
    begun = await guest.erase()
    assert begun.status_code == 200, begun.text
    await guest.completed(begun.json())
    assert await guest.traces() == set()


@pytest.mark.covers("F86")
async def test_an_erasure_survives_a_kill_at_each_of_its_steps(leaver: Leaver, stack: Stack) -> None:
    async with deaf(stack, "activity", "membership"):
        async with held(stack, "activity", "LOCK TABLE talk IN SHARE ROW EXCLUSIVE MODE"):
            begun = await leaver.erase()
            assert begun.status_code == 200, begun.text
            await stands_at(stack, "membership", "others_erase")
            await kill_and_start(stack, "membership")
        await stands_at(stack, "membership", "search")
        await kill_and_start(stack, "membership", "activity")
    await leaver.completed(begun.json())
    assert await leaver.traces() == set()
