"""Judging the rows of a campus system: who is new, linked, changed or unchanged, and what is wrong."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.ids import new_id
from chassis.intervals import Interval
from membership.domain.people import Affiliation, AffiliationKind, Person, PersonKind
from membership.domain.rosters import Names, RosterPolicy, Row
from membership.domain.sync_batches import (
    MOST_ROWS,
    BatchState,
    DepartureState,
    DifferenceKind,
    SyncBatch,
    SyncDeparture,
    check_departure,
)
from membership.domain.sync_rows import Judged, Known, Stay, judge
from membership.domain.units import Unit
from membership.errors import FieldsContradictError
from membership.errors.sync import SyncBatchStateError, SyncDepartureSettledError, SyncTooLargeError

TODAY = date(2026, 9, 10)
NOW = datetime(2026, 9, 10, 1, tzinfo=UTC)
SCHOOL = Unit(uuid4(), "school", "", date(2020, 1, 1), None, name="数学学院")
OTHER = Unit(uuid4(), "school", "", date(2020, 1, 1), None, name="物理学院")
CLOSED = Unit(uuid4(), "school", "", date(2020, 1, 1), date(2025, 1, 1), name="旧学院")


def person(**fields: Any) -> Person:
    values: dict[str, Any] = {
        "person_id": uuid4(),
        "name": "张三",
        "kind": PersonKind.STUDENT,
        "category": None,
        "campus_number": "2023001",
        "birth_date": date(2005, 3, 1),
        "political_status": None,
        "affiliations": (Affiliation(AffiliationKind.SCHOOL, SCHOOL.unit_id, date(2023, 9, 1)),),
        "version": 1,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Person(**values | fields)


def cells(**fields: str) -> dict[str, str]:
    found = {"externalId": "k1", "name": "张三", "campusNumber": "2023001", "kind": "student"} | fields
    return {name.replace("__", "."): text for name, text in found.items() if text}


def school(name: str = "数学学院", **fields: str) -> dict[str, str]:
    found = {"kind": "school", "unit": name} | fields
    return {f"affiliations[0].{key}": text for key, text in found.items()}


def known(*people: Person, linked: dict[str, UUID] | None = None, stays: Any = None) -> Known:
    return Known(
        today=TODAY,
        as_of=TODAY,
        names=Names([SCHOOL, OTHER, CLOSED]),
        department_kinds=frozenset({"school"}),
        linked=linked or {},
        holders={one.campus_number: one.person_id for one in people if one.campus_number},
        persons={one.person_id: one for one in people},
        stays=stays or {},
    )


def judged(known: Known, *rows: dict[str, str]) -> Judged:
    return judge([Row(number, row) for number, row in enumerate(rows, 1)], known, new_id)


def wrong(known: Known, *rows: dict[str, str]) -> list[tuple[int, str]]:
    return [(item.row, item.column) for item in judged(known, *rows).problems]


def test_somebody_nobody_knows_is_new() -> None:
    (row,) = judged(known(), cells() | school()).planned
    assert (row.kind, row.campus_number) == (DifferenceKind.NEW, "2023001")
    assert row.ties == (Affiliation(AffiliationKind.SCHOOL, SCHOOL.unit_id, TODAY),)
    assert row.changes == ()


def test_the_holder_of_the_number_is_linked_and_only_under_the_same_name() -> None:
    there = person()
    (row,) = judged(known(there), cells() | school()).planned
    assert (row.kind, row.person_id, row.changes) == (DifferenceKind.LINKED, there.person_id, ())
    assert wrong(known(there), cells(name="李四")) == [(1, "name")]


def test_the_same_again_is_no_difference() -> None:
    there = person()
    (row,) = judged(known(there, linked={"k1": there.person_id}), cells() | school()).planned
    assert (row.kind, row.ties) == (None, ())


@pytest.mark.parametrize(
    ("fields", "changed"),
    [
        ({"name": "张三丰"}, ["name"]),
        ({"kind": "staff"}, ["kind"]),
        ({"category": "undergraduate"}, ["category"]),
        ({"birthDate": "2005-03-02"}, ["birthDate"]),
        ({"birthDate": ""}, []),
        ({"campusNumber": "2023002"}, ["campusNumber"]),
        ({"campusNumber": ""}, []),
        ({"room": "西13-402"}, ["room"]),
        (school("物理学院"), ["affiliations.school"]),
        (school(firstDay="2023-09-01"), []),
        (school(firstDay="2023-08-31"), ["affiliations.school"]),
        (school(endDay="2026-07-01"), ["affiliations.school"]),
    ],
)
def test_what_differs_is_named_and_what_is_not_said_stays(fields: dict[str, str], changed: list[str]) -> None:
    there = person()
    row = {**cells(), **fields}
    (planned,) = judged(
        known(there, linked={"k1": there.person_id}), {k: v for k, v in row.items() if v}
    ).planned
    assert [change.field for change in planned.changes] == changed
    assert planned.kind is (DifferenceKind.CHANGED if changed else None)


def test_numbers_are_masked_where_differences_are_shown() -> None:
    there = person()
    (row,) = judged(known(there, linked={"k1": there.person_id}), cells(campusNumber="2023002")).planned
    assert (row.changes[0].before, row.changes[0].after) == ("****3001", "****3002")
    assert row.campus_number == "2023002"


@pytest.mark.parametrize(
    ("fields", "column"),
    [
        ({"externalId": ""}, "externalId"),
        ({"externalId": "k 1"}, "externalId"),
        ({"name": ""}, "name"),
        ({"name": "长" * 101}, "name"),
        ({"campusNumber": "学号一"}, "campusNumber"),
        ({"kind": ""}, "kind"),
        ({"birthDate": "2005-02-30"}, "birthDate"),
        ({"birthDate": "2026-09-11"}, "birthDate"),
        ({"room": "室" * 61}, "room"),
        (school("没有"), "affiliations[0].unit"),
        (school("旧学院"), "affiliations[0].unit"),
        (school(kind="unspecified"), "affiliations[0].kind"),
        (school(firstDay="昨天"), "affiliations[0].firstDay"),
        (school(firstDay="2026-09-10", endDay="2026-09-10"), "affiliations[0].endDay"),
        (school(endDay="0001-01-01"), "affiliations[0].endDay"),
    ],
)
def test_a_wrong_value_is_told_by_row_and_field(fields: dict[str, str], column: str) -> None:
    bad = {name: text for name, text in {**cells(), **fields}.items() if text}
    good = cells(externalId="k2", campusNumber="2023009")
    found = judged(known(), good, bad)
    assert [(item.row, item.column) for item in found.problems] == [(2, column)]
    assert [item.row for item in found.planned] == [1]


def test_keys_numbers_and_persons_stand_once_in_a_batch() -> None:
    assert wrong(known(), cells(), cells(campusNumber="2023002")) == [(1, "externalId"), (2, "externalId")]
    assert wrong(known(), cells(), cells(externalId="k2")) == [(1, "campusNumber"), (2, "campusNumber")]
    there = person()
    both = known(there, linked={"k1": there.person_id, "k2": there.person_id})
    assert wrong(both, cells(), cells(externalId="k2", campusNumber="")) == [(2, "campusNumber")]


def test_a_number_of_somebody_else_is_refused() -> None:
    there, other = person(), person(campus_number="2023002")
    assert wrong(known(there, other, linked={"k1": there.person_id}), cells(campusNumber="2023002")) == [
        (1, "campusNumber")
    ]


def test_a_room_begins_on_the_day_of_the_batch_and_is_not_said_twice() -> None:
    there = person()
    linked = {"k1": there.person_id}
    (row,) = judged(known(there, linked=linked), cells(room="西13-402")).planned
    assert row.stay == Stay("西13-402", TODAY)
    stays = {there.person_id: (Stay("西13-402", date(2023, 9, 1)),)}
    (again,) = judged(known(there, linked=linked, stays=stays), cells(room="西13-402")).planned
    assert (again.stay, again.kind) == (None, None)


@given(days=st.integers(-800, 800), length=st.none() | st.integers(1, 900))
def test_what_was_taken_over_is_never_different_again(days: int, length: int | None) -> None:
    start = TODAY + timedelta(days=days)
    until = None if length is None else start + timedelta(days=length)
    said = school(firstDay=start.isoformat(), **({} if until is None else {"endDay": until.isoformat()}))
    there = person(affiliations=())
    linked = {"k1": there.person_id}
    (row,) = judged(known(there, linked=linked), cells() | said).planned
    assert row.ends == ()
    after = person(person_id=there.person_id, affiliations=row.ties)
    (again,) = judged(known(after, linked=linked), cells() | said).planned
    assert again.kind is None


def test_a_stated_end_ends_what_was_believed_for_ever_and_says_it_once() -> None:
    there = person()
    linked = {"k1": there.person_id}
    said = cells() | school(endDay="2026-07-01")
    (row,) = judged(known(there, linked=linked), said).planned
    assert row.ends == ((AffiliationKind.SCHOOL, Interval(date(2026, 7, 1))),)
    ended = person(
        person_id=there.person_id,
        affiliations=(
            Affiliation(AffiliationKind.SCHOOL, SCHOOL.unit_id, date(2023, 9, 1), date(2026, 7, 1)),
        ),
    )
    (again,) = judged(known(ended, linked=linked), said).planned
    assert (again.kind, again.ends) == (None, ())


def batch(**fields: Any) -> SyncBatch:
    values: dict[str, Any] = {
        "batch_id": uuid4(),
        "source": "students",
        "state": BatchState.RECEIVING,
        "complete": False,
        "as_of": TODAY,
        "sent_by": None,
        "created_at": NOW,
    }
    return SyncBatch(**values | fields)


def test_a_batch_goes_its_way_and_no_other() -> None:
    begun = batch().received(10, more_follows=True)
    assert (begun.state, begun.rows) == (BatchState.RECEIVING, 10)
    whole = begun.received(5, more_follows=False)
    assert (whole.state, whole.rows) == (BatchState.CHECKING, 15)
    checked = whole.checked({"new_persons": 15})
    chosen = checked.waiting(RosterPolicy.ACCEPT_GOOD, None)
    assert chosen.given_back({}, "X").policy is None
    done = chosen.applied({}, NOW)
    with pytest.raises(SyncBatchStateError):
        done.discarded("")
    with pytest.raises(SyncBatchStateError):
        done.waiting(RosterPolicy.ACCEPT_GOOD, None)
    with pytest.raises(SyncBatchStateError):
        checked.received(1, more_follows=False)
    with pytest.raises(SyncBatchStateError):
        begun.waiting(RosterPolicy.ACCEPT_GOOD, None)


def test_a_batch_is_bounded() -> None:
    assert batch(rows=MOST_ROWS - 1).received(1, more_follows=False).rows == MOST_ROWS
    with pytest.raises(SyncTooLargeError):
        batch(rows=MOST_ROWS).received(1, more_follows=False)


def test_a_departure_is_decided_once() -> None:
    proposed = SyncDeparture(uuid4(), uuid4(), "students", uuid4(), NOW)
    assert proposed.decided(None, "毕业", TODAY).state is DepartureState.LEFT
    stays = proposed.decided(None, "交流", None)
    assert stays.state is DepartureState.STAYS
    with pytest.raises(SyncDepartureSettledError):
        stays.decided(None, "毕业", TODAY)


@pytest.mark.parametrize(
    ("left", "left_on", "is_refused"),
    [
        (True, TODAY, False),
        (True, TODAY - timedelta(days=1), False),
        (True, TODAY + timedelta(days=1), True),
        (True, None, True),
        (False, None, False),
        (False, TODAY, True),
    ],
)
def test_a_departure_has_a_day_that_has_come(left: bool, left_on: date | None, is_refused: bool) -> None:
    if not is_refused:
        check_departure(left=left, left_on=left_on, today=TODAY)
        return
    with pytest.raises(FieldsContradictError):
        check_departure(left=left, left_on=left_on, today=TODAY)
