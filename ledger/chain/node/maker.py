"""Makes a block out of waiting transactions: runs them, and gathers all that has to be written with the block."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass

import rlp
from eth.abc import BlockHeaderAPI, ReceiptAPI
from eth.constants import ZERO_ADDRESS
from eth.db.trie import make_trie_root_and_nodes
from eth.vm.forks.prague import PragueVM
from eth_utils.exceptions import ValidationError

from ledger.chain.node.commit import Commit
from ledger.chain.node.genesis import BLOCK_GAS_LIMIT
from ledger.chain.node.machine import Machine
from ledger.chain.node.pool import Received
from ledger.chain.node.schema import BlockRow, LogRow, TransactionRow, row_id
from ledger.errors import BlockMakingFailed

BLOCK_GAS_USED = 30_000_000
"""At most this much gas is used in a block: far below half the limit, so the base fee stays 0 by the usual rules."""
BLOCK_SECONDS = 1.0
"""A block takes no further transaction after this much work, so that none waits long for its receipt."""


@dataclass
class MadeBlock:
    """A block that is not written yet."""

    header: BlockHeaderAPI
    change: Commit
    hashes: list[bytes]


def make_block(machine: Machine, parent: BlockHeaderAPI, waiting: Iterable[Received], timestamp: int) -> MadeBlock:
    """Run as many of the waiting transactions, in order, as fit into the block after ``parent``.

    Raises :class:`BlockMakingFailed` if one of them is invalid: each was checked before it was answered, so that is a
    fault of ours, and no ground to drop it.
    """
    header = PragueVM.create_header_from_parent(
        parent, gas_limit=BLOCK_GAS_LIMIT, timestamp=timestamp, coinbase=ZERO_ADDRESS, extra_data=b""
    )
    vm, held = machine.vm(header)
    change = Commit()
    taken: list[Received] = []
    receipts: list[ReceiptAPI] = []
    logs = 0
    started = time.monotonic()
    for received in waiting:
        full = header.gas_used + received.transaction.gas > BLOCK_GAS_USED
        if taken and (full or time.monotonic() - started > BLOCK_SECONDS):
            break
        try:
            receipt, _ = vm.apply_transaction(header, received.transaction)
        except ValidationError as error:
            raise BlockMakingFailed(reason=f"0x{received.hash.hex()}: {error}") from error
        row = TransactionRow(
            id=row_id(header.block_number, len(taken)),
            hash=received.hash,
            sender=received.sender,
            raw=received.raw,
            receipt=receipt.encode(),
            gas_used=receipt.gas_used - header.gas_used,
            first_log=logs,
        )
        change.add("tx", row)
        for log in receipt.logs:
            topics = [topic.to_bytes(32, "big") for topic in log.topics]
            place = row_id(header.block_number, logs)
            zero, one, two, three = [*topics, None, None, None, None][:4]
            change.add("log", LogRow(place, len(taken), received.hash, log.address, zero, one, two, three, log.data))
            logs += 1
        header = vm.add_receipt_to_header(header, receipt)
        taken.append(received)
        receipts.append(receipt)

    vm.state.persist()
    header = header.copy(
        state_root=vm.state.state_root,
        transaction_root=make_trie_root_and_nodes([received.transaction for received in taken])[0],
        receipt_root=make_trie_root_and_nodes(receipts)[0],
    )
    vm.validate_header(header, parent)
    change.nodes = {key: data for key, data in held.written.items() if len(key) == 32}
    change.nodes[header.hash] = rlp.encode(header)
    change.add("block", BlockRow(header.block_number, header.hash, timestamp, len(taken), logs))
    change.head = (header.block_number, header.hash)
    return MadeBlock(header, change, [received.hash for received in taken])
