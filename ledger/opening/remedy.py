"""One bid opened with what its tenderer kept, where officers and custodians could not (OutcomeRevised).

It works if and only if the re-seal check passes with the seed: then it is the one that the bid was sealed with.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from ledger.errors import OutcomeInvalid
from ledger.opening.facts import Bid
from ledger.opening.found import Found, open_found
from ledger.opening.sealed_round import SealedRound
from ledger.sealing.envelope import read_header
from ledger.sealing.opening import check_content, require_seals
from ledger.terms import Outcome

REVISED = frozenset({Outcome.UNREADABLE, Outcome.MISSING, Outcome.LATE})
"""How a bid must have ended for a receipt to mend it."""


def remedy(sealed: SealedRound, bid: Bid, envelope: BinaryIO, seed: bytes, folder: Path) -> Found:
    """The bid opened with its tenderer's seed; ``envelope``: a stream that can seek. Also where that is recorded
    already: then another officer reads what the first two did.

    Raises OutcomeInvalid for a bid that ended otherwise, or whose content is unreadable with the right seed, too;
    EnvelopeSwapped, EnvelopeForeign, KeySetDiffers; ContentAltered; SealsDiffer for a seed that is not the bid's.
    """
    ended = sealed.facts.ended(bid)
    is_mended = ended is Outcome.OPENED and bid.revised
    if ended not in REVISED and not is_mended and not (ended is Outcome.RETURNED and sealed.facts.open_lots):
        raise OutcomeInvalid(bid=bid.number, given="opened", found=ended.name.lower())
    header = read_header(envelope)
    begins = envelope.tell()
    sealed.require_committed(bid, header)
    sealed.require_fitting(bid, header)
    check_content(header, envelope)
    require_seals(header, sealed.key_set, seed)
    envelope.seek(begins)
    found = open_found(bid, header, seed, envelope, folder)
    if found.evidence is not None:
        raise OutcomeInvalid(bid=bid.number, given="opened", found=found.evidence["refusal"])
    return found
