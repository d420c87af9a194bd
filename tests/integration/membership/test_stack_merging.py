"""Merging of duplicates through the gateway: what membership and organization hold follows, and goes back."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest

from chassis.days import CAMPUS
from deploy.local.stack import Stack
from tests.integration.membership.city import City
from tests.support.http import Api


@pytest.fixture
async def city(stack: Stack, api_as: Callable[[str], Api]) -> City:
    return await City.found(stack, api_as)


async def twins(city: City, name: str) -> tuple[str, str, str]:
    """Two entries of one person: their ids, and the campus number of the second."""
    number = f"twin-{uuid4().hex[:8]}"
    people = [
        {"name": name, "kind": "PERSON_KIND_STAFF", "birthDate": "1990-02-28"},
        {"name": name, "kind": "PERSON_KIND_STAFF", "birthDate": "1990-02-28", "campusNumber": number},
    ]
    made = await city.post("admin", "/v1/persons:batchRegister", {"people": people})
    return made["personIds"][0], made["personIds"][1], number


async def merge(city: City, kept: str, merged: str, *, who: str = "admin") -> Any:
    person = await city.get("admin", f"/v1/persons/{kept}")
    body = {"mergedPersonId": merged, "reason": "重复登记"}
    return await city.send(who, f"/v1/persons/{kept}:merge", body, etag=person["etag"])


async def is_listed(city: City, pair: set[str], likeness: str = "NAME_LIKENESS_WRITTEN") -> bool:
    """Whether two entries are among the duplicates, which other tests' people are too, page after page."""
    token = ""
    while True:
        page = await city.get("admin", "/v1/personDuplicates", pageSize=200, pageToken=token)
        if any(
            {each["person"]["personId"], each["other"]["personId"]} == pair and each["likeness"] == likeness
            for each in page["duplicates"]
        ):
            return True
        token = page["nextPageToken"]
        if not token:
            return False


@pytest.mark.covers("F21")
async def test_duplicates_are_found_merged_and_made_two_again(city: City) -> None:
    name = f"重名{uuid4().hex[:6]}"
    kept, merged, number = await twins(city, name)
    grant = {
        "personId": merged,
        "role": "ROLE_BRANCH_SECRETARY",
        "unitId": city.units["general"],
        "reason": "测试",
    }
    granted = await city.post("admin", "/v1/grants", grant)
    talk = await city.post(
        "secretary",
        "/v1/talks",
        {
            "unitId": city.units["cohort"],
            "kind": "KIND_AMONG_MEMBERS",
            "heldOn": city.ago(30),
            "personIds": [merged, city.people["secretary"]],
            "summary": "谈心谈话",
        },
    )
    root = (await city.get("admin", "/v1/units", kind="KIND_UNIVERSITY"))["units"][0]["unitId"]
    honour = {
        "personId": merged,
        "kind": "HONOUR_KIND_COMMENDATION",
        "title": f"优秀党务工作者{uuid4().hex[:6]}",
        "level": "AWARD_LEVEL_UNIVERSITY",
        "issuer": "校党委",
        "year": city.today.year,
        "awardedOn": city.ago(10),
        "evidence": "校发〔2026〕1号",
    }
    await city.post("admin", "/v1/honours:batchRecord", {"unitId": root, "honours": [honour]})
    assert await is_listed(city, {kept, merged})
    review = await city.get("admin", f"/v1/persons/{kept}/mergeReview", mergedPersonId=merged)
    assert (review["obstacles"], review["moved"]) == ([], [{"noun": "account", "rows": 1}])

    denied = await merge(city, kept, merged, who="secretary")
    assert denied.status_code == 403
    answer = await merge(city, kept, merged)
    assert answer.status_code == 200, answer.text
    made = answer.json()

    assert made["state"] == "STATE_MERGED"
    found = await city.get("admin", "/v1/persons", campusNumber=number)
    assert [person["personId"] for person in found["persons"]] == [kept]
    assert (await city.get("admin", f"/v1/persons/{merged}"))["mergedIntoPersonId"] == kept
    # Organization has heard of it by the event: the role is the other's, who logs in with the number.
    assert (await city.get("admin", f"/v1/grants/{granted['grantId']}"))["personId"] == kept
    assert (await city.get(number, f"/v1/rolls/{city.units['cohort']}"))["fullMembers"] == 7
    assert (await city.get(number, f"/v1/persons/{kept}"))["name"] == name

    async def named(person: str) -> tuple[list[str], list[str]]:
        talks = await city.get("secretary", "/v1/talks", unitId=city.units["cohort"], personId=person)
        honours = await city.get("admin", "/v1/honours", personId=person)
        return [each["talkId"] for each in talks["talks"]], [each["title"] for each in honours["honours"]]

    # So have activity and evaluation: nothing there keeps the id of the merged entry.
    theirs = ([talk["talkId"]], [honour["title"]])
    assert (await named(kept), await named(merged)) == (theirs, ([], []))

    back = await city.post(
        "admin", f"/v1/personMerges/{made['mergeId']}:reverse", {"reason": "误合并"}, etag=made["etag"]
    )
    assert back["state"] == "STATE_REVERSED"
    assert (await city.get("admin", f"/v1/grants/{granted['grantId']}"))["personId"] == merged
    assert (await named(kept), await named(merged)) == (([], []), theirs)
    assert "mergedIntoPersonId" not in await city.get("admin", f"/v1/persons/{merged}")
    newest = await city.get("admin", "/v1/personMerges", pageSize=1)
    assert newest["personMerges"][0]["mergeId"] == made["mergeId"]


