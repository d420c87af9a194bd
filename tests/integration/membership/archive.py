"""Packages, holds and erasures beside the offices of a campus: siblings that answer what the test says."""

from uuid import UUID

from chassis.calls import ServiceContext
from chassis.errors import UnavailableError
from chassis.process_runner import ProcessRunner
from chassis.settings import Settings
from membership.domain.person_exports import Part
from membership.operations.person_exports import export_process
from membership.servicer.person_exports import PersonExportServicer
from tests.integration.membership.campus import Campus


class Siblings:
    """The other services; `away` are those that do not answer."""

    def __init__(self) -> None:
        self.away: set[str] = set()
        self.asked: list[tuple[str, bool]] = []

    async def records(self, service: str, person_id: UUID, *, for_subject: bool) -> Part:
        if service in self.away:
            raise UnavailableError(needed=service)
        self.asked.append((service, for_subject))
        return Part(service, {"copy": [f'{{"person_id": "{person_id}"}}']}, {}, [])


class Archive:
    """What of a campus has to do with whole files of persons."""

    def __init__(self, campus: Campus) -> None:
        office = campus.office
        self.siblings = Siblings()
        means, asked = office.means, self.siblings
        gathering = export_process(means, asked)  # type: ignore[arg-type] # what it answers is the same
        context = ServiceContext(
            "membership", Settings(environment="test"), office.real_database, office.clock, office.control
        )
        self.runner = ProcessRunner(context, [gathering])
        office.servicers = {
            **office.servicers,
            "PersonExportService": PersonExportServicer(means, gathering),
        }

    async def settle(self) -> None:
        """Do every step that is due."""
        while await self.runner.run_one():
            pass
