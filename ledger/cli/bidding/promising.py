"""A receiver's promise of arrival: asked for, and compared with the bid before anything rests on it."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.chain.acts import Promise
from ledger.chain.record import NOBODY
from ledger.cli.bidding.asked import Receiver
from ledger.cli.remote import Remote
from ledger.errors import PromiseInvalid, ReceiverUnknown, ServerAnswerUnusable
from ledger.evidence.verify.promise import promisor
from ledger.sealing.context import Context


def promised(
    server: Remote, envelope: bytes, commitment: bytes, context: Context, receivers: Sequence[Receiver]
) -> tuple[Promise, bytes]:
    """The promise for the envelope with this digest, and the account (20 bytes) that signed it.

    Raises what the receiver refuses with, ServerAnswerUnusable, ReceiverUnknown for one that the round does not name,
    PromiseInvalid for one that is not of this bid. Whether the account speaks for the receiver, the ledger says.
    """
    path = "/promises"
    said = server.tell(path, {"envelope": "0x" + envelope.hex()})
    try:
        promise = Promise(
            _bytes(said["receiver"]), _moment(said["arrivedAt"]), _moment(said["deliverBy"]), _bytes(said["signature"])
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ServerAnswerUnusable(url=server.url + path, reason=f"{type(error).__name__}: {error}") from error
    if promise.receiver not in {each.organisation_id for each in receivers}:
        raise ReceiverUnknown(receiver=promise.receiver)
    account = promisor(
        context.chain_id, context.ledger, context.process_id, context.round, commitment, context.author,
        promise.arrived_at, promise.deliver_by, signature=promise.signature,
    )  # fmt: skip
    if account == NOBODY:
        raise PromiseInvalid(receiver=promise.receiver, signer=account)
    return promise, account


def _bytes(said: str) -> bytes:
    return bytes.fromhex(said.removeprefix("0x"))


def _moment(said: int) -> int:
    if isinstance(said, bool) or not 0 <= said < 2**64:
        raise ValueError(said)
    return int(said)
