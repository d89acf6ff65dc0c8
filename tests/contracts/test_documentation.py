"""``docs/contracts.md`` says what the statute table says."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.contracts.statute_table import ACTS, ROOT, TABLE, documented_row

DOCUMENT = (ROOT / "docs/contracts.md").read_text("utf-8")


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act["name"])
def test_every_act_has_its_row(act: dict[str, Any]) -> None:
    """The row in the table of acts, cell for cell."""
    assert documented_row(act) in DOCUMENT.splitlines()


def test_no_row_without_an_act() -> None:
    """Rows that begin with a number and a capital are acts."""
    rows = re.findall(r"^\| \d+ \| [A-Z].*$", DOCUMENT, re.MULTILINE)
    assert len(rows) == len(ACTS)


@pytest.mark.parametrize("series", TABLE["series"].values(), ids=list(TABLE["series"]))
def test_every_series_is_described(series: dict[str, str]) -> None:
    """Its label, the contract that holds it, and the id it is kept under."""
    line = next(line for line in DOCUMENT.splitlines() if f"`{series['label']}`" in line)
    assert series["contract"] in line
    assert series["id"] in line
