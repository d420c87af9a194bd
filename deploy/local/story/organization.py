"""Chapter one: two branches of the old form become a joint branch of teachers and students."""

from typing import Any

from deploy.local.story.stage import ADMINISTRATOR, Scene, Stage, first

STAFF, STUDENT = "PERSON_KIND_STAFF", "PERSON_KIND_STUDENT"
# Who plays: short name, name on the stage, kind.
CAST = [
    ("department", "江组织", STAFF),
    ("committee", "柳书记", STAFF),
    ("counsellor", "云辅导", STAFF),
    ("teacher-1", "秦教授", STAFF),
    ("teacher-2", "汉教授", STAFF),
    *((f"member-{number}", f"同学{number}", STUDENT) for number in range(1, 8)),
    ("applicant", "方申请", STUDENT),
    ("judge-1", "评审甲", STAFF),
    ("judge-2", "评审乙", STAFF),
]
COHORT = [f"member-{number}" for number in range(1, 6)]
MAJOR = ["member-6", "member-7", "teacher-1", "teacher-2"]


def find_the_university(stage: Stage) -> None:
    """The first administrator finds the university and enters who will play."""
    stage.look_at_clock()
    stage.units["university"] = stage.get("/v1/units?kind=KIND_UNIVERSITY")["units"][0]["unitId"]
    people = [
        {"name": name, "campusNumber": stage.number(key), "kind": kind, "birthDate": stage.ago(20 * 366)}
        for key, name, kind in CAST
    ]
    made = stage.post("/v1/persons:batchRegister", {"people": people}, by=ADMINISTRATOR)
    stage.people = {key: person for (key, _, _), person in zip(CAST, made["personIds"], strict=True)}
    stage.grant("department", "ROLE_ORGANIZATION_DEPARTMENT", "university")


def build_three_tiers(stage: Stage) -> None:
    """Community committee, academy general branch, and below it two branches of the old form."""
    found = first(stage.get("/v1/units?kind=KIND_UNIVERSITY_COMMITTEE"), "units")
    if found is None:
        stage.establish(
            "party", "university", {"kind": "KIND_UNIVERSITY_COMMITTEE", "name": "学校党委"}, by=ADMINISTRATOR
        )
    else:
        stage.units["party"] = found["unitId"]
    for name, parent, kind, zh in (
        ("school", "university", "KIND_SCHOOL", "学院"),
        ("academy", "university", "KIND_ACADEMY", "书院"),
        ("community", "party", "KIND_COMMUNITY_COMMITTEE", "社区党委"),
        ("general", "community", "KIND_ACADEMY_GENERAL_BRANCH", "书院党总支"),
    ):
        stage.establish(name, parent, {"kind": kind, "name": f"{zh}（{stage.run}）"}, by="department")
    cohort = {
        "kind": "KIND_BRANCH",
        "form": "FORM_COHORT",
        "name": f"本科生年级党支部（{stage.run}）",
        "cohortYear": 2024,
    }
    major = {
        "kind": "KIND_BRANCH",
        "form": "FORM_MAJOR",
        "name": f"机械专业党支部（{stage.run}）",
        "majorCode": "0802",
    }
    stage.establish("cohort", "general", cohort, by="department")
    stage.establish("major", "general", major, by="department")
    stage.grant("committee", "ROLE_COMMITTEE_SECRETARY", "community")
    stage.grant("counsellor", "ROLE_COUNSELLOR", "academy")
    stage.refused(
        "/v1/units",
        {
            "parentUnitId": stage.units["university"],
            "unit": {"kind": "KIND_BRANCH", "form": "FORM_COHORT", "name": "悬空的支部"},
        },
        by="department",
        status=400,
    )  # fmt: skip - what is refused stands on one line


def fill_the_branches(stage: Stage) -> None:
    """Members with their standing come onto the rolls; everybody belongs to a school and an academy."""
    members = [
        {
            "personId": stage.people[key],
            "unitId": stage.units[branch],
            "relationshipFrom": stage.ago(700),
            "status": "MEMBERSHIP_STATUS_FULL",
            "standingFrom": stage.ago(700),
        }
        for branch, keys in (("cohort", COHORT), ("major", MAJOR))
        for key in keys
    ]
    stage.post("/v1/members:batchEstablish", {"members": members}, by="department")
    for kind, unit in (("AFFILIATION_KIND_SCHOOL", "school"), ("AFFILIATION_KIND_ACADEMY", "academy")):
        person = stage.people["applicant"]
        etag = stage.get(f"/v1/persons/{person}")["etag"]
        affiliation = {"kind": kind, "unitId": stage.units[unit], "validFrom": stage.ago(400)}
        stage.post(
            f"/v1/persons/{person}:setAffiliation", {"affiliation": affiliation}, by="department", etag=etag
        )


