"""Where a contracting process stands while its acts are replayed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ledger.bid_number import FIRST_EXTERNAL_BID
from ledger.chain.record import ZERO, ActRecord
from ledger.evidence.verify.acting import Acting
from ledger.terms import AwardState, LotState, Outcome, ProcessState, RoundKind, RoundState

WORD = 256
"""Bids in a word of the bitmaps."""


@dataclass(frozen=True, slots=True)
class Flag:
    """What the contract lets pass and a reader must still judge, with the ground that was given (zero: none)."""

    name: str
    sequence: int
    ground: bytes
    values: Mapping[str, Any]


@dataclass(slots=True)
class Bid:
    """A sealed bid; ``recorded`` is what the officers recorded of it, or that an act said it was missing; ``root`` is
    the bidRoot of an opened one."""

    number: int
    author: bytes
    commitment: bytes
    arrival: int
    gone: Outcome = Outcome.NONE
    recorded: Outcome = Outcome.NONE
    root: bytes | None = None


@dataclass(slots=True)
class Round:
    """A round. ``agreed`` is the deadline as two officers set it last, ``timely`` the last timely bid's number + 1,
    ``opened`` the first bid without an outcome; ``by_root`` has the first bid that was opened with a bidRoot;
    ``custodians`` are organisation ids, each with its public key; ``excluded``: bids with a lot, or zero for all."""

    number: int
    kind: RoundKind
    deadline: int
    agreed: int
    key_set: bytes
    receivers: frozenset[bytes]
    custodians: tuple[tuple[bytes, bytes], ...]
    state: RoundState = RoundState.OPEN
    bids: list[Bid] = field(default_factory=list)
    by_commitment: dict[tuple[bytes, bytes], Bid] = field(default_factory=dict)
    by_root: dict[bytes, Bid] = field(default_factory=dict)
    externals: int = 0
    timely: int = 0
    counted: int = 0
    opened: int = 0
    present: tuple[int, ...] = ()
    admitted: tuple[int, ...] = ()
    excluded: set[tuple[int, bytes]] = field(default_factory=set)

    def outcome(self, number: int) -> Outcome:
        """How a bid ended as far as the acts have it; NONE while that is open, and of a bid that is not there."""
        if number >= FIRST_EXTERNAL_BID:
            return Outcome.OPENED if number - FIRST_EXTERNAL_BID < self.externals else Outcome.NONE
        if number >= len(self.bids):
            return Outcome.NONE
        bid = self.bids[number]
        decided = bid.gone or bid.recorded
        if decided or self.state is RoundState.OPEN:
            return Outcome(decided)
        if number >= self.counted:
            return Outcome.LATE
        return Outcome.MISSING if number < self.opened else Outcome.NONE

    @property
    def opened_bids(self) -> list[Bid]:
        """The sealed ones that were opened."""
        return [bid for bid in self.bids if bid.root is not None]

    def is_excluded(self, number: int, lot: bytes) -> bool:
        """From this lot, or from all."""
        return (number, lot) in self.excluded or (number, ZERO) in self.excluded


@dataclass(slots=True)
class Lot:
    """A lot; ``awards`` counts those announced, concluded or completed, ``announced`` has those not concluded yet."""

    max_awards: int
    state: LotState = LotState.OPEN
    awards: int = 0
    announced: set[int] = field(default_factory=set)
    concluded: int = 0
    suspensions: int = 0
    from_round: int = 0


@dataclass(slots=True)
class Award:
    """An award; ``standstill_end`` is what a conclusion is measured against, zero without letters."""

    lot: bytes
    round: int
    bid: int
    time: int
    state: AwardState = AwardState.ANNOUNCED
    void: bool = False
    standstill_end: int = 0


@dataclass(slots=True)
class Procedure:
    """A contracting process. Awards and suspensions are named by the sequence of their act; ``suspensions`` are those
    in force, each with its lot or zero."""

    process_id: bytes
    organisation_id: bytes
    acting: Acting
    chain_id: int
    ledger: bytes
    state: ProcessState = ProcessState.NONE
    observed: bool = False
    sealed: bool = False
    ocid: str = ""
    parent: bytes = ZERO
    acts: int = 0
    time: int = 0
    minimum_standstill: int = 0
    criteria: bytes = ZERO
    rounds: list[Round] = field(default_factory=list)
    lots: dict[bytes, Lot] = field(default_factory=dict)
    open_lots: int = 0
    awards: dict[int, Award] = field(default_factory=dict)
    announced: set[int] = field(default_factory=set)
    concluded: int = 0
    suspensions: dict[int, bytes] = field(default_factory=dict)
    suspended_whole: int = 0
    from_round: int = 0
    flags: list[Flag] = field(default_factory=list)

    def flag(self, record: ActRecord, name: str, **values: Any) -> None:
        """Note something of the act for the reader."""
        self.flags.append(Flag(name, record.sequence, record.ground, values))

    @property
    def mode(self) -> str:
        """``observed``, ``anchored`` or ``sealed``."""
        return "sealed" if self.sealed else "observed" if self.observed else "anchored"

    def outcome(self, round_: Round, number: int) -> Outcome:
        """How a bid ended; in a cancelled process what has no outcome is returned unopened. NONE while it is open."""
        outcome = round_.outcome(number)
        waiting = outcome is Outcome.NONE and number < len(round_.bids)
        return Outcome.RETURNED if waiting and self.cancelled else outcome

    @property
    def cancelled(self) -> bool:
        """Called off: what has no outcome is returned unopened."""
        return self.state is ProcessState.CANCELLED
