"""The codec against the contract's fold: whatever happens, logs alone give back every head."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.chain import heads
from ledger.chain.acts import (
    AmendTender,
    AnchorAudit,
    Call,
    CancelTender,
    CloseLot,
    CommitBid,
    EraseFields,
    LiftSuspension,
    LotTerms,
    Notice,
    PublishNotices,
    PublishTender,
    RecordObservation,
    RegisterArtifact,
    RegisterExternalBid,
    Reinstate,
    Remand,
    RoundTerms,
    SuspendProcess,
    TenderTerms,
    WithdrawBid,
)
from ledger.chain.codec import (
    ACT_RECORDED,
    ZERO,
    ActRecord,
    act_digest,
    decode_detail,
    decode_log,
    encode_detail,
    encode_log,
)
from ledger.chain.identifiers import lot_id, process_id
from ledger.errors import (
    NodeRefused,
    Panicked,
    RevertedWithoutReason,
    RevertedWithText,
    RevertedWithUnknownError,
    SiegelError,
)
from ledger.terms import STATUTE, Act, ArtifactKind, NoticeKind, RoundKind, Stage
from tests.chain.nodes import ROOT, embedded
from tests.chain.story import organise
from tests.chain.town import BUYER, REVIEW_BODY, Town, digest, settle

NAMES = ("officer_one", "officer_two", "officer_three", "auditor", "watcher", "judge_two", "bidder_one", "outsider")
UNNAMED = (RevertedWithoutReason, RevertedWithText, RevertedWithUnknownError, Panicked, NodeRefused)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Town, bytes]]:
    """A town with a key set that is ready; short steps, since much happens here."""
    with embedded(tmp_path_factory.mktemp("fold") / "chain") as node:
        town = settle(node)
        town.step = 1
        yield town, organise(town)


PUBLISHER, OFFICERS, BIDDER = ("officer_one",), ("officer_one", "officer_two"), ("bidder_one",)
AUDITOR, JUDGE = ("auditor",), ("judge_two",)
Move = tuple[Any, tuple[str, ...]]


def some_move(town: Town, terms: TenderTerms, choice: st.DataObject) -> Move:
    """An act and who performs it. Arguments are few, so that the same ones meet again; most are allowed."""
    draw = choice.draw
    process, expires = process_id(BUYER, terms.ocid), terms.round.deadline + 1_000
    maybe = digest(draw(st.sampled_from("xyz")))
    lot = draw(st.sampled_from((ZERO, *(each.lot for each in terms.lots))))
    call = Call(process, expires, digest("ground"), digest("release"))
    bare = Call(process, expires, ZERO, digest("release"))
    kinds = st.sampled_from(tuple(NoticeKind)[1:])
    notices = st.builds(Notice, st.just(terms.ocid), kinds, st.just(maybe), st.just(maybe), st.integers(0, 3))
    commitment = digest(draw(st.sampled_from("abc")))
    moves: tuple[Move, ...] = (
        (PublishNotices(BUYER, expires, tuple(draw(st.lists(notices, min_size=1, max_size=3)))), PUBLISHER),
        (EraseFields(call, draw(st.integers(1, 4)), maybe), OFFICERS),
        (AmendTender(bare, 1, draw(st.sampled_from((0, terms.round.deadline + 1)))), PUBLISHER),
        (CommitBid(process, 1, commitment, ZERO, expires), BIDDER),
        (CommitBid(process, 1, digest(f"next of {commitment.hex()}"), commitment, expires), BIDDER),
        (WithdrawBid(process, 1, commitment, expires), BIDDER),
        (RegisterExternalBid(call, 1, town.now - 1_000, maybe), OFFICERS),
        (SuspendProcess(call, lot, ZERO, maybe), PUBLISHER),
        (SuspendProcess(call, lot, REVIEW_BODY, maybe), JUDGE),
        (LiftSuspension(call, draw(st.integers(3, 8))), OFFICERS),
        (Remand(call, lot, 0, Stage.EVALUATION), OFFICERS),
        (CloseLot(call, lot), OFFICERS),
        (CancelTender(call), OFFICERS),
        (Reinstate(call, lot), OFFICERS),
        (RegisterArtifact(BUYER, expires, maybe, ArtifactKind.PAGE, "page"), OFFICERS),
        (RecordObservation(BUYER, expires, maybe), PUBLISHER),
        (AnchorAudit(BUYER, expires, maybe), AUDITOR),
    )
    act, names = moves[draw(st.integers(0, len(moves) - 1))]
    if draw(st.integers(0, 9)) == 0:
        names = tuple(draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3)))
    return act, names


NUMBERS = count(1)


@settings(max_examples=25, suppress_health_check=[HealthCheck.data_too_large])
@given(st.data())
def test_fold_after_any_acts_equals_the_contract_s_heads(world: tuple[Town, bytes], choice: st.DataObject) -> None:
    """Allowed or refused, joint or alone: every head is the fold of the logs, every refusal has its name."""
    town, key_set = world
    lots = tuple(LotTerms(each) for each in sorted((lot_id("1"), lot_id("2"))))
    terms = TenderTerms(
        ocid=f"ocds-random-{next(NUMBERS)}",
        lots=lots,
        round=RoundTerms(RoundKind.BIDS, town.now + 86_400, key_set),
    )
    since = town.chain.block_number()
    town.jointly(PublishTender(BUYER, town.expires, digest("tender"), terms))
    for _ in range(choice.draw(st.integers(3, 15))):
        act, names = some_move(town, terms, choice)
        for name in names:
            try:
                town.do(name, act)
            except SiegelError as refused:
                assert not isinstance(refused, UNNAMED), refused
    check(town, since)


def check(town: Town, since: int) -> None:
    """Compare the heads of what happened since a block with the fold of all logs; read and write back each act."""
    chain = town.chain
    items: dict[tuple[str, bytes], list[bytes]] = {}
    last: dict[tuple[str, bytes], int] = {}
    touched = set()
    for log in chain.logs(0, chain.block_number(), (ACT_RECORDED,)):
        record = decode_log(log.topics, log.data)
        kind = STATUTE[Act(record.act)].series
        series = (kind, record.process_id if kind == "process" else record.organisation_id)
        if kind == "process" and record.sequence == 1:
            listed = ("list", record.organisation_id)
            items.setdefault(listed, []).append(record.process_id)
            last[listed] = last.get(listed, 0) + 1
        items.setdefault(series, []).append(act_digest(log.data))
        last[series] = last.get(series, 0) + 1
        assert record.sequence == last[series], "sequences are dense"
        if log.block_number > since:
            touched |= {series, ("list", record.organisation_id)} & items.keys()
            written_back(record, list(log.topics), log.data)
    genesis = {
        "process": heads.genesis_process_head,
        "list": heads.genesis_list_head,
        "roles": heads.genesis_roles_head,
    }
    for kind, key in touched:
        found = items[kind, key]
        name = "registry" if kind == "roles" else "ledger"
        contract = chain.registry if kind == "roles" else chain.ledger
        assert heads.fold(genesis[kind](chain.chain_id, contract, key), found) == chain.head(key, of=name)


def written_back(record: ActRecord, topics: list[bytes], data: bytes) -> None:
    """The contract's own encoding is the one that the codec writes."""
    assert encode_log(record) == (topics, data)
    if record.detail:
        assert encode_detail(Act(record.act), decode_detail(record)) == record.detail


def test_fold_of_a_series_without_items_is_zero(world: tuple[Town, bytes]) -> None:
    """As the contract's word is."""
    town, _ = world
    unknown = process_id(BUYER, "ocds-nothing")
    assert heads.fold(heads.genesis_process_head(town.chain.chain_id, town.chain.ledger, unknown), []) == ZERO
    assert town.chain.head(unknown) == ZERO


def test_the_slot_of_heads_is_the_one_the_compiler_laid_out() -> None:
    """``heads`` is the first variable of both contracts, in the compiler's own table."""
    for name in ("TenderLedger", "OrganisationRegistry"):
        artifact = json.loads((ROOT / f"ledger/chain/artifacts/{name}.json").read_text("utf-8"))
        (entry,) = (each for each in artifact["storageLayout"] if each["label"] == "heads")
        assert (entry["slot"], entry["offset"]) == ("0", 0)