def plan(stage: Stage, *, sponsors: list[str]) -> dict[str, Any]:
    """Both old branches dissolve today into one joint branch with these sponsors."""
    return {
        "unitId": stage.units["community"],
        "title": "优化党支部设置形式",
        "plan": {
            "effectiveOn": stage.today.isoformat(),
            "dissolvesUnitIds": [stage.units["cohort"], stage.units["major"]],
            "establishes": [
                {
                    "key": "joint",
                    "parentUnitId": stage.units["general"],
                    "unit": {
                        "kind": "KIND_BRANCH",
                        "form": "FORM_JOINT_TEACHER_STUDENT",
                        "name": f"学院书院师生联合党支部（{stage.run}）",
                        "sponsors": [{"sponsorUnitId": stage.units[name]} for name in sponsors],
                    },
                }
            ],
            "moves": [{"fromUnitId": stage.units[name], "toKey": "joint"} for name in ("cohort", "major")],
        },
    }


def draft_the_reorganization(stage: Stage) -> None:
    """The plan is drafted and simulated: who would move is known before anything does."""
    draft = stage.post("/v1/reorganizations", plan(stage, sponsors=["school", "academy"]), by="committee")
    stage.things["reorganization"] = draft
    path = f"/v1/reorganizations/{draft['reorganizationId']}"
    simulated = stage.post(f"{path}:simulate", by="committee")
    moving = sum(len(move["personIds"]) for move in simulated["moves"])
    stage.say(f"    {moving} members would move; executable: {simulated['executable']}")
    assert moving == len(COHORT) + len(MAJOR), simulated
    stage.refused(f"{path}:approve", by="counsellor", status=403, etag=draft["etag"])


def execute_the_reorganization(stage: Stage) -> None:
    """Approved and executed: the units in organization, the rolls in membership, both from the same day."""
    path = f"/v1/reorganizations/{stage.things['reorganization']['reorganizationId']}"

    def read() -> Any:
        return stage.get(path, by="committee")

    approved = stage.post(f"{path}:approve", by="committee", etag=read()["etag"])
    stage.post(f"{path}:execute", by="committee", etag=approved["etag"])
    done = stage.until(
        read, lambda it: it["state"] in ("STATE_COMPLETED", "STATE_UNDONE"), "the reorganisation"
    )
    assert done["state"] == "STATE_COMPLETED", done
    stage.units["joint"] = done["establishes"][0]["unitId"]
    stage.say(f"    {done['movedPersons']} members moved")
    roll = stage.get(f"/v1/rolls/{stage.units['joint']}", by="department")
    assert (roll["fullMembers"], roll["staffMembers"]) == (9, 2), roll
    yesterday = stage.ago(1)
    before = stage.get(f"/v1/rolls/{stage.units['cohort']}?asOf={yesterday}", by="department")
    assert before["fullMembers"] == len(COHORT), before
    old = stage.get(f"/v1/units/{stage.units['cohort']}?asOf={yesterday}", by="department")
    assert old["state"] == "STATE_ACTIVE", old


def appoint_the_officers(stage: Stage) -> None:
    """The joint branch gets its secretary and an officer; their posts bring their roles."""
    for person, kind, role in (
        ("member-1", "KIND_SECRETARY", "ROLE_BRANCH_SECRETARY"),
        ("member-2", "KIND_ORGANIZATION_OFFICER", "ROLE_BRANCH_OFFICER"),
    ):
        post = {"unitId": stage.units["joint"], "kind": kind, "seats": 1, "role": role}
        made = stage.post("/v1/posts", post, by="committee")
        appointment = {
            "postId": made["postId"],
            "personId": stage.people[person],
            "method": "METHOD_ELECTED",
            "validFrom": stage.today.isoformat(),
        }
        stage.post("/v1/appointments", appointment, by="committee")


SCENES = [
    Scene("The administrator enters who will play", find_the_university),
    Scene("Three tiers stand: committee, general branch, branches", build_three_tiers),
    Scene("Members come onto the rolls of the two old branches", fill_the_branches),
    Scene("The reorganisation is drafted and simulated", draft_the_reorganization),
    Scene("The two branches become a joint teacher–student branch", execute_the_reorganization),
    Scene("The joint branch gets its officers", appoint_the_officers),
]
