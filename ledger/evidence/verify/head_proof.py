"""A head, proven by one storage proof against one block header.

The head of a process, of an organisation's processes or of its roles is one storage slot of a smart contract. What is
proven here is the value of that slot in the state after one block; whether that block is *the* block, only the seals
and witnesses of its header say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.chain.keccak import keccak
from ledger.errors import AccountAbsent, MalformedRlp, SlotAbsent
from ledger.evidence.verify import rlp, trie
from ledger.evidence.verify.header import Header, read_header


@dataclass(frozen=True)
class HeadProof:
    """What a verifier needs for one head: the header's RLP, and two lists of trie nodes from the root down.

    ``ledger`` (20 bytes) is the account of the smart contract, ``slot`` (32 bytes) where its storage has the head.
    """

    header: bytes
    account_proof: tuple[bytes, ...]
    storage_proof: tuple[bytes, ...]
    ledger: bytes
    slot: bytes


@dataclass(frozen=True)
class Account:
    """An account of the state trie (Yellow Paper, section 4.1)."""

    nonce: int
    balance: int
    storage_root: bytes
    code_hash: bytes


def verify_head(
    header: bytes, account_proof: Sequence[bytes], storage_proof: Sequence[bytes], ledger: bytes, slot: bytes
) -> bytes:
    """The head (32 bytes) in ``slot`` of ``ledger`` in the state that ``header`` commits to.

    Raises SlotAbsent or AccountAbsent if the proof shows that there is none, and another EvidenceRefused if the proof
    is none at all: for other slots and accounts, with nodes missing or left over, or not canonical.
    """
    read = read_header(header)
    return verify_slot(read_account(read, account_proof, ledger), storage_proof, ledger, slot, read.number)


def verify_slot(account: Account, storage_proof: Sequence[bytes], ledger: bytes, slot: bytes, block: int) -> bytes:
    """As ``verify_head``, of an account whose state is proven: ``ledger``, after ``block``."""
    value = trie.read(account.storage_root, keccak(slot), storage_proof)
    if value is None:
        raise SlotAbsent(slot=slot, account=ledger, block=block)
    return _word(value)


def read_account(header: Header, account_proof: Sequence[bytes], account: bytes) -> Account:
    """The state of ``account`` (20 bytes) that ``header`` commits to; raises AccountAbsent and EvidenceRefused."""
    if len(account) != 20:
        raise MalformedRlp(reason=f"an account of 20 bytes was expected, not {len(account)}", offset=0)
    value = trie.read(header.state_root, keccak(account), account_proof)
    if value is None:
        raise AccountAbsent(account=account, block=header.number)
    fields = rlp.decode_list(value)
    if len(fields) != 4:
        raise MalformedRlp(reason=f"an account of {len(fields)} fields", offset=0)
    return Account(
        nonce=rlp.integer(fields[0], 8),
        balance=rlp.integer(fields[1]),
        storage_root=rlp.fixed(fields[2], 32),
        code_hash=rlp.fixed(fields[3], 32),
    )


def _word(value: bytes) -> bytes:
    number = rlp.integer(rlp.decode(value))
    if number == 0:
        raise MalformedRlp(reason="a storage slot that holds zero is not stored", offset=0)
    return number.to_bytes(32, "big")
