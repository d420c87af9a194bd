"""Two entries of one person in one campaign, project, group or team: what the survivor has there afterwards."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from chassis.intervals import Interval

ONE_PERSON = "与另一条登记为同一人"

# On some days, what: a task, a topic, a group, whether one leads.
Piece = tuple[Interval, Mapping[str, Any]]
Pieces = Sequence[Piece]
Fold = Callable[[Pieces, Pieces], list[Piece]]


def beside(survivor: Pieces, other: Pieces) -> list[Piece]:
    """What the survivor has stays; what the other had is added on the days on which the survivor has nothing."""
    added: list[Piece] = []
    for days, values in other:
        rest = [days]
        for taken, _ in survivor:
            rest = [piece for each in rest for piece in each.minus(taken)]
        added += [(piece, values) for piece in rest]
    return _in_order([*survivor, *added])


def earliest(survivor: Pieces, other: Pieces) -> list[Piece]:
    """What is once done stays done: of two the earlier stays, and the survivor's where both are of one day."""
    if not survivor or (other and other[0][0].start < survivor[0][0].start):
        return list(other)
    return list(survivor)


def together(survivor: Pieces, other: Pieces) -> list[Piece]:
    """Whoever was in a team under either entry was in it, and led it on the days on which either did."""
    days = [each for each, _ in (*survivor, *other)]
    bounds = sorted({each.start for each in days} | {each.end for each in days if each.end})
    ends: list[date | None] = [*bounds[1:], None]
    merged: list[Piece] = []
    for start, end in zip(bounds, ends, strict=False):
        there = [bool(values["leads"]) for each, values in (*survivor, *other) if start in each]
        if not there:
            continue
        piece: Piece = (Interval(start, end), {"leads": any(there)})
        if merged and merged[-1][0].end == start and merged[-1][1] == piece[1]:
            piece = (Interval(merged.pop()[0].start, end), piece[1])
        merged.append(piece)
    return merged


def returned(now: Pieces, *, before: Pieces, after: Pieces) -> list[Piece] | None:
    """What the survivor has once the other is somebody else again; None where it was changed since, and stays."""
    added = [piece for piece in after if piece not in before]
    if any(piece not in now for piece in added):
        return None
    given_up = [piece for piece in before if piece not in after]
    return _in_order([*(piece for piece in now if piece not in added), *given_up])


def _in_order(pieces: Pieces) -> list[Piece]:
    return sorted(pieces, key=lambda piece: piece[0].start)
