"""The rows of docs/rows.yaml, read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
ROWS_FILE = ROOT / "docs" / "rows.yaml"

CLASSES = {
    "seed": ("used",),
    "feature": ("must", "should", "later", "beyond"),
    "rule": ("rule",),
}
SERVICES = ("organization", "membership", "activity", "evaluation", "gateway", "all", "ops")
THROUGH = ("gateway", "tests")


class RowsError(Exception):
    """Rows, reports or case tables that cannot be used; the message is one line."""


@dataclass(frozen=True)
class Row:
    """One thing the product answers for. `through` says how it is shown: by people over HTTP, or by tests."""

    id: str
    title: str
    zh: str
    service: str
    class_: str
    kind: str
    through: str = "gateway"


def read_yaml(path: Path) -> Any:
    """The document in `path`, or a one-line error."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except OSError as error:
        raise RowsError(f"{path}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise RowsError(f"{path}: {' '.join(str(error).split())}") from error


def _row(item: object, where: str) -> Row:
    if not isinstance(item, Mapping):
        raise RowsError(f"{where}: not a mapping")
    fields = {"class_" if key == "class" else str(key): value for key, value in item.items()}
    if not all(isinstance(value, str) and value for value in fields.values()):
        raise RowsError(f"{where}: every field is a non-empty text")
    try:
        row = Row(**fields)
    except TypeError as error:
        raise RowsError(f"{where}: {str(error).removeprefix('Row.__init__() ')}") from error
    allowed = (
        (row.kind, tuple(CLASSES), "kind"),
        (row.class_, CLASSES.get(row.kind, ()), "class"),
        (row.service, SERVICES, "service"),
        (row.through, THROUGH, "through"),
    )
    for value, choices, field in allowed:
        if value not in choices:
            raise RowsError(f"{where}: {field} {value!r} is not one of {', '.join(choices)}")
    return row


@cache
def load(path: Path = ROWS_FILE) -> dict[str, Row]:
    """Every row by its id, in the file's order."""
    document = read_yaml(path)
    items = document.get("rows") if isinstance(document, Mapping) else None
    if not isinstance(items, list):
        raise RowsError(f"{path}: no list under the key rows")
    rows: dict[str, Row] = {}
    for number, item in enumerate(items, start=1):
        row = _row(item, f"{path}: row {number}")
        if row.id in rows:
            raise RowsError(f"{path}: row {number}: {row.id} is there twice")
        rows[row.id] = row
    return rows
