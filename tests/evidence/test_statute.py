"""The model of the statute on true stories: it accepts what the contract accepted, and stands where the index does."""

from __future__ import annotations

import sys
from functools import partial
from typing import Any

import pytest

from ledger.bid_number import FIRST_EXTERNAL_BID
from ledger.chain.acts import InformLosers
from ledger.chain.codec import encode_detail
from ledger.chain.identifiers import process_id, promise_digest
from ledger.chain.record import ZERO
from ledger.evidence.verify.procedure import Procedure
from ledger.index.fold import ProcessFold
from ledger.terms import Act, ArtifactKind, NoticeKind, OrganisationKind, Outcome
from tests.chain import story
from tests.chain.nodes import anvil
from tests.chain.story import PROCESS, ROOF, WINDOWS
from tests.chain.town import BUYER, OBSERVER, RECEIVER, actor, digest, settle
from tests.evidence.log_data import read, write
from tests.evidence.recording import Change, Recording, altered, record_town, refusal_of, with_detail
from tests.verifier.both import Authorities, check_list, replay

SECOND_PAPER_BID = FIRST_EXTERNAL_BID + 1


@pytest.fixture(scope="module")
def flooded() -> Recording:
    """A tender with 258 bids, of which only the last one has an envelope, and letters of all sorts."""
    with anvil() as node:
        town = settle(node)
        award = story.flood(town, story.organise(town))
        for dispatched, ground in ((town.now, ""), (town.now - 400_000, "letters found"), (town.now - 60, "urgent")):
            town.do("officer_one", InformLosers(story.call(town, ground), award, dispatched, dispatched + 3_600))
            town.pass_to(town.now + 300_000)
        return record_town(town)


def require_as_index(procedure: Procedure, acts: list[bytes]) -> None:
    """The index's fold, which another hand wrote and which believes the contract, comes to the same states."""
    fold = ProcessFold(OrganisationKind.BUYER)
    for data in acts:
        fold.apply(read(data))
    assert procedure.mode == fold.mode
    assert procedure.state.name.lower() == fold.state
    assert (procedure.ocid, procedure.parent) == (fold.ocid, fold.parent or ZERO)
    assert (procedure.acts, procedure.time) == (len(acts), read(acts[-1]).time)
    assert procedure.minimum_standstill == fold.minimum_standstill
    assert {name: lot.state.name.lower() for name, lot in procedure.lots.items()} == {
        name: lot.state for name, lot in fold.lots.items()
    }
    for round_, folded in zip(procedure.rounds, fold.rounds.values(), strict=True):
        assert (round_.number, round_.kind.name.lower(), round_.deadline) == (
            folded.number, folded.kind, folded.deadline
        )  # fmt: skip
        assert round_.state.name.lower() == folded.state
        assert (round_.key_set, round_.receivers) == (folded.key_set or ZERO, frozenset(folded.receivers))
        assert round_.excluded == {(bid.number, lot) for bid in folded.bids.values() for lot in bid.exclusions}
        for bid in folded.bids.values():
            found = procedure.outcome(round_, bid.number)
            if bid.external:
                assert found is Outcome.OPENED
                continue
            outcome = folded.outcome(bid, fold.cancelled)
            assert found is (Outcome.NONE if outcome == "pending" else Outcome[outcome.upper()])
            kept = round_.bids[bid.number]
            assert (kept.commitment, kept.author, kept.arrival) == (bid.subject, bid.author, bid.arrival)
    assert {
        number: ("void" if award.void else award.state.name.lower(), award.lot, award.bid, award.standstill_end)
        for number, award in procedure.awards.items()
    } == {
        number: (award.state, award.lot, award.bid, award.standstill_until or 0)
        for number, award in fold.awards.items()
    }
    assert procedure.suspensions == {
        number: entry.lot or ZERO for number, entry in fold.suspensions.items() if entry.lifted_time is None
    }


def test_replay_every_prefix_of_the_story_accepted_as_in_the_index(told: Recording) -> None:
    """Every act of the statute happens; after each the model stands where the index does."""
    acts = told.processes[PROCESS]
    assert {read(data).act for data in acts} == set(range(1, 28))
    for length in range(1, len(acts) + 1):
        require_as_index(told.replay(PROCESS, acts[:length]), acts[:length])


