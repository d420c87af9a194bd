"""AdmissionFormService over gRPC."""

from typing import Any
from uuid import UUID

from chassis.calls import answer, current, parse_uuid
from chassis.paging import decode_token, page_size
from membership.convert.values import day, enum_name, needed_name, page_of
from membership.events import forms as shapes
from membership.operations import forms
from membership.operations.means import Means
from shuyuan.membership.v1 import admission_form_pb2, admission_form_service_pb2_grpc
from shuyuan.membership.v1 import admission_form_service_pb2 as pb

_STATES, _PREFIX = admission_form_pb2.AdmissionFormState, "ADMISSION_FORM_STATE"


class AdmissionFormServicer(admission_form_service_pb2_grpc.AdmissionFormServiceServicer):
    """Keeps the ledger of the numbered admission forms."""

    def __init__(self, means: Means) -> None:
        self._means = means

    async def DrawForms(self, request: pb.DrawFormsRequest, context: Any) -> pb.DrawFormsResponse:
        call = current()
        work = forms.draw(
            call,
            _unit(request),
            request.year,
            prefix=request.prefix,
            first=request.first,
            count=request.count,
            drawn_on=day(request.drawn_on, "drawn_on"),
        )
        return await answer(call, work, lambda found: pb.DrawFormsResponse(ledger=shapes.ledger(found)))

    async def GetFormLedger(self, request: pb.GetFormLedgerRequest, context: Any) -> pb.GetFormLedgerResponse:
        found = await forms.read_ledger(current(), _unit(request), request.year)
        return pb.GetFormLedgerResponse(ledger=shapes.ledger(found))

    async def ListForms(self, request: pb.ListFormsRequest, context: Any) -> pb.ListFormsResponse:
        size = page_size(request.page_size)
        (after,) = decode_token(request.page_token, UUID) or (None,)
        rows = await forms.page(
            current(),
            _unit(request),
            year=request.year if request.HasField("year") else None,
            state=enum_name(_STATES, _PREFIX, request.state),
            after=after,
            size=size,
        )
        shown, token = page_of(rows, size, "form_id")
        return pb.ListFormsResponse(forms=[shapes.form(row) for row in shown], next_page_token=token)

    async def AccountForForm(
        self, request: pb.AccountForFormRequest, context: Any
    ) -> pb.AccountForFormResponse:
        call = current()
        work = forms.account(
            call,
            parse_uuid(request.form_id, field_name="form_id"),
            needed_name(_STATES, _PREFIX, request.state, "state"),
            day=day(request.occurred_on, "occurred_on"),
            reason=request.reason,
        )
        return await answer(call, work, lambda found: pb.AccountForFormResponse(form=shapes.form(found)))

    async def CloseFormYear(self, request: pb.CloseFormYearRequest, context: Any) -> pb.CloseFormYearResponse:
        call = current()
        work = forms.close_year(call, self._means, _unit(request), request.year)
        return await answer(call, work, lambda found: pb.CloseFormYearResponse(ledger=shapes.ledger(found)))


def _unit(request: Any) -> UUID:
    return parse_uuid(request.unit_id, field_name="unit_id")
