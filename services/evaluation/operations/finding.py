"""What several operations begin with: the resource, and whether the caller may have it."""

from collections.abc import Collection
from uuid import UUID

from chassis.calls import Call
from chassis.database import Reader, UnitOfWork
from evaluation.domain.awards import Award
from evaluation.domain.editions import Edition
from evaluation.domain.nominations import Nomination
from evaluation.domain.units import Unit
from evaluation.errors import (
    AwardNotFoundError,
    EditionNotFoundError,
    NominationNotFoundError,
    PersonUnknownError,
    UnitUnknownError,
)
from evaluation.repository import awards, copies, editions, nominations


async def found_award(reader: Reader, award_id: UUID) -> Award:
    """The award."""
    award = await awards.find(reader, award_id)
    if award is None:
        raise AwardNotFoundError(award_id=award_id)
    return award


async def found_edition(reader: Reader, edition_id: UUID) -> Edition:
    """The edition."""
    edition = await editions.find(reader, edition_id)
    if edition is None:
        raise EditionNotFoundError(edition_id=edition_id)
    return edition


async def locked_edition(work: UnitOfWork, edition_id: UUID) -> Edition:
    """The edition, held until the end of the unit of work, in the version the caller read."""
    edition = await editions.lock(work, edition_id)
    if edition is None:
        raise EditionNotFoundError(edition_id=edition_id)
    return edition


async def found_nomination(reader: Reader, nomination_id: UUID) -> Nomination:
    """The nomination."""
    nomination = await nominations.find(reader, nomination_id)
    if nomination is None:
        raise NominationNotFoundError(nomination_id=nomination_id)
    return nomination


async def known_unit(reader: Reader, unit_id: UUID) -> Unit:
    """The unit, which must have arrived here."""
    return (await known_units(reader, [unit_id]))[unit_id]


async def known_units(reader: Reader, unit_ids: Collection[UUID]) -> dict[UUID, Unit]:
    """The units, which must all have arrived here."""
    units = await copies.find_units(reader, unit_ids)
    for unit_id in unit_ids:
        if unit_id not in units:
            raise UnitUnknownError(unit_id=unit_id)
    return units


async def check_persons_known(reader: Reader, person_ids: Collection[UUID]) -> None:
    """Refuse persons who have not arrived here."""
    unknown = await copies.first_unknown(reader, person_ids)
    if unknown is not None:
        raise PersonUnknownError(person_id=unknown)


async def require_on_award(call: Call, edition_id: UUID, permission: str) -> tuple[Award, Edition]:
    """The edition and its award, for a caller who holds the permission on the unit that holds the award."""
    edition = await found_edition(call.database, edition_id)
    award = await found_award(call.database, edition.award_id)
    await call.access.require(permission, unit=award.unit_id)
    return award, edition


async def require_somewhere(call: Call, permission: str, unit_id: UUID | None) -> None:
    """Go on for a caller who holds the permission on some unit: awards are for the units below their holder."""
    if not await call.access.allowed_units(permission):
        # Our own rows say no; the question asked properly is confirmed by the owner of the grants.
        await call.access.require(permission, unit=unit_id)