def test_replay_bids_without_envelope_and_short_letters_as_in_the_index(flooded: Recording) -> None:
    """256 bids without an outcome of their own, and letters that excuse nothing."""
    acts = flooded.processes[PROCESS]
    for length in range(1, len(acts) + 1, 20):
        require_as_index(flooded.replay(PROCESS, acts[:length]), acts[:length])
    procedure = flooded.replay(PROCESS)
    require_as_index(procedure, acts)
    missing = next(flag for flag in procedure.flags if flag.name == "EnvelopesMissing")
    assert missing.values["bids"] == tuple(range(1, 257))
    assert [flag.name for flag in procedure.flags if flag.name == "StandstillShort"] == ["StandstillShort"] * 2


def test_replay_observed_process_stands_beside_the_buyer_s(told: Recording) -> None:
    """One notice; its organisation is an observer."""
    (observed,) = (process for process, owner in told.organisations.items() if owner == OBSERVER)
    procedure = told.replay(observed)
    assert (procedure.mode, procedure.ocid, procedure.flags) == ("observed", story.OCID, [])


def test_replay_story_flags_what_a_reader_must_judge(told: Recording) -> None:
    """Each with the act and the ground that was given; nothing else."""
    flags = [(flag.name, flag.sequence) for flag in told.replay(PROCESS).flags]
    assert flags == [
        ("RoundResumed", 13), ("BidUnreadable", 16), ("OutcomeRevised", 18), ("BidExcluded", 19),
        ("BidReadmitted", 20), ("AwardWithdrawn", 22), ("ProcessSuspended", 25), ("SuspensionLifted", 26),
        ("Remanded", 31), ("ConcludedWithoutLetters", 33), ("LotClosed", 35), ("Reinstated", 36),
        ("TenderCancelled", 38), ("Reinstated", 39), ("FieldsErased", 40),
    ]  # fmt: skip
    for flag in told.replay(PROCESS).flags:
        assert flag.ground == read(told.processes[PROCESS][flag.sequence - 1]).ground
    early = next(flag for flag in told.replay(PROCESS).flags if flag.name == "ConcludedWithoutLetters")
    assert (early.ground, early.values) == (digest("urgent repair"), {"award": 32})


def _lived(told: Recording, before: int, *steps: tuple[int, dict[str, Any]]) -> Procedure:
    """The first acts of the story, then others of its acts with other fields."""
    acts = told.processes[PROCESS][:before]
    for number, fields in steps:
        given = {"sequence": len(acts) + 1, "time": max(read(told.processes[PROCESS][number - 1]).time,
                                                        read(acts[-1]).time), **fields}  # fmt: skip
        detail = given.pop("detail", None)
        acts.append(altered(told.processes[PROCESS][number - 1], detail, **given))
    return told.replay(PROCESS, acts)


def test_replay_bids_of_a_round_without_any_envelope_missing_until_revised(told: Recording) -> None:
    """Such a round is opened with its close; what turns up can still be revised, and is not awarded before."""
    closed = (15, {"detail": with_detail(present=[0])})
    assert _lived(told, 14, closed).rounds[0].state.name == "OPENED"
    revised = _lived(told, 14, closed, (18, {}))
    assert [flag.name for flag in revised.flags if flag.sequence > 14] == ["EnvelopesMissing", "OutcomeRevised"]
    assert refusal_of(lambda: _lived(told, 14, closed, (19, {}))) == (16, "BidExcluded", "BidForbids")


