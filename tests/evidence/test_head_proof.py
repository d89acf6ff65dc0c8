"""Storage proofs of a real Besu network, verified against its headers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import pytest
from eth_hash.auto import keccak

from ledger.errors import AccountAbsent, BlockHashMismatch, EvidenceRefused, MalformedRlp, ProofNodeMismatch, SlotAbsent
from ledger.evidence.proving import prove_head
from ledger.evidence.verify import rlp
from ledger.evidence.verify.head_proof import read_account, verify_head
from ledger.evidence.verify.header import read_header
from tests.evidence.qbft_network import genesis, nodes, propose


class Recorded(NamedTuple):
    """One slot's proof, and what eth_getStorageAt said of it."""

    header: bytes
    account_proof: list[bytes]
    storage_proof: list[bytes]
    account: bytes
    slot: bytes
    value: bytes


def raw(text: str) -> bytes:
    """Bytes of a JSON-RPC hex string."""
    return bytes.fromhex(text[2:])


def recorded(qbft: Any) -> Iterator[Recorded]:
    """All recorded slots of accounts that exist."""
    headers = qbft("raw_headers")["node1"]
    for entry in qbft("proofs")["proofs"]:
        result = entry["result"]
        account_proof = [raw(node) for node in result["accountProof"]]
        by_slot = {int(slot["key"], 16): [raw(node) for node in slot["proof"]] for slot in result["storageProof"]}
        header = raw(headers[entry["block"]])
        try:
            read_account(read_header(header), account_proof, raw(entry["address"]))
        except AccountAbsent:
            continue
        # What a plain account stores was not asked: it has no storage.
        values = entry["getStorageAt"] or ["0x" + "00" * 32] * len(entry["keys"])
        for key, value in zip(entry["keys"], values, strict=True):
            yield Recorded(header, account_proof, by_slot[int(key, 16)], raw(entry["address"]), raw(key), raw(value))


def test_verify_every_recorded_slot_equals_what_the_node_stores(qbft: Any) -> None:
    """Values and absences at eight blocks."""
    present = absent = 0
    for one in recorded(qbft):
        try:
            assert verify_head(one.header, one.account_proof, one.storage_proof, one.account, one.slot) == one.value
            present += 1
        except SlotAbsent:
            assert one.value == bytes(32)
            absent += 1
    assert present >= 50
    assert absent >= 50


def test_verify_an_account_that_did_not_exist_yet_says_so(qbft: Any) -> None:
    """Absence is proven, too: the contract before its deployment, and an account that never was."""
    headers = qbft("raw_headers")["node1"]
    absent = []
    for entry in qbft("proofs")["proofs"]:
        proof = [raw(node) for node in entry["result"]["accountProof"]]
        try:
            read_account(read_header(raw(headers[entry["block"]])), proof, raw(entry["address"]))
        except AccountAbsent as found:
            absent.append(found.values["block"])
    assert absent == [0, 74]


def test_verify_against_the_header_of_another_block_is_refused(qbft: Any) -> None:
    """A proof belongs to one state."""
    one = next(one for one in recorded(qbft) if any(one.value))
    other = raw(qbft("raw_headers")["node1"][50])
    with pytest.raises(ProofNodeMismatch):
        verify_head(other, one.account_proof, one.storage_proof, one.account, one.slot)


def test_verify_with_the_proof_of_another_slot_or_account_is_refused(qbft: Any) -> None:
    """Somebody else's right proof is no proof."""
    slots = [one for one in recorded(qbft) if any(one.value)]
    first, second = slots[0], next(one for one in slots[1:] if one.header == slots[0].header)
    with pytest.raises(EvidenceRefused):
        verify_head(first.header, first.account_proof, first.storage_proof, first.account, second.slot)
    with pytest.raises(EvidenceRefused):
        verify_head(first.header, first.account_proof, first.storage_proof, b"\x11" * 20, first.slot)
    with pytest.raises(MalformedRlp):
        verify_head(first.header, first.account_proof, first.storage_proof, first.account[:19], first.slot)


def test_verify_with_any_altered_byte_is_refused(qbft: Any) -> None:
    """Each byte of both proofs, once altered."""
    one = next(one for one in recorded(qbft) if any(one.value))
    for part in (one.account_proof, one.storage_proof):
        for which, node in enumerate(part):
            for position in range(len(node)):
                altered = bytearray(node)
                altered[position] ^= 0x01
                forged = [*part[:which], bytes(altered), *part[which + 1 :]]
                proofs = (forged, one.storage_proof) if part is one.account_proof else (one.account_proof, forged)
                with pytest.raises(EvidenceRefused):
                    verify_head(one.header, *proofs, one.account, one.slot)


def test_verify_a_state_that_no_chain_has_is_refused() -> None:
    """Values in a trie that no client writes: an account of three fields, and a slot that holds zero."""

    def leaf(key: bytes, value: bytes) -> bytes:
        return rlp.encode([b"\x20" + keccak(key), value])

    account, slot = b"\x11" * 20, bytes(32)
    storage = leaf(slot, rlp.encode(b""))
    for fields in ([b"\x01", b"", keccak(storage)], [b"\x01", b"", keccak(storage), bytes(32)]):
        state = leaf(account, rlp.encode(fields))
        header = propose(genesis(nodes(1)), nodes(1), state_root=keccak(state)).raw
        with pytest.raises(MalformedRlp, match="account of 3 fields" if len(fields) == 3 else "holds zero"):
            verify_head(header, [state], [storage], account, slot)


def test_verify_an_account_that_is_not_in_the_state_is_refused() -> None:
    """The state's only account is another one; and what has no 20 bytes is none."""
    state = rlp.encode([b"\x20" + keccak(b"\x22" * 20), rlp.encode([b"\x01", b"", bytes(32), bytes(32)])])
    header = propose(genesis(nodes(1)), nodes(1), state_root=keccak(state)).raw
    with pytest.raises(AccountAbsent) as absent:
        verify_head(header, [state], [], b"\x11" * 20, bytes(32))
    assert absent.value.values == {"account": b"\x11" * 20, "block": 1}
    with pytest.raises(MalformedRlp, match="not 21"):
        verify_head(header, [state], [], b"\x22" * 21, bytes(32))


class Node:
    """A node that serves a recorded slot, and names a block's hash."""

    def __init__(self, one: Recorded, block_hash: bytes) -> None:
        self._one, self._block_hash = one, block_hash

    def raw_header(self, block: int) -> bytes:
        return self._one.header

    def block_hash(self, block: int) -> bytes:
        return self._block_hash

    def proof(self, account: bytes, slots: Sequence[bytes], block: int) -> tuple[list[bytes], list[list[bytes]]]:
        return self._one.account_proof, [self._one.storage_proof]


def test_prove_from_a_node_that_contradicts_itself_is_refused(qbft: Any) -> None:
    """The header must be that of the block the node names, and the proof must hold against it."""
    one = next(one for one in recorded(qbft) if any(one.value))
    block_hash = read_header(one.header).block_hash
    proof = prove_head(Node(one, block_hash), one.account, one.slot, 3)
    assert (proof.header, proof.slot, list(proof.storage_proof)) == (one.header, one.slot, one.storage_proof)
    with pytest.raises(BlockHashMismatch):
        prove_head(Node(one, bytes(32)), one.account, one.slot, 3)
    with pytest.raises(EvidenceRefused):
        prove_head(Node(one, block_hash), one.account, bytes(31) + b"\x63", 3)
