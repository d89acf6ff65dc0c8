"""Dates that cannot all be true are told with their places; what merely looks odd is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ledger.ocds.contradictions import contradictions
from ledger.ocds.unlike import difference
from tests.ocds.examples import example_release

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def places(release: dict[str, Any]) -> list[str]:
    """Where the contradictions are."""
    return [each.path for each in contradictions(release, "/releases/3", NOW)]


def test_contradictions_of_a_sound_release_are_none() -> None:
    """Also where dates are missing, null, or equal."""
    release = example_release()
    assert places(release) == []
    release["tender"]["tenderPeriod"] = {"startDate": "2026-03-01T10:00:00Z", "endDate": "2026-03-01T10:00:00Z"}
    release["awards"][0]["date"] = None
    assert places(release) == []
    assert places({"date": "2026-01-01T00:00:00Z"}) == []


@pytest.mark.parametrize("later", [timedelta(days=1, seconds=1), timedelta(days=365 * 900)])
def test_contradictions_release_from_the_future_is_told(later: timedelta) -> None:
    """A day is allowed for clocks and time zones."""
    release = {**example_release(), "date": (NOW + later).isoformat()}
    assert places(release) == ["/releases/3/date"]
    assert places({**release, "date": (NOW + timedelta(hours=23)).isoformat()}) == []


def test_contradictions_period_award_and_contract_are_told_by_place() -> None:
    """A period that ends before it starts, an award before the deadline, a contract before its award; zones count."""
    release = example_release()
    release["tender"]["tenderPeriod"] = {"startDate": "2026-04-02T00:00:00Z", "endDate": "2026-04-02T01:00:00+02:00"}
    release["awards"][0]["date"] = "2026-03-31T00:00:00Z"
    release["contracts"][0] |= {"dateSigned": "2026-03-30T00:00:00Z", "period": {"startDate": "2026-05-02T00:00:00Z"}}
    assert places(release) == [
        "/releases/3/tender/tenderPeriod",
        "/releases/3/awards/0/date",
        "/releases/3/contracts/0/dateSigned",
    ]


def test_difference_names_places_and_counts_the_rest_without_values() -> None:
    """Missing, added and changed fields, and lists of another length; in one order, whatever that of the keys."""
    known = {"a": 1, "b": {"c/d": "Erika"}, "e": [1, 2], "f": 0, "g": 0}
    given = {"h": 0, "g": 1, "e": [1], "b": {"c/d": "Otto"}, "a": 1}
    assert difference(known, given) == "it differs at /b/c~1d, /e, /f and 2 more places"
    assert difference({"a": 1}, {"a": 2}) == "it differs at /a"
