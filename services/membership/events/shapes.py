"""Domain values as the resources of the contract; answers and events show the same shapes.

What is personal is in the shape of an answer too; the event printer strips what the contract marks as sensitive.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache
from typing import Any
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp

from chassis.verdicts import to_message
from membership.domain import notices, reviews
from membership.domain import steps as names
from membership.domain.admission import CONTACT, INTRODUCER, AdmissionCase, CaseHead, TakenStep
from membership.domain.ballots import Ballot
from membership.domain.members import Member
from membership.domain.people import Account, Affiliation, Label, Person, masked_number
from membership.domain.sync_rows import Stay
from membership.domain.verdicts import Judgement
from shuyuan.membership.v1 import account_pb2, admission_case_pb2, member_pb2, person_pb2
from shuyuan.rules.v1 import verdict_pb2

# Events have no reader whose language could be asked for.
EVENT_LANGUAGE = "zh-CN"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def stamp(instant: datetime) -> Timestamp:
    """An instant as the contract has it."""
    since = instant - _EPOCH
    return Timestamp(seconds=since.days * 86_400 + since.seconds, nanos=since.microseconds * 1_000)


def day_text(day: date | None) -> str | None:
    """A day as the contract has it; None leaves an optional field out."""
    return None if day is None else day.isoformat()


def id_text(value: UUID | None) -> str | None:
    """An id as the contract has it; None leaves an optional field out."""
    return None if value is None else str(value)


def enum_number(wrapper: Any, prefix: str, value: StrEnum | str | None) -> Any:
    """The number of a domain value's enum value; 0 for None."""
    return 0 if value is None else _number(wrapper, prefix, value)


@cache
def _number(wrapper: Any, prefix: str, value: str) -> Any:
    return wrapper.Value(f"{prefix}_{value.upper()}")


def stage_number(stage: int) -> Any:
    """The number of a stage, which is that of the enum's value; a longer catalogue ends in the last stage."""
    return min(stage, admission_case_pb2.ADMISSION_STAGE_PROBATION)


def affiliation(tie: Affiliation) -> person_pb2.Affiliation:
    """A tie."""
    return person_pb2.Affiliation(
        kind=enum_number(person_pb2.AffiliationKind, "AFFILIATION_KIND", tie.kind),
        unit_id=str(tie.unit_id),
        valid_from=tie.valid_from.isoformat(),
        valid_until=day_text(tie.valid_until),
    )


def residence(stay: Stay) -> person_pb2.Residence:
    """A stay in a room."""
    return person_pb2.Residence(
        room=stay.room, valid_from=stay.valid_from.isoformat(), valid_until=day_text(stay.valid_until)
    )


def person(found: Person) -> person_pb2.Person:
    """A person, the campus number masked."""
    return person_pb2.Person(
        person_id=str(found.person_id),
        name=found.name,
        campus_number=masked_number(found.campus_number),
        kind=enum_number(person_pb2.PersonKind, "PERSON_KIND", found.kind),
        category=enum_number(person_pb2.PersonCategory, "PERSON_CATEGORY", found.category),
        birth_date=day_text(found.birth_date),
        political_status=enum_number(person_pb2.PoliticalStatus, "POLITICAL_STATUS", found.political_status),
        affiliations=[affiliation(tie) for tie in found.affiliations],
        merged_into_person_id=id_text(found.merged_into),
        create_time=stamp(found.created_at),
        update_time=stamp(found.updated_at),
        version=found.version,
        etag=str(found.version),
    )


def label(found: Label) -> person_pb2.PersonLabel:
    """The name of a person for another service."""
    return person_pb2.PersonLabel(
        person_id=str(found.person_id),
        name=found.name,
        pinyin=found.pinyin,
        kind=enum_number(person_pb2.PersonKind, "PERSON_KIND", found.kind),
        category=enum_number(person_pb2.PersonCategory, "PERSON_CATEGORY", found.category),
        version=found.version,
        merged_into_person_id=id_text(found.merged_into),
    )


def account(found: Account) -> account_pb2.Account:
    """A login."""
    return account_pb2.Account(
        account_id=str(found.account_id),
        person_id=str(found.person_id),
        issuer=found.issuer,
        number_key=found.number_key,
        active=found.active,
        version=found.version,
        etag=str(found.version),
    )


