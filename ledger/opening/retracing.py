"""Repeats why a bid is called unreadable, for anybody who gets evidence and envelope (``docs/opening.md``).

Nothing is believed but a bundle that verifies under the reader's own policy: which bid it is, for which round and key
set it should have been sealed, and which evidence two officers recorded.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from ledger.errors import (
    EnvelopeForeign,
    KeySetDiffers,
    RoundForbids,
    SealsDiffer,
    SharesTooFew,
    UnreadableBlamesNobody,
    UnreadableEvidenceForeign,
    UnreadableEvidenceMalformed,
    UnreadableNotRepeated,
)
from ledger.evidence.verify.policy import Policy
from ledger.evidence.verify.proven import Process, Proven
from ledger.evidence.verify.verifier import prove
from ledger.opening.facts import Bid
from ledger.opening.found import Found, open_found, unreadable
from ledger.opening.round_acts import RoundAct, outcomes_of
from ledger.opening.sealed_round import SealedRound
from ledger.opening.unreadable import FORMAT, evidence_digest
from ledger.sealing.envelope import Header, read_header
from ledger.sealing.opening import check_content, require_seals
from ledger.terms import Outcome


@dataclass(frozen=True, slots=True)
class Retraced:
    """``bid`` of ``round`` is unreadable, and ``refusal`` (a name) is why: the doing of whoever sealed it. ``mended``:
    opened later all the same."""

    ocid: str
    round: int
    bid: int
    refusal: str
    mended: bool


@dataclass(frozen=True, slots=True)
class _Named:
    """A bid with a commitment, and the digests of evidence that officers recorded of it."""

    sealed: SealedRound
    bid: Bid
    evidence: tuple[bytes, ...]


def retrace(evidence: Mapping[str, Any], envelope: BinaryIO, bundle: BinaryIO, policy: Policy) -> Retraced:
    """Repeat the evidence of an unreadable bid (``siegel-unreadable/1``) on its envelope, a stream that can seek.

    Raises ProofUnverified for the bundle; UnreadableEvidenceMalformed, UnreadableEvidenceForeign for evidence that the
    ledger does not name; EnvelopeSwapped, EnvelopeMalformed, ContentAltered for another envelope;
    UnreadableBlamesNobody for a bid that was given up; UnreadableNotRepeated where the envelope says otherwise.
    """
    commitment, seed = _read(evidence)
    digest = evidence_digest(evidence)
    named = _find(prove(bundle, policy), policy, commitment, digest)
    sealed, bid = named.sealed, named.bid
    if evidence["refusal"] == SharesTooFew.__name__:
        raise UnreadableBlamesNobody(bid=bid.number)
    found = _open(sealed, bid, envelope, seed)
    if found.evidence is None or evidence_digest(found.evidence) != digest:
        got = "opened" if found.evidence is None else found.evidence["refusal"]
        raise UnreadableNotRepeated(bid=bid.number, expected=evidence["refusal"], got=got)
    facts = sealed.facts
    return Retraced(facts.ocid, facts.number, bid.number, evidence["refusal"], bid.recorded is Outcome.OPENED)


def _read(evidence: Mapping[str, Any]) -> tuple[bytes, bytes | None]:
    """Commitment and seed. Its other members are compared by digest."""
    try:
        if evidence["format"] != FORMAT or not isinstance(evidence["refusal"], str):
            raise UnreadableEvidenceMalformed(reason=f"not {FORMAT}")
        seed = evidence.get("seed")
        commitment, found = bytes.fromhex(evidence["commitment"]), None if seed is None else bytes.fromhex(seed)
        if len(commitment) != 32 or (found is not None and len(found) != 32):
            raise UnreadableEvidenceMalformed(reason="commitment or seed is not of 32 bytes")
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableEvidenceMalformed(reason=f"{type(error).__name__}: {error}") from None
    return commitment, found


def _find(proven: Proven, policy: Policy, commitment: bytes, digest: bytes) -> _Named:
    """The bid of which officers recorded this evidence; a commitment that somebody copied has several bids."""
    candidates = [
        _Named(sealed, bid, tuple(_recorded(process, sealed, bid)))
        for process in proven.processes.values()
        for sealed in _rounds(proven, process, policy)
        for bid in sealed.facts.bids
        if bid.commitment == commitment
    ]
    for each in candidates:
        if digest in each.evidence:
            return each
    known = [evidence.hex() for each in candidates for evidence in each.evidence]
    raise UnreadableEvidenceForeign(commitment=commitment, expected=", ".join(known) or "none", got=digest)


def _recorded(process: Process, sealed: SealedRound, bid: Bid) -> Iterator[bytes]:
    acts = (RoundAct(0, record) for record in process.records if record.round == sealed.facts.number)
    for outcome in outcomes_of(acts, bid.number):
        if outcome.outcome is Outcome.UNREADABLE:
            yield outcome.evidence


def _rounds(proven: Proven, process: Process, policy: Policy) -> Iterator[SealedRound]:
    number = 1
    while True:
        try:
            yield SealedRound.proven(proven, process, number, policy)
        except RoundForbids:
            return
        number += 1


def _open(sealed: SealedRound, bid: Bid, envelope: BinaryIO, seed: bytes | None) -> Found:
    header = read_header(envelope)
    begins = envelope.tell()
    try:
        sealed.require_committed(bid, header)
        sealed.require_fitting(bid, header)
    except (EnvelopeForeign, KeySetDiffers) as refusal:
        return unreadable(bid, refusal)
    check_content(header, envelope)
    if seed is None:
        raise UnreadableEvidenceMalformed(reason="without a seed nothing can be opened")
    try:
        require_seals(header, sealed.key_set, seed)
    except SealsDiffer as refusal:
        _require_some(header, bid, refusal)
        return unreadable(bid, refusal, seed)
    envelope.seek(begins)
    with tempfile.TemporaryDirectory() as folder:
        return open_found(bid, header, seed, envelope, Path(folder))


def _require_some(header: Header, bid: Bid, refusal: SealsDiffer) -> None:
    """A seed that gives none of the shares is anybody's: it says nothing of who sealed."""
    if len(refusal.values["shares"]) == len(header.officers) + len(header.custodians):
        raise UnreadableNotRepeated(bid=bid.number, expected=refusal.name, got="no share") from refusal
