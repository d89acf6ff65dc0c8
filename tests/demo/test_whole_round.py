"""A sealed bid of 20 MiB from the form to the proven outcome, in browsers, on the demo's own open tender."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from ledger.chain.record import ACT_RECORDED, decode_log
from ledger.evidence.receipt import read_receipt
from ledger.opening.facts import read_round
from ledger.opening.opened import read_opened
from ledger.terms import Outcome, RoundState
from tests.bid.tenderer import PIECE
from tests.demo.whole_round import SIZES, STEPS, WholeRound, whole_round
from tests.officers.conftest import browser
from tests.officers.officer import Officer

__all__ = ["browser"]


@pytest.fixture
def done(browser: Browser, tmp_path: Path) -> Iterator[WholeRound]:
    """The round, once everybody has done everything."""
    with whole_round(tmp_path, browser) as round_:
        for _, step in STEPS:
            step(round_)
        yield round_


def test_bid_of_20_mib_is_handed_in_closed_opened_and_its_receipt_verified(done: WholeRound, tmp_path: Path) -> None:
    """The connection broke half-way, and nothing that had arrived was sent again; after the deadline two officers
    closed and opened in browsers of their own, and have what was sealed, to the byte; the tenderer's receipt proves
    that the bid came in time and what became of it."""
    assert sum(SIZES) == 20 * 2**20
    assert done.line.offsets == [0, PIECE, 2 * PIECE, 2 * PIECE, 3 * PIECE, 4 * PIECE, 5 * PIECE]
    assert [line for line in done.said if "ERR_CONNECTION_RESET" not in line] == []
    assert done.said

    chain, receipt = done.demo.chain, read_receipt(done.receipt)
    logs = chain.logs(chain.deployment.block, chain.block_number(), [ACT_RECORDED])
    records = [decode_log(log.topics, log.data) for log in logs if log.account == chain.ledger]
    facts = read_round([record for record in records if record.process_id == done.process_id], 1)
    (bid,) = facts.bids
    assert (bid.commitment, bid.author) == (receipt.commitment, receipt.author)
    assert (facts.state, facts.ended(bid)) == (RoundState.OPENED, Outcome.OPENED)

    for officer in done.officers:
        assert officer.said == []
        assert saved(officer, 3) == [path.read_bytes() for path in done.files]
        with officer.page.expect_download() as download:
            officer.page.click("#save-round")
        values = read_opened(Path(download.value.path())).bids[0].values or {}
        assert values["lots/LOT-0001/value"] == {"amount": "1187654.32", "currency": "EUR"}
        assert [values[f"documents/000{number}"]["size"] for number in (1, 2, 3)] == list(SIZES)

    assert done.found["verified"]
    assert {step["step"] for step in done.found["steps"] if step["verdict"] == "passed"} == {
        "format", "envelope", "transaction", "promise", "proof", "secret",
    }  # fmt: skip
    said = {note["note"]: note["values"] for note in done.found["says"]}
    assert list(said) == ["handedIn", "arrivedAsPromised", "inTime", "standing", "secretOpens"]
    assert said["standing"]["outcome"] == "opened"
    assert said["standing"]["time"] > facts.deadline >= said["arrivedAsPromised"]["arrivedAt"]


def saved(officer: Officer, count: int) -> list[bytes]:
    """The documents of the only bid, as the officer saves them."""
    found = []
    for number in range(1, count + 1):
        with officer.page.expect_download() as download:
            officer.page.click(f"#file-0-{number:04}")
        found.append(Path(download.value.path()).read_bytes())
    return found
