"""Class hours on the wire."""

from activity.domain.class_hours import Credit, hours_text
from activity.domain.plans import LearningMode
from activity.events import shapes
from activity.operations.class_hours import JudgedAccount, Page, Statement
from shuyuan.activity.v1 import class_hour_pb2
from shuyuan.activity.v1 import class_hour_service_pb2 as pb


def _account_message(judged: JudgedAccount, language: str) -> class_hour_pb2.ClassHourAccount:
    account = judged.account
    return class_hour_pb2.ClassHourAccount(
        person_id=str(account.person_id),
        year=account.year,
        class_hours=hours_text(account.total),
        modes=[
            class_hour_pb2.ModeHours(
                learning_mode=shapes.number(shapes.MODE, mode),
                class_hours=hours_text(account.minutes[mode]),
            )
            for mode in LearningMode
        ],
        verdicts=shapes.verdict_messages(judged.judgements, language),
    )


def statement_response(statement: Statement, language: str) -> pb.GetClassHoursResponse:
    """A person's class hours with what they are made of."""
    return pb.GetClassHoursResponse(
        account=_account_message(statement.account, language),
        entries=[shapes.entry_message(entry) for entry in statement.entries],
    )


def page_response(page: Page, language: str) -> pb.ListClassHoursResponse:
    """A page of accounts."""
    return pb.ListClassHoursResponse(
        accounts=[_account_message(judged, language) for judged in page.accounts],
        next_page_token=page.next_token,
    )


def recorded_response(credit: Credit) -> pb.RecordSelfStudyResponse:
    """What was credited for self-study."""
    return pb.RecordSelfStudyResponse(class_hour=shapes.class_hour_message(credit))
