"""The log on the disk: tiles, proofs out of them, crashes, and files that somebody altered."""

from __future__ import annotations

import hashlib
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.errors import LogContradictory, LogEntryTooLarge, LogExists, LogKeyMissing, LogMissing, LogOriginInvalid
from ledger.evidence.log.folder import LogFolder, create_log, create_successor, living_log, logs_of
from ledger.evidence.log.tiles import Tile, tile_at
from ledger.evidence.log.writer import writing
from ledger.evidence.verify.checkpoint import LogTrust, read_checkpoint
from ledger.evidence.verify.merkle import leaf_hash, verify_consistency, verify_inclusion
from tests.evidence import naive_tree
from tests.evidence.dying_writer import die_before_the_checkpoint

ORIGIN = "vergabe.musterlingen.example"


def leaves(first: int, count: int, word: str = "leaf") -> list[bytes]:
    """Leaves that differ from each other."""
    return [f"{word} {number}".encode() for number in range(first, first + count)]


def grow(log: LogFolder, size: int, word: str = "leaf", step: int = 256) -> None:
    """Bring the log to this size, at most ``step`` leaves a checkpoint."""
    with writing(log) as writer:
        while writer.tree.size < size:
            writer.append(leaves(writer.tree.size, min(step, writer.room, size - writer.tree.size), word))


@pytest.fixture
def log(tmp_path: Path) -> LogFolder:
    """A new log."""
    return create_log(tmp_path / "log", ORIGIN)


def tiles_by_definition(all_leaves: list[bytes], size: int) -> Iterator[tuple[str, bytes]]:
    """Paths and contents of a tree's tiles, by the text of tlog-tiles and the naive tree."""
    level = 0
    while size >> 8 * level:
        span = 256**level
        count = size // span
        for index in range((count + 255) // 256):
            width = min(256, count - index * 256)
            part = range(index * 256, index * 256 + width)
            content = b"".join(naive_tree.root(all_leaves[at * span : (at + 1) * span]) for at in part)
            name = f"{index:03}"
            yield f"{level}/{name}" + (f".p/{width}" if width < 256 else ""), content
            if level == 0:
                bundle = b"".join(len(all_leaves[at]).to_bytes(2, "big") + all_leaves[at] for at in part)
                yield f"entries/{name}" + (f".p/{width}" if width < 256 else ""), bundle
        level += 1


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 511, 512, 700])
def test_tiles_are_those_of_the_specification_and_no_others(log: LogFolder, size: int) -> None:
    """Whatever the steps in which the log grew: full tiles, the narrow ones of the signed sizes, entries."""
    grow(log, size, step=97)
    expected = dict(tiles_by_definition(leaves(0, size), size))
    folder = log.folder / "tile"
    for path, content in expected.items():
        assert (folder / path).read_bytes() == content, path
        assert log.served(path) == content
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    # Narrow tiles of earlier signed sizes stay until the whole one is there.
    last = {f"{kind}/{size // 256:03}" for kind in ("0", "entries")}
    assert all(path.split(".p/")[0] in last or path.startswith("1/") for path in found - set(expected))
    assert log.newest().root == naive_tree.root(leaves(0, size))


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(1, 120), min_size=1, max_size=8), st.data())
def test_proofs_out_of_tiles_verify_against_the_naive_tree(
    tmp_path_factory: pytest.TempPathFactory, steps: list[int], data: st.DataObject
) -> None:
    """Inclusion of any leaf in any signed or unsigned earlier size, and growth between any two."""
    log = create_log(tmp_path_factory.mktemp("log") / "log", ORIGIN)
    for step in steps:
        grow(log, log.newest().size + step)
    total = log.newest().size
    content = leaves(0, total)
    for _ in range(10):
        size = data.draw(st.integers(1, total))
        root = naive_tree.root(content[:size])
        index = data.draw(st.integers(0, size - 1))
        inclusion = log.inclusion(index, size)
        assert list(inclusion.hashes) == naive_tree.path(index, content[:size])
        verify_inclusion(leaf_hash(content[index]), index, size, inclusion.hashes, root)
        assert log.leaf(index) == content[index]
        old = data.draw(st.integers(0, size))
        assert log.consistency(old, size) == naive_tree.growth(old, content[:size])
        verify_consistency(old, naive_tree.root(content[:old]), size, log.root(size), log.consistency(old, size))


