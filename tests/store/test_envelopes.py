"""Envelopes in the store: what was answered is there after a crash, and nothing else passes for whole."""

from __future__ import annotations

import errno
import hashlib
import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, insert

from ledger.chain.identifiers import bid_commitment
from ledger.errors import (
    ContentAltered,
    DatabaseFull,
    EnvelopeAltered,
    EnvelopeArrived,
    EnvelopeMalformed,
    EnvelopeMissing,
    EnvelopeUnfinished,
    StoreFull,
    UploadBeyondEnd,
    UploadOffsetDiffers,
    UploadSizeDiffers,
    UploadsTooMany,
    UploadUnknown,
)
from ledger.sealing.envelope import Header
from ledger.store import State
from ledger.store.envelopes import DAY, EnvelopeStore
from ledger.store.tables import relayed
from tests.index.test_synchronising import explained
from tests.sealing.actors import CONTEXT, sealed_bid

NOON = 1_800_000_000
BID = sealed_bid().data
DIGEST = hashlib.sha256(BID).digest()
CONTENT = len(sealed_bid().header.encoded())


@pytest.fixture
def envelopes(state: State, tmp_path: Path) -> EnvelopeStore:
    """An empty store."""
    return EnvelopeStore(tmp_path / "store", state)


def noon() -> int:
    """The time of these tests."""
    return NOON


def hand_in(envelopes: EnvelopeStore, data: bytes = BID, at: int = NOON) -> bytes:
    """A whole envelope; its digest."""
    digest = hashlib.sha256(data).digest()
    envelopes.begin(digest, len(data), clock=lambda: at)
    envelopes.append(digest, 0, data, clock=lambda: at)
    return envelopes.complete(digest).digest


def offset_of(envelopes: EnvelopeStore) -> int:
    """Bytes of the envelope that are durable."""
    found = envelopes.upload(DIGEST)
    assert found is not None
    return found.held


def test_upload_in_pieces_is_whole_and_known_by_commitment_and_round(envelopes: EnvelopeStore) -> None:
    """The row says what the header says; the time is that of the last byte; nothing is whole before."""
    assert envelopes.begin(DIGEST, len(BID), clock=noon) == 0
    assert envelopes.append(DIGEST, 0, BID[:5_000], clock=noon) == 5_000
    assert envelopes.begin(DIGEST, len(BID)) == offset_of(envelopes) == 5_000
    assert envelopes.arrived(DIGEST) is None
    with pytest.raises(EnvelopeUnfinished) as caught:
        envelopes.complete(DIGEST)
    assert caught.value.values == {"held": 5_000, "size": len(BID)}
    with pytest.raises(EnvelopeMissing):
        envelopes.open(DIGEST)
    assert envelopes.append(DIGEST, 5_000, BID[5_000:], clock=lambda: NOON + 7) == len(BID)
    assert envelopes.of_round(CONTEXT.process_id, 1) == []
    arrived = envelopes.complete(DIGEST)
    header = envelopes.read_header(DIGEST)
    assert header.encoded() == BID[:CONTENT]
    commitment = bid_commitment(
        CONTEXT.chain_id, CONTEXT.ledger, CONTEXT.process_id, 1, CONTEXT.author, header.bid_root, header.rest_digest
    )
    assert (arrived.size, arrived.author, arrived.commitment, arrived.arrived_at, arrived.signature) == (
        len(BID), CONTEXT.author, commitment, NOON + 7, None,
    )  # fmt: skip
    assert envelopes.complete(DIGEST) == envelopes.arrived(DIGEST) == envelopes.of_commitment(commitment) == arrived
    assert envelopes.of_round(CONTEXT.process_id, 1) == [arrived]
    assert envelopes.of_round(CONTEXT.process_id, 2) == []
    with envelopes.open(DIGEST) as file:
        assert file.read() == BID
    assert envelopes.begin(DIGEST, len(BID)) == len(BID)


