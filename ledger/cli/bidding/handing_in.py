"""A sealed bid, handed in: the steps of ``docs/handing-in.md`` in order, each of which can be taken again."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from ledger.chain.acts import CommitBid, Promise
from ledger.chain.signers import KeySigner
from ledger.cli.bidding import incident
from ledger.cli.bidding.asked import Asked, ask
from ledger.cli.bidding.keeping import context_of, keep_receipt, open_envelope
from ledger.cli.bidding.promising import promised
from ledger.cli.bidding.relaying import recorded, relay, signed
from ledger.cli.bidding.uploading import upload
from ledger.cli.language import say, say_error
from ledger.cli.remote import Remote
from ledger.errors import (
    ActExpired,
    ArrivalInFuture,
    CommitmentWithoutEnvelope,
    HandingInFailed,
    KindMissing,
    NonceAhead,
    NonceUsed,
    PromiseExpired,
    PromiseInvalid,
    PromiseTooLong,
    ReceiverUnknown,
    SiegelError,
    TransactionRefused,
)
from ledger.evidence.receipt import Receipt, open_secret, read_receipt
from ledger.sealing.context import Context

_OF_PROMISES: Final = (
    ActExpired, ArrivalInFuture, KindMissing, PromiseExpired, PromiseInvalid, PromiseTooLong, ReceiverUnknown,
)  # fmt: skip
"""What the ledger refuses a promise with, or a call that ends with it."""


_VALID: Final = 3600
"""Seconds in which a transaction without a promise counts."""


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A bid on the ledger. Times are seconds since 1970; ``time`` is the block's, ``arrived_at`` the receiver's."""

    receipt: Receipt
    server: str
    arrived_at: int
    deadline: int
    block: int
    time: int
    transaction: bytes


def hand_in(path: Path, servers: Sequence[str], passphrase: Callable[[], str], tell: Callable[[str], None]) -> HandedIn:
    """Hand in the bid of a receipt at the first of the servers that takes it.

    Raises HandingInFailed if none does, after the record of it was written beside the receipt; what else it raises is
    about the receipt and not about a server.
    """
    _, account = open_secret(read_receipt(path).secret, passphrase())
    signer = KeySigner(account)
    failures: list[incident.Failure] = []
    for url in servers:
        try:
            with Remote(url) as server:
                return _at(server, path, signer, tell)
        except SiegelError as failure:
            tell(say("{server}: {failure}", server=url, failure=say_error(failure)))
            failures.append(incident.Failure(url, failure, int(time.time())))
    raise _recorded_failure(path, servers, failures, signer, tell)


def _at(server: Remote, path: Path, signer: KeySigner, tell: Callable[[str], None]) -> HandedIn:
    receipt = read_receipt(path)
    asked = ask(server, receipt.process_id.hex(), receipt.round)
    context = context_of(receipt)
    if receipt.promise is None:
        receipt = _arrived(server, path, receipt, asked, context, tell)
    promise = receipt.promise
    assert promise is not None
    try:
        receipt, transaction = _relayed(server, path, receipt, promise, context, signer, tell)
    except _OF_PROMISES as refusal:
        # Another receiver's promise, made up or too old, would keep the bid out everywhere. In time this one's is as
        # good; later none takes the place of one that may count.
        if time.time() >= context.not_before:
            raise
        # Read anew: it was written with the transaction, and its envelope lies elsewhere in it.
        without = replace(read_receipt(path), promise=None, transaction=None)
        receipt = _arrived(server, path, without, asked, context, tell)
        if receipt.promise not in (promise, None):
            promise = receipt.promise
        elif isinstance(refusal, ActExpired | PromiseExpired):
            # Its own word, more than a day old: without it the block's time is the arrival, and in time as well.
            promise = Promise()
        else:
            raise
        receipt, transaction = _relayed(server, path, receipt, promise, context, signer, tell)
    found = recorded(server, transaction)
    if found.get("state") != "recorded":
        # Signed anew the next time: this one can never count any more.
        keep_receipt(path, replace(receipt, transaction=None))
        raise TransactionRefused(transaction=transaction, problem=str(_problem(found)))
    time_of_block = int(found["time"])
    arrived_at = promise.arrived_at or time_of_block
    return HandedIn(receipt, server.url, arrived_at, asked.deadline, int(found["block"]), time_of_block, transaction)


def _relayed(
    server: Remote, path: Path, receipt: Receipt, promise: Promise, context: Context, signer: KeySigner,
    tell: Callable[[str], None],
) -> tuple[Receipt, bytes]:  # fmt: skip
    """The receipt with the transaction that the server took, and that one's hash."""
    if receipt.transaction is not None:
        # Its number was another server's word, who can be behind, or lie.
        with suppress(NonceAhead, NonceUsed):
            return receipt, _relayed_with_envelope(server, receipt, receipt.transaction, tell)
    expires = promise.deliver_by or int(time.time()) + _VALID
    act = CommitBid(receipt.process_id, receipt.round, receipt.commitment, receipt.supersedes, expires, promise)
    raw = signed(server, act, signer, context.chain_id, context.ledger)
    receipt = keep_receipt(path, replace(receipt, transaction=raw))
    return receipt, _relayed_with_envelope(server, receipt, raw, tell)


def _relayed_with_envelope(server: Remote, receipt: Receipt, raw: bytes, tell: Callable[[str], None]) -> bytes:
    try:
        return relay(server, raw)
    except CommitmentWithoutEnvelope:
        _brought(server, receipt, tell)  # another receiver has it, and promised
        return relay(server, raw)


def _arrived(
    server: Remote, path: Path, receipt: Receipt, asked: Asked, context: Context, tell: Callable[[str], None]
) -> Receipt:
    digest = _brought(server, receipt, tell)
    promise, _ = promised(server, digest, receipt.commitment, context, asked.receivers)
    return keep_receipt(path, replace(receipt, promise=promise))


def _brought(server: Remote, receipt: Receipt, tell: Callable[[str], None]) -> bytes:
    said = [0]

    def told(done: int, size: int) -> None:
        if done * 10 // max(size, 1) > said[0] or done == size:
            said[0] = done * 10 // max(size, 1)
            tell(say("{done} of {size} bytes are at {server}.", done=done, size=size, server=server.url))

    with open_envelope(receipt) as envelope:
        return upload(server, envelope, told=told)


def _problem(found: dict[str, Any]) -> Any:
    problem = found.get("problem")
    return problem.get("name") or problem.get("type", "?") if isinstance(problem, dict) else problem or "?"


def _recorded_failure(
    path: Path,
    servers: Sequence[str],
    failures: Sequence[incident.Failure],
    signer: KeySigner,
    tell: Callable[[str], None],
) -> HandingInFailed:
    # Read now: it was written anew with what came until then, and its envelope lies elsewhere in it.
    found = incident.record(context_of(read_receipt(path)), failures, signer)
    kept = incident.keep(path, found)
    for url in servers:
        try:
            with Remote(url) as server:
                acknowledged = incident.report(server, found)
        except SiegelError:
            continue
        incident.keep(path, acknowledged)
        tell(say("{server} has the record of it.", server=url))
        break
    return HandingInFailed(failure=failures[0].error.name, tried=len(servers), record=kept)
