"""A chain on paper: real headers, and an index that has read so much of them."""

from __future__ import annotations

import rlp
from eth_hash.auto import keccak

from ledger.chain.blocks import BlockInfo
from ledger.errors import BlockUnknown
from ledger.index import schema
from ledger.index.database import Index


class Written:
    """A chain on paper: a block for each time."""

    def __init__(self, times: list[int]) -> None:
        self.raw: list[bytes] = []
        self.asked = 0
        for number, time in enumerate(times):
            parent = keccak(self.raw[-1]) if self.raw else bytes(32)
            fixed = [parent, bytes(32), bytes(20), bytes(32), bytes(32), bytes(32), bytes(256)]
            self.raw.append(rlp.encode([*fixed, 0, number, 0, 0, time, b"", bytes(32), bytes(8)]))
        self.times = times

    def block(self, number: int) -> BlockInfo:
        """As the chain's client."""
        self.asked += 1
        if number >= len(self.raw):
            raise BlockUnknown(block=number)
        return BlockInfo(number, keccak(self.raw[number]), bytes(32), self.times[number], bytes(32), 0, ())

    def raw_header(self, number: int) -> bytes:
        """As the chain's client."""
        return self.raw[number]


def indexed(index: Index, chain: Written, acts: set[int], until: int) -> None:
    """Let the index have read the chain up to a block."""
    with index.writing() as connection:
        connection.execute(schema.blocks.delete())
        connection.execute(schema.cursor.delete())
        place = {"id": 1, "chain_id": 1, "genesis_hash": b"", "ledger": b"", "registry": b"", "first_block": 0}
        connection.execute(schema.cursor.insert(), {**place, "block_number": until})
        for number in range(until + 1):
            row = {"number": number, "hash": chain.block(number).hash, "acts": int(number in acts)}
            connection.execute(schema.blocks.insert(), row)
