"""Documents over gRPC on a real database: editions, reviews that are due, articles, and who may read them."""

from datetime import date, timedelta
from typing import Any

import pytest

from chassis.errors import (
    AlreadyExistsError,
    InvalidArgumentError,
    NotFoundError,
    PermissionDeniedError,
    StateError,
)
from shuyuan.organization.v1 import document_pb2, grant_service_pb2, role_pb2
from shuyuan.organization.v1 import document_service_pb2 as pb
from tests.integration.organization.world import ADMIN, Campus, World

SEP, DUE = date(2022, 9, 1), date(2023, 9, 1)
DUE_EVE = DUE - timedelta(days=1)


class Registry:
    """The university's committee issues documents."""

    def __init__(self, world: World, campus: Campus) -> None:
        self.world, self.campus = world, campus
        self.stub = world.stubs.documents

    async def register(
        self,
        number: str,
        *,
        issuer: Any = None,
        trial: bool = False,
        rules: tuple[str, ...] = (),
        **fields: Any,
    ) -> Any:
        request = pb.RegisterDocumentRequest(
            unit_id=(issuer or self.campus.committee).unit_id,
            number=number,
            title=f"协同育人工作方案{number}",
            issued_on=SEP.isoformat(),
            effective_on=SEP.isoformat(),
            trial=trial,
            review_due_on=DUE.isoformat() if trial else None,
            clauses=[
                pb.ClauseInput(article="第一条", text="双院协同育人。", rule_ids=rules),
                pb.ClauseInput(article="第二条", text="各负其责。"),
            ],
            **fields,
        )
        return (await self.world.ask(self.stub.RegisterDocument, request)).document

    async def revise(self, document: Any, on: date) -> Any:
        request = pb.ReviseDocumentRequest(
            document_id=document.document_id,
            issued_on=on.isoformat(),
            effective_on=on.isoformat(),
            note="转为正式",
            clauses=[pb.ClauseInput(article="第一条", text="双院深度协同育人。")],
        )
        return (await self.world.ask(self.stub.ReviseDocument, request, etag=document.etag)).document

    async def read(self, document: Any, on: date, *, by: str = ADMIN) -> Any:
        request = pb.GetDocumentRequest(document_id=document.document_id, as_of=on.isoformat())
        return (await self.world.ask(self.stub.GetDocument, request, by=by)).document

    async def numbers(self, *, by: str = ADMIN, **asked: Any) -> list[str]:
        answer = await self.world.ask(self.stub.ListDocuments, pb.ListDocumentsRequest(**asked), by=by)
        return [each.number for each in answer.documents]

    async def texts(self, **asked: Any) -> list[str]:
        answer = await self.world.ask(self.stub.ListClauses, pb.ListClausesRequest(**asked))
        return [each.text for each in answer.clauses]


@pytest.fixture
def registry(world: World, campus: Campus) -> Registry:
    return Registry(world, campus)


@pytest.mark.covers("S14", "F19")
async def test_the_edition_of_the_day_and_its_articles_are_read(registry: Registry) -> None:
    document = await registry.revise(await registry.register("1号", trial=True), DUE)
    asked = {"document_id": document.document_id}

    before, after = await registry.read(document, DUE_EVE), await registry.read(document, DUE)

    assert (before.edition, before.trial, before.review_due_on) == (1, True, "2023-09-01")
    assert (after.edition, after.trial, after.HasField("review_due_on")) == (2, False, False)
    assert await registry.texts(**asked, as_of=DUE_EVE.isoformat()) == ["双院协同育人。", "各负其责。"]
    assert await registry.texts(**asked, as_of=DUE.isoformat()) == ["双院深度协同育人。"]
    assert await registry.texts(**asked, edition=1) == ["双院协同育人。", "各负其责。"]
    assert await registry.texts(**asked, text="各负") == []
    events = await registry.world.events("document")
    assert [event["verb"] for event in events] == ["registered", "revised"]


