"""The structure of the demonstration university: plain data by keys, in the order in which it is entered.

Real are the names of the academies, campuses and bodies of the article; the university is invented. Nothing
here asks the gateway.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from deploy.local.demo.sizes import Size

ROOT = "university"
CAMPUSES = (("xingqing", "兴庆校区"), ("yanta", "雁塔校区"), ("chuangxingang", "创新港"))
ACADEMIES = ("彭康", "文治", "宗濂", "启德", "仲英", "励志", "崇实", "南洋", "钱学森")
SCHOOLS = (
    *("机械工程", "电气工程", "能源与动力", "电子信息", "计算机", "材料", "人文", "管理", "医学"),
    *("数学", "物理", "化学", "生命科学", "航天航空", "人居环境", "化工", "软件", "微电子", "自动化"),
    *("经济金融", "法学", "公共政策", "外国语", "马克思主义", "新闻", "体育"),
)
# The lead department of the leading group comes first; the article names it and the six after it.
NAMED_DEPARTMENTS = (
    ("student-affairs", "党委学工部", "FUNCTION_STUDENT_AFFAIRS", "party"),
    ("organization", "党委组织部", "FUNCTION_ORGANIZATION", "party"),
    ("publicity", "党委宣传部", "FUNCTION_PUBLICITY", "party"),
    ("united-front", "党委统战部", "FUNCTION_UNITED_FRONT", "party"),
    ("academic-affairs", "教务处", "FUNCTION_ACADEMIC_AFFAIRS", ROOT),
    ("career-center", "就业创业指导中心", "FUNCTION_CAREER_CENTER", ROOT),
    ("league", "团委", "FUNCTION_LEAGUE_COMMITTEE", "party"),
)
OTHER_DEPARTMENTS = (
    *("研究生院", "科研管理处", "人力资源处", "国际合作处", "计划财务处", "后勤保障处"),
    *("安全保卫处", "信息化处", "图书馆", "校医院"),
)
PARTY_SCHOOL = "party-school"
LEAD = "student-affairs"

FOUNDED = "2006-09-01"
OLD_BRANCHES_FROM = "2017-09-01"
REORGANIZED_ON = "2020-09-01"
EPIDEMIC_FROM, EPIDEMIC_UNTIL = "2021-12-23", "2022-01-24"
TEMPORARY_FROM, TEMPORARY_UNTIL = "2022-09-01", "2032-07-01"
# Two branches of the old form, by year and by major, became two joint branches.
COHORT_YEAR = 2018
OFFICE_BRANCHES = 3


@dataclass(frozen=True)
class Unit:
    """A unit to establish; references are keys. `secretary` and `basis` appoint a temporary branch's first."""

    key: str
    parent: str
    kind: str
    name: str
    on: str = FOUNDED
    form: str = ""
    function: str = ""
    campus: str = ""
    host: str = ""
    sponsors: tuple[tuple[str, str], ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)
    secretary: str = ""
    basis: str = ""


@dataclass(frozen=True)
class Post:
    """A post and the slot of whoever holds it; a bound post follows another one and has no holder."""

    key: str
    unit: str
    kind: str
    holder: str = ""
    title: str = ""
    on: str = FOUNDED
    bound: str = ""
    method: str = "METHOD_APPOINTED"


@dataclass(frozen=True)
class Move:
    """Members of an old branch go to a new one; with a school, only those who belong to it."""

    source: str
    target: str
    school: str = ""


@dataclass(frozen=True)
class Reorganization:
    """What becomes of the old branches of one academy."""

    key: str
    unit: str
    title: str
    dissolves: tuple[str, ...]
    establishes: tuple[Unit, ...]
    moves: tuple[Move, ...]


@dataclass(frozen=True)
class Structure:
    """Everything that organization is to know, in stages: each refers only to those before it."""

    units: tuple[Unit, ...]
    posts: tuple[Post, ...]
    reorganizations: tuple[Reorganization, ...]
    branch_posts: tuple[Post, ...]
    temporary: tuple[Unit, ...]

    @property
    def joint_branches(self) -> tuple[Unit, ...]:
        """The joint branches, in the order of academies."""
        return tuple(unit for plan in self.reorganizations for unit in plan.establishes)


