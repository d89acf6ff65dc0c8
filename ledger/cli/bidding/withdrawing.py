"""A bid taken back, by its own account."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ledger.chain.acts import WithdrawBid
from ledger.chain.signers import KeySigner
from ledger.cli.bidding.receipt_file import context_of
from ledger.cli.bidding.relaying import next_number, recorded, relay, signed_with
from ledger.cli.bidding.through_node import through_node
from ledger.cli.remote import Remote, first_that_answers, in_turn
from ledger.errors import SiegelError, TransactionRefused
from ledger.evidence.receipt import open_secret, read_receipt

_VALID: int = 3600
"""Seconds in which the signed withdrawal counts."""


def withdraw_bid(path: Path, servers: Sequence[str], passphrase: str, nodes: Sequence[str] = ()) -> dict[str, Any]:
    """Withdraw at the first server that takes it, if none does by one of the nodes; ``block``, ``time``,
    ``transaction``, and ``node``: None, or the one that says so. Raises what the last refuses with, TransactionRefused.
    """
    receipt = read_receipt(path)
    _, account = open_secret(receipt.secret, passphrase)
    signer = KeySigner(account)
    context = context_of(receipt)
    act = WithdrawBid(receipt.process_id, receipt.round, receipt.commitment, int(time.time()) + _VALID)
    sent: list[bytes] = []

    def at(server: Remote) -> dict[str, Any]:
        number = next_number(server, signer.account)
        sent.append(signed_with(number, act, signer, context.chain_id, context.ledger))
        transaction = relay(server, sent[-1])
        found = recorded(server, transaction)
        if found.get("state") != "recorded":
            raise TransactionRefused(transaction=transaction, problem=str(found.get("problem")))
        told = {"block": int(found["block"]), "time": int(found["time"]), "transaction": transaction}
        return {**told, "node": None}

    try:
        return first_that_answers(servers, at, context.not_before)
    except SiegelError as refusal:
        failure = refusal
    for url, patience in in_turn(nodes, context.not_before):
        try:
            last = sent[-1] if sent else None
            done = through_node(url, context, signer, [act], last, lambda call: sent.append(call.raw), patience)
            return {"block": done.block, "time": done.time, "transaction": done.transaction, "node": url}
        except SiegelError as refusal:
            failure = refusal
    raise failure
