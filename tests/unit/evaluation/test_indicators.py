from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from chassis.errors import InvalidArgumentError
from evaluation.domain import rules
from evaluation.domain.honours import HonourKind
from evaluation.domain.indicators import (
    Basis,
    Counted,
    Definition,
    IndicatorValue,
    PersonHonours,
    Population,
    by_person,
    count,
    days_read,
    digest,
)
from evaluation.domain.recorded import RollMember, Status
from tests.unit.evaluation.ballots import NOW, uid

DAY = date(2021, 12, 20)
MODELS = Definition(
    denominator=Population.HONOURED_PERSONS,
    honour_kinds=frozenset({HonourKind.MODEL_STUDENT}),
    statuses=frozenset({Status.FULL, Status.PROBATIONARY}),
    categories=frozenset(),
    basis=Basis.AWARD_DATE,
)
MEMBERS = Definition(
    denominator=Population.MEMBERS,
    honour_kinds=frozenset({HonourKind.SCHOLARSHIP, HonourKind.COMMENDATION}),
    statuses=frozenset({Status.FULL, Status.PROBATIONARY}),
    categories=frozenset(),
    basis=Basis.NAMED_DAY,
)


def member(person: int, status: Status = Status.FULL) -> RollMember:
    return RollMember(uid(person), status, False, uid(50))


def roll(*members: RollMember) -> dict[UUID, RollMember]:
    return {each.person_id: each for each in members}


def honoured(*people: int, day: date = DAY) -> list[PersonHonours]:
    return [PersonHonours(uid(person), (uid(1000 + person),), day) for person in people]


def share(counted: Iterable[Counted]) -> tuple[int, int]:
    found = list(counted)
    return sum(each.in_numerator for each in found), len(found)


@pytest.mark.covers("S87", "SEED-07", "F73")
class TestMembersAmongModelStudents:
    def test_sixty_of_a_hundred_are_sixty_percent(self) -> None:
        people = honoured(*range(100))
        rolls = {DAY: roll(*(member(person) for person in range(60)), *(member(p) for p in range(500, 900)))}

        counted = count(MODELS, people, rolls, as_of=None, category_of={})

        assert share(counted) == (60, 100)

    def test_membership_is_that_of_the_day_of_the_award(self) -> None:
        earlier = date(2021, 6, 1)
        rolls = {DAY: roll(member(1), member(2)), earlier: roll(member(1))}
        people = [*honoured(1), *honoured(2, day=earlier)]

        counted = count(MODELS, people, rolls, as_of=None, category_of={})

        assert [(each.in_numerator, each.as_of) for each in counted] == [(True, DAY), (False, earlier)]
        assert days_read(MODELS, people, None) == {DAY, earlier}

    def test_whether_probationers_count_is_declared(self) -> None:
        rolls = {DAY: roll(member(1), member(2, Status.PROBATIONARY))}
        only_full = Definition(
            MODELS.denominator, MODELS.honour_kinds, frozenset({Status.FULL}), frozenset(), MODELS.basis
        )

        assert share(count(MODELS, honoured(1, 2), rolls, as_of=None, category_of={})) == (2, 2)
        assert share(count(only_full, honoured(1, 2), rolls, as_of=None, category_of={})) == (1, 2)

    def test_evidence_says_what_somebody_outside_the_numerator_was(self) -> None:
        rolls = {DAY: roll(member(1, Status.SUSPENDED))}

        (counted,) = count(MODELS, honoured(1), rolls, as_of=None, category_of={})

        assert (counted.in_numerator, counted.status, counted.branch_id) == (False, Status.SUSPENDED, uid(50))


