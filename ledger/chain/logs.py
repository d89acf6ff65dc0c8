"""Logs in ranges of blocks, asked for in pieces that a node is willing to answer.

Besu limits the range, others the number of logs, some hang: so no filters that a node must keep, ranges in pieces, and
a piece that is refused is halved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from ledger.chain.rpc import Transport, to_hex, to_int
from ledger.errors import BlockUnknown, NodeAnswerMalformed, NodeRefused

# Besu's --rpc-max-logs-range in production.
_MOST_BLOCKS = 1_000


class RawLog(NamedTuple):
    """A log as the node gave it; hashes and topics are 32 bytes, ``account`` is the smart contract's (20 bytes)."""

    block_number: int
    block_hash: bytes
    transaction_hash: bytes
    transaction_index: int
    log_index: int
    account: bytes
    topics: tuple[bytes, ...]
    data: bytes


def read_logs(
    transport: Transport,
    accounts: Sequence[bytes],
    from_block: int,
    to_block: int,
    topics: Sequence[bytes] = (),
    second: bytes | None = None,
) -> Iterator[RawLog]:
    """All logs of these smart contracts from one block to another, both inclusive, in the chain's order.

    A node that answers with others, or in another order, is refused by NodeAnswerMalformed.

    ``topics``: any of these as first topic; empty: every event. ``second``: the second topic, with ``topics`` only.
    Raises BlockUnknown if the chain does not reach ``to_block``, NodeRefused if a single block's logs are refused.
    """
    newest = to_int(transport.request("eth_blockNumber", []), "eth_blockNumber")
    if to_block > newest:
        # Besu refuses such a range, others answer as if there were no logs.
        raise BlockUnknown(block=to_block)
    size, start = _MOST_BLOCKS, from_block
    condition: dict[str, Any] = {"address": [to_hex(account) for account in accounts]}
    if topics:
        condition["topics"] = [[to_hex(topic) for topic in topics], *([] if second is None else [[to_hex(second)]])]
    while start <= to_block:
        end = min(start + size - 1, to_block)
        asked = {**condition, "fromBlock": hex(start), "toBlock": hex(end)}
        try:
            found = transport.request("eth_getLogs", [asked])
        except NodeRefused:
            if start == end:
                raise
            size = (end - start + 1) // 2
            continue
        if not isinstance(found, list):
            raise NodeAnswerMalformed(method="eth_getLogs", reason="it is no list")
        yield from _in_order(map(read_log, found), start, end, accounts, topics, second)
        start = end + 1
        size = min(size * 2, _MOST_BLOCKS)


def _in_order(
    logs: Iterable[RawLog],
    first: int,
    last: int,
    accounts: Sequence[bytes],
    topics: Sequence[bytes],
    second: bytes | None,
) -> Iterator[RawLog]:
    before, block_hash = (first, -1), None
    for log in logs:
        place = (log.block_number, log.log_index)
        reason = None
        if not before < place or log.block_number > last:
            reason = f"log {log.log_index} of block {log.block_number} twice, out of order, or not asked for"
        elif (
            log.account not in accounts
            or (topics and log.topics[0] not in topics)
            or (second is not None and log.topics[1:2] != (second,))
        ):
            reason = f"log {log.log_index} of block {log.block_number} is another's, or of another kind"
        elif log.block_number == before[0] and block_hash not in (None, log.block_hash):
            reason = f"block {log.block_number} with two hashes"
        if reason is not None:
            raise NodeAnswerMalformed(method="eth_getLogs", reason=reason)
        before, block_hash = place, log.block_hash
        yield log


def read_log(answer: dict[str, Any]) -> RawLog:
    """One log from a node's answer (of eth_getLogs, or in a receipt). Raises NodeAnswerMalformed."""
    try:
        log = RawLog(
            int(answer["blockNumber"], 16),
            bytes.fromhex(answer["blockHash"][2:]),
            bytes.fromhex(answer["transactionHash"][2:]),
            int(answer["transactionIndex"], 16),
            int(answer["logIndex"], 16),
            bytes.fromhex(answer["address"][2:]),
            tuple([bytes.fromhex(topic[2:]) for topic in answer["topics"]]),
            bytes.fromhex(answer["data"][2:]),
        )
        # Lengths are compared instead of patterns: an index reads hundreds of thousands of logs.
        if min(log.block_number, log.transaction_index, log.log_index) < 0 or not log.topics or answer.get("removed"):
            raise ValueError(log)
        if len(log.account) != 20 or {len(log.block_hash), len(log.transaction_hash), *map(len, log.topics)} != {32}:
            raise ValueError(log)
    except (KeyError, TypeError, ValueError) as error:
        raise NodeAnswerMalformed(method="eth_getLogs", reason=f"no log: {error!r:.200}") from error
    return log
