"""What is refused of persons, units and overrides before anything is asked of a database."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest

from chassis.errors import InternalError
from chassis.events import Event, Pattern, Rendered, rendered
from chassis.field_cipher import FieldCipher
from membership.domain.people import (
    Affiliation,
    AffiliationKind,
    NewPerson,
    Person,
    PersonCategory,
    PersonKind,
    PoliticalStatus,
    check_new_person,
    masked_number,
    pinyin_of,
)
from membership.domain.units import Unit, Use
from membership.errors import (
    FieldsContradictError,
    UnitFrozenError,
    UnitKindNotAllowedError,
    UnitNotInForceError,
)
from membership.events import people as events
from membership.events.people import person_registered, persons_registered

TODAY = date(2026, 6, 1)


def tie(since: str, until: str | None = None) -> Affiliation:
    end = None if until is None else date.fromisoformat(until)
    return Affiliation(AffiliationKind.SCHOOL, uuid4(), date.fromisoformat(since), end)


def new(*ties: Affiliation, born: date | None = None) -> NewPerson:
    return NewPerson(uuid4(), "某人", PersonKind.STUDENT, birth_date=born, affiliations=ties)


def unit(kind: str = "branch", form: str = "staff", **fields: object) -> Unit:
    return Unit(uuid4(), kind, form, date(2020, 1, 1), **({"dissolved_on": None} | fields))  # type: ignore[arg-type] # the fields of the test


def person(*ties: Affiliation, **fields: Any) -> Person:
    values = {
        "person_id": uuid4(),
        "name": "某人",
        "kind": PersonKind.STUDENT,
        "category": None,
        "campus_number": "2026001234",
        "birth_date": TODAY,
        "political_status": None,
        "affiliations": ties,
        "version": 1,
        "created_at": datetime(2026, 6, 1, tzinfo=UTC),
        "updated_at": datetime(2026, 6, 1, tzinfo=UTC),
    }
    return Person(**values | fields)  # type: ignore[arg-type] # the fields of the test


def written(event: Rendered) -> tuple[object, ...]:
    """Everything of an event but its own id."""
    return event.resource_id, event.version, event.kind, event.data


class TestEvents:
    def test_events_of_many_persons_are_those_of_each(self) -> None:
        school, later = tie("2023-09-01"), tie("2024-09-01", "2025-09-01")
        people = [
            person(school, name="甲"),
            person(school, name="乙", campus_number=None, birth_date=None),
            person(school, later),
            person(kind=PersonKind.STAFF),
            person(school, category=PersonCategory.MASTER),
            person(school, political_status=PoliticalStatus.FULL_MEMBER, version=7),
            person(school, created_at=datetime(2026, 6, 2, 3, 4, 5, 678, tzinfo=UTC), merged_into=uuid4()),
        ]

        told = list(persons_registered(people))

        assert [written(event) for event in told] == [
            written(rendered(person_registered(one))) for one in people
        ]
        assert len({event.event_id for event in told}) == len(people)

    def test_persons_who_differ_by_nothing_that_is_told_are_printed_once(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        printed = []

        def counted(event: Event) -> Pattern:
            printed.append(event)
            return Pattern(event)

        monkeypatch.setattr(events, "Pattern", counted)
        school = tie("2023-09-01")

        told = list(persons_registered([person(school, name=str(number)) for number in range(50)]))

        assert (len(told), len(printed)) == (50, 1)


class TestPersons:
    @pytest.mark.parametrize(("number", "shown"), [("2026001234", "****1234"), ("1234", "****"), (None, "")])
    def test_a_number_shows_its_end_only(self, number: str | None, shown: str) -> None:
        assert masked_number(number) == shown

    def test_a_name_is_sorted_by_its_sound(self) -> None:
        assert pinyin_of("钱学森") == "qian xue sen"

    @pytest.mark.parametrize("born", [date(1899, 12, 31), date(2026, 6, 2)])
    def test_a_birth_date_is_credible(self, born: date) -> None:
        with pytest.raises(FieldsContradictError):
            check_new_person(new(born=born), today=TODAY)

    def test_ties_of_one_kind_do_not_overlap(self) -> None:
        with pytest.raises(FieldsContradictError):
            check_new_person(new(tie("2023-09-01"), tie("2024-09-01")), today=TODAY)

    def test_ties_may_follow_each_other_on_a_day(self) -> None:
        check_new_person(new(tie("2023-09-01", "2024-09-01"), tie("2024-09-01")), today=TODAY)

    def test_a_period_has_a_day(self) -> None:
        with pytest.raises(FieldsContradictError):
            check_new_person(new(tie("2023-09-01", "2023-09-01")), today=TODAY)


class TestUnits:
    def test_the_last_day_is_the_one_before_the_dissolution(self) -> None:
        dissolved = unit(dissolved_on=date(2024, 1, 1))
        dissolved.check_in_force(date(2023, 12, 31))
        with pytest.raises(UnitNotInForceError):
            dissolved.check_in_force(date(2024, 1, 1))

    def test_what_a_process_holds_is_not_changed(self) -> None:
        with pytest.raises(UnitFrozenError):
            unit(frozen_by=uuid4()).check_free()

    @pytest.mark.parametrize(
        ("kind", "form", "name"),
        [
            ("academy_general_branch", "", "general_branch"),
            ("branch", "temporary", "temporary_branch"),
            ("branch", "staff", "branch"),
            ("community_committee", "", "party_committee"),
        ],
    )
    def test_the_rule_on_approvers_reads_kind_and_form(self, kind: str, form: str, name: str) -> None:
        assert unit(kind, form).approver_type == name

    def test_a_school_approves_nothing(self) -> None:
        with pytest.raises(UnitKindNotAllowedError):
            unit("school", "").check_use(Use.APPROVAL)

    def test_a_functional_branch_holds_no_formal_relationship(self) -> None:
        with pytest.raises(UnitKindNotAllowedError):
            unit(form="functional").check_use(Use.FORMAL_RELATIONSHIP)


class TestCipher:
    ring = FieldCipher({"new": b"n" * 32, "old": b"o" * 32})

    def test_a_sealed_value_opens(self) -> None:
        assert (
            self.ring.open(self.ring.seal("2026001234", context="number"), context="number") == "2026001234"
        )

    def test_a_value_sealed_with_an_older_key_still_opens(self) -> None:
        sealed = FieldCipher({"old": b"o" * 32}).seal("2026001234", context="number")
        assert self.ring.open(sealed, context="number") == "2026001234"
        assert not self.ring.is_current(sealed)

    def test_a_value_moved_elsewhere_does_not_open(self) -> None:
        sealed = self.ring.seal("2026001234", context="number")
        with pytest.raises(InternalError):
            self.ring.open(sealed, context="phone")

    def test_without_a_key_nothing_is_sealed(self) -> None:
        with pytest.raises(InternalError):
            FieldCipher({}).seal("2026001234", context="number")
