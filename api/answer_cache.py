"""Keeps answers as long as they would be made again just so: until the index is written to or a status changes.

Only answers that follow from the index and the clock are kept (``answers.index_answer``), none that a release's stored
bytes or its disclosures are in.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from api.answers import JSON, KEEP, REVALIDATE, is_held
from ledger.index.answer_cache import AnswerCache
from ledger.index.database import Index
from ledger.index.queries import Queries

MOST: Final = 16 * 2**20
"""Bytes of answers."""

LONGEST_QUERY: Final = 1_000
"""Nobody may have much kept by what no parameter says."""

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class _Answer:
    """``headers`` are those of a 304, ``route`` the one that answered."""

    tag: str
    headers: Headers
    body: bytes
    route: Any

    @property
    def size(self) -> int:
        return len(self.body) + LONGEST_QUERY

    async def send(self, request_headers: Headers, send: Send) -> None:
        held = b",".join(value for name, value in request_headers if name == b"if-none-match").decode("latin-1")
        status, headers, body = 304, self.headers, b""
        if not is_held(held, self.tag):
            length = str(len(self.body)).encode()
            status, body = 200, self.body
            headers = [*headers, (b"content-length", length), (b"content-type", JSON.encode())]
        await send({"type": "http.response.start", "status": status, "headers": list(headers)})
        await send({"type": "http.response.body", "body": body})


class CachedAnswers:
    """Gives the answer that was given before, where nothing has changed since."""

    def __init__(self, app: ASGIApp, *, index: Index, queries: Queries) -> None:
        self._app, self._index, self._queries = app, index, queries
        self._kept: AnswerCache[_Answer] = AnswerCache(MOST, lambda answer: answer.size)
        index.keep(self._kept)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes on what is not kept."""
        if not _is_asked_of_the_api(scope):
            await self._app(scope, receive, send)
            return
        # Before anything is read, so that what is read is not older. A file is asked at once; another server may let us
        # wait, and all others with us.
        position = self._index.position() if self._index.is_here else await run_in_threadpool(self._index.position)
        key, now = (scope["path"], scope["query_string"]), int(time.time())
        found = self._kept.get(position, key, now)
        if found is not None:
            scope["route"] = found.route
            await found.send(scope["headers"], send)
            return

        def keep(body: bytes, tag: str) -> None:
            headers = [(b"etag", tag.encode()), (b"cache-control", REVALIDATE.encode())]
            answer = _Answer(tag, headers, body, scope.get("route"))
            self._kept.put(position, key, answer, now, self._queries.holds_until(now))

        scope[KEEP] = keep
        await self._app(scope, receive, send)


def _is_asked_of_the_api(scope: Scope) -> bool:
    return (
        scope["type"] == "http"
        and scope["method"] == "GET"
        and scope["path"].startswith("/api/")
        and len(scope["query_string"]) <= LONGEST_QUERY
    )
