"""Checkpoints of a transparency log with their cosignatures (C2SP signed-note, tlog-checkpoint, tlog-cosignature).

What other readers may forgive or leave open has one form here (``docs/bundle-1.md``), so that one checkpoint with
certain signatures is one sequence of bytes.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ledger.errors import (
    CheckpointMalformed,
    CosignatureInvalid,
    LogSignatureInvalid,
    LogUnknown,
    VerifierKeyMalformed,
)
from ledger.evidence.verify.merkle import EMPTY_ROOT, LARGEST
from ledger.evidence.verify.verifier_key import LOG, NAME, WITNESS, VerifierKey, read_verifier_key

MOST_BYTES: Final = 65_536
_LATEST: Final = 2**63 - 1
_BASE64: Final = r"[A-Za-z0-9+/]+={0,2}"
_BODY: Final = re.compile(rf"({NAME})\n(0|[1-9][0-9]{{0,18}})\n({_BASE64})\n", re.ASCII)
_LINE: Final = re.compile(rf"— ({NAME}) ({_BASE64})", re.ASCII)


@dataclass(frozen=True)
class LogTrust:
    """Whose signatures count: the log's and its successors', and the witnesses'."""

    logs: tuple[VerifierKey, ...]
    witnesses: tuple[VerifierKey, ...]

    @classmethod
    def read(cls, logs: Sequence[str], witnesses: Sequence[str]) -> LogTrust:
        """From verifier keys as text. Raises VerifierKeyMalformed, also if a name or a key is there twice: one witness
        under two names would count twice."""
        read = cls(
            tuple(read_verifier_key(key, LOG) for key in logs),
            tuple(read_verifier_key(key, WITNESS) for key in witnesses),
        )
        names, keys = set[str](), set[bytes]()
        for each in (*read.logs, *read.witnesses):
            if each.name in names or each.key in keys:
                raise VerifierKeyMalformed(key=str(each), reason="its name or its key is there twice")
            names.add(each.name)
            keys.add(each.key)
        return read


@dataclass(frozen=True)
class Cosignature:
    """That ``witness`` saw the log consistent up to the checkpoint, at ``time`` (seconds since 1970, its own clock)."""

    witness: str
    time: int


@dataclass(frozen=True)
class Checkpoint:
    """A log's signed statement of its tree; ``cosignatures`` are those of known witnesses, by name."""

    origin: str
    size: int
    root: bytes
    cosignatures: tuple[Cosignature, ...]


def read_checkpoint(note: bytes, trust: LogTrust) -> Checkpoint:
    """Read a signed checkpoint and verify every signature of a known key.

    Lines of unknown keys do not count. Raises CheckpointMalformed; LogUnknown if it is of none of the logs;
    LogSignatureInvalid; CosignatureInvalid for a known witness's line that it did not sign.
    """
    body, origin, size, root = _read_body(note)
    log = next((key for key in trust.logs if key.name == origin), None)
    if log is None:
        raise LogUnknown(got=origin, expected=", ".join(key.name for key in trust.logs))
    (name, blob), *others = _read_lines(note[len(body) + 1 :])
    if name != origin or blob[:4] != log.id or not log.signed(body, blob[4:]):
        raise LogSignatureInvalid(origin=origin, size=size)
    known = {(key.name, key.id): key for key in trust.witnesses}
    cosignatures = []
    before = ""
    for name, blob in others:
        if name <= before or name == origin:
            raise CheckpointMalformed(reason="signatures that are not in ascending order of names, each once")
        before = name
        witness = known.get((name, blob[:4]))
        if witness is not None:
            cosignatures.append(Cosignature(name, cosigned_time(witness, body, blob)))
    return Checkpoint(origin, size, root, tuple(cosignatures))


def of_log_alone(note: bytes) -> bytes:
    """A checkpoint without its cosignatures: what the log signed, with its signature. That is what outside authorities
    stamp, for cosignatures come later. Raises CheckpointMalformed."""
    body, *_ = _read_body(note)
    return note[: note.index(b"\n", len(body) + 1) + 1] if b"\n" in note[len(body) + 1 :] else note


def checkpoint_body(origin: str, size: int, root: bytes) -> bytes:
    """The bytes that the log signs."""
    return f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n".encode()


def signature_line(name: str, blob: bytes) -> bytes:
    """A line of a signed note; ``blob`` is key id and signature."""
    return f"— {name} {base64.b64encode(blob).decode()}\n".encode()


def read_signature_line(line: bytes) -> tuple[str, bytes]:
    """Name and blob of a line without its line feed. Raises CheckpointMalformed."""
    try:
        found = _LINE.fullmatch(line.decode())
    except UnicodeDecodeError as error:
        raise CheckpointMalformed(reason="a signature line that is not UTF-8") from error
    if found is None:
        raise CheckpointMalformed(reason="a signature line that is not of the form — name base64")
    blob = _base64(found[2])
    if len(blob) < 5:
        raise CheckpointMalformed(reason="a signature without a signature")
    return found[1], blob


def cosigned_time(witness: VerifierKey, body: bytes, blob: bytes) -> int:
    """When the witness cosigned the checkpoint with this body, from its line's blob.

    The blob is key id (4), time (8, big-endian), signature (64). Raises CosignatureInvalid.
    """
    time = int.from_bytes(blob[4:12], "big")
    message = b"cosignature/v1\ntime %d\n" % time + body
    if blob[:4] != witness.id or len(blob) != 76 or time > _LATEST or not witness.signed(message, blob[12:]):
        raise CosignatureInvalid(witness=witness.name)
    return time


def _read_body(note: bytes) -> tuple[bytes, str, int, bytes]:
    if len(note) > MOST_BYTES:
        raise CheckpointMalformed(reason=f"{len(note)} bytes, more than {MOST_BYTES}")
    body = note.partition(b"\n\n")[0] + b"\n"
    try:
        found = _BODY.fullmatch(body.decode())
    except UnicodeDecodeError as error:
        raise CheckpointMalformed(reason="not UTF-8") from error
    if found is None:
        raise CheckpointMalformed(reason="the text is not origin, size and root, each on a line")
    origin, size, root = found[1], int(found[2]), _base64(found[3])
    if size > LARGEST or len(root) != 32 or (size == 0 and root != EMPTY_ROOT):
        raise CheckpointMalformed(reason="a size and root that no tree has")
    return body, origin, size, root


def _read_lines(signatures: bytes) -> list[tuple[str, bytes]]:
    *lines, rest = signatures.split(b"\n")
    if rest or not lines:
        raise CheckpointMalformed(reason="no signatures, or the last line does not end")
    return [read_signature_line(line) for line in lines]


def _base64(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise CheckpointMalformed(reason="not base64") from error
    if base64.b64encode(data).decode() != text:
        raise CheckpointMalformed(reason="base64 that is not canonical")
    return data
