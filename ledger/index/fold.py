"""From the acts of one process to where it stands: states, rounds, bids, awards, suspensions.

This is what pages and API show. It believes the contract, which admitted each act, and checks no rule again. The
meaning of each act's fields and the precedence of outcomes are those of ``contracts/src/ITenderLedger.sol``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ledger.bid_number import FIRST_EXTERNAL_BID
from ledger.chain.codec import decode_detail
from ledger.chain.record import ZERO, ActRecord
from ledger.index.names import NOTICE_KINDS, OUTCOMES, ROUND_KINDS
from ledger.terms import STATUTE, OrganisationKind

_WORD = 256  # bids in a word of the bitmap of present envelopes
_DISPATCH_AGE = 3 * 86_400  # seconds; from no earlier dispatch does a standstill run
MAIN_ROUNDS = ("participation", "bids", "negotiation")  # a supplement round does not reopen the procedure


@dataclass(slots=True)
class Bid:
    """An entry of a round while it is folded; see :class:`ledger.index.rows.BidRow`."""

    number: int
    sequence: int
    time: int
    arrival: int
    subject: bytes
    author: bytes | None
    supersedes: bytes | None
    admitted: bool = False
    present: bool | None = None
    superseded: bool = False
    withdrawn: bool = False
    exclusions: set[bytes] = field(default_factory=set)
    recorded: str | None = None

    @property
    def external(self) -> bool:
        """On paper: no envelope, nothing to decrypt."""
        return self.number >= FIRST_EXTERNAL_BID


@dataclass(slots=True)
class Round:
    """A round while it is folded."""

    number: int
    sequence: int
    kind: str
    opened_time: int
    first_deadline: int
    deadline: int
    key_set: bytes | None
    invited: bytes | None
    receivers: tuple[bytes, ...]
    state: str = "open"
    closed_time: int | None = None
    bids_opened_time: int | None = None
    counted: int | None = None
    bids: dict[int, Bid] = field(default_factory=dict)
    by_commitment: dict[tuple[bytes, bytes], Bid] = field(default_factory=dict)  # the contract takes each once

    def outcome(self, bid: Bid, cancelled: bool) -> str:
        """The one public outcome of a bid as far as it is known, else ``pending``."""
        if bid.external:
            return "external"
        if bid.withdrawn:
            return "withdrawn"
        if bid.superseded:
            return "superseded"
        if bid.recorded:
            return bid.recorded
        if self.counted is not None and bid.number >= self.counted:
            return "late"
        return "returned" if cancelled else "pending"

    def open_up_to(self, end: int, time: int) -> int:
        """All outcomes below ``end`` stand. A word of 256 bids without an envelope has none of its own: what is neither
        withdrawn nor superseded there is missing. The number up to which outcomes stand then."""
        counted = self.counted or 0
        while end < counted and end % _WORD == 0:
            word = [self.bids[number] for number in range(end, min(end + _WORD, counted))]
            if any(bid.present for bid in word):
                break
            for bid in word:
                bid.recorded = "missing"
            end += len(word)
        if end >= counted:
            self.state, self.bids_opened_time = "opened", time
        return end


@dataclass(slots=True)
class Lot:
    """A lot while it is folded."""

    max_awards: int
    state: str = "open"


@dataclass(slots=True)
class Award:
    """An award while it is folded; its number is the sequence of its announcement."""

    lot: bytes
    round: int
    bid: int
    variant: bytes | None
    announced_time: int
    state: str = "announced"
    letters_sent: int | None = None
    standstill_until: int | None = None
    concluded_time: int | None = None
    early: bool = False


@dataclass(slots=True)
class Suspension:
    """A suspension while it is folded; its number is its sequence."""

    lot: bytes | None
    time: int
    lifted_time: int | None = None


class ProcessFold:
    """The state of one process after the acts applied so far.

    ``kinds`` are the registry's kind bits of the organisation when the process began: they decide whether notices
    make it observed or anchored.

    ``touched`` names the bids that acts have changed, each by round and number, until somebody empties it.
    """

    def __init__(self, kinds: int) -> None:
        self.mode = "observed" if kinds & OrganisationKind.OBSERVER else "anchored"
        self.state = self.mode
        self.ocid = ""
        self.parent: bytes | None = None
        self.minimum_standstill = 0
        self.cancelled = self.reinstated = False
        self.remands = self.exceptions = 0
        self.rounds: dict[int, Round] = {}
        self.lots: dict[bytes, Lot] = {}
        self.awards: dict[int, Award] = {}
        self.suspensions: dict[int, Suspension] = {}
        self.notice_kinds: dict[int, str] = {}
        self.touched: set[tuple[int, int]] = set()

    def apply(self, record: ActRecord) -> None:
        """Take one act, in the order of their sequences; acts that change no state are passed over."""
        step = _STEPS.get(record.act)
        if step is not None:
            step(self, record, decode_detail(record))

    @property
    def suspended(self) -> bool:
        """True while any suspension is in force."""
        return any(entry.lifted_time is None for entry in self.suspensions.values())

    @property
    def main_rounds(self) -> Sequence[Round]:
        """Rounds that ask for requests to participate or bids, in order."""
        return [entry for entry in self.rounds.values() if entry.kind in MAIN_ROUNDS]

    @property
    def deadline(self) -> int | None:
        """Deadline of the round that is open, else of the last one."""
        rounds = self.main_rounds
        running = [entry.deadline for entry in rounds if entry.state == "open"]
        return max(running, default=rounds[-1].deadline if rounds else None)

    @property
    def live_awards(self) -> Sequence[Award]:
        """Awards that are neither withdrawn nor void."""
        return [award for award in self.awards.values() if award.state not in ("withdrawn", "void")]

    @property
    def phase(self) -> str:
        """Where a sealed process stands, the clock left out (see :mod:`ledger.index.status`)."""
        if self.cancelled:
            return "cancelled"
        states = {award.state for award in self.live_awards}
        if "announced" in states:
            return "awarded"
        decided = {award.lot for award in self.live_awards}
        if all(lot.state == "closed" or name in decided for name, lot in self.lots.items()):
            for state in ("concluded", "completed", "terminated"):
                if state in states:
                    return state
            if self.lots:
                return "unsuccessful"
        return "tendering" if any(entry.state == "open" for entry in self.main_rounds) else "evaluation"

    def _touch(self, round_: Round, bids: Iterable[int] | None = None) -> None:
        """Some bids of the round, or all of them, may be other than they were."""
        self.touched.update((round_.number, bid) for bid in (round_.bids if bids is None else bids))

    def _meant(self, record: ActRecord) -> Bid:
        """The one bid that an act changes."""
        round_ = self.rounds[record.round]
        self._touch(round_, (record.bid,))
        return round_.bids[record.bid]

    def _move_deadline(self, round_: Round, deadline: int) -> None:
        round_.deadline = deadline
        self._touch(round_)  # which bids are late

    def _cancel(self, cancelled: bool) -> None:
        self.cancelled, self.state = cancelled, "cancelled" if cancelled else "active"
        for round_ in self.rounds.values():
            self._touch(round_)  # bids that nobody opened are returned, or wait again

    # ---- acts, in the order of the statute ---------------------------------------------------------------------

    def _notice_published(self, record: ActRecord, detail: Mapping[str, Any]) -> None:
        self.ocid = detail["ocid"]
        self.notice_kinds[record.sequence] = NOTICE_KINDS[detail["kind"]]
        if record.sequence == 1:
            self.parent = _given(detail["parent"])

    def _tender_published(self, record: ActRecord, detail: Mapping[str, Any]) -> None:
        terms = detail["terms"]
        self.mode, self.state, self.ocid = "sealed", "active", terms["ocid"]
        if record.sequence == 1:
            self.parent = _given(terms["parent"])
        self.minimum_standstill = terms["minimum_standstill"]
        self.lots = {entry["lot"]: Lot(entry["max_awards"]) for entry in terms["lots"]}
        self._open_round(record, terms["round"])

    def _tender_amended(self, record: ActRecord, detail: Mapping[str, Any]) -> None:
        if detail["deadline"]:
            self._move_deadline(self.rounds[record.round], detail["deadline"])

    def _round_opened(self, record: ActRecord, detail: Mapping[str, Any]) -> None:
        self._open_round(record, detail["terms"])

    def _open_round(self, record: ActRecord, terms: Mapping[str, Any]) -> None:
        self.rounds[record.round] = Round(
            record.round, record.sequence, ROUND_KINDS[terms["kind"]], record.time, terms["deadline"],
            terms["deadline"], _given(terms["key_set"]), _given(terms["invited"]), tuple(terms["receivers"]),
        )  # fmt: skip

    def _round_resumed(self, record: ActRecord, detail: Mapping[str, Any]) -> None:
        self._move_deadline(self.rounds[record.round], detail["deadline"])
        self.exceptions += 1

    def _bid_committed(self, record: ActRecord, detail: Mapping[str, Any]) -> None:
        round_ = self.rounds[record.round]
        supersedes = _given(detail.get("supersedes", ZERO))
        bid = Bid(record.bid, record.sequence, record.time, record.arrival, record.subject, record.first, supersedes)
        earlier = round_.by_commitment.get((supersedes, record.first)) if supersedes else None
        if earlier is not None:
            earlier.superseded = True
            self._touch(round_, (earlier.number,))
        round_.bids[record.bid] = round_.by_commitment[record.subject, record.first] = bid
        self._touch(round_, (record.bid,))

    def _bid_withdrawn(self, record: ActRecord, _detail: Mapping[str, Any]) -> None:
        self._meant(record).withdrawn = True

    def _external_bid_registered(self, record: ActRecord, _detail: Mapping[str, Any]) -> None:
        round_ = self.rounds[record.round]
        bid = Bid(record.bid, record.sequence, record.time, record.arrival, record.subject, None, None)
        bid.admitted = record.arrival > round_.deadline
        self.exceptions += bid.admitted
        round_.bids[record.bid] = bid
        self._touch(round_, (record.bid,))

    def _round_closed(self, record: ActRecord, detail: Mapping[str, Any]) -> None:
        round_ = self.rounds[record.round]
        round_.state, round_.closed_time, round_.counted = "closed", record.time, detail["counted"]
        for number in range(detail["counted"]):
            word, bit = divmod(number, 256)
            round_.bids[number].present = bool(detail["present"][word] >> bit & 1)
            round_.bids[number].admitted = bool(detail["admitted"][word] >> bit & 1)
            self.exceptions += round_.bids[number].admitted
        round_.open_up_to(0, record.time)
        self._touch(round_)

    def _bids_opened(self, record: ActRecord, detail: Mapping[str, Any]) -> None:
        round_ = self.rounds[record.round]
        for number, outcome in enumerate(detail["outcomes"], detail["from"]):
            round_.bids[number].recorded = OUTCOMES[outcome["outcome"]]
        end = round_.open_up_to(detail["from"] + len(detail["outcomes"]), record.time)
        self._touch(round_, range(detail["from"], end))

    def _outcome_revised(self, record: ActRecord, detail: Mapping[str, Any]) -> None:
        bid = self._meant(record)
        bid.admitted = bid.admitted or bid.arrival > self.rounds[record.round].deadline
        bid.recorded = OUTCOMES[detail["outcome"]["outcome"]]
        self.exceptions += 1

    def _bid_excluded(self, record: ActRecord, _detail: Mapping[str, Any]) -> None:
        self._meant(record).exclusions.add(record.lot)

    def _bid_readmitted(self, record: ActRecord, _detail: Mapping[str, Any]) -> None:
        self._meant(record).exclusions.discard(record.lot)

    def _award_announced(self, record: ActRecord, _detail: Mapping[str, Any]) -> None:
        self.awards[record.sequence] = Award(record.lot, record.round, record.bid, _given(record.subject), record.time)

    def _award_withdrawn(self, record: ActRecord, _detail: Mapping[str, Any]) -> None:
        self.awards[record.ref].state = "withdrawn"

    def _lot_closed(self, record: ActRecord, _detail: Mapping[str, Any]) -> None:
        self.lots[record.lot].state = "closed"

    def _process_suspended(self, record: ActRecord, _detail: Mapping[str, Any]) -> None:
        self.suspensions[record.sequence] = Suspension(_given(record.lot), record.time)

    def _losers_informed(self, record: ActRecord, detail: Mapping[str, Any]) -> None:
        award = self.awards[record.ref]
        award.letters_sent = detail["dispatched"]
        # What the letters say binds only as far as the contract lets it: see informLosers in the interface.
        start = max(detail["dispatched"], award.announced_time, record.time - _DISPATCH_AGE)
        least = max(start + self.minimum_standstill, award.standstill_until or 0)
        award.standstill_until = max(detail["standstill_end"], least)
        self.exceptions += record.ground != ZERO

    def _suspension_lifted(self, record: ActRecord, _detail: Mapping[str, Any]) -> None:
        self.suspensions[record.ref].lifted_time = record.time

    def _remanded(self, record: ActRecord, _detail: Mapping[str, Any]) -> None:
        self.remands += 1
        self.exceptions += 1
        for award in self.awards.values():
            if award.state == "announced" and record.lot in (ZERO, award.lot):
                award.state = "void"

    def _tender_cancelled(self, _record: ActRecord, _detail: Mapping[str, Any]) -> None:
        self._cancel(True)

    def _reinstated(self, record: ActRecord, _detail: Mapping[str, Any]) -> None:
        if record.lot == ZERO:
            self._cancel(False)
            self.reinstated = True
        else:
            self.lots[record.lot].state = "open"

    def _contract_concluded(self, record: ActRecord, _detail: Mapping[str, Any]) -> None:
        award = self.awards[record.ref]
        award.state, award.concluded_time = "concluded", record.time
        waiting = record.time <= award.standstill_until if award.standstill_until else self.minimum_standstill > 0
        held = any(entry.lifted_time is None and entry.lot in (None, award.lot) for entry in self.suspensions.values())
        award.early = waiting or held
        self.exceptions += award.early

    def _contract_terminated(self, record: ActRecord, _detail: Mapping[str, Any]) -> None:
        self.awards[record.ref].state = "terminated"

    def _contract_completed(self, record: ActRecord, _detail: Mapping[str, Any]) -> None:
        self.awards[record.ref].state = "completed"


_Step = Callable[[ProcessFold, ActRecord, Mapping[str, Any]], None]

_BY_NAME: Mapping[str, _Step] = {
    "NoticePublished": ProcessFold._notice_published,
    "TenderPublished": ProcessFold._tender_published,
    "TenderAmended": ProcessFold._tender_amended,
    "RoundOpened": ProcessFold._round_opened,
    "RoundResumed": ProcessFold._round_resumed,
    "BidCommitted": ProcessFold._bid_committed,
    "BidWithdrawn": ProcessFold._bid_withdrawn,
    "ExternalBidRegistered": ProcessFold._external_bid_registered,
    "RoundClosed": ProcessFold._round_closed,
    "BidsOpened": ProcessFold._bids_opened,
    "OutcomeRevised": ProcessFold._outcome_revised,
    "BidExcluded": ProcessFold._bid_excluded,
    "BidReadmitted": ProcessFold._bid_readmitted,
    "AwardAnnounced": ProcessFold._award_announced,
    "AwardWithdrawn": ProcessFold._award_withdrawn,
    "LotClosed": ProcessFold._lot_closed,
    "ProcessSuspended": ProcessFold._process_suspended,
    "LosersInformed": ProcessFold._losers_informed,
    "SuspensionLifted": ProcessFold._suspension_lifted,
    "Remanded": ProcessFold._remanded,
    "TenderCancelled": ProcessFold._tender_cancelled,
    "Reinstated": ProcessFold._reinstated,
    "ContractConcluded": ProcessFold._contract_concluded,
    "ContractTerminated": ProcessFold._contract_terminated,
    "ContractCompleted": ProcessFold._contract_completed,
}

_STEPS: Mapping[int, _Step] = {
    int(act): _BY_NAME[entry.name] for act, entry in STATUTE.items() if entry.name in _BY_NAME
}


def _given(value: bytes) -> bytes | None:
    """A 32-byte word, or ``None`` for zero, which means "none" in every act."""
    return None if value == ZERO else value
