"""The content: lines, documents, padding, and every way in which it is none."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import BidMalformed, BidRootDiffers, DocumentAltered
from ledger.sealing import content
from ledger.sealing.bid import Bid
from ledger.sealing.content import ContentReader, content_of, padded_size
from tests.sealing.actors import DRAWING, LETTER, VALUES, Folder, document, opens

BID = Bid.of(VALUES)
PLAIN = b"".join(content_of(BID, opens(DRAWING, LETTER, b"")))
LINES = PLAIN.index(b"\n\n") + 2
END = LINES + len(DRAWING) + len(LETTER)


def read(pieces: Iterable[bytes], root: bytes = BID.root) -> tuple[Bid, dict[str, bytes]]:
    """What a reader makes of it."""
    folder = Folder()
    reader = ContentReader(root, folder.sink)
    for piece in pieces:
        assert reader.write(piece) == len(piece)
    return reader.end(), folder.found


@given(st.integers(2, 2**41))
def test_padded_size_is_that_of_padme(size: int) -> None:
    """Computed anew with logarithms in whole numbers; never smaller, at most 12 % more, and no two steps."""
    exponent = size.bit_length() - 1
    kept = int(math.log2(exponent)) + 1 if exponent else 1
    step = 2 ** max(0, exponent - kept)
    assert padded_size(size) == math.ceil(size / step) * step
    assert size <= padded_size(size) <= size * 1.12 + 1
    assert padded_size(padded_size(size)) == padded_size(size)


@pytest.mark.parametrize(
    ("size", "padded"), [(2, 2), (9, 10), (100, 104), (1_000, 1_024), (1_025, 1_088), (10**6, 1_015_808)]
)
def test_padded_size_of_some_sizes(size: int, padded: int) -> None:
    """Worked out by hand: of 1,000, exponent 9, of which four bits are kept, so a multiple of 32."""
    assert padded_size(size) == padded


def test_content_begins_with_lines_and_ends_with_zeros() -> None:
    """As the specification says it."""
    lines = PLAIN[: LINES - 2].split(b"\n")
    assert lines[0] == b"siegel-bid/1"
    assert lines[1:] == [field.text.encode() for field in BID.fields]
    assert PLAIN[LINES:END] == DRAWING + LETTER
    assert len(PLAIN) == padded_size(END)
    assert PLAIN[END:].strip(b"\0") == b""
    assert len(PLAIN) > END


@pytest.mark.parametrize("size", [1, 2, 7, 4_096, 10**6])
def test_read_in_pieces_of_any_size_gives_bid_and_documents(size: int) -> None:
    """Wherever the pieces are cut."""
    bid, found = read(PLAIN[at : at + size] for at in range(0, len(PLAIN), size))
    assert bid.fields == BID.fields
    assert found == {"documents/0001": DRAWING, "documents/0002": LETTER, "documents/0003": b""}


def test_read_cut_off_anywhere_refused() -> None:
    """After each line, in each document, in the padding."""
    for end in (0, 1, 12, 13, LINES - 1, LINES, LINES + 1, LINES + len(DRAWING), END - 1, END, len(PLAIN) - 1):
        with pytest.raises(BidMalformed, match="cut off"):
            read([PLAIN[:end]])


def test_read_with_more_or_other_bytes_refused() -> None:
    """Behind the end, in the padding, in a document, in a line."""
    for other in (PLAIN + b"\0", PLAIN + b"x", PLAIN[:END] + b"x" + PLAIN[END + 1 :], PLAIN[:-1] + b"x"):
        with pytest.raises(BidMalformed, match="padding"):
            read([other])
    with pytest.raises(DocumentAltered) as altered:
        read([PLAIN[:LINES] + b"X" + PLAIN[LINES + 1 :]])
    assert altered.value.values["document"] == "documents/0001"
    with pytest.raises(DocumentAltered):
        read([PLAIN[: END - 1] + b"X" + PLAIN[END:]])


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        (b"siegel-bid/1\n", b"siegel-bid/2\n", "not a bid of siegel/1"),
        (b"siegel-bid/1\n", b"\xef\xbb\xbfsiegel-bid/1\n", "not a bid of siegel/1"),
        (b"siegel-bid/1\n", b"siegel-bid/1\r\n", "not a bid of siegel/1"),
        (b"siegel-bid/1\n", b"siegel-bid/1\n\xc3\xa4\n", "not ASCII"),
        (b"siegel-bid/1\n", b"siegel-bid/1\nA\n", "disclosure"),
    ],
)
def test_read_other_lines_refused(before: bytes, after: bytes, reason: str) -> None:
    """Another format, a mark, line ends of another kind, no field."""
    with pytest.raises(BidMalformed, match=reason):
        read([PLAIN.replace(before, after, 1)])


def test_read_lines_that_never_end_refused_when_they_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded by the limit, to the byte."""
    monkeypatch.setattr(content, "MOST_LINES", LINES)
    assert read([PLAIN])[0].fields == BID.fields
    monkeypatch.setattr(content, "MOST_LINES", LINES - 1)
    with pytest.raises(BidMalformed, match="before the documents"):
        read([PLAIN])
    with pytest.raises(BidMalformed, match="before the documents"):
        read(b"siegel-bid/1" for _ in range(LINES))
    with pytest.raises(BidMalformed, match="before the documents"):
        list(content_of(BID, opens(DRAWING, LETTER, b"")))


def test_content_of_another_document_than_the_bid_names_refused() -> None:
    """Changed between the hashing and the sealing: shorter, longer, altered."""
    for other in (DRAWING[:-1], DRAWING + b"x", b"A" + DRAWING[1:]):
        with pytest.raises(DocumentAltered):
            list(content_of(BID, opens(other, LETTER, b"")))


def test_bid_without_documents_or_fields_is_read() -> None:
    """The least there is, and one large document alone."""
    least = Bid([])
    assert read(content_of(least, []), least.root)[0].fields == ()
    large = bytes(3 * content.CHUNK + 1)
    bid = Bid.of({"documents/0001": document("large", large)})
    assert read(content_of(bid, [lambda: io.BytesIO(large)]), bid.root)[1] == {"documents/0001": large}


def test_read_bid_with_another_root_hands_on_nothing() -> None:
    """Documents of something else are not written anywhere."""
    folder = Folder()
    reader = ContentReader(bytes(32), folder.sink)
    reader.write(PLAIN[:LINES])
    reader.write(PLAIN[LINES:])
    with pytest.raises(BidRootDiffers):
        reader.end()
    assert folder.found == {}
