"""What became of each bid of a closed round, from the envelopes and all contributions (``docs/opening.md``, finish).

Two officers with the same envelopes and contributions get the same outcomes, byte for byte. What fails through too few
or false contributions is no tenderer's doing, and is not recorded as one's: then the opening is not finished.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.hazmat.primitives.asymmetric import ec

from ledger.chain.acts import BidOutcome
from ledger.errors import (
    EnvelopeForeign,
    EnvelopeRefused,
    KeySetDiffers,
    SealsDiffer,
    ShareNotHeld,
    SiegelError,
)
from ledger.opening.facts import Bid
from ledger.opening.false_share import show_false
from ledger.opening.found import Found, given_up, open_found, unreadable
from ledger.opening.sealed_round import SealedRound
from ledger.opening.signed_contribution import SignedContribution
from ledger.sealing.context import Group
from ledger.sealing.contribution import open_contribution, read_contribution
from ledger.sealing.envelope import Header, read_header
from ledger.sealing.opening import check_content, false_shares, find_seed, partial_seed


@dataclass(frozen=True, slots=True)
class Brought:
    """A contribution as the server has it: whose share of which bid, and which account brought it. What the server says
    of it is compared with its bytes and its signature."""

    commitment: bytes
    group: Group
    index: int
    account: bytes
    given: SignedContribution


Counted = dict[tuple[Group, int], tuple[Brought, bytes]]
"""Contributions that count, by whose share they bring, with that share."""


@dataclass(frozen=True, slots=True)
class FalseContribution:
    """A contribution that is none, or brings another share than was sealed; ``why`` is the refusal's name. Of a signed
    one that brings another share ``evidence``, which everybody can repeat (``ledger/opening/false_share.py``). Of one
    that nobody signed the account is only the server's word."""

    bid: int
    group: Group
    index: int
    account: bytes
    why: str
    evidence: Mapping[str, Any] | None = None


@dataclass(slots=True)
class Count:
    """All bids below ``counted``, in order; ``unfinished``: those that cannot be opened yet, and why."""

    found: list[Found] = field(default_factory=list)
    unfinished: dict[int, SiegelError] = field(default_factory=dict)
    false: list[FalseContribution] = field(default_factory=list)


class Opener:
    """One officer who opens a round with the own sealing key.

    ``envelope`` gives a bid's envelope as a stream that can seek, or raises; ``may_bring``: whether an account may
    bring this share, by the registry. ``without``: numbers of bids that the officers give up as they are, openly and
    not as the tenderer's doing; the receipt opens them later.
    """

    def __init__(
        self,
        sealed: SealedRound,
        officer: int,
        key: ec.EllipticCurvePrivateKey,
        brought: Sequence[Brought],
        envelope: Callable[[Bid], AbstractContextManager[BinaryIO]],
        folder: Path,
        may_bring: Callable[[Group, int, bytes], bool],
        without: frozenset[int] = frozenset(),
    ) -> None:
        self._sealed, self._officer, self._key = sealed, officer, key
        self._envelope, self._folder = envelope, folder
        self._brought: dict[bytes, list[Brought]] = {}
        for one in brought:
            self._brought.setdefault(one.commitment, []).append(one)
        self._may_bring, self._without = may_bring, without
        self._false: list[FalseContribution] = []

    def count(self, told: Callable[[int], object] = lambda bid: None) -> Count:
        """All counted bids; documents of opened ones lie in the folder. ``told`` hears of each bid that is done.

        Raises RoundForbids before the close.
        """
        facts, count = self._sealed.facts, Count(false=self._false)
        for bid in facts.bids:
            follows = facts.follows(bid)
            assert facts.closing is not None
            if bid.number >= facts.closing.counted:
                break
            if follows:
                count.found.append(Found(bid, BidOutcome(follows, bid.author, bid.commitment)))
            else:
                try:
                    count.found.append(self._open(bid))
                except SiegelError as refusal:
                    if bid.number in self._without:
                        count.found.append(given_up(bid))
                    else:
                        count.unfinished[bid.number] = refusal
            told(bid.number)
        return count

    def _open(self, bid: Bid) -> Found:
        with self._envelope(bid) as stream:
            header = read_header(stream)
            begins = stream.tell()
            try:
                self._sealed.require_committed(bid, header)
                self._sealed.require_fitting(bid, header)
            except (EnvelopeForeign, KeySetDiffers) as refusal:
                return unreadable(bid, refusal)
            check_content(header, stream)
            counted = self._counted(bid, header)
            shares = {whose: share for whose, (_, share) in counted.items()}
            key_set = self._sealed.key_set
            try:
                found = find_seed(header, key_set, shares)
            except SealsDiffer as refusal:
                seed = partial_seed(header, key_set, shares)
                if seed is None:
                    # Also with signed shares of all: holders can lie, some or all together, and a good bid would be
                    # called its tenderer's doing.
                    raise refusal
                return unreadable(bid, seed.differing, seed.seed)
            self._show_false(bid, header, found.seed, counted, found.false)
            stream.seek(begins)
            return open_found(bid, header, found.seed, stream, self._folder)

    def compare(self, bid: Bid, header: Header, seed: bytes) -> list[FalseContribution]:
        """Which contributions to a bid do not count, by the seed that its receipt gave and that passed the re-seal
        check: where too many were false for the shares to give it, this says which."""
        counted = self._counted(bid, header)
        shares = {whose: share for whose, (_, share) in counted.items()}
        self._show_false(bid, header, seed, counted, false_shares(header, self._sealed.key_set, seed, shares))
        return self._false

    def _show_false(
        self, bid: Bid, header: Header, seed: bytes, counted: Counted, false: Iterable[tuple[Group, int]]
    ) -> None:
        for whose in false:
            one, _ = counted[whose]
            key_set = self._sealed.key_set
            evidence = show_false(header, key_set, seed, one.given, one.account, self._officer, self._key)
            self._name_false(bid, one, SealsDiffer.__name__, evidence)

    def _counted(self, bid: Bid, header: Header) -> Counted:
        """Of each share that its holder signed the later contribution, and what is in it."""
        key_set, found = self._sealed.key_set, Counted()
        for one in self._brought.get(bid.commitment, ()):
            try:
                read = read_contribution(one.given.contribution, header, key_set)
                one.given.require_by(one.account)
                is_own = (read.group, read.index) == (one.group, one.index)
                if not is_own or not self._may_bring(one.group, one.index, one.account):
                    raise ShareNotHeld(account=one.account, group=read.group.name.lower(), index=read.index)
                found[read.group, read.index] = one, open_contribution(read, key_set, self._officer, self._key)
            except (EnvelopeRefused, ShareNotHeld) as refusal:
                self._name_false(bid, one, refusal.name)
        return found

    def _name_false(self, bid: Bid, one: Brought, why: str, evidence: Mapping[str, Any] | None = None) -> None:
        self._false.append(FalseContribution(bid.number, one.group, one.index, one.account, why, evidence))
