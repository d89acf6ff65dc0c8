"""Open a bid: shares, seed, re-seal check, content (``docs/siegel-1.md``, opening)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, islice, product
from typing import BinaryIO, Final

from cryptography.hazmat.primitives.asymmetric import ec

from ledger.errors import (
    ContentAltered,
    EnvelopeMalformed,
    SealsDiffer,
    SharesTooFew,
    ShareUnopenable,
)
from ledger.sealing import age, shamir
from ledger.sealing.bid import Bid
from ledger.sealing.content import CHUNK, ContentReader, Sink
from ledger.sealing.context import Group, KeySet, recipients_of, threshold_of
from ledger.sealing.envelope import Header
from ledger.sealing.hpke import unseal
from ledger.sealing.sealing import seal_shares
from ledger.sealing.seed import Seed, joined

MOST_ATTEMPTS: Final = 20_000
"""Sets of shares that are tried if some of them are false."""

Shares = Mapping[tuple[Group, int], bytes]
"""Opened shares (32 bytes) by group and index."""


@dataclass(frozen=True, slots=True)
class Found:
    """The seed, and whose share was not the one that was sealed to them."""

    seed: bytes
    false: tuple[tuple[Group, int], ...]


@dataclass(frozen=True, slots=True)
class Partial:
    """A seed that gives some of the sealed shares, and the refusal that names the others."""

    seed: bytes
    differing: SealsDiffer


def open_share(header: Header, key_set: KeySet, group: Group, index: int, key: ec.EllipticCurvePrivateKey) -> bytes:
    """The share (32 bytes) that was sealed to this recipient. Raises KeySetDiffers, ShareUnopenable."""
    header.require_key_set(key_set)
    sealed = (header.officers if group is Group.OFFICERS else header.custodians)[index - 1]
    found = unseal(key, header.info(group, index, recipients_of(key_set, group)[index - 1].holder), sealed)
    if found is None:
        raise ShareUnopenable(group=group.name.lower(), index=index)
    return found


def find_seed(header: Header, key_set: KeySet, shares: Shares) -> Found:
    """The seed that these shares give, if the re-seal check passes with it.

    If some are false, others are taken in their place, in at most ``MOST_ATTEMPTS`` ways. Raises KeySetDiffers,
    SharesTooFew, SealsDiffer (with what differs for the first shares of each group).
    """
    header.require_key_set(key_set)
    candidates = _candidates(key_set, shares)
    first = next(candidates)
    for seed in islice(chain([first], candidates), MOST_ATTEMPTS):
        if _gives_any(header, key_set, seed, shares) and not next(_differing(header, key_set, seed), None):
            return Found(seed, false_shares(header, key_set, seed, shares))
    raise SealsDiffer(shares=tuple(_differing(header, key_set, first)))


def partial_seed(header: Header, key_set: KeySet, shares: Shares) -> Partial | None:
    """The first seed of those that ``find_seed`` tries which gives some sealed shares of the header, byte for byte.

    Only whoever sealed with it can have made these, and with one seed throughout all would be as it gives them: that
    the others differ is the sealer's doing, as everybody can repeat. None: no seed tried gives any that was brought,
    which false contributions can bring about, too. Raises as ``find_seed``.
    """
    header.require_key_set(key_set)
    for seed in islice(_candidates(key_set, shares), MOST_ATTEMPTS):
        if not _gives_any(header, key_set, seed, shares):
            continue
        differing = tuple(_differing(header, key_set, seed))
        if len(differing) < len(header.officers) + len(header.custodians):
            return Partial(seed, SealsDiffer(shares=differing))
    return None


def false_shares(header: Header, key_set: KeySet, seed: bytes, shares: Shares) -> tuple[tuple[Group, int], ...]:
    """Whose share is not the one that was sealed to them, by a seed that passed the re-seal check, in ascending
    order."""
    true = Seed(seed, header.context.words(header.bid_root))
    return tuple(_false(true, key_set, shares))


def require_seals(header: Header, key_set: KeySet, seed: bytes) -> None:
    """The re-seal check: raises SealsDiffer with the recipients whose share the seed does not give; KeySetDiffers."""
    header.require_key_set(key_set)
    differing = tuple(_differing(header, key_set, seed))
    if differing:
        raise SealsDiffer(shares=differing)


def check_content(header: Header, stream: BinaryIO) -> None:
    """Read what follows the header to the end. Raises ContentAltered, EnvelopeMalformed for another size."""
    digest, size = hashlib.sha256(), 0
    while piece := stream.read(CHUNK):
        digest.update(piece)
        size += len(piece)
        if size > header.content_size:
            break
    if size != header.content_size:
        at = len(header.encoded()) + min(size, header.content_size)
        raise EnvelopeMalformed(position=at, reason="cut off" if size < header.content_size else "bytes after the end")
    if digest.digest() != header.content_digest:
        raise ContentAltered(expected=header.content_digest, got=digest.digest())


def open_content(header: Header, seed: bytes, stream: BinaryIO, sink: Sink) -> Bid:
    """Decrypt and read what follows the header; documents go to ``sink``, to be believed when this returns.

    ``stream`` was checked (``check_content``), the seed passed the re-seal check. Raises ContentUnreadable, and only of
    what decrypts to its end BidMalformed, BidRootDiffers, DocumentAltered.
    """
    reader = ContentReader(header.bid_root, sink)
    age.decrypt(stream, reader.write, Seed(seed, header.context.words(header.bid_root)).scalar())
    return reader.end()


def _candidates(key_set: KeySet, shares: Shares) -> Iterator[bytes]:
    """Each choice of shares once, and of those with few left out first."""
    groups = list[tuple[list[tuple[int, bytes]], int]]()
    for group in Group:
        if not recipients_of(key_set, group):
            continue
        given = [(index, value) for (of, index), value in sorted(shares.items()) if of is group]
        threshold = threshold_of(key_set, group)
        if len(given) < threshold:
            raise SharesTooFew(group=group.name.lower(), threshold=threshold, given=len(given))
        groups.append((given, threshold))
    # As few as possible are left out in all.
    for left_out in sorted(product(*(range(len(given) - threshold + 1) for given, threshold in groups)), key=sum):
        for chosen in product(*map(_without, left_out, groups)):
            halves = [shamir.combine(of_group) for of_group in chosen]
            yield halves[0] if len(halves) == 1 else joined(*halves)


def _without(left_out: int, group: tuple[Sequence[tuple[int, bytes]], int]) -> list[dict[int, bytes]]:
    """The first shares of those that are left if so many are left out, in each way that fewer do not give, within what
    is tried; of a group what is given, and its threshold."""
    given, threshold = group
    last = threshold - 1 + left_out  # all that is left out stands before it, or leaving out fewer gives the same
    ways = islice(combinations(given[:last], threshold - 1), MOST_ATTEMPTS)
    return [dict([*chosen, given[last]]) for chosen in ways]


def _gives_any(header: Header, key_set: KeySet, seed: bytes, shares: Shares) -> bool:
    """Whether the seed gives a share that was brought: the bid's own does, and no other but by intent. It costs no
    multiplication of a point, so rubbish, of however many, is passed over quickly."""
    derived, has_custodians = Seed(seed, header.context.words(header.bid_root)), bool(key_set.custodians)
    for group in Group:
        given = {index: share for (of, index), share in shares.items() if of is group}
        threshold = threshold_of(key_set, group)
        if given and any(derived.has_shares(group, given, threshold=threshold, has_custodians=has_custodians)):
            return True
    return False


def _differing(header: Header, key_set: KeySet, seed: bytes) -> Iterator[tuple[Group, int]]:
    words = header.context.words(header.bid_root)
    derived = Seed(seed, words)
    again = {group: seal_shares(derived, words, key_set, group) for group in Group}
    for group, index, sealed in header.shares():
        if next(again[group]) != sealed:
            yield group, index


def _false(true: Seed, key_set: KeySet, shares: Shares) -> Iterator[tuple[Group, int]]:
    for (group, index), value in sorted(shares.items()):
        threshold, has_custodians = threshold_of(key_set, group), bool(key_set.custodians)
        if value != true.share(group, index, threshold=threshold, has_custodians=has_custodians):
            yield group, index
