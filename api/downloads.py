"""Long downloads: only few at once, and each ends with its reader."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import anyio
from fastapi import Request, Response
from fastapi.responses import FileResponse, StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from api.answers import NEVER
from api.head import is_head
from ledger.errors import DownloadsBusy, ServiceBusy

log = logging.getLogger(__name__)

AT_ONCE = 4
PATIENCE: Final = 120.0
"""Seconds that a reader has for each piece of a file, of 64 KiB: slower than any line."""
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


class Readers:
    """How many files each account reads at once, at most ``most``. Belongs to one event loop."""

    def __init__(self, most: int) -> None:
        self._most, self._reading = most, Counter[bytes]()

    @contextmanager
    def turn(self, account: bytes) -> Iterator[None]:
        """While a file is read. Raises ServiceBusy."""
        if self._reading[account] >= self._most:
            raise ServiceBusy()
        self._reading[account] += 1
        try:
            yield
        finally:
            self._reading[account] -= 1
            self._reading += Counter()  # who reads nothing is forgotten


class FileFor(FileResponse):
    """A file for one account, also in parts. Whoever takes no piece for too long is cut off: a machine that went to
    sleep would keep its turns for ever. Raises ServiceBusy before it begins."""

    def __init__(
        self, path: Path, name: str, media_type: str, headers: Mapping[str, str], readers: Readers, account: bytes
    ) -> None:
        super().__init__(path, filename=name, media_type=media_type, headers=headers)
        self._readers, self._account = readers, account

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As the whole class does, in the account's turn."""

        async def send_in_time(message: Message) -> None:
            with anyio.fail_after(PATIENCE):
                await send(message)

        with self._readers.turn(self._account):
            try:
                await super().__call__(scope, receive, send_in_time)
            except TimeoutError:
                log.info("a reader took nothing for %s seconds", PATIENCE)
