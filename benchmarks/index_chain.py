"""A chain with many acts on anvil: the real smart contracts, in a mix of notices and sealed processes with bids.

The mix is the same all along the chain, so a shorter range of its blocks is a smaller sample of the same kind. Anvil
lets anybody send for anybody and takes no fee: what matters is what the ledger records, not who signed for it.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from ledger.chain.acts import CommitBid, LotTerms, Notice, PublishNotices, PublishTender, RoundTerms, TenderTerms
from ledger.chain.codec import encode_call
from ledger.chain.identifiers import lot_id
from ledger.chain.rpc import request_all, to_hex
from ledger.ocds.digest import new_salt
from ledger.store import StoreClass
from ledger.terms import NoticeKind, RoundKind
from tests.chain.nodes import anvil
from tests.index.town import DAY, START, Town, release

NOTICES_AT_ONCE = 50
LOTS = 15  # of notices in a block
TENDERS, BIDS = 30, 25  # sealed processes that a cycle begins, and the bids in each
GAS = 30_000_000
CYCLE = ("notices", "tenders", "bids", "notices")  # 750, 630, 750 and 750 acts


class Grown:
    """A ledger that grows by whole cycles of four blocks and 2,880 acts: a fifth of the processes is sealed.

    Blocks are full because anvil holds the states of 500 of them in memory; earlier ones it reads from the disk, a
    whole state for each question.

    The acts of the first ``with_releases`` notices have their releases in the store; all others name digests of
    releases that nobody has.
    """

    def __init__(self, town: Town, with_releases: int = 0) -> None:
        self.town = town
        self.events = 0
        self._with_releases = with_releases
        self._chance = random.Random(20261127)
        self._nonces: dict[bytes, int] = {}
        self._waiting: list[list[dict[str, str]]] = []
        self._begun = 0
        self._known: list[str] = []
        self._sealed: list[bytes] = []
        town.accept_key_set()
        self._ask = town.chain.transport.request
        self._ask("anvil_autoImpersonateAccount", [True])
        self._ask("evm_setAutomine", [False])

    def until(self, events: int) -> int:
        """Grow to at least so many acts; the newest block."""
        while self.events < events:
            for kind in CYCLE:
                getattr(self, f"_{kind}")()
        return self.town.chain.block_number()

    def _notices(self, at_once: int = LOTS) -> None:
        for _ in range(at_once):
            self._publish([self._notice() for _ in range(NOTICES_AT_ONCE)])
        self._mine(at_once * NOTICES_AT_ONCE)

    def _tenders(self) -> None:
        """Proposed and performed in the same block, one officer after the other, beside some lots of notices."""
        self._sealed = self._begin_tenders(TENDERS)
        self._notices(LOTS * 4 // 5)
        self.events += TENDERS

    def _begin_tenders(self, number: int) -> list[bytes]:
        town = self.town
        ocids = [self._new_ocid() for _ in range(number)]
        for ocid in ocids:
            terms = TenderTerms(
                ocid=ocid,
                lots=tuple(map(LotTerms, sorted(lot_id(f"LOT-{number}") for number in range(3)))),
                minimum_standstill=10 * DAY,
                round=RoundTerms(RoundKind.BIDS, START + 300 * DAY, town.key_set),
            )
            data = encode_call(PublishTender(town.buyer, town.expires(), self._chance.randbytes(32), terms))
            for officer in (town.officer_one, town.officer_two):
                self._send(officer.account, data)
        return [town.process(ocid) for ocid in ocids]

    def _bids(self) -> None:
        self._commit_bids(BIDS)
        self._mine(BIDS * TENDERS)

    def _commit_bids(self, each: int) -> None:
        expires = self.town.expires()
        for number in range(each):
            for process_id in self._sealed:
                bid = CommitBid(process_id, 1, self._chance.randbytes(32), bytes(32), expires)
                self._send(bytes([0x77] * 19 + [number % 256]), encode_call(bid))

    def _notice(self) -> Notice:
        if not self._known or self._chance.random() < 0.5:
            self._known.append(self._new_ocid())
            ocid, kind = self._known[-1], NoticeKind.CALL
        else:
            ocid, kind = self._chance.choice(self._known[-500:]), NoticeKind.CORRECTION
        if self.events >= self._with_releases:
            return Notice(ocid, kind, self._chance.randbytes(32), self._chance.randbytes(32))
        data = json.dumps(release(ocid, description="Erweiterung und Sanierung. " * 20), ensure_ascii=False)
        return Notice(ocid, kind, self.town.store.put(StoreClass.PUBLIC, data.encode(), salt=new_salt()))

    def _new_ocid(self) -> str:
        self._begun += 1
        return f"ocds-b3nch1-{self._begun:08}"

    def _publish(self, notices: Sequence[Notice]) -> None:
        act = PublishNotices(self.town.buyer, self.town.expires(), tuple(notices))
        self._send(self.town.publisher.account, encode_call(act))

    def _send(self, account: bytes, data: bytes) -> None:
        if account not in self._nonces:
            self._nonces[account] = int(self._ask("eth_getTransactionCount", [to_hex(account), "latest"]), 16)
        transaction = {
            "from": to_hex(account),
            "to": to_hex(self.town.chain.ledger),
            "data": to_hex(data),
            "nonce": hex(self._nonces[account]),
            "gas": hex(GAS),
            "gasPrice": "0x0",
        }
        self._waiting.append([transaction])
        self._nonces[account] += 1

    def _mine(self, acts: int) -> None:
        # In any order: each has its nonce, and nothing in a block depends on what comes first.
        request_all(self.town.chain.transport, "eth_sendTransaction", self._waiting)
        self._waiting.clear()
        self._ask("evm_mine", [])
        self.events += acts


G = TypeVar("G", bound=Grown)


@contextmanager
def grown_ledger(of: type[G], folder: Path, with_releases: int = 0) -> Iterator[G]:
    """A town's ledger on an anvil of its own, ready to grow."""
    with anvil("--gas-limit", "100000000000", "--order", "fifo", since=START) as node:
        yield of(Town(node.transport, folder), with_releases)
