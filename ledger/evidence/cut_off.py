"""Ends a conversation over HTTP with somebody who answers byte by byte, or without end, be it in the headers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx


@contextmanager
def cut_off_after(seconds: float, client: httpx.Client) -> Iterator[threading.Event]:
    """Close the client when so much time has passed; the event says whether it came to that."""
    late = threading.Event()

    def cut_off() -> None:
        late.set()
        client.close()

    limit = threading.Timer(seconds, cut_off)
    limit.daemon = True
    limit.start()
    try:
        yield late
    finally:
        limit.cancel()