def test_append_elsewhere_too_much_or_to_nothing_is_refused(envelopes: EnvelopeStore) -> None:
    """Bytes go on where those that are here end, and to what was announced only; no file is made for less."""
    with pytest.raises(UploadUnknown):
        envelopes.append(DIGEST, 0, BID)
    with pytest.raises(UploadUnknown):
        envelopes.complete(DIGEST)
    assert not envelopes.path(DIGEST).exists()
    envelopes.begin(DIGEST, len(BID))
    with pytest.raises(UploadSizeDiffers):
        envelopes.begin(DIGEST, len(BID) + 1)
    envelopes.append(DIGEST, 0, BID[:100])
    for offset in (0, 99, 101):
        with pytest.raises(UploadOffsetDiffers) as caught:
            envelopes.append(DIGEST, offset, BID[offset:])
        assert caught.value.values == {"expected": 100, "got": offset}
    with pytest.raises(UploadBeyondEnd):
        envelopes.append(DIGEST, 100, BID[100:] + b"!")
    assert offset_of(envelopes) == 100


@pytest.mark.parametrize(
    ("altered", "failure"),
    [
        (b"\0" + BID[1:], EnvelopeMalformed),
        (BID[:-1] + bytes([BID[-1] ^ 1]), ContentAltered),
        (BID[:-1], EnvelopeMalformed),
        (BID + b"\0", EnvelopeMalformed),
        (BID[:300] + bytes([BID[300] ^ 1]) + BID[301:], EnvelopeAltered),
        (sealed_bid().data, EnvelopeAltered),
    ],
    ids=["not an envelope", "flipped bit", "cut off", "longer", "another root", "another bid"],
)
def test_complete_what_is_not_the_announced_envelope_is_refused_and_forgotten(
    envelopes: EnvelopeStore, altered: bytes, failure: type[Exception]
) -> None:
    """Neither row nor file is left, and the right bytes can come then."""
    envelopes.begin(DIGEST, len(altered))
    envelopes.append(DIGEST, 0, altered)
    with pytest.raises(failure):
        envelopes.complete(DIGEST)
    assert envelopes.upload(DIGEST) is None
    assert not envelopes.path(DIGEST).exists()
    assert hand_in(envelopes) == DIGEST


def test_discard_unfinished_is_forgotten_and_whole_stays(envelopes: EnvelopeStore) -> None:
    """Nobody takes back what arrived by way of the upload."""
    envelopes.begin(DIGEST, len(BID))
    envelopes.append(DIGEST, 0, BID[:100])
    envelopes.discard(DIGEST)
    envelopes.discard(DIGEST)
    assert envelopes.upload(DIGEST) is None
    assert not envelopes.path(DIGEST).exists()
    hand_in(envelopes)
    with pytest.raises(EnvelopeArrived):
        envelopes.discard(DIGEST)
    assert envelopes.arrived(DIGEST) is not None


