"""Which rows are shown: records of tests and tables of cases, held against the catalogue."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.rows.catalogue import Row, RowsError, read_yaml
from tests.rows.report import Records

BOUNDARIES = ("on", "day_before", "day_after")
PROBES = {"GET /healthz", "GET /readyz", "GET /metrics"}  # routes that show nothing a person does

Boundaries = dict[str, set[str]]


@dataclass(frozen=True)
class Standing:
    """How a row stands: the passing tests that show it, the routes they touched, and what it lacks, if anything."""

    row: Row
    routes: tuple[str, ...]
    tests: tuple[str, ...]
    lack: str | None

    @property
    def shown(self) -> bool:
        return self.lack is None


def _rules_of(mapping: Mapping[Any, Any], known: Container[str]) -> list[str]:
    """The rule ids under `rule`, `rules` or `id`; an id may as well be a case's own name, so it must be known."""
    for key in ("rule", "rules", "id"):
        named = mapping.get(key)
        rules = [rule for rule in (named if isinstance(named, list) else [named]) if isinstance(rule, str)]
        if any(rule in known for rule in rules):
            return rules
    return []


def _boundaries_of(case: Mapping[Any, Any]) -> set[str]:
    named = case.get("boundary")
    return {
        # YAML 1.1 reads a bare `on` as true.
        "on" if boundary is True else str(boundary).replace("-", "_")
        for boundary in (named if isinstance(named, list) else [named])
    }


def _table(path: Path, known: Container[str]) -> Iterable[tuple[str, set[str]]]:
    document = read_yaml(path)
    file_level = document if isinstance(document, Mapping) else {}
    cases = file_level.get("cases") if file_level else document
    if not isinstance(cases, list) or not all(isinstance(case, Mapping) for case in cases):
        raise RowsError(f"{path}: no list of cases")
    for case in cases:
        for rule in _rules_of(case, known) or _rules_of(file_level, known):
            yield rule, _boundaries_of(case)


def case_boundaries(tests: Path, known: Container[str]) -> Boundaries:
    """The boundaries that the case tables under `tests` hold for each rule."""
    found: Boundaries = {}
    for path in sorted(tests.glob("**/cases/*.yaml")):
        for rule, boundaries in _table(path, known):
            found.setdefault(rule, set()).update(boundaries)
    return found


def _lack(row: Row, outcomes: list[str], routes: Iterable[str], boundaries: set[str]) -> str | None:
    if row.kind == "rule":
        absent = [boundary for boundary in BOUNDARIES if boundary not in boundaries]
        if absent:
            return f"no case {', '.join(absent)}"
    if not outcomes:
        return "no covering test"
    if row.kind == "rule" and "failed" in outcomes:
        return "a covering test failed"
    if "passed" not in outcomes:
        return "no covering test passed"
    if row.kind != "rule" and row.through == "gateway" and not routes:
        return "no passing test went through the gateway"
    return None


def standings(rows: Mapping[str, Row], records: Records, cases: Boundaries) -> list[Standing]:
    """Every row's standing, in the catalogue's order."""
    covering: dict[str, list[str]] = {}
    for test, record in records.items():
        for row_id in record.rows:
            covering.setdefault(row_id, []).append(test)
    result = []
    for row in rows.values():
        tests = sorted(covering.get(row.id, ()))
        passed = [test for test in tests if records[test].outcome == "passed"]
        routes = sorted({route for test in passed for route in records[test].touches["route"]} - PROBES)
        outcomes = [records[test].outcome for test in tests]
        lack = _lack(row, outcomes, routes, cases.get(row.id, set()))
        result.append(Standing(row, tuple(routes), tuple(passed), lack))
    return result


def summary(standing: Iterable[Standing]) -> str:
    """The last line of the report."""
    parts = []
    rows = list(standing)
    for kind, plural in (("seed", "seed"), ("feature", "features"), ("rule", "rules")):
        of_kind = [one for one in rows if one.row.kind == kind]
        parts.append(f"{plural} {sum(one.shown for one in of_kind)}/{len(of_kind)}")
    return f"rows: {', '.join(parts)}"
