"""Joint acts of which the first half stands on the ledger, with the very arguments that were sent.

The ledger keeps only a digest of these, so they are read from the transaction. Whether a first half still counts is
read where the ledger itself looks it up (ADR 0136): who approved, in which turn of the process, with which roles.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from ledger.chain.acts import LedgerAct
from ledger.chain.client import Chain
from ledger.chain.codec import decode_call
from ledger.chain.keccak import keccak
from ledger.chain.logs import read_logs
from ledger.chain.record import ACT_PROPOSED, Proposal, decode_proposal
from ledger.errors import CallMalformed
from ledger.terms import STATUTE, Act

LONGEST: Final = 30 * 86_400
"""Seconds that an approval lives at most (``MAX_EXPIRY``)."""

# Where ``TenderLedger`` keeps them, as its artifact's storageLayout has it: mappings, and offsets in bytes from a
# word's end. Approval: account (20 bytes), turn (8). Process, second word: sequence, state, ... and turn (2).
_APPROVALS: Final = (1).to_bytes(32, "big")
_PROCESSES: Final = (3).to_bytes(32, "big")
_TURN_OF_APPROVAL: Final = slice(4, 12)
_TURN_OF_PROCESS: Final = slice(7, 9)


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
    """What was proposed of these acts for this process and round and still counts, in the order in which it came:
    neither revoked, executed nor expired, nor ended by a change of the process or of the proposer's roles.

    ``acts``: of those that are possible only after the round's deadline; earlier blocks are not looked at, nor those of
    which everything has expired by ``now``. Raises as asking the node does.
    """
    newest = chain.block_number()
    since = max(now - LONGEST, chain.round(process_id, round_number).deadline)
    blocks = range(chain.deployment.block, newest + 1)
    first = blocks.start + bisect_left(blocks, since, key=lambda number: chain.block(number).time)
    proposed: dict[bytes, Standing] = {}
    for log in read_logs(chain.transport, (chain.ledger,), first, newest, (ACT_PROPOSED,), process_id):
        found = decode_proposal(log.topics, log.data)
        proposed.pop(found.key, None)  # approved anew, it comes where that was done
        if found.act not in acts or found.expires < now or not still_counts(chain, found, newest):
            continue
        data, call = _sent(chain, log.transaction_hash)
        if call is not None and getattr(call, "round", None) == round_number:
            proposed[found.key] = Standing(
                found.act, found.account, found.expires, found.key, log.transaction_hash, data, call
            )
    return list(proposed.values())


def still_counts(chain: Chain, proposal: Proposal, block: int) -> bool:
    """Whether another officer's equal call after this block would execute a proposed act of the ledger, as
    ``Acts._agreed`` decides; its ``expires`` apart."""
    approval = chain.stored(keccak(proposal.key + _APPROVALS), block=block)
    if approval[-20:] != proposal.account:
        return False
    process = int.from_bytes(keccak(proposal.process_id + _PROCESSES), "big") + 1
    turn = chain.stored(process.to_bytes(32, "big"), block=block)[_TURN_OF_PROCESS]
    if int.from_bytes(approval[_TURN_OF_APPROVAL], "big") != int.from_bytes(turn, "big"):
        return False
    roles, _, _ = chain.view("authority", proposal.organisation_id, proposal.account, of="registry", block=block)
    return bool(roles & STATUTE[Act(proposal.act)].rule >> 8 & 0x0F)


def _sent(chain: Chain, transaction: bytes) -> tuple[bytes, LedgerAct | None]:
    """The call that a transaction made."""
    answer = chain.transport.request("eth_getTransactionByHash", ["0x" + transaction.hex()])
    try:
        data = bytes.fromhex(answer["input"].removeprefix("0x")) if answer else b""
        call = decode_call(data) if data else None
    except (CallMalformed, KeyError, ValueError):
        return b"", None
    return data, call if isinstance(call, LedgerAct) else None
