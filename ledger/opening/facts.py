"""A round as the acts of its process have it: what officers and custodians rest on (``ITenderLedger.sol``)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from ledger.bid_number import FIRST_EXTERNAL_BID
from ledger.chain.codec import decode_detail
from ledger.chain.record import ZERO, ActRecord
from ledger.chain.registry import KeySet, Recipient
from ledger.errors import KeySetUnknown, RoundForbids
from ledger.terms import Act, Outcome, RoundKind, RoundState

WORD: Final = 256
"""Bids in a word of the bitmaps."""


@dataclass(slots=True)
class Bid:
    """A committed bid. ``arrival`` is what counts, ``block_time`` the block that recorded it; ``gone``: superseded,
    withdrawn, or NONE; ``recorded``: what officers recorded of it, or NONE; ``revised``: by OutcomeRevised."""

    number: int
    author: bytes
    commitment: bytes
    arrival: int
    block_time: int
    promised: bool
    gone: Outcome = Outcome.NONE
    recorded: Outcome = Outcome.NONE
    revised: bool = False


@dataclass(frozen=True, slots=True)
class Closing:
    """RoundClosed: its time and sequence, and what it froze."""

    time: int
    sequence: int
    counted: int
    present: tuple[int, ...]
    admitted: tuple[int, ...]


@dataclass(slots=True)
class RoundFacts:
    """One round. ``deadline`` is the final one so far, ``acts`` how many acts of the process were read, ``opened`` the
    first bid without an outcome; ``externals``: bids on paper, as ``arrival`` and time of their block."""

    process_id: bytes
    number: int
    ocid: str = ""
    kind: RoundKind = RoundKind.NONE
    acts: int = 0
    key_set: bytes = ZERO
    deadline: int = 0
    bids: list[Bid] = field(default_factory=list)
    externals: list[tuple[int, int]] = field(default_factory=list)
    closing: Closing | None = None
    opened: int = 0
    open_lots: int = 0
    cancelled: bool = False
    _committed: dict[tuple[bytes, bytes], Bid] = field(default_factory=dict, init=False, repr=False, compare=False)
    """By commitment and author, which are one bid's alone: a search for each that goes would grow with their square."""

    @property
    def state(self) -> RoundState:
        """NONE if there is no such round."""
        if not self.deadline:
            return RoundState.NONE
        if self.closing is None:
            return RoundState.OPEN
        return RoundState.OPENED if self.opened >= self.closing.counted else RoundState.CLOSED

    @property
    def timely(self) -> int:
        """The last timely bid's number + 1."""
        return max((bid.number + 1 for bid in self.bids if not self.is_late(bid)), default=0)

    def is_late(self, bid: Bid) -> bool:
        """By the final deadline: a bid that arrives in its second is in time."""
        return bid.arrival > self.deadline

    def is_present(self, bid: Bid) -> bool:
        """RoundClosed says that its envelope is there."""
        return self.closing is not None and _is_set(self.closing.present, bid.number)

    def is_admitted(self, bid: Bid) -> bool:
        """RoundClosed admits it though it is late."""
        return self.closing is not None and _is_set(self.closing.admitted, bid.number)

    def follows(self, bid: Bid) -> Outcome:
        """The outcome that follows from the acts, in the order of precedence; NONE: the officers open it. Raises
        RoundForbids while the round is open."""
        if self.closing is None:
            raise self.forbids(Act.BIDS_OPENED)
        if bid.gone:
            return bid.gone
        if bid.number >= self.closing.counted:
            return Outcome.LATE
        if not self.is_present(bid):
            return Outcome.MISSING
        if self.is_late(bid) and not self.is_admitted(bid):
            return Outcome.LATE
        return Outcome.NONE if self.open_lots and not self.cancelled else Outcome.RETURNED

    def ended(self, bid: Bid) -> Outcome:
        """How it ended as far as the acts say it; NONE: not yet."""
        return bid.recorded or self.follows(bid)

    def forbids(self, act: Act) -> RoundForbids:
        """What the ledger would answer to the act."""
        return RoundForbids(
            processId=self.process_id, act=int(act), round=self.number, state=self.state.name.lower(),
            deadline=self.deadline,
        )  # fmt: skip


