"""Transactions that were answered but are in no block yet, and the rules for taking one in.

The pool in memory mirrors the table ``pending``: a transaction enters it only after it is durable there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

import rlp
from eth.abc import SignedTransactionAPI
from eth.vm.forks.prague import PragueVM
from eth_hash.auto import keccak
from eth_keys import keys  # type: ignore[attr-defined]
from eth_keys.backends.coincurve import CoinCurveECCBackend
from eth_keys.exceptions import BadSignature
from eth_utils.exceptions import ValidationError

from ledger.chain.node.schema import PendingRow
from ledger.errors import CoincurveMissing, RpcError

MAX_TRANSACTION_GAS = 2**24
"""Gas limit of one transaction: Osaka's cap (EIP-7825), so that what runs here also runs on Besu."""
MAX_TRANSACTION_BYTES = 131_072
MAX_WAITING = 20_000
MAX_WAITING_OF_SENDER = 1_000
"""A twentieth: one key alone cannot keep the others out, whatever it is allowed to do by the smart contracts."""

_REFUSED = -32000
_FLOOR_PER_TOKEN, _TOKENS_PER_BYTE, _BASE_GAS = 10, 4, 21_000  # EIP-7623


if not isinstance(keys.backend, CoinCurveECCBackend):
    # eth-keys falls back to pure Python without a word: 40 times slower, and every sender is recovered here.
    raise CoincurveMissing()


class Received(NamedTuple):
    """A decoded signed transaction and who signed it."""

    hash: bytes
    raw: bytes
    sender: bytes
    transaction: SignedTransactionAPI


def decode(raw: bytes, chain_id: int) -> Received:
    """Decode a signed transaction and check all that does not depend on the state.

    Legacy (EIP-155), EIP-2930 and EIP-1559 transactions with price and value 0. Raises :class:`RpcError` -32000.
    """
    if len(raw) > MAX_TRANSACTION_BYTES:
        raise RpcError(_REFUSED, f"oversized data: {len(raw)} bytes, at most {MAX_TRANSACTION_BYTES}")
    if raw[:1] not in (b"\x01", b"\x02") and not (raw and raw[0] >= 0xC0):
        raise RpcError(_REFUSED, "transaction type not supported: legacy, EIP-2930 and EIP-1559 are")
    try:
        transaction = PragueVM.get_transaction_builder().decode(raw)
        if transaction.encode() != raw:
            raise RpcError(_REFUSED, "transaction is not encoded canonically")
        found = transaction.chain_id
        if found != chain_id:
            shown = "no chain (EIP-155 is required)" if found is None else f"chain {found}"
            raise RpcError(_REFUSED, f"invalid chain id for signer: signed for {shown}, this is chain {chain_id}")
        transaction.validate()
        sender = transaction.sender
    except (BadSignature, ValidationError, rlp.exceptions.RLPException, ValueError, TypeError, IndexError) as error:
        raise RpcError(_REFUSED, f"invalid transaction: {error}") from error
    _check_gas(transaction)
    if transaction.max_fee_per_gas or transaction.max_priority_fee_per_gas or transaction.value:
        raise RpcError(_REFUSED, "insufficient funds for gas * price + value: there is no coin here, send with price 0")
    return Received(keccak(raw), raw, sender, transaction)


def floor_gas(data: bytes) -> int:
    """The least gas a transaction with this calldata may offer (EIP-7623)."""
    zeros = data.count(0)
    return _BASE_GAS + _FLOOR_PER_TOKEN * (zeros + (len(data) - zeros) * _TOKENS_PER_BYTE)


def _check_gas(transaction: SignedTransactionAPI) -> None:
    needed = max(transaction.intrinsic_gas, floor_gas(transaction.data))
    if transaction.gas < needed:
        raise RpcError(_REFUSED, f"intrinsic gas too low: have {transaction.gas}, want {needed}")
    if transaction.gas > MAX_TRANSACTION_GAS:
        raise RpcError(_REFUSED, f"exceeds transaction gas limit: {transaction.gas}, at most {MAX_TRANSACTION_GAS}")


class Pool:
    """The waiting transactions in order of arrival. Not locked: its owner is."""

    def __init__(self, rows: list[PendingRow], chain_id: int) -> None:
        self._waiting: dict[bytes, tuple[PendingRow, Received]] = {}
        self._next_nonce: dict[bytes, int] = {}
        self._count: Counter[bytes] = Counter()
        self._next_id = 1
        for row in rows:
            self.add(row, decode(row.raw, chain_id))

    def __len__(self) -> int:
        return len(self._waiting)

    def __iter__(self) -> Iterator[Received]:
        return iter([received for _, received in list(self._waiting.values())])

    def find(self, key: bytes) -> Received | None:
        found = self._waiting.get(key)
        return found[1] if found else None

    def nonce(self, sender: bytes, in_state: int) -> int:
        """The next nonce of ``sender``, the waiting transactions counted."""
        return max(in_state, self._next_nonce.get(sender, 0))

    def admit(self, received: Received, in_state: int, mined: Callable[[bytes], bool]) -> PendingRow:
        """The row to be written for a new transaction, or :class:`RpcError` -32000 saying why not.

        ``in_state``: the sender's nonce in the newest block; ``mined``: is this transaction in a block?
        """
        wanted, given = self.nonce(received.sender, in_state), received.transaction.nonce
        if received.hash in self._waiting or (given < in_state and mined(received.hash)):
            raise RpcError(_REFUSED, "already known")
        if given < in_state:
            raise RpcError(_REFUSED, f"nonce too low: next nonce {wanted}, tx nonce {given}")
        if given < wanted:
            raise RpcError(_REFUSED, f"replacement transaction underpriced: nonce {given} is taken by a waiting one")
        if given > wanted:
            raise RpcError(_REFUSED, f"nonce too high: next nonce {wanted}, tx nonce {given}; gaps are not queued")
        if len(self._waiting) >= MAX_WAITING:
            raise RpcError(_REFUSED, f"txpool is full: {MAX_WAITING} transactions wait for a block")
        if self._count[received.sender] >= MAX_WAITING_OF_SENDER:
            raise RpcError(
                _REFUSED, f"txpool is full for this sender: {MAX_WAITING_OF_SENDER} of its transactions wait"
            )
        return PendingRow(self._next_id, received.hash, received.raw)

    def add(self, row: PendingRow, received: Received) -> None:
        """Take in a transaction that is durable as ``row``."""
        self._waiting[received.hash] = (row, received)
        self._next_nonce[received.sender] = received.transaction.nonce + 1
        self._count[received.sender] += 1
        self._next_id = max(self._next_id, row.id + 1)

    def rows(self, hashes: list[bytes]) -> list[PendingRow]:
        return [self._waiting[key][0] for key in hashes]

    def settle(self, hashes: list[bytes]) -> None:
        """Forget transactions that are in a block now."""
        for key in hashes:
            _, received = self._waiting.pop(key)
            self._count[received.sender] -= 1
            if not self._count[received.sender]:
                del self._count[received.sender]
            if self._next_nonce.get(received.sender) == received.transaction.nonce + 1:
                del self._next_nonce[received.sender]
