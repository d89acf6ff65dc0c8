"""An envelope on its way to a receiver: resumable upload by tus 1.0.0, addressed by digest (``docs/handing-in.md``).

Nothing is kept here about an upload: where it stands, the receiver says to whoever has the envelope.
"""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Callable
from typing import BinaryIO, Final

import httpx

from ledger.cli.remote import API, Remote
from ledger.errors import ServerAnswerUnusable, ServerUnreachable, UploadOffsetDiffers

PIECE: Final = 8 * 2**20
"""Bytes of one request: what a lost connection costs at most."""
TRIES: Final = 5
"""In a row without a byte more than before, where each fails at once; two where the server hangs."""
_TUS: Final = {"Tus-Resumable": "1.0.0"}


def digest_of(envelope: BinaryIO) -> tuple[bytes, int]:
    """SHA-256 (32 bytes) and size; the stream stands at its start before and afterwards."""
    digest, size = hashlib.sha256(), 0
    while piece := envelope.read(PIECE):
        digest.update(piece)
        size += len(piece)
    envelope.seek(0)
    return digest.digest(), size


def upload(
    server: Remote,
    envelope: BinaryIO,
    *,
    until: int | None = None,
    told: Callable[[int, int], None] = lambda done, size: None,
    pause: Callable[[float], None] = time.sleep,
) -> bytes:
    """Bring the envelope to the receiver, from where an earlier try ended, and give its digest.

    ``until``: only the first so many bytes (a rehearsal). ``told`` hears of progress in bytes. Raises what the receiver
    refuses with, ServerUnreachable if it stays away, ServerAnswerUnusable.
    """
    digest, size = digest_of(envelope)
    address, reached, failed, moved = f"{API}/envelopes/{digest.hex()}", -1, 0, time.monotonic()
    while True:
        try:
            offset = _begun(server, digest, size)
            while True:
                told(offset, size)
                if offset > reached:
                    reached, failed, moved = offset, 0, time.monotonic()
                if offset >= (size if until is None else until):
                    return digest
                offset = _sent(server, address, envelope, offset, size if until is None else until)
        except (ServerUnreachable, UploadOffsetDiffers):
            # Whatever arrived meanwhile, the receiver says it at the next beginning.
            failed += 1
            if failed == TRIES or (failed > 1 and time.monotonic() - moved >= server.patience):
                raise
            pause(2.0 ** (failed - 1))


def forget(server: Remote, digest: bytes) -> None:
    """Take back an upload that is not finished."""
    server.request("DELETE", f"{API}/envelopes/{digest.hex()}", headers=_TUS)


def _begun(server: Remote, digest: bytes, size: int) -> int:
    named = base64.b64encode(digest.hex().encode()).decode()
    headers = {**_TUS, "Upload-Length": str(size), "Upload-Metadata": f"digest {named}"}
    return _offset(server, server.request("POST", f"{API}/envelopes", headers=headers).headers, size)


def _sent(server: Remote, address: str, envelope: BinaryIO, offset: int, end: int) -> int:
    envelope.seek(offset)
    piece = envelope.read(min(PIECE, end - offset))
    headers = {**_TUS, "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
    answer = server.request("PATCH", address, headers=headers, content=piece)
    found = _offset(server, answer.headers, end)
    if found <= offset:
        raise ServerAnswerUnusable(url=server.url + address, reason=f"it stays at byte {found}")
    return found


def _offset(server: Remote, headers: httpx.Headers, most: int) -> int:
    said = headers.get("Upload-Offset", "")
    if not (said.isascii() and said.isdigit() and len(said) < 20) or int(said) > most:
        raise ServerAnswerUnusable(url=server.url + API + "/envelopes", reason=f"Upload-Offset is {said or 'missing'}")
    return int(said)