def test_replay_what_needed_a_ground_flagged_by_what_it_was(told: Recording) -> None:
    """Exceptions that the story does not have, each from an act of the story."""
    ground = digest("why")
    late = read(told.processes[PROCESS][13])
    cases: list[tuple[str, Procedure]] = [
        ("LatePaperBid", _lived(told, 14, (12, {"bid": SECOND_PAPER_BID, "arrival": late.time, "ground": ground}))),
        ("LateBidsAdmitted", _lived(told, 14, (15, {"detail": with_detail(admitted=[0b100001]), "ground": ground}))),
        ("EnvelopesMissing", _lived(told, 14, (15, {"detail": with_detail(present=[0b111001])}))),
        ("GroundUnneeded", _lived(told, 14, (15, {"ground": ground}))),
        ("AwardsExceeded", _lived(told, 30, (32, {"ground": ground}))),
        ("ConcludedEarly", _lived(told, 24, (27, {"time": read(told.processes[PROCESS][24]).time, "ground": ground}))),
        ("ConcludedSuspended", _lived(told, 25, (27, {"ground": ground}))),
        ("ConcludedExcluded", _lived(told, 26, (19, {}), (27, {"sequence": 28}))),
    ]  # fmt: skip
    for name, procedure in cases:
        flag = procedure.flags[-1]
        assert (flag.name, flag.sequence) == (name, procedure.acts)
        assert flag.ground == (ground if name not in ("EnvelopesMissing", "ConcludedExcluded") else ZERO)
    values = {name: procedure.flags[-1].values for name, procedure in cases}
    assert values["LateBidsAdmitted"] == {"round": 1, "bids": (5,)}
    assert values["EnvelopesMissing"] == {"round": 1, "bids": (1, 2)}
    assert values["AwardsExceeded"] == {"lot": WINDOWS, "maxAwards": 1}
    assert values["ConcludedExcluded"] == {"award": 23, "round": 1, "bid": 1}
    assert values["GroundUnneeded"] == {"act": "RoundClosed"}


def test_replay_late_bid_admitted_and_opened_accepted(told: Recording) -> None:
    """An admitted late bid is opened as any other."""
    ground = digest("delayed by the platform")
    content = {"content": digest(story.LATE.content), "evidence": digest(f"rest of {story.LATE.content}")}

    def as_opened(detail: dict[str, Any]) -> dict[str, Any]:
        *first, last = detail["outcomes"]
        return {**detail, "outcomes": [*first, {**last, "outcome": Outcome.OPENED, **content}]}

    closed = (15, {"detail": with_detail(admitted=[1 << 5]), "ground": ground})
    procedure = _lived(told, 14, closed, (16, {}), (17, {"detail": as_opened}))
    assert procedure.rounds[0].outcome(5) is Outcome.OPENED


def test_replay_late_bid_that_was_not_counted_is_late_and_can_be_opened_after_all(told: Recording) -> None:
    """What came between the two calls of the close has no outcome of its own."""
    closed = (15, {"detail": with_detail(counted=5, present=[0b11111])})

    def without_late(detail: dict[str, Any]) -> dict[str, Any]:
        return {**detail, "outcomes": detail["outcomes"][:2]}

    procedure = _lived(told, 14, closed, (16, {}), (17, {"detail": without_late}))
    assert [procedure.rounds[0].outcome(number) for number in (5, 6)] == [Outcome.LATE, Outcome.NONE]
    found = story.LATE.content
    outcome = {"author": read(told.processes[PROCESS][13]).first, "content": digest(found), "outcome": Outcome.OPENED,
               "evidence": digest(f"rest of {found}")}  # fmt: skip
    opened = (18, {"bid": 5, "detail": with_detail(outcome=outcome)})
    assert _lived(told, 14, closed, (16, {}), (17, {"detail": without_late}), opened).rounds[0].outcome(5) is (
        Outcome.OPENED
    )


