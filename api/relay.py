"""Hands signed transactions of others to the ledger's node: only such that it would record now, and until it has.

A fresh account without a balance can sign; what holds off spam is here: a bid is relayed once its envelope is here, all
other acts for accounts that the smart contracts let act, each account and all together at a bounded rate.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from api.buckets import Buckets
from ledger import errors
from ledger.chain.acts import CommitBid, WithdrawBid
from ledger.chain.client import Chain, Recorded
from ledger.chain.nonces import Sent
from ledger.chain.record import NOBODY
from ledger.chain.rpc import to_hex
from ledger.chain.sending import Submitted
from ledger.chain.signed_calls import SignedCall, hand_in, outcome, read_signed_call, transactions_of
from ledger.errors import (
    ActExpired,
    CommitmentUnknown,
    CommitmentWithoutEnvelope,
    NodeAnswerMalformed,
    NodeRefused,
    NodeUnreachable,
    NonceAhead,
    NonceUsed,
    OutOfGas,
    ReceiptTimeout,
    RelayBusy,
    SiegelError,
    TransactionReplaced,
)
from ledger.store.envelopes import EnvelopeStore
from ledger.store.relayed import RelayBook, Relayed, RelayState

log = logging.getLogger(__name__)

PER_MINUTE: Final = 600
PER_MINUTE_OF_ACCOUNT: Final = 20
GRACE: Final = 60
"""Seconds after its last one in which a transaction may still stand in a block that is not known here."""
NO_EXPIRY: Final = 86_400
"""Seconds for which a call that always counts, such as a revocation, is handed in again."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a transaction: ``waiting``, ``recorded``, ``refused`` or ``unknown``."""

    state: str
    recorded: Recorded | None = None
    time: int | None = None
    """Of its block, in seconds since 1970."""
    refusal: SiegelError | None = None


