"""What is encrypted: the fields as lines, the documents' bytes, and zeros that hide the size (``docs/siegel-1.md``)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import BinaryIO, Final

from ledger.errors import BidMalformed, BidRootDiffers, DocumentAltered, EnvelopeRefused
from ledger.sealing.bid import MOST_FIELDS, Bid, Document, read_field

MOST_LINES: Final = 16 * 2**20
"""Bytes before the documents."""
CHUNK: Final = 2**16
_FIRST: Final = b"siegel-bid/1"

Sink = Callable[[Document], BinaryIO]
"""Where the bytes of a document go."""


def padded_size(size: int) -> int:
    """Padmé: the size with its last bits rounded up to zero, at most 12 % more."""
    exponent = size.bit_length() - 1
    step = 1 << exponent - exponent.bit_length()
    return -(-size // step) * step


def content_of(bid: Bid, documents: Sequence[Callable[[], BinaryIO]]) -> Iterator[bytes]:
    """The content piece by piece; ``documents`` open those of the bid, in order.

    Raises DocumentAltered if one of them is not the one that the bid names.
    """
    lines = _lines(bid)
    yield lines
    written = len(lines)
    for document, opened in zip(bid.documents, documents, strict=True):
        digest, size = hashlib.sha256(), 0
        with opened() as stream:
            while piece := stream.read(CHUNK):
                digest.update(piece)
                size += len(piece)
                yield piece
        _require_same(document, size, digest.digest())
        written += size
    left = padded_size(written) - written
    while left:
        yield bytes(min(CHUNK, left))
        left -= min(CHUNK, left)


class ContentReader:
    """Takes in a content in pieces of any size (``write``), and hands the documents of the bid with this root to
    ``sink``.

    Nothing of it is certain before ``end``, nor is it refused before: whether what is decrypted comes to its end is
    judged first (``docs/adr/0148``), and how far somebody decrypts ahead must not decide what is named.
    """

    def __init__(self, bid_root: bytes, sink: Sink) -> None:
        self._reading = _reading(bid_root, sink)
        self._refused: EnvelopeRefused | None = None
        next(self._reading)

    def write(self, piece: bytes) -> int:
        """Take in some bytes; of what is refused, nothing more is looked at. Raises what ``sink`` raises."""
        if piece and self._refused is None:
            try:
                self._reading.send(piece)
            except EnvelopeRefused as refused:
                self._refused = refused
        return len(piece)

    def end(self) -> Bid:
        """The bid, now that all is taken in. Raises BidMalformed, BidRootDiffers, DocumentAltered."""
        if self._refused is not None:
            raise self._refused
        try:
            self._reading.send(b"")
        except StopIteration as end:
            bid: Bid = end.value
        return bid


def _reading(bid_root: bytes, sink: Sink) -> Generator[None, bytes, Bid]:
    """Is sent the pieces, an empty one at the end."""
    head, seen = bytearray(), 0
    while (end := head.find(b"\n\n", seen)) < 0:
        seen = max(0, len(head) - 1)
        if len(head) > MOST_LINES:
            raise BidMalformed(reason=f"more than {MOST_LINES} bytes before the documents")
        head += yield from _next("its lines")
    bid, rest = _read_lines(bytes(head[:end])), bytes(head[end + 2 :])
    if bid.root != bid_root:
        raise BidRootDiffers(expected=bid_root, got=bid.root)
    for document in bid.documents:
        left, digest = document.size, hashlib.sha256()
        with sink(document) as out:
            while left:
                piece = rest or (yield from _next(document.name))
                part, rest = piece[:left], piece[left:]
                left -= len(part)
                digest.update(part)
                out.write(part)
        _require_same(document, document.size, digest.digest())
    written = end + 2 + sum(document.size for document in bid.documents)
    left = padded_size(written) - written
    while True:
        if len(rest) > left or any(rest):
            raise BidMalformed(reason="something else than the padding behind the documents")
        left -= len(rest)
        rest = yield
        if not rest:
            break
    if left:
        raise BidMalformed(reason="cut off in the padding")
    return bid


def _next(where: str) -> Generator[None, bytes, bytes]:
    piece = yield
    if not piece:
        raise BidMalformed(reason=f"cut off in {where}")
    return piece


def _read_lines(head: bytes) -> Bid:
    if len(head) + 2 > MOST_LINES:
        raise BidMalformed(reason=f"more than {MOST_LINES} bytes before the documents")
    first, *texts = head.split(b"\n", MOST_FIELDS + 1)
    if first != _FIRST:
        raise BidMalformed(reason="not a bid of siegel/1")
    if not head.isascii():
        raise BidMalformed(reason="a field whose text is not ASCII")
    return Bid([read_field(text.decode("ascii")) for text in texts])


def _lines(bid: Bid) -> bytes:
    lines = b"".join(line + b"\n" for line in (_FIRST, *(field.text.encode("ascii") for field in bid.fields), b""))
    if len(lines) > MOST_LINES:
        raise BidMalformed(reason=f"more than {MOST_LINES} bytes before the documents")
    return lines


def _require_same(document: Document, size: int, digest: bytes) -> None:
    if (size, digest) != (document.size, document.digest):
        raise DocumentAltered(document=document.name, expected=document.digest, got=digest)
