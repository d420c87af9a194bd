"""Authorization on this service's own copy of units, grants and accounts; no call leaves the process for a yes.

A grant holds for its unit and everything below it in the closure on the day. A sponsor edge gives reading
only; a successor edge lets a grant reach what a dissolved predecessor left. A no is confirmed at the owner
of the grants before it is answered, because our copy may be a moment behind.
"""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from chassis import access_store
from chassis.access_store import (
    CLOSURE,
    add_unit,
    add_units,
    drop_account,
    forget_accounts,
    forget_grants,
    forget_units,
    put_account,
    put_accounts,
    put_grant,
    replace_edges,
    replace_edges_many,
)
from chassis.contract import MethodAccess, permits
from chassis.errors import PermissionDeniedError, ServiceError, UnauthenticatedError

if TYPE_CHECKING:
    from chassis.calls import Caller
    from chassis.clock import Clock
    from chassis.database import Reader

__all__ = [
    "CLOSURE",
    "Access",
    "AccessControl",
    "Scope",
    "add_unit",
    "add_units",
    "drop_account",
    "forget_accounts",
    "forget_grants",
    "forget_units",
    "put_account",
    "put_accounts",
    "put_grant",
    "replace_edges",
    "replace_edges_many",
    "within",
    "within_text",
]

# A revocation must hold everywhere within one second, the way through the log included.
ALLOWANCE_SECONDS = 0.5
# Bounds the memory of the cache; a university's staff at work is far below it.
MOST_ALLOWANCES = 20_000

Confirm = Callable[[UUID, str, UUID | None], Awaitable[bool]]


class Held(NamedTuple):
    """Units at whose subtrees a permission is held, and whether the university is one of them."""

    units: list[UUID]
    is_everywhere: bool


NOWHERE = Held([], False)


@dataclass
class AccessControl:
    """What the checks of one process share: the role table, the store and a short memory of allowances."""

    database: "Reader"
    clock: "Clock"
    roles: Mapping[str, tuple[str, ...]]
    confirm: Confirm | None = None
    _roles_of: dict[str, list[str]] = field(default_factory=dict)
    _allowed: dict[tuple[UUID, str, UUID | None], float] = field(default_factory=dict)
    _people: dict[tuple[str, str], tuple[UUID, float]] = field(default_factory=dict)
    _held: dict[tuple[UUID, str], tuple[Held, float]] = field(default_factory=dict)

    def access_for(self, caller: "Caller", method: MethodAccess | None = None) -> "Access":
        """The checks of one call."""
        return Access(self, caller, method)

    def roles_with(self, permission: str) -> list[str]:
        """The roles that give a permission."""
        roles = self._roles_of.get(permission)
        if roles is None:
            roles = [name for name, given in self.roles.items() if any(permits(p, permission) for p in given)]
            self._roles_of[permission] = roles
        return roles

    def forget(self) -> None:
        """Drop what is remembered, because an edge, a grant or an account has changed."""
        self._allowed.clear()
        self._people.clear()
        self._held.clear()

    async def person_of(self, issuer: str, key: str) -> UUID | None:
        """The person behind a campus number of an issuer, by its keyed hash."""
        now = time.monotonic()
        known = self._people.get((issuer, key))
        if known is not None and known[1] > now:
            return known[0]
        person: UUID | None = await self.database.fetch_value(
            access_store.PERSON_OF, issuer=issuer, number_key=key
        )
        if person is not None:
            if len(self._people) >= MOST_ALLOWANCES:
                self._people.clear()
            self._people[issuer, key] = (person, now + ALLOWANCE_SECONDS)
        return person

    async def holds(self, person_id: UUID, permission: str, unit: UUID | None) -> bool:
        """Whether the person holds the permission on the unit today (None: on the university)."""
        key = (person_id, permission, unit)
        now = time.monotonic()
        if self._allowed.get(key, 0.0) > now:
            return True
        allowed = await self.holds_here(person_id, permission, unit)
        if not allowed and self.confirm is not None:
            allowed = await self._confirmed(person_id, permission, unit)
        if allowed:
            if len(self._allowed) >= MOST_ALLOWANCES:
                self._allowed.clear()
            self._allowed[key] = now + ALLOWANCE_SECONDS
        return allowed

    async def holds_here(self, person_id: UUID, permission: str, unit: UUID | None) -> bool:
        """The same by this service's own rows alone; the owner of the grants answers siblings by it."""
        roles = self.roles_with(permission)
        if not roles:
            return False
        values = {"person_id": person_id, "roles": roles, "day": self.clock.today()}
        if unit is None:
            return bool(await self.database.fetch_value(access_store.HOLDS_AT_ROOT, **values))
        reading = permission.endswith(".read")
        if await self.database.fetch_value(access_store.HOLDS, unit_id=unit, reading=reading, **values):
            return True
        # The university is above every unit, also above one that we do not know (yet): its absence is told then.
        return bool(await self.database.fetch_value(access_store.HOLDS_AT_ROOT, **values))

    async def _confirmed(self, person_id: UUID, permission: str, unit: UUID | None) -> bool:
        assert self.confirm is not None
        try:
            return await self.confirm(person_id, permission, unit)
        except ServiceError:
            # The owner of the grants cannot be asked: what we know ourselves stands.
            return False

    async def held(self, person_id: UUID, permission: str) -> Held:
        """Where the person holds the permission by grants of its own."""
        key = (person_id, permission)
        now = time.monotonic()
        known = self._held.get(key)
        if known is not None and known[1] > now:
            return known[0]
        roles = self.roles_with(permission)
        if not roles:
            return NOWHERE
        rows = await self.database.fetch(
            access_store.UNITS_HELD, person_id=person_id, roles=roles, day=self.clock.today()
        )
        held = Held([row["unit_id"] for row in rows], any(row["is_root"] for row in rows))
        if held.units:
            if len(self._held) >= MOST_ALLOWANCES:
                self._held.clear()
            self._held[key] = (held, now + ALLOWANCE_SECONDS)
        return held

    async def root(self) -> UUID | None:
        """The university: the one unit without a parent."""
        root: UUID | None = await self.database.fetch_value(access_store.ROOT)
        return root


