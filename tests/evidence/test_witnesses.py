"""Two real witnesses (litewitness) watch a log: what they sign, what they refuse, and what is kept of it."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ledger.errors import CosignaturesTooFew, CosignedLate, LogContradictory, LogNotHolding, WitnessRefusesLog
from ledger.evidence.log.cosignatures import CosignatureBook
from ledger.evidence.log.folder import LogFolder, create_log, create_successor, signed_note
from ledger.evidence.log.keeper import LogKeeper, feed_all
from ledger.evidence.log.places import index_of, newest_note, place_of
from ledger.evidence.log.publisher import Publisher
from ledger.evidence.log.witnesses import feed
from ledger.evidence.log.writer import writing
from ledger.evidence.verify.checkpoint import LogTrust, read_checkpoint
from ledger.evidence.verify.header import Header, read_header
from ledger.evidence.verify.logged import cosigned_at
from ledger.evidence.verify.merkle import EMPTY_ROOT
from ledger.index.database import Index
from tests.evidence.dying_writer import die_before_the_checkpoint
from tests.evidence.litewitness import LiteWitness, lite_witness
from tests.evidence.test_log_folder import ORIGIN
from tests.evidence.written_chain import Written, indexed
from tests.waiting import wait_until

NOW = int(time.time())
CHAIN = Written([NOW - 400 + number for number in range(400)])
REWRITTEN = Written([NOW - 401 + number for number in range(400)])


@pytest.fixture
def witnesses() -> Iterator[tuple[LiteWitness, LiteWitness]]:
    """Two of them, that know no log."""
    with lite_witness("witness.example/w1") as first, lite_witness("witness.example/w2") as second:
        yield first, second


@pytest.fixture
def log(tmp_path: Path, witnesses: tuple[LiteWitness, LiteWitness]) -> LogFolder:
    """A new log that both witnesses know, and that asks both."""
    log = create_log(tmp_path / "log", ORIGIN)
    for witness in witnesses:
        witness.know(ORIGIN, str(log.verifier_key))
        CosignatureBook(log.folder.parent).add(witness.signer.verifier_key, witness.url)
    return log


def book_of(log: LogFolder) -> CosignatureBook:
    """The book beside a log."""
    return CosignatureBook(log.folder.parent)


def grow(log: LogFolder, size: int, chain: Written = CHAIN) -> None:
    """Log the chain's blocks up to this many."""
    with writing(log) as writer:
        while writer.tree.size < size:
            writer.append(chain.raw[writer.tree.size : min(size, writer.tree.size + writer.room)])


def trust(log: LogFolder, witnesses: tuple[LiteWitness, ...]) -> LogTrust:
    """What a policy says of them."""
    return LogTrust.read([str(log.verifier_key)], [each.signer.verifier_key for each in witnesses])


def header(block: int) -> Header:
    """A header of the chain."""
    return read_header(CHAIN.raw[block])


def failures(log: LogFolder) -> list[str | None]:
    """What stands against each witness."""
    return [each.failure.name if each.failure else None for each in book_of(log).feedings(log.origin)]


def test_two_witnesses_cosign_and_a_verifier_believes_them(
    log: LogFolder, witnesses: tuple[LiteWitness, LiteWitness]
) -> None:
    """The note for a bundle, read under a policy with both; with one more demanded it is too few."""
    grow(log, 300)
    feed_all(log, book_of(log))
    place = place_of(log.folder.parent, header(299), threshold=2)
    read = read_checkpoint(place.checkpoint, trust(log, witnesses))
    assert [each.witness for each in read.cosignatures] == [each.signer.name for each in witnesses]
    leaf, block_time, entry = header(299).hashed, header(299).time, place.inclusion.encoded()
    moment = cosigned_at(leaf, block_time, entry, read, threshold=2, max_log_delay=3600)
    assert moment == place.moment
    assert moment is not None
    assert abs(time.time() - moment) < 60
    with pytest.raises(CosignaturesTooFew):
        cosigned_at(leaf, block_time, entry, read, threshold=3, max_log_delay=3600)
    with pytest.raises(CosignedLate):
        cosigned_at(leaf, block_time, entry, read, threshold=2, max_log_delay=1)
    assert failures(log) == [None, None]
    assert newest_note(log, book_of(log)) == place.checkpoint


