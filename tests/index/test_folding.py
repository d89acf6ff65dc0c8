"""What the index makes of a long story, against what the contract itself answers at every step that it can be asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.chain.acts import InformLosers
from ledger.chain.record import NOBODY, ZERO, ActRecord
from ledger.index.database import Index
from ledger.index.fold import Bid, ProcessFold, Round
from ledger.index.long_histories import LongHistories
from ledger.index.queries import Queries
from ledger.index.rows import Status
from ledger.index.sync import Synchroniser
from ledger.store import ObjectStore
from ledger.terms import Act, AwardState, OrganisationKind, Outcome, ProcessState, RoundKind, RoundState
from tests.chain import story
from tests.chain.nodes import anvil, embedded
from tests.chain.town import BUYER, OBSERVER, Town, settle

GONE = {0: (False, False), 1: (True, False), 2: (False, True)}  # the contract's word: superseded, withdrawn


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Town, Index, ObjectStore]]:
    """A town in which every act of the statute has happened, and an index that followed along."""
    folder = tmp_path_factory.mktemp("told")
    with embedded(folder / "chain") as node:
        town = settle(node)
        index, store = Index.open(f"sqlite:///{folder / 'index.sqlite'}"), ObjectStore(folder / "store")
        synchroniser = Synchroniser(index, town.chain, store)
        key_set = story.organise(town)
        story.tender(town, key_set)
        synchroniser.run_once()
        require_as_contract(town, index)
        story.open_bids(town)
        synchroniser.run_once()
        require_as_contract(town, index)
        story.award(town)
        synchroniser.run_once()
        require_as_contract(town, index)
        story.troubles(town, key_set)
        synchroniser.run_once()
        yield town, index, store
        index.close()


def require_as_contract(town: Town, index: Index) -> None:
    """Every state that the contract can be asked for is the same in the index."""
    queries = Queries(index)
    row, view = queries.process(story.PROCESS), town.chain.process(story.PROCESS)
    assert row.state == ProcessState(view.state).name.lower()
    assert (row.organisation_id, row.acts) == (view.organisation_id, view.sequence)
    rounds = queries.rounds(story.PROCESS)
    assert len(rounds) == view.rounds
    for found in rounds:
        held = town.chain.round(story.PROCESS, found.round)
        assert found.kind == RoundKind(held.kind).name.lower()
        assert found.state == RoundState(held.state).name.lower()
        assert found.deadline == held.deadline
        assert sum(not bid.external for bid in found.bids) == held.bids
        assert sum(bid.external for bid in found.bids) == held.externals
        if found.state != "open":
            assert found.counted == held.counted
        for bid in found.bids:
            if not bid.external:
                given = (story.PROCESS, found.round, bid.commitment, bid.author)
                number, arrival, gone = town.chain.view("bidOf", *given)
                assert (bid.bid, bid.arrival, (bid.superseded, bid.withdrawn)) == (number, arrival, GONE[gone])
    for award in queries.whole_process(story.PROCESS).awards:
        state, is_void, standstill_end = town.chain.view("awardOf", story.PROCESS, award.award)
        assert award.state == ("void" if is_void else AwardState(state).name.lower())
        assert (award.standstill_until or 0) == standstill_end


def test_fold_whole_story_states_as_in_the_contract(told: tuple[Town, Index, ObjectStore]) -> None:
    """Cancelled, reinstated, remanded, terminated: process, rounds, bids and awards stand where the contract says."""
    town, index, _ = told
    require_as_contract(town, index)


def test_fold_bids_each_has_its_one_outcome(told: tuple[Town, Index, ObjectStore]) -> None:
    """Superseded, opened, opened after all, opened, withdrawn, late, and one on paper."""
    first, *_ = Queries(told[1]).rounds(story.PROCESS)
    outcomes = ["superseded", "opened", "opened", "opened", "withdrawn", "late", "external"]
    assert [bid.outcome for bid in first.bids] == outcomes
    assert [bid.late for bid in first.bids] == [False] * 5 + [True, False]
    promised = first.bids[2]
    assert promised.arrival < promised.time
    assert first.bids[1].supersedes == first.bids[0].commitment


def test_fold_exceptions_counted_and_early_conclusion_flagged(told: tuple[Town, Index, ObjectStore]) -> None:
    """Resumed round, revised outcome, remand, early conclusion: four times a ground was needed to go on."""
    queries = Queries(told[1])
    row = queries.process(story.PROCESS)
    assert (row.exceptions, row.remands, row.reinstated, row.cancelled, row.suspended) == (4, 1, True, False, False)
    assert [(award.state, award.early) for award in queries.whole_process(story.PROCESS).awards] == [
        ("withdrawn", False), ("completed", False), ("void", False), ("terminated", True),
    ]  # fmt: skip
    (suspension,) = queries.whole_process(story.PROCESS).suspensions
    assert suspension.lifted_time is not None
    assert suspension.lot == story.ROOF


def test_fold_supplement_round_does_not_reopen_the_procedure(told: tuple[Town, Index, ObjectStore]) -> None:
    """A Nachforderung runs beside; the process is as far as its awards are."""
    queries = Queries(told[1])
    assert [entry.kind for entry in queries.rounds(story.PROCESS)] == ["bids", "supplement"]
    assert queries.process(story.PROCESS).status is Status.COMPLETED


def test_bids_of_one_round_and_author_are_those_among_all_rounds(told: tuple[Town, Index, ObjectStore]) -> None:
    """A round without bids has none of another one's, and those on paper are nobody's."""
    queries = Queries(told[1])
    rounds = queries.rounds(story.PROCESS)
    assert (len(rounds[0].bids), rounds[1].bids) == (7, ())
    for entry in rounds:
        assert queries.bids(story.PROCESS, entry.round) == entry.bids
        for author in {bid.author for bid in entry.bids if bid.author is not None}:
            own = tuple(bid for bid in entry.bids if bid.author == author)
            assert queries.bids(story.PROCESS, entry.round, author) == own
    assert queries.bids(story.PROCESS, len(rounds) + 1) == ()


def test_fold_organisations_kinds_and_heads_as_in_the_registry(told: tuple[Town, Index, ObjectStore]) -> None:
    """Kinds as changed, and every series has the head that the contracts hold."""
    town, index, _ = told
    queries = Queries(index)
    assert queries.organisation(OBSERVER).kinds == ("observer", "member")
    for row in queries.organisations():
        kinds, suspended, _, _ = town.chain.view("organisationOf", row.organisation_id, of="registry")
        assert sum(OrganisationKind[_enum(kind)] for kind in row.kinds) == kinds
        assert row.suspended == suspended
    assert queries.organisation(BUYER).processes == 1
    acts = [act.act for act in queries.organisation_acts(BUYER)]
    assert acts[-3:] == ["ArtifactRegistered", "ObservationRecorded", "AuditAnchored"]


def test_fold_every_commitment_and_document_can_be_looked_up(told: tuple[Town, Index, ObjectStore]) -> None:
    """Digest of a commitment, of an act, of a block, of a transaction, of a ground: each leads to its act."""
    queries = Queries(told[1])
    for act in queries.acts(story.PROCESS):
        assert ("act", act.sequence) in {(found.kind, found.sequence) for found in queries.lookup(act.digest)}
        kinds = {found.kind for found in queries.lookup(act.transaction_hash)}
        assert kinds == {"transaction"}
        assert {found.kind for found in queries.lookup(act.block_hash)} == {"block"}
        if act.act == "BidCommitted":
            assert act.subject is not None
            assert queries.lookup(act.subject)[0].kind == "commitment"
        if act.ground is not None:
            assert act.sequence in {found.sequence for found in queries.lookup(act.ground)}
    assert queries.lookup(ZERO) == ()


def test_rebuild_whole_story_same_digest(told: tuple[Town, Index, ObjectStore], tmp_path: Path) -> None:
    """Followed step by step or read in one go, the tables are the same."""
    town, index, store = told
    fresh = Index.open(f"sqlite:///{tmp_path / 'fresh.sqlite'}")
    Synchroniser(fresh, town.chain, store).run_once()
    assert fresh.digest() == index.digest()
    fresh.close()


def test_fold_words_without_envelope_and_short_letters_as_in_the_contract(tmp_path: Path) -> None:
    """256 bids without an envelope have no entries, and no letters end a standstill before the terms allow it."""
    with anvil() as node:
        town = settle(node)
        index, store = Index.open(f"sqlite:///{tmp_path / 'index.sqlite'}"), ObjectStore(tmp_path / "store")
        synchroniser = Synchroniser(index, town.chain, store, long=LongHistories(least=1))
        award = story.flood(town, story.organise(town))
        for block in range(town.chain.deployment.block, town.chain.block_number() + 1, 20):
            synchroniser.run_once(block)
        synchroniser.run_once()
        require_as_contract(town, index)
        (round_,) = Queries(index).rounds(story.PROCESS)
        assert [bid.outcome for bid in round_.bids] == ["withdrawn"] + ["missing"] * 256 + ["opened"]
        for dispatched, ground in ((town.now, ""), (town.now - 400_000, "letters found"), (town.now - 60, "urgent")):
            town.do("officer_one", InformLosers(story.call(town, ground), award, dispatched, dispatched + 3_600))
            town.pass_to(town.now + 300_000)
            synchroniser.run_once()
            require_as_contract(town, index)
        followed = index.digest()
        synchroniser.rebuild()
        assert index.digest() == followed
        index.close()


def _tendering(bids: int) -> ProcessFold:
    """A process with a round of so many bids, of which nobody has been told that any was touched."""
    fold = ProcessFold(OrganisationKind.BUYER)
    round_ = fold.rounds[1] = Round(1, 1, "bids", 0, 10, 10, None, None, (), counted=bids)
    round_.bids = {number: Bid(number, 2, 5, 5, ZERO, ZERO, None) for number in range(bids)}
    return fold


def _act(act: Act) -> ActRecord:
    """An act about round 1; all else is zero."""
    words = ZERO, ZERO, int(act), 9, 0, 20, NOBODY, NOBODY, ZERO, 1, 0, 0, 0, ZERO, ZERO, ZERO, b""
    return ActRecord._make(words)


@pytest.mark.parametrize("act", [Act.TENDER_AMENDED, Act.ROUND_RESUMED])
def test_fold_deadline_moved_every_bid_may_be_late_or_not(act: Act, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether a bid is late is said in its row, which is to be written again."""
    fold = _tendering(3)
    monkeypatch.setattr("ledger.index.fold.decode_detail", lambda _record: {"deadline": 30})
    fold.apply(_act(act))
    assert fold.touched == {(1, 0), (1, 1), (1, 2)}


def test_fold_words_behind_the_opened_bids_are_touched_with_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the bids that follow have no envelope, an opening decides them, too."""
    fold = _tendering(600)
    fold.rounds[1].bids[0].present = True
    outcomes = [{"outcome": Outcome.OPENED}] * 256
    monkeypatch.setattr("ledger.index.fold.decode_detail", lambda _record: {"from": 0, "outcomes": outcomes})
    fold.apply(_act(Act.BIDS_OPENED))
    assert fold.rounds[1].bids[599].recorded == "missing"
    assert fold.touched == {(1, number) for number in range(600)}


def _enum(kind: str) -> str:
    return "".join(f"_{letter}" if letter.isupper() else letter for letter in kind).upper()
