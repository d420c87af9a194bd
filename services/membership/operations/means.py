"""What operations work with beside the call: the cipher, the keys and the rules."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chassis.calls import Call
from chassis.field_cipher import FieldCipher
from membership.facts import Rules
from membership.repository import persons


@dataclass(frozen=True, slots=True)
class Means:
    """Made once by the composition root."""

    cipher: FieldCipher
    identity_key: bytes
    issuer: str
    rules: Rules


async def scope_of(call: Call, permission: str) -> dict[str, Any]:
    """What lists are filtered by: where the caller holds the permission."""
    return await call.access.filters(permission)


async def person_scope(call: Call, permission: str) -> dict[str, Any]:
    """The same for persons; who holds it on the university also sees those who belong nowhere yet."""
    scope = await scope_of(call, permission)
    root = await call.access.control.root()
    return {**scope, "everyone": root is not None and root in scope["access_units"]}


async def require_on_person(call: Call, permission: str, person_id: UUID, *, own: bool = False) -> None:
    """Go on only if the caller holds the permission where the person belongs, or is the person (own file)."""
    if own and call.caller.person_id == person_id:
        call.access.mark_checked()
        return
    today = call.clock.today()
    scope = await person_scope(call, permission)
    if await persons.is_visible(call.database, person_id, today=today, scope=scope):
        return
    units = await persons.units_of(call.database, person_id, today=today)
    # A denial is confirmed with the owner of the grants, on the first unit of the person.
    await call.access.require(permission, unit=units[0] if units else None)
