"""What the rule packs say about founding, sponsoring and filling units; asks the rule book, decides nothing else."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache

from organization.domain.structure import sponsor_counts
from organization.domain.units import Form, Kind, Outline
from organization.errors import OrganizationRuleError
from rulebook import Facts, NoRulesInForceError, RuleBook, Verdict, blocking, evaluate


@cache
def rule_book() -> RuleBook:
    """The packs that ship with the product, read once."""
    return RuleBook.shipped()


def rule_ids_on(day: date) -> frozenset[str]:
    """The rules in force on a day, by id; none before the first regulation we know."""
    try:
        return frozenset(rule.id for rule in rule_book().in_force(day).rules)
    except NoRulesInForceError:
        return frozenset()


def judge(operation: str, facts: Facts, on: date, *, rules_of: date | None = None) -> list[Verdict]:
    """What the rules of a day, of the same day when none is given, say about an operation on a day."""
    try:
        rules = rule_book().in_force(rules_of or on)
    except NoRulesInForceError:
        # History older than the first regulation we know is recorded, not judged.
        return []
    return evaluate(rules, operation=operation, facts=facts, on=on)


def founding_verdicts(form: Form | None, sponsors: Sequence[Outline], on: date) -> list[Verdict]:
    """What the rules say about founding a branch of this form with these sponsors."""
    if form is Form.JOINT_TEACHER_STUDENT:
        return sponsoring_verdicts(form, sponsors, on)
    if form is Form.JOINT_SMALL_UNITS:
        return judge("branch.establish_joint_small_units", {"unit_count": len(sponsors)}, on)
    if form is Form.TEMPORARY:
        # Whoever may establish units below the parent acts for it: that is the superior's approval.
        facts: Facts = {
            "superior_approved": True,
            "members_move_relationship": False,
            "branch_powers": ["political_study", "member_management", "activist_cultivation"],
        }
        return judge("branch.establish_temporary", facts, on)
    return []


def sponsoring_verdicts(form: Form | None, sponsors: Iterable[Outline], on: date) -> list[Verdict]:
    """What the rules say about the sponsors of a branch on a day."""
    if form is not Form.JOINT_TEACHER_STUDENT:
        return []
    counts = sponsor_counts(sponsors)
    facts = {
        "school_sponsor_count": counts.get(Kind.SCHOOL, 0),
        "academy_sponsor_count": counts.get(Kind.ACADEMY, 0),
    }
    return judge("branch.establish_joint", facts, on)


def filling_verdicts(form: Form | None, *, staff: int, students: int, on: date) -> list[Verdict]:
    """What the rules say about the people who come to a new branch."""
    if form is not Form.JOINT_TEACHER_STUDENT:
        return []
    facts = {"has_staff_member": staff > 0, "has_student_member": students > 0}
    return judge("branch.staff_joint", facts, on)


def composition_verdicts(*, chairs: int, departments: int, on: date) -> list[Verdict]:
    """What the rules say about the seats and the departments of a leading group."""
    return judge("leading_group.compose", {"chair_count": chairs, "department_count": departments}, on)


def seating_verdicts(*, secretary: int, president: int, leads: int, on: date) -> list[Verdict]:
    """What the rules say about the posts that the chairs of a leading group follow, and its lead department."""
    facts: Facts = {
        "chairs_following_secretary": secretary,
        "chairs_following_president": president,
        "lead_department_count": leads,
    }
    return judge("leading_group.bind_seats", facts, on)


def appointment_verdicts(form: Form | None, method: str, on: date) -> list[Verdict]:
    """What the rules say about how somebody comes to a post of a branch."""
    if form is not Form.TEMPORARY:
        return []
    return judge("branch.appoint_temporary_officer", {"seating_method": method}, on)


def refuse_if_blocked(verdicts: Sequence[Verdict]) -> None:
    """Refuse when one of the verdicts forbids it, carrying all of them."""
    if blocking(verdicts):
        raise OrganizationRuleError(verdicts)


def refuse_if_newly_blocked(before: Sequence[Verdict], after: Sequence[Verdict]) -> None:
    """Refuse a change that breaks a rule which was kept; what was broken already may be mended in steps."""
    broken = {verdict.rule_id for verdict in blocking(before)}
    if any(verdict.rule_id not in broken for verdict in blocking(after)):
        raise OrganizationRuleError(after)
