"""Closing and opening a round: gas of the acts, and what the officer's machine needs.

``python -m benchmarks.opening [BIDS]`` (200 by default) seals so many bids, commits them on the embedded chain, closes
the round, brings two shares of each group to each bid, counts them as one officer, and records the outcomes.
"""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from ledger.chain.acts import CloseRound, LedgerAct, OpenBids
from ledger.opening.closing import close
from ledger.sealing.context import Group
from tests.opening.rounds import Round, opened_world
from tests.sealing.actors import document

Result = TypeVar("Result")
LETTER = b"Dear Sir or Madam" * 1000
VALUES = {
    "documents/0001": document("letter.txt", LETTER),
    **{f"lots/LOT-{number:04}/value": {"amount": "148500.00", "currency": "EUR"} for number in range(20)},
}


def main(bids: int = 200) -> None:
    """Print a line for each step."""
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {bids} bids")
    with tempfile.TemporaryDirectory() as folder, opened_world(Path(folder)) as world:
        round_ = world.round(seconds=100_000)
        _timed("seal and commit", lambda: [round_.bid(f"bidder {n}", VALUES, (LETTER,)) for n in range(bids)])
        round_.pass_deadline()
        made = _timed("compute the close", lambda: close(round_.facts, round_.here()))
        _jointly(
            "close", round_, CloseRound(round_.town.call(round_.ocid), 1, made.counted, made.present, made.admitted)
        )
        _timed("an officer contributes", lambda: round_.bring(Group.OFFICERS, 1))
        round_.bring(Group.OFFICERS, 2)
        _timed("a custodian releases", lambda: round_.bring(Group.CUSTODIANS, 1))
        round_.bring(Group.CUSTODIANS, 2)
        count = _timed("count as an officer", lambda: round_.count(Path(folder) / "opened"))
        outcomes = tuple(found.outcome for found in count.found)
        assert len(outcomes) == bids
        _jointly("open", round_, OpenBids(round_.town.call(round_.ocid), 1, 0, outcomes))


def _jointly(what: str, round_: Round, act: LedgerAct) -> None:
    town = round_.town
    for name, officer in (("first officer", town.officer_one), ("second officer", town.officer_two)):
        recorded = _timed(f"{what}, {name}", lambda officer=officer: town.chain.send(act, officer))  # type: ignore[misc]
        receipt = town.chain.transport.request("eth_getTransactionReceipt", ["0x" + recorded.transaction_hash.hex()])
        print(f"{what}, {name}: {int(receipt['gasUsed'], 16):,} gas")


def _timed(what: str, work: Callable[[], Result]) -> Result:
    began = time.perf_counter()
    result = work()
    print(f"{what}: {time.perf_counter() - began:.2f} s")
    return result


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
