"""Asks a server of Vergabesiegel over HTTP; what it refuses is raised under the name that it gives (RFC 9457)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, Self, TypeVar

import httpx

from ledger import errors
from ledger.errors import ServerAnswerUnusable, ServerRefuses, ServerUnreachable, SiegelError
from ledger.evidence.cut_off import cut_off_after
from ledger.evidence.outgoing import way_to
from ledger.ocds.json_text import read_json

Answered = TypeVar("Answered")

API: Final = "/api/v1"
MOST_BYTES: Final = 16 * 2**20
"""Of an answer that is read whole."""

PATIENCE: Final = 60.0
"""Seconds without a byte."""
_CONNECT: Final = 10.0
_LEAST: Final = 2.0
_LONGEST: Final = 300.0
"""Seconds that an answer may take in all."""


def hurried(deadline: int, now: float, others: int) -> float:
    """Seconds that one server may be silent for where ``others`` can be asked after it: with the ``deadline`` near
    (seconds since 1970) a part of what is left, so that they come in time, too."""
    left = deadline - now
    return PATIENCE if others == 0 or left <= 0 else min(PATIENCE, max(_LEAST, left / (2 * (others + 1))))


def in_turn(urls: Sequence[str], deadline: int, later: int = 0) -> Iterator[tuple[str, float]]:
    """Each address with the seconds that it may be silent for (``hurried``), counted when its turn comes. ``later``:
    how many can be asked after all of these."""
    for others, url in zip(range(len(urls) + later - 1, -1, -1), urls, strict=False):
        yield url, hurried(deadline, time.time(), others)


class Remote:
    """One server by its address; close it."""

    def __init__(self, url: str, patience: float = PATIENCE) -> None:
        """``patience``: seconds that it may be silent for. Raises ServerUnreachable for what is no address."""
        try:
            parts = httpx.URL(url)
        except httpx.InvalidURL as error:
            raise ServerUnreachable(url=url, reason=str(error)) from error
        if parts.scheme not in ("http", "https") or not parts.host:
            raise ServerUnreachable(url=url, reason="the address is no http or https address")
        self.url, self.patience = url.rstrip("/"), patience
        # Without compression no small answer becomes a huge one.
        timeout = httpx.Timeout(patience, connect=min(_CONNECT, patience))
        self._client = httpx.Client(timeout=timeout, headers={"Accept-Encoding": "identity"}, **way_to(url))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of connections."""
        self._client.close()

    def ask(self, path: str, **query: str | int) -> dict[str, Any]:
        """The JSON object that is at ``path`` below ``/api/v1``. Raises as ``request``."""
        return self._object(self.request("GET", API + path, params=query))

    def tell(self, path: str, content: Mapping[str, Any], **headers: str) -> dict[str, Any]:
        """What is answered to this JSON object. Raises as ``request``."""
        return self._object(self.request("POST", API + path, json=dict(content), headers=headers))

    def request(self, method: str, address: str, **sent: Any) -> httpx.Response:
        """An answer that is no failure, whole. ``address``: a path, or an address of the same server.

        Raises the failure that the server names, ServerRefuses for one without a name that is known here,
        ServerUnreachable, ServerAnswerUnusable.
        """
        url = address if address.startswith(f"{self.url}/") else self.url + address
        try:
            with cut_off_after(_LONGEST, self._client) as late, self._client.stream(method, url, **sent) as answer:
                body = b"".join(_bounded(url, answer))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            reason = "its answer takes too long" if late.is_set() else str(error) or type(error).__name__
            raise ServerUnreachable(url=url, reason=reason) from error
        if answer.status_code >= 300:
            raise _refusal(url, answer, body)
        answer.headers.pop("content-encoding", None)  # undone by now, whoever compressed it
        return httpx.Response(answer.status_code, headers=answer.headers, content=body, request=answer.request)

    def _object(self, answer: httpx.Response) -> dict[str, Any]:
        url = str(answer.request.url)
        try:
            found = read_json(answer.content)
        except SiegelError as error:
            raise ServerAnswerUnusable(url=url, reason=str(error)) from error
        if not isinstance(found, dict):
            raise ServerAnswerUnusable(url=url, reason="it is no JSON object")
        return found


def first_that_answers(urls: Sequence[str], asking: Callable[[Remote], Answered], deadline: int = 0) -> Answered:
    """What ``asking`` gives at the first server that does not refuse; ``urls`` names at least one. ``deadline``: until
    when it counts, in seconds since 1970, 0 if that does not matter. Raises what the last of them refuses with."""
    *others, last = urls
    for url, patience in in_turn(others, deadline, later=1):
        with suppress(SiegelError), Remote(url, patience) as server:
            return asking(server)
    with Remote(last) as server:
        return asking(server)


def _bounded(url: str, answer: httpx.Response) -> Iterator[bytes]:
    size = 0
    for piece in answer.iter_bytes():
        size += len(piece)
        if size > MOST_BYTES:
            raise ServerAnswerUnusable(url=url, reason=f"more than {MOST_BYTES} bytes")
        yield piece


def _refusal(url: str, answer: httpx.Response, body: bytes) -> SiegelError:
    """The failure that a problem names, with its values; they are the server's words and are believed as such."""
    problem: dict[str, Any] = {}
    if answer.headers.get("content-type", "").startswith("application/problem+json"):
        try:
            found = read_json(body)
        except SiegelError:
            found = None
        problem = found if isinstance(found, dict) else {}
    name = str(problem.get("type", "")).rpartition("/")[2]
    kind = getattr(errors, name, None) if name.isidentifier() else None
    if isinstance(kind, type) and issubclass(kind, SiegelError) and kind is not SiegelError:
        standard = ("type", "title", "status", "detail", "instance", "chainId", "ledger", "self")
        with suppress(TypeError):  # values that the failure cannot have
            return kind(**{key: value for key, value in problem.items() if key not in standard})
    return ServerRefuses(url=url, code=answer.status_code, problem=name[:80])
