"""The entry ``proofs`` of a bundle: what a block's state says of accounts and heads (``docs/bundle-1.md``, proofs)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

from ledger.chain.heads import head_slot
from ledger.chain.record import ZERO
from ledger.errors import MalformedRlp, SlotAbsent
from ledger.evidence.verify import rlp
from ledger.evidence.verify.head_proof import Account, read_account, verify_slot
from ledger.evidence.verify.header import Header

Nodes: TypeAlias = tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class AccountProof:
    """Nodes of the state trie to ``account`` (20 bytes), and by series id those of its storage to the head."""

    account: bytes
    nodes: Nodes
    heads: Mapping[bytes, Nodes]


@dataclass(frozen=True, slots=True)
class ProvenState:
    """Accounts by address, and heads (32 bytes, zero for a series without items) by account and series id."""

    accounts: Mapping[bytes, Account]
    heads: Mapping[tuple[bytes, bytes], bytes]


def write_proofs(proofs: Sequence[AccountProof]) -> bytes:
    """The one encoding."""
    return rlp.encode(
        [
            [proof.account, proof.nodes, [[series, nodes] for series, nodes in sorted(proof.heads.items())]]
            for proof in sorted(proofs, key=lambda proof: proof.account)
        ]
    )


def prove_state(header: Header, entry: bytes) -> ProvenState:
    """What the state after the block says. Raises EvidenceRefused for proofs that are none, or not in order."""
    accounts: dict[bytes, Account] = {}
    heads: dict[tuple[bytes, bytes], bytes] = {}
    for proof in _read_proofs(entry):
        account = read_account(header, proof.nodes, proof.account)
        accounts[proof.account] = account
        for series, nodes in proof.heads.items():
            heads[proof.account, series] = _head(account, proof.account, series, nodes, header.number)
    return ProvenState(accounts, heads)


def _head(account: Account, address: bytes, series: bytes, nodes: Nodes, block: int) -> bytes:
    try:
        return verify_slot(account, nodes, address, head_slot(series), block)
    except SlotAbsent:
        return ZERO


def _read_proofs(entry: bytes) -> list[AccountProof]:
    found = [_account(item) for item in rlp.decode_list(entry)]
    _require_ascending([proof.account for proof in found])
    return found


def _account(item: rlp.Item) -> AccountProof:
    account, nodes, heads = _parts(item, 3)
    by_series = [
        (rlp.fixed(series, 32), _nodes(of_head)) for series, of_head in (_parts(head, 2) for head in _list(heads))
    ]
    _require_ascending([series for series, _ in by_series])
    return AccountProof(rlp.fixed(account, 20), _nodes(nodes), dict(by_series))


def _nodes(item: rlp.Item) -> Nodes:
    found = _list(item)
    if not all(isinstance(node, bytes) for node in found):
        raise MalformedRlp(reason="a node that is a list", offset=0)
    return tuple(node for node in found if isinstance(node, bytes))


def _parts(item: rlp.Item, count: int) -> list[rlp.Item]:
    found = _list(item)
    if len(found) != count:
        raise MalformedRlp(reason=f"{count} items were expected, not {len(found)}", offset=0)
    return found


def _list(item: rlp.Item) -> list[rlp.Item]:
    if isinstance(item, bytes):
        raise MalformedRlp(reason="a list was expected", offset=0)
    return item


def _require_ascending(ids: Sequence[bytes]) -> None:
    if any(second <= first for first, second in pairwise(ids)):
        raise MalformedRlp(reason="not in ascending order, each once", offset=0)
