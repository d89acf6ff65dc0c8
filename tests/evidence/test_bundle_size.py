"""How much a bundle costs: in bytes beyond what was published, and in memory of whoever verifies it."""

from __future__ import annotations

import hashlib
import io
import tracemalloc
import zlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from ledger.evidence.verify.archive import write_archive
from ledger.evidence.verify.manifest import Entry
from ledger.evidence.verify.policy import read_policy
from ledger.evidence.verify.report import Step, Verdict
from ledger.evidence.verify.verifier import verify
from ledger.store import ReleaseStore, State
from ledger.terms import NoticeKind
from tests.attacks.make_controls import Kept
from tests.attacks.procedures import NOTICES, Story, small_town
from tests.attacks.sealed_chain import SealedChain
from tests.evidence.bundles import entries_of, manifest_of, proving_town
from tests.index.town import release
from tests.verifier.peer import agreed, result_of

BEYOND = 60_000
LARGE = 200 * 2**20
MOST_MEMORY = 8 * 2**20


class Stretched(io.RawIOBase):
    """A file that has ``zeros`` zero bytes behind ``before``, and nobody ever has it whole."""

    def __init__(self, before: bytes, zeros: int, after: bytes) -> None:
        self._before, self._zeros, self._after = io.BytesIO(before), zeros, io.BytesIO(after)

    def read(self, size: int = -1, /) -> bytes:
        assert size >= 0, "somebody wants all of it at once"
        if found := self._before.read(size):
            return found
        if given := min(size, self._zeros):
            self._zeros -= given
            return bytes(given)
        return self._after.read(size)


def of_zeros(size: int, salt: bytes) -> tuple[bytes, int]:
    """Digest (of salt and bytes) and CRC-32 of so many zero bytes."""
    digest, crc, piece = hashlib.sha256(salt), 0, bytes(2**20)
    for _ in range(size // len(piece)):
        digest.update(piece)
        crc = zlib.crc32(piece, crc)
    return digest.digest(), crc


def test_bundle_of_fifty_acts_needs_less_than_sixty_kilobytes_beyond_what_was_published(tmp_path: Path) -> None:
    """Fifty notices, each of a block of its own; seals, cosignatures, stamps and the buyer's roles are in it."""
    with small_town(tmp_path) as town:
        state = State(f"sqlite:///{tmp_path / 'state.sqlite'}")
        state.migrate()
        kept = Kept.begin(
            SealedChain(town.chain).as_chain, Story(town, ReleaseStore(town.store, state)), tmp_path / "kept"
        )
        for number in range(1, 51):
            kind = NoticeKind.CALL if number == 1 else NoticeKind.CORRECTION
            town.notice(NOTICES, town.keep(release(NOTICES, number)), kind)
        kept.publish()
        made, policy = kept.bundle(NOTICES), read_policy(kept.policy("fifty acts", stamps=True))
        kept.index.close()
        state.close()
    report = agreed(made, policy)
    assert report.verified
    assert {result_of(report, step).verdict for step in (Step.HEADER, Step.LOG, Step.TIMESTAMPS)} == {Verdict.PASSED}
    entries = manifest_of(made).entries
    published = [entry.size for entry in entries if entry.kind in ("release", "document")]
    assert len(published) == 50
    assert len(made) - sum(published) < BEYOND


def test_verify_bundle_with_a_large_document_holds_it_in_pieces(tmp_path: Path) -> None:
    """A document of 200 MiB, and less than 8 MiB of memory: it is hashed as it comes."""
    ocid, salt = "ocds-a2ef3d-large", b"\x05" * 32
    digest, crc = of_zeros(LARGE, salt)
    with proving_town(tmp_path) as proving:
        documents = [{"id": "1", "digest": digest.hex()}]
        proving.town.notice(ocid, proving.town.keep(release(ocid, documents=documents)))
        bundle, policy = proving.process(ocid), proving.policy
    name, before, out, place = f"documents/{digest.hex()}", manifest_of(bundle), io.BytesIO(), [0]
    document = Entry(name, "document", LARGE, digest, salt)
    manifest = replace(before, entries=tuple(sorted((*before.entries, document), key=lambda entry: entry.name)))
    pieces: dict[str, tuple[int, Callable[[], bytes]]] = {
        entry: (zlib.crc32(data), partial(bytes, data)) for entry, data in entries_of(bundle).items()
    }

    def nothing() -> bytes:
        place[0] = out.tell()
        return b""

    pieces[name] = crc, nothing
    write_archive(manifest, [pieces[entry.name] for entry in manifest.entries], out)
    written = out.getvalue()
    stream = Stretched(written[: place[0]], LARGE, written[place[0] :])
    tracemalloc.start()
    try:
        report = verify(stream, policy)  # type: ignore[arg-type]  # it is read, and no more
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert report.verified
    assert result_of(report, Step.RELEASES).notes == ()
    assert peak < MOST_MEMORY