def test_feed_again_and_again_asks_once_and_keeps_the_first(log: LogFolder, witnesses: tuple[LiteWitness, ...]) -> None:
    """A witness asked again for the same size signs with a later time; the first counts."""
    grow(log, 2)
    feed_all(log, book_of(log))
    first = book_of(log).cosigned(ORIGIN, 2)
    assert first is not None
    copy = log.folder.parent / "witnesses.copy"
    shutil.copy(book_of(log).path, copy)
    assert not feed(log, book_of(log), book_of(log).witnesses()[0])
    # As if the answer had not arrived: nothing of it is in the book.
    with sqlite3.connect(book_of(log).path) as lost:
        lost.execute("DELETE FROM cosignature")
        lost.execute("DELETE FROM feeding")
    wait_until(lambda: time.time() >= max(first.times.values()) + 1)
    feed_all(log, book_of(log))
    second = book_of(log).cosigned(ORIGIN, 2)
    assert second is not None
    assert all(second.times[name] > first.times[name] for name in first.times)
    tree = log.newest()
    shutil.copy(copy, book_of(log).path)
    for name, moment in second.times.items():
        book_of(log).record(ORIGIN, tree, name, moment, b"later\n")
    assert book_of(log).cosigned(ORIGIN, 2) == first


def test_witness_that_is_down_holds_up_neither_log_nor_the_other_and_catches_up(
    log: LogFolder, witnesses: tuple[LiteWitness, LiteWitness], tmp_path: Path
) -> None:
    """While everything runs: the backlog is visible, and goes as soon as the witness is back."""
    first, second = witnesses
    second.kill()
    index = Index.open(f"sqlite:///{tmp_path / 'index.sqlite'}")
    indexed(index, CHAIN, set(range(3)), 2)
    keeper = LogKeeper(log.folder.parent, CHAIN, index, 0.05)
    keeper.start()
    book = book_of(log)
    wait_until(lambda: book.has(ORIGIN, 3, first.signer.name))
    indexed(index, CHAIN, set(range(5)), 4)
    wait_until(lambda: book.has(ORIGIN, 5, first.signer.name))
    wait_until(lambda: failures(log)[1] is not None)
    behind = book.feedings(ORIGIN)
    assert [each.cosigned for each in behind] == [5, 0]
    assert behind[1].failure is not None
    assert behind[1].failure.name == "WitnessUnreachable"
    since = behind[1].failure.since
    assert place_of(log.folder.parent, header(0), threshold=2).moment is None
    assert place_of(log.folder.parent, header(0), threshold=1).inclusion.size == 3
    second.start()
    wait_until(lambda: book.has(ORIGIN, 5, second.signer.name))
    assert failures(log) == [None, None]
    assert since <= time.time()
    place = place_of(log.folder.parent, header(0), threshold=2)
    assert (place.inclusion.size, place.inclusion.index) == (5, 0)
    assert keeper.failure is None
    keeper.stop()
    index.close()


def test_witness_killed_and_started_again_goes_on(log: LogFolder, witnesses: tuple[LiteWitness, LiteWitness]) -> None:
    """What it answered it still knows."""
    grow(log, 4)
    feed_all(log, book_of(log))
    for witness in witnesses:
        witness.kill()
        witness.start()
    grow(log, 260)
    feed_all(log, book_of(log))
    assert [each.cosigned for each in book_of(log).feedings(ORIGIN)] == [260, 260]


@pytest.mark.parametrize("size", [5, 9, 300])
def test_rewritten_log_is_refused_by_both_and_it_shows(log: LogFolder, tmp_path: Path, size: int) -> None:
    """Same origin, same key, other leaves: smaller than, as large as and larger than what the witnesses saw."""
    grow(log, 9)
    feed_all(log, book_of(log))
    shutil.copytree(log.folder.parent, tmp_path / "rewritten")
    rewritten = LogFolder(tmp_path / "rewritten" / "1")
    shutil.rmtree(rewritten.folder / "tile")
    book_of(rewritten).path.rename(tmp_path / "aside")
    for witness in book_of(log).witnesses():
        book_of(rewritten).add(str(witness.key), witness.url)
    start_anew(rewritten)
    grow(rewritten, size, REWRITTEN)
    feed_all(rewritten, book_of(rewritten))
    assert failures(rewritten) == (["LogBehindWitness"] * 2 if size < 9 else ["WitnessRefusesTree"] * 2)
    assert book_of(rewritten).largest(ORIGIN) is None
    # The honest log is not held up by it.
    grow(log, 12)
    feed_all(log, book_of(log))
    assert failures(log) == [None, None]
    assert [each.cosigned for each in book_of(log).feedings(ORIGIN)] == [12, 12]


def start_anew(log: LogFolder) -> None:
    """Sign the empty tree with the log's key, as whoever rewrites it does."""
    note = signed_note(log.private_key(), log.verifier_key, 0, EMPTY_ROOT)
    (log.folder / "checkpoint").write_bytes(note)


def test_log_restored_from_an_old_copy_is_refused_for_ever(log: LogFolder, tmp_path: Path) -> None:
    """It went on elsewhere with other blocks: behind at first, then another tree. A successor goes on."""
    grow(log, 3)
    feed_all(log, book_of(log))
    shutil.copytree(log.folder.parent, tmp_path / "backup")
    grow(log, 6)
    feed_all(log, book_of(log))
    restored = LogFolder(tmp_path / "backup" / "1")
    grow(restored, 4, REWRITTEN)
    feed_all(restored, book_of(restored))
    assert failures(restored) == ["LogBehindWitness"] * 2
    failure = book_of(restored).feedings(ORIGIN)[0].failure
    assert failure is not None
    assert (failure.values["held"], failure.values["size"]) == (6, 4)
    grow(restored, 8, REWRITTEN)
    feed_all(restored, book_of(restored))
    assert failures(restored) == ["WitnessRefusesTree"] * 2
    assert [each.cosigned for each in book_of(restored).feedings(ORIGIN)] == [3, 3]


