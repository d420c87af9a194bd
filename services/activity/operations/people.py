"""Whether people named in a request exist: by our copy, and by membership before anybody is refused."""

from collections.abc import Iterable, Sequence
from typing import Protocol
from uuid import UUID

from activity.errors import PersonUnknownError
from activity.repository import copies
from chassis.calls import Call

# An error names this many; the caller can ask again for the rest.
MOST_NAMED = 10


class Register(Protocol):
    """Who is registered, as its owner says."""

    async def known_persons(self, person_ids: Sequence[UUID]) -> set[UUID]:
        """Those of the persons who are registered."""
        ...


async def ensure_known(call: Call, register: Register, person_ids: Iterable[UUID]) -> None:
    """Refuse people who are not in the register; outside any unit of work, since membership may be asked."""
    missing = await copies.unknown_persons(call.database, person_ids)
    if missing:
        known = await register.known_persons(missing)
        unknown = [person_id for person_id in missing if person_id not in known]
        if unknown:
            raise PersonUnknownError(person_ids=", ".join(str(each) for each in unknown[:MOST_NAMED]))
