"""Asks a server for what it publishes. It may be slow, endless, broken or hostile: each answer has a limit in bytes and
in time, nothing is decompressed, and no other host is ever asked.
"""

from __future__ import annotations

import functools
import ipaddress
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from typing import Any, BinaryIO, Final
from urllib.parse import urljoin, urlsplit

import httpx

from ledger.errors import ServerAnswerUnusable, ServerRefuses, ServerUnreachable, SiegelError
from ledger.evidence.cut_off import cut_off_after
from ledger.ocds.json_text import read_json

MOST_JSON: Final = 64 * 2**20
TRIES: Final = 6
LONGEST_PAUSE: Final = 60.0
REDIRECTS: Final = 3
BEGINNING: Final = 60.0
"""Seconds within which the headers of an answer must be there."""
PATIENCE: Final = 60.0
"""Seconds that an answer may take whatever its size; from then on it must have come at ``SLOWEST`` bytes a second."""
SLOWEST: Final = 1024

_BUSY: Final = (429, 503)
_PROXY: Final = (502, 504)


Waiting = Callable[[SiegelError, float, int], object]
"""Hears before each wait: what came of the try, how many seconds are waited, and which try comes next."""


class Server:
    """One server; close it. ``pause`` waits between tries, and ``waiting`` hears of it."""

    def __init__(
        self,
        url: str,
        *,
        timeout: float = 30.0,
        pause: Callable[[float], None] = time.sleep,
        waiting: Waiting = lambda failure, seconds, next: None,
    ) -> None:
        """Raises ServerUnreachable for what is no address."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ServerUnreachable(url=url, reason="the address is no http or https address")
        self.url, self._pause, self._waiting = url.rstrip("/"), pause, waiting
        # Without compression no small answer becomes a huge one. A proxy could not reach what is on this machine only.
        headers = {"Accept-Encoding": "identity", "User-Agent": "siegel-audit"}
        loopback = _is_loopback(parts.hostname)
        self._opened = partial(
            httpx.Client, timeout=timeout, headers=headers, verify=_trusted(), trust_env=not loopback
        )
        self._client = self._opened()

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def get(self, path: str, most: int) -> bytes:
        """An answer's bytes. Raises ServerUnreachable, ServerRefuses, ServerAnswerUnusable."""
        found: list[bytes] = []
        self._take(path, most, found.append, found.clear)
        return b"".join(found)

    def json(self, path: str) -> dict[str, Any]:
        """An answer that is a JSON object. Raises as ``get``."""
        try:
            content = read_json(self.get(path, MOST_JSON))
        except SiegelError as error:
            if isinstance(error, ServerUnreachable | ServerRefuses | ServerAnswerUnusable):
                raise
            raise ServerAnswerUnusable(url=self._address(path), reason=str(error)) from error
        if not isinstance(content, dict):
            raise ServerAnswerUnusable(url=self._address(path), reason="it is no JSON object")
        return content

    def save(self, path: str, file: BinaryIO, most: int, *, first_byte: float = 600.0) -> None:
        """Write an answer to a file; ``first_byte``: seconds to wait for it to begin. Raises as ``get``."""

        def again() -> None:
            file.seek(0)
            file.truncate()

        self._take(path, most, file.write, again, first_byte)
        file.seek(0)

    def _take(
        self,
        path: str,
        most: int,
        write: Callable[[bytes], object],
        again: Callable[[], object],
        first_byte: float | None = None,
    ) -> None:
        for tried in range(1, TRIES + 1):
            again()
            try:
                with self._answer(self._address(path), first_byte) as answer:
                    for piece in self._pieces(answer, most):
                        write(piece)
                    return
            except _Busy as busy:
                if tried == TRIES:
                    raise busy.failure from busy
                seconds = min(busy.wait or 2.0 ** (tried - 1), LONGEST_PAUSE)
                self._waiting(busy.failure, seconds, tried + 1)
                self._pause(seconds)

    @contextmanager
    def _answer(self, address: str, first_byte: float | None) -> Iterator[httpx.Response]:
        """The answer with status 200, of this host. Raises ``_Busy`` for what is worth another try."""
        try:
            for _ in range(REDIRECTS + 1):
                with closing(self._begun(address, first_byte)) as answer:
                    if answer.is_redirect:
                        address = self._redirected(address, answer.headers["location"])
                        continue
                    if answer.status_code != 200:
                        self._refuse(address, answer)
                    yield answer
                    return
        except (httpx.TransportError, httpx.InvalidURL) as error:
            reason = str(error) or type(error).__name__
            raise _Busy(ServerUnreachable(url=address, reason=reason)) from error
        raise ServerAnswerUnusable(url=address, reason="it leads on and on to other addresses")

    def _begun(self, address: str, first_byte: float | None) -> httpx.Response:
        """An answer whose headers are there."""
        timeout = httpx.USE_CLIENT_DEFAULT if first_byte is None else httpx.Timeout(30.0, read=first_byte)
        if self._client.is_closed:
            self._client = self._opened()
        request = self._client.build_request("GET", address, timeout=timeout)
        with cut_off_after(first_byte or BEGINNING, self._client) as late:
            try:
                return self._client.send(request, stream=True)
            except httpx.TransportError as error:
                if late.is_set():
                    raise _Busy(ServerUnreachable(url=address, reason="its answer does not begin")) from error
                raise

    def _refuse(self, address: str, answer: httpx.Response) -> None:
        problem = ""
        if answer.headers.get("content-type", "").startswith("application/problem+json"):
            body = b"".join(self._pieces(answer, 2**16))
            try:
                problem = str(read_json(body).get("type", "")).rpartition("/")[2][:80]
            except (SiegelError, AttributeError):
                problem = ""
        failure = ServerRefuses(url=address, code=answer.status_code, problem=problem)
        # A proxy before the server says so of itself; the server's own failure is one that stays.
        is_proxy = answer.status_code in _PROXY and not problem
        if answer.status_code not in _BUSY and not is_proxy:
            raise failure
        wait = answer.headers.get("retry-after", "")
        raise _Busy(failure, float(wait) if wait.isascii() and wait.isdigit() else 0.0)

    def _pieces(self, answer: httpx.Response, most: int) -> Iterator[bytes]:
        began, size = time.monotonic(), 0
        for piece in answer.iter_raw():
            size += len(piece)
            if size > most:
                raise ServerAnswerUnusable(url=str(answer.url), reason=f"more than {most} bytes")
            late = time.monotonic() - began - PATIENCE
            if late > 0 and size < late * SLOWEST:
                raise ServerUnreachable(url=str(answer.url), reason="its answer does not end")
            yield piece

    def _redirected(self, address: str, location: str) -> str:
        """Raises ServerAnswerUnusable for another host: whoever answers there is not the one that is audited."""
        target = urljoin(address, location)
        here, there = urlsplit(self.url), urlsplit(target)
        if (here.scheme, here.netloc) != (there.scheme, there.netloc):
            raise ServerAnswerUnusable(url=address, reason=f"it leads to another host, {there.netloc[:100]}")
        return target

    def _address(self, path: str) -> str:
        return self.url + path


class _Busy(Exception):
    """Worth another try after ``wait`` seconds (0: as the caller likes); ``failure`` is what it is in the end."""

    def __init__(self, failure: SiegelError, wait: float = 0.0) -> None:
        super().__init__()
        self.failure, self.wait = failure, wait


@functools.cache
def _trusted() -> ssl.SSLContext:
    """Reading all authorities takes a tenth of a second."""
    return httpx.create_ssl_context()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
