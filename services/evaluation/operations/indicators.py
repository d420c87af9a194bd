"""Defining indicators, and computing them from honours kept here and rolls that membership keeps."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from chassis import paging
from chassis.calls import Call
from chassis.errors import InvalidArgumentError, Violation
from chassis.ids import new_id
from evaluation.domain import indicators as domain
from evaluation.domain import rules
from evaluation.domain.indicators import Counted, Definition, Indicator, IndicatorValue, Population
from evaluation.errors import (
    IndicatorCodeTakenError,
    IndicatorNotFoundError,
    IndicatorValueNotFoundError,
)
from evaluation.events import facts
from evaluation.operations.finding import known_unit
from evaluation.operations.judging import Recorders
from evaluation.repository import copies, honours, indicators

READ: Final = "evaluation.indicator.read"
DEFINE: Final = "evaluation.indicator.define"
COMPUTE: Final = "evaluation.indicator.compute"
DRILL: Final = "evaluation.indicator.drill"


async def define_indicator(
    call: Call, *, unit_id: UUID, code: str, name: str, definition: Definition
) -> Indicator:
    """Define an indicator; the contract asks for the permission on the unit before."""
    async with call.transaction() as work:
        await work.lock("indicator codes")
        await known_unit(work, unit_id)
        if await indicators.is_coded(work, code):
            raise IndicatorCodeTakenError(code=code)
        indicator = Indicator(
            indicator_id=new_id(),
            unit_id=unit_id,
            code=code,
            name=name,
            definition=definition,
            created_at=work.now,
            updated_at=work.now,
            version=1,
        )
        await indicators.add(work, indicator)
        work.emit(facts.indicator_defined(indicator))
        work.audit_change("indicator", indicator.indicator_id, None, _state(indicator))
        return work.answer(indicator)


async def get_indicator(call: Call, indicator_id: UUID) -> Indicator:
    """Read an indicator."""
    return await _required(call, indicator_id, READ)


async def list_indicators(
    call: Call, *, code: str | None, page_size: int, page_token: str
) -> tuple[Sequence[Indicator], str]:
    """List indicators that the caller may read, and the token of the next page."""
    size = paging.page_size(page_size)
    key = paging.decode_token(page_token, UUID)
    scope = await call.access.filters(READ)
    found = await indicators.page(
        call.database, scope, code=code, after=key[0] if key else None, most=size + 1
    )
    if len(found) <= size:
        return found, ""
    return found[:size], paging.encode_token(found[size - 1].indicator_id)


async def revise_indicator(call: Call, indicator_id: UUID, *, name: str, definition: Definition) -> Indicator:
    """Change how an indicator is counted."""
    await _required(call, indicator_id, DEFINE)
    async with call.transaction() as work:
        before = await indicators.lock(work, indicator_id)
        assert before is not None, "no indicator is ever removed"
        call.check_etag(before.version)
        after = before.revised(name, definition, work.now)
        await indicators.change(work, after)
        work.emit(facts.indicator_revised(after))
        work.audit_change("indicator", indicator_id, _state(before), _state(after))
        return work.answer(after)


async def compute_indicator(
    call: Call,
    indicator_id: UUID,
    *,
    year: int,
    as_of: date | None,
    known_at: datetime | None,
    published_share: Decimal | None = None,
    recorders: Recorders,
) -> IndicatorValue:
    """Count an indicator and keep the value with everybody counted; refuses a share that the facts do not come to."""
    indicator = await _required(call, indicator_id, COMPUTE)
    now = call.clock.now()
    indicator.definition.check_day(as_of, call.clock.today())
    if known_at is not None and known_at > now:
        raise InvalidArgumentError([Violation("known_at", "时刻尚未到来", "lies ahead")])
    known = known_at or now
    counted = await _counted(call, indicator, year, as_of, known, recorders)
    value = IndicatorValue(
        value_id=new_id(),
        indicator_id=indicator_id,
        definition_version=indicator.version,
        definition=indicator.definition,
        year=year,
        as_of=as_of,
        known_at=known,
        numerator=sum(each.in_numerator for each in counted),
        denominator=len(counted),
        computed_at=now,
        digest=domain.digest(indicator.definition, year, as_of, counted),
    )
    if published_share is not None:
        today = call.clock.today()
        rules.refuse_if_forbidden(rules.reproduction(share=value.share, published=published_share, on=today))
    async with call.transaction() as work:
        await indicators.add_value(work, value, counted)
        work.emit(facts.indicator_computed(value))
        return work.answer(value)


async def _counted(
    call: Call,
    indicator: Indicator,
    year: int,
    as_of: date | None,
    known_at: datetime,
    recorders: Recorders,
) -> tuple[Counted, ...]:
    definition = indicator.definition
    of_members = definition.denominator is Population.MEMBERS
    rows = await honours.counted(
        call.database,
        kinds=definition.honour_kinds,
        year=year,
        # Of members every honour counts, wherever it is kept; honoured persons are those of the unit.
        below_id=None if of_members else indicator.unit_id,
        known_at=known_at,
        as_of=as_of,
    )
    honoured = domain.by_person(rows)
    rolls = {
        day: {
            member.person_id: member
            for member in await recorders.roll(indicator.unit_id if of_members else None, day, known_at)
        }
        for day in sorted(domain.days_read(definition, honoured, as_of))
    }
    people = {each.person_id for each in honoured}.union(*rolls.values()) if definition.categories else set()
    return domain.count(
        definition,
        honoured,
        rolls,
        as_of=as_of,
        category_of=await copies.categories(call.database, people),
    )


async def list_values(
    call: Call, indicator_id: UUID, *, year: int | None, page_size: int, page_token: str
) -> tuple[Sequence[IndicatorValue], str]:
    """List the values of an indicator, and the token of the next page."""
    await _required(call, indicator_id, READ)
    size = paging.page_size(page_size)
    key = paging.decode_token(page_token, UUID)
    found = await indicators.values(
        call.database, indicator_id, year=year, after=key[0] if key else None, most=size + 1
    )
    if len(found) <= size:
        return found, ""
    return found[:size], paging.encode_token(found[size - 1].value_id)


async def get_value(call: Call, value_id: UUID) -> IndicatorValue:
    """Read a value."""
    return await _required_value(call, value_id, READ)


async def list_evidence(
    call: Call, value_id: UUID, *, numerator_only: bool, page_size: int, page_token: str
) -> tuple[Sequence[Counted], str]:
    """List the people counted in a value, and the token of the next page."""
    await _required_value(call, value_id, DRILL)
    size = paging.page_size(page_size)
    key = paging.decode_token(page_token, UUID)
    found = await indicators.evidence(
        call.database,
        value_id,
        numerator_only=numerator_only,
        after=key[0] if key else None,
        most=size + 1,
    )
    if len(found) <= size:
        return found, ""
    return found[:size], paging.encode_token(found[size - 1].person_id)


async def _required(call: Call, indicator_id: UUID, permission: str) -> Indicator:
    indicator = await indicators.find(call.database, indicator_id)
    if indicator is None:
        raise IndicatorNotFoundError(indicator_id=indicator_id)
    await call.access.require(permission, unit=indicator.unit_id)
    return indicator


async def _required_value(call: Call, value_id: UUID, permission: str) -> IndicatorValue:
    value = await indicators.find_value(call.database, value_id)
    if value is None:
        raise IndicatorValueNotFoundError(value_id=value_id)
    await _required(call, value.indicator_id, permission)
    return value


def _state(indicator: Indicator) -> dict[str, Any]:
    return {
        "code": indicator.code,
        "definition": indicator.definition.to_record(),
        "version": indicator.version,
    }
