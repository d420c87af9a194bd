"""What is wrong with one field of a request; plain values, so that the domain may name them too."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Violation:
    """
    One broken field rule with its sentence in Chinese and in English.

    `field` is a path in proto names (`unit.parents[0].parent_unit_id`) where a message is checked, and a
    JSON Pointer (`/parents/0/parentUnitId`) where a JSON document is.
    """

    field: str
    zh: str
    en: str
