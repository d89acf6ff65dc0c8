"""What a bundle shows of an opened bid: fields that are shown, and the digests of those that are not
(``docs/bundle-1.md``, ``bids/``)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

from ledger.chain.record import ZERO
from ledger.errors import BidMalformed
from ledger.sealing.bid import Bid, read_field, root_of

_DIGEST: Final = re.compile("[0-9a-f]{64}")
_OF_LOTS: Final = "lots/"


@dataclass(frozen=True, slots=True)
class ShownBid:
    """``root`` is the bidRoot (32 bytes), ``shown`` of ``all`` fields are shown; ``values`` are those about lots, by
    name. ``problem`` says why it cannot be read."""

    root: bytes = ZERO
    shown: int = 0
    all: int = 0
    values: Mapping[str, Any] = field(default_factory=dict)
    problem: str | None = None

    @property
    def is_whole(self) -> bool:
        """Whether every field is shown."""
        return self.shown == self.all


def read_shown_bid(data: bytes) -> ShownBid:
    """What the entry shows."""
    try:
        return _read(data)
    except UnicodeDecodeError:
        return ShownBid(problem="it is not ASCII")
    except BidMalformed as error:
        return ShownBid(problem=str(error))


def write_shown_bid(texts: Iterable[str], concealed: Iterable[bytes] = ()) -> bytes:
    """The entry for a bid that has the fields ``texts``, and others of which only the digests (32 bytes) are told."""
    lines = {_digest(text): text for text in texts} | {digest: digest.hex() for digest in concealed}
    return "".join(f"{lines[digest]}\n" for digest in sorted(lines)).encode("ascii")


def _read(data: bytes) -> ShownBid:
    *lines, rest = data.decode("ascii").split("\n")
    if rest:
        raise BidMalformed(reason="a line that does not end")
    texts = [line for line in lines if not _DIGEST.fullmatch(line)]
    if not texts:
        raise BidMalformed(reason="no field is shown")
    digests = [_digest(line) for line in lines]
    if any(later <= earlier for earlier, later in pairwise(digests)):
        raise BidMalformed(reason="digests out of order")
    found = sorted(map(read_field, texts), key=lambda each: each.name or "")
    names = [each.name or "" for each in found]
    if len(texts) == len(lines):
        Bid(found)  # what must be so of all fields together
    elif _stands_twice(names):
        raise BidMalformed(reason="a field that is shown twice")
    values = {name: each.value for name, each in zip(names, found, strict=True) if name.startswith(_OF_LOTS)}
    return ShownBid(root_of(digests), len(texts), len(lines), values)


def _digest(line: str) -> bytes:
    return bytes.fromhex(line) if _DIGEST.fullmatch(line) else hashlib.sha256(line.encode()).digest()


def _stands_twice(names: Sequence[str]) -> bool:
    return len(set(names)) < len(names)
