"""One step asked for, with everything the request states; and how a case is after it.

Each builder names what its step records and which documents it brings, in the words of the rulebook.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from membership.domain import steps as names
from membership.domain.admission import AdmissionCase, TakenStep
from membership.domain.steps import Catalogue
from membership.domain.verdicts import Judgement, Override
from rulebook import Fact

CULTIVATION_RECORDS = "cultivation_records"
POLITICAL_REVIEW_AREAS = ("party_line", "political_history", "law_and_ethics", "family_and_social_relations")


@dataclass(frozen=True, slots=True)
class Act:
    """
    A step that somebody wants to take.

    Args:
        detail: what is recorded with it, as JSON values.
        facts: what the request states for the rules, beside what is known.
        documents: the papers it brings, by their names in the rulebook.
        people, units: who and what it names; they must be known here.
        only_stated_documents: the rules see these papers alone, not those of the case.
    """

    step: str
    occurred_on: date
    detail: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Fact] = field(default_factory=dict)
    documents: tuple[str, ...] = ()
    people: tuple[UUID, ...] = ()
    units: tuple[UUID, ...] = ()
    override: Override | None = None
    only_stated_documents: bool = False

    def overridden_by(self, override: Override | None) -> "Act":
        """The act with rules set aside."""
        return replace(self, override=override)


def _documents(**given: bool) -> tuple[str, ...]:
    return tuple(name for name, is_given in given.items() if is_given)


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def talk(occurred_on: date, talker: UUID) -> Act:
    """The first talk with the applicant."""
    return Act("talk", occurred_on, {"talker": str(talker)}, people=(talker,))


def activist(
    occurred_on: date, *, by_members: bool, by_league: bool, decision: str | None, noticed_from: date | None
) -> Act:
    """Determining the activist after a recommendation."""
    documents = _documents(member_recommendation=by_members, league_recommendation=by_league)
    decided = () if decision is None else (f"{decision}_decision",)
    return Act(
        names.ACTIVIST,
        occurred_on,
        {"noticed_from": _text(noticed_from)},
        {"notice_posted_on": noticed_from},
        documents=(*documents, *decided),
    )


def filing(step: str, occurred_on: date) -> Act:
    """A decision taken on file one organisation up."""
    return Act(step, occurred_on, documents=(step,))


def contacts(occurred_on: date, people: Sequence[UUID], *, no_relatives: bool, load_consented: bool) -> Act:
    """Assigning contacts."""
    return Act(
        names.CONTACTS,
        occurred_on,
        {"people": [str(person) for person in people]},
        {
            "contact_count": len(people),
            "contact_is_direct_relative": not no_relatives,
            "committee_consents_to_load": load_consented,
        },
        people=tuple(people),
    )


def assessment(step: str, occurred_on: date) -> Act:
    """A periodic assessment, of an activist or a probationary member."""
    return Act(step, occurred_on, documents=(CULTIVATION_RECORDS,))


def prospect(
    occurred_on: date,
    *,
    group_heard: bool,
    contacts_heard: bool,
    members_and_masses_heard: bool,
    decided: bool,
    noticed_from: date | None,
) -> Act:
    """Determining the prospective member."""
    return Act(
        names.PROSPECT,
        occurred_on,
        {"noticed_from": _text(noticed_from)},
        {"notice_posted_on": noticed_from},
        documents=_documents(
            party_group_opinion=group_heard,
            contact_opinion=contacts_heard,
            member_and_mass_opinions=members_and_masses_heard,
            prospect_committee_decision=decided,
        ),
    )


def introducers(occurred_on: date, people: Sequence[UUID], *, no_relatives: bool) -> Act:
    """Assigning the introducers."""
    return Act(
        names.INTRODUCERS,
        occurred_on,
        {"people": [str(person) for person in people]},
        {"introducer_count": len(people), "introducer_is_direct_relative": not no_relatives},
        people=tuple(people),
    )


def political_review(
    occurred_on: date,
    *,
    conclusion: str,
    reviewer: UUID,
    archive_reference: str,
    all_areas: bool,
    home_heard: bool = False,
    residence_heard: bool = False,
) -> Act:
    """That the political review was done; nothing of its content."""
    opinions = _documents(registered_residence_opinion=home_heard, residence_opinion=residence_heard)
    return Act(
        names.POLITICAL_REVIEW,
        occurred_on,
        {"conclusion": conclusion, "reviewer": str(reviewer), "archive_reference": archive_reference},
        {"political_review_areas": list(POLITICAL_REVIEW_AREAS) if all_areas else []},
        documents=("political_review_conclusion", *opinions),
        people=(reviewer,),
    )


def training(occurred_on: date, *, days: int, class_hours: int, organizer: UUID) -> Act:
    """The short concentrated training."""
    return Act(
        names.TRAINING,
        occurred_on,
        {"days": days, "class_hours": class_hours, "organizer": str(organizer)},
        units=(organizer,),
    )


def pre_review(
    occurred_on: date, *, reviewer: UUID, result: str, written: bool, leaves_unit_on: date | None
) -> Act:
    """The pre-review by the committee with approval power."""
    stated: dict[str, Fact] = {} if leaves_unit_on is None else {"leaves_unit_on": leaves_unit_on}
    return Act(
        names.PRE_REVIEW,
        occurred_on,
        {"reviewer": str(reviewer), "result": result, "leaves_unit_on": _text(leaves_unit_on)},
        stated,
        documents=_documents(pre_review_written_result=written),
        units=(reviewer,),
    )


def admission_form(occurred_on: date, *, form_number: str) -> Act:
    """The numbered form, filled in."""
    return Act(names.ADMISSION_FORM, occurred_on, {"form_number": form_number}, documents=("admission_form",))


def superior_talk(occurred_on: date, *, talker: UUID, role: str, opinion_written: bool) -> Act:
    """The talk before approval."""
    return Act(
        names.SUPERIOR_TALK,
        occurred_on,
        {"talker": str(talker), "role": role},
        {"talker_role": role},
        documents=_documents(superior_talk_opinion=opinion_written),
        people=(talker,),
    )


def decision(
    step: str,
    occurred_on: date,
    *,
    approver: UUID,
    collectively: bool,
    individually: bool,
    delay_reason: str | None = None,
) -> Act:
    """A decision of the committee with approval power."""
    return Act(
        step,
        occurred_on,
        {"approver": str(approver), "delay_reason": delay_reason},
        {
            "decided_collectively": collectively,
            "decided_individually": individually,
            "extension_reason": delay_reason,
        },
        units=(approver,),
    )


def conversion_request(occurred_on: date) -> Act:
    """The written request for conversion."""
    return Act(
        names.CONVERSION_REQUEST,
        occurred_on,
        {"acts": ["conversion_request"]},
        documents=("conversion_request",),
    )


def conversion_review(
    occurred_on: date, *, group_heard: bool, members_heard: bool, masses_heard: bool
) -> Act:
    """Opinions heard and the branch committee's review before the conversion meeting."""
    documents = _documents(
        conversion_group_opinion=group_heard,
        conversion_mass_opinions=members_heard and masses_heard,
        conversion_committee_review=True,
    )
    return Act(names.CONVERSION_REVIEW, occurred_on, {"acts": list(documents)}, documents=documents)


