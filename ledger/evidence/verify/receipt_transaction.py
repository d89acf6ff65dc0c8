"""The signed raw transaction in a receipt: what it calls, and who signed it (EIP-155, EIP-2930, EIP-1559)."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from ledger.chain.keccak import keccak
from ledger.errors import EntryInvalid, MalformedAbi, MalformedRlp
from ledger.evidence.verify import abi, rlp
from ledger.evidence.verify.receipt_entries import Promised
from ledger.evidence.verify.signature import signer_of
from ledger.terms import STATUTE, Act, Argument

_COMMIT: Final = keccak(b"commitBid(bytes32,uint32,bytes32,bytes32,uint64,(bytes32,uint64,uint64,bytes))")[:4]
_SUPERSEDES, _PROMISED = STATUTE[Act.BID_COMMITTED].detail
_read_call = abi.reader(
    (
        Argument("processId", "bytes32", None, ()),
        Argument("round", "uint32", None, ()),
        Argument("commitment", "bytes32", None, ()),
        _SUPERSEDES,
        Argument("expires", "uint64", None, ()),
        _PROMISED,
    )
)
_TYPED: Final = {1: (11, 4), 2: (12, 5)}
"""Of each type of transaction the number of fields, and which is the receiving account; the call stands two further."""
_LEGACY: Final = (9, 3)


class Commit(NamedTuple):
    """A call of commitBid: ``to`` and ``signer`` are accounts (20 bytes), ``expires`` seconds since 1970."""

    chain_id: int
    to: bytes
    process_id: bytes
    round: int
    commitment: bytes
    supersedes: bytes
    expires: int
    promised: Promised
    signer: bytes


def read_commit(raw: bytes) -> Commit:
    """Read a transaction that calls commitBid. Raises EntryInvalid for any other, and for one without a chain id."""
    try:
        chain_id, to, data, signer = _transaction(raw)
        if data[:4] != _COMMIT:
            raise EntryInvalid(entry="transaction", reason="it does not call commitBid")
        process_id, round_, commitment, supersedes, expires, promised = _read_call(data[4:])
    except (MalformedRlp, MalformedAbi) as error:
        raise EntryInvalid(entry="transaction", reason=str(error)) from error
    return Commit(chain_id, to, process_id, round_, commitment, supersedes, expires, Promised(*promised), signer)


def _transaction(raw: bytes) -> tuple[int, bytes, bytes, bytes]:
    """Chain id, receiving account, call data and signer."""
    kind = raw[:1] if raw[0] in _TYPED else b""
    count, place = _TYPED[raw[0]] if kind else _LEGACY
    fields: list[Any] = rlp.decode_list(raw[len(kind) :])
    if len(fields) != count:
        raise MalformedRlp(reason=f"{count} fields were expected, not {len(fields)}", offset=0)
    to, data = rlp.fixed(fields[place], 20), fields[place + 2]
    if not isinstance(data, bytes):
        raise MalformedRlp(reason="bytes were expected, not a list", offset=0)
    parity, r, s = (rlp.integer(field) for field in fields[-3:])
    if kind:
        chain_id, signed = rlp.integer(fields[0]), fields[:-3]
    else:
        chain_id, parity = divmod(parity - 35, 2)
        signed = [*fields[:-3], _minimal(max(chain_id, 0)), b"", b""]
    if chain_id <= 0 or parity > 1:
        raise EntryInvalid(entry="transaction", reason="it is bound to no chain, or no signature")
    signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    return chain_id, to, data, signer_of(keccak(kind + rlp.encode(signed)), signature, parity)


def _minimal(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")
