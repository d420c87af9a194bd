"""Record sets of members as the national system has them (DAT-01): entries that nothing else fills, and exports."""

import hashlib
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from chassis import sheets
from membership.domain.verdicts import Judgement, judge
from membership.errors import FieldsContradictError
from membership.errors.record_sets import ReconciliationForbiddenError, ReconciliationNotReadyError
from rulebook import RuleSet

EXPORT = "member.export_record_sets"
KEPT_FOR = timedelta(days=7)
# Sets that grow without end are compared over the last year.
LOOKS_BACK = timedelta(days=365)
_EPOCH = (1980, 1, 1, 0, 0, 0)


class RecordSet(StrEnum):
    """A record set of the national system; the values are those of the rule."""

    POSTS = "posts"
    AWARDS = "awards"
    ABROAD = "abroad"
    HARDSHIP = "hardship"
    FAMILY = "family"
    ACTIVITIES = "activities"
    DUES = "dues"
    CULTIVATION = "cultivation"


ENTERED = frozenset({RecordSet.HARDSHIP, RecordSet.FAMILY})
# Who of the services keeps what.
KEEPERS: Mapping[RecordSet, str] = {
    RecordSet.POSTS: "organization",
    RecordSet.AWARDS: "evaluation",
    RecordSet.ACTIVITIES: "activity",
}
_WHO = ("姓名", "学工号")
MEMBERS = (*_WHO, "公民身份号码", "出生日期", "所在党支部", "党员类别", "入党日期", "转正日期")
TITLES: Mapping[RecordSet, str] = {
    RecordSet.POSTS: "党内职务",
    RecordSet.AWARDS: "奖惩情况",
    RecordSet.ABROAD: "出国境情况",
    RecordSet.HARDSHIP: "困难情况",
    RecordSet.FAMILY: "家庭成员",
    RecordSet.ACTIVITIES: "参加组织生活",
    RecordSet.DUES: "党费交纳",
    RecordSet.CULTIVATION: "发展培养",
}
COLUMNS: Mapping[RecordSet, tuple[str, ...]] = {
    RecordSet.POSTS: ("党组织", "职务", "任职日期", "免职日期", "任职方式", "文号"),
    RecordSet.AWARDS: ("名称", "类别", "级别", "授予单位", "年度", "授予日期"),
    RecordSet.ABROAD: ("事由", "起始日期", "状态", "党籍保留至"),
    RecordSet.HARDSHIP: ("类别", "说明", "起始日期", "截止日期"),
    RecordSet.FAMILY: ("称谓", "说明", "起始日期", "截止日期"),
    RecordSet.ACTIVITIES: ("日期", "类别", "名称", "到会情况"),
    RecordSet.DUES: ("月份", "金额", "交纳日期", "交纳方式"),
    RecordSet.CULTIVATION: ("日期", "步骤序号", "步骤", "案卷状态"),
}


@dataclass(frozen=True, slots=True)
class RecordEntry:
    """An entry of a set that nothing else fills."""

    entry_id: UUID
    person_id: UUID
    record_set: RecordSet
    word: str
    description: str
    valid_from: date | None
    valid_until: date | None
    recorded_by: UUID | None
    created_at: datetime
    version: int = 1
    # A relative who is registered here too, and whether it is a direct one.
    relative_person_id: UUID | None = None
    direct: bool = False

    def check(self) -> None:
        """Refuse a set that other facts fill, a relative that is none, and days out of order."""
        if self.relative_person_id is not None and self.record_set is not RecordSet.FAMILY:
            raise FieldsContradictError.of(
                "relative_person_id", "只有家庭成员可以关联人员。", "Only the family names a person."
            )
        if self.relative_person_id == self.person_id or (self.direct and self.relative_person_id is None):
            raise FieldsContradictError.of(
                "relative_person_id",
                "直系亲属须关联另一人员。",
                "A direct relative is a registered person, and somebody else.",
            )
        if self.record_set not in ENTERED:
            raise FieldsContradictError.of(
                "record_set", "该信息集由系统记录生成。", "Other facts of the system fill this set."
            )
        if (
            self.valid_from is not None
            and self.valid_until is not None
            and self.valid_until <= self.valid_from
        ):
            raise FieldsContradictError.of(
                "valid_until", "截止日期须晚于起始日期。", "It lies after the first day."
            )


class ReconciliationState(StrEnum):
    """Where an export stands."""

    WRITING = "writing"
    READY = "ready"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """An export for comparing with the national system."""

    reconciliation_id: UUID
    unit_id: UUID | None
    record_sets: tuple[RecordSet, ...]
    media_type: str
    unmasked: bool
    purpose: str
    state: ReconciliationState
    requested_by: UUID | None
    created_at: datetime
    members: int = 0
    file_digest: str = ""
    expires_on: date | None = None
    version: int = 1
    parts: int = 0

    def ready(self, files: Sequence[bytes], *, members: int, today: date) -> "Reconciliation":
        """The export once its files are there."""
        digests = [hashlib.sha256(data).hexdigest() for data in files]
        whole = digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()
        return replace(
            self,
            state=ReconciliationState.READY,
            members=members,
            parts=len(files),
            file_digest=whole,
            expires_on=today + KEPT_FOR,
            version=self.version + 1,
        )

    def expired(self) -> "Reconciliation":
        """The export once its file is gone."""
        return replace(self, state=ReconciliationState.EXPIRED, version=self.version + 1)

    def check_downloadable(self, *, today: date) -> None:
        """Refuse before the file is there, and from its last day on."""
        is_over = self.expires_on is not None and today >= self.expires_on
        if self.state is not ReconciliationState.READY or is_over:
            state = ReconciliationState.EXPIRED if is_over else self.state
            raise ReconciliationNotReadyError(reconciliation_id=self.reconciliation_id, state=state)


def check_sets(asked: Sequence[RecordSet], rules: RuleSet, *, today: date) -> Sequence[Judgement]:
    """Refuse an export that holds fewer sets than the rule asks for."""
    judgements = judge(rules, [EXPORT], {"record_sets": [str(each) for each in asked]}, on=today)
    if any(judgement.forbids for judgement in judgements):
        raise ReconciliationForbiddenError(judgements)
    return judgements


def packed(
    members: Sequence[Sequence[str]],
    tables: Mapping[RecordSet, Sequence[Sequence[str]]],
    media_type: str,
) -> bytes:
    """The zip: one table of the members, and one for each set."""
    ending = "xlsx" if media_type == sheets.XLSX else "csv"
    files = {"党员基本信息": sheets.write(MEMBERS, members, media_type, title="党员基本信息")} | {
        TITLES[name]: sheets.write((*_WHO, *COLUMNS[name]), rows, media_type, title=TITLES[name])
        for name, rows in tables.items()
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for title, data in files.items():
            archive.writestr(zipfile.ZipInfo(f"{title}.{ending}", _EPOCH), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()
