"""Honours of persons and the indicators counted from them, on a real database."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis import access
from chassis.errors import EtagMismatchError, InvalidArgumentError, PermissionDeniedError
from chassis.ids import new_id
from evaluation.domain.awards import Level
from evaluation.domain.honours import Honour, HonourKind, NewHonour
from evaluation.domain.indicators import Basis, Definition, Indicator, IndicatorValue, Population
from evaluation.domain.recorded import RollMember, Status
from evaluation.errors import (
    FactsUnavailableError,
    HonourExistsError,
    HonourWithdrawnError,
    IndicatorCodeTakenError,
    PersonUnknownError,
)
from evaluation.operations import honours, indicators
from evaluation.operations.honours import HonourFilter
from tests.integration.evaluation.desk import LONG_AGO, NOW, Desk

AWARDED = date(2021, 12, 20)
COUNTED = frozenset({Status.FULL, Status.PROBATIONARY})
MODELS = Definition(
    Population.HONOURED_PERSONS,
    frozenset({HonourKind.MODEL_STUDENT}),
    COUNTED,
    frozenset({"undergraduate"}),
    Basis.AWARD_DATE,
)
HONOURED_MEMBERS = Definition(
    Population.MEMBERS,
    frozenset({HonourKind.SCHOLARSHIP, HonourKind.COMMENDATION}),
    COUNTED,
    frozenset({"undergraduate"}),
    Basis.NAMED_DAY,
)
ANY = HonourFilter(person_id=None, kind=None, year=None, known_at=None)


def honour(person: UUID, kind: HonourKind = HonourKind.MODEL_STUDENT, **values: Any) -> NewHonour:
    known: dict[str, Any] = {
        "person_id": person,
        "kind": kind,
        "title": "优秀学生标兵",
        "issuer": "示范大学",
        "level": Level.UNIVERSITY,
        "year": 2021,
        "awarded_on": AWARDED,
        "evidence": "",
    }
    return NewHonour(**known | values)


async def record(
    desk: Desk, *new: NewHonour, by: UUID | None = None, unit: UUID | None = None
) -> tuple[Honour, ...]:
    unit_id = unit or desk.university
    call = await desk.checked(by, "evaluation.honour.record", unit_id)
    return await honours.record_honours(call, unit_id, new)


async def define(desk: Desk, definition: Definition, unit: UUID | None = None) -> Indicator:
    unit_id = unit or desk.university
    call = await desk.checked(None, "evaluation.indicator.define", unit_id)
    return await indicators.define_indicator(
        call, unit_id=unit_id, code=f"i{new_id().hex}", name="指标", definition=definition
    )


async def compute(
    desk: Desk, indicator: Indicator, as_of: date | None = None, by: UUID | None = None, **values: Any
) -> IndicatorValue:
    return await indicators.compute_indicator(
        desk.call(by),
        indicator.indicator_id,
        year=2021,
        as_of=as_of,
        known_at=values.get("known_at"),
        recorders=desk.recorders,
    )


def rolled(people: Sequence[UUID], branch: UUID) -> list[RollMember]:
    return [RollMember(person, Status.FULL, False, branch) for person in people]


@pytest.mark.covers("S89", "S90")
class TestHonours:
    async def test_a_national_honour_is_recorded_and_announced(self, desk: Desk) -> None:
        (person,) = await desk.people(1)
        new = honour(
            person,
            HonourKind.NATIONAL,
            title="全国大学生年度人物",
            issuer="教育部",
            level=Level.NATIONAL,
            evidence="教思政函〔2021〕1号",
        )

        (kept,) = await record(desk, new)

        assert await honours.get_honour(desk.call(), kept.honour_id) == kept
        name, data = (await desk.events())[-1]
        assert (name, data["honour"]["personId"]) == ("honour.recorded", str(person))

    async def test_the_same_honour_is_refused_and_nothing_of_the_batch_is_kept(self, desk: Desk) -> None:
        first, second = await desk.people(2)
        await record(desk, honour(first))

        with pytest.raises(HonourExistsError):
            await record(desk, honour(second), honour(first))

        found, _ = await honours.list_honours(desk.call(), ANY, page_size=0, page_token="")
        assert [each.person_id for each in found] == [first]

    async def test_a_stranger_has_no_honour(self, desk: Desk) -> None:
        with pytest.raises(PersonUnknownError):
            await record(desk, honour(new_id()))

    async def test_a_withdrawn_one_stays_known_as_of_before(self, desk: Desk) -> None:
        (person,) = await desk.people(1)
        (kept,) = await record(desk, honour(person))
        desk.clock.instant = NOW + timedelta(hours=1)

        withdrawn = await honours.withdraw_honour(desk.call(if_match='"1"'), kept.honour_id, "重复登记")

        now, _ = await honours.list_honours(desk.call(), ANY, page_size=0, page_token="")
        before, _ = await honours.list_honours(
            desk.call(), HonourFilter(None, None, 2021, known_at=NOW), page_size=0, page_token=""
        )
        assert now == []
        assert [each.honour_id for each in before] == [kept.honour_id]
        with pytest.raises(HonourWithdrawnError):
            await honours.withdraw_honour(desk.call(), withdrawn.honour_id, "再次")
        await record(desk, honour(person))

    async def test_a_stale_tag_withdraws_nothing(self, desk: Desk) -> None:
        (person,) = await desk.people(1)
        (kept,) = await record(desk, honour(person))

        with pytest.raises(EtagMismatchError):
            await honours.withdraw_honour(desk.call(if_match='"2"'), kept.honour_id, "理由")

    async def test_a_person_reads_their_own_and_nobody_elses(self, desk: Desk) -> None:
        me, other = await desk.people(2)
        mine, theirs = await record(desk, honour(me), honour(other))

        found, _ = await honours.list_honours(desk.call(me), ANY, page_size=0, page_token="")

        assert found == [mine]
        assert await honours.get_honour(desk.call(me), mine.honour_id) == mine
        with pytest.raises(PermissionDeniedError):
            await honours.get_honour(desk.call(me), theirs.honour_id)


@pytest.mark.covers("S87", "SEED-07", "F73")
class TestMembersAmongModelStudents:
    async def test_comes_to_sixty_percent_with_everybody_behind_it(self, desk: Desk) -> None:
        people = await desk.people(50)
        await record(desk, *(honour(person) for person in people))
        desk.recorders.members[None] = rolled(people[:30], desk.branches[0])
        indicator = await define(desk, MODELS)

        value = await compute(desk, indicator)

        assert (value.numerator, value.denominator, f"{value.share}") == (30, 50, "60.0")
        assert set(desk.recorders.asked) == {("membership", None, AWARDED)}
        counted, token = await indicators.list_evidence(
            desk.call(), value.value_id, numerator_only=True, page_size=20, page_token=""
        )
        rest, end = await indicators.list_evidence(
            desk.call(), value.value_id, numerator_only=True, page_size=20, page_token=token
        )
        assert [each.person_id for each in (*counted, *rest)] == sorted(people[:30])
        assert end == "" and all(each.honour_ids and each.as_of == AWARDED for each in counted)

    async def test_what_became_known_later_is_not_counted_as_of_before(self, desk: Desk) -> None:
        first, second = await desk.people(2)
        await record(desk, honour(first))
        desk.clock.instant = NOW + timedelta(hours=1)
        await record(desk, honour(second))
        indicator = await define(desk, MODELS)

        assert (await compute(desk, indicator)).denominator == 2
        assert (await compute(desk, indicator, known_at=NOW)).denominator == 1

    async def test_honours_of_other_groups_and_kinds_and_years_do_not_count(self, desk: Desk) -> None:
        (student,) = await desk.people(1)
        (teacher,) = await desk.people(1, category="PERSON_CATEGORY_TEACHER")
        await record(
            desk,
            honour(student),
            honour(teacher),
            honour(student, HonourKind.SCHOLARSHIP),
            honour(student, year=2020, awarded_on=date(2020, 12, 20)),
        )

        assert (await compute(desk, await define(desk, MODELS))).denominator == 1

    async def test_honoured_persons_are_those_of_the_unit(self, desk: Desk) -> None:
        (student,) = await desk.people(1)
        await record(desk, honour(student), unit=desk.university)

        assert (await compute(desk, await define(desk, MODELS, desk.school))).denominator == 0

    async def test_a_unit_has_what_lay_below_it_on_the_day_that_is_read(self, desk: Desk) -> None:
        (student,) = await desk.people(1)
        await record(desk, honour(student), unit=desk.branches[0])
        moved = AWARDED + timedelta(days=1)
        parents = [(desk.school, LONG_AGO, moved), (desk.university, moved, None)]
        async with desk.system().transaction() as work:
            await access.replace_edges(work, desk.branches[0], parents)
        named = await define(desk, replace(MODELS, basis=Basis.NAMED_DAY), desk.school)

        assert (await compute(desk, await define(desk, MODELS, desk.school))).denominator == 1
        assert (await compute(desk, named, AWARDED)).denominator == 1
        assert (await compute(desk, named, moved)).denominator == 0


@pytest.mark.covers("S88", "SEED-07", "F73")
class TestHonouredAmongMembers:
    async def test_comes_to_60_2_percent_and_can_be_computed_again(self, desk: Desk) -> None:
        people = await desk.people(500)
        desk.recorders.members[desk.university] = rolled(people, desk.branches[0])
        await record(
            desk,
            *(honour(person, HonourKind.SCHOLARSHIP, title="奖学金") for person in people[:200]),
            *(honour(person, HonourKind.COMMENDATION, title="三好学生") for person in people[150:301]),
        )
        indicator = await define(desk, HONOURED_MEMBERS)

        value = await compute(desk, indicator, as_of=AWARDED)
        again = await compute(desk, indicator, as_of=AWARDED)

        assert (value.numerator, value.denominator, f"{value.share}") == (301, 500, "60.2")
        assert again.digest == value.digest and again.value_id != value.value_id
        assert await indicators.get_value(desk.call(), value.value_id) == value
        found, _ = await indicators.list_values(
            desk.call(), indicator.indicator_id, year=2021, page_size=0, page_token=""
        )
        assert [each.value_id for each in found] == [again.value_id, value.value_id]

    async def test_whoever_may_read_a_value_may_not_yet_read_the_people(self, desk: Desk) -> None:
        head = new_id()
        await desk.grant(head, "ROLE_UNIT_LEADER", desk.university)
        value = await compute(desk, await define(desk, HONOURED_MEMBERS), as_of=AWARDED)

        assert await indicators.get_value(desk.call(head), value.value_id) == value
        with pytest.raises(PermissionDeniedError):
            await indicators.list_evidence(
                desk.call(head), value.value_id, numerator_only=False, page_size=0, page_token=""
            )

    async def test_a_value_keeps_the_definition_it_was_counted_by(self, desk: Desk) -> None:
        indicator = await define(desk, HONOURED_MEMBERS)
        value = await compute(desk, indicator, as_of=AWARDED)

        revised = await indicators.revise_indicator(
            desk.call(if_match='"1"'), indicator.indicator_id, name="新口径", definition=MODELS
        )

        assert (revised.version, revised.definition) == (2, MODELS)
        kept = await indicators.get_value(desk.call(), value.value_id)
        assert (kept.definition_version, kept.definition) == (1, HONOURED_MEMBERS)

    async def test_nothing_is_kept_while_membership_is_away(self, desk: Desk) -> None:
        indicator = await define(desk, HONOURED_MEMBERS)
        desk.recorders.away = "membership"

        with pytest.raises(FactsUnavailableError):
            await compute(desk, indicator, as_of=AWARDED)

    async def test_neither_a_missing_day_nor_an_instant_ahead_is_counted(self, desk: Desk) -> None:
        indicator = await define(desk, HONOURED_MEMBERS)

        with pytest.raises(InvalidArgumentError):
            await compute(desk, indicator)
        with pytest.raises(InvalidArgumentError):
            await compute(desk, indicator, as_of=AWARDED, known_at=NOW + timedelta(seconds=1))

    async def test_a_code_is_given_once(self, desk: Desk) -> None:
        indicator = await define(desk, HONOURED_MEMBERS)
        call = await desk.checked(None, "evaluation.indicator.define", desk.university)

        with pytest.raises(IndicatorCodeTakenError):
            await indicators.define_indicator(
                call, unit_id=desk.university, code=indicator.code, name="", definition=MODELS
            )

    async def test_only_the_indicators_of_own_units_are_listed(self, desk: Desk) -> None:
        await define(desk, HONOURED_MEMBERS)

        seen, _ = await indicators.list_indicators(desk.call(), code=None, page_size=0, page_token="")
        unseen, _ = await indicators.list_indicators(
            desk.call(desk.secretary), code=None, page_size=0, page_token=""
        )

        assert (len(seen), len(unseen)) == (1, 0)
