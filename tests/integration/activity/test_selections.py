"""Selection on a real database: consent before use, rules by the records, seats by quota, nothing personal announced."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from activity.errors import (
    SelectionConsentExistsError,
    SelectionConsentNotFoundError,
    SelectionConsentWithdrawnError,
    SelectionPersonNotOnRosterError,
    SelectionRosterNotFoundError,
    SelectionRosterWrongStateError,
)
from chassis.errors import EtagMismatchError, InvalidArgumentError, PermissionDeniedError
from chassis.ids import new_id
from shuyuan.activity.v1 import selection_pb2
from shuyuan.activity.v1 import selection_service_pb2 as pb
from tests.integration.activity.desk import AUDIT, Desk

TODAY = date(2026, 11, 24)
BACKBONE = selection_pb2.SELECTOR_BACKBONE
MINORITY = selection_pb2.SELECTOR_ETHNIC_MINORITY
SCHOLARSHIP = selection_pb2.SELECTOR_NATIONAL_SCHOLARSHIP
CHOSEN, WAITING = selection_pb2.SelectionEntry.OUTCOME_CHOSEN, selection_pb2.SelectionEntry.OUTCOME_WAITING


class Office:
    """The committee selects among students of its branches."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.head = desk, desk.committee_secretary

    async def students(self, count: int, *, undergraduate: bool = True) -> list[UUID]:
        people = await self.desk.people(count)
        self.desk.membership.students |= set(people)
        if undergraduate:
            self.desk.membership.undergraduates |= set(people)
        return people

    async def agree(self, person: UUID, selector: Any = MINORITY, **values: Any) -> Any:
        by = values.pop("by", person)
        given = {"person_id": str(person), "unit_id": str(self.desk.branch), "selector": selector}
        request = pb.GiveSelectionConsentRequest(**(given | values))
        return (await self.desk.ask("SelectionConsentService/GiveSelectionConsent", request, by=by)).consent

    async def withdraw(self, consent: Any, by: UUID) -> Any:
        request = pb.WithdrawSelectionConsentRequest(consent_id=consent.consent_id)
        answer = await self.desk.ask("SelectionConsentService/WithdrawSelectionConsent", request, by=by)
        return answer.consent

    async def build(self, *quotas: tuple[Any, int], by: UUID | None = None) -> Any:
        request = pb.BuildSelectionRosterRequest(
            unit_id=str(self.desk.committee),
            title="青年讲师团",
            purpose="“走中国青年知识分子成长的正确道路”研习",
            quotas=[selection_pb2.SelectionQuota(selector=each, seats=seats) for each, seats in quotas],
        )
        path = "SelectionRosterService/BuildSelectionRoster"
        return (await self.desk.ask(path, request, by=by or self.head)).roster

    async def entries(self, roster: Any, by: UUID | None = None, **narrow: Any) -> list[tuple[UUID, int]]:
        request = pb.ListSelectionEntriesRequest(roster_id=roster.roster_id, **narrow)
        path = "SelectionRosterService/ListSelectionEntries"
        answer = await self.desk.ask(path, request, by=by or self.head)
        return [(UUID(each.person_id), each.outcome) for each in answer.entries]

    async def change(self, verb: str, roster: Any, **values: Any) -> Any:
        kind = {"Exclude": "ExcludeFromRoster", "Confirm": "ConfirmSelectionRoster"}[verb]
        request = getattr(pb, f"{kind}Request")(roster_id=roster.roster_id, **values)
        path = f"SelectionRosterService/{kind}"
        return (await self.desk.ask(path, request, by=self.head, if_match=roster.etag)).roster


@pytest.fixture
def office(desk: Desk) -> Office:
    return Office(desk)


async def honour(desk: Desk, person: UUID, *, id_: UUID | None = None, **values: Any) -> UUID:
    id_ = id_ or new_id()
    given = {
        "personId": str(person),
        "kind": "HONOUR_KIND_SCHOLARSHIP",
        "level": "AWARD_LEVEL_NATIONAL",
        "withdrawn": False,
    }
    await desk.receive("evaluation", "honour", id_, {"honour": given | values})
    return id_


