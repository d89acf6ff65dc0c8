"""A bid's transaction that its receipt does not have, since it is an older copy, and after which its account may have
gone on: with a variant beside the bid, or with one that replaces it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from ledger.chain.acts import CommitBid, Promise
from ledger.chain.signers import KeySigner
from ledger.cli.bidding.relaying import signed_with
from ledger.evidence.receipt import Receipt
from ledger.sealing.context import Context

_MOST_NUMBERS: Final = 32
"""So many of the account's last numbers are looked at: a server could tell any."""


def committing(receipt: Receipt, promise: Promise, expires: int) -> CommitBid:
    """The call that commits the bid of a receipt; it counts until ``expires``, seconds since 1970."""
    return CommitBid(
        receipt.process_id, receipt.round, receipt.commitment, receipt.supersedes, expires, promise
    )  # fmt: skip


def signed_before(
    receipt: Receipt, context: Context, signer: KeySigner, next_number: int, is_there: Callable[[bytes], bool]
) -> bytes | None:
    """The raw transaction, made anew with each number that the account has used, from what always gives the same: the
    receipt's promise, or without one the deadline for which the bid was sealed, with which such a call ends.

    ``is_there`` says whether a transaction is on its way, or was recorded. None where none is.
    """
    acts: Sequence[CommitBid] = [
        *([] if receipt.promise is None else [committing(receipt, receipt.promise, receipt.promise.deliver_by)]),
        committing(receipt, Promise(), context.not_before),
    ]
    for number in range(next_number - 1, max(-1, next_number - 1 - _MOST_NUMBERS), -1):
        for act in acts:
            raw = signed_with(number, act, signer, context.chain_id, context.ledger)
            if is_there(raw):
                return raw
    return None