def archive(occurred_on: date, *, archive_reference: str, documents: Sequence[str]) -> Act:
    """The papers lie in the archive."""
    return Act(
        names.ARCHIVE,
        occurred_on,
        {"archive_reference": archive_reference},
        documents=tuple(documents),
        only_stated_documents=True,
    )


def plain(step: str, occurred_on: date, **detail: Any) -> Act:
    """A step of which nothing but the day (and a word) is recorded."""
    return Act(step, occurred_on, detail)


def take(
    case: AdmissionCase,
    act: Act,
    catalogue: Catalogue,
    judgements: tuple[Judgement, ...],
    *,
    now: datetime,
    by: UUID | None,
) -> AdmissionCase:
    """The case after the act, with the companions it assigns."""
    after = case.with_step(taken_step(case, act, catalogue, judgements, now=now, by=by))
    if act.step == names.CONTACTS:
        return after.with_contacts(act.people, since=act.occurred_on)
    if act.step == names.INTRODUCERS:
        return after.with_introducers(act.people, since=act.occurred_on)
    return after


def taken_step(
    case: AdmissionCase,
    act: Act,
    catalogue: Catalogue,
    judgements: tuple[Judgement, ...],
    *,
    now: datetime,
    by: UUID | None,
) -> TakenStep:
    """The act as the case keeps it."""
    detail = {name: value for name, value in act.detail.items() if value is not None}
    if act.documents:
        detail["documents"] = list(act.documents)
    return TakenStep(
        sequence=len(case.steps) + 1,
        step=act.step,
        number=catalogue.number(act.step),
        stage=catalogue.stage(act.step),
        occurred_on=act.occurred_on,
        recorded_at=now,
        recorded_by=by,
        detail=detail,
        judgements=judgements,
    )