@pytest.mark.covers("S70")
async def test_groups_are_judged_by_the_records_of_those_who_agreed(desk: Desk, office: Office) -> None:
    officer, plain, master, silent = [(await office.students(1, undergraduate=n != 2))[0] for n in range(4)]
    scholar, local, stripped = await office.students(3)
    for person in (officer, master, silent):
        await desk.grant(person, "ROLE_BRANCH_OFFICER", desk.branch)
    await honour(desk, scholar)
    await honour(desk, local, level="AWARD_LEVEL_UNIVERSITY")
    taken_back = await honour(desk, stripped)
    await honour(desk, stripped, id_=taken_back, withdrawn=True)
    for person in (officer, plain, master):
        await office.agree(person, BACKBONE)
    for person in (scholar, local, stripped):
        await office.agree(person, SCHOLARSHIP)
    await office.agree(plain, MINORITY)
    await office.agree(await outsider(desk), MINORITY)

    roster = await office.build((BACKBONE, 10), (MINORITY, 10), (SCHOLARSHIP, 10))

    assert {person for person, _ in await office.entries(roster)} == {officer, plain, scholar}
    assert [(quota.candidate_count, quota.chosen_count) for quota in roster.quotas] == [(1, 1)] * 3


async def outsider(desk: Desk) -> UUID:
    """Somebody of the register who does not study."""
    return (await desk.people(1))[0]


@pytest.mark.covers("S70")
async def test_quotas_hold_and_the_next_moves_up(desk: Desk, office: Office) -> None:
    people = await office.students(5)
    consents = {person: await office.agree(person) for person in people}
    roster = await office.build((MINORITY, 2))
    first, second, third, fourth, _ = [person for person, _ in await office.entries(roster)]

    changed = await office.change("Exclude", roster, person_id=str(first), reason="在外实习")
    assert [person for person, _ in await office.entries(changed, outcome=CHOSEN)] == [second, third]
    assert "在外实习" not in await desk.audited()
    await office.withdraw(consents[second], second)

    assert [person for person, _ in await office.entries(roster, outcome=CHOSEN)] == [third, fourth]
    assert second not in {person for person, _ in await office.entries(roster)}
    changed.etag = "3"
    confirmed = await office.change("Confirm", changed)
    assert confirmed.state == selection_pb2.SelectionRoster.STATE_CONFIRMED
    assert (confirmed.quotas[0].candidate_count, confirmed.quotas[0].chosen_count) == (3, 2)
    with pytest.raises(SelectionRosterWrongStateError):
        await office.change("Exclude", confirmed, person_id=str(third), reason="迟")
    await office.withdraw(consents[third], third)
    assert third in {person for person, _ in await office.entries(roster)}


async def test_who_agreed_to_whom_counts_for_the_unit_and_those_above(desk: Desk, office: Office) -> None:
    here, there = await office.students(2)
    await office.agree(here)
    await office.agree(there, unit_id=str(desk.university))

    roster = await office.build((MINORITY, 5))

    assert [person for person, _ in await office.entries(roster)] == [here]


@pytest.mark.covers("S70")
async def test_a_consent_that_ran_out_drops_out_before_the_list_is_final(desk: Desk, office: Office) -> None:
    short, long = await office.students(2)
    await office.agree(short, valid_until=(TODAY + timedelta(days=2)).isoformat())
    await office.agree(long)
    desk.clock.instant += timedelta(days=1)
    roster = await office.build((MINORITY, 1))
    assert len(await office.entries(roster)) == 2

    desk.clock.instant += timedelta(days=1)
    confirmed = await office.change("Confirm", roster)

    assert await office.entries(confirmed) == [(long, CHOSEN)]
    assert [person for person, _ in await office.entries(await office.build((MINORITY, 1)))] == [long]


@pytest.mark.covers("S70")
async def test_the_group_is_in_no_event_and_no_audit_and_erased_when_withdrawn(
    desk: Desk, office: Office
) -> None:
    (person,) = await office.students(1)
    consent = await office.agree(person)
    roster = await office.build((MINORITY, 1))
    withdrawn = await office.withdraw(consent, person)

    assert withdrawn.selector == selection_pb2.SELECTOR_UNSPECIFIED
    events = await desk.events()
    consents = [data["selectionConsent"] for name, data in events if name.startswith("selection_consent.")]
    assert len(consents) == 2 and all("selector" not in data for data in consents)
    rosters = [str(data) for name, data in events if name.startswith("selection_roster.")]
    assert len(rosters) == 2 and not any(str(person) in data for data in rosters)
    rows = await desk.database.fetch(AUDIT)
    about = [str(dict(row)) for row in rows if "selection_consent" in str(dict(row))]
    assert about and not any("ethnic" in text for text in about)
    assert await office.entries(roster) == []


