"""What covering tests did: kept in JSON files, one for each pytest run, and merged."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.rows.catalogue import RowsError
from tests.rows.touched import KINDS, Touches

FORMAT = 1
WITHIN_A_RUN = ("passed", "skipped", "failed")  # of two phases' outcomes the later one here stands
ACROSS_RUNS = ("skipped", "passed", "failed")


def _untouched() -> Touches:
    return {kind: set() for kind in KINDS}


@dataclass
class Record:
    """One covering test: its rows, how it ended (skipped until it is known), and what it touched."""

    rows: tuple[str, ...]
    outcome: str = "skipped"
    touches: Touches = field(default_factory=_untouched)
    _seen: list[str] = field(default_factory=list, repr=False, compare=False)

    def see(self, outcome: str) -> None:
        """Take the outcome of one phase of the test."""
        self._seen.append(outcome)
        self.outcome = max(self._seen, key=WITHIN_A_RUN.index)

    def touch(self, touches: Touches) -> None:
        for kind in KINDS:
            self.touches[kind] |= touches[kind]


Records = dict[str, Record]


def as_document(records: Mapping[str, Record]) -> dict[str, Any]:
    """Records as a file holds them."""
    tests = {
        test: {"rows": list(record.rows), "outcome": record.outcome}
        | {kind: sorted(names) for kind, names in record.touches.items()}
        for test, record in sorted(records.items())
    }
    return {"format": FORMAT, "tests": tests}


def write(path: Path, records: Mapping[str, Record]) -> None:
    """Write one run's records to `path`, replacing what is there."""
    text = json.dumps(as_document(records), ensure_ascii=False, indent=1)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n", encoding="utf-8")


def _record(entry: Mapping[str, Any]) -> Record:
    if entry["outcome"] not in ACROSS_RUNS:
        raise ValueError(f"unknown outcome {entry['outcome']!r}")
    return Record(tuple(entry["rows"]), entry["outcome"], {kind: set(entry[kind]) for kind in KINDS})


def from_document(document: Any) -> Records:
    """The records in what `as_document` gave; KeyError, TypeError or ValueError when it is something else."""
    if document["format"] != FORMAT:
        raise ValueError(f"unknown format {document['format']!r}")
    return {test: _record(entry) for test, entry in document["tests"].items()}


def read(path: Path) -> Records:
    """The records that a run left in `path`."""
    try:
        return from_document(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise RowsError(f"{path}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RowsError(f"{path}: not a rows report: {error}") from error


def merge(runs: Iterable[Records]) -> Records:
    """One record for each test: failed if it failed anywhere, else passed if it passed anywhere.

    Only passing runs lend their touches.
    """
    merged: Records = {}
    for run in runs:
        for test, record in run.items():
            kept = merged.setdefault(test, Record(record.rows))
            kept.rows = tuple(dict.fromkeys(kept.rows + record.rows))
            kept.outcome = max(kept.outcome, record.outcome, key=ACROSS_RUNS.index)
            if record.outcome == "passed":
                kept.touch(record.touches)
    return merged
