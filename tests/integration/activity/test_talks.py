"""Heart-to-heart talks are read by those who took part and by the unit's own secretary, by nobody above."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from activity.domain.talks import Talk, TalkKind
from activity.errors import PersonUnknownError, TalkNotFoundError, UnitNotInForceError
from activity.operations import talks
from activity.operations.talks import NewTalk
from activity.repository.talks import TalkFilter
from chassis.errors import InvalidArgumentError, PermissionDeniedError
from chassis.ids import new_id
from tests.integration.activity.desk import AUDIT, Desk

TODAY = date(2026, 11, 24)


async def record(
    desk: Desk,
    *people: UUID,
    by: UUID | None = None,
    on: date = TODAY,
    kind: TalkKind = TalkKind.AMONG_MEMBERS,
) -> Talk:
    new = NewTalk(desk.branch, kind, on, tuple(people), "推心置腹")
    return await talks.record_talk(desk.call(by), new, desk.membership)


async def listed(desk: Desk, by: UUID | None = None, **narrow: object) -> list[UUID]:
    wanted = TalkFilter(**narrow)  # type: ignore[arg-type]
    page = await talks.list_talks(desk.call(by), wanted, page_size=0, page_token="")
    return [talk.talk_id for talk in page.talks]


@pytest.mark.covers("S30")
async def test_participants_and_the_units_secretary_read_a_talk(desk: Desk) -> None:
    first, second = await desk.people(2)
    talk = await record(desk, first, second, by=first)

    for reader in (first, second, desk.secretary):
        assert (await talks.get_talk(desk.call(reader), talk.talk_id)).summary == "推心置腹"
        assert await listed(desk, reader) == [talk.talk_id]


@pytest.mark.covers("S30")
async def test_for_everybody_else_the_talk_does_not_exist(desk: Desk) -> None:
    first, second, colleague = await desk.people(3)
    talk = await record(desk, first, second)

    for reader in (colleague, desk.member, desk.committee_secretary, new_id()):
        with pytest.raises(TalkNotFoundError):
            await talks.get_talk(desk.call(reader), talk.talk_id)
        assert await listed(desk, reader) == []


async def test_neither_event_nor_audit_says_who_talked_or_what_about(desk: Desk) -> None:
    first, second = await desk.people(2)

    await record(desk, first, second, by=first)

    ((name, data),) = await desk.events()
    assert name == "talk.recorded"
    assert set(data["talk"]).isdisjoint({"personIds", "summary"})
    assert "推心置腹" not in str(await desk.database.fetch(AUDIT))


async def test_people_do_not_record_the_talks_of_others(desk: Desk) -> None:
    first, second, third = await desk.people(3)

    with pytest.raises(PermissionDeniedError):
        await record(desk, first, second, by=third)


async def test_a_talk_of_tomorrow_is_refused(desk: Desk) -> None:
    with pytest.raises(InvalidArgumentError):
        await record(desk, *await desk.people(2), on=TODAY + timedelta(days=1))


async def test_a_talk_before_the_unit_existed_is_refused(desk: Desk) -> None:
    with pytest.raises(UnitNotInForceError):
        await record(desk, *await desk.people(2), on=date(2019, 12, 31))


async def test_a_talk_with_somebody_unknown_is_refused(desk: Desk) -> None:
    (first,) = await desk.people(1)

    with pytest.raises(PersonUnknownError):
        await record(desk, first, new_id())


async def test_a_list_is_narrowed_and_the_latest_comes_first(desk: Desk) -> None:
    first, second, third = await desk.people(3)
    old = await record(desk, first, second, on=TODAY - timedelta(days=10))
    new = await record(desk, first, third)

    assert await listed(desk) == [new.talk_id, old.talk_id]
    assert await listed(desk, person_id=second) == [old.talk_id]
    assert await listed(desk, first_day=TODAY) == [new.talk_id]
    assert await listed(desk, end_day=TODAY) == [old.talk_id]
    assert await listed(desk, unit_id=desk.other) == []


@pytest.mark.covers("S30")
async def test_talks_are_counted_for_everybody_of_the_unit_and_year(desk: Desk) -> None:
    first, second, silent = await desk.people(3)
    await record(desk, first, second)
    await record(desk, desk.secretary, first, kind=TalkKind.COMMITTEE_WITH_MEMBER)
    await record(desk, first, second, on=date(2025, 12, 31))

    call = await desk.checked(None, "activity.talk.count", desk.branch)
    page = await talks.list_talk_counts(call, desk.branch, 2026, page_size=200, page_token="")

    counts = {each.person_id: (each.with_committee, each.with_members, each.total) for each in page.counts}
    assert counts[first] == (1, 1, 2)
    assert counts[second] == (0, 1, 1)
    assert counts[silent] == (0, 0, 0)
