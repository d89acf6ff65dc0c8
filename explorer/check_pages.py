"""Checking a file and looking up a digest."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from api.answers import digest_of
from explorer import links
from explorer.claims import claims
from explorer.render import Renderer
from ledger.errors import FileTooLarge, InvalidDigest

MAX_BYTES: Final = 50_000_000


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
        async with request.form(max_files=1, max_fields=5) as fields:
            file = fields.get("file")
            if not isinstance(file, UploadFile) or not file.filename:
                return await run_in_threadpool(
                    renderer.page, request, "check.html", {"empty": True, "limit": MAX_BYTES}, status=400
                )
            return await run_in_threadpool(judge, request, file.filename, await _read(file))

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


async def _read(file: UploadFile) -> bytes:
    """An upload's bytes; raises ``FileTooLarge``. Starlette keeps large uploads in a temporary file until then."""
    if file.size is not None and file.size > MAX_BYTES:
        raise FileTooLarge(size=file.size, limit=MAX_BYTES)
    return await file.read()
