"""Blocks as a node answers them, and their headers rebuilt to RLP.

Not every node serves raw headers, but all serve every field of one, so a header is put together here. Nothing is
checked: whether it has the block's hash is for ``ledger.evidence`` to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import rlp

from ledger.chain.rpc import from_hex, to_int
from ledger.errors import NodeAnswerMalformed

_METHOD = "eth_getBlockByNumber"

_DATA, _QUANTITY = True, False
# In the order of the RLP; the fields after the nonce came with later forks, each with all before it.
_FIELDS = (
    ("parentHash", _DATA),
    ("sha3Uncles", _DATA),
    ("miner", _DATA),
    ("stateRoot", _DATA),
    ("transactionsRoot", _DATA),
    ("receiptsRoot", _DATA),
    ("logsBloom", _DATA),
    ("difficulty", _QUANTITY),
    ("number", _QUANTITY),
    ("gasLimit", _QUANTITY),
    ("gasUsed", _QUANTITY),
    ("timestamp", _QUANTITY),
    ("extraData", _DATA),
    ("mixHash", _DATA),
    ("nonce", _DATA),
    ("baseFeePerGas", _QUANTITY),
    ("withdrawalsRoot", _DATA),
    ("blobGasUsed", _QUANTITY),
    ("excessBlobGas", _QUANTITY),
    ("parentBeaconBlockRoot", _DATA),
    ("requestsHash", _DATA),
)
_FIELDS_AT_THE_BEGINNING = 15


@dataclass(frozen=True)
class BlockInfo:
    """A block: hashes are 32 bytes, ``time`` seconds since 1970, ``transactions`` their hashes in order."""

    number: int
    hash: bytes
    parent_hash: bytes
    time: int
    state_root: bytes
    gas_used: int
    transactions: tuple[bytes, ...]


def read_block(answer: dict[str, Any]) -> BlockInfo:
    """A block from the node's answer with transaction hashes. Raises NodeAnswerMalformed."""
    try:
        return BlockInfo(
            number=to_int(answer["number"], _METHOD),
            hash=from_hex(answer["hash"], _METHOD, 32),
            parent_hash=from_hex(answer["parentHash"], _METHOD, 32),
            time=to_int(answer["timestamp"], _METHOD),
            state_root=from_hex(answer["stateRoot"], _METHOD, 32),
            gas_used=to_int(answer["gasUsed"], _METHOD),
            transactions=tuple(from_hex(key, _METHOD, 32) for key in answer["transactions"]),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise NodeAnswerMalformed(method=_METHOD, reason=f"a block without {error}") from error


def header_rlp(answer: dict[str, Any]) -> bytes:
    """The header of the node's answer as RLP, seals and all. Raises NodeAnswerMalformed."""
    fields = []
    for position, (name, is_data) in enumerate(_FIELDS):
        value = answer.get(name)
        if value is None:
            if position < _FIELDS_AT_THE_BEGINNING:
                raise NodeAnswerMalformed(method=_METHOD, reason=f"a block without {name}")
            break
        fields.append(from_hex(value, _METHOD) if is_data else _minimal(to_int(value, _METHOD)))
    encoded: bytes = rlp.encode(fields)
    return encoded


def _minimal(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")
