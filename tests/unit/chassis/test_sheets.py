"""Tables in files: what is read, and what is refused before it can do harm."""

import io
import struct
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis import sheets
from chassis.sheets import CSV, XLSX, UnreadableError

CELLS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=12)
TABLES = st.lists(st.lists(CELLS, min_size=3, max_size=3).filter(any), max_size=8)


def problem_of(data: bytes, media_type: str, *, most_rows: int = 10) -> str:
    with pytest.raises(UnreadableError) as refused:
        sheets.read(data, media_type, most_rows=most_rows)
    return refused.value.problem


def archive(entries: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in entries.items():
            made.writestr(name, data)
    return out.getvalue()


@settings(max_examples=40, deadline=None)
@given(rows=TABLES, media_type=st.sampled_from([CSV, XLSX]))
def test_what_is_written_is_read_again(rows: list[list[str]], media_type: str) -> None:
    data = sheets.write(["姓名", "学工号", "备注"], rows, media_type)

    sheet = sheets.read(data, media_type, most_rows=10)

    assert sheet.headers == ("姓名", "学工号", "备注")
    assert [row for _, row in sheet.rows] == [tuple(row) for row in rows]
    assert [number for number, _ in sheet.rows] == list(range(2, len(rows) + 2))


def test_numbers_keep_their_zeros_and_formulas_stay_texts() -> None:
    data = sheets.write(["a", "b"], [["007", "=1+1"]], XLSX)

    assert sheets.read(data, XLSX, most_rows=10).rows == [(2, ("007", "=1+1"))]


@pytest.mark.parametrize("cell", ["=1+1", "+8613800000000", "-5", "@sum", "'=1", "''+1"])
def test_a_cell_of_a_csv_file_that_would_be_a_formula_is_marked_as_text_and_read_as_it_was(cell: str) -> None:
    data = sheets.write(["a"], [[cell]], CSV)

    assert data.decode("utf-8-sig").splitlines()[1] == f"'{cell}"
    assert sheets.read(data, CSV, most_rows=10).rows == [(2, (cell,))]


def test_a_csv_file_of_excel_in_china_is_read() -> None:
    data = "姓名,学号\r\n张三,2023001\r\n\r\n 李四 ,2023002\r\n".encode("gb18030")

    assert sheets.read(data, CSV, most_rows=10).rows == [(2, ("张三", "2023001")), (4, ("李四", "2023002"))]


class TestRefused:
    @pytest.fixture(autouse=True)
    def bound(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sheets, "MOST_UNPACKED_BYTES", 1_000_000)

    def test_a_bomb_that_says_what_it_is(self) -> None:
        assert problem_of(archive({"xl/a.xml": b"0" * 1_000_001}), XLSX) == "TOO_LARGE_UNPACKED"
        assert problem_of(archive({"xl/a.xml": b"0" * 1_000_000}), XLSX) == "DAMAGED"

    def test_a_bomb_that_lies_about_its_size(self) -> None:
        size = 1_000_001
        data = archive({"xl/a.xml": b"0" * size}).replace(struct.pack("<I", size), struct.pack("<I", 1000))

        assert problem_of(data, XLSX) == "TOO_LARGE_UNPACKED"

    def test_an_archive_of_thousands_of_entries(self) -> None:
        assert problem_of(archive({f"{n}": b"" for n in range(2001)}), XLSX) == "TOO_LARGE_UNPACKED"

    def test_what_is_no_archive(self) -> None:
        assert problem_of(b"PK\x03\x04 not really", XLSX) == "NOT_WORKBOOK"
        assert problem_of(b"", XLSX) == "NOT_WORKBOOK"

    def test_a_cut_workbook(self) -> None:
        data = sheets.write(["a"], [["b"]], XLSX)

        assert problem_of(data[: len(data) // 2], XLSX) == "NOT_WORKBOOK"

    def test_an_archive_that_is_no_workbook(self) -> None:
        assert problem_of(archive({"readme.txt": b"hello"}), XLSX) == "DAMAGED"

    def test_a_workbook_with_broken_xml(self) -> None:
        whole = zipfile.ZipFile(io.BytesIO(sheets.write(["a"], [["b"]], XLSX)))
        entries = {name: whole.read(name) for name in whole.namelist()}
        entries["xl/worksheets/sheet1.xml"] = b"<worksheet><sheetData><row"

        assert problem_of(archive(entries), XLSX) in ("DAMAGED", "NO_HEADERS")

    def test_more_rows_than_allowed_and_one_fewer(self) -> None:
        rows = [[str(n)] for n in range(11)]
        for media_type in (CSV, XLSX):
            assert problem_of(sheets.write(["a"], rows, media_type), media_type) == "TOO_MANY_ROWS"
            assert (
                len(sheets.read(sheets.write(["a"], rows[:10], media_type), media_type, most_rows=10).rows)
                == 10
            )

    def test_a_cell_in_the_last_corner(self) -> None:
        whole = zipfile.ZipFile(io.BytesIO(sheets.write(["a"], [["b"]], XLSX)))
        entries = {name: whole.read(name) for name in whole.namelist()}
        for corner, problem in ((b"A1048576", "TOO_MANY_ROWS"), (b"XFD2", "TOO_MANY_COLUMNS")):
            sheet = entries["xl/worksheets/sheet1.xml"].replace(b'r="A2"', b'r="%s"' % corner)
            assert problem_of(archive(entries | {"xl/worksheets/sheet1.xml": sheet}), XLSX) == problem

    def test_more_columns_than_allowed(self) -> None:
        assert problem_of(sheets.write([str(n) for n in range(201)], [], CSV), CSV) == "TOO_MANY_COLUMNS"

    @pytest.mark.parametrize("data", [b"", b"\n\n", b",,\na,b,c\n"])
    def test_a_file_without_headers(self, data: bytes) -> None:
        assert problem_of(data, CSV) == "NO_HEADERS"

    def test_bytes_that_are_no_text(self) -> None:
        assert problem_of(b"\xff\xfe\x00\x01\xff", CSV) == "NOT_TEXT"
        assert problem_of(b"a,b\n1,\0\n", CSV) == "NOT_TEXT"

    def test_an_open_quotation_mark(self) -> None:
        assert problem_of(b'a,b\n1,"2\n', CSV) == "DAMAGED"
