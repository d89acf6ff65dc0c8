"""Joint acts of which the first half stands on the ledger, with the very arguments that were sent.

The ledger keeps only a digest of these, so they are read from the transaction.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from ledger.chain.acts import LedgerAct
from ledger.chain.client import Chain
from ledger.chain.codec import decode_call
from ledger.chain.record import ACT_PROPOSED, ACT_RECORDED, APPROVAL_REVOKED, decode_proposal
from ledger.errors import CallMalformed


@dataclass(frozen=True, slots=True)
class Standing:
    """A first half that counts: ``account`` (20 bytes) sent ``call``, whose encoding is ``data``.

    ``expires`` is its last second, ``key`` (32 bytes) names it on the ledger.
    """

    act: int
    account: bytes
    expires: int
    key: bytes
    transaction: bytes
    data: bytes
    call: LedgerAct


def standing_proposals(
    chain: Chain, process_id: bytes, round_number: int, acts: Collection[int], now: int
) -> list[Standing]:
    """What was proposed of these acts for this process and round, and neither revoked, executed nor expired, in the
    order in which it came. Raises as asking the node does."""
    proposed: dict[bytes, Standing] = {}
    topics = [ACT_PROPOSED, APPROVAL_REVOKED, ACT_RECORDED]
    for log in chain.logs(chain.deployment.block, chain.block_number(), topics):
        if log.topics[0] == APPROVAL_REVOKED:
            proposed.pop(log.topics[1], None)
        elif log.topics[1] != process_id or log.topics[3][31] not in acts:
            continue
        elif log.topics[0] == ACT_RECORDED:
            # What was recorded used its own approval up; which one that was, the call itself no longer says.
            _, executed = _sent(chain, log.transaction_hash)
            proposed = {key: each for key, each in proposed.items() if each.call != executed}
        else:
            found = decode_proposal(log.topics, log.data)
            data, call = _sent(chain, log.transaction_hash)
            if call is not None and getattr(call, "round", None) == round_number:
                proposed[found.key] = Standing(
                    found.act, found.account, found.expires, found.key, log.transaction_hash, data, call
                )
    return [each for each in proposed.values() if each.expires >= now]


def _sent(chain: Chain, transaction: bytes) -> tuple[bytes, LedgerAct | None]:
    """The call that a transaction made."""
    answer = chain.transport.request("eth_getTransactionByHash", ["0x" + transaction.hex()])
    try:
        data = bytes.fromhex(answer["input"].removeprefix("0x")) if answer else b""
        call = decode_call(data) if data else None
    except (CallMalformed, KeyError, ValueError):
        return b"", None
    return data, call if isinstance(call, LedgerAct) else None