class Relay:
    """The relay of one ledger and its registry. ``clock`` gives seconds since 1970. Thread safe.

    Every method raises as asking the node does.
    """

    def __init__(
        self,
        chain: Chain,
        book: RelayBook,
        envelopes: EnvelopeStore,
        clock: Callable[[], int],
        *,
        per_minute: int = PER_MINUTE,
        per_minute_of_account: int = PER_MINUTE_OF_ACCOUNT,
    ) -> None:
        self._chain, self._book, self._envelopes, self._clock = chain, book, envelopes, clock
        # Apart, so that nobody keeps bids out with calls that are refused only when they are tried.
        self._bids, self._acts = Buckets(per_minute), Buckets(per_minute)
        self._accounts = Buckets(per_minute_of_account)

    def take(self, raw: bytes) -> Relayed:
        """Keep a signed transaction durably and hand it in; the same bytes again, the same answer.

        Raises TransactionMalformed, TransactionElsewhere, CallMalformed, RelayBusy, NonceUsed, NonceAhead,
        CommitmentWithoutEnvelope, OutOfGas, and what the smart contract would refuse it with.
        """
        call = self._read(raw)
        known = self._book.find(call.hash)
        if known is not None:
            return known
        self._spend(self._accounts, call.account)
        self._require_bid_here(call)
        self._spend(self._bids if isinstance(call.act, CommitBid | WithdrawBid) else self._acts)
        if not self._is_on_chain(call):
            self._require_next(call)
            if self._chain.simulate(call.act, call.account) > call.gas:
                raise OutOfGas()
        commitment = call.act.commitment if isinstance(call.act, CommitBid) else None
        now = self._clock()
        expires = now + NO_EXPIRY if call.expires is None else call.expires
        taken = self._book.take(Relayed(call.hash, raw, call.account, call.nonce, commitment, expires, now))
        try:
            hand_in(self._chain, call)
        except (NodeUnreachable, NodeRefused, NodeAnswerMalformed) as error:
            log.warning("handed in again later: %s", error)
        return taken

    def fate(self, hash: bytes) -> Fate:
        """What became of a transaction, of this relay or not."""
        found = self._book.find(hash)
        if found is None:
            return self._fate_of_others(hash)
        fate = self._fate_of(self._read(found.raw))
        if fate is not None:
            self._settle(found, fate)
            return fate
        if found.state is RelayState.REFUSED:
            return Fate("refused", refusal=_read_refusal(found.problem or "{}"))
        return Fate("waiting")

    def next_nonce(self, account: bytes) -> int:
        """The number of the account's next transaction, those on their way counted."""
        last = self._book.last_nonce(account)
        return max(transactions_of(self._chain, account, pending=True), 0 if last is None else last + 1)

    def run_once(self) -> None:
        """Look after all that is on its way: settle what is in a block or can no longer count, hand in the rest."""
        for transaction in self._book.waiting():
            call = self._read(transaction.raw)
            fate = self._fate_of(call) or self._given_up(call, transaction.expires)
            if fate is not None:
                self._settle(transaction, fate)
                continue
            try:
                hand_in(self._chain, call)
            except NodeRefused as error:
                log.info("not taken yet: %s", error)

    # Before it is taken

    def _read(self, raw: bytes) -> SignedCall:
        chain = self._chain
        return read_signed_call(raw, chain.chain_id, chain.ledger, chain.registry)

    def _spend(self, buckets: Buckets, key: bytes | None = None) -> None:
        seconds = buckets.take(key)
        if seconds:
            raise RelayBusy(retryAfter=seconds)

    def _require_bid_here(self, call: SignedCall) -> None:
        act = call.act
        if isinstance(act, WithdrawBid):
            _, arrival, _ = self._chain.view("bidOf", act.process_id, act.round, act.commitment, call.account)
            if not arrival:
                raise CommitmentUnknown(commitment=act.commitment, author=call.account)
        if not isinstance(act, CommitBid):
            return
        found = self._envelopes.of_commitment(act.commitment)
        where = call.account, act.process_id, act.round
        # One answer for both: commitments are public, and which envelopes are here is not before the close.
        if found is None or (found.author, found.process_id, found.round) != where:
            raise CommitmentWithoutEnvelope(commitment=act.commitment)

    def _require_next(self, call: SignedCall) -> None:
        following = self.next_nonce(call.account)
        if call.nonce > following:
            raise NonceAhead(account=call.account, nonce=call.nonce, next=following)
        if call.nonce < following and not self._is_known(call.hash):
            raise NonceUsed(account=call.account, nonce=call.nonce, next=following)

    # What became of it

    def _is_on_chain(self, call: SignedCall) -> bool:
        return self._fate_of(call) is not None

    def _is_known(self, hash: bytes) -> bool:
        return self._chain.transport.request("eth_getTransactionByHash", [to_hex(hash)]) is not None

    def _fate_of(self, call: SignedCall) -> Fate | None:
        """As a block has it; None if none has it yet."""
        try:
            return self._recorded(outcome(self._chain, call))
        except (ReceiptTimeout, TransactionReplaced):
            return None
        except (NodeUnreachable, NodeRefused, NodeAnswerMalformed):
            raise
        except SiegelError as refusal:
            return Fate("refused", refusal=refusal)

    def _fate_of_others(self, hash: bytes) -> Fate:
        try:
            unsigned = Submitted(Sent(NOBODY, 0, hash, b""), None, b"")
            return self._recorded(self._chain.recorded(unsigned, 0.0))
        except (ReceiptTimeout, TransactionReplaced):
            return Fate("waiting" if self._is_known(hash) else "unknown")
        except (NodeUnreachable, NodeRefused, NodeAnswerMalformed):
            raise
        except SiegelError as refusal:
            return Fate("refused", refusal=refusal)

    def _recorded(self, recorded: Recorded) -> Fate:
        return Fate("recorded", recorded, self._chain.block(recorded.block_number).time)

    def _given_up(self, call: SignedCall, expires: int) -> Fate | None:
        """A transaction that no node has any more and that can no longer count."""
        if self._is_known(call.hash):
            return None
        used = transactions_of(self._chain, call.account, pending=False)
        if used > call.nonce:
            # A block may have taken it right after the last look.
            return self._fate_of(call) or Fate(
                "refused", refusal=NonceUsed(account=call.account, nonce=call.nonce, next=used)
            )
        now = self._clock()
        if now > expires + GRACE:
            return Fate("refused", refusal=ActExpired(expires=expires, time=now))
        return None

    def _settle(self, transaction: Relayed, fate: Fate) -> None:
        problem = None if fate.refusal is None else _written(fate.refusal)
        if transaction.state is RelayState.WAITING and fate.state != "waiting":
            self._book.settle(transaction.hash, RelayState(fate.state), self._clock(), problem)


def _written(refusal: SiegelError) -> str:
    values = {name: "0x" + value.hex() if isinstance(value, bytes) else value for name, value in refusal.values.items()}
    return json.dumps({"name": refusal.name, "values": values}, default=str)


def _read_refusal(text: str) -> SiegelError:
    found = json.loads(text)
    refusal = getattr(errors, found["name"])(**found["values"])
    assert isinstance(refusal, SiegelError)
    return refusal
