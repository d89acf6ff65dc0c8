"""The steps about the chain: policy, headers, log, time stamps, state (``docs/bundle-1.md``, steps 2 to 6)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from itertools import pairwise

from ledger.errors import (
    BlockMismatch,
    EntryMissing,
    EntryUnexpected,
    HeaderNotNext,
    OtherChain,
    StampedEarly,
    StampsTooFew,
    ValidatorsUnknown,
)
from ledger.evidence.verify.checkpoint import of_log_alone, read_checkpoint
from ledger.evidence.verify.consensus import check_block
from ledger.evidence.verify.contents import Contents
from ledger.evidence.verify.header import read_header
from ledger.evidence.verify.logged import CLOCK_TOLERANCE, cosigned_at, read_inclusion
from ledger.evidence.verify.policy import Policy, Trusted
from ledger.evidence.verify.proofs import ProvenState, prove_state
from ledger.evidence.verify.proven import Proven
from ledger.evidence.verify.report import Note, NotProvable
from ledger.evidence.verify.timestamp import verify_timestamp


def check_policy(contents: Contents, policy: Policy, _proven: Proven) -> list[Note]:
    """The bundle speaks of the chain and the smart contracts of the policy. Raises OtherChain."""
    manifest = contents.manifest
    for what, got, expected in (
        ("the chain id", manifest.chain_id, policy.chain_id),
        ("the genesis hash", manifest.genesis_hash, policy.genesis_hash),
        ("the account of the ledger", manifest.ledger, policy.ledger.account),
        ("the account of the registry", manifest.registry, policy.registry.account),
    ):
        if got != expected:
            raise OtherChain(what=what, got=got, expected=expected)
    return []


def check_headers(contents: Contents, policy: Policy, proven: Proven) -> list[Note]:
    """Headers are whole, of the blocks they stand for, sealed by a quorum, and later blocks have later times.

    Raises EntryMissing, EntryUnexpected, BlockMismatch, HeaderNotNext, and as ``check_block``.
    """
    block = contents.manifest.block
    if block not in contents.headers:
        raise EntryMissing(entry=f"blocks/{block:012}/header")
    for number, raw in sorted(contents.headers.items()):
        header = read_header(raw)
        if header.number != number:
            raise BlockMismatch(block=number, got=header.number)
        if number > block:
            raise EntryUnexpected(entry=f"blocks/{number:012}/header")
        try:
            check_block(header, policy.consensus, policy.genesis_hash)
        except ValidatorsUnknown as error:
            raise NotProvable(Note("validatorsUnknown", {"block": error.values["block"]})) from error
        proven.headers[number] = header
    for before, after in pairwise(proven.headers.values()):
        if after.time <= before.time:
            raise HeaderNotNext(block=after.number, field="timestamp", got=after.time, expected=before.time + 1)
    return [Note("oneOperator")] if policy.consensus.is_single else []


def check_log(contents: Contents, policy: Policy, proven: Proven) -> list[Note]:
    """Each header stands in the log, under a checkpoint that enough witnesses cosigned soon enough.

    Raises EntryMissing, EntryUnexpected, and as ``read_checkpoint`` and ``cosigned_at``.
    """
    if policy.log is None:
        raise NotProvable(Note("noLog"))
    for extra in sorted(contents.inclusions.keys() - proven.headers.keys()):
        raise EntryUnexpected(entry=f"blocks/{extra:012}/inclusion")
    checkpoints = {size: read_checkpoint(note, policy.log.trust) for size, note in contents.checkpoints.items()}
    for size, checkpoint in checkpoints.items():
        if checkpoint.size != size:
            raise EntryUnexpected(entry=f"checkpoints/{size:012}")
    used = set[int]()
    for number, header in proven.headers.items():
        entry = contents.inclusions.get(number)
        if entry is None:
            raise EntryMissing(entry=f"blocks/{number:012}/inclusion")
        size = read_inclusion(entry).size
        if size not in checkpoints:
            raise EntryMissing(entry=f"checkpoints/{size:012}")
        used.add(size)
        threshold, delay = policy.log.threshold, policy.log.max_log_delay
        proven.logged[number] = cosigned_at(
            header.hashed, header.time, entry, checkpoints[size], threshold=threshold, max_log_delay=delay
        )
    for extra in sorted(checkpoints.keys() - used):
        raise EntryUnexpected(entry=f"checkpoints/{extra:012}")
    return [] if policy.log.threshold else [Note("noWitnesses")]


def check_timestamps(contents: Contents, policy: Policy, proven: Proven) -> list[Note]:
    """Enough outside authorities saw each checkpoint, and none before the blocks in it.

    Raises EntryMissing, EntryUnexpected, StampedEarly, and as ``verify_timestamp``.
    """
    if policy.timestamps is None:
        raise NotProvable(Note("noAuthorities"))
    authorities: dict[int, set[bytes]] = {size: set() for size in contents.checkpoints}
    for (size, certificate), response in contents.timestamps.items():
        if size not in contents.checkpoints:
            raise EntryUnexpected(entry=f"checkpoints/{size:012}.{certificate.hex()}")
        stamp = verify_timestamp(response, of_log_alone(contents.checkpoints[size]), policy.timestamps.roots)
        if hashlib.sha256(stamp.certificate).digest() != certificate:
            raise EntryUnexpected(entry=f"checkpoints/{size:012}.{certificate.hex()}")
        _require_later(contents, proven, size, stamp.time)
        authorities[size].add(stamp.root)
    for size, roots in authorities.items():
        if len(roots) < policy.timestamps.threshold:
            raise StampsTooFew(size=size, expected=policy.timestamps.threshold, got=len(roots))
    if not authorities:
        raise EntryMissing(entry="a checkpoint to be stamped")
    return []


def _require_later(contents: Contents, proven: Proven, size: int, time: int) -> None:
    """A stamp is of a tree that holds a block, so it is not earlier than the block. Clocks differ a little."""
    for block, entry in contents.inclusions.items():
        header = proven.headers.get(block)
        if header is not None and read_inclusion(entry).size == size and time + CLOCK_TOLERANCE < header.time:
            raise StampedEarly(block=block, ahead=header.time - time, allowed=CLOCK_TOLERANCE)


def check_state(contents: Contents, policy: Policy, proven: Proven) -> list[Note]:
    """The state after the proven block holds the contracts of the policy, and heads of all series in the bundle.

    Raises EntryMissing, EntryUnexpected, OtherChain, and as ``prove_state``.
    """
    for number in proven.headers:
        if number not in contents.proofs:
            raise EntryMissing(entry=f"blocks/{number:012}/proofs")
    for number in contents.proofs:
        if number not in proven.headers:
            raise EntryUnexpected(entry=f"blocks/{number:012}/proofs")
    for number, header in proven.headers.items():
        state = prove_state(header, contents.proofs[number])
        if number == contents.manifest.block:
            _require_contracts(state, (policy.ledger, policy.registry))
            _require_heads(contents, policy, state.heads)
            proven.heads.update(state.heads)
        else:
            _require_contracts(state, (policy.ledger,))
            processes = {(policy.ledger.account, series) for series in contents.processes}
            if not state.heads or not state.heads.keys() <= processes:
                raise EntryUnexpected(entry=f"blocks/{number:012}/proofs")
            proven.earlier[number] = {series: head for (_, series), head in state.heads.items()}
    return []


def _require_contracts(state: ProvenState, contracts: tuple[Trusted, ...]) -> None:
    """Exactly these accounts, with the code that the policy trusts."""
    for contract in contracts:
        account = state.accounts.get(contract.account)
        if account is None:
            raise EntryMissing(entry=f"proof of the account {contract.account.hex()}")
        if account.code_hash != contract.code_hash:
            raise OtherChain(what="the code hash", got=account.code_hash, expected=contract.code_hash)
    for extra in sorted(state.accounts.keys() - {contract.account for contract in contracts}):
        raise EntryUnexpected(entry=f"proof of the account {extra.hex()}")


def _require_heads(contents: Contents, policy: Policy, heads: Mapping[tuple[bytes, bytes], bytes]) -> None:
    """Exactly the heads of the series that the bundle holds."""
    wanted = {(policy.ledger.account, series) for series in contents.processes}
    wanted |= {(policy.registry.account, series) for series in contents.roles}
    if contents.manifest.subject_kind == "organisation":
        wanted.add((policy.ledger.account, contents.manifest.subject_id))
    for _, missing in sorted(wanted - heads.keys()):
        raise EntryMissing(entry=f"proof of the head of {missing.hex()}")
    for _, extra in sorted(heads.keys() - wanted):
        raise EntryUnexpected(entry=f"proof of the head of {extra.hex()}")
