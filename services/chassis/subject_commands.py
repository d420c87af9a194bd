"""The command that searches a service's database for what is left of a subject."""

import argparse
from typing import TYPE_CHECKING, Any
from uuid import UUID

from chassis.calls import ServiceContext
from chassis.erasing import Eraser, Terms, is_left

if TYPE_CHECKING:
    from chassis.holdings import Holdings


def add_to(commands: Any, holdings: "Holdings | None") -> None:
    """Add it to a command line, where the service holds anything on subjects."""
    if holdings is None:
        return
    group = commands.add_parser("subjects", help="what is held on a subject").add_subparsers(
        required=True, metavar="what"
    )
    parser = group.add_parser(
        "search",
        help="search every text and document for what an erasure should have left nothing of",
        description="Reads every table once and prints where something is left, never what it is.",
    )
    parser.add_argument("subject_id", type=UUID, help="id of the subject")
    parser.add_argument("--name", action="append", default=[], help="a name it bore; may be repeated")
    parser.add_argument("--number", action="append", default=[], help="a number only it had; may be repeated")

    async def run(context: ServiceContext, arguments: argparse.Namespace) -> int:
        terms = Terms(tuple(arguments.name), tuple(arguments.number))
        found = await Eraser(holdings).search(context.database, arguments.subject_id, terms)
        for finding in found:
            _say(f"{finding.table}  {finding.rows} rows  {finding.kind}")
        left = is_left(found)
        _say("something is left" if left else "nothing is left")
        return 1 if left else 0

    parser.set_defaults(run=run)


def _say(text: str) -> None:
    print(text)  # noqa: T201 - a command's answer
