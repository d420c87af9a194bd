"""SelectionConsentService and SelectionRosterService."""

from typing import Any
from uuid import UUID

from activity.convert import selections as convert
from activity.events.selections import consent_message, entry_message, roster_message
from activity.operations import consents, selections
from activity.operations.people import Register
from activity.operations.selections import StudentRegister
from chassis.calls import answer, current
from chassis.message_values import maybe_uuid
from shuyuan.activity.v1 import selection_service_pb2 as pb
from shuyuan.activity.v1 import selection_service_pb2_grpc


class SelectionConsentServicer(selection_service_pb2_grpc.SelectionConsentServiceServicer):
    """Consents to be selected."""

    def __init__(self, register: Register) -> None:
        self._register = register

    async def GiveSelectionConsent(
        self, request: pb.GiveSelectionConsentRequest, context: Any
    ) -> pb.GiveSelectionConsentResponse:
        call = current()
        done = consents.give_consent(call, convert.new_consent(request), self._register)
        return await answer(
            call, done, lambda each: pb.GiveSelectionConsentResponse(consent=consent_message(each))
        )

    async def GetSelectionConsent(
        self, request: pb.GetSelectionConsentRequest, context: Any
    ) -> pb.GetSelectionConsentResponse:
        call = current()
        done = consents.get_consent(call, UUID(request.consent_id))
        return await answer(
            call, done, lambda each: pb.GetSelectionConsentResponse(consent=consent_message(each))
        )

    async def ListSelectionConsents(
        self, request: pb.ListSelectionConsentsRequest, context: Any
    ) -> pb.ListSelectionConsentsResponse:
        call = current()
        done = consents.list_consents(
            call, convert.consent_filter(request), size=request.page_size, token=request.page_token
        )
        return await answer(
            call,
            done,
            lambda page: pb.ListSelectionConsentsResponse(
                consents=[consent_message(each) for each in page.items], next_page_token=page.next_token
            ),
        )

    async def WithdrawSelectionConsent(
        self, request: pb.WithdrawSelectionConsentRequest, context: Any
    ) -> pb.WithdrawSelectionConsentResponse:
        call = current()
        done = consents.withdraw_consent(call, UUID(request.consent_id))
        return await answer(
            call, done, lambda each: pb.WithdrawSelectionConsentResponse(consent=consent_message(each))
        )


class SelectionRosterServicer(selection_service_pb2_grpc.SelectionRosterServiceServicer):
    """Target lists."""

    def __init__(self, register: StudentRegister) -> None:
        self._register = register

    async def BuildSelectionRoster(
        self, request: pb.BuildSelectionRosterRequest, context: Any
    ) -> pb.BuildSelectionRosterResponse:
        call = current()
        done = selections.build_roster(call, convert.new_roster(request), self._register)
        return await answer(
            call, done, lambda each: pb.BuildSelectionRosterResponse(roster=roster_message(each))
        )

    async def GetSelectionRoster(
        self, request: pb.GetSelectionRosterRequest, context: Any
    ) -> pb.GetSelectionRosterResponse:
        call = current()
        done = selections.get_roster(call, UUID(request.roster_id))
        return await answer(
            call, done, lambda each: pb.GetSelectionRosterResponse(roster=roster_message(each))
        )

    async def ListSelectionRosters(
        self, request: pb.ListSelectionRostersRequest, context: Any
    ) -> pb.ListSelectionRostersResponse:
        call = current()
        done = selections.list_rosters(
            call,
            unit_id=maybe_uuid(request, "unit_id"),
            state=convert.roster_state(request),
            size=request.page_size,
            token=request.page_token,
        )
        return await answer(
            call,
            done,
            lambda page: pb.ListSelectionRostersResponse(
                rosters=[roster_message(each) for each in page.items], next_page_token=page.next_token
            ),
        )

    async def ListSelectionEntries(
        self, request: pb.ListSelectionEntriesRequest, context: Any
    ) -> pb.ListSelectionEntriesResponse:
        call = current()
        done = selections.list_entries(
            call,
            UUID(request.roster_id),
            outcome=convert.outcome(request),
            size=request.page_size,
            token=request.page_token,
        )
        return await answer(
            call,
            done,
            lambda page: pb.ListSelectionEntriesResponse(
                entries=[entry_message(each) for each in page.items], next_page_token=page.next_token
            ),
        )

    async def ExcludeFromRoster(
        self, request: pb.ExcludeFromRosterRequest, context: Any
    ) -> pb.ExcludeFromRosterResponse:
        call = current()
        done = selections.exclude_person(
            call, UUID(request.roster_id), person_id=UUID(request.person_id), reason=request.reason
        )
        return await answer(
            call, done, lambda each: pb.ExcludeFromRosterResponse(roster=roster_message(each))
        )

    async def ConfirmSelectionRoster(
        self, request: pb.ConfirmSelectionRosterRequest, context: Any
    ) -> pb.ConfirmSelectionRosterResponse:
        call = current()
        done = selections.confirm_roster(call, UUID(request.roster_id))
        return await answer(
            call, done, lambda each: pb.ConfirmSelectionRosterResponse(roster=roster_message(each))
        )
