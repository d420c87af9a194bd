"""What the numbers of membership rest on: statements that do not grow with the rows. `python -m tests.load membership`
measures the numbers themselves; its short form here keeps it working."""

import argparse
import asyncio
from uuid import uuid4

import pytest

from chassis import sheets
from deploy.local.stack import Stack
from shuyuan.membership.v1 import roster_import_pb2 as shapes
from tests.integration.membership.office import Office
from tests.integration.membership.test_rosters import Desk, rows
from tests.load import membership
from tests.support import counting

SMALL = "--people 60 --synced 20 --members 40 --cases 12 --over 8 --sources 6 --timelines 3"


async def test_entering_a_roster_takes_as_many_statements_for_many_people_as_for_few(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.unit("university")
    await office.unit("school", name="数学学院")
    desk = Desk(office)
    asked = counting.count(monkeypatch)
    spent = []
    for start, count in ((0, 3), (100, 3), (200, 300)):
        sent = await desk.send(rows(count, start=start), media_type=sheets.XLSX)
        asked.clear()
        done = await desk.apply(sent)
        assert done.state == shapes.RosterImport.STATE_APPLIED
        spent.append(len(asked))
    assert spent[1] == spent[2] <= 25


async def test_every_number_is_measured_in_a_short_run(stack: Stack) -> None:
    parser = argparse.ArgumentParser()
    membership.add_options(parser)
    options = parser.parse_args(SMALL.split())
    run = await asyncio.to_thread(membership.Run, stack, options, f"N{uuid4().hex[:6]}")

    figures = await asyncio.to_thread(run.measure)

    assert [figure.promise for figure in figures if figure.promise is not None] == [
        membership.IMPORT,
        membership.SYNC,
        membership.SYNC,
        membership.TIMELINE,
        membership.SCAN,
        membership.COUNTERFACTUAL,
    ]