def test_successor_is_cosigned_and_old_blocks_keep_their_early_checkpoints(
    log: LogFolder, witnesses: tuple[LiteWitness, LiteWitness]
) -> None:
    """A bundle takes the predecessor's checkpoint for what it had, the successor's for what came later."""
    grow(log, 3)
    feed_all(log, book_of(log))
    early = place_of(log.folder.parent, header(1), threshold=2)
    assert early.moment is not None
    wait_until(lambda: time.time() >= (early.moment or 0) + 1)
    successor = create_successor(log.folder.parent)
    grow(successor, 5)
    feed_all(successor, book_of(log))
    assert failures(successor) == ["WitnessRefusesLog"] * 2
    with pytest.raises(WitnessRefusesLog):
        feed(successor, book_of(log), book_of(log).witnesses()[0])
    for witness in witnesses:
        witness.know(successor.origin, str(successor.verifier_key))
    feed_all(successor, book_of(log))
    assert failures(successor) == [None, None]
    assert place_of(log.folder.parent, header(1), threshold=2) == early
    later = place_of(log.folder.parent, header(4), threshold=2)
    both = LogTrust.read(
        [str(log.verifier_key), str(successor.verifier_key)], [w.signer.verifier_key for w in witnesses]
    )
    assert read_checkpoint(early.checkpoint, both).origin == ORIGIN
    assert read_checkpoint(later.checkpoint, both).origin == f"{ORIGIN}/2"
    for other in (header(5), replace(header(4), raw=header(5).raw)):
        with pytest.raises(LogNotHolding):
            place_of(log.folder.parent, other, threshold=2)


def test_log_killed_before_its_checkpoint_goes_on_and_is_cosigned(log: LogFolder) -> None:
    """kill -9 between tiles and checkpoint: witnesses never saw what was lost, so other leaves may follow."""
    grow(log, 3)
    feed_all(log, book_of(log))
    die_before_the_checkpoint(log, [b"lost", b"lost too"])
    assert (log.folder / "tile/0/000.p/5").exists()
    feed_all(log, book_of(log))
    grow(log, 5)
    feed_all(log, book_of(log))
    assert [each.cosigned for each in book_of(log).feedings(ORIGIN)] == [5, 5]
    assert failures(log) == [None, None]


def test_publisher_beside_a_book_that_knows_more_than_the_log_refuses(log: LogFolder, tmp_path: Path) -> None:
    """A folder restored in part: the book is newer than tiles and checkpoint."""
    grow(log, 3)
    feed_all(log, book_of(log))
    shutil.copytree(log.folder, tmp_path / "older")
    grow(log, 6)
    feed_all(log, book_of(log))
    shutil.rmtree(log.folder)
    shutil.copytree(tmp_path / "older", log.folder)
    index = Index.open("sqlite://")
    indexed(index, CHAIN, set(range(9)), 8)
    with pytest.raises(LogContradictory, match="a witness cosigned a tree of 6 leaves"):
        Publisher(log.folder.parent, CHAIN, index).publish()
    assert log.newest().size == 3
    index.close()


def test_publisher_beside_a_book_of_another_tree_refuses_also_when_grown_past_it(
    log: LogFolder, tmp_path: Path
) -> None:
    """Witnesses signed six leaves; the older copy went on to nine, with others from the fourth on."""
    grow(log, 3)
    feed_all(log, book_of(log))
    shutil.copytree(log.folder, tmp_path / "older")
    grow(log, 6)
    feed_all(log, book_of(log))
    shutil.rmtree(log.folder)
    shutil.copytree(tmp_path / "older", log.folder)
    grow(log, 9, REWRITTEN)
    index = Index.open("sqlite://")
    indexed(index, REWRITTEN, set(range(12)), 11)
    with pytest.raises(LogContradictory, match="a witness cosigned a tree of 6 leaves"):
        Publisher(log.folder.parent, REWRITTEN, index).publish()
    assert log.newest().size == 9
    index.close()


def test_index_of_every_block_is_found(tmp_path: Path) -> None:
    """And none of a block that is not logged."""
    log = create_log(tmp_path / "log", ORIGIN)
    with writing(log) as writer:
        writer.append([CHAIN.raw[number] for number in (3, 4, 9, 20)])
    assert [index_of(log, number) for number in (2, 3, 4, 5, 9, 19, 20, 21)] == [None, 0, 1, None, 2, None, 3, None]
