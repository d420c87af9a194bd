"""Model posts on a real database: one at a time for a person, decided above the branch, kept with their days."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import sqlalchemy as sa

from chassis.calls import Call
from chassis.errors import EtagMismatchError, InvalidArgumentError, PermissionDeniedError
from chassis.ids import new_id
from chassis.statements import query
from evaluation.domain.model_posts import ModelPost, ModelPostState
from evaluation.domain.recorded import RollMember, Status
from evaluation.errors import (
    FactsUnavailableError,
    ModelPostExistsError,
    ModelPostHolderNotMemberError,
    ModelPostNotFoundError,
    PersonUnknownError,
)
from evaluation.operations import model_posts
from evaluation.repository.model_posts import ModelPostFilter
from tests.integration.evaluation.desk import Desk

TODAY = date(2026, 11, 24)
DAY = timedelta(days=1)


class Branch:
    """A branch of the desk with a secretary and members, and the committee above it."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.unit = desk, desk.branches[0]
        self.secretary, self.committee = new_id(), new_id()
        self.members: list[UUID] = []

    async def open(self) -> None:
        await self.desk.grant(self.secretary, "ROLE_BRANCH_SECRETARY", self.unit)
        await self.desk.grant(self.committee, "ROLE_COMMITTEE_SECRETARY", self.desk.school)
        self.members = await self.desk.people(3)
        self.desk.recorders.members[self.unit] = [
            RollMember(person, Status.FULL, False, self.unit) for person in self.members
        ]

    def call(self, by: UUID, **values: Any) -> Call:
        return self.desk.call(by, **values)

    async def nominate(self, person_id: UUID | None = None, unit_id: UUID | None = None) -> ModelPost:
        unit_id = unit_id or self.unit
        call = await self.desk.checked(self.secretary, "evaluation.model_post.nominate", self.unit)
        return await model_posts.nominate(
            call,
            unit_id,
            person_id=person_id or self.members[0],
            post="学生事务窗口",
            basis="连续三年优秀",
            pledge="首问负责",
            rolls=self.desk.recorders,
        )

    async def approve(
        self, post: ModelPost, *, by: UUID | None = None, start: date | None = None, until: date | None = None
    ) -> ModelPost:
        return await model_posts.approve(
            self.call(by or self.committee),
            post.model_post_id,
            valid_from=start,
            valid_until=until,
            document_number="党组〔2026〕7号",
        )

    async def listed(self, by: UUID, **narrow: Any) -> list[UUID]:
        page = await model_posts.list_model_posts(self.call(by), ModelPostFilter(**narrow), size=0, token="")
        return [post.model_post_id for post in page.items]


@pytest.fixture
async def branch(desk: Desk) -> Branch:
    made = Branch(desk)
    await made.open()
    return made


@pytest.mark.covers("S51")
async def test_a_post_goes_from_nomination_to_display_and_back(branch: Branch) -> None:
    nominated = await branch.nominate()
    approved = await branch.approve(nominated)
    shown = await model_posts.display(
        branch.call(branch.secretary), nominated.model_post_id, place="一站式大厅", displayed_on=None
    )
    branch.desk.clock.instant += 30 * DAY
    revoked = await model_posts.revoke(
        branch.call(branch.committee), nominated.model_post_id, ends_on=None, reason="调离岗位"
    )

    assert (approved.state, approved.document_number) == (ModelPostState.APPROVED, "党组〔2026〕7号")
    assert (shown.displayed_on, shown.display_place) == (TODAY, "一站式大厅")
    assert revoked.days is not None and revoked.days.end == TODAY + 30 * DAY
    names = [name for name, _ in await branch.desk.events()]
    assert names == [f"model_post.{verb}" for verb in ("nominated", "approved", "displayed", "revoked")]
    assert await branch.listed(branch.committee, held_on=TODAY + 29 * DAY) == [nominated.model_post_id]
    assert await branch.listed(branch.committee, held_on=TODAY + 30 * DAY) == []
    # Why is emptied with the person; the audit has a digest of it.
    assert "调离岗位" not in await branch.desk.audited()


@pytest.mark.covers("S51")
async def test_the_branch_decides_nothing_about_its_own(branch: Branch) -> None:
    nominated = await branch.nominate()

    with pytest.raises(PermissionDeniedError):
        await branch.approve(nominated, by=branch.secretary)
    with pytest.raises(PermissionDeniedError):
        await model_posts.revoke(
            branch.call(branch.secretary), nominated.model_post_id, ends_on=None, reason="撤"
        )


