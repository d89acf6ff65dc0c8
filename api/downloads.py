"""Downloads that are made while they are read: only few at once, and each ends with its reader."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator, Mapping

from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from api.answers import NEVER
from api.head import is_head
from ledger.errors import DownloadsBusy

AT_ONCE = 4
_slots = threading.BoundedSemaphore(AT_ONCE)


def downloaded(request: Request, content: Iterator[bytes], media_type: str, name: str) -> Response:
    """A download; more than ``AT_ONCE`` are not begun. Raises ``DownloadsBusy``, and as making the first piece does."""
    headers = {"Cache-Control": NEVER, "Content-Disposition": f'attachment; filename="{name}"'}
    if is_head(request):
        # Without a length, as the download itself: nobody knows it before the last piece was made.
        return StreamingResponse(iter(()), media_type=media_type, headers=headers)
    if not _slots.acquire(blocking=False):
        raise DownloadsBusy()
    held = _held(content)
    next(held)  # begun, so that its end gives the place back even if nobody reads any of it
    return _Download(held, media_type, headers)


class _Download(StreamingResponse):
    """Ends what it reads from when the reader ends it; else a place would be taken until memory is next tidied up."""

    def __init__(self, held: Generator[bytes, None, None], media_type: str, headers: Mapping[str, str]) -> None:
        super().__init__(held, media_type=media_type, headers=headers)
        self._held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As the whole class does; the thread that reads is waited for before."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._held.close()


def _held(content: Iterator[bytes]) -> Generator[bytes, None, None]:
    try:
        first = next(content, b"")  # what fails here fails before the answer has begun
        yield b""
        yield first
        yield from content
    finally:
        _slots.release()