@pytest.mark.covers("S88", "SEED-07", "F73")
class TestHonouredAmongMembers:
    def test_six_hundred_and_two_of_a_thousand_are_60_2_percent(self) -> None:
        rolls = {DAY: roll(*(member(person) for person in range(1000)))}
        people = honoured(*range(602), *range(2000, 2400))

        counted = count(MEMBERS, people, rolls, as_of=DAY, category_of={})

        assert share(counted) == (602, 1000)
        assert value(*share(counted)).share == Decimal("60.2")

    def test_the_same_people_divided_by_honours_give_another_share(self) -> None:
        rolls = {DAY: roll(*(member(person) for person in range(4)))}
        people = honoured(0, 1, 2, *range(10, 12))
        by_honours = Definition(
            Population.HONOURED_PERSONS, MEMBERS.honour_kinds, MEMBERS.statuses, frozenset(), Basis.NAMED_DAY
        )

        assert share(count(MEMBERS, people, rolls, as_of=DAY, category_of={})) == (3, 4)
        assert share(count(by_honours, people, rolls, as_of=DAY, category_of={})) == (3, 5)

    def test_only_the_named_groups_count(self) -> None:
        undergraduates = Definition(
            Population.MEMBERS,
            MEMBERS.honour_kinds,
            MEMBERS.statuses,
            frozenset({"undergraduate"}),
            MEMBERS.basis,
        )
        groups = {uid(1): "undergraduate", uid(2): "teacher", uid(3): None}
        rolls = {DAY: roll(member(1), member(2), member(3))}

        counted = count(undergraduates, honoured(1, 2), rolls, as_of=DAY, category_of=groups)

        assert [each.person_id for each in counted] == [uid(1)]

    def test_somebody_with_several_honours_counts_once(self) -> None:
        (person,) = by_person([(uid(1), uid(12), DAY), (uid(1), uid(11), date(2021, 3, 1))])

        assert person == PersonHonours(uid(1), (uid(11), uid(12)), date(2021, 3, 1))


class TestDefinition:
    def test_members_are_not_read_on_award_dates(self) -> None:
        with pytest.raises(InvalidArgumentError):
            Definition(
                MEMBERS.denominator, MEMBERS.honour_kinds, MEMBERS.statuses, frozenset(), Basis.AWARD_DATE
            )

    def test_a_named_day_is_named_and_another_is_not(self) -> None:
        MEMBERS.check_day(DAY, DAY)
        MODELS.check_day(None, DAY)
        for definition, day in ((MEMBERS, None), (MODELS, DAY)):
            with pytest.raises(InvalidArgumentError):
                definition.check_day(day, DAY)

    def test_a_day_that_lies_ahead_is_refused(self) -> None:
        with pytest.raises(InvalidArgumentError):
            MEMBERS.check_day(date(2021, 12, 21), DAY)

    @pytest.mark.parametrize("definition", [MODELS, MEMBERS])
    def test_survives_being_stored(self, definition: Definition) -> None:
        assert Definition.from_record(definition.to_record()) == definition


def value(numerator: int, denominator: int) -> IndicatorValue:
    return IndicatorValue(
        uid(1),
        uid(2),
        1,
        MEMBERS,
        2021,
        DAY,
        NOW,
        numerator,
        denominator,
        NOW,
        digest(MEMBERS, 2021, DAY, []),
    )


def test_there_is_no_share_of_nobody() -> None:
    assert value(0, 0).share is None


def test_the_digest_sees_everybody_counted() -> None:
    rolls = {DAY: roll(member(1), member(2))}
    one = count(MEMBERS, honoured(1), rolls, as_of=DAY, category_of={})
    other = count(MEMBERS, honoured(2), rolls, as_of=DAY, category_of={})

    assert share(one) == share(other)
    assert digest(MEMBERS, 2021, DAY, one) != digest(MEMBERS, 2021, DAY, other)


@pytest.mark.parametrize(
    ("share", "published", "agrees"),
    [("60.2", "60.2", True), ("60.2", "60.20", True), ("60.2", "60.3", False), ("60.2", "60.1", False)],
)
def test_what_is_published_agrees_with_what_the_facts_come_to(
    share: str, published: str, agrees: bool
) -> None:
    day = date(2022, 12, 31)
    (judged,) = rules.reproduction(share=Decimal(share), published=Decimal(published), on=day)
    assert (judged.rule_id, judged.satisfied, judged.forbids) == ("SEED-07", agrees, not agrees)
    (nobody,) = rules.reproduction(share=None, published=Decimal(published), on=day)
    assert nobody.forbids
