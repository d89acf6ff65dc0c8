"""What the contract could never have accepted: the acts of a true story, each time with one thing altered.

The acts of the story, by number: 1 notice, 2 tender, 3 question, 4 answer, 5 later deadline, 6 to 10 bids (7 supersedes
6, 8 is promised), 11 withdrawal of 10, 12 bid on paper, 13 resumed, 14 late bid, 15 closed, 16 and 17 opened,
18 revised, 19 excluded, 20 readmitted, 21 award, 22 withdrawn, 23 award, 24 letters, 25 suspended, 26 lifted,
27 concluded, 28 modified, 29 completed, 30 award of the other lot, 31 remanded, 32 award, 33 concluded, 34 terminated,
35 lot closed, 36 reinstated, 37 supplement round, 38 cancelled, 39 reinstated, 40 fields erased.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from ledger.chain.codec import decode_detail
from ledger.chain.identifiers import organisation_id
from ledger.chain.record import NOBODY, ZERO, ActRecord
from ledger.terms import STATUTE, Act, NoticeKind, Outcome, RoundKind, Stage
from tests.chain.story import FIRST_PAPER_BID, PROCESS, ROOF, WINDOWS
from tests.chain.town import BUYER, OBSERVER, RECEIVER, actor, digest
from tests.evidence.log_data import read
from tests.evidence.recording import Change, Recording, altered, refusal_of, with_detail

DAY = 86_400
SOME = digest("some document")
CUSTODIAN_ONE = organisation_id("DE-LEITWEG", "custodian one")
CUSTODIAN_S_OFFICER = actor("custodian one's officer").account
OUTSIDER, ONE, TWO = (actor(name).account for name in ("outsider", "officer_one", "officer_two"))


Story = dict[int, ActRecord]


class InStory(NamedTuple):
    """A change of a detail whose values are read in the story."""

    change: Callable[..., Change]
    values: dict[str, Any]


class Step(NamedTuple):
    """An act of the story with other fields and another detail; a callable finds its value in the story."""

    number: int
    fields: dict[str, Any]
    detail: InStory | Change | None


def step(number: int, detail: InStory | Change | None = None, /, **fields: Any) -> Step:
    """One altered act."""
    return Step(number, fields, detail)


def terms(**values: Any) -> Change:
    """Other terms of a tender, or of a round."""
    return lambda detail: {**detail, "terms": {**detail["terms"], **values}}


def round_terms(**values: Any) -> Change:
    """Other terms of a tender's first round."""
    return lambda detail: terms(round={**detail["terms"]["round"], **values})(detail)


def promised(**values: Any) -> Change:
    """Another promise."""
    return lambda detail: {**detail, "promised": {**detail["promised"], **values}}


def outcome(place: int, **values: Any) -> Change:
    """Another outcome of one bid of a chunk."""

    def change(detail: dict[str, Any]) -> dict[str, Any]:
        outcomes = list(detail["outcomes"])
        outcomes[place] = {**outcomes[place], **values}
        return {**detail, "outcomes": outcomes}

    return change


def revised(**values: Any) -> Change:
    """Another revision."""
    return lambda detail: {**detail, "outcome": {**detail["outcome"], **values}}


def commitment(number: int) -> Callable[[Story], Any]:
    """The commitment of an act of the story."""
    return lambda story: story[number].subject


def of(number: int, name: str, more: int = 0) -> Callable[[Story], Any]:
    """A field of an act of the story, and more."""
    return lambda story: getattr(story[number], name) + more if more else getattr(story[number], name)


def deadline(number: int, more: int = 0) -> Callable[[Story], int]:
    """The deadline that an act set, and more."""

    def find(story: Story) -> int:
        detail = decode_detail(story[number])
        found = detail["deadline"] if "deadline" in detail else detail["terms"]["round"]["deadline"]
        return int(found) + more

    return find


