"""Identifiers and commitments, as the contracts compute them (``ITenderLedger.sol``, ``IOrganisationRegistry.sol``)."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from eth_abi.abi import encode

from ledger.chain.abi import types, values
from ledger.chain.keccak import keccak
from ledger.chain.registry import KeySet

if TYPE_CHECKING:
    from ledger.sealing.envelope import Header

_BID, _COVER, _PROMISE, _INCIDENT, _ACCESS, _CONTRIBUTION = (
    keccak(f"siegel/1 {kind}".encode()) for kind in ("bid", "cover", "promise", "incident", "access", "contribution")
)


def organisation_id(scheme: str, identifier: str) -> bytes:
    """``keccak256(abi.encode(scheme, identifier))``: 32 bytes, stable across successors of the registry."""
    return keccak(encode(["string", "string"], [scheme, identifier]))


def process_id(organisation: bytes, ocid: str) -> bytes:
    """``keccak256(abi.encode(organisationId, ocid))``: 32 bytes; a buyer and an observer can share the ocid."""
    return keccak(encode(["bytes32", "string"], [organisation, ocid]))


def lot_id(lot: str) -> bytes:
    """``keccak256(lot id)``: 32 bytes, of OCDS ``tender/lots/id``."""
    return keccak(lot.encode())


def key_set_id(organisation: bytes, key_set: KeySet) -> bytes:
    """``keccak256(abi.encode(organisationId, keySet))`` with the whole structure."""
    return keccak(encode(["bytes32", f"({','.join(types(KeySet))})"], [organisation, values(key_set)]))


def bid_commitment(
    chain_id: int, ledger: bytes, process: bytes, round_number: int, author: bytes, bid_root: bytes, rest_digest: bytes
) -> bytes:
    """What stands on the chain instead of a bid; the ledger recomputes it at the opening."""
    return keccak(
        encode(
            ["bytes32", "uint256", "address", "bytes32", "uint32", "address", "bytes32", "bytes32"],
            [_BID, chain_id, ledger, process, round_number, author, bid_root, rest_digest],
        )
    )


def commitment_of(header: Header) -> bytes:
    """What stands on the chain for an envelope, by its header, which names chain, ledger and author."""
    of = header.context
    return bid_commitment(
        of.chain_id, of.ledger, of.process_id, of.round, of.author, header.bid_root, header.rest_digest
    )


def cover_commitment(
    chain_id: int, ledger: bytes, process: bytes, round_number: int, author: bytes, salt: bytes
) -> bytes:
    """The commitment of a cover entry."""
    return keccak(
        encode(
            ["bytes32", "uint256", "address", "bytes32", "uint32", "address", "bytes32"],
            [_COVER, chain_id, ledger, process, round_number, author, salt],
        )
    )


def promise_digest(
    chain_id: int,
    ledger: bytes,
    process: bytes,
    round_number: int,
    commitment: bytes,
    author: bytes,
    arrived_at: int,
    deliver_by: int,
) -> bytes:
    """What a receiver signs (EIP-191, version 0x45) when a commitment arrived; times are seconds since 1970."""
    return keccak(
        encode(
            ["bytes32", "uint256", "address", "bytes32", "uint32", "bytes32", "address", "uint64", "uint64"],
            [_PROMISE, chain_id, ledger, process, round_number, commitment, author, arrived_at, deliver_by],
        )
    )


def access_digest(
    chain_id: int, ledger: bytes, process: bytes, round_number: int, account: bytes, expires: int
) -> bytes:
    """What somebody who takes part in a round signs (EIP-191) to be answered as such; ``expires``: the last second in
    which it counts, since 1970 (``docs/handing-in.md``, being entitled)."""
    return keccak(
        encode(
            ["bytes32", "uint256", "address", "bytes32", "uint32", "address", "uint64"],
            [_ACCESS, chain_id, ledger, process, round_number, account, expires],
        )
    )


def contribution_digest(contribution: bytes) -> bytes:
    """What the holder of a share signs (EIP-191) of the contribution that brings it. Its words name chain, ledger,
    process, round and bid (``docs/siegel-1.md``, contributions)."""
    return keccak(encode(["bytes32", "bytes32"], [_CONTRIBUTION, keccak(contribution)]))


def incident_digest(
    chain_id: int,
    ledger: bytes,
    process: bytes,
    round_number: int,
    author: bytes,
    at: int,
    failure: str,
    detail: str,
    received_at: int | None = None,
) -> bytes:
    """What a tenderer signs (EIP-191) of a failure, and with ``received_at`` behind what the receiver answers."""
    said = json.dumps([failure, detail], ensure_ascii=False, separators=(",", ":")).encode()
    kinds = ["bytes32", "uint256", "address", "bytes32", "uint32", "address", "uint64", "bytes32"]
    given = [_INCIDENT, chain_id, ledger, process, round_number, author, at, hashlib.sha256(said).digest()]
    if received_at is not None:
        kinds, given = [*kinds, "uint64"], [*given, received_at]
    return keccak(encode(kinds, given))
