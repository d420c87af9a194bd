"""Case histories in files: judging their rows as the import of cases would, and what `rosters` enters of them."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from chassis.database import Reader, UnitOfWork
from chassis.ids import new_id
from membership.domain.history_rows import Sheaf, sheaves, step_names
from membership.domain.imports import Known, Problems, bring_in
from membership.domain.roster_rows import BroughtCase, Judged, Register
from membership.domain.rosters import Row
from membership.domain.steps import Catalogue
from membership.operations import importing
from membership.operations.means import Means


async def judge(
    reader: Reader,
    means: Means,
    rows: Sequence[Row],
    register: Register,
    *,
    source: str,
    now: datetime,
    by: UUID | None,
) -> Judged:
    """The cases that the rows tell; whatever is wrong with one row stands against its whole case."""

    def steps_on(applied_on: date) -> Mapping[str, str] | None:
        rules = means.rules.in_force(applied_on)
        return None if rules is None else step_names(Catalogue.of(rules))

    read = sheaves(rows, register, steps_on, source)
    if isinstance(reader, UnitOfWork):
        applicants = sorted({sheaf.paper.person_id for sheaf in read})
        # Nobody applies while we look who has a case.
        await reader.lock(*(f"membership.applicant|{person}" for person in applicants))
    known = await importing.known_of(reader, [sheaf.paper for sheaf in read], now=now, by=by)
    judged = Judged(known=known)
    for sheaf in read:
        brought = _brought(means, sheaf, known)
        if brought is not None:
            judged.cases.append(brought)
        # Thousands of steps are judged at once; other calls go on in between.
        await asyncio.sleep(0)
    judged.problems = sorted(
        (problem for row in rows for problem in row.problems), key=lambda problem: problem.row
    )
    return judged


def _brought(means: Means, sheaf: Sheaf, known: Known) -> BroughtCase | None:
    rules = means.rules.in_force(sheaf.paper.applied_on)
    assert rules is not None, "its steps were named by them"
    problems = Problems()
    case = bring_in(sheaf.paper, known, rules, case_id=new_id(), path="case", problems=problems)
    by_number = {row.number: row for row in sheaf.rows}
    for violation in problems.found:
        problem = sheaf.problem(violation)
        by_number[problem.row].problems.append(problem)
    if problems.found:
        return None
    return BroughtCase(tuple(sorted(by_number)), case, rules)


async def enter(work: UnitOfWork, means: Means, judged: Judged) -> list[tuple[int, UUID]]:
    """Write the cases; answers whom each row became part of the case of."""
    if judged.known is not None and judged.cases:
        brought = [(item.case, item.rules) for item in judged.cases]
        await importing.enter(work, means, brought, judged.known)
    return [(row, item.case.head.person_id) for item in judged.cases for row in item.rows]
