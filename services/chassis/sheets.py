"""Tables of text as people send them: one sheet of an .xlsx workbook, or a .csv file.

A file is untrusted: how much it unpacks to is counted before anything reads it, and rows and cells are bounded.
Nothing is taken from it but the texts of cells; formulas, macros and links are never followed.
"""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook
from xlsxwriter import Workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"

# A workbook of 65,000 rows unpacks to some 60 MB; more than this is no roster.
MOST_UNPACKED_BYTES = 160 * 1024 * 1024
MOST_ENTRIES = 2_000
MOST_CELL = 500
MOST_COLUMNS = 200
_PIECE = 64 * 1024
# The place of a cell, as in r="AB12".
_REFERENCE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{1,9})([0-9]{1,12})["']""")
_LONGEST_REFERENCE = 40
_WIDTH = 16
# What a spreadsheet would take for a formula, were it not for the apostrophe that says "text" to it.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")


class UnreadableError(Exception):
    """The bytes are no table; `problem` is a word programs decide by, the texts are for people."""

    def __init__(self, problem: str, zh: str, en: str) -> None:
        super().__init__(problem)
        self.problem, self.zh, self.en = problem, zh, en


@dataclass(frozen=True, slots=True)
class Sheet:
    """The cells of a table as texts without white space around them; the first row holds the headers."""

    headers: tuple[str, ...]
    # Each row with its number in the file, from 1 for the headers; rows without any text are left out.
    rows: list[tuple[int, tuple[str, ...]]]


def read(data: bytes, media_type: str, *, most_rows: int) -> Sheet:
    """Read a table; raises UnreadableError for what is damaged, too large or no table."""
    rows = _read_xlsx(data, most_rows) if media_type == XLSX else _read_csv(data, most_rows)
    texts = [(number, tuple(_text(cell) for cell in row)) for number, row in enumerate(rows, 1)]
    filled = [(number, row) for number, row in texts if any(row)]
    if not filled or filled[0][0] != 1:
        raise UnreadableError("NO_HEADERS", "第一行应为表头。", "The first row must hold the headers.")
    headers = _without_tail(filled[0][1])
    width = len(headers)
    return Sheet(headers, [(number, _wide(row, width)) for number, row in filled[1:]])


def _wide(row: tuple[str, ...], width: int) -> tuple[str, ...]:
    return row[:width] + ("",) * (width - len(row))


def _without_tail(row: tuple[str, ...]) -> tuple[str, ...]:
    while row and not row[-1]:
        row = row[:-1]
    return row


def _read_csv(data: bytes, most_rows: int) -> list[Sequence[Any]]:
    text = _decoded(data)
    rows: list[Sequence[Any]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), strict=True):
            rows.append([_without_mark(cell) for cell in row])
            _check_size(len(rows), len(row), most_rows)
    except csv.Error:
        raise UnreadableError(
            "DAMAGED", f"第 {len(rows) + 1} 行不是有效的 CSV。", f"Row {len(rows) + 1} is not valid CSV."
        ) from None
    return rows


def _decoded(data: bytes) -> str:
    # What Excel writes in China is GB 18030 unless somebody chose UTF-8.
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
        break
    raise UnreadableError(
        "NOT_TEXT", "CSV 应为 UTF-8 或 GB 18030 文本。", "A CSV file is text in UTF-8 or GB 18030."
    )


def _read_xlsx(data: bytes, most_rows: int) -> list[Sequence[Any]]:
    _check_archive(data, most_rows)
    damaged = UnreadableError(
        "DAMAGED", "工作簿已损坏或不是 .xlsx 文件。", "The workbook is damaged or is no .xlsx file."
    )
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            if not book.sheet_names:
                raise damaged
            sheet = book.get_sheet_by_index(0)
            rows = list(sheet.to_python(skip_empty_area=False))
    except (CalamineError, OSError, ValueError, KeyError):
        # One word for what the library calls by many: a password, a missing part, broken XML.
        raise damaged from None
    if rows:
        _check_size(len(rows), len(rows[0]), most_rows)
    return list(rows)


