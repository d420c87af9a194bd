"""Documents: days of editions, what is in force and on trial on a day, and articles."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from chassis.errors import InvalidArgumentError
from organization.domain.documents import (
    Document,
    DocumentState,
    Edition,
    NewClause,
    Outcome,
    Review,
    check_clauses,
    check_edition,
    check_repeal,
    check_review,
)
from organization.errors import DocumentNotOnTrialError, DocumentRepealedError

DAY, DUE = date(2022, 9, 1), date(2023, 9, 1)
EVE, NEXT = DAY - timedelta(days=1), DAY + timedelta(days=1)
NOW = datetime(2022, 9, 1, tzinfo=UTC)
ID = UUID(int=1)
TRIAL = Edition(1, DAY, DAY, trial=True, review_due_on=DUE, note="")
FINAL = Edition(2, DUE, DUE, trial=False, review_due_on=None, note="")


def document(*editions: Edition, day: date = DAY, reviews: tuple[Review, ...] = ()) -> Document:
    return Document(
        document_id=ID,
        unit_id=ID,
        number="校发〔2022〕1号",
        title="工作方案（试行）",
        supersedes_id=None,
        repealed_on=None,
        repeal_reason="",
        editions=editions or (TRIAL,),
        reviews=reviews,
        created_at=NOW,
        updated_at=NOW,
        version=1,
        day=day,
    )


def review(outcome: Outcome, on: date, next_due_on: date | None = None) -> Review:
    return Review(1, on, outcome, next_due_on, "", ID)


@pytest.mark.parametrize(
    ("day", "state", "edition"),
    [
        (EVE, DocumentState.PLANNED, None),
        (DAY, DocumentState.IN_FORCE, 1),
        (DUE - timedelta(days=1), DocumentState.IN_FORCE, 1),
        (DUE, DocumentState.IN_FORCE, 2),
    ],
)
def test_the_latest_edition_effective_by_the_day_is_in_force(
    day: date, state: DocumentState, edition: int | None
) -> None:
    found = document(TRIAL, FINAL, day=day)

    assert found.state is state
    assert (found.current.edition if found.current else None) == edition


def test_a_repealed_document_holds_until_the_day_before() -> None:
    ended = replace(document(), repealed_on=DUE)

    assert replace(ended, day=DUE - timedelta(days=1)).state is DocumentState.IN_FORCE
    assert replace(ended, day=DUE).state is DocumentState.REPEALED
    assert replace(ended, day=DUE).review_due_on is None


def test_a_trial_is_due_as_issued_until_it_is_reviewed() -> None:
    later = DUE + timedelta(days=365)
    extended = (review(Outcome.EXTENDED, DUE, later),)
    confirmed = (*extended, review(Outcome.CONFIRMED, later))

    assert document().review_due_on == DUE
    assert document(reviews=extended, day=DUE - timedelta(days=1)).review_due_on == DUE
    assert document(reviews=extended, day=DUE).review_due_on == later
    assert document(reviews=confirmed, day=later).review_due_on is None
    assert document(TRIAL, FINAL, day=DUE).review_due_on is None


def test_an_edition_is_effective_from_its_issue_and_after_the_one_before() -> None:
    check_edition(TRIAL, None)
    check_edition(replace(FINAL, effective_on=NEXT, issued_on=NEXT), TRIAL)

    for wrong, before in [
        (replace(TRIAL, effective_on=EVE), None),
        (replace(FINAL, issued_on=DAY, effective_on=DAY), TRIAL),
    ]:
        with pytest.raises(InvalidArgumentError) as refused:
            check_edition(wrong, before)
        assert [each.field for each in refused.value.violations] == ["effective_on"]


@pytest.mark.parametrize(
    "wrong",
    [
        replace(TRIAL, review_due_on=None),
        replace(TRIAL, trial=False),
        replace(TRIAL, review_due_on=DAY),
        replace(TRIAL, review_due_on=EVE),
    ],
)
def test_a_trial_and_only_a_trial_has_a_later_day_of_review(wrong: Edition) -> None:
    check_edition(replace(TRIAL, review_due_on=NEXT), None)

    with pytest.raises(InvalidArgumentError) as refused:
        check_edition(wrong, None)
    assert [each.field for each in refused.value.violations] == ["review_due_on"]


def test_articles_are_told_apart_and_lead_somewhere() -> None:
    good = NewClause("第一条", "……", ("SEED-02",), (ID,))
    stray = NewClause("第二条", "……", ("NONE-01",), (UUID(int=2),))

    check_clauses([good], rules={"SEED-02"}, duties={ID})
    with pytest.raises(InvalidArgumentError) as refused:
        check_clauses([good, good, stray], rules={"SEED-02"}, duties={ID})

    assert [each.field for each in refused.value.violations] == [
        "clauses[1].article",
        "clauses[2].rule_ids[0]",
        "clauses[2].duty_ids[0]",
    ]


def test_a_document_is_repealed_once_and_after_its_first_day() -> None:
    check_repeal(document(), NEXT)

    for day in (DAY, EVE):
        with pytest.raises(InvalidArgumentError):
            check_repeal(document(), day)
    with pytest.raises(DocumentRepealedError):
        check_repeal(replace(document(), repealed_on=DUE), NEXT)


def test_only_what_is_on_trial_is_reviewed_and_an_extension_lies_ahead() -> None:
    check_review(document(), Outcome.CONFIRMED, None)
    check_review(document(), Outcome.EXTENDED, NEXT)

    for outcome, due in [(Outcome.CONFIRMED, NEXT), (Outcome.EXTENDED, None), (Outcome.EXTENDED, DAY)]:
        with pytest.raises(InvalidArgumentError):
            check_review(document(), outcome, due)
    for other in (document(FINAL, day=DUE), document(day=EVE)):
        with pytest.raises(DocumentNotOnTrialError):
            check_review(other, Outcome.CONFIRMED, None)
