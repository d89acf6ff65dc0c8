"""Checking a file and looking up a digest."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import anyio
from anyio import to_thread
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from api.answers import digest_of
from api.claims import claims
from explorer import links
from explorer.render import Renderer
from ledger.chain.record import ZERO
from ledger.errors import FileTooLarge, InvalidDigest, OrganisationUnknown, RequestTooSlow, ServiceBusy
from ledger.index.rows import OrganisationRow

MAX_BYTES: Final = 50_000_000
COMPARED_BYTES: Final = 10_000_000
"""Of a longer file only the digest is taken: parsed JSON needs many times its size in memory."""

FORM_BYTES: Final = 10_000
"""What a form needs around its file: boundaries, names."""

SENT_AT_ONCE: Final = 8
SECONDS: Final = 60
"""So many forms are in the house at once, each received within this time: until it is judged a file lies on the
disk."""

JUDGED_AT_ONCE: Final = 2
"""Hashing and comparing keep a processor busy; the pages' other readers need the rest."""


def routes(renderer: Renderer) -> list[Route]:
    """``/check`` takes a file, ``/lookup`` a digest; both end on the same finding."""
    sending = anyio.Semaphore(SENT_AT_ONCE)
    judging = anyio.CapacityLimiter(JUDGED_AT_ONCE)
    blank = {"empty": False, "limit": MAX_BYTES, "compared": COMPARED_BYTES}

    def lookup(request: Request) -> Response:
        text = request.query_params.get("digest", "").strip()
        asked: dict[str, Any] = {"digest": None, "found": (), "organisations": {}, "text": text[:200], "invalid": None}
        if not text:
            return renderer.page(request, "lookup.html", asked)
        try:
            digest = digest_of(text)
        except InvalidDigest as error:
            return renderer.page(request, "lookup.html", {**asked, "invalid": error}, status=error.status)
        found = renderer.services.lookup(digest)
        outside = {each.organisation_id for each in found if not each.ocid} - {ZERO}
        named = {each: row for each in outside if (row := _organisation(renderer, each)) is not None}
        values = {**asked, "digest": digest, "found": found, "organisations": named}
        return renderer.page(request, "lookup.html", values, data_url=links.api_lookup(digest))

    def form(request: Request) -> Response:
        return renderer.page(request, "check.html", blank)

    async def check(request: Request) -> Response:
        _refuse_large(request)
        try:
            sending.acquire_nowait()
        except anyio.WouldBlock:
            raise ServiceBusy() from None
        try:
            return await received(request)
        finally:
            sending.release()

    async def received(request: Request) -> Response:
        try:
            with anyio.fail_after(SECONDS):
                fields = await _form(request)
        except TimeoutError:
            raise RequestTooSlow(seconds=SECONDS) from None
        file = fields.get("file") if fields else None
        answer: Callable[[], Response] = partial(
            renderer.page, request, "check.html", {**blank, "empty": True}, status=400
        )
        if isinstance(file, UploadFile) and file.filename:
            answer = partial(judge, request, file)
        try:
            return await to_thread.run_sync(answer, limiter=judging)
        finally:
            if fields is not None:
                await fields.close()

    def judge(request: Request, file: UploadFile) -> Response:
        services = renderer.services
        digest = hashlib.file_digest(file.file, "sha256").digest()  # type: ignore[arg-type]
        if not services.lookup(digest) and (file.size or 0) <= COMPARED_BYTES:
            file.file.seek(0)
            claimed = claims(services, file.file.read())
            if claimed.found:
                values = {"claims": claimed, "digest": digest, "name": (file.filename or "")[:200]}
                return renderer.page(request, "claims.html", values)
        # The finding has an address of its own, so it can be kept, sent on and reloaded without the file.
        return RedirectResponse(links.lookup_page(digest), 303)

    return [
        Route("/lookup", lookup),
        Route("/check", form, methods=["GET"]),
        Route("/check", check, methods=["POST"]),
    ]


def _organisation(renderer: Renderer, organisation_id: bytes) -> OrganisationRow | None:
    """Whose act it is; none where the index has gone back behind it meanwhile."""
    try:
        return renderer.services.queries.organisation(organisation_id)
    except OrganisationUnknown:
        return None


async def _form(request: Request) -> FormData | None:
    """The form; ``None`` where nothing came that can be read as one with a file. Other kinds of forms are not read at
    all: they would have to fit into memory."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return None
    try:
        return await request.form(max_files=1, max_fields=5)
    except (HTTPException, LookupError, ClientDisconnect):
        return None


def _refuse_large(request: Request) -> None:
    """Refuse a form before it is read, or it would fill the disk; raises ``FileTooLarge``, also for a form that does
    not say how long it is. Browsers always say it."""
    length = request.headers.get("content-length", "")
    if not length.isdigit():
        raise FileTooLarge(limit=MAX_BYTES)
    if int(length) > MAX_BYTES + FORM_BYTES:
        raise FileTooLarge(size=int(length), limit=MAX_BYTES)
