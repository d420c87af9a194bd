"""Admissions as they stand on paper: a hundred who swore on 1 July 2021, and those who are on their way.

Plain data for the import of cases; nothing here asks the gateway.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deploy.local.demo.people import Applicant, People, Person

OATH_ON = "2021-07-01"
MEETING_ON, CONVERSION_ON = "2021-06-10", "2022-06-13"
SOURCE = "示范大学发展党员台账（合成数据）"

Step = dict[str, Any]


@dataclass(frozen=True)
class Around:
    """The people and units around the cases of one branch; everybody by their ids."""

    guides: Sequence[str]
    committee: str
    committee_unit: str

    @property
    def voters(self) -> int:
        """Full members of the branch on the days of its votes."""
        return len(self.guides)

    def contacts(self, order: int) -> list[str]:
        """Two full members for each applicant of the branch, in turn."""
        return [self.guides[(2 * order + one) % len(self.guides)] for one in range(2)]


def guides(everybody: People) -> Mapping[str, Sequence[Person]]:
    """The full members of each joint branch, students first: they guide its applicants and vote on them."""
    found: dict[str, list[Person]] = defaultdict(list)
    for person in everybody.members:
        if person.joint:
            found[person.joint].append(person)
    for people in found.values():
        people.sort(key=lambda person: (person.kind != "PERSON_KIND_STUDENT", person.number))
    return found


def cases(
    everybody: People, units: Mapping[str, str], committee: str, applicants: Sequence[Applicant]
) -> Iterator[dict[str, Any]]:
    """The cases of these applicants, as far as each has come."""
    known, orders = guides(everybody), defaultdict[str, int](int)
    for number, applicant in enumerate(applicants, 1):
        members = [guide.person_id for guide in known[applicant.joint]]
        around = Around(members, committee, units["community"])
        order = orders[applicant.joint]
        orders[applicant.joint] += 1
        yield {
            "personId": applicant.person.person_id,
            "unitId": units[applicant.joint],
            "appliedOn": applicant.applied_on,
            "route": "APPLICATION_ROUTE_WORK_OR_STUDY_UNIT",
            "isChineseCitizen": True,
            "acceptsProgramme": True,
            "sourceReference": f"{SOURCE} {applicant.person.number}",
            "steps": steps(applicant.reached, around, order, number),
        }


def steps(reached: str, around: Around, order: int, number: int) -> list[Step]:
    """What is written of an applicant who has come so far: the one of this order in the branch, of this number at all."""
    return list(_STEPS[reached](around, around.contacts(order), number))


def _applied(around: Around, contacts: Sequence[str], number: int) -> Iterator[Step]:
    del number
    yield {"step": "talk", "occurredOn": "2021-09-29", "personIds": [contacts[0]]}
    del around


def _activist(around: Around, contacts: Sequence[str], number: int) -> Iterator[Step]:
    del around, number
    yield {"step": "talk", "occurredOn": "2020-10-09", "personIds": [contacts[0]]}
    yield from _cultivated(contacts, "2021-04-12", "2021-03-26", "2021-04-16", "2021-04-20", ["2021-10-11"])


def _cultivated(
    contacts: Sequence[str], day: str, noticed: str, filed: str, guided: str, assessed: Sequence[str]
) -> Iterator[Step]:
    papers = ["league_recommendation", "branch_committee_decision"]
    yield {"step": "activist", "occurredOn": day, "noticedFrom": noticed, "documents": papers}
    yield {"step": "activist_filing", "occurredOn": filed}
    yield {"step": "contacts", "occurredOn": guided, "personIds": list(contacts)}
    for one in assessed:
        yield {"step": "cultivation_assessment", "occurredOn": one}


def _admitted(around: Around, contacts: Sequence[str], number: int) -> Iterator[Step]:
    yield {"step": "talk", "occurredOn": "2019-09-28", "personIds": [contacts[0]]}
    assessed = ["2020-10-08", "2021-04-07"]
    yield from _cultivated(contacts, "2020-04-10", "2020-03-20", "2020-04-15", "2020-07-06", assessed)
    opinions = [
        *("party_group_opinion", "contact_opinion"),
        *("member_and_mass_opinions", "prospect_committee_decision"),
    ]
    yield {
        "step": "prospect",
        "occurredOn": "2021-04-15",
        "noticedFrom": "2021-03-30",
        "documents": opinions,
    }
    yield {"step": "prospect_filing", "occurredOn": "2021-04-19"}
    yield {"step": "introducers", "occurredOn": "2021-04-22", "personIds": list(contacts)}
    yield from _reviewed(around, number)
    yield _meeting("branch_meeting", MEETING_ON, around, noticedFrom="2021-05-26")
    yield {
        "step": "superior_talk",
        "occurredOn": "2021-06-12",
        "personIds": [around.committee],
        "documents": ["superior_talk_opinion"],
    }
    yield {"step": "approval", "occurredOn": "2021-06-18", "unitId": around.committee_unit}
    yield {"step": "assignment", "occurredOn": "2021-06-23", "groupName": "第一党小组"}
    yield from _converted(around, number)


def _reviewed(around: Around, number: int) -> Iterator[Step]:
    yield {
        "step": "political_review",
        "occurredOn": "2021-05-06",
        "conclusion": "POLITICAL_REVIEW_CONCLUSION_QUALIFIED",
        "personIds": [around.guides[-1]],
        "archiveReference": f"ZS-2021-{number:03}",
    }
    yield {
        "step": "training",
        "occurredOn": "2021-05-14",
        "days": 3,
        "classHours": 24,
        "unitId": around.committee_unit,
    }
    yield {"step": "committee_review", "occurredOn": "2021-05-18"}
    yield {
        "step": "pre_review",
        "occurredOn": "2021-05-21",
        "unitId": around.committee_unit,
        "result": "PRE_REVIEW_RESULT_PASSED",
        "documents": ["pre_review_written_result"],
    }
    yield {"step": "admission_form", "occurredOn": "2021-05-24", "formNumber": f"2021-{number:06}"}


def _converted(around: Around, number: int) -> Iterator[Step]:
    """A year of probation, after the oath."""
    yield {"step": "probation_assessment", "occurredOn": "2021-12-10"}
    yield {"step": "probation_assessment", "occurredOn": "2022-05-05"}
    yield {"step": "conversion_request", "occurredOn": "2022-05-06"}
    yield {
        "step": "conversion_review",
        "occurredOn": "2022-06-06",
        "documents": ["conversion_group_opinion", "conversion_mass_opinions"],
    }
    convert = {"conversionOutcome": "CONVERSION_OUTCOME_CONVERT"}
    yield _meeting("conversion_meeting", CONVERSION_ON, around, **convert)
    yield {
        "step": "conversion_approval",
        "occurredOn": "2022-07-01",
        "unitId": around.committee_unit,
        "noticedFrom": "2022-06-15",
        **convert,
    }
    yield {"step": "archive", "occurredOn": "2022-07-08", "archiveReference": f"DA-2022-{number:03}"}


def _meeting(step: str, day: str, around: Around, **more: Any) -> Step:
    ballot = {
        "method": "VOTING_METHOD_SECRET_BALLOT",
        "shouldAttend": around.voters,
        "present": around.voters,
        "yesVotes": around.voters,
        "votedSeparately": True,
        "performanceRecorded": True,
        "secretarySigned": True,
    }
    return {"step": step, "occurredOn": day, "ballot": ballot, **more}


_STEPS: Mapping[str, Callable[[Around, Sequence[str], int], Iterator[Step]]] = {
    "applicant": _applied,
    "activist": _activist,
    "member": _admitted,
}