def test_checkpoint_of_a_new_log_is_signed_over_the_empty_tree(log: LogFolder) -> None:
    """Its key is the owner's alone; the verifier key says the origin."""
    trust = LogTrust.read([str(log.verifier_key)], [])
    assert read_checkpoint(log.newest().note, trust).size == 0
    assert stat.S_IMODE((log.folder / "key").stat().st_mode) == 0o600
    assert str(log.verifier_key).startswith(f"{ORIGIN}+")
    grow(log, 300)
    assert read_checkpoint(log.newest().note, trust).root == naive_tree.root(leaves(0, 300))


def test_served_gives_only_what_a_signed_tree_has(log: LogFolder) -> None:
    """Neither what a crash left beyond the checkpoint nor any other file."""
    grow(log, 3)
    folder = log.folder / "tile"
    (folder / "0/000.p/9").write_bytes(bytes(288))
    (folder / "0/001").write_bytes(bytes(8192))
    assert log.served("0/000.p/3") is not None
    for path in (
        "0/000.p/9",
        "0/001",
        "0/000",
        "1/000.p/1",
        "../key",
        "0/../../key",
        "0/000.p/03",
        "00/000",
        "",
        "0/0",
    ):
        assert log.served(path) is None, path


@pytest.mark.parametrize(
    ("index", "path"), [(0, "5/000"), (999, "5/999"), (1000, "5/x001/000"), (1234067, "5/x001/x234/067")]
)
def test_tile_paths_are_read_and_written(index: int, path: str) -> None:
    """Three digits a folder, all but the last marked."""
    assert Tile(5, index).path == path
    assert tile_at(path) == Tile(5, index)
    assert tile_at(f"{path}.p/255") == Tile(5, index, 255)
    for other in (
        f"{path}.p/256",
        f"{path}.p/0",
        f"{path}/",
        f"x{path}",
        path.replace("5/", "64/"),
        path.replace("5/", "5/x000/"),
    ):
        assert tile_at(other) is None


@pytest.mark.parametrize(("signed", "cut"), [(3, 2), (255, 1), (256, 2), (300, 2)])
def test_log_killed_before_the_checkpoint_goes_on_with_whatever_comes(log: LogFolder, signed: int, cut: int) -> None:
    """kill -9 after the tiles were written: the checkpoint is the old one, and other leaves may take the place."""
    grow(log, signed)
    before = log.newest()
    die_before_the_checkpoint(log, [b"lost %d" % number for number in range(cut)])
    left = [path for path in (log.folder / "tile").rglob("*") if path.is_file() and b"lost" in path.read_bytes()]
    assert left, "the tiles were written"
    assert LogFolder(log.folder).newest() == before
    grow(log, signed + 4)
    after = log.newest()
    assert after.root == naive_tree.root(leaves(0, signed + 4))
    verify_consistency(before.size, before.root, after.size, after.root, log.consistency(before.size, after.size))


