"""What the fictional town and its neighbours bought in the years before the story, generated and always the same."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any, Final

from ledger.cli.demo.calendar import Calendar, stamp
from ledger.cli.demo.past.courses import FIRST_DAY, Course
from ledger.cli.demo.past.places import AREAS
from ledger.cli.demo.town import Body

FIRST_NUMBER: Final = 101
"""Of the procedures that are generated; those of the story have lower ones."""

LAST_DAY: Final = 23
"""Days before the demo of the last procedure that is generated."""

PUBLISHED_UNTIL: Final = 20
"""Days before the demo up to which its notices were published."""

_SPREAD: Final = 30


def past_releases(now: int, procedures: int) -> Iterator[tuple[Body, list[dict[str, Any]]]]:
    """Each buyer with the notices of its procedures in the order of their dates, as far as they were published
    ``PUBLISHED_UNTIL`` days before the day of ``now``. The same for the same day and number."""
    calendar, numbers = Calendar(now), _shared_out(procedures)
    until = stamp(calendar.ago(PUBLISHED_UNTIL, "00:00"))
    for place, area in enumerate(AREAS):
        titles: set[str] = set()
        releases = [
            release
            for number in range(procedures)
            if numbers[number] == place
            for release in Course(FIRST_NUMBER + number, area, calendar, titles).releases(_started(number, procedures))
            if release["date"] < until
        ]
        yield area.body, sorted(releases, key=lambda release: release["date"])


def _started(number: int, procedures: int) -> int:
    """Days before the demo: over all the years, the oldest first but for some weeks, so that months differ."""
    even = FIRST_DAY - number * (FIRST_DAY - LAST_DAY) // max(1, procedures - 1)
    shift = random.Random(f"start {number}").gauss(0, _SPREAD)  # noqa: S311
    return min(FIRST_DAY, max(LAST_DAY, even + round(shift)))


def _shared_out(procedures: int) -> list[int]:
    """The buyer of each procedure: by their shares, and mixed over the years."""
    places: list[int] = []
    owed = [0.0] * len(AREAS)
    for _ in range(procedures):
        owed = [debt + area.share for debt, area in zip(owed, AREAS, strict=True)]
        place = max(range(len(AREAS)), key=lambda each: owed[each])
        owed[place] -= sum(area.share for area in AREAS)
        places.append(place)
    return places
