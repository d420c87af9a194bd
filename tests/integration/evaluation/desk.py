"""Calls to the operations of evaluation as the interceptor would make them, on a real database, with a movable clock."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa

from chassis import access, calls
from chassis.access import AccessControl
from chassis.calls import Call, Caller, ServiceContext
from chassis.clock import Clock
from chassis.contract import role_permissions
from chassis.copies import ReceivedEvent
from chassis.database import Database, UnitOfWork
from chassis.ids import new_id
from chassis.settings import Settings
from chassis.statements import query
from evaluation.consumers import CONSUMERS
from evaluation.domain.awards import (
    Award,
    Band,
    Catalogue,
    Criterion,
    Dimension,
    FactKey,
    Level,
    MissingScorePolicy,
    Source,
    TieRule,
)
from evaluation.domain.editions import Edition
from evaluation.domain.nominations import NewScore, Nomination
from evaluation.domain.recorded import RollMember, Status, UnitActivity
from evaluation.errors import FactsUnavailableError
from evaluation.operations import awards, editions, judging, nominations, results
from evaluation.operations.awards import NewAward
from evaluation.operations.editions import NewEdition
from evaluation.operations.results import TieDecision
from shuyuan.organization.v1 import role_pb2

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)  # noon on campus, a Tuesday
LONG_AGO = date(2000, 1, 1)
EVENTS = query(sa.text("SELECT * FROM event_log ORDER BY seq"))
AUDIT = query(sa.text("SELECT * FROM audit_log ORDER BY seq"))

DIMENSIONS = (Dimension("life", "组织生活"), Dimension("outcome", "工作成效"))
MEETINGS = Criterion(
    key="meetings",
    dimension="life",
    name="会议次数",
    weight=Decimal("0.3"),
    source=Source.FACT,
    fact=FactKey.MEETINGS_HELD,
    bands=(Band(Decimal(4), Decimal(60)), Band(Decimal(12), Decimal(100))),
)
MEMBERS = Criterion(
    key="members",
    dimension="life",
    name="党员人数",
    weight=Decimal("0.2"),
    source=Source.FACT,
    fact=FactKey.FULL_MEMBERS,
    bands=(Band(Decimal(3), Decimal(100)),),
)
DEFENCE = Criterion(
    key="defence", dimension="outcome", name="答辩", weight=Decimal("0.5"), source=Source.JUDGES
)
CATALOGUE = Catalogue(DIMENSIONS, (MEETINGS, MEMBERS, DEFENCE))


class FixedClock(Clock):
    """A business clock that stands until it is moved."""

    def __init__(self) -> None:
        super().__init__()
        self.instant = NOW

    def now(self) -> datetime:
        return self.instant


@dataclass
class FakeRecorders:
    """Stands in for activity and membership at the seam of `clients`."""

    meetings: dict[UUID, list[UUID]] = field(default_factory=dict)
    members: dict[UUID | None, list[RollMember]] = field(default_factory=dict)
    away: str = ""
    asked: list[tuple[str, UUID | None, date]] = field(default_factory=list)

    async def unit_activity(self, unit_id: UUID, period_from: date, period_until: date) -> UnitActivity:
        self.asked.append(("activity", unit_id, period_from))
        if self.away == "activity":
            raise FactsUnavailableError(service="activity")
        held = self.meetings.get(unit_id, [])
        return UnitActivity(meetings_by_kind={"theme_day": (len(held), tuple(held))}, meetings_held=len(held))

    async def roll(
        self, unit_id: UUID | None, as_of: date, known_at: datetime | None = None
    ) -> list[RollMember]:
        self.asked.append(("membership", unit_id, as_of))
        if self.away == "membership":
            raise FactsUnavailableError(service="membership")
        return self.members.get(unit_id, [])


def members(count: int, *, status: Status = Status.FULL, branch: UUID | None = None) -> list[RollMember]:
    """Members of a branch."""
    return [RollMember(new_id(), status, False, branch) for _ in range(count)]


class Desk:
    """A small university: the root, a school with ten branches, and the people of an award."""

    BRANCHES = 10

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = FixedClock()
        self.control = AccessControl(database, self.clock, role_permissions(role_pb2.Role.DESCRIPTOR))
        self.recorders = FakeRecorders()
        self.university, self.school = new_id(), new_id()
        self.branches = [new_id() for _ in range(self.BRANCHES)]
        self.office, self.secretary, self.leader = (new_id() for _ in range(3))
        self.judges = [new_id() for _ in range(2)]
        self.context = ServiceContext(
            "evaluation", Settings(environment="test"), database, self.clock, self.control
        )

    async def furnish(self) -> None:
        """Apply what organization and membership would have announced."""
        branches = [
            (branch, "KIND_BRANCH", self.school, f"第{n}党支部") for n, branch in enumerate(self.branches, 1)
        ]
        async with self.system().transaction() as work:
            for unit_id, kind, parent, name in (
                (self.university, "KIND_UNIVERSITY", None, "示范大学"),
                (self.school, "KIND_SCHOOL", self.university, "电信学院"),
                *branches,
            ):
                await _apply_unit(work, unit_id, kind, parent, name)
            for person, role, unit_id in (
                (self.office, "ROLE_ORGANIZATION_DEPARTMENT", self.university),
                (self.leader, "ROLE_UNIVERSITY_LEADER", self.university),
                (self.secretary, "ROLE_BRANCH_SECRETARY", self.branches[0]),
            ):
                await access.put_grant(work, new_id(), person, role, unit_id, LONG_AGO, None, False)
        await self.register(self.office, self.secretary, self.leader, *self.judges)

    async def keep_unit(
        self, unit_id: UUID, kind: str, parent: UUID | None, name: str, **values: Any
    ) -> None:
        async with self.system().transaction() as work:
            await _apply_unit(work, unit_id, kind, parent, name, **values)

    async def grant(self, person_id: UUID, role: str, unit_id: UUID) -> None:
        async with self.system().transaction() as work:
            await access.put_grant(work, new_id(), person_id, role, unit_id, LONG_AGO, None, False)

    async def register(self, *person_ids: UUID, category: str = "PERSON_CATEGORY_UNDERGRADUATE") -> None:
        async with self.system().transaction() as work:
            for person_id in person_ids:
                await _hear(work, "membership", "person", person_id, {"person": {"category": category}})

    async def people(self, count: int, **values: Any) -> list[UUID]:
        """Registered people."""
        found = [new_id() for _ in range(count)]
        await self.register(*found, **values)
        return found

    def system(self) -> Call:
        return calls.system_call(self.context, "test")

    def call(self, person_id: UUID | None = None, **values: Any) -> Call:
        """A call by a person, the office that holds the award unless said otherwise."""
        caller = Caller("person", person_id=person_id or self.office, issuer="test", subject="1")
        call = Call(
            service="evaluation",
            method="/shuyuan.evaluation.v1.EditionService/Test",
            caller=caller,
            access=self.control.access_for(caller),
            database=self.database,
            clock=self.clock,
        )
        return replace(call, **values)

    async def checked(self, person_id: UUID | None, permission: str, unit_id: UUID) -> Call:
        """A call for which the contract has already asked for the permission on a unit."""
        call = self.call(person_id)
        await call.access.require(permission, unit=unit_id)
        return call

    async def award(self, catalogue: Catalogue = CATALOGUE, *, first_year: int = 2000) -> Award:
        call = await self.checked(None, "evaluation.award.create", self.university)
        new = NewAward(
            self.university, f"十佳党支部{new_id()}", Level.UNIVERSITY, ("branch",), first_year, catalogue
        )
        return await awards.create_award(call, new)

    async def edition(self, award: Award | None = None, **values: Any) -> Edition:
        """The twenty-seventh edition, planned."""
        award = award or await self.award()
        new = NewEdition(
            award_id=award.award_id,
            number=27,
            year=2026,
            quota=1,
            period_from=date(2026, 1, 1),
            period_until=date(2026, 11, 1),
            policy=MissingScorePolicy.DROP,
            tie_rule=TieRule.SHARED_PLACE,
        )
        return await editions.create_edition(self.call(), replace(new, **values))

    async def open(self, award: Award | None = None, **values: Any) -> Edition:
        planned = await self.edition(award, **values)
        return await editions.open_edition(self.call(), planned.edition_id)

    async def nominate(self, edition: Edition, unit_id: UUID) -> Nomination:
        call = await self.checked(None, "evaluation.nomination.submit", unit_id)
        return await nominations.submit_nomination(
            call, edition_id=edition.edition_id, unit_id=unit_id, statement="申报材料"
        )

    async def judging(self, branches: int = 3, **values: Any) -> tuple[Edition, list[Nomination]]:
        """An edition whose first branches are nominated: branch n held 12, 8, 4 … meetings and has 4, 3, 2 … members."""
        edition = await self.open(**values)
        nominated = []
        for index, branch in enumerate(self.branches[:branches]):
            self.recorders.meetings[branch] = [new_id() for _ in range(max(0, 12 - 4 * index))]
            self.recorders.members[branch] = members(max(0, 4 - index), branch=branch)
            nominated.append(await self.nominate(edition, branch))
        closed = await judging.close_nominations(self.call(), edition.edition_id, self.recorders)
        return closed, nominated

    async def assign(self, edition: Edition, *judges: UUID) -> Edition:
        panel: list[tuple[UUID, tuple[UUID, ...]]] = [(judge, ()) for judge in judges or self.judges]
        return await judging.assign_judges(self.call(), edition.edition_id, panel)

    async def score(
        self, judge: UUID, nomination: Nomination, score: str, etag: str | None = None, remark: str = ""
    ) -> Any:
        given = [NewScore("defence", Decimal(score), remark, etag)]
        return await nominations.score_nomination(self.call(judge), nomination.nomination_id, given)

    async def ranked(
        self, scores: Sequence[str] = ("80", "90", "70"), **values: Any
    ) -> tuple[Edition, list[Nomination]]:
        """An edition that two judges agree about."""
        edition, nominated = await self.judging(len(scores), **values)
        await self.assign(edition)
        for nomination, score in zip(nominated, scores, strict=True):
            for judge in self.judges:
                await self.score(judge, nomination, score)
        return await judging.rank_edition(self.call(), edition.edition_id), nominated

    async def published(self, **values: Any) -> Edition:
        """An edition whose notice has hung."""
        edition, _ = await self.ranked(**values)
        await results.post_notice(self.call(), edition.edition_id, decision=TieDecision(), override_reason="")
        self.clock.instant = NOW + timedelta(days=8)
        return await results.publish_edition(self.call(), edition.edition_id)

    async def events(self) -> list[tuple[str, dict[str, Any]]]:
        """What was announced: (noun.verb, data)."""
        rows = await self.database.fetch(EVENTS)
        return [(f"{row['noun']}.{row['verb']}", orjson.loads(row["data"])) for row in rows]

    async def audited(self) -> str:
        """Everything that the audit says, as one text."""
        return str([dict(row) for row in await self.database.fetch(AUDIT)])

    async def receive(
        self,
        source: str,
        noun: str,
        resource_id: UUID,
        data: dict[str, Any],
        *,
        version: int = 1,
        verb: str = "",
    ) -> None:
        """Have our consumers hear an event of another service, as the follower would."""
        async with self.system().transaction() as work:
            await _hear(work, source, noun, resource_id, data, version=version, verb=verb)


async def _hear(
    work: UnitOfWork,
    source: str,
    noun: str,
    resource_id: UUID,
    data: dict[str, Any],
    *,
    version: int = 1,
    verb: str = "",
) -> None:
    event = ReceivedEvent(
        id=new_id(), source=source, type="", noun=noun, verb=verb, resource_id=resource_id, version=version,
        position=1, epoch=1, time=NOW, actor=None, traceparent=None, data=data,
    )  # fmt: skip
    (row,) = [row for row in CONSUMERS if (row.source, row.noun) == (source, noun)]
    await row.handler(work, event)


async def _apply_unit(
    work: UnitOfWork, unit_id: UUID, kind: str, parent: UUID | None, name: str, **values: Any
) -> None:
    unit = {"kind": kind, "name": name, "establishedOn": LONG_AGO.isoformat(), **values}
    await _hear(work, "organization", "unit", unit_id, {"unit": unit})
    await access.replace_edges(work, unit_id, [(parent, LONG_AGO, None)] if parent else [])
