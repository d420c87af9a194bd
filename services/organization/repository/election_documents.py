"""Parts of elections as the documents that are kept, and back. No statement."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from organization.domain.election_ballots import (
    Contest,
    ContestKind,
    OpenBallot,
    PostResult,
    Round,
    RoundState,
    Totals,
)
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


def rounds(documents: Iterable[Document]) -> tuple[Round, ...]:
    """The votes that were held."""
    return tuple(_round(each) for each in documents)


def _round(document: Document) -> Round:
    contest, totals = document["contest"], document["totals"]
    return Round(
        number=document["number"],
        contest=Contest(ContestKind(contest["kind"]), ids(contest["candidates"]), contest["seats"]),
        state=RoundState(document["state"]),
        totals=Totals(
            **{
                **totals,
                "held_on": date.fromisoformat(totals["held_on"]),
                "votes": _votes(totals["votes"]),
                # Rounds that were kept before there were write-ins have none.
                "write_ins": _votes(totals.get("write_ins", ())),
            }
        ),
        should_attend=document["should_attend"],
        entered_by=optional_id(document["entered_by"]),
        confirmed_by=optional_id(document["confirmed_by"]),
        win_base=document["win_base"],
        elected=ids(document["elected"]),
        tied=ids(document["tied"]),
        verdicts=verdicts(document["verdicts"]),
        is_electronic=document.get("is_electronic", False),
    )


def _votes(pairs: Iterable[tuple[str, int]]) -> tuple[tuple[UUID, int], ...]:
    return tuple((UUID(person), votes) for person, votes in pairs)


def ballot(document: Document | None) -> OpenBallot | None:
    """The electronic ballot that is open."""
    if document is None:
        return None
    return OpenBallot(document["number"], datetime.fromisoformat(document["opened_at"]))


def ids(texts: Iterable[str]) -> tuple[UUID, ...]:
    """Ids, in their order."""
    return tuple(UUID(text) for text in texts)


def results(documents: Iterable[Document]) -> tuple[PostResult, ...]:
    """Who holds which post."""
    return tuple(
        PostResult(UUID(each["post_id"]), UUID(each["person_id"]), each["votes"]) for each in documents
    )


def documents(parts: Iterable[Any]) -> list[dict[str, Any]]:
    """Parts as they are kept."""
    return [asdict(part) for part in parts]
