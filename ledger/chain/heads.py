"""Heads: every series of acts grows one storage word (``IActs.sol``).

A process's head folds the digests of its acts; an organisation's *list* head the ids of its new processes and the
digests of its organisation-wide acts; its *roles* head the digests of the registry's acts. Whoever folds the items at
hand and meets the proven word holds all of them, in order and unaltered.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate, islice

from ledger.chain.keccak import keccak
from ledger.chain.record import ZERO

_SLOT_OF_HEADS = bytes(32)


def genesis_process_head(chain_id: int, ledger: bytes, process_id: bytes) -> bytes:
    """Where a process's series starts; ``ledger`` is the ledger's account (20 bytes)."""
    return _genesis("siegel/1 process", chain_id, ledger, process_id)


def genesis_list_head(chain_id: int, ledger: bytes, organisation_id: bytes) -> bytes:
    """Where the series of an organisation's processes and organisation-wide acts starts."""
    return _genesis("siegel/1 list", chain_id, ledger, organisation_id)


def genesis_roles_head(chain_id: int, registry: bytes, organisation_id: bytes) -> bytes:
    """Where the series of the registry's acts on an organisation starts; id zero for the governors."""
    return _genesis("siegel/1 roles", chain_id, registry, organisation_id)


def next_head(head: bytes, item: bytes) -> bytes:
    """``keccak256(abi.encode(head, item))``, all 32 bytes."""
    return keccak(head + item)


def fold(genesis: bytes, items: Iterable[bytes]) -> bytes:
    """The head after all items. A series without items has no head: the contract's word is zero then."""
    head, grown = genesis, False
    for item in items:
        head, grown = next_head(head, item), True
    return head if grown else ZERO


def heads_of(genesis: bytes, items: Iterable[bytes]) -> list[bytes]:
    """The head after none of the items, after the first, and so on to the last."""
    return [ZERO, *islice(accumulate(items, next_head, initial=genesis), 1, None)]


def head_slot(series_id: bytes) -> bytes:
    """Storage slot of the head of a process, list (both in the ledger) or roles series (in the registry)."""
    return keccak(series_id + _SLOT_OF_HEADS)


def _genesis(label: str, chain_id: int, contract: bytes, series_id: bytes) -> bytes:
    """``keccak256(abi.encode(label, chainid, contract, id))``."""
    text = label.encode()
    words = (4 * 32, chain_id, int.from_bytes(contract, "big"))
    encoded = b"".join(word.to_bytes(32, "big") for word in words) + series_id
    return keccak(encoded + len(text).to_bytes(32, "big") + text + bytes(-len(text) % 32))
