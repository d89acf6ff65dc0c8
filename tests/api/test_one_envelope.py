"""One envelope at a receiver under several commitments: it is the bid's whose author sealed it, and nobody else's."""

from __future__ import annotations

import pytest

from ledger.chain.acts import BidOutcome, CommitBid, OpenBids
from ledger.chain.identifiers import bid_commitment
from ledger.chain.record import ZERO
from ledger.chain.signers import KeySigner
from ledger.errors import BidMismatch, CommitmentKnown, OutcomeInvalid
from ledger.terms import Outcome
from tests.api.receiving import DEADLINE, OCID, Desk, name_of
from tests.api.test_free_option import close_round, commitment_of, facts_of, published


def test_one_envelope_committed_three_times_is_one_bid_and_the_others_are_missing(desk: Desk) -> None:
    """Its author's commitment, a copy of it by an accomplice, and the accomplice's own one to the same content. By the
    relay neither of these two comes in; past it they are missing at the close, for everybody to see, and two officers
    who call them opened are refused."""
    town, bid = desk.town, desk.seal()
    header, (one, two) = bid.header, (town.bidder_one, town.bidder_two)
    digest, first = desk.hand_in(bid), commitment_of(bid)
    chain, process = town.chain, town.process(OCID)
    own = bid_commitment(chain.chain_id, chain.ledger, process, 1, two.account, header.bid_root, header.rest_digest)
    copied, named = desk.relay(desk.committing(digest, two)), desk.relay(desk.committing(digest, two, commitment=own))
    assert (name_of(copied), name_of(named)) == ("CommitmentWithoutEnvelope",) * 2

    def commit(commitment: bytes, author: KeySigner) -> None:
        chain.send(CommitBid(process, 1, commitment, ZERO, town.expires()), author)

    for commitment, author in ((first, one), (first, two), (own, two)):
        commit(commitment, author)
        with pytest.raises(CommitmentKnown):
            commit(commitment, author)
    town.advance_to(DEADLINE + 60)
    close_round(desk)
    closing = facts_of(desk).closing
    assert closing is not None
    assert (closing.counted, closing.present) == (3, (0b001,))
    opened = BidOutcome(Outcome.OPENED, one.account, header.bid_root, header.rest_digest)
    stolen = BidOutcome(Outcome.OPENED, two.account, header.bid_root, header.rest_digest)
    missing = [BidOutcome(Outcome.MISSING, two.account, commitment) for commitment in (first, own)]
    for wrong, why in (([stolen, missing[1]], BidMismatch), ([missing[0], stolen], OutcomeInvalid)):
        with pytest.raises(why):
            town.jointly(OpenBids(town.call(OCID), 1, 0, (opened, *wrong)))
    town.jointly(OpenBids(town.call(OCID), 1, 0, (opened, *missing)))
    assert [each["outcome"] for each in published(desk)] == ["opened", "missing", "missing"]