def of(size: Size) -> Structure:
    """The structure of a university of this size."""
    return Structure(
        units=(*_top(), *_departments(), *_schools(size), *_community(size), *_bodies()),
        posts=tuple(_posts(size)),
        reorganizations=tuple(_reorganizations(size)),
        branch_posts=tuple(_branch_posts(size)),
        temporary=tuple(_temporary_branches()),
    )


def school_of(size: Size, academy: int, joint: int) -> int:
    """The school that carries a joint branch of an academy with it; two of a pair have different ones."""
    return (academy + joint) % size.schools


def _top() -> Iterator[Unit]:
    yield Unit(
        "party", ROOT, "KIND_UNIVERSITY_COMMITTEE", "中共示范大学委员会", more={"shortName": "学校党委"}
    )
    yield Unit("standing-committee", "party", "KIND_STANDING_COMMITTEE", "校党委常委会")
    yield Unit("president-meeting", ROOT, "KIND_PRESIDENT_MEETING", "校长办公会")


def _departments() -> Iterator[Unit]:
    for key, name, function, parent in NAMED_DEPARTMENTS:
        yield Unit(key, parent, "KIND_DEPARTMENT", name, function=function)
    for number, name in enumerate(OTHER_DEPARTMENTS, 1):
        yield Unit(f"department-{number}", ROOT, "KIND_DEPARTMENT", name, function="FUNCTION_OTHER")
    yield Unit(PARTY_SCHOOL, "party", "KIND_DEPARTMENT", "党校", function="FUNCTION_PARTY_SCHOOL")
    keys = department_keys()
    yield Unit(
        "leading-group",
        "party",
        "KIND_LEADING_GROUP",
        "学生思想政治工作领导小组",
        on="2019-03-01",
        sponsors=tuple((key, "PART_LEAD" if key == LEAD else "PART_PARTICIPANT") for key in keys),
    )


def department_keys() -> list[str]:
    """The keys of the departments, the lead department first."""
    others = (f"department-{number}" for number in range(1, len(OTHER_DEPARTMENTS) + 1))
    return [*(key for key, *_ in NAMED_DEPARTMENTS), *others, PARTY_SCHOOL]


def _schools(size: Size) -> Iterator[Unit]:
    for number, name in enumerate(SCHOOLS[: size.schools]):
        school, committee = f"school-{number}", f"school-committee-{number}"
        campus = CAMPUSES[number % len(CAMPUSES)][0]
        yield Unit(school, ROOT, "KIND_SCHOOL", f"{name}学院", campus=campus)
        carried = ((school, "PART_SPONSOR"),)
        yield Unit(committee, "party", "KIND_PRIMARY_COMMITTEE", f"{name}学院党委", sponsors=carried)
        for one in range(size.staff_branches):
            title = f"{name}学院教工第{one + 1}党支部"
            yield Unit(
                f"staff-branch-{number}-{one}",
                committee,
                "KIND_BRANCH",
                title,
                form="FORM_STAFF",
                sponsors=carried,
            )
        for one in range(size.postgraduate_branches):
            yield Unit(
                f"postgraduate-branch-{number}-{one}",
                committee,
                "KIND_BRANCH",
                f"{name}学院研究生第{one + 1}党支部",
                form="FORM_MAJOR",
                sponsors=carried,
                more={"majorCode": f"08{number:02}"},
            )


def _community(size: Size) -> Iterator[Unit]:
    yield Unit("community", "party", "KIND_COMMUNITY_COMMITTEE", "学生社区党委")
    for kind, key, name, form, count in (
        ("KIND_STAFF_COMMITTEE", "office", "机关", "FORM_STAFF", OFFICE_BRANCHES),
        ("KIND_RETIREES_COMMITTEE", "retirees", "离退休", "FORM_RETIREES", size.retired_branches),
    ):
        yield Unit(f"{key}-committee", "party", kind, f"{name}党委")
        for one in range(count):
            title = f"{name}第{one + 1}党支部"
            yield Unit(f"{key}-branch-{one}", f"{key}-committee", "KIND_BRANCH", title, form=form)
    for number, name in enumerate(ACADEMIES):
        academy, general = f"academy-{number}", f"general-{number}"
        yield Unit(academy, ROOT, "KIND_ACADEMY", f"{name}书院", campus=campus_of(number))
        carried = ((academy, "PART_SPONSOR"),)
        yield Unit(general, "community", "KIND_ACADEMY_GENERAL_BRANCH", f"{name}书院党总支", sponsors=carried)
        yield from _old_branches(size, number)


