"""Checking a file and looking up a digest."""

from __future__ import annotations

import hashlib
from functools import partial
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from api.answers import digest_of
from explorer import links
from explorer.claims import claims
from explorer.render import Renderer
from ledger.errors import FileTooLarge, InvalidDigest

MAX_BYTES: Final = 50_000_000
FORM_BYTES: Final = 10_000
"""What a form needs around its file: boundaries, names."""


def routes(renderer: Renderer) -> list[Route]:
    """``/check`` takes a file, ``/lookup`` a digest; both end on the same finding."""

    def lookup(request: Request) -> Response:
        text = request.query_params.get("digest", "").strip()
        name = request.query_params.get("name", "")[:200]
        asked: dict[str, Any] = {"digest": None, "found": (), "text": text[:200], "name": name, "invalid": None}
        if not text:
            return renderer.page(request, "lookup.html", asked)
        try:
            digest = digest_of(text)
        except InvalidDigest as error:
            return renderer.page(request, "lookup.html", {**asked, "invalid": error}, status=error.status)
        found = {**asked, "digest": digest, "found": renderer.services.lookup(digest)}
        return renderer.page(request, "lookup.html", found, data_url=links.api_lookup(digest))

    def form(request: Request) -> Response:
        return renderer.page(request, "check.html", {"empty": False, "limit": MAX_BYTES})

    async def check(request: Request) -> Response:
        _refuse_large(request)
        try:
            async with request.form(max_files=1, max_fields=5) as fields:
                file = fields.get("file")
                if isinstance(file, UploadFile) and file.filename:
                    return await run_in_threadpool(judge, request, file.filename, await file.read())
        except HTTPException:
            pass  # no form that can be read holds no file
        asked = {"empty": True, "limit": MAX_BYTES}
        return await run_in_threadpool(partial(renderer.page, request, "check.html", asked, status=400))

    def judge(request: Request, name: str, data: bytes) -> Response:
        services = renderer.services
        digest = hashlib.sha256(data).digest()
        found = () if services.lookup(digest) else claims(services, data)
        if not found:
            # The finding has an address of its own, so it can be kept, sent on and reloaded without the file.
            return RedirectResponse(links.lookup_page(digest, name), 303)
        return renderer.page(request, "claims.html", {"claims": found, "digest": digest, "name": name[:200]})

    return [
        Route("/lookup", lookup),
        Route("/check", form, methods=["GET"]),
        Route("/check", check, methods=["POST"]),
    ]


def _refuse_large(request: Request) -> None:
    """Refuse a form before it is read, or it would fill the disk; raises ``FileTooLarge``, also for a form that does
    not say how long it is. Browsers always say it."""
    length = request.headers.get("content-length", "")
    if not length.isdigit():
        raise FileTooLarge(limit=MAX_BYTES)
    if int(length) > MAX_BYTES + FORM_BYTES:
        raise FileTooLarge(size=int(length), limit=MAX_BYTES)
