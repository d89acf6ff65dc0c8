"""What a receipt holds, read once: the envelope by its header and digests, the proof by what it proves."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from ledger.errors import EnvelopeMalformed, EnvelopeRefused, SiegelError
from ledger.evidence.verify.archive import ArchiveReader
from ledger.evidence.verify.policy import Policy
from ledger.evidence.verify.proven import Proven
from ledger.evidence.verify.receipt_entries import KeySet, Promised, key_set_id, read_key_set, read_promise
from ledger.evidence.verify.receipt_file import RECEIPT_FILE, Handed
from ledger.evidence.verify.receipt_transaction import Commit, read_commit
from ledger.evidence.verify.report import Report
from ledger.evidence.verify.secret import require_form
from ledger.evidence.verify.verifier import verify
from ledger.sealing.envelope import Header, read_header
from ledger.sealing.opening import check_content


@dataclass(frozen=True)
class Held:
    """``identity`` is the SHA-256 of the first entry; ``altered`` says what is wrong behind the envelope's header, if
    anything is; ``report`` and ``proven`` come of the proof, if there is one."""

    handed: Handed
    identity: bytes
    header: Header
    altered: EnvelopeRefused | None
    key_set: KeySet
    key_set_id: bytes
    secret: bytes
    promise: Promised | None
    transaction: Commit | None
    report: Report | None
    proven: Proven


def read_held(stream: BinaryIO, policy: Policy) -> Held:
    """Read a receipt to its end. Raises ReceiptMalformed, ManifestInvalid, EntryMissing, EntryAltered; then, in the
    order of the entries, EnvelopeMalformed, EntryInvalid."""
    reader = ArchiveReader(stream, RECEIPT_FILE)
    header: Header | EnvelopeRefused = EnvelopeMalformed(position=0, reason="no envelope")  # there is one, it is listed
    altered, report, proven, small = None, None, Proven(), dict[str, bytes]()
    for entry, pieces in reader.entries():
        if entry.name == "envelope":
            with _Stream(pieces) as given:
                header, altered = _read_envelope(given)
        elif entry.name == "proof":
            with _Stream(pieces) as given:
                report = verify(given, policy, proven)
        else:
            small[entry.name] = b"".join(pieces)
    if isinstance(header, EnvelopeRefused):
        raise header
    key_set = read_key_set(small["key-set"])
    promise = read_promise(small["promise"]) if "promise" in small else None
    require_form(small["secret"])
    return Held(
        handed=reader.listing,
        identity=reader.identity,
        header=header,
        altered=altered,
        key_set=key_set,
        key_set_id=key_set_id(reader.listing.organisation_id, small["key-set"]),
        secret=small["secret"],
        promise=promise,
        transaction=read_commit(small["transaction"]) if "transaction" in small else None,
        report=report,
        proven=proven,
    )


def _read_envelope(stream: BinaryIO) -> tuple[Header | EnvelopeRefused, EnvelopeRefused | None]:
    """The header, or why there is none; and what is wrong behind it."""
    try:
        header = read_header(stream)
    except EnvelopeRefused as refusal:
        return refusal, None
    try:
        check_content(header, stream)
    except EnvelopeRefused as refusal:
        return header, refusal
    return header, None


class _Stream(io.BufferedReader):
    """The bytes of an entry as a file. Whoever reads it may stop early, or take a fault of the receipt for one of what
    is read: at its end the rest is read, and the fault raised."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = _Pieces(pieces)
        super().__init__(self._pieces)

    def __exit__(self, *_: Any) -> None:
        self._pieces.finish()


class _Pieces(io.RawIOBase):
    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._left = pieces, memoryview(b"")
        self._failure: SiegelError | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._left:
            try:
                self._left = memoryview(next(self._pieces, b""))
            except SiegelError as failure:
                self._failure = failure
        part, self._left = self._left[: len(buffer)], self._left[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)

    def finish(self) -> None:
        for _ in self._pieces:
            pass
        if self._failure is not None:
            raise self._failure
