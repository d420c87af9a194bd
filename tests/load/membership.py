"""`python -m tests.load membership`: the numbers that membership promises, each measured beside its promise.

Everything that is measured goes through the gateway, which takes longer than the service alone. What each process
spends is counted beside the time that passed, because the machine is shared.
"""

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chassis import sheets
from deploy.local.demo.asking import Gateway, batched
from deploy.local.demo.founding import MEMBERSHIP
from deploy.local.layout import CAMPUS_CLIENT
from deploy.local.stack import Stack
from tests.load import membership_data as data
from tests.load.membership_data import Staff, University
from tests.load.spending import Meter, Spent

# What issue 4 promises, in seconds; the import also has a target, and a sync may take a member's patience, no more.
TIMELINE, SCAN, IMPORT, COUNTERFACTUAL, SYNC = 0.050, 10.0, 30.0, 300.0, 30.0
LOOK_AGAIN = 0.2
PAGE = 200
SYNC_ROWS = 2_000
MEMBERS_OF_A_BRANCH = 57
HYPOTHESIS = {"change": {"ruleId": "DEV-09", "parameter": "interval", "value": "P18M"}}


def add_options(parser: argparse.ArgumentParser) -> None:
    """The sizes of a run."""
    parser.add_argument("--people", type=int, default=60_000, help="people in the imported file (60000)")
    parser.add_argument("--synced", type=int, default=10_000, help="people of the campus system (10000)")
    parser.add_argument("--members", type=int, default=17_000, help="members (17000)")
    parser.add_argument("--cases", type=int, default=10_000, help="open cases (10000)")
    parser.add_argument(
        "--over", type=int, default=40_000, help="cases of twenty years that are over (40000)"
    )
    parser.add_argument(
        "--sources", type=int, default=450, help="cases from paper, copied for the rest (450)"
    )
    parser.add_argument("--timelines", type=int, default=50, help="timelines read (50)")


def main(options: argparse.Namespace) -> int:
    """Build, measure, print; exit code 1 when a number of the issue is missed."""
    folder = Path(tempfile.mkdtemp(prefix="shuyuan-bench-"))
    folder.chmod(0o755)
    stack = Stack(folder, mode="test")
    try:
        stack.start(say=lambda text: print(text, file=sys.stderr))
        figures = Run(stack, options, "B").measure()
    finally:
        stack.stop()
        shutil.rmtree(folder, ignore_errors=True)
    for figure in figures:
        print(figure)
    print(f"load of the machine: {os.getloadavg()[0]:.1f}, processors: {os.cpu_count()}")
    return 1 if any(figure.is_missed for figure in figures) else 0