@pytest.mark.covers("F21")
async def test_who_was_at_one_meeting_twice_was_there_once_and_everybody_is_told(city: City) -> None:
    kept, merged, _ = await twins(city, f"重名{uuid4().hex[:6]}")
    start = datetime.combine(city.today, time(9), CAMPUS)
    meeting = {
        "unitId": city.units["cohort"],
        "kind": "MEETING_KIND_PARTY_LECTURE",
        "title": "党课",
        "plannedStartTime": start.isoformat(),
        "plannedEndTime": (start + timedelta(hours=2)).isoformat(),
        "agenda": [{"kind": "KIND_STUDY", "title": "学习", "learningMode": "LEARNING_MODE_EXPERT_GUIDANCE"}],
        "participants": [
            {"personId": each, "capacity": "ATTENDANCE_CAPACITY_VOTER"} for each in (kept, merged)
        ],
    }
    meeting = await city.post("secretary", "/v1/meetings", meeting)
    path = f"/v1/meetings/{meeting['meetingId']}"
    await city.post("secretary", f"{path}:open")
    came = {"participants": [{"personId": merged, "capacity": "ATTENDANCE_CAPACITY_VOTER"}]}
    await city.post("secretary", f"{path}:checkIn", came)

    async def attended() -> dict[str, bool]:
        page = await city.get("secretary", f"{path}/attendances")
        return {each["personId"]: "checkInTime" in each for each in page["attendances"]}

    async def counts() -> tuple[int, int]:
        found = await city.get("secretary", path)
        return found["expectedCount"], found["presentCount"]

    assert (await attended(), await counts()) == ({kept: False, merged: True}, (2, 1))
    made = (await merge(city, kept, merged)).json()
    assert (await attended(), await counts()) == ({kept: True}, (1, 1))
    # Nothing new is written of the entry that is no person of its own any more.
    again = await city.send("secretary", f"{path}:checkIn", came)
    assert (again.status_code, again.json()["reason"]) == (409, "PERSON_UNKNOWN"), again.text
    await city.post(
        "admin", f"/v1/personMerges/{made['mergeId']}:reverse", {"reason": "误合并"}, etag=made["etag"]
    )
    assert (await attended(), await counts()) == ({kept: False, merged: True}, (2, 1))
    assert await told(city, meeting["meetingId"]) == [(merged, kept), (kept, merged)]


async def told(city: City, meeting_id: str) -> list[tuple[str, str]]:
    """From whom to whom a meeting went, as activity's log tells whoever follows its meetings."""
    after, found = "0", []
    while True:
        page = await city.get(
            "admin", "/v1/activity/events", afterPosition=after, noun="meeting", pageSize=1000
        )
        for event in (each["cloudEvent"] for each in page["events"]):
            if event["subject"] == meeting_id and event["type"].endswith(".MeetingReassigned"):
                found.append((event["data"]["fromPersonId"], event["data"]["toPersonId"]))
        if not page["events"]:
            return found
        after = page["events"][-1]["position"]


