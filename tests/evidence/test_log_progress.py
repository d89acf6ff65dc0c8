"""What is told of a log that is behind the chain, or cannot go on."""

from __future__ import annotations

from pathlib import Path

from ledger.evidence.log.cosignatures import CosignatureBook
from ledger.evidence.log.folder import CHECKPOINT, LogFolder
from ledger.evidence.log.progress import log_progress
from ledger.index.sync import Synchroniser
from tests.evidence.bundles import OCID, proving_town
from tests.evidence.log_actors import FIRST, SECOND
from tests.index.town import release


def test_log_progress_counts_what_waits_and_since_when(tmp_path: Path) -> None:
    """Against the index: nothing waits, a block waits, the witnesses are behind, the log is contradictory."""
    with proving_town(tmp_path) as proving:
        proving.index()
        town, sources, folder = proving.town, proving.sources, proving.sources.logs
        first = log_progress(folder, sources.index)
        assert first is not None
        head = town.chain.block(town.chain.block_number())
        assert (first.last_block, first.last_time) == (head.number, head.time)
        assert (first.waiting_blocks, first.waiting_since, first.cosigned_size) == (0, None, None)
        town.notice(OCID, town.keep(release(OCID, 4)))
        since = town.chain.block(town.chain.block_number()).time
        town.notice(OCID, town.keep(release(OCID, 5)))
        Synchroniser(sources.index, town.chain, town.store).run_once()
        behind = log_progress(folder, sources.index, "ChainLeftLog")
        assert behind is not None
        assert (behind.size, behind.last_block) == (first.size, first.last_block)
        assert (behind.waiting_blocks, behind.waiting_since, behind.failure) == (2, since, "ChainLeftLog")
        proving.index()
        log, book = LogFolder(folder / "1"), CosignatureBook(folder)
        for each in (FIRST, SECOND):
            book.add(each.verifier_key, "http://127.0.0.1:9")
        book.record(log.origin, log.newest(), FIRST.name, since, b"line")
        unseen, seen = log_progress(folder, sources.index), None
        assert unseen is not None
        assert (unseen.waiting_blocks, unseen.cosigned_size) == (0, 0)
        book.record(log.origin, log.newest(), SECOND.name, since, b"line")
        seen = log_progress(folder, sources.index)
        assert seen is not None
        assert seen.cosigned_size == seen.size
        bundle = max((folder / "1/tile/entries/000.p").iterdir(), key=lambda path: int(path.name))
        entries = bundle.read_bytes()
        bundle.write_bytes(entries.replace(entries[-600:], bytes(600)))
        broken = log_progress(folder, sources.index)
        assert broken is not None
        assert broken.failure == "MalformedHeader"
        (folder / "1" / CHECKPOINT).write_bytes(b"something else")
        broken = log_progress(folder, sources.index)
        assert broken is not None
        assert (broken.failure, broken.size) == ("LogContradictory", 0)
        assert log_progress(tmp_path / "nowhere", sources.index) is None
