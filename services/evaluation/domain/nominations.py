"""Nominations and the scores that judges give them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from chassis.errors import EtagMismatchError, InvalidArgumentError, Violation
from evaluation.domain.awards import Criterion, Source, out_of_range
from evaluation.errors import JudgeHasScoredError, NominationWithdrawnError

# Who judges which nomination.
Panel = Mapping[UUID, frozenset[UUID]]


class NominationState(StrEnum):
    """Where a nomination stands."""

    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Nomination:
    """A unit nominated in an edition."""

    nomination_id: UUID
    edition_id: UUID
    unit_id: UUID
    unit_name: str
    statement: str
    state: NominationState
    created_at: datetime
    updated_at: datetime
    version: int

    def check_submitted(self) -> None:
        """Refuse what a withdrawn nomination does not allow."""
        if self.state is NominationState.WITHDRAWN:
            raise NominationWithdrawnError(nomination_id=self.nomination_id)

    def withdrawn(self, now: datetime) -> "Nomination":
        """The unit takes part no longer."""
        self.check_submitted()
        return replace(self, state=NominationState.WITHDRAWN, updated_at=now, version=self.version + 1)


@dataclass(frozen=True, slots=True)
class JudgeScore:
    """What one judge gives one nomination on one criterion."""

    score_id: UUID
    edition_id: UUID
    nomination_id: UUID
    judge_id: UUID
    criterion: str
    score: Decimal
    remark: str
    scored_at: datetime
    version: int

    def changed(self, new: "NewScore", now: datetime) -> "JudgeScore":
        """The judge thought again; the tag must be of the score that is replaced."""
        if new.etag != str(self.version):
            raise EtagMismatchError(seen=new.etag or "", current=self.version)
        return replace(self, score=new.score, remark=new.remark, scored_at=now, version=self.version + 1)


@dataclass(frozen=True, slots=True)
class NewScore:
    """What a judge gives now."""

    criterion: str
    score: Decimal
    remark: str
    etag: str | None


def check_scores(scores: Iterable[NewScore], criteria: Iterable[Criterion]) -> None:
    """Refuse scores out of range, twice, or on a criterion that judges do not score."""
    judged = {criterion.key for criterion in criteria if criterion.source is Source.JUDGES}
    found, seen = [], set()
    for index, score in enumerate(scores):
        field = f"scores[{index}]"
        if score.criterion not in judged:
            text = "不是由评委打分的标准", "is not a criterion that judges score"
            found.append(Violation(f"{field}.criterion_key", *text))
        if score.criterion in seen:
            found.append(Violation(f"{field}.criterion_key", "标准重复", "is given twice"))
        seen.add(score.criterion)
        found += out_of_range(score.score, f"{field}.score")
    if found:
        raise InvalidArgumentError(found)


def check_tag_of_first(new: NewScore) -> None:
    """Refuse a tag where there is no score yet to replace."""
    if new.etag is not None:
        raise EtagMismatchError(seen=new.etag, current="")


def panel_of(
    assignments: Iterable[tuple[UUID, tuple[UUID, ...]]], nominations: Iterable[UUID]
) -> dict[UUID, frozenset[UUID]]:
    """The panel by nomination; a judge without named nominations judges all of them."""
    everything = tuple(nominations)
    judges: dict[UUID, set[UUID]] = {nomination: set() for nomination in everything}
    for index, (judge, named) in enumerate(assignments):
        for nomination in named or everything:
            if nomination not in judges:
                text = "不是本届的有效申报", "is no nomination of the edition"
                raise InvalidArgumentError([Violation(f"judges[{index}].nomination_ids", *text)])
            judges[nomination].add(judge)
    return {nomination: frozenset(each) for nomination, each in judges.items() if each}


def check_panel_keeps(panel: Panel, scored: Iterable[tuple[UUID, UUID]]) -> None:
    """Refuse a panel without somebody who has scored (nomination, judge): a score that is given counts."""
    for nomination, judge in scored:
        if judge not in panel.get(nomination, frozenset()):
            raise JudgeHasScoredError(person_id=judge, nomination_id=nomination)
