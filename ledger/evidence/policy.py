"""Writes the trust policy of a chain (``docs/bundle-1.md``, trust policy), as a node shows it.

Code hashes come from proofs of the newest block. Of a QBFT chain all headers are read and checked from block 1 on, so
the validators are those that votes led to.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from ledger.chain.client import Chain
from ledger.errors import LogMissing
from ledger.evidence.log.cosignatures import CosignatureBook
from ledger.evidence.log.folder import logs_of
from ledger.evidence.log.places import MAX_LOG_DELAY, most_of
from ledger.evidence.timestamps import Timestamps
from ledger.evidence.verify.custodians import Custodian
from ledger.evidence.verify.following import Position, advance, begin
from ledger.evidence.verify.head_proof import read_account
from ledger.evidence.verify.header import Header, read_header
from ledger.evidence.verify.validators import ValidatorRange

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
    history: ValidatorHistory | None = None,
    custodians: Sequence[Custodian] = (),
) -> dict[str, Any]:
    """The policy as it is written to a file. ``logs``: the home's folder ``log``, with its witnesses, of which most
    must have cosigned within ``max_log_delay`` seconds. ``timestamps``: of the authorities most must have stamped.
    ``epoch_length`` in blocks, of the genesis file. ``history`` goes on where it stopped the last time.
    ``custodians``: the only ones whom rounds may have; without any the policy says nothing of them.

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
        "consensus": _consensus(newest, history or ValidatorHistory(chain, epoch_length)),
        "log": log,
        "timestamps": None if log is None or timestamps is None else _authorities(timestamps),
        **({"custodians": list(map(_custodian, custodians))} if custodians else {}),
    }


def _custodian(one: Custodian) -> dict[str, str]:
    return {"organisationId": one.organisation_id.hex(), "key": one.key.hex(), "name": one.name}


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


def _consensus(newest: Header, history: ValidatorHistory) -> dict[str, Any]:
    if not newest.is_qbft:
        return {"kind": "single"}
    return {"kind": "qbft", "validators": [one.as_json() for one in history.until(newest.number)]}


class ValidatorHistory:
    """The validators of a QBFT chain by block, followed header by header; what was read is not read again."""

    def __init__(self, chain: Chain, epoch_length: int = EPOCH_LENGTH) -> None:
        self._chain, self._epoch_length = chain, epoch_length
        self._position: Position | None = None
        self._ranges: list[ValidatorRange] = []

    def until(self, block: int) -> list[ValidatorRange]:
        """The ranges up to this block, the last without an end."""
        chain = self._chain
        if self._position is None:
            self._position = begin(read_header(chain.raw_header(0)), chain.deployment.genesis_hash)
        while self._position.number < block:
            self._step()
        return [*self._ranges, ValidatorRange(self._first, None, self._position.validators)]

    def _step(self) -> None:
        before = self._position
        assert before is not None
        header = read_header(self._chain.raw_header(before.number + 1))
        after = advance(before, header, self._epoch_length)
        if after.validators != before.validators:
            self._ranges.append(ValidatorRange(self._first, header.number, before.validators))
        self._position = after

    @property
    def _first(self) -> int:
        last = self._ranges[-1].last if self._ranges else 0
        assert last is not None
        return last + 1
