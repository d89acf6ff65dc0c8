"""Moments of the town's days, counted back from the day on which the demo is made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

TOWN_OFFSET: Final = 3600
"""Seconds before UTC: the town has one time all year, so that the demo reads the same on every machine."""

HOUR: Final = 3600
DAY: Final = 86400

_TOWN: Final = timezone(timedelta(seconds=TOWN_OFFSET))
_SATURDAY: Final = 5


def town_time(seconds: int) -> datetime:
    """A moment as the town's clocks show it."""
    return datetime.fromtimestamp(seconds, UTC).astimezone(_TOWN)


def stamp(seconds: int) -> str:
    """A moment as OCDS writes it."""
    return town_time(seconds).isoformat()


@dataclass(frozen=True, slots=True)
class Calendar:
    """``now`` is the moment at which the demo is made, in seconds since 1970."""

    now: int

    def ago(self, days: int, clock: str = "10:00") -> int:
        """The moment so many days before today, at that time of the town's day; a negative number lies ahead."""
        midnight = (self.now + TOWN_OFFSET) // DAY * DAY - TOWN_OFFSET
        hours, minutes = clock.split(":")
        return midnight - days * DAY + int(hours) * HOUR + int(minutes) * 60

    def workday(self, days: int) -> int:
        """That day, or the Friday before it where it is none on which a town hall works; as days before today."""
        return days + max(0, town_time(self.ago(days)).weekday() - _SATURDAY + 1)