def member(found: Member) -> member_pb2.Member:
    """A member."""
    return member_pb2.Member(
        person_id=str(found.person_id),
        name=found.name,
        kind=enum_number(person_pb2.PersonKind, "PERSON_KIND", found.kind),
        relationships=[
            member_pb2.OrgRelationship(
                unit_id=str(item.unit_id),
                valid_from=item.valid_from.isoformat(),
                valid_until=day_text(item.valid_until),
            )
            for item in found.relationships
        ],
        statuses=[
            member_pb2.MembershipPeriod(
                status=enum_number(member_pb2.MembershipStatus, "MEMBERSHIP_STATUS", item.status),
                valid_from=item.valid_from.isoformat(),
                valid_until=day_text(item.valid_until),
            )
            for item in found.statuses
        ],
        participations=[
            member_pb2.Participation(
                unit_id=str(item.unit_id),
                kind=enum_number(member_pb2.ParticipationKind, "PARTICIPATION_KIND", item.kind),
                valid_from=item.valid_from.isoformat(),
                valid_until=day_text(item.valid_until),
            )
            for item in found.participations
        ],
        standing_from=day_text(found.standing_from),
        update_time=stamp(found.updated_at),
        version=found.version,
        etag=str(found.version),
    )


def verdicts(judgements: Iterable[Judgement], language: str) -> list[verdict_pb2.Verdict]:
    """What rules said, in a language."""
    return [to_message(judgement, language) for judgement in judgements]


def step(taken: TakenStep) -> admission_case_pb2.CaseStep:
    """A step that was taken."""
    return admission_case_pb2.CaseStep(
        step=taken.step,
        number=taken.number,
        stage=stage_number(taken.stage),
        occurred_on=taken.occurred_on.isoformat(),
        record_time=stamp(taken.recorded_at),
        recorded_by=id_text(taken.recorded_by),
    )


def ballot(found: Ballot, language: str) -> admission_case_pb2.AdmissionBallot:
    """A ballot."""
    totals = found.totals
    return admission_case_pb2.AdmissionBallot(
        number=found.number,
        purpose=enum_number(admission_case_pb2.BallotPurpose, "BALLOT_PURPOSE", found.purpose),
        state=enum_number(admission_case_pb2.AdmissionBallot.State, "STATE", found.state),
        held_on=totals.held_on.isoformat(),
        should_attend=found.should_attend,
        exclusions=[
            admission_case_pb2.VoterExclusion(
                person_id=str(item.person_id),
                reason=enum_number(admission_case_pb2.ExclusionReason, "EXCLUSION_REASON", item.reason),
                consent_reference=item.consent_reference,
            )
            for item in totals.exclusions
        ],
        present=totals.present,
        yes_votes=totals.yes,
        no_votes=totals.no,
        abstentions=totals.abstentions,
        written_yes_votes=totals.written_yes,
        written_no_votes=totals.written_no,
        conversion_outcome=enum_number(
            admission_case_pb2.ConversionOutcome, "CONVERSION_OUTCOME", totals.outcome
        ),
        entered_by=str(found.entered_by or ""),
        confirmed_by=id_text(found.confirmed_by),
        verdicts=verdicts(found.judgements, language),
    )


def case_head(head: CaseHead) -> admission_case_pb2.AdmissionCase:
    """What lists show of a case."""
    return admission_case_pb2.AdmissionCase(
        case_id=str(head.case_id),
        person_id=str(head.person_id),
        unit_id=str(head.unit_id),
        applied_on=head.applied_on.isoformat(),
        state=enum_number(admission_case_pb2.AdmissionCase.State, "STATE", head.state),
        stage=stage_number(head.stage),
        step=head.step,
        pack_digest=head.pack_digest,
        approver_unit_id=id_text(head.approver_unit_id),
        probation_from=day_text(head.probation_from),
        probation_until=day_text(head.probation_until),
        oath_on=day_text(head.oath_on),
        ceremony_id=id_text(head.ceremony_id),
        conversion_outcome=enum_number(
            admission_case_pb2.ConversionOutcome, "CONVERSION_OUTCOME", head.conversion_outcome
        ),
        extension=head.extension,
        full_member_from=day_text(head.full_member_from),
        create_time=stamp(head.created_at),
        update_time=stamp(head.updated_at),
        version=head.version,
        etag=str(head.version),
        imported=head.source_reference is not None,
        source_reference=head.source_reference,
    )


