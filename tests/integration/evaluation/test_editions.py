"""Planning, opening and taking over editions, on a real database."""

import asyncio
from dataclasses import replace
from datetime import date

import pytest

from chassis.errors import EtagMismatchError, PermissionDeniedError
from chassis.ids import new_id
from evaluation.domain.editions import EditionState, Evidence, PastEdition, Result
from evaluation.errors import (
    AwardNameTakenError,
    EditionNumberTakenError,
    EditionStateError,
    EvaluationRuleError,
    UnitUnknownError,
)
from evaluation.operations import awards, editions, results
from evaluation.operations.awards import NewAward
from tests.integration.evaluation.desk import AUDIT, CATALOGUE, Desk


def past(number: int, **values: object) -> PastEdition:
    known = PastEdition(
        number=number,
        year=1999 + number,
        quota=10,
        awarded_on=None,
        results=tuple(Result(None, f"第{n}支部", True, n) for n in range(1, 11)),
        evidence=(Evidence("新闻报道", f"校园网 {1999 + number}"),),
    )
    return replace(known, **values)  # type: ignore[arg-type] # fields by name


@pytest.mark.covers("S4", "F69")
class TestAwards:
    async def test_an_award_is_kept_with_its_catalogue(self, desk: Desk) -> None:
        award = await desk.award()

        assert await awards.get_award(desk.call(), award.award_id) == award
        assert award.criteria_version == 1

    async def test_a_new_catalogue_is_the_next_version_of_the_award(self, desk: Desk) -> None:
        award = await desk.award()

        after = await awards.set_criteria(desk.call(if_match='"1"'), award.award_id, CATALOGUE)

        assert (after.criteria_version, after.version) == (2, 2)
        with pytest.raises(EtagMismatchError):
            await awards.set_criteria(desk.call(if_match='"1"'), award.award_id, CATALOGUE)

    async def test_a_name_is_given_once_in_a_unit(self, desk: Desk) -> None:
        award = await desk.award()
        call = await desk.checked(None, "evaluation.award.create", desk.university)

        with pytest.raises(AwardNameTakenError):
            await awards.create_award(
                call,
                NewAward(award.unit_id, award.name, award.level, ("branch",), 2000, award.catalogue),
            )

    async def test_a_branch_secretary_reads_the_award_that_the_university_holds(self, desk: Desk) -> None:
        award = await desk.award()

        assert (await awards.get_award(desk.call(desk.secretary), award.award_id)).name == award.name
        with pytest.raises(PermissionDeniedError):
            await awards.get_award(desk.call(new_id()), award.award_id)
        with pytest.raises(PermissionDeniedError):
            await awards.set_criteria(desk.call(desk.secretary), award.award_id, CATALOGUE)

    async def test_pages_follow_each_other(self, desk: Desk) -> None:
        made = [(await desk.award()).award_id for _ in range(3)]

        first, token = await awards.list_awards(desk.call(), unit_id=None, page_size=2, page_token="")
        second, end = await awards.list_awards(desk.call(), unit_id=None, page_size=2, page_token=token)

        assert [each.award_id for each in (*first, *second)] == sorted(made)
        assert end == ""


@pytest.mark.covers("SEED-05", "S62", "F69")
class TestImport:
    async def test_twenty_two_past_editions_come_in_any_order_and_the_next_one_follows(
        self, desk: Desk
    ) -> None:
        award = await desk.award()

        taken = await editions.import_editions(
            desk.call(), award.award_id, [past(number) for number in range(22, 0, -1)]
        )

        assert [(each.number, each.year) for each in taken][::21] == [(1, 2000), (22, 2021)]
        assert {each.state for each in taken} == {EditionState.PUBLISHED}
        assert not any(each.partial for each in taken)
        following = await desk.edition(award, number=23, year=2022)
        assert following.state is EditionState.DRAFT

    async def test_results_of_a_past_edition_are_read_like_any_other(self, desk: Desk) -> None:
        award = await desk.award()
        known = (
            Result(desk.branches[0], "", True, 1),
            Result(None, "已撤销支部", True),
            Result(None, "落选", False),
        )
        (edition,) = await editions.import_editions(
            desk.call(), award.award_id, [past(22, quota=2, results=known)]
        )

        found = await results.list_results(desk.call(desk.secretary), edition.edition_id, winners_only=True)

        assert [(each.unit_name, each.place) for each in found] == [("第1党支部", 1), ("已撤销支部", None)]
        assert edition.partial

    async def test_a_duplicate_is_refused_and_nothing_is_taken_over(self, desk: Desk) -> None:
        award = await desk.award()
        await editions.import_editions(desk.call(), award.award_id, [past(22)])

        with pytest.raises(EditionNumberTakenError):
            await editions.import_editions(desk.call(), award.award_id, [past(21), past(22)])

        found, _ = await editions.list_editions(
            desk.call(), award_id=award.award_id, state=None, year=None, page_size=0, page_token=""
        )
        assert [each.number for each in found] == [22]

    async def test_a_gap_or_a_year_that_does_not_fit_is_refused_with_its_verdict(self, desk: Desk) -> None:
        award = await desk.award()

        for wrong, rule in (
            ([past(9), past(11)], "SEED-05"),
            ([past(9, year=2009)], "SEED-05.year"),
        ):
            with pytest.raises(EvaluationRuleError) as caught:
                await editions.import_editions(desk.call(), award.award_id, wrong)
            assert rule in {each.rule_id for each in caught.value.verdicts if each.forbids}

    async def test_a_unit_that_nobody_knows_is_refused(self, desk: Desk) -> None:
        award = await desk.award()

        with pytest.raises(UnitUnknownError):
            await editions.import_editions(
                desk.call(), award.award_id, [past(22, results=(Result(new_id(), "", True),))]
            )

    async def test_it_is_the_office_that_does_it(self, desk: Desk) -> None:
        award = await desk.award()

        with pytest.raises(PermissionDeniedError):
            await editions.import_editions(desk.call(desk.secretary), award.award_id, [past(22)])

    async def test_each_is_announced(self, desk: Desk) -> None:
        award = await desk.award()

        await editions.import_editions(desk.call(), award.award_id, [past(21), past(22, evidence=())])

        announced = [data for name, data in await desk.events() if name == "edition.imported"]
        assert [(each["edition"]["number"], each["edition"]["partial"]) for each in announced] == [
            (21, False),
            (22, True),
        ]
        assert [each["resultCount"] for each in announced] == [10, 10]


