"""Envelopes by resumable upload: tus 1.0.0 (https://tus.io/protocols/resumable-upload) with creation, expiration and
termination. The address of an upload is the envelope's SHA-256, so whoever has the envelope finds it again.

Bytes are made durable piece by piece, off the event loop, in memory of a bounded size; what came before a connection
was lost counts.
"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Mapping
from email.utils import formatdate
from typing import Annotated, Any, Final, TypeAlias

import anyio
from anyio import to_thread
from fastapi import APIRouter, Header, Request, Response
from starlette.requests import ClientDisconnect

from api.answers import NEVER, DigestText, Using, digest_of, services_of
from api.head import is_head
from api.receiver import Receiver
from ledger.errors import (
    InvalidParameter,
    MethodNotAllowed,
    ServiceBusy,
    SiegelError,
    TusVersionUnsupported,
    UploadOffsetDiffers,
    UploadTooSlow,
    UploadTypeUnsupported,
)
from ledger.store.envelopes import Upload

VERSION: Final = "1.0.0"
BYTES: Final = "application/offset+octet-stream"
PIECE: Final = 512 * 1024
"""Bytes that are made durable at once."""
PIECE_SECONDS: Final = 120.0
"""For one piece: 4 KiB a second, slower than any line a bid comes by."""
SENT_AT_ONCE: Final = 64
WRITTEN_AT_ONCE: Final = 8

router = APIRouter(tags=["handing in"])

_SPOKEN: Final = {"Tus-Resumable": VERSION, "Cache-Control": NEVER}
Count = Annotated[str, Header(max_length=15, json_schema_extra={"pattern": "^[0-9]{1,15}$"})]
Version = Annotated[str, Header(json_schema_extra={"enum": [VERSION]})]
_DONE: Final[dict[int | str, dict[str, Any]]] = {204: {"description": "done; the headers say where the upload is"}}
_BEGUN: Final[dict[int | str, dict[str, Any]]] = {
    201: {"description": "begun, or begun before: `Location` and `Upload-Offset`"}
}
_BODY: Final = {
    "requestBody": {"required": True, "content": {BYTES: {"schema": {"type": "string", "format": "binary"}}}}
}


Read: TypeAlias = tuple[bytearray, bool, bool]
"""Bytes of a body; whether no more come, and whether that is because they are too slow."""


class Turns:
    """How much is taken at once by one application."""

    def __init__(self) -> None:
        self.sending = anyio.Semaphore(SENT_AT_ONCE)
        self.writing = anyio.CapacityLimiter(WRITTEN_AT_ONCE)


@router.options("/envelopes", include_in_schema=False)
@router.options("/envelopes/{digest}", include_in_schema=False)
async def offered(request: Request, services: Using) -> Response:
    """What of tus is spoken here."""
    most = services.require_receiver().limits.envelope
    told = {"Tus-Version": VERSION, "Tus-Extension": "creation,expiration,termination", "Tus-Max-Size": str(most)}
    return Response(status_code=204, headers={**_SPOKEN, **told})


@router.post("/envelopes", status_code=201, summary="Announce an envelope", responses=_BEGUN)
async def begin(
    request: Request,
    services: Using,
    upload_length: Count,
    upload_metadata: Annotated[str, Header(max_length=1000)],
    tus_resumable: Version = "",
) -> Response:
    """Begin to hand in a sealed bid of `Upload-Length` bytes; `Upload-Metadata` has `digest`, 64 hex digits in base64.
    Begun before, it goes on."""
    receiver = services.require_receiver()
    _require_version(tus_resumable)
    digest, size = _announced(upload_metadata), _count("Upload-Length", upload_length)
    await to_thread.run_sync(receiver.begin, digest, size, limiter=_turns(request).writing)
    location = f"{request.url.path.rstrip('/')}/{digest.hex()}"
    return _where(receiver, await _found(request, digest), 201, {"Location": location})


@router.get("/envelopes/{digest}", include_in_schema=False)
async def where(request: Request, services: Using, digest: DigestText) -> Response:
    """HEAD: where an upload is. The envelope itself is given to nobody here."""
    receiver = services.require_receiver()
    if not is_head(request):
        raise MethodNotAllowed(path=request.url.path, method=request.method)
    _require_version(request.headers.get("tus-resumable", ""))
    return _where(receiver, await _found(request, digest_of(digest)), 200, {})


@router.patch(
    "/envelopes/{digest}", status_code=204, summary="Hand in bytes of an envelope", responses=_DONE,
    openapi_extra=_BODY,
)  # fmt: skip
async def append(
    request: Request, services: Using, digest: DigestText, upload_offset: Count, tus_resumable: Version = ""
) -> Response:
    """Add the body's bytes at `Upload-Offset`, which must be where those that are here end. Those that `Upload-Offset`
    of the answer counts are durable."""
    receiver = services.require_receiver()
    _require_version(tus_resumable)
    given = request.headers.get("content-type", "")
    if given != BYTES:
        raise UploadTypeUnsupported(given=given[:100])
    name, offset = digest_of(digest), _count("Upload-Offset", upload_offset)
    turns = _turns(request)
    try:
        turns.sending.acquire_nowait()
    except anyio.WouldBlock:
        raise ServiceBusy() from None
    try:
        await _take(request, receiver, turns, name, offset)
    finally:
        turns.sending.release()
    return _where(receiver, await _found(request, name), 204, {})


@router.delete("/envelopes/{digest}", status_code=204, summary="Give up an upload", responses=_DONE)
async def give_up(request: Request, services: Using, digest: DigestText, tus_resumable: Version = "") -> Response:
    """Forget an unfinished upload. A whole envelope stays."""
    receiver = services.require_receiver()
    _require_version(tus_resumable)
    name = digest_of(digest)
    await _found(request, name)
    await to_thread.run_sync(receiver.discard, name, limiter=_turns(request).writing)
    return Response(status_code=204, headers=_SPOKEN)


async def _take(request: Request, receiver: Receiver, turns: Turns, digest: bytes, offset: int) -> None:
    """Add the body piece by piece. What came before the connection was lost, or became too slow, is added, too."""
    pieces = request.stream()
    left, over, read = b"", False, await _first_piece(request, pieces, digest, offset)
    while not over:
        piece, over, slow = read
        left = b"" if over else bytes(piece[PIECE:])
        taken = bytes(piece) if over else bytes(piece[:PIECE])
        # An empty body is added as well: it finds out whether the upload is there and where it goes on.
        with anyio.CancelScope(shield=True):
            offset = await to_thread.run_sync(receiver.append, digest, offset, taken, limiter=turns.writing)
        if slow:
            raise UploadTooSlow(seconds=PIECE_SECONDS)
        if not over:
            read = await _piece(pieces, left)


async def _first_piece(request: Request, pieces: AsyncIterator[bytes], digest: bytes, offset: int) -> Read:
    """The first piece; what is no upload, or goes on elsewhere, is refused before its bytes are here, or whoever sends
    none would keep a turn for nothing. While that is looked up they are read: a lost connection takes unread ones."""
    refusals: list[SiegelError] = []

    async def look() -> None:
        try:
            held = (await _found(request, digest)).held
            if held != offset:
                raise UploadOffsetDiffers(expected=held, got=offset)
        except SiegelError as refusal:
            refusals.append(refusal)
            looking.cancel_scope.cancel()

    read: Read = bytearray(), True, False
    async with anyio.create_task_group() as looking:
        looking.start_soon(look)
        read = await _piece(pieces, b"")
    if refusals:
        raise refusals[0]
    return read


async def _piece(pieces: AsyncIterator[bytes], left: bytes) -> Read:
    piece = bytearray(left)
    try:
        with anyio.fail_after(PIECE_SECONDS):
            while len(piece) < PIECE:
                piece += await anext(pieces)
    except (StopAsyncIteration, ClientDisconnect):
        return piece, True, False
    except TimeoutError:
        return piece, True, True
    return piece, False, False


async def _found(request: Request, digest: bytes) -> Upload:
    receiver = services_of(request).require_receiver()
    return await to_thread.run_sync(receiver.upload, digest, limiter=_turns(request).writing)


def _where(receiver: Receiver, upload: Upload, status: int, further: Mapping[str, str]) -> Response:
    told = {"Upload-Offset": str(upload.held), "Upload-Length": str(upload.size)}
    if not upload.whole:
        told["Upload-Expires"] = formatdate(receiver.expires(upload), usegmt=True)
    return Response(status_code=status, headers={**_SPOKEN, **told, **further})


def _turns(request: Request) -> Turns:
    turns = request.app.state.turns
    assert isinstance(turns, Turns)
    return turns


def _require_version(given: str) -> None:
    if given != VERSION:
        raise TusVersionUnsupported(given=given[:40] or "missing")


def _announced(metadata: str) -> bytes:
    """The digest in ``Upload-Metadata``: pairs of key and base64, separated by commas."""
    for pair in metadata.split(","):
        key, _, value = pair.strip().partition(" ")
        if key == "digest":
            try:
                return digest_of(base64.b64decode(value, validate=True).decode("ascii"))
            except ValueError:  # no base64, or no ASCII in it or around it
                break
    raise InvalidParameter(
        parameter="Upload-Metadata", value=metadata[:100], why="expected is digest, and 64 hex digits in base64"
    )


def _count(name: str, text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise InvalidParameter(parameter=name, value=text[:40], why="it is no number of bytes")
    return int(text)