def campus_of(academy: int) -> str:
    """The code of the campus of an academy."""
    # 宗濂书院 is the medical one; the postgraduates' campus has the last.
    return {2: "yanta", 8: "chuangxingang"}.get(academy, "xingqing")


def _old_branches(size: Size, academy: int) -> Iterator[Unit]:
    name, general = ACADEMIES[academy], f"general-{academy}"
    for pair in range(size.pairs):
        order = "" if size.pairs == 1 else f"第{pair + 1}"
        yield Unit(
            f"cohort-{academy}-{pair}",
            general,
            "KIND_BRANCH",
            f"{name}书院{COHORT_YEAR}级{order}党支部",
            on="2018-09-01",
            form="FORM_COHORT",
            more={"cohortYear": COHORT_YEAR},
        )
        yield Unit(
            f"major-{academy}-{pair}",
            general,
            "KIND_BRANCH",
            f"{name}书院专业纵向{order}党支部",
            on=OLD_BRANCHES_FROM,
            form="FORM_MAJOR",
            more={"majorCode": f"08{academy:02}{pair:02}"},
        )


def _bodies() -> Iterator[Unit]:
    yield Unit("students-union", ROOT, "KIND_STUDENT_ORGANIZATION", "学生会")
    yield Unit("teaching-team", ROOT, "KIND_TASK_TEAM", "研究生支教团")
    yield Unit("reading-club", ROOT, "KIND_CLUB", "西迁精神读书会")
    for code, name in CAMPUSES:
        yield Unit(
            f"volunteers-{code}",
            ROOT,
            "KIND_TASK_TEAM",
            f"{name}疫情防控学生志愿者队",
            on="2021-01-01",
            campus=code,
        )


def _posts(size: Size) -> Iterator[Post]:
    yield Post("secretary", "party", "KIND_SECRETARY", "party-secretary", "校党委书记")
    yield Post("president", ROOT, "KIND_PRESIDENT", "president", "校长")
    yield Post("vice-president", ROOT, "KIND_VICE_PRESIDENT", "vice-president", "副校长")
    yield Post("deputy", "party", "KIND_DEPUTY_SECRETARY", "deputy-secretary", "校党委副书记")
    for key, kind, title in (
        ("secretary", "KIND_CHAIR", "组长（校党委书记）"),
        ("president", "KIND_CHAIR", "组长（校长）"),
        ("secretary", "KIND_FIRST_RESPONSIBLE", "第一责任人"),
        ("vice-president", "KIND_LEADER_IN_CHARGE", "主管校领导"),
    ):
        yield Post(f"group-{kind}-{key}", "leading-group", kind, title=title, on="2019-03-01", bound=key)
    for number, bound in enumerate(("secretary", "deputy", "president")):
        yield Post(
            f"standing-{number}", "standing-committee", "KIND_COMMITTEE_MEMBER", title="常委", bound=bound
        )
    for key in department_keys():
        yield Post(f"head-{key}", key, "KIND_HEAD", f"head-{key}", "负责人")
    yield Post("community-secretary", "community", "KIND_SECRETARY", "community-secretary", "社区党委书记")
    yield Post("organizer", "community", "KIND_ORGANIZER", "organizer", "组织员")
    for number, name in enumerate(ACADEMIES):
        for kind, key, unit, title in (
            ("KIND_SECRETARY", "general-secretary", "general", "书院党总支书记"),
            ("KIND_HEAD", "academy-head", "academy", "书院院长"),
            ("KIND_DEPUTY_HEAD", "academy-deputy", "academy", "书院副主任"),
            ("KIND_COUNSELLOR", "counsellor", "academy", "辅导员"),
        ):
            slot = f"{key}-{number}"
            yield Post(slot, f"{unit}-{number}", kind, slot, title.replace("书院", f"{name}书院"))
    for number, name in enumerate(SCHOOLS[: size.schools]):
        for kind, key, unit, title in (
            ("KIND_HEAD", "school-head", "school", f"{name}学院院长"),
            ("KIND_SECRETARY", "school-secretary", "school-committee", f"{name}学院党委书记"),
            ("KIND_DEPUTY_SECRETARY", "school-deputy", "school-committee", f"{name}学院党委副书记"),
        ):
            yield Post(f"{key}-{number}", f"{unit}-{number}", kind, f"{key}-{number}", title)


