"""Sealed bids beside a long history: does any cost grow with what is over, or with what nobody commits?

``python -m benchmarks.sealed_history [FEW] [MANY]`` (100 and 1,000 by default) measures three things at both sizes in
the same run, each as it is done and as it was first done: finding what waits for a second officer, beginning an
upload, and seeing which envelopes are committed. The ratios matter, not the milliseconds.
"""

from __future__ import annotations

import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import insert, text

from api.receiver import Receiver
from ledger.chain.acts import CloseRound, CommitBid
from ledger.chain.client import Chain
from ledger.chain.codec import decode_call
from ledger.chain.proposals import standing_proposals
from ledger.chain.record import ACT_PROPOSED, ACT_RECORDED, APPROVAL_REVOKED, ZERO, decode_proposal
from ledger.store import State
from ledger.store.envelopes import EnvelopeStore
from ledger.store.tables import envelopes
from ledger.terms import Act
from tests.api.receiving import OCID, RECEIVER, receiving_town
from tests.chain.town import digest
from tests.index.town import DAY, START, embedded_town, signer

TIMES = 30
WHOLE = 100
"""So many whole envelopes, for each one of the size, were once handed in."""
Told = Iterator[tuple[str, float]]


def main(few: int = 100, many: int = 1_000) -> None:
    """Print a line for each way of doing a thing."""
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, load {os.getloadavg()}\n")
    print(f"| processor milliseconds, medians | {few:,} | {many:,} | {many:,} : {few:,} |\n|---|---|---|---|")
    for measured in (proposals, uploads, sweeps):
        found = []
        for size in (few, many):
            with tempfile.TemporaryDirectory() as folder:
                found.append(dict(measured(Path(folder), size)))
        for name, at_few in found[0].items():
            at_many = found[1][name]
            print(f"| {name} | {at_few:.2f} | {at_many:.2f} | {at_many / at_few:.1f} |", flush=True)


def proposals(folder: Path, size: int) -> Told:
    """The close of one round was proposed, after so many other tenders were proposed and published."""
    with embedded_town(folder) as town:
        town.accept_key_set()
        for ocid in (OCID, *(f"{OCID}-{number}" for number in range(size))):
            town.tender(ocid, digest(ocid), START + DAY)
        town.advance_to(START + DAY + 60)
        act = CloseRound(town.call(OCID), 1, 0)
        town.chain.send(act, town.officer_one)
        now = town.chain.block(town.chain.block_number()).time
        acts = (Act.ROUND_CLOSED, Act.BIDS_OPENED)

        def found() -> list[Any]:
            return [each.call for each in standing_proposals(town.chain, town.process(OCID), 1, acts, now)]

        assert found() == _among_all(town.chain, town.process(OCID)) == [act]
        yield "what waits for the second officer", _median(found)
        yield "the same, all of the chain read", _median(lambda: _among_all(town.chain, town.process(OCID)))


def _among_all(chain: Chain, process_id: bytes) -> list[Any]:
    """As it was first done: each proposal, revocation and act since the deployment."""
    standing: dict[bytes, Any] = {}
    for log in chain.logs(chain.deployment.block, chain.block_number(), [ACT_PROPOSED, APPROVAL_REVOKED, ACT_RECORDED]):
        if log.topics[0] == APPROVAL_REVOKED:
            standing.pop(log.topics[1], None)
        elif log.topics[1] == process_id and log.topics[3][31] in (Act.ROUND_CLOSED, Act.BIDS_OPENED):
            answer = chain.transport.request("eth_getTransactionByHash", ["0x" + log.transaction_hash.hex()])
            call = decode_call(bytes.fromhex(answer["input"][2:]))
            if log.topics[0] == ACT_PROPOSED:
                standing[decode_proposal(log.topics, log.data).key] = call
            else:
                standing = {key: each for key, each in standing.items() if each != call}
    return list(standing.values())


def uploads(folder: Path, size: int) -> Told:
    """An upload begins where a hundred times the size are whole, with and without the index of unfinished ones."""
    store = _store(folder)
    _insert(store, [{"whole": True, "committed": True} for _ in range(WHOLE * size)], digest(OCID))
    for name, change in (
        ("an upload begins", ""),
        ("the same, all envelopes counted through", "DROP INDEX envelopes_unfinished"),
    ):
        if change:
            with store.state.writing() as connection:
                connection.execute(text(change))
        yield name, _median(lambda: store.begin(os.urandom(32), 2**20, most=200))


def sweeps(folder: Path, size: int) -> Told:
    """One bid more stands on the ledger, and so many envelopes are here that nobody commits."""
    with receiving_town(folder) as town:
        store, process, bids = _store(folder), town.process(OCID), 0
        _insert(store, [{"whole": True, "committed": False} for _ in range(size)], process)
        receiver = Receiver(town.chain, store, signer("receiver 1"), RECEIVER, lambda: START)
        receiver.sweep()

        def one_bid_more() -> None:
            nonlocal bids
            bids += 1
            town.chain.send(CommitBid(process, 1, os.urandom(32), ZERO, town.expires()), signer(f"bidder {bids}"))

        yield "a sweep after one bid more", _median(receiver.sweep, one_bid_more)
        yield "the same, each envelope asked for", _median(lambda: _each_asked_for(town.chain, store), one_bid_more)


def _each_asked_for(chain: Chain, store: EnvelopeStore) -> None:
    """As it was first done: the ledger is asked for each envelope without a commitment."""
    with store.state.reading() as connection:
        query = text("SELECT process_id, round, commitment, author FROM envelopes WHERE committed = 0")
        for row in connection.execute(query):
            chain.view("bidOf", *row)


def _store(folder: Path) -> EnvelopeStore:
    state = State(f"sqlite:///{folder / 'state.sqlite'}")
    state.migrate()
    return EnvelopeStore(folder / "store", state)


def _insert(store: EnvelopeStore, rows: list[dict[str, bool]], process_id: bytes) -> None:
    """Rows of envelopes that have arrived; their files are not looked at here."""
    known = {"size": 2**20, "held": 2**20, "changed_at": START, "arrived_at": START, "round": 1, "author": bytes(20)}
    drawn = [{"digest": os.urandom(32), "commitment": os.urandom(32), "process_id": process_id} for _ in rows]
    with store.state.writing() as connection:
        connection.execute(insert(envelopes), [{**known, **own, **row} for own, row in zip(drawn, rows, strict=True)])


def _median(action: Callable[[], object], before: Callable[[], object] = lambda: None) -> float:
    """Milliseconds of processor time of an action; what is done ``before`` each is not counted."""
    took = []
    for _ in range(TIMES):
        before()
        began = time.process_time()
        action()
        took.append((time.process_time() - began) * 1_000)
    return statistics.median(took)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
