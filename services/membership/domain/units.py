"""What this service knows of units: kind, form and life, copied from the organization service."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from membership.errors import UnitFrozenError, UnitKindNotAllowedError, UnitNotInForceError
from rulebook import Facts

# Kinds that are Party committees: the only ones that may approve, once the rules (DEV-21) agree.
COMMITTEES = frozenset(
    {
        "university_committee",
        "standing_committee",
        "community_committee",
        "primary_committee",
        "staff_committee",
        "retirees_committee",
    }
)
GENERAL_BRANCHES = frozenset({"general_branch", "academy_general_branch"})
BRANCHES = frozenset({"branch"})
# Branches whose members keep their formal relationship elsewhere.
SECONDARY_FORMS = frozenset({"functional", "temporary"})


class Use(StrEnum):
    """What a unit is needed for."""

    FORMAL_RELATIONSHIP = "formal_relationship"
    PARTICIPATION = "participation"
    ADMISSION = "admission"
    APPROVAL = "approval"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as the organization service last described it."""

    unit_id: UUID
    kind: str
    form: str
    established_on: date
    dissolved_on: date | None
    frozen_by: UUID | None = None
    # Rosters name units by it.
    name: str = ""

    def check_in_force(self, day: date) -> None:
        """Refuse a unit that does not exist on the day."""
        if not self.is_in_force(day):
            raise UnitNotInForceError(unit_id=self.unit_id, day=day)

    def is_in_force(self, day: date) -> bool:
        """Whether the unit exists on the day."""
        return self.established_on <= day and (self.dissolved_on is None or day < self.dissolved_on)

    def check_lasts(self) -> None:
        """Refuse a unit whose end is known to whoever would stay in it."""
        if self.dissolved_on is not None:
            raise UnitNotInForceError(unit_id=self.unit_id, day=self.dissolved_on)

    def check_free(self) -> None:
        """Refuse to change what a process of the organization service holds."""
        if self.frozen_by is not None:
            raise UnitFrozenError(unit_id=self.unit_id, process_id=self.frozen_by)

    def check_use(self, use: Use) -> None:
        """Refuse a unit that cannot be used for this by its kind."""
        if not self.suits(use):
            raise UnitKindNotAllowedError(unit_id=self.unit_id, kind=self.kind, form=self.form)

    def suits(self, use: Use) -> bool:
        """Whether a unit of this kind and form can be used for this."""
        match use:
            case Use.FORMAL_RELATIONSHIP:
                return self.kind in BRANCHES and self.form not in SECONDARY_FORMS
            case Use.PARTICIPATION:
                return self.kind in BRANCHES and self.form in SECONDARY_FORMS
            case Use.ADMISSION:
                # A temporary branch may cultivate activists; the rules stop it before the vote (BR-09).
                return self.kind in BRANCHES
            case Use.APPROVAL:
                # Party organisations without the power are refused by DEV-21, with its verdict.
                return self.kind in COMMITTEES | GENERAL_BRANCHES | BRANCHES

    @property
    def approver_type(self) -> str:
        """The unit as the rules on approval name it."""
        if self.kind in GENERAL_BRANCHES:
            return "general_branch"
        if self.kind in BRANCHES:
            return self.branch_form
        return "party_committee"

    @property
    def branch_form(self) -> str:
        """The form of a branch as the rules on its powers name it."""
        return f"{self.form}_branch" if self.form in SECONDARY_FORMS else "branch"

    def power_facts(self, power: str, on: date) -> Facts:
        """What the rules on the powers of functional and temporary branches read (BR-09, BR-11, BR-29)."""
        return {
            "power": power,
            "branch_form": self.branch_form,
            "host_body_dissolved": self.dissolved_on is not None and self.dissolved_on <= on,
        }

    @property
    def training_organizer(self) -> str:
        """The unit as the rule on training names whoever held it."""
        return "primary_committee" if self.kind in COMMITTEES else self.kind
