"""`python -m tests.rows`: prints row → routes → tests, and how many rows are shown."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

from tests.rows import catalogue, coverage, report


class Parser(ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"rows: {message}\n")


def parser() -> Parser:
    made = Parser(
        prog="python -m tests.rows", description="Print which rows of docs/rows.yaml the tests have shown."
    )
    made.add_argument(
        "--report",
        metavar="FILE",
        type=Path,
        action="append",
        required=True,
        help="a file written by pytest --rows-report=FILE; may be given several times",
    )
    made.add_argument(
        "--missing", action="store_true", help="also print the rows not shown, and what they lack"
    )
    return made


def lines(standings: Sequence[coverage.Standing], missing: bool) -> Iterator[str]:
    """The report: rows shown, with their routes and tests; if asked, rows missing; the count."""
    for standing in standings:
        if standing.shown:
            yield f"{standing.row.id}  {standing.row.title}（{standing.row.zh}）"
            yield from (f"    → {name}" for name in (*standing.routes, *standing.tests))
    if missing:
        for standing in standings:
            if not standing.shown:
                yield f"missing {standing.row.id}  {standing.row.title}: {standing.lack}"
    yield coverage.summary(standings)


def main(arguments: Sequence[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    try:
        rows = catalogue.load()
        records = report.merge(report.read(path) for path in options.report)
        cases = coverage.case_boundaries(catalogue.ROOT / "tests", rows)
    except catalogue.RowsError as error:
        print(f"rows: {error}", file=sys.stderr)
        return 1
    print("\n".join(lines(coverage.standings(rows, records, cases), options.missing)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