async def test_people_speak_for_themselves_and_paper_for_others(desk: Desk, office: Office) -> None:
    first, second = await office.students(2)
    counsellor = new_id()
    await desk.grant(counsellor, "ROLE_COUNSELLOR", desk.branch)

    with pytest.raises(PermissionDeniedError):
        await office.agree(first, by=second)
    with pytest.raises(InvalidArgumentError):
        await office.agree(first, by=counsellor)
    paper = await office.agree(first, by=counsellor, statement="同意书 2026-7")
    assert "同意书 2026-7" not in await desk.audited()
    with pytest.raises(SelectionConsentExistsError):
        await office.agree(first)
    with pytest.raises(PermissionDeniedError):
        await office.withdraw(paper, second)
    await office.withdraw(paper, first)
    with pytest.raises(SelectionConsentWithdrawnError):
        await office.withdraw(paper, first)
    await office.agree(first)


async def test_few_read_who_is_on_a_list_and_people_their_own_consents(desk: Desk, office: Office) -> None:
    mine, other = await office.students(2)
    consent = await office.agree(mine)
    await office.agree(other)
    roster = await office.build((MINORITY, 2))
    counsellor, leader = new_id(), new_id()
    await desk.grant(counsellor, "ROLE_COUNSELLOR", desk.committee)
    await desk.grant(leader, "ROLE_UNIVERSITY_LEADER", desk.university)

    async def listed(by: UUID, **narrow: Any) -> list[str]:
        request = pb.ListSelectionConsentsRequest(**narrow)
        answer = await desk.ask("SelectionConsentService/ListSelectionConsents", request, by=by)
        return [each.person_id for each in answer.consents]

    for reader in (counsellor, leader):
        with pytest.raises(PermissionDeniedError):
            await office.entries(roster, by=reader)
        request = pb.GetSelectionRosterRequest(roster_id=roster.roster_id)
        await desk.ask("SelectionRosterService/GetSelectionRoster", request, by=reader)
    assert await listed(mine) == [str(mine)]
    assert await listed(counsellor) == [str(mine), str(other)]
    assert await listed(leader) == []
    await office.withdraw(consent, mine)
    assert await listed(counsellor, in_force_only=True) == [str(other)]
    get = pb.GetSelectionConsentRequest(consent_id=consent.consent_id)
    await desk.ask("SelectionConsentService/GetSelectionConsent", get, by=mine)
    with pytest.raises(PermissionDeniedError):
        await desk.ask("SelectionConsentService/GetSelectionConsent", get, by=other)


async def test_lists_are_paged_and_changed_by_their_version(desk: Desk, office: Office) -> None:
    for person in await office.students(3):
        await office.agree(person)
    rosters = [await office.build((MINORITY, seats)) for seats in (1, 2, 3)]
    request = pb.ListSelectionRostersRequest(page_size=2)
    first = await desk.ask("SelectionRosterService/ListSelectionRosters", request, by=office.head)
    request.page_token = first.next_page_token
    rest = await desk.ask("SelectionRosterService/ListSelectionRosters", request, by=office.head)
    assert [each.roster_id for each in (*first.rosters, *rest.rosters)] == [
        each.roster_id for each in rosters
    ]

    entries = pb.ListSelectionEntriesRequest(roster_id=rosters[0].roster_id, page_size=2)
    page = await desk.ask("SelectionRosterService/ListSelectionEntries", entries, by=office.head)
    entries.page_token = page.next_page_token
    last = await desk.ask("SelectionRosterService/ListSelectionEntries", entries, by=office.head)
    assert [each.outcome for each in (*page.entries, *last.entries)] == [CHOSEN, WAITING, WAITING]
    rosters[0].etag = "9"
    with pytest.raises(EtagMismatchError):
        await office.change("Confirm", rosters[0])
    with pytest.raises(SelectionPersonNotOnRosterError):
        await office.change("Exclude", rosters[1], person_id=str(new_id()), reason="误")


async def test_what_is_not_there_and_who_may_not_build(desk: Desk, office: Office) -> None:
    with pytest.raises(PermissionDeniedError):
        await office.build((MINORITY, 1), by=desk.secretary)
    with pytest.raises(InvalidArgumentError):
        await office.build((MINORITY, 1), (MINORITY, 2))
    await desk.grant(office.head, "ROLE_COMMITTEE_SECRETARY", desk.university)
    with pytest.raises(SelectionRosterNotFoundError):
        await office.entries(selection_pb2.SelectionRoster(roster_id=str(new_id())))
    with pytest.raises(SelectionConsentNotFoundError):
        await office.withdraw(selection_pb2.SelectionConsent(consent_id=str(new_id())), office.head)
