"""Chance in a procedure: mostly what people would do next, now and then something wrong."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

from ledger.bid_number import FIRST_EXTERNAL_BID
from ledger.chain import identifiers
from ledger.chain.acts import BidOutcome, Call, CommitBid, LedgerAct, Promise, WithdrawBid
from ledger.chain.record import ZERO
from ledger.evidence.verify.procedure import Bid, Procedure, Round
from ledger.terms import Outcome, RoundState
from tests.chain.story import ROOF, WINDOWS
from tests.chain.town import BUYER, OBSERVER, RECEIVER, Town, actor, digest
from tests.evidence.scribe import BY_FUNCTION

T = TypeVar("T")
DAY = 86_400
ELSEWHERE = digest("no such thing")
BIDDERS = ("bidder_one", "bidder_two", "bidder_three")


class Whim:
    """What chance there is in one procedure; ``contents`` has what was committed, by commitment."""

    def __init__(self, town: Town, key_set: bytes, seed: int) -> None:
        self.town, self.key_set, self.random = town, key_set, random.Random(seed)
        self.ocid = f"ocds-a2ef3d-walk-{seed}"
        self.process = identifiers.process_id(BUYER, self.ocid)
        self.contents: dict[bytes, str] = {}
        self.calls = 0

    def either(self, likely: Sequence[T], others: Sequence[T], share: float = 0.1) -> T:
        """One of the likely values; seldom another."""
        return self.random.choice(others if not likely or self.random.random() < share else likely)

    def expires(self) -> int:
        """Never twice the same, so that no call is the repetition of another."""
        self.calls += 1
        return self.town.now + DAY + self.calls

    def call(self, function: type[LedgerAct]) -> Call:
        """Ground and release as the table wants them, or not."""
        ground = BY_FUNCTION[function.function].ground
        given = ground == "must" or (ground == "may" and self.random.random() < 0.3)
        if self.random.random() < 0.03:
            given = not given
        release = self.either([digest("release")], [ZERO], 0.05)
        return Call(self.process, self.expires(), digest("ground") if given else ZERO, release)

    def round(self, procedure: Procedure, *states: RoundState) -> int:
        """A round, likely in one of these states."""
        likely = [round_.number for round_ in procedure.rounds if round_.state in states]
        return self.either(likely, [0, 1, 2, len(procedure.rounds) + 1], 0.06)

    def lot(self, *also: bytes) -> bytes:
        """A lot."""
        return self.either([ROOF, WINDOWS, *also], [ZERO, ELSEWHERE], 0.05)

    def award(self, procedure: Procedure, state: int) -> int:
        """An award, likely in this state."""
        likely = [number for number, award in procedure.awards.items() if award.state == state and not award.void]
        return self.either(likely, [0, 1, *procedure.awards, procedure.acts + 1], 0.1)

    def opened_bid(self, procedure: Procedure, number: int) -> int:
        """A bid of a round, likely an opened one or one on paper."""
        found = [round_ for round_ in procedure.rounds if round_.number == number]
        bids = [bid.number for round_ in found for bid in round_.bids]
        likely = [bid for bid in bids if found[0].outcome(bid) is Outcome.OPENED]
        likely += [FIRST_EXTERNAL_BID] * any(round_.externals for round_ in found)
        return self.either(likely, [0, 1, 2, 9, FIRST_EXTERNAL_BID, FIRST_EXTERNAL_BID + 9], 0.15)

    def outcome(self, procedure: Procedure, round_: Round, bid: Bid, revised: bool = False) -> BidOutcome:
        """How a bid ends: mostly as it must."""
        content = self.contents.get(bid.commitment, "")
        opened = BidOutcome(Outcome.OPENED, bid.author, digest(content), digest(f"rest of {content}"))
        unreadable = BidOutcome(Outcome.UNREADABLE, bid.author, bid.commitment, digest("evidence"))
        likely = [opened] if revised else [opened, opened, unreadable]
        follows = self._following(procedure, round_, bid)
        if follows and not revised:
            likely = [BidOutcome(follows, bid.author, bid.commitment)]
        wrong = [
            BidOutcome(outcome, bid.author, bid.commitment)
            for outcome in Outcome
            if outcome not in (Outcome.OPENED, Outcome.COVER)
        ]
        wrong += [opened, unreadable, BidOutcome(Outcome.COVER, bid.author, ZERO)]
        wrong += [BidOutcome(Outcome.OPENED, actor("outsider").account, opened.content, opened.evidence)]
        wrong += [BidOutcome(Outcome.WITHDRAWN, bid.author, bid.commitment, digest("evidence"))]
        return self.either(likely, wrong, 0.06)

    def _following(self, procedure: Procedure, round_: Round, bid: Bid) -> Outcome:
        word, bit = divmod(bid.number, 256)
        if bid.gone or word >= len(round_.present):
            return bid.gone
        if not round_.present[word] >> bit & 1:
            return Outcome.MISSING
        if bid.arrival > round_.deadline and not round_.admitted[word] >> bit & 1:
            return Outcome.LATE
        return Outcome.NONE if procedure.open_lots else Outcome.RETURNED

    def promised(self, call: CommitBid, author: str) -> tuple[CommitBid, str]:
        """The same with a receiver's promise; and who signed it."""
        arrived = max(0, self.town.now - self.either([5, 0, 900], [-1, DAY, self.town.now], 0.15))
        deliver_by = self.either([arrived + 3_600, self.town.now], [self.town.now - 1, arrived + DAY + 1], 0.15)
        receiver = self.either([RECEIVER], [OBSERVER, ELSEWHERE], 0.1)
        signer = self.either(["clerk"], ["outsider", "officer_one"], 0.1)
        chain = self.town.chain
        where = (chain.chain_id, chain.ledger, self.process, call.round, call.commitment)
        message = identifiers.promise_digest(*where, actor(author).account, arrived, deliver_by)
        promise = Promise(receiver, arrived, deliver_by, actor(signer).sign_digest(message))
        return CommitBid(self.process, call.round, call.commitment, call.supersedes, call.expires, promise), signer

    def owner(self, procedure: Procedure, call: WithdrawBid | CommitBid) -> str | None:
        """Whose bid is withdrawn or superseded."""
        named = call.commitment if isinstance(call, WithdrawBid) else call.supersedes
        accounts = {actor(name).account: name for name in BIDDERS}
        bids = [bid for round_ in procedure.rounds for bid in round_.bids if bid.commitment == named]
        return accounts.get(bids[0].author) if bids else None