def test_replay_returned_bid_opened_once_a_lot_is_open_again(told: Recording) -> None:
    """Without an open lot what was timely is returned unopened; revised it is only after a lot was reinstated."""
    commitments = [read(data).subject for data in told.processes[PROCESS][5:10]]

    def returned(detail: dict[str, Any]) -> dict[str, Any]:
        outcomes = [
            {**given, "outcome": Outcome.RETURNED, "content": commitments[detail["from"] + place], "evidence": ZERO}
            if given["outcome"] in (Outcome.OPENED, Outcome.UNREADABLE) else given
            for place, given in enumerate(detail["outcomes"])
        ]  # fmt: skip
        return {**detail, "outcomes": outcomes}

    steps: list[tuple[int, dict[str, Any]]] = [
        (15, {}), (35, {}), (35, {"lot": ROOF}), (16, {"detail": returned}), (17, {"detail": returned}),
    ]  # fmt: skip
    procedure = _lived(told, 14, *steps)
    assert [procedure.rounds[0].outcome(number) for number in (1, 2, 3)] == [Outcome.RETURNED] * 3
    refusal = refusal_of(partial(_lived, told, 14, *steps, (18, {})))
    assert refusal == (20, "OutcomeRevised", "OutcomeInvalid")
    assert _lived(told, 14, *steps, (36, {}), (18, {})).rounds[0].outcome(2) is Outcome.OPENED


def test_replay_late_bid_timely_after_the_round_is_resumed_must_be_counted(told: Recording) -> None:
    """All bids that came in between are then in time."""
    late = read(told.processes[PROCESS][13]).time
    resumed = (13, {"detail": with_detail(deadline=late + 60)})
    closed = (15, {"detail": with_detail(counted=5, present=[0b11111]), "time": late + 61})
    assert _lived(told, 14, closed).rounds[0].counted == 5
    assert refusal_of(partial(_lived, told, 14, resumed, closed)) == (16, "RoundClosed", "CountedInvalid")


def test_replay_terminated_contract_makes_room_for_another_award(told: Recording) -> None:
    """The lot has one award at a time, and needs no ground for the next."""
    procedure = _lived(told, 34, (30, {}))
    assert (procedure.awards[35].lot, procedure.flags[-1].name) == (WINDOWS, "ConcludedWithoutLetters")


def test_replay_promised_arrival_before_the_deadline_flagged_when_it_was_delivered_after(told: Recording) -> None:
    """It is timely by a receiver's word, so the close must count it."""
    deadline = told.replay(PROCESS, told.processes[PROCESS][:12]).rounds[0].deadline
    commitment, arrived_at, deliver_by = digest("promised"), deadline - 5, deadline + 3_600
    bidder = read(told.processes[PROCESS][7]).first
    message = promise_digest(
        told.chain_id, told.ledger, PROCESS, 1, commitment, bidder, arrived_at, deliver_by
    )  # fmt: skip
    promised = {"receiver": RECEIVER, "arrived_at": arrived_at, "deliver_by": deliver_by,
                "signature": actor("clerk").sign_digest(message)}  # fmt: skip
    fields = {"subject": commitment, "bid": 5, "arrival": arrived_at, "time": deadline + 100,
              "detail": with_detail(promised=promised)}  # fmt: skip
    procedure = _lived(told, 12, (8, fields))
    (flag,) = procedure.flags
    assert (flag.name, flag.sequence, flag.values) == (
        "ArrivalPromised", 13, {"round": 1, "bid": 5, "receiver": RECEIVER}
    )  # fmt: skip
    assert procedure.rounds[0].timely == 6
    refusal = refusal_of(partial(_lived, told, 12, (8, fields), (15, {"detail": with_detail(counted=5)})))
    assert refusal == (14, "RoundClosed", "CountedInvalid")


def test_replay_tender_amended_without_a_deadline_and_notice_with_a_parent_accepted(told: Recording) -> None:
    """Only a release; and a framework that the process belongs to."""
    amended = _lived(told, 4, (5, {"detail": with_detail(deadline=0)}))
    assert amended.rounds[0].deadline == told.replay(PROCESS, told.processes[PROCESS][:4]).rounds[0].deadline
    parent = altered(told.processes[PROCESS][0], with_detail(parent=digest("framework")))
    assert told.replay(PROCESS, [parent]).parent == digest("framework")


def test_replay_award_after_whole_exclusion_of_another_lot_accepted(told: Recording) -> None:
    """An exclusion from one lot leaves the other."""
    procedure = _lived(told, 18, (19, {"lot": WINDOWS}), (23, {"sequence": 20}))
    assert procedure.awards[20].lot == ROOF


