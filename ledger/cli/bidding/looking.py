"""What became of a bid, as a server shows it; a proof of it goes into the receipt, and a good one is never lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ledger.chain.record import ZERO
from ledger.cli.bidding.receipt_file import keep_receipt, opened
from ledger.cli.remote import API, Remote, first_that_answers
from ledger.errors import EvidenceNotYet, ProofForeign, ServerAnswerUnusable, SiegelError
from ledger.evidence.receipt import Receipt, Stored, read_receipt
from ledger.evidence.verify.contents import read_contents
from ledger.evidence.verify.policy import Policy
from ledger.evidence.verify.series import read_series, split_acts
from ledger.evidence.verify.verifier import prove
from ledger.terms import Act


@dataclass(frozen=True, slots=True)
class Seen:
    """``bid``: the row of the round's bids, None if there is none; ``proven``: the block of the receipt's proof, if it
    has one."""

    receipt: Receipt
    bid: dict[str, Any] | None
    proven: int | None


def look(path: Path, servers: Sequence[str], policy: Policy | None = None) -> Seen:
    """Asks the first of the servers that answers. A proof that is held gives way to a newer one that is verified under
    the ``policy``, and to nothing else: without one nobody can tell what a server made up.

    Raises what the last of them refuses with, ServerAnswerUnusable for what is no evidence of the bid's process,
    ProofUnverified for what does not hold under the policy.
    """
    receipt = read_receipt(path)
    return first_that_answers(servers, lambda server: _seen(server, path, receipt, policy))


def _seen(server: Remote, path: Path, receipt: Receipt, policy: Policy | None) -> Seen:
    found, held = _bid(server, receipt), _held(receipt, policy)
    if found is None or (held is not None and policy is None):
        return Seen(receipt, found, held)
    evidence = f"{API}/processes/{receipt.process_id.hex()}/evidence"
    try:
        bundle = server.request("GET", evidence).content
    except EvidenceNotYet:
        return Seen(receipt, found, held)
    try:
        block = _block_of(bundle, receipt)
    except SiegelError as error:
        raise ServerAnswerUnusable(url=server.url + evidence, reason=str(error)) from error
    if block is None or (held is not None and block <= held):
        return Seen(receipt, found, held)
    if policy is not None:
        _require_verified(bundle, policy)
    return Seen(keep_receipt(path, replace(receipt, proof=bundle)), found, block)


def _held(receipt: Receipt, policy: Policy | None) -> int | None:
    """The block of the proof in the receipt, None if there is none that is worth keeping."""
    if receipt.proof is None:
        return None
    try:
        if policy is not None:
            _require_verified(receipt.proof, policy)
        return _block_of(receipt.proof, receipt)
    except SiegelError:
        return None


def _require_verified(bundle: Stored, policy: Policy) -> None:
    """Raises ProofUnverified."""
    with opened(bundle) as stream:
        prove(stream, policy)


def _block_of(bundle: Stored, receipt: Receipt) -> int | None:
    """The block that a bundle speaks of, None if the bid is not among its acts. Raises ProofForeign for one of
    something else than the bid's process, and what a bundle that is not whole is refused with."""
    with opened(bundle) as stream:
        contents = read_contents(stream)
    manifest = contents.manifest
    for field, expected, got in (
        ("chainId", receipt.chain_id, manifest.chain_id),
        ("ledger", receipt.ledger, manifest.ledger),
        ("processId", receipt.process_id, manifest.subject_id),
    ):
        if got != expected:
            raise ProofForeign(field=field, expected=expected, got=got)
    name = f"acts/process-{receipt.process_id.hex()}"
    acts = split_acts(name, contents.processes.get(receipt.process_id, b""))
    records = read_series(name, acts, process_id=receipt.process_id, organisation_id=ZERO, latest=2**64)
    wanted = Act.BID_COMMITTED, receipt.round, receipt.commitment, receipt.author
    is_there = any((each.act, each.round, each.subject, each.first) == wanted for each in records)
    return manifest.block if is_there else None


def _bid(server: Remote, receipt: Receipt) -> dict[str, Any] | None:
    path = f"/processes/{receipt.process_id.hex()}/rounds"
    try:
        rounds = {each["round"]: each["bids"] for each in server.ask(path)["rounds"]}
        wanted = ("0x" + receipt.commitment.hex(), "0x" + receipt.author.hex())
        bids = (bid for bid in rounds.get(receipt.round, []) if (bid["commitment"], bid.get("author")) == wanted)
        return next(map(_row, bids), None)
    except (AttributeError, KeyError, TypeError) as error:
        raise ServerAnswerUnusable(url=server.url + path, reason=f"{type(error).__name__}: {error}") from error


def _row(bid: dict[str, Any]) -> dict[str, Any]:
    """The bid, if it can be told. Raises KeyError, TypeError."""
    if [type(bid[name]) for name in ("bid", "arrival", "outcome")] != [int, int, str]:
        raise TypeError(bid)
    return bid