def read_round(records: Iterable[ActRecord], number: int) -> RoundFacts:
    """Fold all acts of one process, in their order. Whether the ledger could have accepted them is asked elsewhere.

    Raises LogMalformed; RoundForbids if there is no such round.
    """
    facts = RoundFacts(ZERO, number)
    for record in records:
        facts.process_id = record.process_id
        facts.acts += 1
        _take(facts, Act(record.act), record)
    if facts.state is RoundState.NONE:
        raise facts.forbids(Act.ROUND_CLOSED)
    return facts


def read_key_set(records: Iterable[ActRecord], key_set_id: bytes) -> KeySet:
    """A key set from the registry's acts on its organisation, also one that is retired by now: what was sealed to it
    stays openable. Raises KeySetUnknown."""
    for record in records:
        if record.act == Act.KEY_SET_REGISTERED and record.subject == key_set_id:
            given = decode_detail(record)["key_set"]
            officers, custodians = (
                tuple(Recipient(each["holder"], each["key"]) for each in given[group])
                for group in ("officers", "custodians")
            )
            return KeySet(given["officer_threshold"], given["custodian_threshold"], officers, custodians)
    raise KeySetUnknown(keySet=key_set_id)


def _take(facts: RoundFacts, act: Act, record: ActRecord) -> None:
    match act:
        case Act.NOTICE_PUBLISHED if facts.acts == 1:
            facts.ocid = decode_detail(record)["ocid"]
        case Act.TENDER_PUBLISHED:
            terms = decode_detail(record)["terms"]
            facts.ocid, facts.open_lots = terms["ocid"], len(terms["lots"])
            _begin(facts, record, terms["round"])
        case Act.ROUND_OPENED:
            _begin(facts, record, decode_detail(record)["terms"])
        case Act.LOT_CLOSED:
            facts.open_lots -= 1
        case Act.TENDER_CANCELLED:
            facts.cancelled = True
        case Act.REINSTATED if record.lot == ZERO:
            facts.cancelled = False
        case Act.REINSTATED:
            facts.open_lots += 1
        case _ if record.round == facts.number:
            _take_of_round(facts, act, record)


def _begin(facts: RoundFacts, record: ActRecord, terms: dict[str, Any]) -> None:
    if record.round == facts.number:
        facts.kind = RoundKind(terms["kind"])
        facts.deadline, facts.key_set = terms["deadline"], terms["key_set"]


def _take_of_round(facts: RoundFacts, act: Act, record: ActRecord) -> None:
    match act:
        case Act.TENDER_AMENDED | Act.ROUND_RESUMED:
            facts.deadline = decode_detail(record)["deadline"] or facts.deadline
        case Act.BID_COMMITTED:
            detail = decode_detail(record)
            if detail["supersedes"] != ZERO:
                facts._committed[detail["supersedes"], record.first].gone = Outcome.SUPERSEDED
            promised = detail["promised"]["receiver"] != ZERO
            bid = Bid(record.bid, record.first, record.subject, record.arrival, record.time, promised)
            facts.bids.append(bid)
            facts._committed[bid.commitment, bid.author] = bid
        case Act.BID_WITHDRAWN:
            facts._committed[record.subject, record.first].gone = Outcome.WITHDRAWN
        case Act.EXTERNAL_BID_REGISTERED:
            facts.externals.append((record.arrival, record.time))
        case Act.ROUND_CLOSED:
            detail = decode_detail(record)
            bitmaps = (tuple(detail[name]) for name in ("present", "admitted"))
            facts.closing = Closing(record.time, record.sequence, detail["counted"], *bitmaps)
            _open_up_to(facts, 0)
        case Act.BIDS_OPENED:
            detail = decode_detail(record)
            for number, given in enumerate(detail["outcomes"], detail["from"]):
                facts.bids[number].recorded = given["outcome"]
            _open_up_to(facts, detail["from"] + len(detail["outcomes"]))
        case Act.OUTCOME_REVISED if record.bid < FIRST_EXTERNAL_BID:
            bid = facts.bids[record.bid]
            bid.recorded, bid.revised = decode_detail(record)["outcome"]["outcome"], True


def _open_up_to(facts: RoundFacts, end: int) -> None:
    """All bids below have their outcome; so have 256 that follow if none of them has an envelope."""
    closing = facts.closing
    assert closing is not None
    while end < closing.counted and end % WORD == 0 and not closing.present[end // WORD]:
        end += WORD
    facts.opened = min(end, closing.counted)


def _is_set(words: tuple[int, ...], number: int) -> bool:
    word, bit = divmod(number, WORD)
    return word < len(words) and bool(words[word] >> bit & 1)
