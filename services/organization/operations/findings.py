"""Find which units do not stand as the rules want them to."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from chassis.calls import Call
from chassis.paging import Page, decode_token, encode_token, page_size
from organization.clients import Membership
from organization.domain.findings import Finding, findings_of
from organization.domain.units import refuse
from organization.facts import complete
from organization.repository import findings
from rulebook import Severity

READ = "organization.finding.read"
# Units examined at once, and in one call: what a page may cost where few units have findings.
_AT_ONCE, _MOST_UNITS = 100, 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which findings are asked for; None asks for any."""

    unit_id: UUID | None = None
    below_id: UUID | None = None
    rule_id: str | None = None
    severity: Severity | None = None

    def takes(self, finding: Finding) -> bool:
        """Whether the finding is asked for; a rule is asked for with its parts."""
        found = finding.verdict.rule_id
        if self.rule_id is not None and found != self.rule_id and not found.startswith(f"{self.rule_id}."):
            return False
        return self.severity in (None, finding.verdict.severity)


async def list_findings(
    call: Call, membership: Membership, wanted: Wanted, *, as_of: date | None, size: int, token: str
) -> Page[Finding]:
    """List what the rules find on the Party organisations and projects of a day that the caller may read."""
    if wanted.unit_id is not None and wanted.below_id is not None:
        refuse("below_unit_id", "不能与 unit_id 同时填写。", "It is not given together with unit_id.")
    after = decode_token(token, UUID, str)
    most = page_size(size)
    day = as_of or call.clock.today()
    scope = await call.access.filters(READ)
    from_id: UUID | None = after[0] if after else None
    found: list[Finding] = []
    for _ in range(_MOST_UNITS // _AT_ONCE):
        units = await findings.page(
            call.database,
            scope,
            day=day,
            unit_id=wanted.unit_id,
            below_id=wanted.below_id,
            from_id=from_id,
            most=_AT_ONCE + 1,
        )
        examined = await complete(call.database, membership, units[:_AT_ONCE], until=day)
        found += [each for unit in examined for each in findings_of(unit, day) if wanted.takes(each)]
        if after:
            found = [each for each in found if (each.unit_id, each.verdict.rule_id) > after]
        if len(found) > most:
            last = found[most - 1]
            return Page(found[:most], encode_token(last.unit_id, last.verdict.rule_id))
        if len(units) <= _AT_ONCE:
            return Page(found, "")
        from_id = units[_AT_ONCE].unit_id
    # Everything before this unit has been looked at.
    return Page(found, encode_token(from_id, ""))
