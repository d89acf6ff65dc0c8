"""What a process is said to be by its releases: which awards count, and how later releases change earlier ones."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest

from ledger.index.database import Index
from ledger.index.queries import Queries
from ledger.index.rows import ProcessRow, Status
from ledger.index.sync import Synchroniser
from ledger.store import StoreClass
from tests.index.test_synchronising import OCID
from tests.index.town import Town, release

EURO = {"amount": 100, "currency": "EUR"}
FIRMS = {number: {"id": f"P{number}", "name": f"Bau {number} GmbH"} for number in (1, 2, 3)}


def award(number: int = 1, **more: Any) -> dict[str, Any]:
    """An award of 100 EUR to the firm of that number."""
    return {"id": f"A{number}", "value": EURO, "suppliers": [FIRMS[number]], **more}


def after(town: Town, index: Index, *published: dict[str, Any]) -> ProcessRow:
    """The process after releases with these parts, each a month after the other."""
    for number, parts in enumerate(published, 1):
        content = {**release(OCID, number), "tag": ["award"], **parts}
        town.notice(OCID, town.store.put(StoreClass.PUBLIC, json.dumps(content).encode(), salt=bytes(32)))
    Synchroniser(index, town.chain, town.store).run_once()
    return Queries(index).process(town.process(OCID))


@pytest.mark.parametrize(
    ("state", "status", "suppliers", "amount"),
    [
        ("pending", Status.EVALUATION, (), None),
        ("active", Status.AWARDED, ("Bau 1 GmbH",), "100"),
        (None, Status.AWARDED, ("Bau 1 GmbH",), "100"),
        ("cancelled", Status.CANCELLED, (), None),
        ("unsuccessful", Status.UNSUCCESSFUL, (), None),
    ],
)
def test_status_award_of_each_state_counts_as_the_standard_says(
    town: Town, sqlite_index: Index, state: str | None, status: Status, suppliers: tuple[str, ...], amount: str | None
) -> None:
    """A pending award is proposed and not in force; one whose status is not stated was made."""
    stated: dict[str, Any] = {} if state is None else {"status": state}
    row = after(town, sqlite_index, {"tender": {"id": "T1", "status": "complete"}, "awards": [award(**stated)]})
    assert (row.status, row.suppliers, row.award_amount) == (status, suppliers, amount)


def test_status_one_award_pending_the_other_made_only_that_counts(town: Town, sqlite_index: Index) -> None:
    """Total and suppliers are those of what is in force."""
    row = after(town, sqlite_index, {"awards": [award(1, status="pending"), award(2, status="active")]})
    assert (row.status, row.suppliers, row.award_amount) == (Status.AWARDED, ("Bau 2 GmbH",), "100")


def test_status_pending_award_without_word_of_the_tender_is_evaluation(town: Town, sqlite_index: Index) -> None:
    """The tag says award, and the award itself says that it is not made yet."""
    row = after(town, sqlite_index, {"tender": {"id": "T1"}, "awards": [award(status="pending")]})
    assert row.status is Status.EVALUATION


def test_award_released_again_with_one_more_supplier_keeps_the_others(town: Town, sqlite_index: Index) -> None:
    """Suppliers have ids: a later release adds to them and changes them one by one (OCDS merging)."""
    later = [{"id": "P1", "name": "Bau Eins GmbH"}, FIRMS[3]]
    row = after(
        town,
        sqlite_index,
        {"awards": [award(status="active", suppliers=[FIRMS[1], FIRMS[2]])]},
        {"awards": [{"id": "A1", "suppliers": later}]},
    )
    assert row.suppliers == ("Bau Eins GmbH", "Bau 2 GmbH", "Bau 3 GmbH")


def test_awards_without_id_released_again_count_once(town: Town, sqlite_index: Index) -> None:
    """What has no id cannot be merged; what stands twice is the same award told again."""
    nameless = {"status": "active", "value": EURO, "suppliers": [{"name": "Bau 1 GmbH"}]}
    other = {"id": "1", "status": "active", "value": EURO}
    row = after(town, sqlite_index, {"awards": [other, nameless]}, {"awards": [nameless]})
    assert (row.award_amount, row.suppliers) == ("200", ("Bau 1 GmbH",))


@pytest.mark.parametrize(
    ("given", "deadline"),
    [
        ("2026-01-20", "2026-01-20T22:59:59+00:00"),
        ("2026-07-20", "2026-07-20T21:59:59+00:00"),
        ("2026-01-20Z", "2026-01-20T23:59:59+00:00"),
        ("2026-01-20T10:00:00+01:00", "2026-01-20T09:00:00+00:00"),
    ],
)
def test_deadline_that_is_a_day_ends_with_that_day(town: Town, sqlite_index: Index, given: str, deadline: str) -> None:
    """What somebody anchored without our import is read by the rule of the import."""
    row = after(town, sqlite_index, release(OCID, tenderPeriod={"endDate": given}))
    assert row.deadline == datetime.fromisoformat(deadline).timestamp()
