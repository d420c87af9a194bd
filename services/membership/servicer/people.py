"""PersonService over gRPC."""

from typing import Any
from uuid import UUID

from chassis.calls import answer, current, parse_uuid
from chassis.paging import decode_token, page_size
from membership.convert import people as convert
from membership.convert.values import ids, instant, optional_day
from membership.domain.people import Account, Person
from membership.events import shapes
from membership.operations import people
from membership.operations.means import Means
from shuyuan.membership.v1 import person_service_pb2 as pb
from shuyuan.membership.v1 import person_service_pb2_grpc


def _id(request: Any) -> UUID:
    return parse_uuid(request.person_id, field_name="person_id")


class PersonServicer(person_service_pb2_grpc.PersonServiceServicer):
    """Registers and reads persons."""

    def __init__(self, means: Means) -> None:
        self._means = means

    async def RegisterPerson(
        self, request: pb.RegisterPersonRequest, context: Any
    ) -> pb.RegisterPersonResponse:
        call = current()
        new = convert.new_person(request.person)
        return await answer(
            call,
            people.register_person(call, self._means, new),
            lambda person: pb.RegisterPersonResponse(person=shapes.person(person)),
        )

    async def RegisterPeople(
        self, request: pb.RegisterPeopleRequest, context: Any
    ) -> pb.RegisterPeopleResponse:
        call = current()
        new = [convert.new_person(item) for item in request.people]
        return await answer(
            call,
            people.register_people(call, self._means, new),
            lambda found: pb.RegisterPeopleResponse(person_ids=[str(person_id) for person_id in found]),
        )

    async def GetPerson(self, request: pb.GetPersonRequest, context: Any) -> pb.GetPersonResponse:
        person = await people.get_person(current(), self._means, _id(request))
        return pb.GetPersonResponse(person=shapes.person(person))

    async def ListPersons(self, request: pb.ListPersonsRequest, context: Any) -> pb.ListPersonsResponse:
        size = page_size(request.page_size)
        (after,) = decode_token(request.page_token, UUID) or (None,)
        rows = await people.list_persons(
            current(), self._means, convert.wanted(request), after=after, size=size
        )
        return convert.page(rows, size)

    async def UpdatePerson(self, request: pb.UpdatePersonRequest, context: Any) -> pb.UpdatePersonResponse:
        call = current()

        def rendered(person: Person) -> pb.UpdatePersonResponse:
            return pb.UpdatePersonResponse(person=shapes.person(person))

        work = people.update_person(call, self._means, _id(request), convert.change(request))
        return await answer(call, work, rendered)

    async def SetAffiliation(
        self, request: pb.SetAffiliationRequest, context: Any
    ) -> pb.SetAffiliationResponse:
        call = current()

        def rendered(person: Person) -> pb.SetAffiliationResponse:
            return pb.SetAffiliationResponse(person=shapes.person(person))

        tie = convert.affiliation(request.affiliation)
        return await answer(call, people.set_affiliation(call, self._means, _id(request), tie), rendered)

    async def ListAffiliations(
        self, request: pb.ListAffiliationsRequest, context: Any
    ) -> pb.ListAffiliationsResponse:
        ties = await people.list_affiliations(
            current(),
            _id(request),
            as_of=optional_day(request, "as_of"),
            known_at=instant(request, "known_at"),
        )
        return pb.ListAffiliationsResponse(affiliations=[shapes.affiliation(tie) for tie in ties])

    async def ListResidences(
        self, request: pb.ListResidencesRequest, context: Any
    ) -> pb.ListResidencesResponse:
        stays = await people.list_residences(
            current(),
            _id(request),
            as_of=optional_day(request, "as_of"),
            known_at=instant(request, "known_at"),
        )
        return pb.ListResidencesResponse(residences=[shapes.residence(stay) for stay in stays])

    async def SetAccountActive(
        self, request: pb.SetAccountActiveRequest, context: Any
    ) -> pb.SetAccountActiveResponse:
        call = current()

        def rendered(account: Account) -> pb.SetAccountActiveResponse:
            return pb.SetAccountActiveResponse(account=shapes.account(account))

        account_id = parse_uuid(request.account_id, field_name="account_id")
        return await answer(
            call, people.set_account_active(call, account_id, active=request.active), rendered
        )

    async def ListAccounts(self, request: pb.ListAccountsRequest, context: Any) -> pb.ListAccountsResponse:
        accounts = await people.list_accounts(current(), _id(request))
        return pb.ListAccountsResponse(accounts=[shapes.account(account) for account in accounts])

    async def BatchGetPersonLabels(
        self, request: pb.BatchGetPersonLabelsRequest, context: Any
    ) -> pb.BatchGetPersonLabelsResponse:
        found = await people.labels(current(), ids(request.person_ids, "person_ids"))
        return pb.BatchGetPersonLabelsResponse(labels=[shapes.label(label) for label in found])
