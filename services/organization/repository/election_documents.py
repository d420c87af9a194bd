"""Parts of elections as the documents that are kept, and back. No statement."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from organization.domain.elections import (
    Background,
    Candidate,
    ElectionSeat,
    ElectionStep,
    NominationSource,
    StepKind,
)
from organization.domain.posts import PostKind
from organization.domain.verdicts import KeptVerdict
from rulebook import Source

Document = Mapping[str, Any]


def optional_id(text: str | None) -> UUID | None:
    return None if text is None else UUID(text)


def optional_day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def verdicts(documents: Iterable[Document]) -> tuple[KeptVerdict, ...]:
    """The verdicts of a step."""
    return tuple(
        KeptVerdict(
            **{
                **document,
                "clears_on": optional_day(document["clears_on"]),
                "source": Source(**document["source"]),
            }
        )
        for document in documents
    )


def seats(documents: Iterable[Document]) -> tuple[ElectionSeat, ...]:
    """The seats to fill."""
    return tuple(
        ElectionSeat(UUID(each["post_id"]), PostKind(each["kind"]), each["seats"]) for each in documents
    )


def candidates(documents: Iterable[Document]) -> tuple[Candidate, ...]:
    """Who stands."""
    return tuple(
        Candidate(
            UUID(each["person_id"]),
            NominationSource(each["source"]),
            None if each["background"] is None else Background(each["background"]),
        )
        for each in documents
    )


def steps(documents: Iterable[Document]) -> tuple[ElectionStep, ...]:
    """The steps taken."""
    return tuple(
        ElectionStep(
            kind=StepKind(each["kind"]),
            person_id=optional_id(each["person_id"]),
            at=datetime.fromisoformat(each["at"]),
            note=each["note"],
            verdicts=verdicts(each["verdicts"]),
        )
        for each in documents
    )


def documents(parts: Iterable[Any]) -> list[dict[str, Any]]:
    """Parts as they are kept."""
    return [asdict(part) for part in parts]