def later(change: Callable[..., Change], **values: Any) -> InStory:
    """A change of the detail whose values are read in the story."""
    return InStory(change, values)


def found(value: Any, story: Story) -> Any:
    """A value, or what is found for it in the story."""
    return value(story) if callable(value) else value


def unsigned(detail: dict[str, Any]) -> dict[str, Any]:
    """A promise signed by an outsider."""
    signature = actor("outsider").sign_digest(SOME)
    return promised(signature=signature)(detail)


def mirrored(detail: dict[str, Any]) -> dict[str, Any]:
    """The other signature of the same key for the same promise, with s in the upper half."""
    signature = detail["promised"]["signature"]
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    s = (order - int.from_bytes(signature[32:64], "big")).to_bytes(32, "big")
    return promised(signature=signature[:32] + s + bytes([55 - signature[64]]))(detail)


PROMISE_OF_NOBODY = {"receiver": ZERO, "arrived_at": 0, "deliver_by": 0, "signature": b""}
PROMISE_WITHOUT_RECEIVER = {**PROMISE_OF_NOBODY, "arrived_at": 5}
SUPPLEMENT = (  # after act 37: a paper bid in round 2, which is closed and thereby opened
    step(12, round=2, time=of(37, "time", 10), arrival=of(37, "time", 10), bid=FIRST_PAPER_BID),
    step(15, with_detail(counted=0, present=[], admitted=[]), round=2, time=of(37, "time", 700)),
)

