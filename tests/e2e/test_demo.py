"""The demonstration university in a running system: the facts of the article, asked through the gateway."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from deploy.local.demo import (
    commitments,
    community,
    cooperation,
    formations,
    governing,
    history,
    load,
    oversight,
    structure,
)
from deploy.local.demo.admissions import OATH_ON
from deploy.local.demo.names import OF_THE_ARTICLE
from deploy.local.logins import Login
from deploy.local.stack import Stack
from tests.e2e.replaying import differences, replayed
from tests.support import system
from tests.support.http import Api

BEFORE_REORGANIZATION = "2020-08-31"


class InterruptedByUsError(Exception):
    """The load was cut off by its own progress report."""


@dataclass(frozen=True)
class University:
    """A stack with the demonstration, and its demo people by role."""

    stack: Stack
    logins: dict[str, Login]

    def api(self, role: str) -> Api:
        return Api(self.stack.gateway_url, self.stack.tokens(self.logins[role].number), language="en")


@pytest.fixture(scope="module")
def university(request: pytest.FixtureRequest) -> Iterator[University]:
    """`small`, loaded in two goes: the first is cut off in the middle of the reorganisation."""

    def cut_off(stage: str, done: int, total: int) -> None:
        if stage.startswith("重组") and done == total // 2:
            raise InterruptedByUsError

    with system.running(request, "shuyuan-demo-", durable=False) as stack:
        with pytest.raises(InterruptedByUsError):
            load(stack.gateway_url, stack.tokens, "small", cut_off)
        people = load(stack.gateway_url, stack.tokens, "small", lambda stage, done, total: None)
        yield University(stack, {login.role: login for login in people})


@pytest.fixture
async def clerk(university: University) -> AsyncIterator[Api]:
    """Whoever works in the organization department."""
    async with university.api("organization_department") as api:
        yield api


async def read(api: Api, path: str, **params: Any) -> Any:
    answer = await api.get(path, **params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def every(api: Api, path: str, collection: str, **params: Any) -> list[Any]:
    found: list[Any] = []
    token = ""
    while True:
        page = await read(api, path, pageSize=200, pageToken=token, **params)
        found += page[collection]
        token = page["nextPageToken"]
        if not token:
            return found


async def only(api: Api, path: str, collection: str, **params: Any) -> Any:
    (found,) = await every(api, path, collection, **params)
    return found


def names_of(units: list[Any]) -> list[str]:
    return [unit["name"] for unit in units]


class TestLeadingGroup:
    @pytest.mark.covers("S5", "S7", "S8")
    async def test_eighteen_departments_serve_it_and_student_affairs_leads(self, clerk: Api) -> None:
        group = await only(clerk, "/v1/units", "units", kind="KIND_LEADING_GROUP")
        departments = {
            unit["unitId"]: unit for unit in await every(clerk, "/v1/units", "units", kind="KIND_DEPARTMENT")
        }
        parts = {departments[one["sponsorUnitId"]]["name"]: one["part"] for one in group["sponsors"]}
        assert len(parts) == len(departments) == 18
        assert [name for name, part in parts.items() if part == "PART_LEAD"] == ["党委学工部"]

    @pytest.mark.covers("S5", "S6", "S11")
    async def test_its_two_chairs_are_the_party_secretary_and_the_president(self, clerk: Api) -> None:
        group = await only(clerk, "/v1/units", "units", kind="KIND_LEADING_GROUP")
        composition = await read(clerk, f"/v1/units/{group['unitId']}/composition")
        chairs = [seat for seat in composition["seats"] if seat["post"]["kind"] == "KIND_CHAIR"]
        assert [len(seat["holders"]) for seat in chairs] == [1, 1]
        assert {seat["holders"][0]["method"] for seat in chairs} == {"METHOD_BY_POST"}
        followed = [
            (await read(clerk, f"/v1/posts/{seat['post']['boundPostId']}"))["kind"] for seat in chairs
        ]
        assert sorted(followed) == ["KIND_PRESIDENT", "KIND_SECRETARY"]
        assert composition["verdicts"] and all(one["satisfied"] for one in composition["verdicts"])


class TestDecisions:
    @pytest.mark.covers("S9", "S17", "S20", "F14")
    async def test_somebody_answers_for_every_duty_and_school_and_academy_together(self, clerk: Api) -> None:
        duties = await every(clerk, "/v1/duties", "duties")
        found = await every(clerk, "/v1/dutyFindings", "findings", validFrom="2020-01-01")
        (answerable,) = await every(clerk, "/v1/answerableUnits", "answerableUnits", text="学业辅导")
        unit = await read(clerk, f"/v1/units/{answerable['unitId']}")

        assert [len(one["assignments"]) for one in duties if one["joint"]] == [2] * 9
        assert len(duties) == 27 and found == []
        assert unit["name"] == "教务处"
        assert [leader["postKind"] for leader in answerable["leaders"]] == ["KIND_HEAD"]

    @pytest.mark.covers("S2", "S11")
    async def test_the_pilot_is_answered_for_by_the_party_secretary(self, clerk: Api) -> None:
        programmes = await every(clerk, "/v1/programmes", "programmes")
        (programme,) = (each for each in programmes if each["code"] == governing.PILOT)
        chain = await read(clerk, f"/v1/programmes/{programme['programmeId']}/accountability")
        secretary = await only(
            clerk, "/v1/posts", "posts", kind="KIND_SECRETARY", unitId=await committee(clerk)
        )
        holder = await only(clerk, "/v1/appointments", "appointments", postId=secretary["postId"])

        levels = [line["level"] for line in chain["lines"]]
        assert levels == ["LEVEL_FIRST_RESPONSIBLE", "LEVEL_LEADER_IN_CHARGE"] + ["LEVEL_PARTICIPANT"] * 10
        assert chain["lines"][0]["personIds"] == [holder["personId"]]
        assert all(len(line["personIds"]) == 1 for line in chain["lines"])

    @pytest.mark.covers("S14", "S15", "F19")
    async def test_its_two_documents_are_registered_and_the_trial_is_due_for_review(self, clerk: Api) -> None:
        documents = await every(clerk, "/v1/documents", "documents")
        due = await only(clerk, "/v1/documents", "documents", reviewDueBy="2022-10-01", asOf="2022-10-01")
        clause = await only(clerk, "/v1/clauses", "clauses", ruleId="SEED-02")

        assert sorted(one["trial"] for one in documents) == [False, True]
        assert due["title"] == "学院书院协同育人工作方案（试行）"
        assert (clause["documentTitle"], clause["article"]) == ("党建引领加强学院书院协同育人举措", "第一条")


async def committee(api: Api) -> str:
    found: str = (await only(api, "/v1/units", "units", kind="KIND_UNIVERSITY_COMMITTEE"))["unitId"]
    return found


class TestOrganisation:
    @pytest.mark.covers("S26")
    async def test_committee_general_branches_and_joint_branches_are_three_tiers(self, clerk: Api) -> None:
        community = await only(clerk, "/v1/units", "units", kind="KIND_COMMUNITY_COMMITTEE")
        tree = (await read(clerk, f"/v1/units/{community['unitId']}/tree"))["nodes"]
        tiers = Counter((node["depth"], node["kind"], node["form"]) for node in tree)
        assert tiers[0, "KIND_COMMUNITY_COMMITTEE", "FORM_UNSPECIFIED"] == 1
        assert tiers[1, "KIND_ACADEMY_GENERAL_BRANCH", "FORM_UNSPECIFIED"] == 9
        assert tiers[2, "KIND_BRANCH", "FORM_JOINT_TEACHER_STUDENT"] == 18

    @pytest.mark.covers("S38")
    async def test_nine_academies_stand_on_three_campuses(self, clerk: Api) -> None:
        campuses = await every(clerk, "/v1/campuses", "campuses")
        assert sorted(names_of(campuses)) == sorted(name for _, name in structure.CAMPUSES)
        academies = await every(clerk, "/v1/units", "units", kind="KIND_ACADEMY")
        assert sorted(names_of(academies)) == sorted(f"{name}书院" for name in structure.ACADEMIES)
        assert {unit["campusId"] for unit in academies} == {one["campusId"] for one in campuses}

    @pytest.mark.covers("S22", "S23", "S24", "S25")
    async def test_the_joint_branches_descend_from_cohort_and_major_branches(self, clerk: Api) -> None:
        general = (await every(clerk, "/v1/units", "units", kind="KIND_ACADEMY_GENERAL_BRANCH"))[0]
        below = {"parentUnitId": general["unitId"]}
        before = await every(clerk, "/v1/units", "units", asOf=BEFORE_REORGANIZATION, **below)
        after = await every(clerk, "/v1/units", "units", **below)
        assert sorted(unit["form"] for unit in before) == ["FORM_COHORT", "FORM_MAJOR"]
        assert {unit["form"] for unit in after} == {"FORM_JOINT_TEACHER_STUDENT"}
        for unit in after:
            steps = (await read(clerk, f"/v1/units/{unit['unitId']}/lineage"))["steps"]
            assert {step["fromUnitId"] for step in steps} == {old["unitId"] for old in before}
            assert {step["effectiveOn"] for step in steps} == {structure.REORGANIZED_ON}
            roll = await read(clerk, f"/v1/rolls/{unit['unitId']}")
            assert roll["staffMembers"] == 3 and roll["studentMembers"] > roll["staffMembers"]
        old = await read(clerk, f"/v1/rolls/{before[0]['unitId']}", asOf=BEFORE_REORGANIZATION)
        assert old["fullMembers"] > 0

    @pytest.mark.covers("S33", "S34")
    async def test_functional_and_temporary_branches_have_members_of_other_branches(self, clerk: Api) -> None:
        functional = await every(clerk, "/v1/units", "units", form="FORM_FUNCTIONAL")
        temporary = await every(clerk, "/v1/units", "units", form="FORM_TEMPORARY")
        assert names_of(functional) == ["学生会功能型党支部"]
        assert sorted(names_of(temporary)) == ["研究生支教团临时党支部", "西迁精神读书会临时党支部"]
        for unit in (*functional, *temporary):
            roll = await read(clerk, f"/v1/rolls/{unit['unitId']}")
            assert (roll["participants"], roll["fullMembers"]) == (4, 0)

    @pytest.mark.covers("S38", "S40")
    async def test_the_branches_of_the_epidemic_had_qualified_secretaries_and_are_gone(
        self, clerk: Api
    ) -> None:
        asked = {"form": "FORM_TEMPORARY", "state": "STATE_DISSOLVED"}
        gone = await every(clerk, "/v1/units", "units", **asked)
        assert len({unit["campusId"] for unit in gone}) == len(gone) == 3
        for unit in gone:
            assert (unit["establishedOn"], unit["dissolvedOn"]) == (
                structure.EPIDEMIC_FROM,
                structure.EPIDEMIC_UNTIL,
            )
            then = await read(clerk, f"/v1/units/{unit['unitId']}/composition", asOf=structure.EPIDEMIC_FROM)
            (holder,) = then["seats"][0]["holders"]
            basis = await read(clerk, f"/v1/posts/{holder['basisPostId']}")
            assert holder["method"] == "METHOD_APPOINTED"
            assert basis["kind"] in ("KIND_DEPUTY_HEAD", "KIND_DEPUTY_SECRETARY")


class TestFormations:
    @pytest.mark.covers("S34", "S35", "F6")
    async def test_a_temporary_branch_was_set_up_from_a_template(self, clerk: Api) -> None:
        templates = await every(clerk, "/v1/formationTemplates", "templates")
        assert sorted(names_of(templates)) == sorted(
            str(each["name"]) for each in formations.TEMPLATES.values()
        )
        ids = {each["name"]: each["templateId"] for each in templates}
        club = ids[formations.TEMPLATES[formations.CLUB]["name"]]
        branch = await only(clerk, "/v1/temporaryBranches", "branches", templateId=club)
        assert (branch["name"], branch["state"]) == ("西迁精神读书会临时党支部", "STATE_ACTIVE")
        seats = (await read(clerk, f"/v1/units/{branch['unitId']}/composition"))["seats"]
        assert [len(seat["holders"]) for seat in seats] == [1]

    @pytest.mark.covers("S37", "S38", "F66")
    async def test_the_emergency_is_over_and_took_along_what_it_had_set_up(self, clerk: Api) -> None:
        emergency = await only(clerk, "/v1/emergencies", "emergencies")
        assert (emergency["startedOn"], emergency["endedOn"]) == (
            structure.EPIDEMIC_FROM,
            structure.EPIDEMIC_UNTIL,
        )
        path = f"/v1/emergencies/{emergency['emergencyId']}"
        formed = (await read(clerk, path))["formations"]
        gone = await every(clerk, "/v1/units", "units", form="FORM_TEMPORARY", state="STATE_DISSOLVED")
        assert {each["unitId"] for each in formed if "unitId" in each} == {unit["unitId"] for unit in gone}
        (team_id,) = [each["teamId"] for each in formed if "teamId" in each]
        team = await read(clerk, f"/v1/vanguardTeams/{team_id}")
        assert team["disbandedOn"] == structure.EPIDEMIC_UNTIL
        people = await every(clerk, f"{path}/people", "people")
        parts = Counter(each["part"].removeprefix("PART_") for each in people)
        assert parts == {"OFFICER": 3, "PARTICIPANT": 12, "TEAM_LEADER": 1, "TEAM_MEMBER": 3}


class TestCommunity:
    @pytest.mark.covers("S48", "S49", "S50", "S53", "F15")
    async def test_every_building_has_a_home_a_station_and_a_branch_that_answers(self, clerk: Api) -> None:
        buildings = await every(clerk, "/v1/places", "places", kind="KIND_BUILDING")
        assert len(buildings) == len(structure.ACADEMIES)
        for building in buildings:
            tree = await read(clerk, f"/v1/places/{building['placeId']}/tree")
            places = {node["place"]["kind"]: node["place"]["placeId"] for node in tree["nodes"]}
            assert {"KIND_FLOOR", "KIND_ROOM", "KIND_MEMBER_HOME", "KIND_WORKSTATION"} <= set(places)
            found = await read(clerk, f"/v1/places/{places['KIND_ROOM']}/responsibleBranch")
            plaque = await only(clerk, "/v1/plaques", "plaques", placeId=places["KIND_ROOM"])
            assert plaque["unitId"] == found["unitId"]

    @pytest.mark.covers("S54", "S79", "F16", "F18", "F93")
    async def test_the_gaps_are_the_classes_that_nobody_looks_after_and_the_club(self, clerk: Api) -> None:
        gaps = await every(clerk, "/v1/coverageGaps", "gaps")
        classes = await every(clerk, "/v1/units", "units", kind="KIND_CLASS")
        links = await every(clerk, "/v1/classLinks", "classLinks")
        linked = {link["classUnitId"] for link in links}
        assert len(linked) == community.LINKED
        without = {gap["subjectId"] for gap in gaps if "COVERAGE_ASPECT_TEACHER" in gap["lacks"]}
        assert {unit["unitId"] for unit in classes} - linked <= without
        assert not linked & without

    @pytest.mark.covers("S40", "S42", "S43", "S44", "S52")
    async def test_leaders_go_down_branches_co_build_and_teams_stand(self, clerk: Api) -> None:
        pairings = await every(clerk, "/v1/pairings", "pairings")
        pacts = await every(clerk, "/v1/pacts", "pacts")
        teams = await every(clerk, "/v1/vanguardTeams", "teams")
        assert len([each for each in pairings if each["plan"]]) == 2
        assert [pact["state"] for pact in pacts] == ["STATE_STANDING"] * 2
        assert len([team for team in teams if "disbandedOn" not in team]) == community.TEAMS

    @pytest.mark.covers("F9", "F10", "F12")
    async def test_an_election_is_over_and_every_first_joint_branch_has_its_group_and_term(
        self, clerk: Api
    ) -> None:
        election = await only(clerk, "/v1/elections", "elections", state="STATE_COMPLETED")
        held = await every(clerk, "/v1/appointments", "appointments", unitId=election["unitId"])
        assert {each["method"] for each in held} == {"METHOD_ELECTED"}
        assert len(held) == len(community.OFFICERS)
        groups = await every(clerk, "/v1/partyGroups", "partyGroups")
        terms = await every(clerk, "/v1/terms", "terms")
        assert len(groups) == len(structure.ACADEMIES)
        assert len(terms) == 2 * len(structure.ACADEMIES) + 1


class TestCooperation:
    @pytest.mark.covers("S12", "F61")
    async def test_a_promotion_meeting_gave_orders_that_have_come_differently_far(self, clerk: Api) -> None:
        meeting = await only(clerk, "/v1/meetings", "meetings", kind="MEETING_KIND_PROMOTION_MEETING")
        path = f"/v1/meetings/{meeting['meetingId']}"
        orders = await every(clerk, "/v1/workOrders", "workOrders", meetingId=meeting["meetingId"])
        progress = await read(clerk, f"{path}/workOrderProgress")
        assert Counter(each["state"] for each in orders) == {
            "STATE_CLOSED": 1,
            "STATE_ACCEPTED": 1,
            "STATE_ISSUED": 1,
        }
        assert (progress["totalCount"], progress["closedCount"]) == (len(cooperation.ORDERS), 1)

    @pytest.mark.covers("S18", "S19")
    async def test_school_and_academy_share_resources_and_information(self, clerk: Api) -> None:
        resources = await every(clerk, "/v1/resources", "resources")
        share = await only(clerk, "/v1/shareGrants", "shareGrants")
        booking = await only(clerk, "/v1/resourceBookings", "bookings")
        information = await only(clerk, "/v1/informationGrants", "grants")
        assert {each["origin"] for each in resources} == {"ORIGIN_INSIDE", "ORIGIN_OUTSIDE"}
        assert len(resources) == len(cooperation.RESOURCES)
        assert share["resourceId"] == booking["resourceId"]
        assert (booking["basis"], booking["state"]) == ("BASIS_SHARE", "STATE_APPROVED")
        assert information["fields"] == list(cooperation.INFORMATION)


class TestCommitments:
    @pytest.mark.covers("S27", "S51", "S78", "S83")
    async def test_members_hold_posts_are_seconded_guide_and_pledge(self, clerk: Api) -> None:
        posts = await every(clerk, "/v1/modelPosts", "modelPosts")
        seconded = await every(clerk, "/v1/secondments", "secondments")
        mentor = await only(clerk, "/v1/peerMentors", "peerMentors")
        pledges = await every(clerk, "/v1/pledges", "pledges")
        assert Counter(each["state"] for each in posts) == {"STATE_APPROVED": 2, "STATE_NOMINATED": 1}
        assert Counter(each["state"] for each in seconded) == {"STATE_APPROVED": 2, "STATE_NOMINATED": 1}
        assert len(mentor["mentees"]) == commitments.MENTEES
        assert mentor["rating"] == "MENTOR_RATING_QUALIFIED"
        assert Counter(bool(each["badgeNumber"]) for each in pledges) == {True: 2, False: 1}


class TestOversight:
    @pytest.mark.covers("HE-07", "HE-09")
    async def test_student_branches_keep_their_checklists_and_the_university_its_party_school(
        self, clerk: Api
    ) -> None:
        branches = await every(clerk, "/v1/units", "units", form="FORM_JOINT_TEACHER_STUDENT")
        lists = [await read(clerk, f"/v1/units/{each['unitId']}/branchChecklist") for each in branches]
        schools = [
            unit
            for unit in await every(clerk, "/v1/units", "units", kind="KIND_DEPARTMENT")
            if unit["function"] == "FUNCTION_PARTY_SCHOOL"
        ]

        open_ = [each["open"] for each in lists if each["open"]]
        assert open_ == [["STUDENT_BRANCH_DUTY_KNOW_AND_SERVE_STUDENTS"]]
        assert names_of(schools) == ["党校"]

    @pytest.mark.covers("BR-04")
    async def test_a_project_that_could_found_a_branch_is_found(self, clerk: Api) -> None:
        teams = await every(clerk, "/v1/units", "units", kind="KIND_TASK_TEAM")
        (project,) = (each for each in teams if each["name"] == oversight.PROJECT)
        members = await every(clerk, f"/v1/projects/{project['unitId']}/members", "members")
        found = await every(clerk, "/v1/findings", "findings", unitId=project["unitId"])
        assert len(members) == 3
        assert "BR-04.members" in {each["verdict"]["ruleId"] for each in found}

    @pytest.mark.covers("DEV-36", "SEED-06")
    async def test_the_city_has_inspected_and_a_campaign_is_on_its_way(self, clerk: Api) -> None:
        duty = await only(clerk, "/v1/inspectionDuties", "inspectionDuties")
        programmes = await every(clerk, "/v1/programmes", "programmes")
        (told,) = (each for each in programmes if each["name"] == oversight.CAMPAIGN)
        campaign = await read(clerk, f"/v1/programmes/{told['programmeId']}/campaign")

        assert (duty["lastInspectedOn"], duty["dueOn"]) == (oversight.INSPECTED_ON, "2023-02-26")
        assert (campaign["target"], campaign["reached"]) == (100, oversight.SPEAKERS)
        assert not campaign["verdicts"][0]["satisfied"]


class TestHistory:
    @pytest.mark.covers("S60")
    async def test_a_hundred_swore_on_the_first_of_july_2021(self, clerk: Api) -> None:
        ceremony = await only(clerk, "/v1/ceremonies", "ceremonies")
        ceremony = await read(clerk, f"/v1/ceremonies/{ceremony['ceremonyId']}")
        outcomes = Counter(taker["outcome"] for taker in ceremony["oathTakers"])
        assert (ceremony["heldOn"], outcomes) == (OATH_ON, {"OUTCOME_SWORN": 100})

    @pytest.mark.covers("S16", "S28", "S29", "S60")
    async def test_an_oath_taker_reads_the_own_case_and_no_rule_stands_against_it(
        self, university: University
    ) -> None:
        async with university.api("member") as member:
            case = await only(member, "/v1/admissionCases", "admissionCases")
            case = await read(member, f"/v1/admissionCases/{case['caseId']}")
            assert (case["state"], case["oathOn"]) == ("STATE_ARCHIVED", OATH_ON)
            timeline = await read(member, f"/v1/admissionCases/{case['caseId']}/timeline")
            own = await read(member, f"/v1/members/{case['personId']}")
            person = await read(member, f"/v1/persons/{case['personId']}")
        assert len(case["contacts"]) == len(case["introducerPersonIds"]) == 2
        belongs = {one["kind"] for one in person["affiliations"]}
        assert belongs == {"AFFILIATION_KIND_SCHOOL", "AFFILIATION_KIND_ACADEMY"}
        verdicts = [one for entry in timeline["entries"] for one in entry["verdicts"]]
        assert verdicts and all(one["satisfied"] for one in verdicts)
        assert [period["status"] for period in own["statuses"]] == [
            "MEMBERSHIP_STATUS_PROBATIONARY",
            "MEMBERSHIP_STATUS_FULL",
        ]

    @pytest.mark.covers("S62")
    async def test_the_award_had_twenty_two_editions_and_the_twenty_third_comes_next(
        self, clerk: Api
    ) -> None:
        award = await only(clerk, "/v1/awards", "awards")
        editions = await every(clerk, "/v1/editions", "editions", awardId=award["awardId"])
        assert sorted(edition["number"] for edition in editions) == list(range(1, 23))
        assert all(edition["number"] == edition["year"] - 1999 for edition in editions)
        last = max(editions, key=lambda edition: edition["number"])
        results = await read(clerk, f"/v1/editions/{last['editionId']}/results", winnersOnly="true")
        assert len(results["results"]) == 10
        again = {"awardId": award["awardId"], "editions": [{"number": 22, "year": 2021, "quota": 10}]}
        refused = await clerk.post("/v1/editions:import", again)
        assert 400 <= refused.status_code < 500

    @pytest.mark.covers("S87", "S88")
    @pytest.mark.parametrize(
        ("code", "share", "counted"),
        [("members_among_model_students", "60.0", (12, 20)), ("honoured_among_members", "60.2", (150, 249))],
    )
    async def test_an_indicator_is_computed_and_opens_to_everybody_counted(
        self, clerk: Api, code: str, share: str, counted: tuple[int, int]
    ) -> None:
        indicator = await only(clerk, "/v1/indicators", "indicators", code=code)
        path = f"/v1/indicators/{indicator['indicatorId']}"
        named = indicator["definition"]["asOfBasis"] == "AS_OF_BASIS_NAMED_DAY"
        asked = {"year": history.YEAR} | ({"asOf": history.END_OF_YEAR} if named else {})
        computed = await clerk.post(f"{path}:compute", asked)
        assert computed.status_code == 200, computed.text
        value = computed.json()
        assert (value["share"], (value["numerator"], value["denominator"])) == (share, counted)
        evidence = await every(clerk, f"/v1/indicatorValues/{value['valueId']}/evidence", "evidence")
        assert (sum(one["inNumerator"] for one in evidence), len(evidence)) == counted
        # The value kept by the load says the same of the same people.
        kept = await every(clerk, f"{path}/values", "values")
        assert {one["digest"] for one in kept} == {value["digest"]} and len(kept) == 2

    @pytest.mark.covers("S89", "S90")
    async def test_national_honours_are_borne_by_invented_people(self, clerk: Api) -> None:
        honours = await every(clerk, "/v1/honours", "honours", kind="HONOUR_KIND_NATIONAL")
        assert len(honours) == 2
        for honour in honours:
            person = await read(clerk, f"/v1/persons/{honour['personId']}")
            assert person["name"] not in OF_THE_ARTICLE


class TestPeople:
    async def test_interrupted_and_called_again_it_registered_everybody_once(self, clerk: Api) -> None:
        persons = await every(clerk, "/v1/persons", "persons")
        # The first administrator was there before.
        assert len(persons) == 2000 + 1
        kinds = Counter(person["kind"] for person in persons)
        assert kinds == {"PERSON_KIND_STUDENT": 1700, "PERSON_KIND_STAFF": 300 + 1}

    async def test_everybody_with_a_role_signs_in(self, university: University) -> None:
        async def first_page(role: str) -> int:
            async with university.api(role) as api:
                return (await api.get("/v1/units", pageSize=1)).status_code

        roles = sorted(university.logins)
        assert len(roles) == 16
        assert set(await asyncio.gather(*map(first_page, roles))) == {200}


@pytest.mark.covers("F82")
@pytest.mark.parametrize("service", ["organization", "membership", "activity", "evaluation"])
async def test_what_events_say_of_each_resource_is_what_is_read(university: University, service: str) -> None:
    """State that is rebuilt from the log alone equals what the service keeps: nothing changes without an event."""
    async with (
        university.api("system_administrator") as admin,
        university.api("organization_department") as clerk,
    ):
        compared, different = await differences(clerk, service, await replayed(admin, service))

    assert not different, "\n".join(different)
    assert len(compared) >= 5
