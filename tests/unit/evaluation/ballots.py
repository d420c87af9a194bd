"""Ballots for tests: a few units, three criteria, two judges; and hypothesis strategies that vary them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from hypothesis import strategies as st

from evaluation.domain.awards import Band, Criterion, FactKey, MissingScorePolicy, Source, TieRule
from evaluation.domain.ranking import Ballot, Candidate, GivenScore
from evaluation.domain.recorded import CapturedFact

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
FROM, UNTIL = date(2026, 1, 1), date(2026, 11, 1)


def uid(number: int) -> UUID:
    return UUID(int=number + (7 << 76) + (2 << 62))


def bands(*pairs: tuple[str, str]) -> tuple[Band, ...]:
    return tuple(Band(Decimal(at_least), Decimal(score)) for at_least, score in pairs)


MEETINGS = Criterion(
    key="meetings",
    dimension="life",
    name="组织生活",
    weight=Decimal("0.3"),
    source=Source.FACT,
    fact=FactKey.MEETINGS_HELD,
    bands=bands(("4", "60"), ("8", "80"), ("12", "100")),
)
ATTENDANCE = Criterion(
    key="attendance",
    dimension="life",
    name="出席率",
    weight=Decimal("0.2"),
    source=Source.FACT,
    fact=FactKey.ATTENDANCE_RATE,
    bands=bands(("0", "10"), ("80", "70"), ("95", "100")),
)
DEFENCE = Criterion(
    key="defence", dimension="outcome", name="答辩", weight=Decimal("0.5"), source=Source.JUDGES
)
CRITERIA = (MEETINGS, ATTENDANCE, DEFENCE)
JUDGES = (uid(901), uid(902))


def candidates(count: int) -> tuple[Candidate, ...]:
    return tuple(Candidate(uid(100 + n), uid(500 + n), f"第{n}党支部") for n in range(count))


def fact(nomination: UUID, key: FactKey, value: str | None, evidence: Sequence[UUID] = ()) -> CapturedFact:
    return CapturedFact(
        nomination_id=nomination,
        fact=key,
        service="activity",
        method="shuyuan.activity.v1.ActivityFactService/GetUnitFacts",
        period_from=FROM,
        period_until=UNTIL,
        value=None if value is None else Decimal(value),
        evidence_noun="meeting",
        evidence_ids=tuple(evidence),
        captured_at=NOW,
    )


def score(nomination: UUID, judge: UUID, value: str, criterion: str = "defence") -> GivenScore:
    return GivenScore(nomination, criterion, judge, Decimal(value))


def ballot(
    rows: Sequence[tuple[str | None, str | None, Mapping[UUID, str]]],
    *,
    policy: MissingScorePolicy = MissingScorePolicy.DROP,
    tie_rule: TieRule = TieRule.SHARED_PLACE,
    quota: int = 1,
    criteria: tuple[Criterion, ...] = CRITERIA,
    judges: Sequence[UUID] = JUDGES,
) -> Ballot:
    """One nomination a row: meetings held, attendance rate, and what the judges gave."""
    nominated = candidates(len(rows))
    facts, given = [], []
    for candidate, (meetings, rate, by_judge) in zip(nominated, rows, strict=True):
        facts.append(fact(candidate.nomination_id, FactKey.MEETINGS_HELD, meetings))
        facts.append(fact(candidate.nomination_id, FactKey.ATTENDANCE_RATE, rate))
        given += [score(candidate.nomination_id, judge, value) for judge, value in by_judge.items()]
    return Ballot(
        criteria=criteria,
        policy=policy,
        tie_rule=tie_rule,
        quota=quota,
        candidates=nominated,
        facts=tuple(facts),
        panel={candidate.nomination_id: frozenset(judges) for candidate in nominated},
        scores=tuple(given),
    )


_VALUES = st.none() | st.integers(0, 1500).map(lambda tenths: f"{Decimal(tenths) / 10:f}")
_SCORES = st.integers(0, 10_000).map(lambda hundredths: f"{Decimal(hundredths) / 100:f}")
_ROWS = st.tuples(_VALUES, _VALUES, st.dictionaries(st.sampled_from(JUDGES), _SCORES, max_size=2))

ballots = st.builds(
    ballot,
    st.lists(_ROWS, min_size=1, max_size=6),
    policy=st.sampled_from(list(MissingScorePolicy)),
    tie_rule=st.sampled_from(list(TieRule)),
    quota=st.integers(1, 4),
)
