"""Writes the trust policy of a chain (``docs/bundle-1.md``, trust policy), as a node shows it.

Code hashes come from proofs of the newest block. Of a QBFT chain all headers are read and checked from block 1 on, so
the validators are those that votes led to.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from ledger.chain.client import Chain
from ledger.errors import LogMissing
from ledger.evidence.log.cosignatures import CosignatureBook
from ledger.evidence.log.folder import logs_of
from ledger.evidence.log.places import MAX_LOG_DELAY, most_of
from ledger.evidence.timestamps import Timestamps
from ledger.evidence.verify.following import begin, follow
from ledger.evidence.verify.head_proof import read_account
from ledger.evidence.verify.header import Header, read_header

EPOCH_LENGTH: Final = 30_000
"""Blocks until votes on validators lapse, where a genesis file says nothing (Besu)."""


def policy_of(
    chain: Chain,
    name: str,
    logs: Path,
    *,
    timestamps: Timestamps | None = None,
    epoch_length: int = EPOCH_LENGTH,
    max_log_delay: int = MAX_LOG_DELAY,
) -> dict[str, Any]:
    """The policy as it is written to a file. ``logs``: the home's folder ``log``, with its witnesses, of which most
    must have cosigned within ``max_log_delay`` seconds. ``timestamps``: of the authorities most must have stamped.
    ``epoch_length`` in blocks, of the genesis file.

    Raises LogMissing for a chain of one operator that has no log: nothing else would show who made its blocks; what
    asking the node raises, and EvidenceRefused for headers or proofs that are none.
    """
    newest = read_header(chain.raw_header(chain.block_number()))
    log = _log(logs, max_log_delay)
    if log is None and not newest.is_qbft:
        raise LogMissing()
    deployment = chain.deployment
    return {
        "format": "siegel-policy/1",
        "name": name,
        "chainId": str(deployment.chain_id),
        "genesisHash": deployment.genesis_hash.hex(),
        "ledger": _trusted(chain, newest, deployment.ledger),
        "registry": _trusted(chain, newest, deployment.registry),
        "consensus": _consensus(chain, newest, epoch_length),
        "log": log,
        "timestamps": None if log is None or timestamps is None else _authorities(timestamps),
    }


def _authorities(timestamps: Timestamps) -> dict[str, Any]:
    roots = [base64.b64encode(root).decode() for one in timestamps.authorities for root in one.roots]
    return {"roots": roots, "threshold": timestamps.threshold}


def _log(logs: Path, max_log_delay: int) -> dict[str, Any] | None:
    found = logs_of(logs)
    if not found:
        return None
    witnesses = CosignatureBook(logs).witnesses()
    return {
        "logs": [str(log.verifier_key) for log in found],
        "witnesses": [str(witness.key) for witness in witnesses],
        "threshold": most_of(witnesses),
        "maxLogDelay": max_log_delay,
    }


def _trusted(chain: Chain, newest: Header, account: bytes) -> dict[str, str]:
    proof = chain.proof(account, [], newest.number)
    found = read_account(newest, proof.account_proof, account)
    return {"account": account.hex(), "codeHash": found.code_hash.hex()}


def _consensus(chain: Chain, newest: Header, epoch_length: int) -> dict[str, Any]:
    if not newest.is_qbft:
        return {"kind": "single"}
    start = begin(read_header(chain.raw_header(0)), chain.deployment.genesis_hash)
    ranges = [one.as_json() for one in follow(_headers(chain, newest.number), start, epoch_length)]
    return {"kind": "qbft", "validators": ranges}


def _headers(chain: Chain, last: int) -> Iterator[Header]:
    for number in range(1, last + 1):
        yield read_header(chain.raw_header(number))
