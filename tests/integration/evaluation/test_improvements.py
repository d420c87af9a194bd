"""Improvement items on a real database: proposing once, deadlines that pass, and as many statements as for one."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from chassis.errors import PermissionDeniedError
from chassis.ids import new_id
from evaluation.domain.improvements import ImprovementState, Outcome
from evaluation.errors import ImprovementItemNotFoundError
from evaluation.operations import improvements, results
from evaluation.operations.results import TieDecision
from evaluation.repository.improvements import ImprovementFilter
from tests.integration.evaluation.desk import NOW, Desk
from tests.support import counting


async def announced(desk: Desk, **values: Any) -> Any:
    edition, _ = await desk.ranked(**values)
    return await results.post_notice(
        desk.call(), edition.edition_id, decision=TieDecision(), override_reason=""
    )


async def items(desk: Desk, **wanted: Any) -> Any:
    page = await improvements.list_improvement_items(
        desk.call(), ImprovementFilter(**wanted), size=0, token=""
    )
    return page.items


async def test_what_is_planned_is_overdue_from_the_day_after_its_last(desk: Desk) -> None:
    edition = await announced(desk)
    await improvements.propose(desk.call(), edition.edition_id, Decimal(80))
    first, *_ = await items(desk)
    due_on = desk.clock.today() + timedelta(days=3)
    await improvements.plan(desk.call(), first.improvement_item_id, "措施", due_on)

    desk.clock.instant = NOW + timedelta(days=3)
    assert await items(desk, overdue_only=True) == []
    desk.clock.instant = NOW + timedelta(days=4)

    assert [one.improvement_item_id for one in await items(desk, overdue_only=True)] == [
        first.improvement_item_id
    ]


async def test_proposing_and_following_up_take_as_many_statements_for_many_items(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    award = await desk.award(first_year=2000)
    edition = await announced(desk, award=award, number=26, year=2025)
    asked = counting.count(monkeypatch)

    few = await improvements.propose(desk.call(), edition.edition_id, Decimal(1))
    for_few = len(asked)
    asked.clear()
    many = await improvements.propose(desk.call(), edition.edition_id, Decimal(100))

    assert 0 < few.new < many.new
    assert len(asked) == for_few
    later = await announced(desk, award=award, number=27, year=2026)
    found = await items(desk)
    assert {one.next_edition_id for one in found} == {later.edition_id}
    assert {one.outcome for one in found} == {Outcome.NOT_IMPROVED}


async def test_what_was_dismissed_is_not_followed_up(desk: Desk) -> None:
    award = await desk.award(first_year=2000)
    edition = await announced(desk, award=award, number=26, year=2025)
    await improvements.propose(desk.call(), edition.edition_id, Decimal(71))
    dismissed, *others = await items(desk)
    await improvements.dismiss(desk.call(), dismissed.improvement_item_id, "数据有误")

    await announced(desk, award=award, number=27, year=2026)

    assert [one.improvement_item_id for one in await items(desk, outcome=Outcome.NOT_IMPROVED)] == [
        one.improvement_item_id for one in others
    ]
    kept = await improvements.get_improvement_item(desk.call(), dismissed.improvement_item_id)
    assert (kept.state, kept.outcome) == (ImprovementState.DISMISSED, None)


async def test_who_leads_the_unit_does_not_accept_its_own_report(desk: Desk) -> None:
    edition = await announced(desk)
    await improvements.propose(desk.call(), edition.edition_id, Decimal(81))
    item = next(one for one in await items(desk) if one.unit_id == desk.branches[0])
    # Every permission on the branch, and none on the award.
    await desk.grant(desk.secretary, "ROLE_COMMITTEE_SECRETARY", desk.branches[0])
    own = desk.call(desk.secretary)
    await improvements.plan(own, item.improvement_item_id, "措施", desk.clock.today())
    await improvements.report(desk.call(desk.secretary), item.improvement_item_id, "情况")

    with pytest.raises(PermissionDeniedError):
        await improvements.close(desk.call(desk.secretary), item.improvement_item_id)

    closed = await improvements.close(desk.call(), item.improvement_item_id)
    assert closed.state is ImprovementState.CLOSED


async def test_an_unknown_item_is_said(desk: Desk) -> None:
    with pytest.raises(ImprovementItemNotFoundError):
        await improvements.get_improvement_item(desk.call(), new_id())
