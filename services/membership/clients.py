"""What the membership service asks of others, answered as domain values; never inside a unit of work."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from chassis.erasing import Finding, FindingKind, Terms
from chassis.grpc_client import Siblings
from membership.domain.erasures import Tie
from membership.domain.person_exports import Part
from shuyuan.subjects.v1 import subject_service_pb2, subject_service_pb2_grpc

# Counting where somebody is named reads whole tables.
READ_SECONDS = 60.0
# A search reads every table of a database.
SEARCH_SECONDS = 240.0
# Persons of one question.
HELD_AT_ONCE = 1_000
OTHERS = ("organization", "activity", "evaluation")


class Subjects:
    """What another service holds on a person, asked under our own name."""

    def __init__(self, siblings: Siblings) -> None:
        self._siblings = siblings

    def _stub(self, service: str) -> "subject_service_pb2_grpc.SubjectServiceAsyncStub":
        return subject_service_pb2_grpc.SubjectServiceStub(self._siblings.channel(service, as_service=True))

    async def records(self, service: str, person_id: UUID, *, for_subject: bool) -> Part:
        """Every row of the service that is about the person."""
        request = subject_service_pb2.ListSubjectRecordsRequest(
            subject_id=str(person_id), for_subject=for_subject
        )
        records: dict[str, list[str]] = {}
        mentions: dict[str, int] = {}
        withheld: list[str] = []
        while True:
            answer = await self._stub(service).ListSubjectRecords(request, timeout=READ_SECONDS)
            for record in answer.records:
                records.setdefault(record.table, []).append(record.row)
            mentions |= {mention.column: mention.rows for mention in answer.mentions}
            withheld += answer.withheld
            request.page_token = answer.next_page_token
            if not request.page_token:
                return Part(service, records, mentions, withheld)

    async def record_set(
        self, service: str, name: str, person_ids: Sequence[UUID], *, since: date
    ) -> list[tuple[UUID, list[str]]]:
        """What the service contributes to a record set of these persons."""
        request = subject_service_pb2.ListSubjectRecordSetRequest(
            record_set=name, subject_ids=[str(each) for each in person_ids], since=since.isoformat()
        )
        answer = await self._stub(service).ListSubjectRecordSet(request, timeout=READ_SECONDS)
        return [(UUID(row.subject_id), list(row.cells)) for row in answer.rows]

    async def held(self, service: str, person_ids: Sequence[UUID]) -> dict[UUID, tuple[str, ...]]:
        """Of which of these persons the service holds something of its own, and in which tables."""
        found: dict[UUID, tuple[str, ...]] = {}
        for first in range(0, len(person_ids), HELD_AT_ONCE):
            ids = [str(each) for each in person_ids[first : first + HELD_AT_ONCE]]
            request = subject_service_pb2.ListHeldSubjectsRequest(subject_ids=ids)
            answer = await self._stub(service).ListHeldSubjects(request, timeout=READ_SECONDS)
            found |= {UUID(each.subject_id): tuple(each.tables) for each in answer.subjects}
        return found

    async def ties(self, service: str, person_id: UUID) -> list[Tie]:
        """What the person is still needed for in the service."""
        request = subject_service_pb2.ListSubjectTiesRequest(subject_id=str(person_id))
        answer = await self._stub(service).ListSubjectTies(request)
        return [Tie(service, tie.noun, UUID(tie.resource_id)) for tie in answer.ties]

    async def erase(self, service: str, person_id: UUID, terms: Terms) -> None:
        """Let the service erase its part; it may be asked again."""
        request = subject_service_pb2.EraseSubjectRequest(subject_id=str(person_id), terms=_terms(terms))
        await self._stub(service).EraseSubject(request, timeout=READ_SECONDS)

    async def search(self, service: str, person_id: UUID, terms: Terms) -> list[Finding]:
        """What the service has left of the person."""
        request = subject_service_pb2.SearchSubjectRequest(subject_id=str(person_id), terms=_terms(terms))
        answer = await self._stub(service).SearchSubject(request, timeout=SEARCH_SECONDS)
        return [_finding(each) for each in answer.findings]


def _terms(terms: Terms) -> subject_service_pb2.SubjectTerms:
    return subject_service_pb2.SubjectTerms(names=terms.names, numbers=terms.numbers)


def _finding(found: subject_service_pb2.SubjectFinding) -> Finding:
    kind = subject_service_pb2.SubjectFinding.Kind.Name(found.kind).removeprefix("KIND_").lower()
    return Finding(found.table, found.rows, FindingKind(kind))
