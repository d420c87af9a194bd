"""Record sets: which entries may be made, which sets an export needs, and on which days it can be downloaded."""

import io
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from chassis import sheets
from membership.domain.record_sets import (
    COLUMNS,
    KEPT_FOR,
    TITLES,
    Reconciliation,
    ReconciliationState,
    RecordEntry,
    RecordSet,
    check_sets,
    packed,
)
from membership.errors import FieldsContradictError
from membership.errors.record_sets import ReconciliationForbiddenError, ReconciliationNotReadyError
from rulebook import RuleBook

TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
RULES = RuleBook.shipped().in_force(TODAY)
ENTRY = RecordEntry(UUID(int=1), UUID(int=2), RecordSet.FAMILY, "父亲", "", None, None, None, NOW)
EXPORT = Reconciliation(
    UUID(int=1),
    None,
    tuple(RecordSet),
    sheets.CSV,
    False,
    "对账",
    ReconciliationState.WRITING,
    UUID(int=2),
    NOW,
)


class TestEntries:
    def test_a_direct_relative_is_another_registered_person_of_the_family(self) -> None:
        kin = replace(ENTRY, relative_person_id=UUID(int=3), direct=True)
        kin.check()
        for wrong in (
            replace(kin, relative_person_id=ENTRY.person_id),
            replace(kin, relative_person_id=None),
            replace(kin, record_set=RecordSet.HARDSHIP),
        ):
            with pytest.raises(FieldsContradictError):
                wrong.check()

    @pytest.mark.parametrize("record_set", [RecordSet.FAMILY, RecordSet.HARDSHIP])
    def test_what_nothing_else_fills_is_entered(self, record_set: RecordSet) -> None:
        replace(ENTRY, record_set=record_set).check()

    def test_a_set_that_other_facts_fill_is_not(self) -> None:
        with pytest.raises(FieldsContradictError):
            replace(ENTRY, record_set=RecordSet.POSTS).check()

    @pytest.mark.parametrize(("days", "good"), [(1, True), (0, False), (-1, False)])
    def test_the_end_lies_after_the_beginning(self, days: int, good: bool) -> None:
        made = replace(ENTRY, valid_from=TODAY, valid_until=TODAY + timedelta(days=days))
        if good:
            made.check()
        else:
            with pytest.raises(FieldsContradictError):
                made.check()


class TestExports:
    def test_every_set_has_columns_and_a_title(self) -> None:
        assert set(COLUMNS) == set(TITLES) == set(RecordSet)

    def test_an_export_needs_every_set(self) -> None:
        check_sets(tuple(RecordSet), RULES, today=TODAY)
        with pytest.raises(ReconciliationForbiddenError) as refused:
            check_sets(tuple(RecordSet)[:-1], RULES, today=TODAY)
        assert [each.rule_id for each in refused.value.verdicts] == ["DAT-01"]

    def test_it_can_be_downloaded_up_to_the_day_before_it_expires(self) -> None:
        ready = EXPORT.ready([b"zip"], members=3, today=TODAY)
        for days in (0, KEPT_FOR.days - 1):
            ready.check_downloadable(today=TODAY + timedelta(days=days))
        for found, days in ((ready, KEPT_FOR.days), (EXPORT, 0), (ready.expired(), 0)):
            with pytest.raises(ReconciliationNotReadyError):
                found.check_downloadable(today=TODAY + timedelta(days=days))

    @pytest.mark.parametrize(("media_type", "ending"), [(sheets.XLSX, "xlsx"), (sheets.CSV, "csv")])
    def test_each_set_is_a_table_of_the_form_asked_for(self, media_type: str, ending: str) -> None:
        rows = {RecordSet.FAMILY: [["张三", "****0001", "父亲", "", "", ""]]}
        data = packed([["张三", "****0001", "", "", "", "", "", ""]], rows, media_type)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            assert archive.namelist() == [f"党员基本信息.{ending}", f"家庭成员.{ending}"]
            sheet = sheets.read(archive.read(f"家庭成员.{ending}"), media_type, most_rows=10)
        assert list(sheet.headers) == ["姓名", "学工号", "称谓", "说明", "起始日期", "截止日期"]
        assert [list(row) for _, row in sheet.rows] == [["张三", "****0001", "父亲", "", "", ""]]
