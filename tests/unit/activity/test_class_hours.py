from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activity.domain import rules
from activity.domain.class_hours import Half, Share, credit, hours_text, self_study, shares, year_asked
from activity.domain.plans import LearningMode, Session
from chassis.days import CAMPUS
from chassis.errors import InvalidArgumentError

PERSON = UUID("018f0000-0000-7000-8000-000000000001")
DAY = date(2026, 5, 12)
STUDY, TAUGHT = LearningMode.SELF_STUDY, LearningMode.EXPERT_GUIDANCE


def at(hour: float, *, day: date = DAY) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=CAMPUS) + timedelta(hours=hour)


def session(start: float, end: float, mode: LearningMode = TAUGHT) -> Session:
    return Session(at(start), at(end), mode)


class TestShares:
    def test_noon_divides_a_day(self) -> None:
        assert shares([session(11, 13)]) == (
            Share(DAY, Half.MORNING, TAUGHT, 60),
            Share(DAY, Half.AFTERNOON, TAUGHT, 60),
        )

    def test_an_evening_belongs_to_the_second_half(self) -> None:
        assert shares([session(14, 15), session(19, 20)]) == (Share(DAY, Half.AFTERNOON, TAUGHT, 120),)

    def test_midnight_begins_another_day(self) -> None:
        next_day = DAY + timedelta(days=1)

        assert shares([session(23, 25)]) == (
            Share(DAY, Half.AFTERNOON, TAUGHT, 60),
            Share(next_day, Half.MORNING, TAUGHT, 60),
        )

    def test_modes_are_kept_apart(self) -> None:
        found = shares([session(9, 10), session(10, 11, STUDY)])

        assert [(share.mode, share.minutes) for share in found] == [(TAUGHT, 60), (STUDY, 60)]

    def test_seconds_are_not_counted(self) -> None:
        assert shares([Session(at(9), at(9) + timedelta(seconds=59), TAUGHT)]) == ()

    def test_seconds_are_not_lost_at_midnight(self) -> None:
        start = at(23) + timedelta(seconds=33)

        found = shares([Session(start, start + timedelta(hours=2), TAUGHT)])

        assert sum(share.minutes for share in found) == 120

    @given(st.integers(0, 48 * 60), st.integers(1, 12 * 60))
    def test_no_minute_is_lost_or_counted_twice(self, start: int, length: int) -> None:
        begins = at(0) + timedelta(minutes=start)

        found = shares([Session(begins, begins + timedelta(minutes=length), TAUGHT)])

        assert sum(share.minutes for share in found) == length
        assert all(0 < share.minutes <= 12 * 60 for share in found)


class TestCredit:
    @pytest.mark.covers("EDU-03")
    @pytest.mark.parametrize(("minutes", "credited"), [(239, 239), (240, 240), (241, 240)])
    def test_half_a_day_counts_at_most_four_hours(self, minutes: int, credited: int) -> None:
        most = {DAY: rules.half_day_minutes(DAY)}
        (entry,) = credit(PERSON, [Share(DAY, Half.MORNING, TAUGHT, minutes)], already={}, most=most)

        assert (entry.minutes, entry.credited) == (minutes, credited)

    def test_what_counts_already_leaves_less_room(self) -> None:
        already = {(DAY, Half.MORNING): 200}
        learned = [Share(DAY, Half.MORNING, TAUGHT, 60), Share(DAY, Half.AFTERNOON, TAUGHT, 60)]

        entries = credit(PERSON, learned, already=already, most={DAY: 240})

        assert [entry.credited for entry in entries] == [40, 60]

    def test_two_modes_share_the_room_of_a_half_day(self) -> None:
        learned = [Share(DAY, Half.MORNING, TAUGHT, 180), Share(DAY, Half.MORNING, STUDY, 180)]

        entries = credit(PERSON, learned, already={}, most={DAY: 240})

        assert [entry.credited for entry in entries] == [180, 60]

    def test_a_cap_that_became_lower_takes_nothing_back(self) -> None:
        learned = [Share(DAY, Half.MORNING, TAUGHT, 60)]

        (entry,) = credit(PERSON, learned, already={(DAY, Half.MORNING): 300}, most={DAY: 240})

        assert entry.credited == 0

    def test_before_the_rule_everything_counts(self) -> None:
        day = date(2001, 7, 1)
        learned = [Share(day, Half.MORNING, TAUGHT, 600)]

        (entry,) = credit(PERSON, learned, already={}, most={day: rules.half_day_minutes(day)})

        assert entry.credited == 600


class TestYear:
    @pytest.mark.covers("EDU-01")
    @pytest.mark.parametrize(("minutes", "enough"), [(32 * 60 - 1, False), (32 * 60, True), (40 * 60, True)])
    def test_a_member_needs_thirty_two_hours(self, minutes: int, enough: bool) -> None:
        (judgement,) = rules.year_judgements(minutes, on=date(2026, 12, 31), year=2026)

        assert (judgement.rule_id, judgement.satisfied) == ("EDU-01", enough)

    def test_a_year_before_the_rule_is_not_judged(self) -> None:
        assert rules.year_judgements(0, on=date(2010, 12, 31), year=2010) == ()

    def test_no_year_means_the_running_one(self) -> None:
        assert year_asked(0, DAY) == 2026

    @pytest.mark.parametrize("year", [1920, 2027])
    def test_a_year_out_of_range_is_refused(self, year: int) -> None:
        with pytest.raises(InvalidArgumentError):
            year_asked(year, DAY)

    @pytest.mark.parametrize(("minutes", "text"), [(0, "0.00"), (59, "0.98"), (60, "1.00"), (1919, "31.98")])
    def test_hours_are_shown_rounded_down(self, minutes: int, text: str) -> None:
        assert hours_text(minutes) == text


class TestSelfStudy:
    def test_it_counts_as_self_study(self) -> None:
        assert self_study(at(9), at(10), at(10)).learning_mode is STUDY

    @pytest.mark.parametrize(("start", "end"), [(9, 9), (9, 8), (0, 12.5), (11, 14)])
    def test_it_has_ended_and_was_not_endless(self, start: float, end: float) -> None:
        with pytest.raises(InvalidArgumentError):
            self_study(at(start), at(end), at(13))
