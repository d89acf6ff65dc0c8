"""A sealed bid, handed in: the steps of ``docs/handing-in.md`` in order, each of which can be taken again."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from ledger.chain.acts import CommitBid, Promise
from ledger.chain.record import NOBODY
from ledger.chain.signed_calls import SignedCall, read_signed_call
from ledger.chain.signers import KeySigner
from ledger.cli.bidding import incident
from ledger.cli.bidding.asked import Asked, ask
from ledger.cli.bidding.promising import promised
from ledger.cli.bidding.receipt_file import context_of, keep_receipt, open_envelope
from ledger.cli.bidding.relaying import is_underway, next_number, recorded, relay, signed_with
from ledger.cli.bidding.signed_before import committing, signed_before
from ledger.cli.bidding.through_node import OF_PROMISES, through_node
from ledger.cli.bidding.uploading import upload
from ledger.cli.language import say, say_error
from ledger.cli.remote import Remote, in_turn
from ledger.errors import (
    ActExpired,
    CommitmentWithoutEnvelope,
    EnvelopeUndelivered,
    HandingInFailed,
    NonceAhead,
    NonceUsed,
    PromiseExpired,
    SiegelError,
    TransactionRefused,
)
from ledger.evidence.receipt import Receipt, open_secret, read_receipt
from ledger.sealing.context import Context

_VALID: Final = 3600
"""Seconds in which a transaction without a promise counts."""
_LONGEST: Final = 29 * 86_400
"""Seconds ahead that the ledger takes a call's end, all but a day."""


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A bid on the ledger. Times are seconds since 1970; ``time`` is the block's, ``arrived_at`` the receiver's, or the
    block's where the transaction carries no promise. ``server``: who says so, a node where ``is_node``."""

    receipt: Receipt
    server: str
    arrived_at: int
    deadline: int
    block: int
    time: int
    transaction: bytes
    is_promised: bool
    is_node: bool = False


def hand_in(
    path: Path,
    servers: Sequence[str],
    passphrase: Callable[[], str],
    tell: Callable[[str], None],
    nodes: Sequence[str] = (),
) -> HandedIn:
    """Hand in the bid of a receipt at the first of the servers that takes it; if none does, by one of the nodes.

    Raises HandingInFailed if none does, and EnvelopeUndelivered if a node says that the commitment stands on the ledger
    and no receiver has promised to have the envelope; both after a record was written beside the receipt. What else it
    raises is about the receipt and not about a server.
    """
    receipt = read_receipt(path)
    _, account = open_secret(receipt.secret, passphrase())
    signer, deadline = KeySigner(account), context_of(receipt).not_before
    failures: list[incident.Failure] = []
    for url, patience in in_turn(servers, deadline, later=len(nodes)):
        try:
            with Remote(url, patience) as server:
                return _at(server, path, signer, tell)
        except SiegelError as failure:
            tell(say("{server}: {failure}", server=url, failure=say_error(failure)))
            failures.append(incident.Failure(url, failure, int(time.time())))
    by_nodes: list[incident.Failure] = []
    for url, patience in in_turn(nodes, deadline):
        try:
            done = _by_node(url, path, signer, patience)
        except SiegelError as failure:
            tell(say("{server}: {failure}", server=url, failure=say_error(failure)))
            by_nodes.append(incident.Failure(url, failure, int(time.time())))
            continue
        if done.receipt.promise is not None:
            return done
        kept = _kept_record(path, servers, failures, signer, tell)
        missed = failures[0].error
        raise EnvelopeUndelivered(
            node=url, block=done.block, time=done.time, failure=missed.name, record=kept
        ) from missed
    kept = _kept_record(path, servers, [*failures, *by_nodes], signer, tell)
    # What a node says comes from the ledger itself.
    told, *_ = by_nodes or failures
    raise HandingInFailed(failure=told.error.name, tried=len(servers) + len(nodes), record=kept)


def _by_node(url: str, path: Path, signer: KeySigner, patience: float) -> HandedIn:
    receipt = read_receipt(path)
    context = context_of(receipt)

    def keep(call: SignedCall) -> None:
        assert isinstance(call.act, CommitBid)
        # The ledger took no call with the promise: nobody's word is left that the envelope is there.
        promise = receipt.promise if call.act.promise.arrived_at else None
        keep_receipt(path, replace(receipt, transaction=call.raw, promise=promise))

    def before(next_number: int, is_there: Callable[[bytes], bool]) -> bytes | None:
        raw = signed_before(receipt, context, signer, next_number, is_there)
        if raw is not None:
            keep_receipt(path, replace(receipt, transaction=raw))
        return raw

    acts = _acts(receipt, context.not_before)
    done = through_node(url, context, signer, acts, receipt.transaction, keep, patience, before)
    assert isinstance(done.act, CommitBid)
    promised = done.act.promise.arrived_at
    return HandedIn(
        read_receipt(path), url, promised or done.time, context.not_before, done.block, done.time, done.transaction,
        is_promised=promised > 0, is_node=True,
    )  # fmt: skip


def _acts(receipt: Receipt, deadline: int) -> list[CommitBid]:
    """With the promise, if there is one; in time without it, too, for the block's time is in time as well. Such a call
    ends with the deadline, so that it makes no bid late: after it a promise still counts."""
    now = int(time.time())
    in_time = now <= deadline
    promises = [] if receipt.promise is None else [receipt.promise]
    if in_time or not promises:
        promises.append(Promise())
    without = deadline if in_time and deadline <= now + _LONGEST else now + 86_400
    return [committing(receipt, promise, promise.deliver_by or without) for promise in promises]


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
    except OF_PROMISES as refusal:
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
    promised_at = _promised_in(receipt)
    return HandedIn(
        receipt, server.url, promised_at or time_of_block, asked.deadline, int(found["block"]), time_of_block,
        transaction, is_promised=promised_at > 0,
    )  # fmt: skip


def _relayed(
    server: Remote, path: Path, receipt: Receipt, promise: Promise, context: Context, signer: KeySigner,
    tell: Callable[[str], None],
) -> tuple[Receipt, bytes]:  # fmt: skip
    """The receipt with the transaction that the server took, and that one's hash."""
    if receipt.transaction is not None:
        # Its number was another server's word, who can be behind, or lie.
        with suppress(NonceAhead, NonceUsed):
            return receipt, _relayed_with_envelope(server, receipt, receipt.transaction, tell)
    number = next_number(server, signer.account)
    raw = signed_before(receipt, context, signer, number, partial(is_underway, server))
    if raw is None:
        act = committing(receipt, promise, promise.deliver_by or int(time.time()) + _VALID)
        raw = signed_with(number, act, signer, context.chain_id, context.ledger)
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


def _promised_in(receipt: Receipt) -> int:
    """The second of arrival that the transaction carries; it can be older than the receipt's promise, and have none."""
    assert receipt.transaction is not None
    act = read_signed_call(receipt.transaction, receipt.chain_id, receipt.ledger, NOBODY).act
    return act.promise.arrived_at if isinstance(act, CommitBid) else 0


def _problem(found: dict[str, Any]) -> Any:
    problem = found.get("problem")
    return problem.get("name") or problem.get("type", "?") if isinstance(problem, dict) else problem or "?"


def _kept_record(
    path: Path,
    servers: Sequence[str],
    failures: Sequence[incident.Failure],
    signer: KeySigner,
    tell: Callable[[str], None],
) -> Path:
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
    return kept
