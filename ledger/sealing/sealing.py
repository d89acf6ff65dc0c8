"""Seal a bid: content, shares, header (``docs/siegel-1.md``)."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

from ledger.sealing import age
from ledger.sealing.bid import Bid
from ledger.sealing.content import content_of
from ledger.sealing.context import Context, Group, KeySet, recipients_of, threshold_of
from ledger.sealing.envelope import Header, info, require_usable
from ledger.sealing.hpke import seal_again
from ledger.sealing.seed import SEED, Seed


@dataclass(frozen=True, slots=True)
class Sealed:
    """What the tenderer keeps beside the envelope: its header, and the seed (32 bytes) that opens it."""

    header: Header
    seed: bytes


def seal(
    bid: Bid,
    documents: Sequence[Callable[[], BinaryIO]],
    context: Context,
    key_set: KeySet,
    out: BinaryIO,
    *,
    seed: bytes | None = None,
) -> Sealed:
    """Write the envelope of a bid to ``out``, which can seek. Holds no document in memory.

    ``documents`` open those that the bid names, in order. A seed is drawn; one that is given must never have been used.
    Raises DocumentAltered if a document is not the one that the bid names, KeySetDiffers for a key set that no header
    can have or a key off the curve.
    """
    return seal_content(content_of(bid, documents), bid.root, context, key_set, out, seed=seed)


def seal_content(
    content: Iterator[bytes],
    bid_root: bytes,
    context: Context,
    key_set: KeySet,
    out: BinaryIO,
    *,
    seed: bytes | None = None,
) -> Sealed:
    """The same for a content that is written already, with the root of its fields."""
    require_usable(key_set)
    seed = secrets.token_bytes(SEED) if seed is None else seed
    words = context.words(bid_root)
    derived = Seed(seed, words)
    officers, custodians = (tuple(seal_shares(derived, words, key_set, group)) for group in Group)
    thresholds = key_set.officer_threshold, key_set.custodian_threshold
    start = out.tell()
    placeholder = Header(context, bid_root, 0, bytes(32), thresholds, officers, custodians)
    out.write(placeholder.encoded())  # what stands there at the end is as long
    sealed = _Digesting(out)
    age.encrypt(content, sealed.write, derived.scalar())
    header = replace(placeholder, content_size=sealed.size, content_digest=sealed.digest)
    end = out.tell()
    out.seek(start)
    out.write(header.encoded())
    out.seek(end)
    return Sealed(header, seed)


def seal_shares(derived: Seed, context: bytes, key_set: KeySet, group: Group) -> Iterator[bytes]:
    """The sealed shares of a group, in order: the same from the same seed. ``context``: words 1 to 9 of the header."""
    threshold, has_custodians = threshold_of(key_set, group), bool(key_set.custodians)
    for index, recipient in enumerate(recipients_of(key_set, group), 1):
        share = derived.share(group, index, threshold=threshold, has_custodians=has_custodians)
        ikm = derived.ephemeral(group, index)
        yield seal_again(recipient.key, info(context, group, index, recipient.holder), share, ikm)


class _Digesting:
    """Writes on, and keeps size and digest."""

    def __init__(self, out: BinaryIO) -> None:
        self._out, self._digest, self.size = out, hashlib.sha256(), 0

    def write(self, piece: bytes) -> int:
        self._digest.update(piece)
        self.size += len(piece)
        return self._out.write(piece)

    @property
    def digest(self) -> bytes:
        return self._digest.digest()
