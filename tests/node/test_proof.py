"""eth_getProof, checked by the strict reader of ``ledger.evidence``, which shares no code with the node."""

from __future__ import annotations

from typing import Any

import pytest
from eth_hash.auto import keccak

from ledger.chain.node import EmbeddedNode, RpcError
from ledger.errors import AccountAbsent, EvidenceRefused, SlotAbsent
from ledger.evidence.verify.head_proof import read_account, verify_head
from ledger.evidence.verify.header import read_header
from tests.node.board import Signer, note, send

COUNT, LATEST, ABSENT = (number.to_bytes(32, "big") for number in (0, 1, 77))


def unhexed(nodes: list[str]) -> list[bytes]:
    return [bytes.fromhex(node[2:]) for node in nodes]


def proven(node: EmbeddedNode, account: str, slot: bytes, block: str) -> tuple[bytes, list[bytes], list[bytes]]:
    """Header and both lists of nodes, as a client gets them."""
    answer = node.request("eth_getProof", [account, ["0x" + slot.hex()], block])
    header = bytes.fromhex(node.request("debug_getRawHeader", [block])[2:])
    return header, unhexed(answer["accountProof"]), unhexed(answer["storageProof"][0]["proof"])


def test_storage_proof_of_every_block_proves_what_was_there(node: EmbeddedNode, board: str, buyer: Signer) -> None:
    """Old blocks can be proven as well as new ones: count and latest note after each of thirty blocks."""
    for number in range(30):
        send(node, buyer.post(board, number))
    account = bytes.fromhex(board[2:])
    for number in range(30):
        block = hex(number + 2)
        assert verify_head(*proven(node, board, COUNT, block), account, COUNT) == (number + 1).to_bytes(32, "big")
        assert verify_head(*proven(node, board, LATEST, block), account, LATEST) == note(number)
        named = node.request("eth_getBlockByNumber", [block, False])
        header = read_header(proven(node, board, COUNT, block)[0])
        assert "0x" + header.block_hash.hex() == named["hash"]


def test_proof_of_absence_proves_that_there_is_nothing(node: EmbeddedNode, board: str, buyer: Signer) -> None:
    """An unset slot, a slot of an account without storage, and an unknown account."""
    send(node, buyer.post(board, 1))
    account = bytes.fromhex(board[2:])
    with pytest.raises(SlotAbsent):
        verify_head(*proven(node, board, ABSENT, "latest"), account, ABSENT)
    person = bytes.fromhex(buyer.address[2:])
    with pytest.raises(SlotAbsent):
        verify_head(*proven(node, buyer.address, COUNT, "latest"), person, COUNT)
    nobody = "0x" + "99" * 20
    with pytest.raises(AccountAbsent):
        verify_head(*proven(node, nobody, COUNT, "latest"), bytes.fromhex(nobody[2:]), COUNT)
    answer = node.request("eth_getProof", [nobody, [], "latest"])
    assert (answer["nonce"], answer["balance"]) == ("0x0", "0x0")
    assert answer["codeHash"] == "0x" + keccak(b"").hex()


def test_proof_of_genesis_is_of_an_empty_state(node: EmbeddedNode, board: str) -> None:
    """Before the first block there was nobody."""
    with pytest.raises(AccountAbsent):
        verify_head(*proven(node, board, COUNT, "0x0"), bytes.fromhex(board[2:]), COUNT)


def test_proof_names_the_account_as_it_is(node: EmbeddedNode, board: str) -> None:
    """Nonce, code and storage root of the answer are those that the account proof proves."""
    answer: dict[str, Any] = node.request("eth_getProof", [board, ["0x0"], "latest"])
    header = read_header(bytes.fromhex(node.request("debug_getRawHeader", ["latest"])[2:]))
    account = read_account(header, unhexed(answer["accountProof"]), bytes.fromhex(board[2:]))
    assert answer["storageHash"] == "0x" + account.storage_root.hex()
    assert answer["codeHash"] == "0x" + account.code_hash.hex()
    assert answer["codeHash"] == "0x" + keccak(bytes.fromhex(node.request("eth_getCode", [board])[2:])).hex()
    assert int(answer["nonce"], 16) == account.nonce == 1


def test_proof_with_a_flipped_bit_is_refused(node: EmbeddedNode, board: str, buyer: Signer) -> None:
    """The proofs are real: none of their bytes can be changed."""
    send(node, buyer.post(board, 1))
    header, accounts, storage = proven(node, board, COUNT, "latest")
    for place in range(len(storage[-1])):
        broken = [*storage[:-1], storage[-1][:place] + bytes([storage[-1][place] ^ 1]) + storage[-1][place + 1 :]]
        with pytest.raises(EvidenceRefused):
            verify_head(header, accounts, broken, bytes.fromhex(board[2:]), COUNT)


@pytest.mark.parametrize("key", ["0x0", "0x00", "0x000", "0x" + "00" * 32])
def test_proof_storage_keys_of_any_length_are_accepted(node: EmbeddedNode, board: str, buyer: Signer, key: str) -> None:
    """web3.py sends ``0x0``, others 32 bytes; the answer repeats the key as it was given."""
    send(node, buyer.post(board, 1))
    (slot,) = node.request("eth_getProof", [board, [key], "latest"])["storageProof"]
    assert (slot["key"], slot["value"]) == (key, "0x1")


def test_proof_of_several_keys_keeps_their_order(node: EmbeddedNode, board: str, buyer: Signer) -> None:
    """One answer per key, in the order asked, doubles included."""
    send(node, buyer.post(board, 1))
    keys = ["0x1", "0x0", "0x1"]
    found = node.request("eth_getProof", [board, keys, "latest"])["storageProof"]
    assert [slot["key"] for slot in found] == keys


def test_proof_of_a_future_block_is_refused(node: EmbeddedNode, board: str) -> None:
    """A block that does not exist proves nothing."""
    with pytest.raises(RpcError, match="does not exist"):
        node.request("eth_getProof", [board, [], "0xff"])