def _show(stage: str, done: int, total: int) -> None:
    if done == total:
        print(f"  {stage}: {total}", file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Figure:
    """What was promised, and what it took; a part of something promised has no promise of its own."""

    what: str
    spent: Spent
    promise: float | None = None
    seconds: float | None = None

    @property
    def is_missed(self) -> bool:
        """Whether it took longer than promised."""
        return self.promise is not None and self._measured > self.promise

    @property
    def _measured(self) -> float:
        return self.spent.wall if self.seconds is None else self.seconds

    def __str__(self) -> str:
        promised = "" if self.promise is None else f" (at most {self.promise:g} s)"
        missed = " MISSED" if self.is_missed else ""
        return f"{self.what}: {self._measured:.3f} s{promised}{missed}; {self.spent}"


@dataclass
class Run:
    """One university; what it answers is checked for its size, so that nothing is fast for doing nothing."""

    stack: Stack
    options: argparse.Namespace
    tag: str
    figures: list[Figure] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._meter = Meter(self.stack)
        self._gateway = Gateway(self.stack.gateway_url, self.stack.token, _show, f"bench-{self.tag}")
        token = self.stack.client_token(CAMPUS_CLIENT)
        self._system = Gateway(self.stack.gateway_url, lambda _: token, _show, f"campus-{self.tag}")
        self._url = self.stack.database_url("membership")

    def measure(self) -> list[Figure]:
        """Do it all."""
        try:
            branches = max(self.options.members // MEMBERS_OF_A_BRANCH, 2)
            university = data.found(self._gateway, self.tag, branches)
            self._import(university)
            self._synchronize(university)
            staff = self._build_cases(university)
            self._read_timelines(staff)
            self._scan(university)
            self._suppose(university, self._department(university))
        finally:
            self._gateway.close()
            self._system.close()
        return self.figures

    def _note(
        self, what: str, act: Callable[[], Any], promise: float | None = None, *, seconds: bool = False
    ) -> Any:
        """Do it and keep what it took; with `seconds` it answers what is to be held against the promise."""
        found, spent = self._meter.spend(act)
        figure = Figure(what, spent, promise, found if seconds else None)
        self.figures.append(figure)
        print(f"  {figure}", file=sys.stderr, flush=True)
        return found

    # ── files ────────────────────────────────────────────────────────────────────────────────────────────

    def _import(self, university: University) -> None:
        rows = list(university.people(self.options.people))
        people = sheets.write(data.PERSON_HEADERS, rows, sheets.XLSX)
        self._note(f"import of {len(rows)} people", lambda: self._enter("PERSONS", people, len(rows)), IMPORT)
        members = list(university.members(rows[: self.options.members]))
        roll = sheets.write(data.MEMBER_HEADERS, members, sheets.XLSX)
        self._note(f"import of {len(members)} members", lambda: self._enter("MEMBERS", roll, len(members)))

    def _enter(self, kind: str, file: bytes, rows: int) -> None:
        path = f"/v1/rosterImports?kind=ROSTER_KIND_{kind}"
        sent, spent = self._meter.spend(
            lambda: self._gateway.upload(path, file, sheets.XLSX, key=f"roster-{kind}")
        )
        print(f"  judged in {spent}", file=sys.stderr)
        assert sent["goodRows"] == rows, sent
        where = f"/v1/rosterImports/{sent['importId']}"
        body = {"policy": "ROSTER_POLICY_ALL_OR_NOTHING"}
        begun = self._gateway.post(f"{where}:apply", body, key=f"apply-{kind}", etag=sent["etag"])
        done = self._ended(where, begun, "STATE_APPLYING")
        assert done["state"] == "STATE_APPLIED", done
        assert done["enteredRows"] == rows, done

    def _ended(self, where: str, found: Any, state: str) -> Any:
        while found["state"] == state:
            time.sleep(LOOK_AGAIN)
            found = self._gateway.get(where)
        return found

    # ── campus system ────────────────────────────────────────────────────────────────────────────────────

    def _synchronize(self, university: University) -> None:
        count = self.options.synced
        first = list(university.synced(count, room="东1"))
        self._note(f"sync of {count} new people", lambda: self._sync(first, "new", "newPersons"), SYNC)
        # Next year everybody lives elsewhere.
        second = list(university.synced(count, room="西2"))
        self._note(
            f"sync of {count} moved people", lambda: self._sync(second, "moved", "changedPersons"), SYNC
        )

    def _sync(self, rows: list[dict[str, Any]], key: str, counted: str) -> None:
        parts = list(batched(rows, SYNC_ROWS))
        batch: Any = None
        for number, part in enumerate(parts):
            more = {"moreFollows": number + 1 < len(parts), "rows": list(part)}
            if batch is None:
                source = {"source": CAMPUS_CLIENT.removeprefix("campus-"), "complete": False}
                batch = self._system.post("/v1/syncBatches", source | more, key=f"{key}-{number}")
            else:
                where = f"/v1/syncBatches/{batch['batchId']}:addRows"
                batch = self._system.post(where, more, key=f"{key}-{number}", etag=batch["etag"])
        where = f"/v1/syncBatches/{batch['batchId']}"
        checked = self._ended(where, batch, "STATE_CHECKING")
        assert checked[counted] == len(rows), checked
        body = {"policy": "ROSTER_POLICY_ALL_OR_NOTHING"}
        begun = self._system.post(f"{where}:apply", body, key=f"{key}-apply", etag=checked["etag"])
        done = self._ended(where, begun, "STATE_APPLYING")
        assert done["state"] == "STATE_APPLIED", done

    # ── cases ────────────────────────────────────────────────────────────────────────────────────────────

    def _build_cases(self, university: University) -> Staff:
        staff = data.people_of(self._url, university)
        sources, others = self.options.sources, staff.others
        data.bring_in(self._gateway, university, staff, others[:sources], over=True)
        applicants = others[sources : sources + self.options.cases]
        data.bring_in(self._gateway, university, staff, applicants[:sources], over=False)
        if len(applicants) > sources:
            data.copy_cases(self._url, university, applicants[sources:], over=False)
        graduates = others[: max(self.options.over - sources, 0)]
        if graduates:
            data.copy_cases(self._url, university, graduates, over=True)
        return staff

    def _read_timelines(self, staff: Staff) -> None:
        people = staff.others[: min(self.options.timelines, self.options.sources)]
        cases = [
            self._gateway.get(f"/v1/admissionCases?personId={person}")["admissionCases"][0]["caseId"]
            for person in people
        ]

        def read() -> float:
            took = []
            for case_id in cases:
                began = time.perf_counter()
                found = self._gateway.get(f"/v1/admissionCases/{case_id}/timeline")
                took.append(time.perf_counter() - began)
                assert len(found["entries"]) > 20, found
            return statistics.median(took)

        self._note(f"timeline of a member, median of {len(cases)}", read, TIMELINE, seconds=True)

    def _scan(self, university: University) -> None:
        unit = university.units["party"]

        def scan() -> None:
            seen, findings, token = 0, 0, ""
            while seen == 0 or token:
                page = self._gateway.get(f"/v1/caseFindings?unitId={unit}&pageSize={PAGE}&pageToken={token}")
                seen += page["casesExamined"]
                findings += len(page["caseFindings"])
                token = page["nextPageToken"]
            assert seen == self.options.cases, seen
            assert findings, "nothing found"

        self._note(f"compliance scan of {self.options.cases} open cases", scan, SCAN)

    def _department(self, university: University) -> str:
        """The number of somebody whom the university lets ask what other rules would say."""
        number = f"{self.tag}{0:06}"
        (person,) = self._gateway.get(f"/v1/persons?campusNumber={number}")["persons"]
        grant = {
            "personId": person["personId"],
            "role": "ROLE_ORGANIZATION_DEPARTMENT",
            "unitId": university.units["root"],
            "reason": "Asks what other rules would say.",
        }
        self._gateway.post("/v1/grants", grant, key="grant")
        self._gateway.settle(MEMBERSHIP)
        return number

    def _suppose(self, university: University, department: str) -> None:
        cases = self.options.cases + max(self.options.over, self.options.sources)

        def suppose() -> None:
            judged, differing, token = 0, 0, ""
            while judged == 0 or token:
                asked = HYPOTHESIS | {
                    "unitId": university.units["party"],
                    "pageSize": PAGE,
                    "pageToken": token,
                }
                path, key = "/v1/admissionCases:reevaluate", f"suppose-{judged}"
                page = self._gateway.post(path, asked, key=key, by=department)
                judged += page["evaluatedCases"]
                differing += len(page["cases"])
                token = page["nextPageToken"]
            assert judged == cases, judged
            assert differing, "nothing would differ"

        self._note(f"counterfactual over {cases} cases", suppose, COUNTERFACTUAL)
