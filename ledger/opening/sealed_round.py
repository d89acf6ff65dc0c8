"""The header of an envelope against what the ledger has of its bid (``docs/siegel-1.md``, opening, 1)."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.chain.identifiers import bid_commitment
from ledger.chain.registry import KeySet
from ledger.errors import EnvelopeForeign, EnvelopeSwapped
from ledger.evidence.verify.policy import Policy
from ledger.evidence.verify.proven import Process, Proven
from ledger.opening.facts import Bid, RoundFacts, read_key_set, read_round
from ledger.sealing.context import Context
from ledger.sealing.envelope import Header


@dataclass(frozen=True, slots=True)
class SealedRound:
    """A round on its chain; ``ledger`` is the ledger's account (20 bytes)."""

    chain_id: int
    ledger: bytes
    facts: RoundFacts
    key_set: KeySet

    @classmethod
    def proven(cls, proven: Proven, process: Process, number: int, policy: Policy) -> SealedRound:
        """A round of a process as a verified bundle has it. Raises RoundForbids if there is no such round,
        KeySetUnknown."""
        facts = read_round(process.records, number)
        key_set = read_key_set(proven.roles[process.organisation_id], facts.key_set)
        return cls(policy.chain_id, policy.ledger.account, facts, key_set)

    def context(self, author: bytes) -> Context:
        """What a header of this round says, sealed when the deadline was the final one."""
        facts = self.facts
        return Context(
            self.chain_id, self.ledger, facts.process_id, facts.number, author, facts.key_set, facts.deadline
        )

    def require_committed(self, bid: Bid, header: Header) -> None:
        """The header is the one that the bid's author committed.

        Raises EnvelopeForeign where it is another author's, whose commitment was copied: nobody can have an envelope of
        that; EnvelopeSwapped for any other envelope.
        """
        got = self._commitment(header, bid.author)
        if got == bid.commitment:
            return
        author = header.context.author
        if self._commitment(header, author) == bid.commitment:
            raise EnvelopeForeign(field="author", expected=bid.author, got=author)
        raise EnvelopeSwapped(bid=bid.number, expected=bid.commitment, got=got)

    def require_fitting(self, bid: Bid, header: Header) -> None:
        """What the author committed is sealed for this round and its key set, and not for later than its deadline.

        Raises EnvelopeForeign, KeySetDiffers: the sealer's doing, once ``require_committed`` passed.
        """
        header.context.require(self.context(bid.author), latest=self.facts.deadline)
        header.require_key_set(self.key_set)

    def _commitment(self, header: Header, author: bytes) -> bytes:
        facts = self.facts
        where = self.chain_id, self.ledger, facts.process_id, facts.number
        return bid_commitment(*where, author, header.bid_root, header.rest_digest)