class Access:
    """The questions that one call asks; a call that asked none is not answered."""

    __slots__ = ("caller", "checked", "control", "method", "trusted")

    def __init__(self, control: AccessControl, caller: "Caller", method: MethodAccess | None = None) -> None:
        self.control = control
        self.caller = caller
        self.method = method
        # The service itself acts (timers, consumers), or a sibling whom the contract names.
        self.trusted = caller.kind == "system"
        self.checked = self.trusted

    async def require(self, permission: str, *, unit: UUID | None, relation: bool = False) -> None:
        """Go on only if the caller holds the permission on the unit (None: the university).

        `relation=True` says that a relation to the resource (own file, contact, judge …) grants it already.
        """
        self.checked = True
        if relation or self.trusted:
            return
        if self.caller.kind == "anonymous":
            raise UnauthenticatedError()
        person = self.caller.person_id
        if person is None or not await self.control.holds(person, permission, unit):
            raise PermissionDeniedError(permission=permission)

    async def holds(self, permission: str, *, unit: UUID | None) -> bool:
        """The same as a question, for answers that show more to some (masked fields)."""
        self.checked = True
        if self.trusted:
            return True
        person = self.caller.person_id
        return person is not None and await self.control.holds(person, permission, unit)

    async def allowed_units(self, permission: str) -> list[UUID]:
        """The units at whose subtrees the caller holds the permission: what a list is filtered by."""
        return (await self._held(permission)).units

    async def _held(self, permission: str) -> Held:
        self.checked = True
        if self.trusted:
            root = await self.control.root()
            return NOWHERE if root is None else Held([root], True)
        if self.caller.kind == "anonymous":
            raise UnauthenticatedError()
        person = self.caller.person_id
        return NOWHERE if person is None else await self.control.held(person, permission)

    async def filters(self, permission: str) -> "Scope":
        """The values of the condition `within(...)` for this caller and permission."""
        held = await self._held(permission)
        scope = Scope(
            access_units=held.units,
            access_day=self.control.clock.today(),
            access_reading=permission.endswith(".read"),
        )
        scope.is_everywhere = held.is_everywhere
        return scope

    def only_public(self) -> None:
        """State that the answer holds nothing that needs a permission."""
        self.checked = True

    def mark_checked(self) -> None:
        """State that the operation decided by itself who may see the answer, for example by a slip or a link."""
        self.checked = True

    async def precheck(self, scope_unit: Callable[[], UUID | None]) -> None:
        """What can be decided by the contract alone, before the operation runs."""
        method = self.method
        if method is None:
            raise PermissionDeniedError(permission="")
        if method.scope == "PUBLIC":
            self.checked = True
            return
        if self.caller.kind == "anonymous":
            raise UnauthenticatedError()
        if self.caller.kind == "service":
            self._admit_service(method)
        elif method.scope == "CALLER":
            self.checked = True
        elif method.scope == "UNIT":
            await self.require(method.permission, unit=scope_unit())
        elif method.scope == "UNIVERSITY":
            await self.require(method.permission, unit=None)
        elif method.scope not in ("RESOURCE", "FILTERED"):
            # SCOPE_SERVICE asked by a person, or a scope we do not know: nobody passes.
            raise PermissionDeniedError(permission=method.permission)

    def _admit_service(self, method: MethodAccess) -> None:
        if not any(_names(listed, self.caller.service or "") for listed in method.services):
            raise PermissionDeniedError(permission=method.permission)
        self.trusted = True
        self.checked = True


def _names(listed: str, client: str) -> bool:
    """Whether a name of the contract means the client: itself, or each that begins so where it ends in `-*`."""
    return listed == client or (listed.endswith("-*") and client.startswith(listed[:-1]))


class Scope(dict[str, Any]):
    """The values of `within(...)`, and whether they hold the university: then the condition may be left out."""

    is_everywhere = False


_WITHIN = """EXISTS (SELECT FROM access_closure access_scope
     WHERE access_scope.descendant_id = {unit}
       AND access_scope.ancestor_id = ANY (CAST(:access_units AS uuid[]))
       AND access_scope.valid @> CAST(:access_day AS date)
       AND (CAST(:access_reading AS boolean) OR NOT access_scope.reading_only))"""


def within_text(unit: str) -> str:
    """The condition that a row's unit lies where the caller may look; bind it with `access.filters(…)`."""
    return _WITHIN.format(unit=unit)


def within(unit: sa.ColumnElement[Any]) -> sa.TextClause:
    """The same for a statement that is not written as text."""
    return sa.text(within_text(str(unit)))