class TestPlanning:
    async def test_two_who_plan_the_same_number_meet(self, desk: Desk) -> None:
        award = await desk.award()

        outcomes = await asyncio.gather(desk.edition(award), desk.edition(award), return_exceptions=True)

        assert sorted(type(each).__name__ for each in outcomes) == ["Edition", "EditionNumberTakenError"]

    async def test_a_cancelled_edition_frees_its_number(self, desk: Desk) -> None:
        award = await desk.award()
        edition = await desk.edition(award)

        cancelled = await editions.cancel_edition(desk.call(), edition.edition_id, "方案调整")
        again = await desk.edition(award)

        assert (cancelled.state, cancelled.cancel_reason) == (EditionState.CANCELLED, "方案调整")
        assert again.number == edition.number
        with pytest.raises(EditionStateError):
            await editions.open_edition(desk.call(), cancelled.edition_id)

    async def test_an_open_edition_keeps_its_criteria_when_the_award_gets_others(self, desk: Desk) -> None:
        award = await desk.award()
        edition = await desk.open(award)
        other = replace(
            CATALOGUE, criteria=(replace(CATALOGUE.criteria[0], weight=CATALOGUE.criteria[0].weight * 0 + 1),)
        )

        await awards.set_criteria(desk.call(), award.award_id, other)

        kept = await editions.get_edition(desk.call(), edition.edition_id)
        assert (kept.criteria_version, kept.criteria) == (1, CATALOGUE.criteria)

    async def test_a_stale_tag_changes_nothing(self, desk: Desk) -> None:
        edition = await desk.edition()
        await editions.open_edition(desk.call(if_match='"1"'), edition.edition_id)

        with pytest.raises(EtagMismatchError):
            await editions.cancel_edition(desk.call(if_match='"1"'), edition.edition_id, "理由")

    async def test_lists_by_award_the_newest_first_page_by_page(self, desk: Desk) -> None:
        award = await desk.award()
        await editions.import_editions(
            desk.call(), award.award_id, [past(number) for number in range(18, 23)]
        )
        numbers: list[int] = []
        token = ""
        for _ in range(3):
            found, token = await editions.list_editions(
                desk.call(), award_id=award.award_id, state=None, year=None, page_size=2, page_token=token
            )
            numbers += [each.number for each in found]

        assert (numbers, token) == ([22, 21, 20, 19, 18], "")
        only, _ = await editions.list_editions(
            desk.call(), award_id=None, state=EditionState.PUBLISHED, year=2021, page_size=0, page_token=""
        )
        assert [each.number for each in only] == [22]

    async def test_what_happened_is_audited(self, desk: Desk) -> None:
        await desk.open()

        rows = [row for row in await desk.database.fetch(AUDIT) if row["noun"] == "edition"]
        changes = [change for row in rows for change in row["changes"]]
        assert [(each["before"] or {}).get("state") for each in changes] == [None, "draft"]
        assert [each["after"]["state"] for each in changes] == ["draft", "open"]
        assert {row["person_id"] for row in rows} == {desk.office}

    async def test_the_day_of_the_award_of_a_past_edition_is_kept(self, desk: Desk) -> None:
        award = await desk.award()

        (edition,) = await editions.import_editions(
            desk.call(), award.award_id, [past(22, awarded_on=date(2021, 12, 20))]
        )

        assert (await editions.get_edition(desk.call(), edition.edition_id)).awarded_on == date(2021, 12, 20)
