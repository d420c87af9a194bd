"""Packages, holds and erasures beside the offices of a campus: siblings that answer what the test says."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from chassis.calls import ServiceContext
from chassis.erasing import Finding, Terms
from chassis.errors import UnavailableError
from chassis.process_runner import ProcessRunner
from chassis.settings import Settings
from membership.domain.erasures import Tie
from membership.domain.person_exports import Part
from membership.operations.erasures import Archivist
from membership.operations.person_exports import export_process
from membership.operations.reconciliations import reconciliation_process
from membership.servicer.erasures import PersonErasureServicer
from membership.servicer.person_exports import PersonExportServicer
from membership.servicer.record_sets import RecordSetServicer
from rulebook import RuleBook
from tests.integration.membership.campus import Campus


class Siblings:
    """The other services; `away` are those that do not answer."""

    def __init__(self) -> None:
        self.away: set[str] = set()
        self.asked: list[tuple[str, bool]] = []
        self.needs: list[Tie] = []
        self.erased: list[tuple[str, UUID, Terms]] = []
        self.left: dict[str, list[Finding]] = {}

    async def records(self, service: str, person_id: UUID, *, for_subject: bool) -> Part:
        self._check_there(service)
        self.asked.append((service, for_subject))
        return Part(service, {"copy": [f'{{"person_id": "{person_id}"}}']}, {}, [])

    async def record_set(
        self, service: str, name: str, person_ids: Sequence[UUID], *, since: date
    ) -> list[tuple[UUID, list[str]]]:
        self._check_there(service)
        return [(person_id, [f"{service} {name}"]) for person_id in person_ids]

    def _check_there(self, service: str) -> None:
        if service in self.away:
            raise UnavailableError(needed=service)

    async def ties(self, service: str, person_id: UUID) -> list[Tie]:
        self._check_there(service)
        return [tie for tie in self.needs if tie.service == service]

    async def erase(self, service: str, person_id: UUID, terms: Terms) -> None:
        self._check_there(service)
        self.erased.append((service, person_id, terms))

    async def search(self, service: str, person_id: UUID, terms: Terms) -> list[Finding]:
        self._check_there(service)
        return self.left.get(service, [])


class Archive:
    """What of a campus has to do with whole files of persons."""

    def __init__(self, campus: Campus) -> None:
        office = campus.office
        self.siblings = Siblings()
        means, asked = office.means, self.siblings
        gathering = export_process(means, asked)  # type: ignore[arg-type] # what it answers is the same
        writing = reconciliation_process(means, asked)  # type: ignore[arg-type] # likewise
        periods = RuleBook.shipped("standing", "retention", "retention_example")
        archivist = Archivist(means, asked, periods)  # type: ignore[arg-type] # likewise
        context = ServiceContext(
            "membership", Settings(environment="test"), office.real_database, office.clock, office.control
        )
        self.runner = ProcessRunner(context, [gathering, writing, archivist.process])
        office.servicers = {
            **office.servicers,
            "PersonErasureService": PersonErasureServicer(archivist),
            "RecordSetService": RecordSetServicer(means, writing),
            "PersonExportService": PersonExportServicer(means, gathering),
        }

    async def settle(self) -> None:
        """Do every step that is due."""
        while await self.runner.run_one():
            pass
