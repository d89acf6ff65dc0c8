"""Checking a file and looking up a digest."""

from __future__ import annotations

import hashlib
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from explorer import links
from explorer.render import Renderer
from ledger.errors import FileTooLarge, InvalidDigest

MAX_BYTES: Final = 100_000_000
_CHUNK: Final = 1 << 20


def routes(renderer: Renderer) -> list[Route]:
    """``/check`` takes a file, ``/lookup`` a digest; both end on the same finding."""

    def lookup(request: Request) -> Response:
        text = request.query_params.get("digest", "").strip()
        name = request.query_params.get("name", "")[:200]
        if not text:
            return renderer.page(request, "lookup.html", {"digest": None, "found": (), "text": "", "name": "", "invalid": None})
        try:
            digest = links.identifier(text)
        except InvalidDigest as error:
            values = {"digest": None, "found": (), "text": text[:200], "name": "", "invalid": error}
            return renderer.page(request, "lookup.html", values, status=error.status)
        found = renderer.services.queries.lookup(digest)
        values = {"digest": digest, "found": found, "text": text, "name": name, "invalid": None}
        return renderer.page(request, "lookup.html", values, data_url=links.api_lookup(digest))

    def form(request: Request) -> Response:
        return renderer.page(request, "check.html", {"empty": False, "limit": MAX_BYTES})

    async def check(request: Request) -> Response:
        async with request.form(max_files=1, max_fields=5) as fields:
            file = fields.get("file")
            if not isinstance(file, UploadFile) or not file.filename:
                return await run_in_threadpool(
                    renderer.page, request, "check.html", {"empty": True, "limit": MAX_BYTES}, status=400
                )
            digest = await _digest(file)
            name = file.filename
        # The finding has an address of its own, so it can be kept, sent on and reloaded without the file.
        return RedirectResponse(links.lookup_page(digest, name), 303)

    return [
        Route("/lookup", lookup),
        Route("/check", form, methods=["GET"]),
        Route("/check", check, methods=["POST"]),
    ]


async def _digest(file: UploadFile) -> bytes:
    """SHA-256 of an upload, read piece by piece; raises ``FileTooLarge``."""
    if file.size is not None and file.size > MAX_BYTES:
        raise FileTooLarge(size=file.size, limit=MAX_BYTES)
    digest = hashlib.sha256()
    while chunk := await file.read(_CHUNK):
        digest.update(chunk)
    return digest.digest()