def _reorganizations(size: Size) -> Iterator[Reorganization]:
    for academy, name in enumerate(ACADEMIES):
        pairs = range(size.pairs)
        moves = [
            Move(f"{old}-{academy}-{pair}", f"joint-{academy}-{joint}", school)
            for pair in pairs
            for old in ("cohort", "major")
            # The second takes who belongs to another school than that of the first.
            for joint, school in (
                (2 * pair, f"school-{school_of(size, academy, 2 * pair)}"),
                (2 * pair + 1, ""),
            )
        ]
        yield Reorganization(
            key=f"reorganization-{academy}",
            unit=f"general-{academy}",
            title=f"{name}书院优化党支部设置形式",
            dissolves=tuple(f"{old}-{academy}-{pair}" for pair in pairs for old in ("cohort", "major")),
            establishes=tuple(_joint(size, academy, joint) for joint in range(2 * size.pairs)),
            moves=tuple(moves),
        )


def _joint(size: Size, academy: int, joint: int) -> Unit:
    school = school_of(size, academy, joint)
    order = "" if size.pairs == 1 else f"第{joint // 2 + 1}"
    return Unit(
        f"joint-{academy}-{joint}",
        f"general-{academy}",
        "KIND_BRANCH",
        f"{SCHOOLS[school]}学院{ACADEMIES[academy]}书院师生联合{order}党支部",
        on=REORGANIZED_ON,
        form="FORM_JOINT_TEACHER_STUDENT",
        campus=campus_of(academy),
        sponsors=((f"school-{school}", "PART_SPONSOR"), (f"academy-{academy}", "PART_SPONSOR")),
    )


def teachers_of(joint: str) -> Sequence[str]:
    """The slots of the three teachers whom the school sends into a joint branch."""
    return [f"{joint}-teacher-{number}" for number in range(3)]


def _branch_posts(size: Size) -> Iterator[Post]:
    for academy in range(len(ACADEMIES)):
        for joint in range(2 * size.pairs):
            key = f"joint-{academy}-{joint}"
            secretary, officer, _ = teachers_of(key)
            for kind, holder, title in (
                ("KIND_SECRETARY", secretary, "支部书记"),
                ("KIND_ORGANIZATION_OFFICER", officer, "组织委员"),
            ):
                name = f"{key}-{kind}"
                yield Post(name, key, kind, holder, title, REORGANIZED_ON, method="METHOD_ELECTED")


def _temporary_branches() -> Iterator[Unit]:
    yield Unit(
        "functional-union",
        "community",
        "KIND_BRANCH",
        "学生会功能型党支部",
        on="2020-09-01",
        form="FORM_FUNCTIONAL",
        host="students-union",
        more={"purpose": "PURPOSE_CLUB_GUIDANCE"},
    )
    for key, host, name, purpose, secretary in (
        ("teaching", "teaching-team", "研究生支教团", "PURPOSE_CULTIVATION_CONTINUITY", "counsellor-3"),
        ("reading", "reading-club", "西迁精神读书会", "PURPOSE_CLUB_GUIDANCE", "counsellor-4"),
    ):
        more = {"purpose": purpose, "task": f"{name}期间的党员教育管理", "plannedEndOn": TEMPORARY_UNTIL}
        yield _temporary(f"temporary-{key}", name, host, TEMPORARY_FROM, more, secretary, secretary)
    # A deputy head of an academy, or a deputy secretary of a school, leads each campus's volunteers.
    qualified = ("academy-deputy-0", "school-deputy-1", "academy-deputy-8")
    for (code, name), slot in zip(CAMPUSES, qualified, strict=True):
        more = {
            "purpose": "PURPOSE_MAJOR_EVENT",
            "task": "2021年西安疫情防控志愿服务",
            "plannedEndOn": EPIDEMIC_UNTIL,
        }
        title = f"{name}疫情防控学生志愿者"
        yield _temporary(
            f"epidemic-{code}", title, f"volunteers-{code}", EPIDEMIC_FROM, more, slot, slot, code
        )


def _temporary(
    key: str,
    name: str,
    host: str,
    on: str,
    more: Mapping[str, Any],
    secretary: str,
    basis: str,
    campus: str = "",
) -> Unit:
    return Unit(
        key,
        "community",
        "KIND_BRANCH",
        f"{name}临时党支部",
        on=on,
        form="FORM_TEMPORARY",
        host=host,
        campus=campus,
        more=more,
        secretary=secretary,
        basis=basis,
    )