def test_check_list_of_the_story_accepted_and_altered_refused(told: Recording) -> None:
    """Artifact, observation and audit, after the process that the list names."""
    items = told.lists[BUYER]
    check_list(BUYER, items, told.authorities)
    assert [len(item) == 32 for item in items] == [True, False, False, False]
    cases: list[tuple[int, dict[str, Any], Change | None, str]] = [
        (1, {"sequence": 1}, None, "SequenceBroken"),
        (1, {"first": digest("x")[:20]}, None, "RoleMissing"),
        (1, {"roles": 3}, None, "RolesOutOfTime"),
        (1, {}, with_detail(kind=ArtifactKind.NONE), "KindInvalid"),
        (1, {}, with_detail(name=""), "TextInvalid"),
        (1, {"subject": ZERO}, None, "SubjectMissing"),
        (2, {"second": digest("x")[:20]}, None, "FieldUnexpected"),
        (3, {"first": read(items[2]).first}, None, "RoleMissing"),
        (3, {"act": Act.NOTICE_PUBLISHED}, None, "LogMalformed"),
    ]  # fmt: skip
    for place, fields, detail, refusal in cases:
        other = [*items]
        other[place] = altered(items[place], detail, **fields)
        found = refusal_of(partial(check_list, BUYER, other, told.authorities))
        assert found is not None
        assert (found[0], found[2]) == (place + 1, refusal)


def _notices(told: Recording, count: int) -> list[bytes]:
    """A long, dull process: planning notices by the hundred."""
    first = read(told.processes[PROCESS][0])
    detail = encode_detail(Act.NOTICE_PUBLISHED, {"kind": NoticeKind.PLANNING, "ocid": story.OCID, "parent": ZERO})
    return [write(first._replace(sequence=number, detail=detail)) for number in range(1, count + 1)]


def _calls(told: Recording, acts: list[bytes], authorities: Authorities) -> int:
    """How many functions are called: what grows like the work, and is the same on every machine."""
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        replay(PROCESS, BUYER, acts, authorities, chain_id=told.chain_id, ledger=told.ledger)
    finally:
        sys.setprofile(None)
    return calls


def test_replay_ten_times_the_acts_calls_ten_times_as_much(told: Recording) -> None:
    """A process of 5,000 acts costs ten times one of 500; of bids and their close, too."""
    authorities = told.authorities
    for make in (_notices, _bids):
        few, many = make(told, 500), make(told, 5_000)
        assert _calls(told, many, authorities) < 11 * _calls(told, few, authorities)


def _bids(told: Recording, count: int) -> list[bytes]:
    """One bidder commits again and again, each time instead of the bid before; all envelopes are there."""
    acts = told.processes[PROCESS][:5]
    first = read(told.processes[PROCESS][6])
    nobody = {"receiver": ZERO, "arrived_at": 0, "deliver_by": 0, "signature": b""}
    before, bid = ZERO, first
    for number in range(count):
        detail = encode_detail(Act.BID_COMMITTED, {"supersedes": before, "promised": nobody}) if number else b""
        bid = first._replace(sequence=6 + number, bid=number, subject=digest(f"bid {number}"), detail=detail)
        acts.append(write(bid))
        before = bid.subject
    words = (count + 255) // 256
    present = [(1 << 256) - 1] * (words - 1) + [(1 << (count - 1) % 256 + 1) - 1]
    closed = altered(
        told.processes[PROCESS][14], with_detail(counted=count, present=present, admitted=[0] * words),
        sequence=len(acts) + 1,
    )  # fmt: skip
    return [*acts, closed]


def test_replay_nothing_stands_nowhere(told: Recording) -> None:
    """A process without acts is none."""
    assert told.replay(PROCESS, []).acts == 0


def test_replay_notice_of_another_kind_of_organisation_refused(told: Recording) -> None:
    """Only buyers and observers have processes."""
    first = read(told.processes[PROCESS][0])._replace(first=actor("clerk").account, roles=3)
    process = process_id(RECEIVER, story.OCID)
    refusal = refusal_of(
        lambda: replay(process, RECEIVER, [write(first)], told.authorities, chain_id=told.chain_id, ledger=told.ledger)
    )
    assert refusal == (1, "NoticePublished", "KindMissing")