async def test_nobody_has_two_at_once(branch: Branch) -> None:
    first = await branch.nominate()
    with pytest.raises(ModelPostExistsError):
        await branch.nominate()
    await branch.approve(first, until=TODAY + 10 * DAY)
    with pytest.raises(ModelPostExistsError):
        await branch.nominate()
    await branch.nominate(branch.members[1])

    branch.desk.clock.instant += 10 * DAY
    again = await branch.nominate()
    assert (await branch.approve(again)).days is not None


async def test_of_two_nominations_at_once_one_is_kept(branch: Branch) -> None:
    answers = await asyncio.gather(*(branch.nominate() for _ in range(4)), return_exceptions=True)

    assert sum(isinstance(answer, ModelPostExistsError) for answer in answers) == 3


async def test_the_database_itself_keeps_days_apart(branch: Branch) -> None:
    for person in branch.members[:2]:
        await branch.approve(await branch.nominate(person))

    with pytest.raises(asyncpg.ExclusionViolationError):
        async with branch.desk.system().transaction() as work:
            statement = query(sa.text("UPDATE model_post SET person_id = :person_id"))
            await work.execute(statement, person_id=branch.members[0])


async def test_a_refused_member_can_be_nominated_again(branch: Branch) -> None:
    nominated = await branch.nominate()
    await model_posts.refuse(branch.call(branch.committee), nominated.model_post_id, reason="材料不全")

    await branch.nominate()

    states = [
        await branch.listed(branch.secretary, state=state)
        for state in (ModelPostState.REFUSED, ModelPostState.NOMINATED)
    ]
    assert [len(each) for each in states] == [1, 1]


async def test_holders_see_their_own_and_strangers_none(branch: Branch) -> None:
    nominated = await branch.nominate()

    assert await branch.listed(branch.members[0]) == [nominated.model_post_id]
    assert await branch.listed(branch.members[1]) == []
    await model_posts.get_model_post(branch.call(branch.members[0]), nominated.model_post_id)
    with pytest.raises(PermissionDeniedError):
        await model_posts.get_model_post(branch.call(branch.members[1]), nominated.model_post_id)


async def test_a_list_is_narrowed_to_a_unit_and_what_is_below_and_paged(branch: Branch) -> None:
    made = [(await branch.nominate(person)).model_post_id for person in branch.members]
    assert await branch.listed(branch.committee, unit_id=branch.desk.school) == made
    assert await branch.listed(branch.committee, unit_id=branch.desk.branches[1]) == []
    assert await branch.listed(branch.committee, displayed_only=True) == []
    assert await branch.listed(branch.committee, person_id=branch.members[1]) == made[1:2]

    seen, token = [], ""
    for _ in range(3):
        page = await model_posts.list_model_posts(
            branch.call(branch.secretary), ModelPostFilter(), size=1, token=token
        )
        seen += [post.model_post_id for post in page.items]
        token = page.next_token
    assert (seen, token) == (made, "")


async def test_a_display_asks_for_the_version(branch: Branch) -> None:
    nominated = await branch.nominate()
    await branch.approve(nominated)

    with pytest.raises(EtagMismatchError):
        await model_posts.display(
            branch.call(branch.secretary, if_match="1"),
            nominated.model_post_id,
            place="大厅",
            displayed_on=None,
        )


async def test_only_members_of_a_branch_are_nominated_and_only_when_that_is_known(branch: Branch) -> None:
    outsider = (await branch.desk.people(1))[0]
    with pytest.raises(ModelPostHolderNotMemberError):
        await branch.nominate(outsider)
    with pytest.raises(PersonUnknownError):
        await branch.nominate(new_id())
    with pytest.raises(InvalidArgumentError):
        await branch.nominate(unit_id=branch.desk.school)
    branch.desk.recorders.away = "membership"
    with pytest.raises(FactsUnavailableError):
        await branch.nominate()
    assert await branch.listed(branch.committee) == []


async def test_what_is_not_there_is_not_found_by_those_who_may_look(branch: Branch) -> None:
    with pytest.raises(PermissionDeniedError):
        await model_posts.get_model_post(branch.call(branch.secretary), new_id())
    await branch.desk.grant(branch.committee, "ROLE_COMMITTEE_SECRETARY", branch.desk.university)
    with pytest.raises(ModelPostNotFoundError):
        await model_posts.get_model_post(branch.call(branch.committee), new_id())
