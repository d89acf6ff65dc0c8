"""What one bid came to: opened, or unreadable with evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from ledger.chain.acts import BidOutcome
from ledger.errors import EnvelopeRefused, SharesTooFew, SiegelError
from ledger.opening.documents import Documents
from ledger.opening.facts import Bid
from ledger.opening.unreadable import evidence_digest, evidence_of, values_of
from ledger.sealing.bid import Bid as Content
from ledger.sealing.envelope import Header
from ledger.sealing.opening import open_content
from ledger.terms import Outcome


@dataclass(frozen=True, slots=True)
class Found:
    """What one bid came to; ``content`` of an opened one, ``evidence`` of an unreadable one."""

    bid: Bid
    outcome: BidOutcome
    content: Content | None = None
    evidence: Mapping[str, Any] | None = None


def open_found(bid: Bid, header: Header, seed: bytes, stream: BinaryIO, folder: Path) -> Found:
    """Content to files, with a seed that passed the re-seal check; ``stream`` stands behind the header. What fails here
    is the sealer's doing."""
    documents = Documents(folder, bid.number)
    documents.drop()
    try:
        content = open_content(header, seed, stream, documents.sink)
    except EnvelopeRefused as refusal:
        documents.drop()
        return unreadable(bid, refusal, seed)
    documents.keep()
    return Found(bid, BidOutcome(Outcome.OPENED, bid.author, header.bid_root, header.rest_digest), content)


def unreadable(bid: Bid, refusal: SiegelError, seed: bytes | None = None) -> Found:
    """The sealer's doing."""
    return _unreadable(bid, evidence_of(bid.commitment, refusal.name, values_of(refusal), seed))


def given_up(bid: Bid) -> Found:
    """Two officers go on without it, and blame nobody."""
    # Whatever an officer saw of it, both write the same: some refusals are only the server's word, which could name
    # one that sounds like the tenderer's doing.
    return _unreadable(bid, evidence_of(bid.commitment, SharesTooFew.__name__, {}))


def _unreadable(bid: Bid, evidence: Mapping[str, Any]) -> Found:
    outcome = BidOutcome(Outcome.UNREADABLE, bid.author, bid.commitment, evidence_digest(evidence))
    return Found(bid, outcome, evidence=evidence)
