"""How large the demonstration university is, and every number that follows from the number of people.

`small` is 2,000 people, `university` 60,000; `x<factor>` is that many times `small`, a number that many people.
"""

import re
from dataclasses import dataclass

from deploy.local.errors import LocalStackError

SMALL, UNIVERSITY = 2_000, 60_000
MOST = 1_000_000
OATH_TAKERS = 100
# Indicator two is 60.2 % exactly where fifty of each eighty-three members are honoured.
MEMBERS_PER_SHARE, HONOURED_PER_SHARE = 83, 50
# A branch has fewer than fifty full members.
PEOPLE_PER_BRANCH = 25


class UnknownSizeError(LocalStackError):
    """Nobody knows a university of this size."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"There is no demonstration of size {text!r}: say small, university, none, a factor as x3, "
            f"or a number of people from {SMALL} to {MOST}."
        )


@dataclass(frozen=True)
class Size:
    """A university of so many people."""

    people: int

    @classmethod
    def parse(cls, text: str) -> "Size":
        """The size that was asked for, or a refusal of one line."""
        named = {"small": SMALL, "university": UNIVERSITY}
        factor = re.fullmatch(r"x([0-9]{1,3})", text)
        number = re.fullmatch(r"[0-9]{4,7}", text)
        people = named.get(text, 0)
        if factor:
            people = SMALL * int(factor[1])
        elif number:
            people = int(text)
        if not SMALL <= people <= MOST:
            raise UnknownSizeError(text)
        return cls(people)

    @property
    def undergraduates(self) -> int:
        return self.people * 60 // 100

    @property
    def postgraduates(self) -> int:
        return self.people * 25 // 100

    @property
    def staff(self) -> int:
        """Working and retired staff."""
        return self.people - self.undergraduates - self.postgraduates

    @property
    def retired(self) -> int:
        return self.staff // 20

    @property
    def schools(self) -> int:
        return 9 if self.people < 10_000 else 26

    @property
    def shares(self) -> int:
        """How many times eighty-three undergraduates are members."""
        return max(3, round(self.people * 0.06 / MEMBERS_PER_SHARE))

    @property
    def undergraduate_members(self) -> int:
        """Undergraduates who are members at the end of 2021, the oath takers among them."""
        return self.shares * MEMBERS_PER_SHARE

    @property
    def honoured_members(self) -> int:
        """Undergraduate members with a scholarship or a commendation of 2021."""
        return self.shares * HONOURED_PER_SHARE

    @property
    def activists(self) -> int:
        """Undergraduates of 2020 under cultivation."""
        return self.people * 27 // SMALL

    @property
    def applicants(self) -> int:
        """Undergraduates of 2021 who have applied."""
        return self.people * 36 // SMALL

    @property
    def pairs(self) -> int:
        """Pairs of old branches of an academy; each pair became a pair of joint branches."""
        return max(1, round(self.undergraduate_members / 9 / 40))

    @property
    def postgraduate_members(self) -> int:
        return self.postgraduates * 42 // 100

    @property
    def postgraduate_branches(self) -> int:
        """Branches of postgraduates in each school."""
        return -(-self.postgraduate_members // self.schools // PEOPLE_PER_BRANCH)

    @property
    def staff_members(self) -> int:
        """Members among the working staff, those of the joint branches and those with posts included."""
        return self.staff * 50 // 100

    @property
    def staff_branches(self) -> int:
        """Branches of staff in each school."""
        return max(1, self.staff_members // self.schools // PEOPLE_PER_BRANCH)

    @property
    def retired_branches(self) -> int:
        return max(1, self.retired // 2 // PEOPLE_PER_BRANCH)
