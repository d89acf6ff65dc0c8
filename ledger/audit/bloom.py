"""Whether a block can hold a log with a topic (``logsBloom`` of a header, Yellow Paper 4.3.1).

A header's bloom never denies what is there. So a block whose bloom lacks an organisation's id has no act of it, and no
server needs to be believed for that.
"""

from __future__ import annotations

from ledger.chain.keccak import keccak
from ledger.evidence.verify import rlp
from ledger.evidence.verify.header import Header

_LOGS_BLOOM = 6  # place in the header's RLP


def bloom_of(header: Header) -> int:
    """The bloom of a block's logs, 2,048 bits."""
    return int.from_bytes(rlp.fixed(rlp.decode_list(header.raw)[_LOGS_BLOOM], 256), "big")


def bits_of(topic: bytes) -> int:
    """The three bits that a log with this topic (32 bytes) sets."""
    digest = keccak(topic)
    bits = 0
    for at in (0, 2, 4):
        bits |= 1 << (int.from_bytes(digest[at : at + 2], "big") & 2047)
    return bits


def can_hold(bloom: int, bits: int) -> bool:
    """False: surely not. True: nearly surely, for others may have set these bits."""
    return bloom & bits == bits
