"""A receipt as it lies on the tenderer's disk: written anew with each thing that comes to it, and its envelope read."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from ledger.cli.home import replacing
from ledger.evidence.receipt import Piece, Receipt, Stored, read_receipt, write_receipt
from ledger.sealing.context import Context
from ledger.sealing.envelope import read_header

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


def keep_receipt(path: Path, receipt: Receipt) -> Receipt:
    """Write it at ``path``, so that a crash leaves the old one or the new one; the receipt as it is read from there."""
    with replacing(path) as out:
        write_receipt(receipt, out)
    return read_receipt(path)


def open_envelope(receipt: Receipt) -> BinaryIO:
    """The envelope's bytes, from their start; can seek."""
    return opened(receipt.envelope)


def context_of(receipt: Receipt) -> Context:
    """What the bid was sealed for, as its envelope says it. Raises EnvelopeMalformed."""
    with open_envelope(receipt) as envelope:
        return read_header(envelope).context


def opened(stored: Stored) -> BinaryIO:
    """Bytes that are stored in one of three ways, as a stream that can seek."""
    match stored:
        case bytes():
            return io.BytesIO(stored)
        case Path():
            return stored.open("rb")
        case Piece():
            return cast(BinaryIO, io.BufferedReader(_Stretch(stored)))


class _Stretch(io.RawIOBase):
    """A stretch of a file as if it were a file of its own."""

    def __init__(self, piece: Piece) -> None:
        self._file, self._piece, self._at = piece.path.open("rb", buffering=0), piece, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._piece.size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)[: max(0, self._piece.size - self._at)]
        self._file.seek(self._piece.start + self._at)
        read = self._file.readinto(view)
        self._at += read
        return read

    def close(self) -> None:
        self._file.close()
        super().close()
