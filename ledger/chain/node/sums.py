"""Checksums of rows, and running tallies of tables: how damage is noticed.

A row's sum is over the table's name and all of the row's fields, its key among them, so that swapped rows are noticed
too. A table's tally adds up the sums of all its rows modulo 2**256: it is kept with each commit at the cost of the
rows written, and one scan of the table recomputes it. Both guard against damage, not against somebody who can write
the database and recompute them; against that stand the hashes of the chain itself and its witnesses.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

Field = int | bytes | str | None

STORED_SUM_BYTES = 16


def row_sum(table: str, fields: Iterable[Field]) -> bytes:
    """The 32-byte sum of a row; unambiguous, since every field is written with its kind and length."""
    parts = [table.encode(), b"\x00"]
    for field in fields:
        if isinstance(field, bytes):
            kind, data = b"b", field
        elif isinstance(field, int):
            kind, data = b"i", str(field).encode()
        elif isinstance(field, str):
            kind, data = b"s", field.encode()
        elif field is None:
            kind, data = b"n", b""
        else:  # a real number can only come from a damaged file
            kind, data = b"?", repr(field).encode()
        parts.append(kind + len(data).to_bytes(8, "big") + data)
    return sha256(b"".join(parts)).digest()


@dataclass(frozen=True)
class Tally:
    """How many rows a table has, and the sum of their sums modulo 2**256."""

    rows: int = 0
    total: int = 0

    def plus(self, row: bytes) -> Tally:
        return Tally(self.rows + 1, (self.total + int.from_bytes(row, "big")) % 2**256)

    def minus(self, row: bytes) -> Tally:
        return Tally(self.rows - 1, (self.total - int.from_bytes(row, "big")) % 2**256)

    def encode(self) -> bytes:
        return self.rows.to_bytes(8, "big") + self.total.to_bytes(32, "big")

    @classmethod
    def decode(cls, data: bytes) -> Tally:
        return cls(int.from_bytes(data[:8], "big"), int.from_bytes(data[8:], "big"))
