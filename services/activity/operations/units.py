"""The unit that something is done in, by our copy."""

from uuid import UUID

from activity.domain.units import Unit
from activity.errors import UnitUnknownError
from activity.repository import copies
from chassis.database import Reader


async def known_unit(reader: Reader, unit_id: UUID) -> Unit:
    """The unit; refused where it is not known here."""
    unit = await copies.find_unit(reader, unit_id)
    if unit is None:
        raise UnitUnknownError(unit_id=unit_id)
    return unit
