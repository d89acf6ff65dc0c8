"""How failures speak."""

from __future__ import annotations

from ledger.errors import ConclusionPremature, CountedInvalid, SiegelError


def test_show_moments_as_people_write_them() -> None:
    """Seconds since 1970 are for contracts; the values themselves stay numbers."""
    error = ConclusionPremature(award=5, standstillEnd=1_795_942_800, time=1_795_444_401)
    assert "2026-11-29 09:00:00 UTC" in str(error)
    assert "2026-11-23 14:33:21 UTC" in str(error)
    assert error.values["standstillEnd"] == 1_795_942_800


def test_show_small_and_impossible_numbers_as_they_are() -> None:
    """Zero means none, a number of bids is no moment, and no number makes the report fail."""
    assert "1970" not in str(ConclusionPremature(award=5, standstillEnd=0, time=2**64 - 1))
    assert "18446744073709551615" in str(ConclusionPremature(award=5, standstillEnd=0, time=2**64 - 1))
    assert "UTC" not in str(CountedInvalid(counted=1, least=2, most=3))


def test_show_a_missing_value_as_a_question_mark() -> None:
    """A failure that is reported carelessly is still reported."""
    assert "?" in str(ConclusionPremature(award=5))
    assert issubclass(ConclusionPremature, SiegelError)
