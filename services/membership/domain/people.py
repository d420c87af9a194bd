"""Persons, their logins and where they belong; the periods during which they do."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from itertools import chain, pairwise
from uuid import UUID

from membership.errors import FieldsContradictError

# No register is older, and a year without a century is a typing error worth refusing.
EARLIEST_BIRTH = date(1900, 1, 1)


class PersonKind(StrEnum):
    """Whether a person works or studies here."""

    STAFF = "staff"
    STUDENT = "student"


class PersonCategory(StrEnum):
    """The group that statistics count a person in."""

    UNDERGRADUATE = "undergraduate"
    MASTER = "master"
    DOCTORAL = "doctoral"
    TEACHER = "teacher"
    COUNSELLOR = "counsellor"
    ADMINISTRATOR = "administrator"
    RETIRED = "retired"


class PoliticalStatus(StrEnum):
    """Where a person stands on the way to membership."""

    APPLICANT = "applicant"
    ACTIVIST = "activist"
    PROSPECT = "prospect"
    PROBATIONARY_MEMBER = "probationary_member"
    FULL_MEMBER = "full_member"


class AffiliationKind(StrEnum):
    """What ties a person to a unit that is not their Party organisation."""

    SCHOOL = "school"
    ACADEMY = "academy"
    CLASS = "class"
    DEPARTMENT = "department"


@dataclass(frozen=True, slots=True)
class Affiliation:
    """One tie over a half-open period of days."""

    kind: AffiliationKind
    unit_id: UUID
    valid_from: date
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class NewPerson:
    """What is known of a person who is to be registered."""

    person_id: UUID
    name: str
    kind: PersonKind
    category: PersonCategory | None = None
    campus_number: str | None = field(default=None, repr=False)
    birth_date: date | None = None
    affiliations: tuple[Affiliation, ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """A registered person with the ties believed now."""

    person_id: UUID
    name: str
    kind: PersonKind
    category: PersonCategory | None
    campus_number: str | None = field(repr=False)
    birth_date: date | None
    political_status: PoliticalStatus | None
    affiliations: tuple[Affiliation, ...]
    version: int
    created_at: datetime
    updated_at: datetime
    # Whom they were merged into.
    merged_into: UUID | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """A login of a person."""

    account_id: UUID
    person_id: UUID
    issuer: str
    number_key: str
    active: bool
    version: int


@dataclass(frozen=True, slots=True)
class Label:
    """The name of a person for another service."""

    person_id: UUID
    name: str
    pinyin: str
    kind: PersonKind
    category: PersonCategory | None
    version: int
    merged_into: UUID | None = None


def masked_number(number: str | None) -> str:
    """The campus number as answers show it: its last four characters, or stars alone where it is short."""
    if number is None:
        return ""
    return "****" + number[-4:] if len(number) > 4 else "****"


def check_new_person(person: NewPerson, *, today: date) -> None:
    """Refuse a birth date that cannot be and ties that contradict each other."""
    check_birth_date(person.birth_date, today=today)
    for affiliation in person.affiliations:
        check_period(affiliation.valid_from, affiliation.valid_until, field_name="person.affiliations")
    check_disjoint(person.affiliations)


def check_birth_date(born: date | None, *, today: date) -> None:
    """Refuse a day on which nobody who is registered today was born."""
    if born is not None and not EARLIEST_BIRTH <= born <= today:
        raise FieldsContradictError.of("birth_date", "出生日期不可信。", "The birth date is not credible.")


def check_period(start: date, end: date | None, *, field_name: str) -> None:
    """Refuse a period without a single day."""
    if end is not None and end <= start:
        raise FieldsContradictError.of(
            field_name, "截止日期须晚于起始日期。", "The end must be later than the beginning."
        )


def check_disjoint(affiliations: Iterable[Affiliation]) -> None:
    """Refuse two ties of one kind on one day."""
    by_kind: dict[AffiliationKind, list[Affiliation]] = {}
    for affiliation in affiliations:
        by_kind.setdefault(affiliation.kind, []).append(affiliation)
    for ties in by_kind.values():
        ties.sort(key=lambda tie: tie.valid_from)
        for earlier, later in pairwise(ties):
            if earlier.valid_until is None or earlier.valid_until > later.valid_from:
                raise FieldsContradictError.of(
                    "person.affiliations",
                    "同一类型的归属时间重叠。",
                    "Two affiliations of one kind overlap.",
                )


def pinyin_of(name: str) -> str:
    """The name in lower-case pinyin without tones, one word a character."""
    # Its dictionary takes half a second to read, which every start of the service would pay.
    from pypinyin.seg.simpleseg import seg

    return " ".join(chain.from_iterable(map(_spelled, seg(name)))).lower()


# Names of many people consist of few words, most of them one character long.
@lru_cache(maxsize=10_000)
def _spelled(word: str) -> tuple[str, ...]:
    from pypinyin import lazy_pinyin

    return tuple(lazy_pinyin([word]))