def case(found: AdmissionCase, language: str) -> admission_case_pb2.AdmissionCase:
    """A case with everything that belongs to it."""
    message = case_head(found.head)
    ordered = sorted(found.valid_steps, key=lambda item: (item.number, item.sequence))
    message.steps.extend(step(item) for item in ordered)
    # In one order, whether they were just named or read again.
    companions = sorted(found.companions, key=lambda item: (item.valid_from, item.person_id))
    message.contacts.extend(
        admission_case_pb2.CultivationContact(
            person_id=str(item.person_id),
            valid_from=item.valid_from.isoformat(),
            valid_until=day_text(item.valid_until),
        )
        for item in companions
        if item.part == CONTACT
    )
    message.introducer_person_ids.extend(
        str(item.person_id) for item in companions if item.part == INTRODUCER
    )
    message.assessments.extend(_assessments(found))
    message.ballots.extend(ballot(item, language) for item in found.ballots)
    message.overrides.extend(_overrides(found))
    if found.steps:
        message.verdicts.extend(verdicts(found.steps[-1].judgements, language))
    _fill_in_records(message, found)
    return message


def _assessments(found: AdmissionCase) -> Iterable[admission_case_pb2.CultivationAssessment]:
    for item in found.steps:
        if item.step in (names.CULTIVATION, names.PROBATION_ASSESSMENT):
            yield admission_case_pb2.CultivationAssessment(
                assessed_on=item.occurred_on.isoformat(),
                recorded_by=str(item.recorded_by or ""),
                probation=item.step == names.PROBATION_ASSESSMENT,
            )


def _overrides(found: AdmissionCase) -> Iterable[admission_case_pb2.RecordedOverride]:
    for item in found.steps:
        for judgement in item.judgements:
            if judgement.override_reason is not None:
                yield admission_case_pb2.RecordedOverride(
                    rule_id=judgement.rule_id,
                    step=item.step,
                    reason=judgement.override_reason,
                    person_id=str(item.recorded_by or ""),
                    overridden_on=item.occurred_on.isoformat(),
                )


def _fill_in_records(message: admission_case_pb2.AdmissionCase, found: AdmissionCase) -> None:
    review, course = found.last(names.POLITICAL_REVIEW), found.last(names.TRAINING)
    form, archived = found.last(names.ADMISSION_FORM), found.last(names.ARCHIVE)
    # Left out where the reader need not know (`without_review`).
    if review is not None and "conclusion" in review.detail:
        message.political_review.CopyFrom(
            admission_case_pb2.PoliticalReview(
                conclusion=enum_number(
                    admission_case_pb2.PoliticalReviewConclusion,
                    "POLITICAL_REVIEW_CONCLUSION",
                    review.detail["conclusion"],
                ),
                concluded_on=review.occurred_on.isoformat(),
                reviewer_person_id=review.detail.get("reviewer", ""),
                archive_reference=review.detail.get("archive_reference", ""),
            )
        )
    if course is not None:
        message.training.CopyFrom(
            admission_case_pb2.ShortTraining(
                completed_on=course.occurred_on.isoformat(),
                days=course.detail.get("days", 0),
                class_hours=course.detail.get("class_hours", 0),
                organizer_unit_id=course.detail.get("organizer", ""),
            )
        )
    message.political_review_items.extend(_review_item(item) for item in reviews.items(found))
    message.notice_objections.extend(_objection(each) for each in notices.objections(found))
    # What is not known of an imported case stays away.
    if form is not None and "form_number" in form.detail:
        message.form_number = form.detail["form_number"]
    if archived is not None and "archive_reference" in archived.detail:
        message.archive_reference = archived.detail["archive_reference"]


def _review_item(item: reviews.ReviewItem) -> admission_case_pb2.PoliticalReviewItem:
    pb = admission_case_pb2
    return pb.PoliticalReviewItem(
        area=enum_number(pb.PoliticalReviewArea, "POLITICAL_REVIEW_AREA", item.area),
        result=enum_number(pb.PoliticalReviewItemResult, "POLITICAL_REVIEW_ITEM_RESULT", item.result),
        reviewed_on=item.reviewed_on.isoformat(),
        reviewer_person_id=item.reviewer,
        note=item.note,
    )


def _objection(each: notices.Objection) -> admission_case_pb2.NoticeObjection:
    pb = admission_case_pb2
    settled = "upheld" if each.upheld else "dismissed"
    state = "open" if each.settled_on is None else settled
    return pb.NoticeObjection(
        number=each.number,
        noticed_step=enum_number(pb.NoticedStep, "NOTICED_STEP", each.step),
        raised_on=each.raised_on.isoformat(),
        state=enum_number(pb.NoticeObjection.State, "STATE", state),
        settled_on=day_text(each.settled_on),
        content=each.content,
        finding=each.finding,
    )
