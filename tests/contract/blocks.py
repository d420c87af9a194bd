"""Fenced blocks of a document, for the tests that run what it shows."""

import re
from pathlib import Path
from typing import Any

ANYTHING = "…"


def blocks(document: Path, *tags: str) -> list[tuple[str, str]]:
    """The tag and text of every block with one of the tags, for example `sh run`, in order."""
    wanted = "|".join(map(re.escape, tags))
    found = re.finditer(rf"^```({wanted})\n(.*?)^```$", document.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return [(match[1], match[2]) for match in found]


def differences(shown: Any, seen: Any, where: str = "") -> list[str]:
    """Where an answer is not as shown; it may hold more, and `…` stands for any text."""
    if isinstance(shown, dict) and isinstance(seen, dict):
        missing = [f"{where}/{key} is missing" for key in shown.keys() - seen.keys()]
        return missing + [
            text
            for key in shown.keys() & seen.keys()
            for text in differences(shown[key], seen[key], f"{where}/{key}")
        ]
    if isinstance(shown, list) and isinstance(seen, list) and len(shown) <= len(seen):
        pairs = enumerate(zip(shown, seen, strict=False))
        return [text for index, (one, other) in pairs for text in differences(one, other, f"{where}/{index}")]
    if shown == seen or (shown == ANYTHING and isinstance(seen, str)):
        return []
    return [f"{where} is {seen!r}, not {shown!r}"]