@pytest.mark.covers("F21")
async def test_names_that_sound_alike_are_listed_too(city: City) -> None:
    people = [
        {"name": name, "kind": "PERSON_KIND_STAFF", "birthDate": birth}
        for name, birth in (("王晓明", "1991-01-31"), ("王小鸣", "1991-01-31"), ("王小鸣", "1991-02-01"))
    ]
    one, other, younger = (await city.post("admin", "/v1/persons:batchRegister", {"people": people}))[
        "personIds"
    ]
    assert await is_listed(city, {one, other}, "NAME_LIKENESS_SOUND")
    assert not await is_listed(city, {one, younger}, "NAME_LIKENESS_SOUND")


@pytest.mark.covers("F21")
async def test_two_members_and_two_cases_are_not_one_person(city: City) -> None:
    kept, merged = city.members[2], city.members[3]
    refused = await merge(city, kept, merged)
    assert (refused.status_code, refused.json()["reason"]) == (409, "PERSONS_NOT_MERGEABLE")
    review = await city.get("admin", f"/v1/persons/{kept}/mergeReview", mergedPersonId=merged)
    assert "MERGE_OBSTACLE_BOTH_ON_ROLL" in review["obstacles"]
    itself = await merge(city, kept, kept)
    assert (itself.status_code, itself.json()["reason"]) == (400, "FIELDS_CONTRADICT")
    unknown = await city.send("admin", f"/v1/personMerges/{uuid4()}:reverse", {"reason": "x"}, etag="1")
    assert (unknown.status_code, unknown.json()["reason"]) == (404, "PERSON_MERGE_NOT_FOUND")


@pytest.mark.covers("F21", "F12", "S42", "S52")
async def test_places_in_groups_teams_and_pairings_follow_the_person(city: City) -> None:
    kept, merged, _ = await twins(city, f"重名{uuid4().hex[:6]}")
    branch = city.units["cohort"]
    entered = {
        "personId": merged,
        "unitId": branch,
        "relationshipFrom": city.ago(800),
        "status": "MEMBERSHIP_STATUS_FULL",
        "standingFrom": city.ago(900),
    }
    await city.post("admin", "/v1/members:batchEstablish", {"members": [entered]})
    group = await city.post(
        "secretary",
        "/v1/partyGroups",
        {"branchUnitId": branch, "name": "第一党小组", "leaderPersonId": city.members[3]},
    )
    path = f"/v1/partyGroups/{group['unitId']}"
    await city.post("secretary", f"{path}:assignMembers", {"personIds": [merged]})
    team = {
        "unitId": branch,
        "name": "先锋队",
        "mission": "迎新服务",
        "leaderPersonId": city.members[3],
        "memberPersonIds": [merged],
    }
    team = await city.post("admin", "/v1/vanguardTeams", team)
    seat = {"unitId": city.units["university_committee"], "kind": "KIND_COMMITTEE_MEMBER"}
    post = await city.post("admin", "/v1/posts", seat)
    holds = {"postId": post["postId"], "personId": merged, "method": "METHOD_APPOINTED"}
    await city.post("admin", "/v1/appointments", holds)
    pairing = {"unitId": branch, "personId": merged, "postId": post["postId"], "plan": "联系支部"}
    pairing = await city.post("admin", "/v1/pairings", pairing)
    emergency = {
        "unitId": city.units["general"],
        "name": "防汛",
        "approverPersonId": merged,
        "documentNumber": "校党发〔2021〕2号",
    }
    emergency = await city.post("admin", "/v1/emergencies", emergency)

    async def whose() -> set[str]:
        """Everybody who is in one of the places that the merged entry had."""
        members = (await city.get("admin", f"{path}/members"))["members"]
        teams = (await city.get("admin", f"/v1/vanguardTeams/{team['teamId']}"))["members"]
        paired = await city.get("admin", f"/v1/pairings/{pairing['pairingId']}")
        approver = await city.get("admin", f"/v1/emergencies/{emergency['emergencyId']}")
        assert len(members) == 1
        return {
            members[0]["personId"],
            *(each["personId"] for each in teams if not each["leads"]),
            paired["personId"],
            approver["approverPersonId"],
        }

    before = await whose()
    made = (await merge(city, kept, merged)).json()
    after = await whose()
    undo = {"reason": "误合并"}
    await city.post("admin", f"/v1/personMerges/{made['mergeId']}:reverse", undo, etag=made["etag"])

    assert (before, after, await whose()) == ({merged}, {kept}, {merged})


