"""Reading class hours and recording self-study."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from activity.domain import class_hours as domain
from activity.domain import rules
from activity.domain.class_hours import Account, Credit, Entry
from activity.domain.rules import Judgement
from activity.errors import SelfStudyOverlapsError
from activity.events import facts
from activity.operations import crediting
from activity.repository import class_hours, copies
from chassis import paging
from chassis.calls import Call

READ: Final = "activity.class_hour.read"


@dataclass(frozen=True, slots=True)
class JudgedAccount:
    """A person's class hours of a year and what the yearly rule says."""

    account: Account
    judgements: tuple[Judgement, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """A person's class hours of a year with what they are made of."""

    account: JudgedAccount
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of accounts and the token of the next."""

    accounts: tuple[JudgedAccount, ...]
    next_token: str


async def get_class_hours(call: Call, person_id: UUID, year: int) -> Statement:
    """Read a person's class hours; people read their own."""
    today = call.clock.today()
    year = domain.year_asked(year, today)
    branch_id = await copies.branch_of(call.database, person_id, today)
    # Somebody without a branch is the university's to look after.
    await call.access.require(READ, unit=branch_id, relation=call.caller.person_id == person_id)
    (account,) = await class_hours.accounts(call.database, [person_id], year)
    entries = await class_hours.entries(call.database, person_id, year)
    return Statement(_judged(call, account), tuple(entries))


async def list_class_hours(call: Call, unit_id: UUID, year: int, *, page_size: int, page_token: str) -> Page:
    """List the class hours of a unit's people; the contract asks for the permission before."""
    size = paging.page_size(page_size)
    key = paging.decode_token(page_token, UUID)
    today = call.clock.today()
    year = domain.year_asked(year, today)
    people = await copies.members_of(
        call.database,
        unit_id,
        day=domain.judged_day(year, today),
        after=key[0] if key else None,
        size=size + 1,
    )
    accounts = await class_hours.accounts(call.database, people[:size], year)
    token = paging.encode_token(people[size - 1]) if len(people) > size else ""
    return Page(tuple(_judged(call, account) for account in accounts), token)


async def record_self_study(call: Call, *, material: str, start: datetime, end: datetime) -> Credit:
    """Record that the caller studied alone."""
    person_id = call.person_id
    async with call.transaction() as work:
        session = domain.self_study(start, end, work.now)
        other = await crediting.overlapping(work, person_id, start, end)
        if other is not None:
            raise SelfStudyOverlapsError(class_hour_id=other)
        credit = await crediting.credit_self_study(work, person_id, session, material=material)
        work.emit(facts.class_hour_credited(credit))
        work.audit_change(
            "class_hour",
            credit.class_hour_id,
            None,
            {"person_id": person_id, "material": material},
            sensitive=("material",),
        )
        return work.answer(credit)


def _judged(call: Call, account: Account) -> JudgedAccount:
    on = domain.judged_day(account.year, call.clock.today())
    return JudgedAccount(account, rules.year_judgements(account.total, on=on, year=account.year))
