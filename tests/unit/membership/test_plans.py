"""Quotas add up from below, and the forecast says which rule is the last to clear."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from membership.domain import acts
from membership.domain.forecast import by_month, foretell
from membership.domain.plans import Plan, PlanUse, check_left, check_quotas, check_used, children_of
from membership.errors import PlanExceededError, QuotaExhaustedError
from rulebook import RuleBook
from tests.unit.membership.cases import APPLIED, GROWN, UP_TO_FORM, case_after

NOW = datetime(2026, 1, 1, tzinfo=UTC)
UNIVERSITY, COMMITTEE, GENERAL, BRANCH, OTHER = (uuid4() for _ in range(5))
ABOVE = {
    UNIVERSITY: frozenset[UUID](),
    COMMITTEE: frozenset({UNIVERSITY}),
    GENERAL: frozenset({UNIVERSITY, COMMITTEE}),
    BRANCH: frozenset({UNIVERSITY, COMMITTEE, GENERAL}),
    OTHER: frozenset({UNIVERSITY}),
}


def use(quota: int, admitted: int = 0, reserved: int = 0) -> PlanUse:
    return PlanUse(Plan(uuid4(), BRANCH, 2026, quota, 1, NOW, NOW), admitted, reserved)


class TestQuotas:
    def test_a_quota_fits_into_the_next_one_above_to_the_last_place(self) -> None:
        quotas = {UNIVERSITY: 10, OTHER: 4}
        check_quotas(COMMITTEE, 2026, quotas | {COMMITTEE: 6}, ABOVE)
        with pytest.raises(PlanExceededError) as caught:
            check_quotas(COMMITTEE, 2026, quotas | {COMMITTEE: 7}, ABOVE)
        assert caught.value.metadata["needed"] in (11, "11")

    def test_a_quota_holds_what_is_below_it(self) -> None:
        quotas = {GENERAL: 5, BRANCH: 5}
        check_quotas(COMMITTEE, 2026, quotas | {COMMITTEE: 5}, ABOVE)
        with pytest.raises(PlanExceededError):
            check_quotas(COMMITTEE, 2026, quotas | {COMMITTEE: 4}, ABOVE)

    def test_who_stands_between_is_counted_once(self) -> None:
        quotas = {UNIVERSITY: 10, COMMITTEE: 6, BRANCH: 6, OTHER: 4}
        assert set(children_of(UNIVERSITY, quotas, ABOVE)) == {COMMITTEE, OTHER}
        assert children_of(COMMITTEE, quotas, ABOVE) == [BRANCH]

    @given(
        st.dictionaries(st.sampled_from(sorted(ABOVE)), st.integers(0, 20)), st.sampled_from(sorted(ABOVE))
    )
    def test_an_accepted_quota_never_gives_more_than_there_is(
        self, quotas: dict[UUID, int], unit: UUID
    ) -> None:
        quotas = {unit: 7} | quotas
        try:
            check_quotas(unit, 2026, quotas, ABOVE)
        except PlanExceededError:
            return
        assert sum(quotas[child] for child in children_of(unit, quotas, ABOVE)) <= quotas[unit]

    def test_the_last_place_is_taken_and_no_further_one(self) -> None:
        check_left(use(3, admitted=1, reserved=1))
        with pytest.raises(QuotaExhaustedError):
            check_left(use(3, admitted=2, reserved=1))

    def test_a_quota_is_not_set_below_what_was_used(self) -> None:
        check_used(use(3, admitted=2, reserved=1))
        with pytest.raises(PlanExceededError):
            check_used(use(2, admitted=2, reserved=1))
        assert use(2, admitted=3).remaining == 0


EVERY_LAYER = RuleBook.shipped().in_force(APPLIED)
ACTIVIST_ON = date(2025, 4, 15)
ACTIVIST = acts.activist(
    ACTIVIST_ON, by_members=False, by_league=True, decision="branch_committee", noticed_from=None
)


class TestForecast:
    def told(self, *taken: acts.Act | str, today: date, **fields: date) -> tuple[str, str, str] | None:
        found = foretell(case_after(*taken, **fields), GROWN, EVERY_LAYER, today=today)
        return None if found is None else (found.step, found.eligible_on.isoformat(), found.rule_id)

    def test_an_applicant_waits_half_a_year_here(self) -> None:
        assert self.told("application", today=date(2025, 1, 1)) == ("activist", "2025-04-08", "LOC-02")

    @pytest.mark.parametrize(
        ("today", "eligible", "rule"),
        [
            (date(2026, 4, 14), "2026-04-15", "DEV-09"),
            (date(2026, 4, 15), "2026-04-15", ""),
            (date(2026, 4, 16), "2026-04-16", ""),
        ],
    )
    def test_an_activist_waits_a_year_to_the_day(self, today: date, eligible: str, rule: str) -> None:
        assert self.told("application", "talk", ACTIVIST, today=today) == ("prospect", eligible, rule)

    def test_a_prospect_waits_for_papers_and_no_day(self) -> None:
        assert self.told(*UP_TO_FORM, today=date(2026, 6, 1)) == ("branch_meeting", "2026-06-01", "")

    def test_a_probationary_member_waits_for_the_end(self) -> None:
        days = {"probation_from": date(2026, 6, 12), "probation_until": date(2027, 6, 12)}
        found = self.told(*UP_TO_FORM, "branch_meeting", "approval", today=date(2027, 6, 11), **days)
        assert found is not None
        assert found[:2] == ("conversion_meeting", "2027-06-12")

    def test_who_has_every_milestone_behind_is_not_foretold(self) -> None:
        taken = (*UP_TO_FORM, "branch_meeting", "approval", "conversion_request", "conversion_meeting")
        assert self.told(*taken, today=date(2027, 7, 1)) is None

    def test_months_are_counted_by_milestone(self) -> None:
        cases = [
            case_after("application"),
            case_after("application"),
            case_after("application", "talk", ACTIVIST),
        ]
        found = [foretell(case, GROWN, EVERY_LAYER, today=date(2025, 1, 1)) for case in cases]
        assert by_month(one for one in found if one) == [
            ("2025-04", "activist", 2),
            ("2026-04", "prospect", 1),
        ]
