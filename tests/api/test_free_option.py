"""A free option: many bids committed, one chosen and delivered once all others came. What it leaves behind."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import pytest

from ledger.chain.acts import BidOutcome, CloseRound, CommitBid, OpenBids
from ledger.chain.identifiers import bid_commitment
from ledger.chain.record import ACT_RECORDED, ZERO, decode_log
from ledger.errors import OutcomeInvalid, RoundForbids
from ledger.index.sync import Synchroniser
from ledger.opening.closing import close
from ledger.opening.facts import RoundFacts, read_round
from ledger.terms import Outcome
from tests.api.receiving import DEADLINE, OCID, Desk, name_of
from tests.explorer.site import text_of
from tests.index.town import signer
from tests.sealing.actors import Envelope
from tests.waiting import wait_until

NUMBER, CHOSEN = 5, 3


def digest_of(bid: Envelope) -> bytes:
    """Under which it is handed in."""
    return hashlib.sha256(bid.data).digest()


def commitment_of(bid: Envelope) -> bytes:
    """What stands on the ledger for an envelope."""
    context, header = bid.header.context, bid.header
    where = context.chain_id, context.ledger, context.process_id, context.round, context.author
    return bid_commitment(*where, header.bid_root, header.rest_digest)


def commit(desk: Desk, bid: Envelope) -> None:
    """By a node of the tenderer's own, past every receiver."""
    call = CommitBid(desk.town.process(OCID), 1, commitment_of(bid), ZERO, desk.town.expires())
    desk.town.chain.send(call, desk.town.bidder_one)


def facts_of(desk: Desk) -> RoundFacts:
    """The round as the ledger has it."""
    chain, wanted = desk.town.chain, desk.town.process(OCID)
    logs = chain.logs(chain.deployment.block, chain.block_number(), [ACT_RECORDED])
    return read_round((decode_log(log.topics, log.data) for log in logs if log.topics[1] == wanted), 1)


def close_round(desk: Desk) -> None:
    """Two officers close with the envelopes that are here."""
    here = {(each.commitment, each.author) for each in desk.services.envelopes.of_round(desk.town.process(OCID), 1)}
    made = close(facts_of(desk), here)
    desk.town.jointly(CloseRound(desk.town.call(OCID), 1, made.counted, made.present, made.admitted))


def opened(desk: Desk, bids: Sequence[Envelope]) -> list[BidOutcome]:
    """All missing but for the chosen one."""
    author = desk.town.bidder_one.account
    found = [BidOutcome(Outcome.MISSING, author, commitment_of(bid)) for bid in bids]
    header = bids[CHOSEN].header
    found[CHOSEN] = BidOutcome(Outcome.OPENED, author, header.bid_root, header.rest_digest)
    return found


def published(desk: Desk) -> list[dict[str, Any]]:
    """The round's bids as everybody gets them, who need not be anybody."""
    Synchroniser(desk.services.index, desk.town.chain, desk.services.store).run_once()
    (round_,) = desk.client.get(f"/api/v1/processes/0x{desk.town.process(OCID).hex()}/rounds").json()["rounds"]
    bids: list[dict[str, Any]] = round_["bids"]
    return bids


def page(desk: Desk) -> str:
    """What the process page says, in words."""
    return text_of(desk.client.get(f"/processes/0x{desk.town.process(OCID).hex()}?lang=en").text)


