"""A bid's transaction without any receiver's relay: given to a node of the chain, and looked for there.

Nobody need believe the node: it is compared with the chain that the bid was sealed for, its answers are bounded, and
what it says of a block only the evidence bundle proves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from ledger.chain.acts import CommitBid, WithdrawBid
from ledger.chain.client import Chain, Recorded
from ledger.chain.codec import encode_call
from ledger.chain.deployment import Deployment
from ledger.chain.nonces import NonceBook
from ledger.chain.record import NOBODY, ZERO
from ledger.chain.rpc import HttpTransport, to_hex, to_int
from ledger.chain.signed_calls import SignedCall, hand_in, outcome, read_signed_call, transactions_of
from ledger.chain.signers import KeySigner
from ledger.cli.bidding.relaying import GAS, WAIT
from ledger.cli.remote import Remote
from ledger.errors import (
    ActExpired,
    ArrivalInFuture,
    KindMissing,
    NodeAnswerMalformed,
    NodeRefused,
    NodeUnreachable,
    PromiseExpired,
    PromiseInvalid,
    PromiseTooLong,
    ReceiptTimeout,
    ReceiverUnknown,
    ServerAnswerUnusable,
    ServerRefuses,
    ServerUnreachable,
    SiegelError,
    TransactionReplaced,
    WrongChain,
)
from ledger.sealing.context import Context

OF_PROMISES: Final = (
    ActExpired, ArrivalInFuture, KindMissing, PromiseExpired, PromiseInvalid, PromiseTooLong, ReceiverUnknown,
)  # fmt: skip
"""What the ledger refuses a promise with, or a call that ends with it."""

_PATIENCE: Final = 20.0
"""Seconds without a byte of an answer."""
_MOST_NONCE: Final = 10_000
"""An account is made for one bid: what is signed with a higher number could wait for ever."""
_OF_NODES: Final = (
    NodeAnswerMalformed, NodeRefused, NodeUnreachable, ServerAnswerUnusable, ServerRefuses, ServerUnreachable,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AtNode:
    """What the node at ``url`` says: the act, and the block that has it with its time in seconds since 1970."""

    url: str
    act: CommitBid | WithdrawBid
    transaction: bytes
    block: int
    time: int


def through_node(
    url: str,
    context: Context,
    signer: KeySigner,
    acts: Sequence[CommitBid | WithdrawBid],
    signed: bytes | None,
    keep: Callable[[SignedCall], None],
    patience: float,
) -> AtNode:
    """Have the node record the first of the acts that the ledger would record.

    ``signed``: what was signed last, by whatever way it was sent; ``keep`` is called before anything new is sent;
    ``patience``: seconds that it may be silent for.
    Raises WrongChain, what the ledger refuses with, ReceiptTimeout, and what asking the node does.
    """
    with _asked(url, context, patience) as chain:
        old = None if signed is None else read_signed_call(signed, chain.chain_id, chain.ledger, chain.registry)
        try:
            if old is not None:
                return _told(url, chain, old, outcome(chain, old))
        except (ReceiptTimeout, TransactionReplaced):
            pass
        except _OF_NODES:
            raise
        except SiegelError:
            old = None  # it stands in a block, did nothing, and never will
        nonce = transactions_of(chain, signer.account, pending=True)
        if nonce > _MOST_NONCE:
            raise NodeAnswerMalformed(method="eth_getTransactionCount", reason=f"{nonce} transactions of one bid")
        if old is None or old.nonce != nonce - 1 or not _is_known(chain, old):
            tried = [_act_of(old), *acts] if old is not None and old.nonce == nonce else acts
            call = _signed(chain, signer, nonce, _acceptable(chain, signer, tried))
            if call.raw != signed:
                keep(call)
            hand_in(chain, call)
            old = call
        return _told(url, chain, old, outcome(chain, old, WAIT))


@contextmanager
def _asked(url: str, context: Context, patience: float) -> Iterator[Chain]:
    transport = _Bounded(url, min(patience, _PATIENCE))
    try:
        chain_id = to_int(transport.request("eth_chainId", []), "eth_chainId")
        if chain_id != context.chain_id:
            raise WrongChain(what="the chain id", got=chain_id, expected=context.chain_id)
        # A tenderer knows neither genesis nor registry, and asks for nothing that needs them.
        deployment = Deployment(chain_id, ZERO, NOBODY, context.ledger, 0)
        chain = Chain(transport, deployment, NonceBook(chain_id), WAIT)
        try:
            yield chain
        finally:
            chain.close()
    finally:
        transport.close()


class _Bounded(HttpTransport):
    """Answers of bounded size and duration; no redirect is followed."""

    def __init__(self, url: str, patience: float) -> None:
        super().__init__(url)
        self._remote = Remote(url, patience)

    def _post(self, body: bytes) -> bytes:
        headers = {"Content-Type": "application/json"}
        return self._remote.request("POST", "", content=body, headers=headers).content

    def close(self) -> None:
        self._remote.close()


def _acceptable(chain: Chain, signer: KeySigner, acts: Sequence[CommitBid | WithdrawBid]) -> CommitBid | WithdrawBid:
    """Another promise, or none, is worth trying only where the promise is what does not fit."""
    first, *others = acts
    try:
        chain.simulate(first, signer.account)
    except OF_PROMISES:
        if not others:
            raise
        return _acceptable(chain, signer, others)
    return first


def _signed(chain: Chain, signer: KeySigner, nonce: int, act: CommitBid | WithdrawBid) -> SignedCall:
    raw = signer.sign_transaction(
        {
            "chainId": chain.chain_id, "nonce": nonce, "gas": GAS, "gasPrice": 0, "value": 0, "data": encode_call(act),
            "to": chain.ledger,
        }
    )  # fmt: skip
    return read_signed_call(raw, chain.chain_id, chain.ledger, chain.registry)


def _is_known(chain: Chain, call: SignedCall) -> bool:
    return chain.transport.request("eth_getTransactionByHash", [to_hex(call.hash)]) is not None


def _told(url: str, chain: Chain, call: SignedCall, recorded: Recorded) -> AtNode:
    act = _act_of(call)
    # On a chain without this ledger anything succeeds, and does nothing.
    if not any((each.process_id, each.subject) == (act.process_id, act.commitment) for each in recorded.records):
        raise NodeAnswerMalformed(method="eth_getTransactionReceipt", reason="no act of this bid is in it")
    number = recorded.block_number
    return AtNode(url, act, call.hash, number, chain.block(number).time)


def _act_of(call: SignedCall) -> CommitBid | WithdrawBid:
    assert isinstance(call.act, CommitBid | WithdrawBid)
    return call.act
