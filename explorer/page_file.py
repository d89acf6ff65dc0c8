"""A page that is one file and carries its own policy: served as it is built (``docs/verifying.md``)."""

from __future__ import annotations

import hashlib
import re
from functools import cached_property
from pathlib import Path
from typing import Final

from starlette.responses import Response

from api.answers import REVALIDATE

STATIC_DIR: Final = Path(__file__).parent / "static"
_POLICY: Final = re.compile(rb'<meta http-equiv="Content-Security-Policy" content="([^"]+)">')


class PageFile:
    """A file below ``static/vendor``, or at a path of its own; it is read once, when it is first asked for."""

    def __init__(self, name: str, path: Path | None = None) -> None:
        self.name = name
        self._path = path or STATIC_DIR / "vendor" / name

    @cached_property
    def html(self) -> bytes:
        """The whole file."""
        return self._path.read_bytes()

    @cached_property
    def policy(self) -> str:
        """The content security policy that stands in the file: that of the other pages allows no script within a page,
        this one names its own by its digest."""
        found = _POLICY.search(self.html)
        assert found is not None
        return found[1].decode("ascii")

    def digest(self) -> bytes:
        """SHA-256 (32 bytes): what whoever runs a ledger registers there."""
        return hashlib.sha256(self.html).digest()

    def answer(self, policy: str) -> Response:
        """The file under ``policy``, within no other page."""
        headers = {"content-security-policy": f"{policy}; frame-ancestors 'none'", "cache-control": REVALIDATE}
        return Response(self.html, media_type="text/html", headers=headers)


VERIFIER_PAGE: Final = PageFile("verifier.html")
BID_PAGE: Final = PageFile("bid.html")
OPENING_PAGE: Final = PageFile("opening.html")
