"""Calendar days on campus. Pure, so that any room may import it."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

CAMPUS = ZoneInfo("Asia/Shanghai")


def campus_day(instant: datetime) -> date:
    """The calendar day on campus at an instant."""
    return instant.astimezone(CAMPUS).date()