def _check_size(rows: int, columns: int, most_rows: int) -> None:
    if rows > most_rows + 1:
        raise UnreadableError(
            "TOO_MANY_ROWS", f"最多 {most_rows} 行。", f"There may be at most {most_rows} rows."
        )
    if columns > MOST_COLUMNS:
        raise UnreadableError(
            "TOO_MANY_COLUMNS", f"最多 {MOST_COLUMNS} 列。", f"There may be at most {MOST_COLUMNS} columns."
        )


def _check_archive(data: bytes, most_rows: int) -> None:
    """Unpack everything without keeping it: what an archive says of its own sizes may be a lie."""
    left = MOST_UNPACKED_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > left:
                raise _too_large()
            for entry in entries:
                with archive.open(entry):  # both headers of the entry agree
                    pass
                tail = b""
                for piece in _unpacked(data, entry):
                    left -= len(piece)
                    if left < 0:
                        raise _too_large()
                    _check_cells(tail + piece, most_rows)
                    tail = piece[-_LONGEST_REFERENCE:]
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        raise UnreadableError(
            "NOT_WORKBOOK", "不是 .xlsx 工作簿，或已损坏。", "This is no .xlsx workbook, or it is damaged."
        ) from None


def _unpacked(data: bytes, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """What an entry really unpacks to, piece by piece."""
    start = entry.header_offset
    begin = start + 30 + sum(int.from_bytes(data[start + at : start + at + 2], "little") for at in (26, 28))
    packed = memoryview(data)[begin : begin + entry.compress_size]
    if entry.compress_type == zipfile.ZIP_STORED:
        yield bytes(packed)
        return
    if entry.compress_type != zipfile.ZIP_DEFLATED:
        raise zipfile.BadZipFile("compressed in another way than workbooks are")
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    for at in range(0, len(packed), _PIECE):
        pending = bytes(packed[at : at + _PIECE])
        while pending and not stream.eof:
            yield stream.decompress(pending, _PIECE)
            pending = stream.unconsumed_tail


def _check_cells(piece: bytes, most_rows: int) -> None:
    # The reader lays a sheet out whole: one cell in the last corner would take all the memory there is.
    for column, row in _REFERENCE.findall(piece):
        if int(row) > most_rows + 1:
            _check_size(int(row), 1, most_rows)
        if len(column) > 1:
            _check_size(1, _column_number(column), most_rows)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _too_large() -> UnreadableError:
    return UnreadableError(
        "TOO_LARGE_UNPACKED",
        "文件解压后过大，未作任何处理。",
        "The file unpacks to more than is allowed; nothing was done with it.",
    )


def _text(cell: Any) -> str:
    match cell:
        case str():
            text = cell.strip()
        case bool():
            text = "是" if cell else "否"
        case float() if cell.is_integer():
            text = str(int(cell))
        case datetime() if cell.time() == time():
            text = cell.date().isoformat()
        case datetime() | date() | time():
            text = cell.isoformat()
        case timedelta() | None:
            text = "" if cell is None else str(cell)
        case _:
            text = str(cell)
    return text[: MOST_CELL + 1]


def write(
    headers: Sequence[str], rows: Iterable[Sequence[str]], media_type: str, *, title: str = "Sheet1"
) -> bytes:
    """The table as a file of the type; every cell is text, so that numbers keep their zeros."""
    return _write_xlsx(headers, rows, title) if media_type == XLSX else _write_csv(headers, rows)


def _write_csv(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([[_as_text(cell) for cell in row] for row in (headers, *rows)])
    # The mark makes Excel read UTF-8.
    return out.getvalue().encode("utf-8-sig")


def _as_text(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _without_mark(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _write_xlsx(headers: Sequence[str], rows: Iterable[Sequence[str]], title: str) -> bytes:
    out = io.BytesIO()
    # In memory: what is personal is not written to a temporary file.
    book = Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet(title)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, max(0, len(headers) - 1), _WIDTH)
    bold = book.add_format({"bold": True})
    for column, header in enumerate(headers):
        sheet.write_string(0, column, header, bold)
    for number, row in enumerate(rows, 1):
        for column, text in enumerate(row):
            if text:
                sheet.write_string(number, column, text)
    book.close()
    return out.getvalue()
