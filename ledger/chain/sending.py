"""From a call to a receipt: settle what is in doubt, simulate, take a nonce, sign, hand in, wait.

Whoever repeats an act after a crash, a lost connection or a time-out does not know whether the first one counts. So
the very same call, whose outcome nobody was told yet, is not signed again but awaited; and nothing else is simulated
while a transaction that nobody in this process awaits is on its way, so that the simulation meets the state it makes.

Gas costs nothing here, so a transaction's gas limit only has to suffice, also if the state changes in between (the
second officer's call costs more than the first one's); it stays below the cap of 2^24 that Osaka sets.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import rlp
from eth_hash.auto import keccak

from ledger.chain.nonces import NonceBook, Sent
from ledger.chain.reverts import decode_revert, named_refusal
from ledger.chain.rpc import Transport, from_hex, to_hex, to_int
from ledger.errors import (
    NodeAnswerMalformed,
    NodeRefused,
    NodeUnreachable,
    ReceiptTimeout,
    SiegelError,
    TransactionFailed,
    TransactionReplaced,
)

if TYPE_CHECKING:
    from ledger.chain.signers import Signer

_GAS_CAP = 2**24
_LEAST_GAS = 1_000_000
# More fits into no column; EIP-2681 ends nonces at twice as many.
_MOST_SENT = 2**63 - 1
_POLL_SECONDS = 0.05
_LONGEST_POLL_SECONDS = 1.0
# After this many polls without a receipt the node is asked whether it still knows the transaction at all.
_POLLS_BEFORE_DOUBT = 10


@dataclass(frozen=True)
class Submitted:
    """A transaction that was handed in, and the call it makes; ``to`` is None where a smart contract is created."""

    sent: Sent
    to: bytes | None
    data: bytes


class Sender:
    """Sends transactions of any signer to one chain."""

    def __init__(self, transport: Transport, chain_id: int, book: NonceBook, settle_timeout: float = 30.0) -> None:
        """``settle_timeout``: how long, in seconds, ``submit`` waits for what others left on its way."""
        self._transport, self._chain_id, self._book = transport, chain_id, book
        self._settle_timeout = settle_timeout
        # Hashes of what a caller here was told was handed in and has not given up: nobody repeats these.
        self._awaited: set[bytes] = set()

    def simulate(self, account: bytes, to: bytes | None, data: bytes) -> int:
        """Gas that the call would use now. Raises the named exception if it would be refused."""
        try:
            answer = self._transport.request("eth_estimateGas", [_call(account, to, data)])
        except NodeRefused as refusal:
            raise named_refusal(refusal) from refusal
        return to_int(answer, "eth_estimateGas")

    def submit(
        self,
        signer: Signer,
        to: bytes | None,
        data: bytes,
        signing: Callable[[], None] | None = None,
        gas: int | None = None,
    ) -> Submitted:
        """Settle, simulate, sign and hand in. With ``gas``, a limit, nothing is simulated.

        Raises what the simulation raises, NodeRefused, NodeUnreachable, and ReceiptTimeout if an earlier transaction of
        the account stays on its way.

        After NodeUnreachable the transaction may have arrived; it is in the book and will be handed in again.
        ``signing`` is called between the simulation and the signature.
        """
        until = time.monotonic() + self._settle_timeout
        while True:
            with self._book.turn():
                before = self._doubtful(signer.account)
                nonce = self._next_nonce(signer.account)
                for sent in before:
                    if _call_in(sent.raw) == (to, data):
                        self._awaited.add(sent.hash)
                        return Submitted(sent, to, data)
                doubtful = self._doubtful(signer.account)
                if not doubtful:
                    sent = self._sign_and_hand_in(signer, nonce, to, data, signing, gas)
                    self._awaited.add(sent.hash)
                    return Submitted(sent, to, data)
            if time.monotonic() >= until:
                raise ReceiptTimeout(transaction=doubtful[0].hash, seconds=self._settle_timeout)
            time.sleep(_POLL_SECONDS)

    def _doubtful(self, account: bytes) -> list[Sent]:
        """What the account signed and nobody here awaits: left by a crash, a time-out, or on its way elsewhere."""
        return [one for one in self._book.unsettled(account) if one.hash not in self._awaited]

    def _sign_and_hand_in(
        self,
        signer: Signer,
        nonce: int,
        to: bytes | None,
        data: bytes,
        signing: Callable[[], None] | None,
        gas: int | None,
    ) -> Sent:
        if gas is None:
            gas = 2 * self.simulate(signer.account, to, data)
        transaction: dict[str, Any] = {
            "chainId": self._chain_id,
            "nonce": nonce,
            "gas": min(max(gas, _LEAST_GAS), _GAS_CAP),
            "gasPrice": 0,
            "value": 0,
            "data": data,
        }
        if to is not None:
            transaction["to"] = to
        if signing is not None:
            signing()
        raw = signer.sign_transaction(transaction)
        sent = Sent(signer.account, nonce, keccak(raw), raw)
        self._book.note(sent)
        try:
            self._hand_in(sent)
        except NodeRefused:
            self._book.forget(sent)
            raise
        return sent

    def receipt(self, submitted: Submitted, timeout: float) -> dict[str, Any]:
        """Wait for the receipt of an executed transaction, at most ``timeout`` seconds.

        Raises ReceiptTimeout, TransactionReplaced, or, for a transaction that stands in a block but was refused there,
        the named exception (TransactionFailed if the reason can no longer be found).
        """
        try:
            return self._await_receipt(submitted, timeout)
        finally:
            # In a block or given up: whoever tries again after a time-out must settle it first.
            self._awaited.discard(submitted.sent.hash)

    def _await_receipt(self, submitted: Submitted, timeout: float) -> dict[str, Any]:
        sent, polls, pause = submitted.sent, 0, _POLL_SECONDS
        until = time.monotonic() + timeout
        while True:
            receipt = self._transport.request("eth_getTransactionReceipt", [to_hex(sent.hash)])
            if receipt is not None:
                return self._executed(submitted, receipt)
            polls += 1
            if polls % _POLLS_BEFORE_DOUBT == 0:
                self._revive(sent)
            if time.monotonic() >= until:
                raise ReceiptTimeout(transaction=sent.hash, seconds=timeout)
            time.sleep(min(pause, max(0.0, until - time.monotonic())))
            pause = min(pause * 1.2, _LONGEST_POLL_SECONDS)

    def settle(self, account: bytes, timeout: float) -> None:
        """Wait until nothing that the account signed is on its way; what the node lost is handed in again.

        After it, the chain says about every earlier transaction whether it counts. Raises ReceiptTimeout.
        """
        until = time.monotonic() + timeout
        while True:
            with self._book.turn():
                self._next_nonce(account)
                left = self._book.unsettled(account)
            if not left:
                return
            if time.monotonic() >= until:
                raise ReceiptTimeout(transaction=left[0].hash, seconds=timeout)
            time.sleep(_POLL_SECONDS)

    def _next_nonce(self, account: bytes) -> int:
        mined, pending = self._count(account, "latest"), self._count(account, "pending")
        self._book.settle_below(account, mined)
        for sent in self._book.unsettled(account):
            if sent.nonce >= pending:
                # The node lost it (pools do not survive a restart), or never got it.
                self._hand_in(sent)
        return self._book.next_nonce(account, mined, pending)

    def _count(self, account: bytes, tag: str) -> int:
        method = "eth_getTransactionCount"
        count = to_int(self._transport.request(method, [to_hex(account), tag]), method)
        if count > _MOST_SENT:
            raise NodeAnswerMalformed(method=method, reason=f"no account has sent {count} transactions")
        return count

    def _hand_in(self, sent: Sent) -> None:
        try:
            answer = self._transport.request("eth_sendRawTransaction", [to_hex(sent.raw)])
        except NodeRefused:
            # Every node has other words for "known already", in its pool or in a block: ask instead of reading them.
            if self._transport.request("eth_getTransactionByHash", [to_hex(sent.hash)]) is None:
                raise
            return
        if from_hex(answer, "eth_sendRawTransaction") != sent.hash:
            raise NodeAnswerMalformed(method="eth_sendRawTransaction", reason="it names another transaction")

    def _revive(self, sent: Sent) -> None:
        """Hand in again what the node forgot; notice if another transaction took the nonce."""
        if self._transport.request("eth_getTransactionByHash", [to_hex(sent.hash)]) is not None:
            return
        if self._count(sent.account, "latest") <= sent.nonce:
            try:
                self._hand_in(sent)
            except NodeRefused:
                # Not now, for example while another transaction holds the nonce: the next doubt asks again.
                return
        elif self._transport.request("eth_getTransactionReceipt", [to_hex(sent.hash)]) is None:
            self._book.forget(sent)
            raise TransactionReplaced(transaction=sent.hash, account=sent.account, nonce=sent.nonce)

    def _executed(self, submitted: Submitted, receipt: Any) -> dict[str, Any]:
        if not isinstance(receipt, dict) or receipt.get("status") not in ("0x0", "0x1"):
            raise NodeAnswerMalformed(method="eth_getTransactionReceipt", reason="it is no receipt")
        # Its outcome is told now: the same call, sent again, is meant once more.
        self._book.forget(submitted.sent)
        if receipt["status"] == "0x1":
            return receipt
        raise self._reason(submitted, receipt)

    def _reason(self, submitted: Submitted, receipt: dict[str, Any]) -> SiegelError:
        """Why a transaction failed: from the receipt where the node says it there, else by running it once more."""
        block = to_int(receipt.get("blockNumber"), "eth_getTransactionReceipt")
        told = receipt.get("revertReason")
        if isinstance(told, str) and len(told) > 2:
            return decode_revert(from_hex(told, "eth_getTransactionReceipt"))
        call = _call(submitted.sent.account, submitted.to, submitted.data)
        try:
            self._transport.request("eth_call", [call, hex(block)])
        except NodeRefused as refusal:
            return named_refusal(refusal)
        except NodeUnreachable:
            pass
        return TransactionFailed(transaction=submitted.sent.hash, block=block)


def _call_in(raw: bytes) -> tuple[bytes | None, bytes]:
    """Account called and call data of a transaction that was signed here (legacy, EIP-155)."""
    fields = rlp.decode(raw)
    return fields[3] or None, fields[5]


def _call(account: bytes, to: bytes | None, data: bytes) -> dict[str, Any]:
    call = {"from": to_hex(account), "data": to_hex(data), "gasPrice": "0x0"}
    return call if to is None else {**call, "to": to_hex(to)}
