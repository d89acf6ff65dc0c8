"""A bid taken back, by its own account."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ledger.chain.acts import WithdrawBid
from ledger.chain.signers import KeySigner
from ledger.cli.bidding.keeping import context_of
from ledger.cli.bidding.relaying import recorded, relay, signed
from ledger.cli.remote import Remote, first_that_answers
from ledger.errors import TransactionRefused
from ledger.evidence.receipt import open_secret, read_receipt

_VALID: int = 3600
"""Seconds in which the signed withdrawal counts."""


def withdraw_bid(path: Path, servers: Sequence[str], passphrase: str) -> dict[str, Any]:
    """Withdraw at the first server that takes it; ``block``, ``time``, ``transaction``. Raises what the last refuses
    with, TransactionRefused."""
    receipt = read_receipt(path)
    _, account = open_secret(receipt.secret, passphrase)
    signer = KeySigner(account)
    context = context_of(receipt)
    act = WithdrawBid(receipt.process_id, receipt.round, receipt.commitment, int(time.time()) + _VALID)

    def at(server: Remote) -> dict[str, Any]:
        transaction = relay(server, signed(server, act, signer, context.chain_id, context.ledger))
        found = recorded(server, transaction)
        if found.get("state") != "recorded":
            raise TransactionRefused(transaction=transaction, problem=str(found.get("problem")))
        return {"block": int(found["block"]), "time": int(found["time"]), "transaction": transaction}

    return first_that_answers(servers, at)
