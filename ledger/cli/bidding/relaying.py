"""Signed transactions of a bid's account, and their way to the ledger through a receiver's relay."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

from ledger.chain.acts import CommitBid, WithdrawBid
from ledger.chain.codec import encode_call
from ledger.chain.keccak import keccak
from ledger.chain.signers import KeySigner
from ledger.cli.remote import Remote
from ledger.errors import ReceiptTimeout, ServerAnswerUnusable

GAS: Final = 1_000_000
"""Ten times what a commitment costs; gas has no price."""
WAIT: Final = 90.0
"""Seconds until a transaction is given up for now; it stays with the receiver."""


def next_number(server: Remote, account: bytes) -> int:
    """The number of the account's next transaction, as the receiver says it. Raises ServerAnswerUnusable."""
    path = f"/accounts/0x{account.hex()}"
    nonce = server.ask(path).get("nonce")
    if not isinstance(nonce, int) or isinstance(nonce, bool) or not 0 <= nonce < 2**63:
        raise ServerAnswerUnusable(url=server.url + path, reason=f"{nonce!r} is no nonce")
    return nonce


def signed_with(nonce: int, act: CommitBid | WithdrawBid, signer: KeySigner, chain_id: int, ledger: bytes) -> bytes:
    """The raw transaction; the same arguments give the same bytes."""
    return signer.sign_transaction(
        {
            "chainId": chain_id, "nonce": nonce, "gas": GAS, "gasPrice": 0, "value": 0, "data": encode_call(act),
            "to": ledger,
        }
    )  # fmt: skip


def relay(server: Remote, raw: bytes) -> bytes:
    """Hand a transaction in, and give its hash; again is no harm. Raises what the ledger would refuse it with."""
    hash = keccak(raw)
    if server.tell("/transactions", {"raw": "0x" + raw.hex()}).get("hash") != "0x" + hash.hex():
        raise ServerAnswerUnusable(url=server.url, reason="it names another transaction")
    return hash


def state_of(server: Remote, transaction: bytes) -> dict[str, Any]:
    """What became of a transaction: ``state``, and then ``block``, ``time``, ``acts`` or ``problem``."""
    return server.ask(f"/transactions/0x{transaction.hex()}")


def is_underway(server: Remote, raw: bytes) -> bool:
    """Whether it waits there or was recorded. One that was refused is not: with another promise it may count."""
    return state_of(server, keccak(raw)).get("state") in ("waiting", "recorded")


def recorded(
    server: Remote, transaction: bytes, *, wait: float = WAIT, pause: Callable[[float], None] = time.sleep
) -> dict[str, Any]:
    """The same, once it is ``recorded`` or ``refused``. Raises ReceiptTimeout after ``wait`` seconds,
    ServerAnswerUnusable for one in another state, or that was recorded and has no block."""
    until = time.monotonic() + wait
    while True:
        found = state_of(server, transaction)
        state = found.get("state")
        if state not in ("waiting", "unknown"):
            if state not in ("recorded", "refused"):
                raise ServerAnswerUnusable(url=server.url, reason=f"{state!r:.40} is no state")
            if state == "recorded" and not all(type(found.get(name)) is int for name in ("block", "time")):
                raise ServerAnswerUnusable(url=server.url, reason="a block is missing")
            return found
        if time.monotonic() >= until:
            raise ReceiptTimeout(transaction=transaction, seconds=wait)
        pause(0.5)
