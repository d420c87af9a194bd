from dataclasses import replace
from datetime import date

import pytest

from chassis.errors import InvalidArgumentError
from evaluation.domain.awards import Level
from evaluation.domain.honours import Honour, HonourKind, NewHonour, check_new
from evaluation.errors import HonourExistsError, HonourWithdrawnError
from tests.unit.evaluation.ballots import NOW, uid

TODAY = date(2026, 11, 24)
NEW = NewHonour(
    person_id=uid(1),
    kind=HonourKind.NATIONAL,
    title="全国大学生年度人物",
    issuer="教育部",
    level=Level.NATIONAL,
    year=2021,
    awarded_on=date(2021, 6, 1),
    evidence="",
)


@pytest.mark.covers("S89", "S90")
def test_the_same_honour_is_recorded_once() -> None:
    with pytest.raises(HonourExistsError):
        check_new([NEW, replace(NEW, issuer="另一单位")], TODAY)


@pytest.mark.parametrize(
    "other",
    [
        replace(NEW, person_id=uid(2)),
        replace(NEW, year=2022),
        replace(NEW, title="大学生自强之星标兵"),
        replace(NEW, kind=HonourKind.COMMENDATION),
    ],
)
def test_another_person_year_title_or_kind_is_another_honour(other: NewHonour) -> None:
    check_new([NEW, other], TODAY)


def test_an_honour_of_tomorrow_is_refused() -> None:
    check_new([replace(NEW, awarded_on=TODAY)], TODAY)
    with pytest.raises(InvalidArgumentError):
        check_new([replace(NEW, awarded_on=date(2026, 11, 25))], TODAY)


def test_what_was_withdrawn_is_not_withdrawn_again() -> None:
    honour = Honour(
        uid(9), uid(8), uid(1), HonourKind.NATIONAL, "称号", "单位", Level.NATIONAL, 2021, TODAY, "", NOW, None, "", 1
    )  # fmt: skip

    withdrawn = honour.withdrawn("重复登记", NOW)

    assert (withdrawn.withdrawn_at, withdrawn.version) == (NOW, 2)
    with pytest.raises(HonourWithdrawnError):
        withdrawn.withdrawn("再次", NOW)