@pytest.mark.covers("F21", "S42", "S52", "S76")
async def test_what_both_entries_had_a_part_in_is_one_persons_and_goes_back(city: City) -> None:
    kept, merged, _ = await twins(city, f"重名{uuid4().hex[:6]}")
    both = [kept, merged]
    root = (await city.get("admin", "/v1/units", kind="KIND_UNIVERSITY"))["units"][0]["unitId"]
    programme = {
        "unitId": city.units["committee"],
        "code": f"百名{uuid4().hex[:8]}",
        "name": "百名辅导员讲四史",
        "issuer": "党委宣传部",
        "validFrom": city.ago(200),
    }
    programme = await city.post("admin", "/v1/programmes", programme)
    campaign = f"/v1/programmes/{programme['programmeId']}"
    begun = await city.post("admin", f"{campaign}:setCampaign", {"target": 9, "topics": ["党史"]}, etag="0")
    done = [
        {"personId": each, "unitId": city.units["staff"], "topic": "党史", "contributedOn": city.ago(days)}
        for each, days in ((kept, 5), (merged, 9))
    ]
    await city.post("admin", f"{campaign}/campaign:record", {"contributions": done}, etag=begun["etag"])
    unit = {
        "kind": "KIND_TASK_TEAM",
        "name": f"工程{uuid4().hex[:6]}",
        "plannedEndOn": (city.today + timedelta(days=300)).isoformat(),
    }
    project = await city.post(
        "admin", "/v1/units", {"parentUnitId": root, "unit": unit, "establishedOn": city.ago(30)}
    )
    site, etag = f"/v1/projects/{project['unitId']}", project["etag"]
    for person, task, start in ((kept, "监理", 10), (merged, "施工", 20)):
        part = {"personIds": [person], "task": task, "validFrom": city.ago(start)}
        etag = (await city.post("admin", f"{site}:assignMembers", part, etag=etag))["etag"]
    team = {
        "unitId": city.units["cohort"],
        "name": "先锋队",
        "mission": "迎新服务",
        "leaderPersonId": merged,
        "memberPersonIds": [kept],
    }
    team = await city.post("admin", "/v1/vanguardTeams", team)

    async def parts() -> list[Any]:
        contributions = (await city.get("admin", f"{campaign}/campaign/contributions"))["contributions"]
        reached = (await city.get("admin", f"{campaign}/campaign"))["reached"]
        tasks = [
            (each["personId"], each["task"])
            for days in (15, 0)
            for each in (await city.get("admin", f"{site}/members", asOf=city.ago(days)))["members"]
        ]
        members = (await city.get("admin", f"/v1/vanguardTeams/{team['teamId']}"))["members"]
        return [
            (reached, sorted((each["personId"], each["contributedOn"]) for each in contributions)),
            sorted(tasks),
            sorted((each["personId"], each["leads"]) for each in members),
        ]

    before = await parts()
    made = (await merge(city, kept, merged)).json()
    after = await parts()
    undo = {"reason": "误合并"}
    await city.post("admin", f"/v1/personMerges/{made['mergeId']}:reverse", undo, etag=made["etag"])

    assert before[0] == (2, sorted([(kept, city.ago(5)), (merged, city.ago(9))]))
    assert after == [
        (1, [(kept, city.ago(9))]),
        [(kept, "施工"), (kept, "监理")],
        [(kept, True)],
    ]
    assert await parts() == before
    assert sorted(person for person, _ in before[2]) == sorted(both)
