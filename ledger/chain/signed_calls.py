"""Signed transactions of others: read, checked and handed to a node, without py-evm.

Only what costs nothing and calls ledger or registry: price and value are zero, and the call is the one canonical
encoding of an act.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import rlp
from eth_account import Account
from eth_keys.exceptions import BadSignature
from eth_utils.exceptions import ValidationError

from ledger.chain.client import Act, Chain, Recorded
from ledger.chain.codec import decode_call
from ledger.chain.keccak import keccak
from ledger.chain.nonces import Sent
from ledger.chain.rpc import from_hex, to_hex, to_int
from ledger.chain.sending import Submitted
from ledger.errors import NodeAnswerMalformed, NodeRefused, TransactionElsewhere, TransactionMalformed

MOST_BYTES: Final = 131_072
"""As nodes take at most."""
MOST_GAS: Final = 2**24
_HALF_ORDER: Final = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0
"""Of secp256k1; above it the same signature could be written a second time (EIP-2)."""
# Places of nonce, gas, account called, value, data and s, and of the prices; how many fields there are.
_LEGACY: Final = ((0, 2, 3, 4, 5, 8), (1,), 9)
_TYPED: Final = {1: ((1, 3, 4, 5, 6, 10), (2,), 11), 2: ((1, 4, 5, 6, 7, 11), (2, 3), 12)}


@dataclass(frozen=True, slots=True)
class SignedCall:
    """A transaction that carries an act: ``account`` (20 bytes) signed it, ``hash`` has 32 bytes."""

    hash: bytes
    raw: bytes
    account: bytes
    nonce: int
    gas: int
    to: bytes
    data: bytes
    act: Act

    @property
    def expires(self) -> int | None:
        """The last second in which the call counts; None of one that always does, such as a revocation."""
        expires = getattr(getattr(self.act, "call", self.act), "expires", None)
        return None if expires is None else int(expires)


def read_signed_call(raw: bytes, chain_id: int, ledger: bytes, registry: bytes) -> SignedCall:
    """Legacy (EIP-155), EIP-2930 and EIP-1559 transactions in their one encoding.

    Raises TransactionMalformed; TransactionElsewhere for another chain or smart contract; CallMalformed.
    """
    fields, (places, prices, _) = _fields(raw)
    nonce, gas, value, s = (_number(fields[places[place]]) for place in (0, 1, 3, 5))
    to, data = fields[places[2]], fields[places[4]]
    found = _chain_id(raw, fields)
    if found != chain_id:
        raise TransactionElsewhere(field="chainId", expected=chain_id, got=found)
    if to not in (ledger, registry):
        raise TransactionElsewhere(field="to", expected=ledger, got=to)
    if value or any(_number(fields[place]) for place in prices):
        raise TransactionMalformed(reason="price and value must be zero")
    if gas > MOST_GAS:
        raise TransactionMalformed(reason=f"{gas} gas, at most {MOST_GAS} are possible")
    if s > _HALF_ORDER:
        raise TransactionMalformed(reason="its signature is not in the one form (EIP-2)")
    try:
        account = bytes.fromhex(Account.recover_transaction(raw)[2:])
    except (BadSignature, ValidationError, rlp.exceptions.RLPException, ValueError, TypeError) as error:
        raise TransactionMalformed(reason=f"nobody signed it: {error!s:.100}") from error
    act = decode_call(data, "ledger" if to == ledger else "registry")
    return SignedCall(keccak(raw), raw, account, nonce, gas, to, data, act)


def hand_in(chain: Chain, call: SignedCall) -> None:
    """Give it to the node; one that is known there is no failure. Raises NodeRefused, NodeUnreachable."""
    try:
        answer = chain.transport.request("eth_sendRawTransaction", [to_hex(call.raw)])
    except NodeRefused:
        if chain.transport.request("eth_getTransactionByHash", [to_hex(call.hash)]) is None:
            raise
        return
    if from_hex(answer, "eth_sendRawTransaction") != call.hash:
        raise NodeAnswerMalformed(method="eth_sendRawTransaction", reason="it names another transaction")


def outcome(chain: Chain, call: SignedCall, timeout: float = 0.0) -> Recorded:
    """What it brought about, as far as a block has it within ``timeout`` seconds.

    Raises ReceiptTimeout if none has; the named exception if it stands in a block and was refused there.
    """
    return chain.recorded(Submitted(Sent(call.account, call.nonce, call.hash, call.raw), call.to, call.data), timeout)


def transactions_of(chain: Chain, account: bytes, *, pending: bool) -> int:
    """How many transactions of the account are in blocks, or known to the node at all (``pending``)."""
    method = "eth_getTransactionCount"
    return to_int(chain.transport.request(method, [to_hex(account), "pending" if pending else "latest"]), method)


def _fields(raw: bytes) -> tuple[list[bytes], tuple[tuple[int, ...], tuple[int, ...], int]]:
    if not raw or len(raw) > MOST_BYTES:
        raise TransactionMalformed(reason=f"{len(raw)} bytes, at most {MOST_BYTES} are taken")
    form = _LEGACY if raw[0] >= 0xC0 else _TYPED.get(raw[0])
    if form is None:
        raise TransactionMalformed(reason="legacy, EIP-2930 and EIP-1559 transactions are taken")
    body = raw if raw[0] >= 0xC0 else raw[1:]
    try:
        fields: Any = rlp.decode(body)
        is_canonical = rlp.encode(fields) == body
    except (rlp.exceptions.RLPException, RecursionError) as error:
        raise TransactionMalformed(reason=f"no RLP: {error!s:.100}") from error
    if not isinstance(fields, list) or len(fields) != form[2] or not is_canonical:
        raise TransactionMalformed(reason="another number of fields than such a transaction has")
    listed = None if form is _LEGACY else form[2] - 4
    if not all(isinstance(field, bytes) for place, field in enumerate(fields) if place != listed):
        raise TransactionMalformed(reason="a list where a value must be")
    # It costs gas that a simulation of the act does not count: no node would take what the relay had taken.
    if listed is not None and fields[listed] != []:
        raise TransactionMalformed(reason="an access list")
    return fields, form


def _chain_id(raw: bytes, fields: list[bytes]) -> int | None:
    """None of a legacy transaction that names no chain and could be repeated on any."""
    if raw[0] < 0xC0:
        return _number(fields[0])
    v = _number(fields[6])
    return (v - 35) // 2 if v >= 35 else None


def _number(field: bytes) -> int:
    if field[:1] == b"\0" or len(field) > 32:
        raise TransactionMalformed(reason="a number that is not written in its one form")
    return int.from_bytes(field, "big")
