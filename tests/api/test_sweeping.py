"""What a receiver looks after by itself: which envelopes the ledger names by now, and what nobody waits for."""

from __future__ import annotations

import hashlib
import os

from api.receiver import Receiver
from ledger.chain.acts import CommitBid
from ledger.chain.client import Chain
from ledger.chain.identifiers import bid_commitment
from ledger.chain.record import ZERO
from ledger.chain.signers import KeySigner
from ledger.store.envelopes import DAY
from tests.api.receiving import OCID, RECEIVER, Desk, desk
from tests.chain.nodes import Counting
from tests.index.town import signer
from tests.sealing.actors import Envelope

__all__ = ["desk"]

SMALL = 2**20
"""What a small envelope counts for."""


def begun(desk: Desk) -> tuple[Receiver, Counting]:
    """The desk's receiver as a program that begins anew, and what it asks its node."""
    counting = Counting(desk.town.chain.transport)
    chain = Chain.connect(counting, desk.town.chain.deployment)
    assert desk.town.clock is not None
    return Receiver(chain, desk.services.envelopes, signer("receiver 1"), RECEIVER, desk.town.clock.now), counting


def commitment_of(desk: Desk, bid: Envelope) -> bytes:
    """Of an envelope."""
    chain, header = desk.town.chain, bid.header
    author = header.context.author
    return bid_commitment(
        chain.chain_id, chain.ledger, desk.town.process(OCID), 1, author, header.bid_root, header.rest_digest
    )


def commit(desk: Desk, bid: Envelope, bidder: KeySigner) -> None:
    """By any node, not by the relay."""
    town = desk.town
    town.chain.send(CommitBid(town.process(OCID), 1, commitment_of(desk, bid), ZERO, town.expires()), bidder)


def unnamed(desk: Desk) -> int:
    """Bytes of the round that no commitment was seen for."""
    return desk.services.envelopes.unnamed_bytes(desk.town.process(OCID), 1)


def test_sweep_costs_the_same_with_many_envelopes_that_nobody_commits(desk: Desk) -> None:
    """An outsider who hands in a thousand and commits none makes the ledger no slower for the others."""
    costs = []
    for outsiders in (range(1), range(1, 9)):
        for number in outsiders:
            desk.hand_in(desk.seal(signer(f"outsider {number}")))
        receiver, counting = begun(desk)
        receiver.sweep()
        before = unnamed(desk)
        bidder = signer(f"bidder {len(outsiders)}")
        bid = desk.seal(bidder)
        desk.hand_in(bid)
        commit(desk, bid, bidder)
        counting.asked.clear()
        receiver.sweep()
        assert unnamed(desk) == before
        costs.append([method for method, _ in counting.asked])
    assert costs[0] == costs[1]
    assert "eth_call" not in costs[1]


def test_sweep_of_a_receiver_that_was_down_sees_what_was_committed_meanwhile(desk: Desk) -> None:
    """What one program took in, and somebody committed by another node, the next one finds on the ledger."""
    bid = desk.seal()
    desk.hand_in(bid)
    commit(desk, bid, desk.town.bidder_one)
    assert unnamed(desk) == SMALL
    receiver, _ = begun(desk)
    receiver.sweep()
    assert unnamed(desk) == 0


def test_sweep_sees_a_bid_whose_envelope_was_not_known_when_it_was_first_read(desk: Desk) -> None:
    """The header was compared right before the commitment stood on the ledger, and noted right after the sweep."""
    bid = desk.seal()
    receiver, _ = begun(desk)
    receiver.sweep()
    commit(desk, bid, desk.town.bidder_one)
    receiver.sweep()
    digest, store = hashlib.sha256(bid.data).digest(), desk.services.envelopes
    store.begin(digest, len(bid.data))
    store.append(digest, 0, bid.data)
    store.complete(digest)
    assert unnamed(desk) == SMALL
    receiver.sweep()
    assert unnamed(desk) == 0


def test_sweep_does_not_take_a_copied_commitment_for_the_bid(desk: Desk) -> None:
    """Whoever commits somebody else's commitment, or the own one for another round, makes no room in this one."""
    bid = desk.seal()
    desk.hand_in(bid)
    receiver, _ = begun(desk)
    commit(desk, bid, signer("outsider"))
    receiver.sweep()
    assert unnamed(desk) == SMALL


def test_sweep_looks_for_what_a_crash_left_behind_once_a_day(desk: Desk) -> None:
    """It goes through all files, and they become ever more."""
    left = desk.services.envelopes.path(hashlib.sha256(b"left").digest())

    def crash() -> None:
        left.parent.mkdir(parents=True, exist_ok=True)
        left.write_bytes(b"of a crash")
        os.utime(left, (0, 0))

    assert desk.town.clock is not None
    receiver, _ = begun(desk)
    crash()
    receiver.sweep()
    assert not left.exists()
    crash()
    receiver.sweep()
    assert left.exists()
    desk.town.advance_to(desk.town.clock.now() + DAY)
    receiver.sweep()
    assert not left.exists()