# Refusal; how many acts of the story go before; the acts then, of which the last is refused.
CASES: list[tuple[str, int, tuple[Step, ...]]] = [
    # ---- the record ----
    ("SequenceBroken", 2, (step(3, sequence=4),)),
    ("SequenceBroken", 2, (step(3, sequence=2),)),
    ("TimeReversed", 2, (step(3, time=of(2, "time", -1)),)),
    ("FieldMissing", 5, (step(6, first=NOBODY),)),
    ("FieldUnexpected", 0, (step(1, second=TWO),)),
    ("FieldUnexpected", 2, (step(3, lot=ROOF),)),
    ("FieldUnexpected", 4, (step(5, bid=1),)),
    ("FieldUnexpected", 4, (step(5, subject=SOME),)),
    ("FieldUnexpected", 4, (step(5, ref=1),)),
    ("FieldUnexpected", 10, (step(11, arrival=5),)),
    ("FieldUnexpected", 10, (step(11, roles=8),)),
    ("FieldUnexpected", 10, (step(11, release=SOME),)),
    ("FieldUnexpected", 21, (step(22, round=1),)),
    ("GroundMissing", 12, (step(13, ground=ZERO),)),
    ("GroundMissing", 18, (step(19, ground=ZERO),)),
    ("GroundUnexpected", 4, (step(5, ground=SOME),)),
    ("GroundUnexpected", 5, (step(6, ground=SOME),)),
    ("ReleaseMissing", 0, (step(1, release=ZERO),)),
    ("ReleaseMissing", 22, (step(23, release=ZERO),)),
    ("SubjectMissing", 5, (step(6, subject=ZERO),)),
    ("SubjectMissing", 11, (step(12, subject=ZERO),)),
    ("SubjectMissing", 39, (step(40, subject=ZERO),)),
    ("LogMalformed", 4, (step(5, act=Act.AUDIT_ANCHORED),)),
    ("LogMalformed", 4, (step(5, act=200),)),
    ("LogMalformed", 4, (step(5, act=Act.ROUND_OPENED),)),
    ("LogMalformed", 10, (step(11, act=Act.TENDER_AMENDED, release=SOME, subject=ZERO, bid=0),)),
    # ---- who ----
    ("RoleMissing", 0, (step(1, first=OUTSIDER),)),
    ("RoleMissing", 0, (step(1, first=TWO),)),
    ("RoleMissing", 1, (step(2, second=actor("auditor").account),)),
    ("RoleMissing", 1, (step(2, first=OUTSIDER),)),
    ("RoleMissing", 1, (step(2, second=NOBODY),)),
    ("RoleMissing", 24, (step(25, first=ONE),)),
    ("RoleMissing", 24, (step(25, with_detail(body=ZERO), roles=8),)),
    ("RoleMissing", 24, (step(25, first=actor("judge").account),)),
    ("AlreadyApproved", 1, (step(2, second=of(2, "first")),)),
    ("AlreadyApproved", 26, (step(27, second=of(27, "first")),)),
    ("RolesOutOfTime", 1, (step(2, roles=7),)),
    ("RolesOutOfTime", 1, (step(2, roles=9),)),
    ("RolesOutOfTime", 24, (step(25, roles=1),)),
    ("RolesOutOfTime", 7, (step(8, roles=2),)),
    ("KindMissing", 24, (step(25, with_detail(body=CUSTODIAN_ONE), first=CUSTODIAN_S_OFFICER, roles=1),)),
    # ---- the process ----
    ("ProcessForbids", 0, (step(5),)),
    ("ProcessForbids", 1, (step(5),)),
    ("ProcessForbids", 5, (step(2),)),
    ("ProcessForbids", 38, (step(37),)),
    ("ProcessForbids", 37, (step(39),)),
    ("ProcessForbids", 35, (step(38), step(36))),
    ("ProcessForbids", 0, (step(40, ref=0),)),
    ("KindInvalid", 0, (step(1, with_detail(kind=NoticeKind.NONE)),)),
    ("RefUnknown", 3, (step(4, ref=4),)),
    ("RefUnknown", 3, (step(4, with_detail(kind=NoticeKind.WITHDRAWAL), ref=0),)),
    ("RefUnknown", 39, (step(40, ref=40),)),
    ("RefUnknown", 39, (step(40, ref=0),)),
    ("OcidMismatch", 0, (step(1, with_detail(ocid="ocds-a2ef3d-another")),)),
    ("OcidMismatch", 2, (step(3, with_detail(ocid="ocds-a2ef3d-another")),)),
    ("OcidMismatch", 1, (step(2, terms(ocid="ocds-a2ef3d-another")),)),
    ("TextInvalid", 0, (step(1, with_detail(ocid="")),)),
    ("TextInvalid", 0, (step(1, with_detail(ocid="ocds-Straße")),)),
    ("TextInvalid", 0, (step(1, with_detail(ocid="o" * 129)),)),
    ("TextInvalid", 0, (step(1, with_detail(ocid="ocds\n")),)),
    ("ParentFixed", 2, (step(3, with_detail(parent=SOME)),)),
    ("ParentFixed", 1, (step(2, terms(parent=SOME)),)),
    # ---- the tender and its rounds ----
    ("KindInvalid", 1, (step(2, round_terms(kind=RoundKind.NEGOTIATION)),)),
    ("KindInvalid", 1, (step(2, round_terms(kind=RoundKind.NONE)),)),
    ("KindInvalid", 36, (step(37, terms(kind=RoundKind.NONE)),)),
    ("LotsInvalid", 1, (step(2, terms(lots=[])),)),
    ("LotsInvalid", 1, (step(2, terms(lots=[{"lot": ROOF, "max_awards": 0}])),)),
    ("LotsInvalid", 1, (step(2, terms(lots=[{"lot": ZERO, "max_awards": 1}])),)),
    ("LotsInvalid", 1, (step(2, terms(lots=[{"lot": lot, "max_awards": 1} for lot in (WINDOWS, ROOF)])),)),
    ("LotsInvalid", 1, (step(2, terms(lots=[{"lot": lot, "max_awards": 1} for lot in (ROOF, ROOF)])),)),
    ("FieldUnexpected", 1, (step(2, lot=ROOF),)),
    ("RoundForbids", 1, (step(2, round=2),)),
    ("RoundForbids", 36, (step(37, round=3),)),
    ("DeadlineNotLater", 1, (step(2, time=deadline(2)),)),
    ("DeadlineNotLater", 36, (step(37, time=of(37, "time", 601)),)),
    ("DeadlineNotLater", 4, (step(5, later(with_detail, deadline=deadline(2))),)),
    ("DeadlineNotLater", 12, (step(13, later(with_detail, deadline=deadline(5))),)),
    ("DeadlineNotLater", 12, (step(13, later(with_detail, deadline=of(13, "time"))),)),
    ("DeadlineTooFar", 4, (step(5, later(with_detail, deadline=deadline(2, 30 * DAY + 1))),)),
    ("DeadlineTooFar", 4, (step(5, later(with_detail, deadline=deadline(2, 30 * DAY))),
                           step(5, later(with_detail, deadline=deadline(2, 30 * DAY + 1))))),
    ("KeySetNotReady", 1, (step(2, round_terms(key_set=ZERO)),)),
    ("KeySetNotReady", 1, (step(2, round_terms(key_set=SOME)),)),
    ("KeySetNotReady", 36, (step(37, terms(key_set=ZERO)),)),
    ("ReceiverIsBuyer", 1, (step(2, round_terms(receivers=[BUYER])),)),
    ("KindMissing", 1, (step(2, round_terms(receivers=[OBSERVER])),)),
    ("KindMissing", 1, (step(2, round_terms(receivers=[RECEIVER, SOME])),)),
    ("RoundForbids", 4, (step(5, round=0),)),
    ("RoundForbids", 4, (step(5, round=2),)),
    ("RoundForbids", 11, (step(5, time=deadline(5, 1)),)),
    ("RoundForbids", 15, (step(13),)),
    # ---- bids ----
    ("RoundForbids", 15, (step(6),)),
    ("RoundForbids", 5, (step(6, round=2),)),
    ("RoundForbids", 10, (step(11, time=deadline(5, 1)),)),
    ("RoundForbids", 15, (step(12),)),
    ("CommitmentKnown", 6, (step(6, bid=1, time=of(7, "time"), arrival=of(7, "time")),)),
    ("BidMismatch", 5, (step(6, bid=1),)),
    ("BidMismatch", 10, (step(11, bid=3),)),
    ("BidMismatch", 11, (step(12, bid=FIRST_PAPER_BID + 1),)),
    ("BidMismatch", 11, (step(12, bid=0),)),
    ("FieldUnexpected", 5, (step(6, arrival=of(6, "time", -1)),)),
    ("FieldUnexpected", 5, (step(6, second=TWO),)),
    ("FieldUnexpected", 5, (step(6, roles=1),)),
    ("CommitmentUnknown", 6, (step(7, with_detail(supersedes=SOME)),)),
    ("CommitmentUnknown", 6, (step(7, first=OUTSIDER),)),
    ("CommitmentUnknown", 6, (step(7, later(with_detail, supersedes=commitment(7))),)),
    ("CommitmentUnknown", 10, (step(11, subject=SOME),)),
    ("CommitmentUnknown", 10, (step(11, first=OUTSIDER),)),
    ("CommitmentGone", 7, (step(7, subject=SOME, bid=2, time=of(8, "time"), arrival=of(8, "time")),)),
    ("CommitmentGone", 7, (step(11, subject=commitment(6), first=of(6, "first"), bid=0),)),
    ("CommitmentGone", 11, (step(11),)),
    ("TooLate", 14, (step(7, later(with_detail, supersedes=commitment(14)), subject=SOME, first=of(14, "first"), bid=6,
                          time=of(15, "time"), arrival=of(15, "time")),)),
    ("PromiseUnexpected", 6, (step(7, with_detail(supersedes=ZERO)),)),
    ("PromiseUnexpected", 7, (step(8, with_detail(promised=PROMISE_WITHOUT_RECEIVER)),)),
    ("PromiseUnexpected", 6, (step(7, with_detail(promised={**PROMISE_OF_NOBODY, "signature": b"x"})),)),
    ("ReceiverUnknown", 7, (step(8, promised(receiver=OBSERVER)),)),
    ("ArrivalInFuture", 7, (step(8, later(promised, arrived_at=of(8, "time", 1))),)),
    ("ArrivalInFuture", 7, (step(8, promised(arrived_at=0)),)),
    ("PromiseExpired", 7, (step(8, later(promised, deliver_by=of(8, "time", -1))),)),
    ("PromiseTooLong", 7, (step(8, later(promised, deliver_by=of(8, "arrival", DAY + 1))),)),
    ("PromiseInvalid", 7, (step(8, later(promised, arrived_at=of(8, "arrival", -1))),)),
    ("PromiseInvalid", 7, (step(8, subject=SOME),)),
    ("PromiseInvalid", 7, (step(8, first=OUTSIDER),)),
    ("PromiseInvalid", 7, (step(8, unsigned),)),
    ("PromiseInvalid", 7, (step(8, mirrored),)),
    ("PromiseInvalid", 7, (step(8, promised(signature=b"")),)),
    ("PromiseInvalid", 7, (step(8, promised(signature=bytes(64) + b"\x1b")),)),
    ("PromiseInvalid", 7, (step(8, promised(signature=b"\xff" * 32 + b"\1" * 32 + b"\x1b")),)),
    ("FieldUnexpected", 7, (step(8, second=OUTSIDER),)),
    ("FieldUnexpected", 7, (step(8, arrival=of(8, "time")),)),
    ("ArrivalInFuture", 11, (step(12, arrival=of(12, "time", 1)),)),
    ("ArrivalInFuture", 11, (step(12, arrival=0),)),
    ("GroundMissing", 14, (step(12, bid=FIRST_PAPER_BID + 1, arrival=of(14, "time"), time=of(14, "time")),)),
    # ---- closing and opening ----
    ("RoundForbids", 12, (step(15, time=deadline(5)),)),
    ("RoundForbids", 15, (step(15),)),
    ("CountedInvalid", 14, (step(15, with_detail(counted=4)),)),
    ("CountedInvalid", 14, (step(15, with_detail(counted=7)),)),
    ("BitmapInvalid", 14, (step(15, with_detail(present=[])),)),
    ("BitmapInvalid", 14, (step(15, with_detail(admitted=[0, 0])),)),
    ("BitmapInvalid", 14, (step(15, with_detail(present=[1 << 6])),)),
    ("GroundMissing", 14, (step(15, with_detail(admitted=[1 << 5])),)),
    ("RoundForbids", 14, (step(16),)),
    ("RoundForbids", 17, (step(17),)),
    ("ChunkInvalid", 15, (step(17),)),
    ("ChunkInvalid", 16, (step(17, lambda detail: {**detail, "from": 2}),)),
    ("ChunkInvalid", 16, (step(17, lambda detail: {**detail, "outcomes": [*detail["outcomes"]] * 2}),)),
    ("BatchSizeInvalid", 15, (step(16, with_detail(outcomes=[])),)),
    ("BidMismatch", 15, (step(16, lambda detail: {**detail, "outcomes": [*reversed(detail["outcomes"])]}),)),
    ("CommitmentUnknown", 15, (step(16, outcome(0, content=SOME)),)),
    ("CommitmentUnknown", 15, (step(16, outcome(1, content=SOME)),)),
    ("CommitmentUnknown", 15, (step(16, outcome(1, evidence=SOME)),)),
    ("CommitmentUnknown", 15, (step(16, outcome(1, author=OUTSIDER)),)),
    ("CommitmentUnknown", 15, (step(16, outcome(1, outcome=Outcome.COVER, evidence=ZERO)),)),
    ("EvidenceUnexpected", 15, (step(16, outcome(0, evidence=SOME)),)),
    ("EvidenceUnexpected", 15, (step(16, outcome(1, outcome=Outcome.COVER)),)),
    ("OutcomeInvalid", 15, (step(16, outcome(0, outcome=Outcome.WITHDRAWN)),)),
    ("OutcomeInvalid", 15, (step(16, outcome(0, outcome=Outcome.UNREADABLE, evidence=SOME)),)),
    ("OutcomeInvalid", 15, (step(16, outcome(2, evidence=ZERO)),)),
    ("OutcomeInvalid", 15, (step(16, outcome(2, outcome=Outcome.NONE, evidence=ZERO)),)),
    ("OutcomeInvalid", 15, (step(16, outcome(2, outcome=Outcome.MISSING, evidence=ZERO)),)),
    ("OutcomeInvalid", 15, (step(16, outcome(2, outcome=Outcome.RETURNED, evidence=ZERO)),)),
    ("OutcomeInvalid", 16, (step(17, outcome(1, outcome=Outcome.SUPERSEDED)),)),
    ("OutcomeInvalid", 16, (step(17, outcome(2, outcome=Outcome.UNREADABLE, evidence=SOME)),)),
    ("OutcomeInvalid", 14, (step(15, with_detail(present=[0b111110 ^ 0b100])), step(16))),  # the envelope is missing
    ("RoundForbids", 16, (step(18),)),
    ("OutcomeInvalid", 18, (step(18),)),
    ("OutcomeInvalid", 17, (step(18, later(revised, outcome=Outcome.UNREADABLE, content=commitment(8),
                                           evidence=SOME)),)),
    ("BidMismatch", 17, (step(18, bid=1),)),
    ("BidMismatch", 17, (step(18, bid=FIRST_PAPER_BID),)),
    ("CommitmentUnknown", 17, (step(18, revised(content=SOME)),)),
    # ---- evaluation and award ----
    ("RoundForbids", 16, (step(19),)),
    ("LotForbids", 18, (step(19, lot=SOME),)),
    ("LotForbids", 35, (step(19, lot=WINDOWS),)),
    ("BidForbids", 18, (step(19, bid=0),)),
    ("BidForbids", 18, (step(19, bid=6),)),
    ("BidForbids", 18, (step(19, bid=FIRST_PAPER_BID + 1),)),
    ("ExclusionForbids", 19, (step(19),)),
    ("ExclusionForbids", 18, (step(20),)),
    ("ExclusionForbids", 19, (step(20, lot=ZERO),)),
    ("ExclusionForbids", 19, (step(23),)),
    ("ExclusionForbids", 18, (step(19, lot=ZERO), step(23))),
    ("RoundForbids", 16, (step(23),)),
    ("LotForbids", 22, (step(23, lot=SOME),)),
    ("LotForbids", 22, (step(23, lot=ZERO),)),
    ("LotForbids", 35, (step(23, lot=WINDOWS),)),
    ("BidForbids", 22, (step(23, bid=5),)),
    ("BidForbids", 22, (step(23, bid=99),)),
    ("BidForbids", 37, (*SUPPLEMENT, step(23, round=2, bid=FIRST_PAPER_BID))),
    ("RoundSetBack", 30, (step(31, round=2), step(32))),
    ("RoundSetBack", 22, (step(31, round=2, lot=ZERO), step(23))),
    ("RoundSetBack", 22, (step(31, round=2, lot=ROOF), step(31, round=1, lot=ZERO), step(23))),  # both bind
    ("AwardsExhausted", 30, (step(32),)),
    ("AwardForbids", 21, (step(22, ref=20),)),
    ("AwardForbids", 22, (step(22),)),
    ("AwardForbids", 26, (step(28),)),
    ("AwardForbids", 27, (step(27),)),
    ("AwardForbids", 27, (step(22, ref=23),)),
    ("AwardForbids", 29, (step(28),)),
    ("AwardForbids", 34, (step(34),)),
    ("AwardForbids", 23, (step(24, ref=21),)),
    ("AwardVoid", 31, (step(33, ref=30),)),
    ("AwardVoid", 30, (step(31), step(22, ref=30, lot=WINDOWS))),
    ("LotForbids", 26, (step(27, lot=WINDOWS),)),
    ("LotForbids", 23, (step(24, lot=ZERO),)),
    ("DispatchInFuture", 23, (step(24, later(with_detail, dispatched=of(24, "time", 1))),)),
    ("StandstillTooShort", 23, (step(24, lambda detail: {**detail, "standstill_end": detail["standstill_end"] - 1}),)),
    ("StandstillTooShort", 23, (step(24, later(with_detail, dispatched=of(23, "time", -1))),)),
    ("StandstillTooShort", 23, (step(24, lambda detail: {**detail, "standstill_end": detail["standstill_end"] + 5}),
                                step(24))),
    ("StandstillTooShort", 23, (step(24, time=of(24, "time", 4 * DAY)),)),
    ("ConclusionPremature", 26, (step(27, time=of(24, "time", 3_600)),)),
    ("ConclusionPremature", 23, (step(27),)),
    ("ConclusionPremature", 32, (step(33, ground=ZERO),)),
    ("ConclusionSuspended", 25, (step(27),)),
    ("ConclusionSuspended", 24, (step(25, lot=ZERO), step(27))),
    ("AwardPending", 30, (step(35),)),
    ("LotForbids", 35, (step(35),)),
    ("LotForbids", 34, (step(35, lot=ZERO),)),
    # ---- what can happen to a procedure ----
    ("LotForbids", 24, (step(25, lot=SOME),)),
    ("LotForbids", 25, (step(26, lot=ZERO),)),
    ("SuspensionUnknown", 25, (step(26, ref=24),)),
    ("SuspensionUnknown", 26, (step(26),)),
    ("KindInvalid", 30, (step(31, with_detail(stage=Stage.NONE)),)),
    ("RoundForbids", 30, (step(31, round=3),)),
    ("LotForbids", 30, (step(31, lot=SOME),)),
    ("ConcludedAlready", 30, (step(31, lot=ROOF),)),
    ("ConcludedAlready", 30, (step(31, lot=ZERO),)),
    ("LotForbids", 34, (step(36),)),
    ("OutcomeInvalid", 15, (step(35), step(35, lot=ROOF), step(16))),  # no lot is open: returned
]  # fmt: skip


