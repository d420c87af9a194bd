"""Two entries of one person as judges, with honours and model posts, on a real database."""

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.ids import new_id
from chassis.statements import query
from evaluation.domain import merging
from evaluation.domain.awards import Level
from evaluation.domain.honours import HonourKind, NewHonour
from evaluation.operations import honours, judging, results
from evaluation.operations.merging import follow, go_back
from evaluation.repository import scores
from tests.integration.evaluation.desk import Desk

_HONOURS = query(sa.text("SELECT to_jsonb(h) - 'version' AS row FROM honour h ORDER BY honour_id"))
_POST = query(
    sa.text(
        """INSERT INTO model_post (model_post_id, unit_id, person_id, post, basis, pledge, state, nominated_on, valid,
                                   document_number, display_place, reason, created_at, updated_at, version)
           VALUES (:model_post_id, :unit_id, :person_id, '窗口', '', '', 'approved', DATE '2026-01-01',
                   CAST(:valid AS text)::daterange, '', '', '', now(), now(), 1) RETURNING model_post_id"""
    )
)
_POSTS = query(
    sa.text(
        "SELECT person_id, state, lower(valid) AS begins, upper(valid) AS ends FROM model_post ORDER BY post, begins"
    )
)


async def merge(desk: Desk, kept: UUID, merged: UUID, merge_id: UUID | None = None) -> UUID:
    merge_id = merge_id or new_id()
    async with desk.system().transaction() as work:
        await follow(work, merge_id, kept=kept, merged=merged)
    return merge_id


async def undo(desk: Desk, merge_id: UUID, kept: UUID, merged: UUID) -> None:
    async with desk.system().transaction() as work:
        await go_back(work, merge_id, kept=kept, merged=merged)


async def told(desk: Desk, kind: str) -> list[dict[str, Any]]:
    return [data for named, data in await desk.events() if named == kind]


async def test_one_judge_counts_once_and_a_ranking_comes_out_as_it_was(desk: Desk) -> None:
    kept, merged = desk.judges
    edition, nominated = await desk.judging()
    await desk.assign(edition, kept, merged)
    await desk.score(kept, nominated[0], "80")
    await desk.score(merged, nominated[0], "60")
    await desk.score(merged, nominated[1], "70")

    merge_id = await merge(desk, kept, merged)

    panel = await scores.panel(desk.database, edition.edition_id)
    given = {
        (each.nomination_id, each.judge_id): f"{each.score}"
        for each in await scores.of_edition(desk.database, edition.edition_id)
    }
    assert set(panel.values()) == {frozenset({kept})}
    assert given == {
        (nominated[0].nomination_id, kept): "80",
        (nominated[0].nomination_id, merged): "60",
        (nominated[1].nomination_id, kept): "70",
    }
    (moved,) = await told(desk, "score.reassigned")
    assert (moved["score"]["judgePersonId"], moved["score"]["score"]) == (str(kept), "70")
    assert (await told(desk, "edition.judges_assigned"))[-1]["judgePersonIds"] == [str(kept)]

    await undo(desk, merge_id, kept, merged)
    assert set((await scores.panel(desk.database, edition.edition_id)).values()) == {
        frozenset({kept, merged})
    }
    await judging.rank_edition(desk.call(), edition.edition_id)
    await merge(desk, kept, merged)

    verified = await results.verify_ranking(desk.call(), edition.edition_id)
    assert verified.announced == verified.computed
    assert set((await scores.panel(desk.database, edition.edition_id)).values()) == {
        frozenset({kept, merged})
    }


async def test_an_honour_recorded_for_both_stays_once(desk: Desk) -> None:
    kept, merged = await desk.people(2)
    same = [
        NewHonour(
            person,
            HonourKind.COMMENDATION,
            "优秀党务工作者",
            "校党委",
            Level.UNIVERSITY,
            2026,
            date(2026, 6, 1),
            "",
        )
        for person in (kept, merged)
    ]
    other = NewHonour(
        merged, HonourKind.COMMENDATION, "先进个人", "校党委", Level.UNIVERSITY, 2026, date(2026, 6, 1), ""
    )
    call = await desk.checked(None, "evaluation.honour.record", desk.university)
    await honours.record_honours(call, desk.university, [*same, other])
    before = [row["row"] for row in await desk.database.fetch(_HONOURS)]

    merge_id = await merge(desk, kept, merged)

    after = [row["row"] for row in await desk.database.fetch(_HONOURS)]
    assert {row["person_id"] for row in after} == {str(kept)}
    assert sorted((row["title"], row["withdraw_reason"]) for row in after) == [
        ("优秀党务工作者", ""),
        ("优秀党务工作者", merging.ONE_PERSON),
        ("先进个人", ""),
    ]
    announced = await told(desk, "honour.reassigned")
    assert {(each["fromPersonId"], each["honour"]["personId"]) for each in announced} == {
        (str(merged), str(kept))
    }
    assert sorted(each["honour"]["withdrawn"] for each in announced) == [False, True]

    await undo(desk, merge_id, kept, merged)
    assert [row["row"] for row in await desk.database.fetch(_HONOURS)] == before


async def test_a_model_post_held_beside_another_ends_where_that_begins(desk: Desk) -> None:
    kept, merged = await desk.people(2)
    for person, valid in (
        (kept, "[2026-03-01,2026-06-01)"),
        (kept, "[2026-09-01,)"),
        (merged, "[2026-01-01,2026-10-01)"),
    ):
        await desk.database.fetch(
            _POST, model_post_id=new_id(), unit_id=desk.branches[0], person_id=person, valid=valid
        )
    before = [tuple(row.values()) for row in await desk.database.fetch(_POSTS)]

    merge_id = await merge(desk, kept, merged)

    held = [tuple(row.values()) for row in await desk.database.fetch(_POSTS)]
    assert held == [
        (kept, "revoked", date(2026, 1, 1), date(2026, 3, 1)),
        (kept, "approved", date(2026, 3, 1), date(2026, 6, 1)),
        (kept, "approved", date(2026, 9, 1), None),
    ]
    assert [each["modelPost"]["validUntil"] for each in await told(desk, "model_post.reassigned")] == [
        "2026-03-01"
    ]

    await undo(desk, merge_id, kept, merged)
    assert [tuple(row.values()) for row in await desk.database.fetch(_POSTS)] == before
