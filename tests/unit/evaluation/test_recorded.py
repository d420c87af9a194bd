from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from evaluation.domain.awards import FactKey
from evaluation.domain.recorded import (
    CapturedFact,
    RollMember,
    Status,
    UnitActivity,
    capture,
    digest_of_all,
    services_of,
)
from tests.unit.evaluation.ballots import FROM, NOW, UNTIL, uid

ACTIVITY = UnitActivity(
    meetings_by_kind={
        "branch_general_meeting": (1, (uid(3),)),
        "theme_day": (2, (uid(2), uid(1))),
    },
    meetings_held=3,
    study_first=2,
    study_breaches=(uid(2),),
    attendance_rate=Decimal("91.7"),
    teacher_attendances=4,
    class_hours=Decimal("12.50"),
    sworn=5,
    ceremony_ids=(uid(9),),
    talks=6,
)
ROLL = [
    RollMember(uid(21), Status.FULL, True, uid(50)),
    RollMember(uid(22), Status.FULL, False, uid(50)),
    RollMember(uid(23), Status.PROBATIONARY, False, uid(50)),
    RollMember(uid(24), Status.SUSPENDED, False, uid(50)),
]


def captured(*wanted: FactKey, activity: UnitActivity = ACTIVITY) -> dict[FactKey, CapturedFact]:
    facts = capture(
        uid(100), wanted or list(FactKey), activity=activity, roll=ROLL, period_from=FROM, period_until=UNTIL, now=NOW
    )  # fmt: skip
    return {fact.fact: fact for fact in facts}


@pytest.mark.covers("F72")
@pytest.mark.parametrize(
    ("fact", "value", "noun", "records"),
    [
        (FactKey.MEETINGS_HELD, "3", "meeting", [1, 2, 3]),
        (FactKey.THEME_DAYS, "2", "meeting", [1, 2]),
        (FactKey.PARTY_LECTURES, "0", "meeting", []),
        (FactKey.FIRST_ITEM_STUDY_RATE, "66.7", "meeting", [2]),
        (FactKey.ATTENDANCE_RATE, "91.7", "meeting", [1, 2, 3]),
        (FactKey.TEACHER_ATTENDANCES, "4", "meeting", [1, 2, 3]),
        (FactKey.CLASS_HOURS, "12.50", "meeting", [1, 2, 3]),
        (FactKey.SWORN, "5", "ceremony", [9]),
        (FactKey.TALKS_RECORDED, "6", "", []),
        (FactKey.MEMBERS, "4", "member", [21, 22, 23, 24]),
        (FactKey.FULL_MEMBERS, "2", "member", [21, 22]),
        (FactKey.PROBATIONARY_MEMBERS, "1", "member", [23]),
        (FactKey.STAFF_MEMBERS, "1", "member", [21]),
        (FactKey.STUDENT_MEMBERS, "3", "member", [22, 23, 24]),
    ],
)
def test_a_fact_carries_its_value_and_the_records_behind_it(
    fact: FactKey, value: str, noun: str, records: list[int]
) -> None:
    found = captured()[fact]

    assert f"{found.value}" == value
    assert (found.evidence_noun, list(found.evidence_ids)) == (noun, [uid(each) for each in records])


def test_every_fact_can_be_captured() -> None:
    assert set(captured()) == set(FactKey)


def test_only_what_is_wanted_is_captured() -> None:
    assert set(captured(FactKey.SWORN, FactKey.SWORN)) == {FactKey.SWORN}


def test_rates_of_nothing_are_missing_not_nought() -> None:
    found = captured(activity=UnitActivity())

    assert found[FactKey.FIRST_ITEM_STUDY_RATE].value is None
    assert found[FactKey.ATTENDANCE_RATE].value is None
    assert found[FactKey.MEETINGS_HELD].value == 0


def test_only_the_services_that_recorded_something_wanted_are_asked() -> None:
    assert services_of([FactKey.MEETINGS_HELD, FactKey.SWORN]) == {"activity"}
    assert services_of([FactKey.FULL_MEMBERS, FactKey.SWORN]) == {"activity", "membership"}
    assert services_of([]) == set()


@pytest.mark.covers("F71")
def test_the_digest_is_of_the_fact_not_of_the_moment() -> None:
    found = captured()[FactKey.MEETINGS_HELD]

    assert replace(found, captured_at=NOW + timedelta(days=1)).digest == found.digest
    assert replace(found, value=Decimal(4)).digest != found.digest
    assert replace(found, evidence_ids=found.evidence_ids[:2]).digest != found.digest


def test_the_digest_of_all_does_not_depend_on_their_order() -> None:
    facts = list(captured().values())

    assert digest_of_all(reversed(facts)) == digest_of_all(facts)
