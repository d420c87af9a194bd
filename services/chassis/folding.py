"""What a rule says of two rows in one place, where two entries turned out to be one subject. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# A row as JSON has it.
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of the survivor's row and of the other: what changes in it, or None where it gives way."""

    survivor: Row | None = field(default_factory=dict)
    other: Row | None = field(default_factory=dict)