def test_log_killed_at_any_moment_keeps_what_it_said_and_grows_out_of_it(log: LogFolder) -> None:
    """kill -9 again and again while it grows by a few leaves at a time; what was said to be signed is there."""
    script = (
        "import sys; from pathlib import Path; from ledger.evidence.log.folder import LogFolder;"
        "from ledger.evidence.log.writer import writing\n"
        "while True:\n"
        "    with writing(LogFolder(Path(sys.argv[1]))) as writer:\n"
        "        count = min(7, writer.room); first = writer.tree.size\n"
        "        writer.append([f'leaf {number}'.encode() for number in range(first, first + count)])\n"
        "        print(writer.tree.size, flush=True)\n"
    )
    before = log.newest()
    for turn in range(6):
        command = [sys.executable, "-c", script, str(log.folder)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as growing:
            assert growing.stdout is not None
            said = int(growing.stdout.readline())
            time.sleep(0.013 * turn)
            growing.kill()
            said = max([said, *(int(line) for line in growing.stdout if line.endswith("\n"))])
        after = LogFolder(log.folder).newest()
        assert after.size >= said > before.size
        assert after.root == naive_tree.root(leaves(0, after.size))
        verify_consistency(before.size, before.root, after.size, after.root, log.consistency(before.size, after.size))
        before = after
    grow(log, before.size + 300)


def test_log_written_by_two_at_once_has_every_leaf_once(log: LogFolder) -> None:
    """One waits for the other; both go on from what is there."""

    def write() -> None:
        for _ in range(30):
            with writing(log) as writer:
                writer.append(leaves(writer.tree.size, 1))

    threads = [threading.Thread(target=write) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert log.newest().size == 60
    assert log.newest().root == naive_tree.root(leaves(0, 60))


def other(content: bytes) -> bytes:
    """With its last byte but one changed."""
    return content[:-2] + bytes([content[-2] ^ 1]) + content[-1:]


@pytest.mark.parametrize(
    "path",
    ["checkpoint", "vkey", "key", "tile/0/001.p/44", "tile/entries/001.p/44", "tile/1/000.p/1", "tile/0/000"],
)
def test_log_with_a_missing_altered_or_cut_file_refuses_to_go_on(log: LogFolder, path: str) -> None:
    """And signs nothing; whole again, it goes on."""
    grow(log, 300)
    file = log.folder / path
    content = file.read_bytes()
    for altered in (other(content), content[: len(content) // 2], b""):
        file.write_bytes(altered)
        with pytest.raises(LogContradictory), writing(LogFolder(log.folder)) as writer:
            writer.append([b"more"])
    file.unlink()
    with pytest.raises(LogKeyMissing if path == "key" else LogContradictory), writing(LogFolder(log.folder)) as writer:
        writer.append([b"more"])
    file.write_bytes(content)
    grow(log, 301)
    assert log.newest().size == 301


def test_log_with_another_trees_checkpoint_or_another_logs_key_refuses(log: LogFolder, tmp_path: Path) -> None:
    """Signed rightly, yet not over these tiles; and a key that is not this log's."""
    grow(log, 3)
    early = (log.folder / "checkpoint").read_bytes()
    grow(log, 5)
    for name in ("0", "entries"):
        (log.folder / f"tile/{name}/000.p/3").replace(log.folder / f"tile/{name}/000.p/5")
    with pytest.raises(LogContradictory):
        grow(log, 6)
    second = create_log(tmp_path / "other", ORIGIN)
    (second.folder / "key").replace(log.folder / "key")
    (log.folder / "checkpoint").write_bytes(early)
    with pytest.raises(LogContradictory, match="not the key"):
        grow(log, 6)


def test_header_too_large_for_an_entry_is_refused_before_anything_is_written(log: LogFolder) -> None:
    """The log stays as it was."""
    with writing(log) as writer, pytest.raises(LogEntryTooLarge):
        writer.append([b"fits", bytes(65_536)])
    assert not (log.folder / "tile").exists()
    grow(log, 1)


def test_successor_has_its_own_key_and_the_first_ones_origin(tmp_path: Path) -> None:
    """It is the living log; the ended one stays readable."""
    with pytest.raises(LogMissing):
        create_successor(tmp_path / "log")
    first = create_log(tmp_path / "log", ORIGIN)
    with pytest.raises(LogExists):
        create_log(tmp_path / "log", ORIGIN)
    grow(first, 2)
    (first.folder / "key").unlink()
    with pytest.raises(LogKeyMissing):
        grow(first, 3)
    assert create_successor(tmp_path / "log").origin == f"{ORIGIN}/2"
    third = create_successor(tmp_path / "log")
    assert (third.origin, living_log(tmp_path / "log").number) == (f"{ORIGIN}/3", 3)
    assert [each.newest().size for each in logs_of(tmp_path / "log")] == [2, 0, 0]
    LogTrust.read([str(each.verifier_key) for each in logs_of(tmp_path / "log")], [])
    for origin in ("", "with space", "with+plus", "ü.example", "a/", "x" * 256):
        with pytest.raises(LogOriginInvalid):
            create_log(tmp_path / "none", origin)


def test_entries_hash_to_the_tile_by_the_standard_library(log: LogFolder) -> None:
    """What a monitor does with an entry bundle."""
    grow(log, 2)
    bundle, tile = log.served("entries/000.p/2"), log.served("0/000.p/2")
    assert bundle is not None and tile is not None
    length = int.from_bytes(bundle[:2], "big")
    assert hashlib.sha256(b"\x00" + bundle[2 : 2 + length]).digest() == tile[:32]