@pytest.mark.covers("S15", "F19")
async def test_trials_are_due_until_they_are_reviewed(registry: Registry) -> None:
    world = registry.world
    trial = await registry.register("1号", trial=True)
    await registry.register("2号")
    today = world.clock.today()
    tomorrow = (today + timedelta(days=1)).isoformat()

    assert await registry.numbers(review_due_by=DUE_EVE.isoformat()) == []
    assert await registry.numbers(review_due_by=DUE.isoformat()) == ["1号"]
    assert (
        await registry.numbers(review_due_by=DUE.isoformat(), as_of=(SEP - timedelta(days=1)).isoformat())
        == []
    )

    extend = pb.ReviewDocumentRequest(
        document_id=trial.document_id,
        outcome=document_pb2.DocumentReview.OUTCOME_EXTENDED,
        next_due_on=tomorrow,
        conclusion="继续试行",
    )
    extended = (await world.ask(registry.stub.ReviewDocument, extend, etag=trial.etag)).document
    assert extended.review_due_on == tomorrow
    assert await registry.numbers(review_due_by=today.isoformat()) == []
    assert await registry.numbers(review_due_by=tomorrow) == ["1号"]
    yesterday = (today - timedelta(days=1)).isoformat()
    assert await registry.numbers(review_due_by=DUE.isoformat(), as_of=yesterday) == ["1号"]

    confirm = pb.ReviewDocumentRequest(
        document_id=trial.document_id,
        outcome=document_pb2.DocumentReview.OUTCOME_CONFIRMED,
        conclusion="成效良好",
    )
    confirmed = (await world.ask(registry.stub.ReviewDocument, confirm, etag=extended.etag)).document
    assert not confirmed.trial
    assert await registry.numbers(review_due_by=tomorrow) == []
    with pytest.raises(StateError) as refused:
        await world.ask(registry.stub.ReviewDocument, confirm, etag=confirmed.etag)
    assert refused.value.reason == "DOCUMENT_NOT_ON_TRIAL"


async def test_a_document_takes_the_place_of_another(registry: Registry) -> None:
    old = await registry.register("1号", trial=True)
    request = pb.RegisterDocumentRequest(
        unit_id=registry.campus.committee.unit_id,
        number="2号",
        title="办法",
        issued_on=DUE.isoformat(),
        effective_on=DUE.isoformat(),
        supersedes_document_id=old.document_id,
    )
    new = (await registry.world.ask(registry.stub.RegisterDocument, request)).document

    ended = await registry.read(old, DUE)

    assert new.supersedes_document_id == old.document_id
    assert ended.state == document_pb2.Document.STATE_REPEALED
    assert (await registry.read(old, DUE_EVE)).state == document_pb2.Document.STATE_IN_FORCE
    assert await registry.numbers(state=document_pb2.Document.STATE_REPEALED) == ["1号"]
    assert await registry.texts(document_id=old.document_id) == []
    request.number = "3号"
    with pytest.raises(StateError) as refused:
        await registry.world.ask(registry.stub.RegisterDocument, request)
    assert refused.value.reason == "DOCUMENT_REPEALED"


@pytest.mark.covers("S14", "F19")
async def test_articles_are_found_by_the_rules_that_follow_from_them(registry: Registry) -> None:
    world = registry.world
    document = await registry.register("1号", rules=("SEED-02",))
    link = pb.LinkClauseRequest(
        document_id=document.document_id, article="第二条", rule_ids=["SEED-03", "SEED-02"]
    )

    await world.ask(registry.stub.LinkClause, link, etag=document.etag)

    assert await registry.texts(rule_id="SEED-02") == ["双院协同育人。", "各负其责。"]
    assert await registry.texts(rule_id="SEED-03") == ["各负其责。"]
    etag = (await registry.read(document, DUE)).etag
    link.article = "第九条"
    with pytest.raises(NotFoundError) as refused:
        await world.ask(registry.stub.LinkClause, link, etag=etag)
    assert refused.value.reason == "CLAUSE_NOT_FOUND"
    link.article, link.rule_ids[0] = "第二条", "NONE-01"
    with pytest.raises(InvalidArgumentError) as wrong:
        await world.ask(registry.stub.LinkClause, link, etag=etag)
    assert [each.field for each in wrong.value.violations] == ["rule_ids[0]"]


async def test_a_number_is_given_once(registry: Registry) -> None:
    await registry.register("1号")

    with pytest.raises(AlreadyExistsError) as refused:
        await registry.register("1号")

    assert refused.value.reason == "DOCUMENT_NUMBER_TAKEN"


async def test_whoever_is_below_the_issuing_unit_reads_the_document(registry: Registry) -> None:
    world, campus = registry.world, registry.campus
    person = await world.person("secretary")
    grant = grant_service_pb2.GrantRoleRequest(
        person_id=str(person),
        role=role_pb2.ROLE_GENERAL_BRANCH_SECRETARY,
        unit_id=campus.general_branch.unit_id,
        reason="试用",
    )
    await world.ask(world.stubs.grants.GrantRole, grant)
    above = await registry.register("1号")
    aside = await registry.register("2号", issuer=campus.other_general_branch)

    assert (await registry.read(above, DUE, by="secretary")).number == "1号"
    assert await registry.numbers(by="secretary") == ["1号"]
    with pytest.raises(PermissionDeniedError):
        await registry.read(aside, DUE, by="secretary")
    request = pb.RepealDocumentRequest(document_id=above.document_id, reason="试")
    with pytest.raises(PermissionDeniedError):
        await world.ask(registry.stub.RepealDocument, request, by="secretary", etag=above.etag)
