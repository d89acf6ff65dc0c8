"""The bytes of one envelope on the disk: adding to them durably, and comparing all of them."""

from __future__ import annotations

import errno
import hashlib
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, Final

from ledger.errors import EnvelopeAltered, EnvelopeMalformed, StoreFull
from ledger.sealing.envelope import LONGEST_HEADER, Header, read_header
from ledger.sealing.opening import check_content

_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def add(file: BinaryIO, offset: int, data: bytes) -> None:
    """Write at the offset, behind which nothing counts, durably. Raises StoreFull; then nothing is behind it."""
    descriptor = file.fileno()
    os.ftruncate(descriptor, offset)
    try:
        with naming_no_room():
            rest, at = memoryview(data), offset
            while rest:
                written = os.pwrite(descriptor, rest, at)
                rest, at = rest[written:], at + written
            os.fsync(descriptor)
    except StoreFull:
        os.ftruncate(descriptor, offset)
        raise


def header_of(file: BinaryIO, held: int, size: int) -> Header | None:
    """The header of an envelope of ``size`` bytes, ``held`` of which are here; None while it is not all among these.

    Raises EnvelopeMalformed.
    """
    file.seek(0)
    try:
        return read_header(io.BytesIO(file.read(min(held, LONGEST_HEADER))))
    except EnvelopeMalformed as error:
        if held < size and error.values["position"] >= held:
            return None
        raise


def compared(file: BinaryIO, digest: bytes) -> Header:
    """The header of an envelope with that digest, all of which was read.

    Raises EnvelopeMalformed, ContentAltered, EnvelopeAltered.
    """
    file.seek(0)
    stream = _Digesting(file)
    header = read_header(stream)  # type: ignore[arg-type]
    check_content(header, stream)  # type: ignore[arg-type]
    if stream.digest.digest() != digest:
        raise EnvelopeAltered(expected=digest, got=stream.digest.digest())
    return header


@contextmanager
def naming_no_room() -> Iterator[None]:
    """StoreFull for what the system says where disk, quota or file may not grow."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise StoreFull() from error
        raise


class _Digesting(io.RawIOBase):
    """Passes bytes on and digests them."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.digest = file, hashlib.sha256()

    def read(self, size: int = -1) -> Any:
        data = self._file.read(size)
        self.digest.update(data)
        return data