def test_free_option_beyond_the_relay_leaves_all_others_missing_for_everybody_to_see(desk: Desk) -> None:
    """Five commitments before the deadline, one envelope after it. It counts, for its block was in time; the four that
    were never handed in stay on ledger, API and page under the same account, and no officer can call them otherwise."""
    town, bids = desk.town, [desk.seal() for _ in range(NUMBER)]
    for bid in bids:
        commit(desk, bid)
    assert [each["outcome"] for each in published(desk)] == ["pending"] * NUMBER
    town.advance_to(DEADLINE + 60)
    desk.hand_in(bids[CHOSEN])
    close_round(desk)
    closing = facts_of(desk).closing
    assert closing is not None
    assert (closing.counted, closing.present) == (NUMBER, (1 << CHOSEN,))
    for number, outcome in ((0, Outcome.UNREADABLE), (0, Outcome.WITHDRAWN), (CHOSEN, Outcome.MISSING)):
        called = opened(desk, bids)
        content = commitment_of(bids[number])
        evidence = b"\x01" * 32 if outcome is Outcome.UNREADABLE else ZERO
        called[number] = BidOutcome(outcome, town.bidder_one.account, content, evidence)
        with pytest.raises(OutcomeInvalid):
            town.jointly(OpenBids(town.call(OCID), 1, 0, tuple(called)))
    town.jointly(OpenBids(town.call(OCID), 1, 0, tuple(opened(desk, bids))))
    told = published(desk)
    expected = ["missing"] * NUMBER
    expected[CHOSEN] = "opened"
    assert [each["outcome"] for each in told] == expected
    assert {each["author"] for each in told} == {"0x" + town.bidder_one.account.hex()}
    assert [each["commitment"] for each in told] == ["0x" + commitment_of(bid).hex() for bid in bids]
    assert page(desk).count("not handed in") == NUMBER - 1
    late = desk.seal()
    with pytest.raises(RoundForbids):
        commit(desk, late)


def test_free_option_committed_after_the_deadline_is_late_whatever_is_here(desk: Desk) -> None:
    """Five envelopes whose last byte comes after the deadline: the promise says when it came, so none is timely."""
    town, bids = desk.town, [desk.seal() for _ in range(NUMBER)]
    town.advance_to(DEADLINE - 60)
    for bid in bids:
        desk.begin(bid.data)
        desk.send(bid.data, 0, len(bid.data) - 1)
        assert name_of(desk.promise(digest_of(bid))) == "EnvelopeUnfinished"
    town.advance_to(DEADLINE + 60)
    chosen = bids[CHOSEN]
    assert desk.send(chosen.data, len(chosen.data) - 1).status_code == 204
    raw = desk.committing(digest_of(chosen))
    assert desk.relay(raw).status_code == 202
    wait_until(lambda: desk.fate(raw)["state"] == "recorded")
    (told,) = published(desk)
    assert (told["late"], told["outcome"], told["arrival"] > DEADLINE) == (True, "pending", True)
    close_round(desk)
    assert [each["outcome"] for each in published(desk)] == ["late"]


def test_free_option_among_promised_envelopes_is_seen_by_the_receiver_alone(desk: Desk) -> None:
    """Five accounts, five envelopes whole and promised in time, one committed after the deadline: it is timely, by the
    promise, whose moment stands beside the block's. The four others leave nothing in public, and from the close on
    their promises are worth nothing."""
    authors = [signer(f"bidder {number}") for number in range(NUMBER)]
    bids = [desk.seal(author) for author in authors]
    desk.town.advance_to(DEADLINE - 600)
    raws = [desk.committing(desk.hand_in(bid), author) for bid, author in zip(bids, authors, strict=True)]
    assert published(desk) == []
    desk.town.advance_to(DEADLINE + 60)
    assert desk.relay(raws[CHOSEN]).status_code == 202
    wait_until(lambda: desk.fate(raws[CHOSEN])["state"] == "recorded")
    (told,) = published(desk)
    assert (told["commitment"], told["late"]) == ("0x" + commitment_of(bids[CHOSEN]).hex(), False)
    assert told["arrival"] <= DEADLINE < told["time"]
    assert len(desk.services.envelopes.of_round(desk.town.process(OCID), 1)) == NUMBER
    close_round(desk)
    assert name_of(desk.relay(raws[0])) == "RoundForbids"
    assert [each["bid"] for each in published(desk)] == [0]