def test_append_two_uploads_of_one_envelope_go_on_from_each_other(state: State, tmp_path: Path) -> None:
    """Two stores over one folder, as two processes: of each piece one wins, the other is told where to go on."""
    both = [EnvelopeStore(tmp_path / "store", state) for _ in range(2)]
    both[0].begin(DIGEST, len(BID))
    refused: list[int] = []

    def send(envelopes: EnvelopeStore) -> None:
        while (offset := offset_of(envelopes)) < len(BID):
            try:
                envelopes.append(DIGEST, offset, BID[offset : offset + 9_000])
            except UploadOffsetDiffers as error:
                refused.append(error.values["expected"])

    threads = [threading.Thread(target=send, args=(each,)) for each in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert both[1].complete(DIGEST) == both[0].complete(DIGEST)


_KILLED_AT = """
import os, signal, sys
from pathlib import Path
from ledger.store import State
from ledger.store import envelope_file, envelopes as module

folder, where = Path(sys.argv[1]), sys.argv[2]
die = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
state = State(f"sqlite:///{folder / 'state.sqlite'}")
envelopes = module.EnvelopeStore(folder / "store", state)
bid = (folder / "bid").read_bytes()
digest = bytes.fromhex(sys.argv[3])
envelopes.begin(digest, len(bid))
if where == "bytes written":
    envelope_file.os.fsync = die
if where == "bytes synced":
    envelopes.append(digest, 0, bid[:5000])
    envelopes.append(digest, 5000, bid[5000:], clock=die)
envelopes.append(digest, 0, bid)
if where == "bytes recorded":
    die()
if where == "compared":
    module._facts = die
envelopes.complete(digest)
die()
"""


@pytest.mark.parametrize("state", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("where", "held"),
    [("bytes written", 0), ("bytes synced", 5_000), ("bytes recorded", None), ("compared", None), ("whole", None)],
)
def test_upload_killed_anywhere_goes_on_from_what_was_answered(
    envelopes: EnvelopeStore, tmp_path: Path, where: str, held: int | None
) -> None:
    """kill -9 between any two writes: the offset is what was durable, and the same bytes make it whole."""
    (tmp_path / "bid").write_bytes(BID)
    killed = subprocess.run([sys.executable, "-c", _KILLED_AT, str(tmp_path), where, DIGEST.hex()], check=False)
    assert killed.returncode == -signal.SIGKILL
    offset = offset_of(envelopes)
    assert offset == (len(BID) if held is None else held)
    envelopes.append(DIGEST, offset, BID[offset:])
    assert envelopes.complete(DIGEST).size == len(BID)
    assert envelopes.path(DIGEST).read_bytes() == BID


def test_append_bytes_are_synced_before_they_count(envelopes: EnvelopeStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """First the bytes, then the row: else a power cut could leave an offset behind which nothing is."""
    envelopes.begin(DIGEST, len(BID))
    envelopes.append(DIGEST, 0, BID[:10])
    seen: list[tuple[int, int]] = []
    fsync = os.fsync

    def watched(descriptor: int) -> None:
        fsync(descriptor)
        seen.append((os.fstat(descriptor).st_size, offset_of(envelopes)))

    monkeypatch.setattr(os, "fsync", watched)
    envelopes.append(DIGEST, 10, BID[10:30])
    assert seen == [(30, 10)]
    assert offset_of(envelopes) == 30


def test_append_disk_full_is_named_and_what_was_durable_goes_on(
    envelopes: EnvelopeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Simulated: the system writes some bytes and then has no room (ENOSPC). Nothing of that piece counts."""
    envelopes.begin(DIGEST, len(BID))
    envelopes.append(DIGEST, 0, BID[:5_000])
    pwrite, room = os.pwrite, [1_000]

    def full(descriptor: int, data: bytes, offset: int) -> int:
        if not room:
            raise OSError(errno.ENOSPC, "No space left on device")
        return pwrite(descriptor, data[: room.pop()], offset)

    with monkeypatch.context() as patch:
        patch.setattr(os, "pwrite", full)
        with pytest.raises(StoreFull):
            envelopes.append(DIGEST, 5_000, BID[5_000:])
    assert (offset_of(envelopes), envelopes.path(DIGEST).stat().st_size) == (5_000, 5_000)
    envelopes.append(DIGEST, 5_000, BID[5_000:])
    assert envelopes.complete(DIGEST).digest == DIGEST


def test_begin_database_full_is_the_same_failure(envelopes: EnvelopeStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Simulated: who hands in is told the same, whichever of both has no room."""

    def full() -> None:
        raise DatabaseFull(database="state", reason="full")

    monkeypatch.setattr(envelopes.state, "writing", full)
    with pytest.raises(StoreFull):
        envelopes.begin(DIGEST, len(BID))


_LIMITED = """
import resource, sys
from pathlib import Path
from ledger.errors import StoreFull
from ledger.store import State
from ledger.store.envelopes import EnvelopeStore

folder, digest = Path(sys.argv[1]), bytes.fromhex(sys.argv[2])
bid = (folder / "bid").read_bytes()
state = State(f"sqlite:///{folder / 'state.sqlite'}")
envelopes = EnvelopeStore(folder / "store", state)
envelopes.begin(digest, len(bid))
envelopes.append(digest, 0, bid[:50_000])
with state.reading():
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, resource.RLIM_INFINITY))
    try:
        envelopes.append(digest, 50_000, bid[50_000:])
    except StoreFull:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        print("full at", envelopes.upload(digest).held)
"""


@pytest.mark.parametrize("state", ["sqlite"], indirect=True)
def test_append_beyond_a_real_limit_of_the_system_is_named(envelopes: EnvelopeStore, tmp_path: Path) -> None:
    """Files of that process may have 60,000 bytes (RLIMIT_FSIZE): the piece is refused, the one before stays."""
    (tmp_path / "bid").write_bytes(BID)
    said = subprocess.run(
        [sys.executable, "-c", _LIMITED, str(tmp_path), DIGEST.hex()], check=True, capture_output=True, text=True
    )
    assert said.stdout == "full at 50000\n"
    envelopes.append(DIGEST, 50_000, BID[50_000:])
    assert envelopes.complete(DIGEST).digest == DIGEST


def test_keep_promise_twice_the_first_one_stays(envelopes: EnvelopeStore) -> None:
    """Two requests that promise at once get the same promise; none is kept for what is not whole."""
    with pytest.raises(EnvelopeMissing):
        envelopes.keep_promise(DIGEST, b"\x01" * 32, NOON + DAY, b"s" * 65)
    hand_in(envelopes)
    first = envelopes.keep_promise(DIGEST, b"\x01" * 32, NOON + DAY, b"s" * 65)
    assert (first.receiver, first.deliver_by, first.signature) == (b"\x01" * 32, NOON + DAY, b"s" * 65)
    assert envelopes.keep_promise(DIGEST, b"\x02" * 32, NOON + 2 * DAY, b"t" * 65) == first
    assert envelopes.arrived(DIGEST) == first


def test_lost_file_of_a_promised_envelope_comes_again_with_the_same_promise(envelopes: EnvelopeStore) -> None:
    """As after a restored backup that lacks it: the right bytes are taken, wrong ones change nothing."""
    hand_in(envelopes)
    promised = envelopes.keep_promise(DIGEST, b"\x01" * 32, NOON + DAY, b"s" * 65)
    envelopes.path(DIGEST).unlink()
    assert envelopes.arrived(DIGEST) is None
    assert envelopes.begin(DIGEST, len(BID)) == 0
    envelopes.append(DIGEST, 0, bytes(len(BID)))
    with pytest.raises(EnvelopeMalformed):
        envelopes.complete(DIGEST)
    envelopes.append(DIGEST, 0, BID, clock=lambda: NOON + 99)
    assert envelopes.complete(DIGEST) == promised


def test_remove_uncommitted_removes_only_what_nobody_waits_for(envelopes: EnvelopeStore) -> None:
    """A day after the promise: committed ones and those that a waiting transaction commits stay, others go."""
    bids = [sealed_bid(context=replace(CONTEXT, author=bytes([n] * 20))).data for n in range(4)]
    committed, waiting, never, fresh = (hand_in(envelopes, data) for data in bids)
    envelopes.keep_promise(fresh, b"\x01" * 32, NOON + DAY, b"s" * 65)
    commitments = {each.digest: each.commitment for each in envelopes.of_round(CONTEXT.process_id, 1)}
    row = {"hash": b"h" * 32, "raw": b"r", "account": b"a" * 20, "nonce": 0, "commitment": commitments[waiting]}
    with envelopes.state.writing() as connection:
        connection.execute(insert(relayed).values(**row, expires=NOON, received_at=NOON, state="waiting"))

    def known(commitment: bytes) -> bool:
        return commitment == commitments[committed]

    assert envelopes.remove_uncommitted(NOON + DAY, known) == 0
    assert envelopes.unnamed_bytes(CONTEXT.process_id, 1) == 4 * 2**20
    assert envelopes.remove_uncommitted(NOON + DAY + 1, known) == 2
    assert {each.digest for each in envelopes.of_round(CONTEXT.process_id, 1)} == {committed, waiting}
    assert envelopes.unnamed_bytes(CONTEXT.process_id, 1) == 2**20
    assert sorted(path.name for path in envelopes.folder.glob("*/*")) == sorted([committed.hex(), waiting.hex()])
    assert not envelopes.path(never).exists()
    # What was once committed is never asked for again.
    assert envelopes.remove_uncommitted(NOON + 99 * DAY, lambda _: False) == 0


def test_describe_reads_only_bytes_that_count_and_again_those_that_come_anew(envelopes: EnvelopeStore) -> None:
    """Not what a crash left behind them in the file; and after a restored backup, which lacks the file, by another
    header than before."""
    seen: list[bytes] = []

    def fits(header: Header, size: int) -> bool:
        assert size == len(BID)
        seen.append(header.encoded())
        return False

    other = sealed_bid(context=replace(CONTEXT, author=b"\x07" * 20)).data
    envelopes.begin(DIGEST, len(BID))
    envelopes.append(DIGEST, 0, BID[:100])
    with envelopes.path(DIGEST).open("ab") as file:
        file.write(BID[100:])
    envelopes.describe(DIGEST, fits)
    assert seen == []
    envelopes.append(DIGEST, 100, BID[100:5_000])
    envelopes.describe(DIGEST, fits)
    envelopes.path(DIGEST).unlink()
    envelopes.append(DIGEST, 0, other[:5_000])
    envelopes.describe(DIGEST, fits)
    envelopes.describe(DIGEST, fits)
    assert seen == [BID[:CONTENT], other[:CONTENT]]


def test_note_committed_frees_the_room_of_a_round(envelopes: EnvelopeStore) -> None:
    """Only bytes that no commitment names count against a round, those of unfinished envelopes, too."""
    arrived = envelopes.arrived(hand_in(envelopes))
    other = sealed_bid(context=replace(CONTEXT, author=b"\x07" * 20))
    coming = hashlib.sha256(other.data).digest()
    envelopes.begin(coming, len(other.data))
    envelopes.append(coming, 0, other.data[:5_000])
    envelopes.describe(coming, lambda header, size: False)
    assert arrived is not None
    round_ = CONTEXT.process_id, 1
    assert envelopes.unnamed_bytes(*round_) == 2 * 2**20
    assert envelopes.unnamed_rounds() == [round_]
    # Neither somebody's copy of the commitment nor the author's own for another round is this bid.
    copied = (*round_, arrived.commitment, b"\x07" * 20)
    elsewhere = (CONTEXT.process_id, 2, arrived.commitment, CONTEXT.author)
    envelopes.note_committed({copied, elsewhere})
    assert envelopes.unnamed_bytes(*round_) == 2 * 2**20
    envelopes.note_committed({(*round_, arrived.commitment, CONTEXT.author), copied})
    assert envelopes.unnamed_bytes(*round_) == 2**20
    theirs = bid_commitment(
        CONTEXT.chain_id, CONTEXT.ledger, *round_, b"\x07" * 20, other.header.bid_root, other.header.rest_digest
    )
    envelopes.note_committed({(*round_, theirs, b"\x07" * 20)})
    assert envelopes.unnamed_bytes(*round_) == 0
    assert envelopes.unnamed_rounds() == []


def test_note_committed_of_many_bids_marks_every_envelope(envelopes: EnvelopeStore) -> None:
    """More than are asked for at once."""
    arrived = envelopes.arrived(hand_in(envelopes))
    assert arrived is not None
    strangers = {(CONTEXT.process_id, 1, number.to_bytes(32, "big"), b"\x07" * 20) for number in range(1_200)}
    envelopes.note_committed(strangers | {(CONTEXT.process_id, 1, arrived.commitment, CONTEXT.author)})
    assert envelopes.unnamed_bytes(CONTEXT.process_id, 1) == 0


def test_room_is_counted_along_indexes_of_what_is_open(envelopes: EnvelopeStore) -> None:
    """Whole and named envelopes become ever more; neither an upload that begins, while nobody else can write, nor the
    sweep reads their rows."""
    asked: list[tuple[str, Any]] = []
    listening = (envelopes.state.engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
    event.listen(*listening)
    for number in range(2):
        envelopes.begin(bytes([number]) * 32, 100, most=1, clock=lambda number=number: NOON + 700 * number)  # type: ignore[misc]
    envelopes.unnamed_bytes(CONTEXT.process_id, 1)
    envelopes.unnamed_rounds()
    envelopes.remove_uncommitted(NOON, lambda _: False)
    envelopes.remove_unfinished(NOON)
    event.remove(*listening)
    with envelopes.state.reading() as connection:
        ways = [explained(connection, *each) for each in asked if _is_search(each[0])]
    # At the beginning they are counted twice, and the one that gives way is looked for.
    unfinished, unnamed = "envelopes_unfinished", "envelopes_unnamed"
    expected = [*[unfinished] * 3, unnamed, unfinished, unnamed, unnamed, unfinished]
    for way, index in zip(ways, expected, strict=True):
        assert index in way


def _is_search(query: str) -> bool:
    table, _, condition = query.partition("WHERE")
    return "FROM envelopes" in table and "digest = " not in condition


def test_begin_too_many_unfinished_only_an_idle_one_gives_way(envelopes: EnvelopeStore) -> None:
    """Whoever announces many keeps others out for ten minutes at most, unless bytes come."""
    digests = [hashlib.sha256(bytes([n])).digest() for n in range(4)]
    for at, digest in enumerate(digests[:2]):
        envelopes.begin(digest, 100, most=2, clock=lambda at=at: NOON + at)  # type: ignore[misc]
    envelopes.append(digests[0], 0, b"x", clock=lambda: NOON + 600)
    assert envelopes.begin(digests[1], 100, most=2, clock=noon) == 0
    with pytest.raises(UploadsTooMany):
        envelopes.begin(digests[2], 100, most=2, clock=lambda: NOON + 601)
    envelopes.begin(digests[2], 100, most=2, clock=lambda: NOON + 602)
    assert [envelopes.upload(digest) is not None for digest in digests] == [True, False, True, False]


def test_remove_unfinished_takes_what_stands_still_and_files_without_a_row(envelopes: EnvelopeStore) -> None:
    """What a crash left behind a removed row is gone a day later; an upload that goes on and whole ones stay."""
    other = hashlib.sha256(b"other").digest()
    envelopes.begin(other, 100, clock=noon)
    envelopes.append(other, 0, b"x", clock=noon)
    hand_in(envelopes)
    left = envelopes.path(hashlib.sha256(b"left").digest())
    left.parent.mkdir(exist_ok=True)
    left.write_bytes(b"of a crash")
    strange = left.with_name("notes.txt")
    strange.write_bytes(b"of somebody else, who is no reason to stop")
    os.utime(strange, (0, 0))
    assert (envelopes.remove_unfinished(NOON), envelopes.remove_orphans()) == (0, 0)
    os.utime(left, (0, 0))
    assert (envelopes.remove_unfinished(NOON + 1), envelopes.remove_orphans()) == (1, 1)
    assert (left.exists(), strange.exists()) == (False, True)
    assert envelopes.upload(other) is None
    assert envelopes.arrived(DIGEST) is not None
