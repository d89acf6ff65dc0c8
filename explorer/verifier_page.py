"""The page that verifies evidence in the browser: one file, served as it is built (``docs/verifying.md``)."""

from __future__ import annotations

import hashlib
import re
from functools import cache

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.answers import REVALIDATE
from explorer.render import STATIC_DIR

ADDRESS = "/verifier.html"
_POLICY = re.compile(rb'<meta http-equiv="Content-Security-Policy" content="([^"]+)">')


def digest() -> bytes:
    """SHA-256 (32 bytes) of the page: what whoever runs a ledger registers there."""
    return hashlib.sha256(_page()[0]).digest()


def routes() -> list[Route]:
    """The page under an address that stays."""
    return [Route(ADDRESS, _serve)]


def _serve(_request: Request) -> Response:
    html, policy = _page()
    headers = {"content-security-policy": f"{policy}; frame-ancestors 'none'", "cache-control": REVALIDATE}
    return Response(html, media_type="text/html", headers=headers)


@cache
def _page() -> tuple[bytes, str]:
    """The file and its own policy: that of the other pages allows no script within a page, this one names its own by
    their digests, and forbids every connection."""
    html = (STATIC_DIR / "vendor" / "verifier.html").read_bytes()
    found = _POLICY.search(html)
    assert found is not None
    return html, found[1].decode("ascii")
