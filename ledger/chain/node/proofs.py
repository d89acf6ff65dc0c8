"""eth_getProof (EIP-1186): the nodes of the state trie from a block's state root to an account and its storage."""

from __future__ import annotations

from typing import Any

import rlp
from eth.abc import BlockHeaderAPI
from eth.rlp.accounts import Account
from eth_hash.auto import keccak
from trie.hexary import HexaryTrie

from ledger.chain.node import shapes
from ledger.chain.node.machine import HASH_BYTES, HeldBack
from ledger.chain.node.store import Store

Given = tuple[str, bytes]
"""A storage key as the client wrote it, and as 32 bytes."""


def account_proof(store: Store, header: BlockHeaderAPI, account: bytes, keys: list[Given]) -> dict[str, Any]:
    """Proof of an account and of storage slots after ``header``'s block; of absence where there is nothing.

    The nodes go from the root down; an absent account has no storage and therefore no storage proofs.
    """
    nodes = HeldBack(store.find_node)
    state = HexaryTrie(nodes, header.state_root)
    path = keccak(account)
    encoded = state[path]
    found = rlp.decode(encoded, sedes=Account) if encoded else Account()
    storage = HexaryTrie(nodes, found.storage_root)
    return {
        "address": shapes.data(account),
        "accountProof": _nodes(state, path),
        "balance": shapes.quantity(found.balance),
        "nonce": shapes.quantity(found.nonce),
        "codeHash": shapes.data(found.code_hash),
        "storageHash": shapes.data(found.storage_root),
        "storageProof": [_slot(storage, *key) for key in keys],
    }


def _slot(storage: HexaryTrie, given: str, key: bytes) -> dict[str, Any]:
    path = keccak(key)
    encoded = storage[path]
    value = int.from_bytes(rlp.decode(encoded), "big") if encoded else 0
    return {"key": given, "value": shapes.quantity(value), "proof": _nodes(storage, path)}


def _nodes(trie: HexaryTrie, path: bytes) -> list[str]:
    encoded = [rlp.encode(node) for node in trie.get_proof(path) if node != b""]  # type: ignore[no-untyped-call]
    # A node shorter than a hash lies within its parent and is no node of the proof; a root never does.
    return [shapes.data(node) for place, node in enumerate(encoded) if place == 0 or len(node) >= HASH_BYTES]