def applied(told: Recording, before: int, steps: tuple[Step, ...]) -> list[bytes]:
    """The first acts of the story, then others, in sequence and in order of time."""
    story = {number: read(data) for number, data in enumerate(told.processes[PROCESS], 1)}
    acts = told.processes[PROCESS][:before]
    for number, given, detail in steps:
        fields = {name: found(value, story) for name, value in given.items()}
        fields.setdefault("sequence", len(acts) + 1)
        fields.setdefault("time", max(story[number].time, read(acts[-1]).time if acts else 0))
        if story[number].arrival == story[number].time:
            fields.setdefault("arrival", fields["time"])
        if isinstance(detail, InStory):
            detail = detail.change(**{name: found(value, story) for name, value in detail.values.items()})
        acts.append(altered(told.processes[PROCESS][number - 1], detail, **fields))
    return acts


@pytest.mark.parametrize(("refusal", "before", "steps"), CASES, ids=[refusal for refusal, _, _ in CASES])
def test_replay_one_thing_altered_refused_by_name(
    told: Recording, refusal: str, before: int, steps: tuple[Step, ...]
) -> None:
    """The act, its place and the contract's own error; all acts before it are accepted."""
    acts = applied(told, before, steps)
    told.replay(PROCESS, acts[:-1])
    name = STATUTE[Act(read(acts[-1]).act)].name if read(acts[-1]).act in set(Act) else "?"
    assert refusal_of(lambda: told.replay(PROCESS, acts)) == (len(acts), name, refusal)
