"""How a moment is written for people, in both languages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

_GERMAN_ZONES: Final = {"CET": "MEZ", "CEST": "MESZ"}


def written_moment(seconds: int, language: str) -> str:
    """Seconds since 1970 as the reader's local time with the name of its zone: ``27.11.2026, 08:30:00 MEZ``,
    ``27 November 2026, 08:30:00 CET``; as they are where no calendar has them."""
    try:
        local = datetime.fromtimestamp(seconds, UTC).astimezone()
    except (OverflowError, ValueError, OSError):
        return str(seconds)
    zone = local.tzname() or ""
    if zone[:1] in ("+", "-"):
        # Zones without a name are called by their offset alone.
        zone = f"UTC{zone}"
    if language == "de":
        return f"{local:%d.%m.%Y, %H:%M:%S} {_GERMAN_ZONES.get(zone, zone)}"
    return f"{local.day} {local:%B %Y, %H:%M:%S} {zone}"
