"""Reading the chain in batches of blocks, each while the one before it is being stored.

A batch is as long as its acts allow: the memory it takes follows from how many acts it holds, not from how many blocks
there are. What is read here is not believed; the heads of the series decide (``ledger.index.sync``).
"""

from __future__ import annotations

from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ledger.chain.record import ACT_RECORDED, act_digest, decode_log
from ledger.errors import ChainMoved

if TYPE_CHECKING:
    from ledger.chain.client import Chain

FIRST_BLOCKS = 16  # in the first batch, before anything is known of how full blocks are
ENOUGH_ACTS = 1_000  # in one batch: some megabytes as the node writes them


@dataclass(frozen=True, slots=True)
class Batch:
    """Acts of the blocks from ``bottom`` to ``top``, both included; ``blocks``: hash and time of those with acts."""

    bottom: Any
    top: Any
    blocks: dict[int, tuple[bytes, int]]
    acts: list[dict[str, Any]]


class Reader:
    """Reads batches of at most ``most`` blocks, one of them ahead and in a thread of its own."""

    def __init__(self, chain: Chain, most: int) -> None:
        self._chain = chain
        self._most = most
        self._blocks = min(most, FIRST_BLOCKS)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="index reader")

    def batches(self, first: int, head: int) -> Generator[Batch, None, None]:
        """The blocks ``first`` to ``head``. Raises ``ChainMoved``, ``LogMalformed``, and as asking the node does."""
        if head - first < self._blocks:  # following, block by block: nothing to read ahead
            if first <= head:
                yield self.read(first, head)
            return
        ahead = self._read_ahead(first, head)
        try:
            while ahead is not None:
                batch = ahead.result()
                ahead = self._read_ahead(batch.top.number + 1, head)
                yield batch
        finally:
            if ahead is not None and not ahead.cancel():
                wait([ahead])

    def read(self, first: int, last: int) -> Batch:
        """Blocks ``first`` to ``last`` as the chain has them now. Raises ``ChainMoved``."""
        # Head of the batch before and after its logs: both ends connected and unchanged means the logs are of
        # exactly this chain, whatever was reorganised meanwhile.
        bottom = self._chain.block(first)
        top = self._chain.block(last) if last > first else bottom
        acts = self.read_acts(first, last)
        if self._chain.block(last).hash != top.hash:
            raise ChainMoved(block=last)
        blocks = {act["block_number"]: (act.pop("block_hash"), act["time"]) for act in acts}
        for end in (bottom, top):
            if blocks.get(end.number, (end.hash,))[0] != end.hash:
                raise ChainMoved(block=end.number)
        return Batch(bottom, top, blocks, acts)

    def read_acts(self, first: int, last: int) -> list[dict[str, Any]]:
        """Rows of ``acts``, each with the hash of its block besides."""
        # Proposals and their revocations stand outside the heads and change nothing.
        return [_row(log) for log in self._chain.logs(first, last, (ACT_RECORDED,))]

    def _read_ahead(self, first: int, head: int) -> Future[Batch] | None:
        return self._thread.submit(self._read_some, first, head) if first <= head else None

    def _read_some(self, first: int, head: int) -> Batch:
        last = min(first + self._blocks - 1, head)
        batch = self.read(first, last)
        wanted = (last - first + 1) * ENOUGH_ACTS // max(1, len(batch.acts))
        self._blocks = max(1, min(wanted, 2 * self._blocks, self._most))
        return batch


def _row(log: Any) -> dict[str, Any]:
    record = decode_log(log.topics, log.data)
    return {
        "block_number": log.block_number,
        "log_index": log.log_index,
        "account": log.account,
        "process_id": record.process_id,
        "organisation_id": record.organisation_id,
        "act": record.act,
        "sequence": record.sequence,
        "time": record.time,
        "transaction_hash": log.transaction_hash,
        "transaction_index": log.transaction_index,
        "digest": act_digest(log.data),
        "data": log.data,
        "block_hash": log.block_hash,
    }
